package extract

import (
	"testing"

	"github.com/assay-sca/assay/internal/purl"
)

func TestExactOpam(t *testing.T) {
	t.Parallel()
	for constraint, want := range map[string]string{
		`= "1.0.0"`: "1.0.0", `="2.0.0~beta3"`: "2.0.0~beta3", ` = "v0.12.0" `: "v0.12.0", `= "3.07+1"`: "3.07+1",
		"": "", `= ""`: "", `>= "1.0"`: "", `"1.0"`: "", `= version`: "", `= "1.0`: "", `= "1.0" | = "2.0"`: "", `= "1.0" & < "2.0"`: "", `!= "1.0"`: "",
	} {
		if got := exact(purl.Opam, constraint); got != want {
			t.Errorf("exact(opam, %q) = %q, want %q", constraint, got, want)
		}
	}
}

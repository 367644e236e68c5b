package extract

import (
	"testing"

	"github.com/assay-sca/assay/internal/purl"
)

func TestExactMaven(t *testing.T) {
	t.Parallel()
	for constraint, want := range map[string]string{
		"1.2.3": "1.2.3", " 1.2 ": "1.2", "1": "1", "2.0.0.Final": "2.0.0.Final", "33.6.0-jre": "33.6.0-jre", "v1-rev20230914-2.0.0": "v1-rev20230914-2.0.0",
		"1.0-SNAPSHOT": "1.0-SNAPSHOT", "Finchley.SR2": "Finchley.SR2", "1.x": "1.x", "5.0.0+build": "5.0.0+build",
		"[1.0]": "1.0", "[ 1.0 ]": "1.0", "1.7!!": "1.7", "[1.7, 1.8[!!1.7.25": "1.7.25",
		"": "", "[1.0,2.0)": "", "[1.0,)": "", "(,1.0]": "", "]1.0,2.0[": "", "1.0,2.0": "", "[1.7, 1.8[!!": "", "[1.0": "",
		"1.+": "", "+": "", "latest.release": "", "LATEST": "", "RELEASE": "", "${version}": "", "$version": "", "1.${minor}": "",
	} {
		if got := exact(purl.Maven, constraint); got != want {
			t.Errorf("exact(Maven, %q) = %q, want %q", constraint, got, want)
		}
	}
}

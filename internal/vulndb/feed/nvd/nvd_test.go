package nvd

import (
	"testing"

	"github.com/assay-sca/assay/internal/vulndb/feed/feedtest"
)

func TestGolden(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"nvdcve-2.0-2024.json", "page.json", "record.json", "items.json"} {
		feedtest.Golden(t, New(), name)
	}
}

func FuzzSets(f *testing.F) { feedtest.Fuzz(f, New(), "nvdcve-2.0-2024.json") }

package suse

import (
	"testing"

	"github.com/assay-sca/assay/internal/vulndb/feed/feedtest"
)

func TestGolden(t *testing.T) {
	t.Parallel()
	feedtest.Golden(t, New(), "csaf")
}

func FuzzSets(f *testing.F) { feedtest.Fuzz(f, New(), "document.json") }

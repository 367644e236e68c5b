package chainguard

import (
	"testing"

	"github.com/assay-sca/assay/internal/vulndb/feed/feedtest"
)

func TestFeed(t *testing.T) {
	t.Parallel()
	feedtest.Golden(t, New(), "security.json")
}

func FuzzSets(f *testing.F) { feedtest.Fuzz(f, New(), "security.json") }

package all_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	feeds "github.com/assay-sca/assay/internal/vulndb/feed/all"
)

func TestCovers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		feed, source string
		ecosystems   []string
		all          bool
	}{
		{"osv", "npm", []string{"npm"}, false}, {"osv", "npm 2", []string{"npm"}, false}, {"osv", "GitHub Actions", []string{"GitHub Actions"}, false},
		{"osv", "Debian", nil, false}, {"osv", "Rocky Linux", nil, false}, {"osv", "Bitnami", nil, false},
		{"osv", "our-export", nil, true}, {"osv", "all", nil, true}, {"ghsa", "advisories", nil, true}, {"", "given", nil, true},
		{"rustsec", "crates", []string{"crates.io"}, false}, {"debian", "tracker.json", nil, false}, {"private", "ours", nil, false}, {"kev", "kev.json", nil, false},
	} {
		ecosystems, all := feeds.Covers(c.feed, c.source)
		if diff := cmp.Diff(c.ecosystems, ecosystems); diff != "" || all != c.all {
			t.Errorf("%s:%s: %t, mismatch (-want +got):\n%s", c.feed, c.source, all, diff)
		}
	}
}

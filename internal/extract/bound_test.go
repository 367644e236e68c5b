package extract_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/assay-sca/assay/internal/extract"
)

// TestTooManyEntries: a file that would become too much in memory is read up to
// the bound, and says so; one at the bound is read.
func TestTooManyEntries(t *testing.T) {
	t.Parallel()
	var list strings.Builder
	for i := range 30 {
		fmt.Fprintf(&list, "p%02d==1\n", i)
	}
	lock := `{"packages": {"node_modules/a": {"version": "1"}, "node_modules/b": {"version": "1"}` + strings.Repeat(", \"x\": {}", 40)
	for _, test := range []struct{ name, path, content, want string }{
		{"at the bound", "requirements.txt", list.String(), "read"},
		{"beyond it", "requirements.txt", list.String() + "q==1\n", "failed line 30: it has more than 30 lines or elements; what follows is not read; the 30 dependencies read are kept"},
		{"on one line", "package-lock.json", lock, "failed line 1: it has more than 30 lines or elements; what follows is not read; the 30 dependencies read are kept"},
		{"in quotation marks", "a.opam", "depends: [ " + strings.Repeat(`"a" `, 70) + "]", "failed line 1: it has more than 30 lines or elements; what follows is not read; the 60 dependencies read are kept"},
		{"long, but few entries", "requirements.txt", "a==1 # " + strings.Repeat("x", 1000), "read"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			o := options()
			o.Limits.Entries = 30
			tree := mapFS(map[string]string{test.path: test.content, "0/go.sum": "", "whole/requirements.txt": list.String()})
			same(t, "0/go.sum read\n"+test.path+" "+test.want+"\nwhole/requirements.txt read\n", ledger(run(t, tree, o)))
			o.Limits.Entries = 0
			if r := run(t, tree, o); strings.Contains(ledger(r), "more than") {
				t.Errorf("a bound without a bound: %s", ledger(r))
			}
		})
	}
	if extract.DefaultLimits().Entries == 0 {
		t.Error("there is no bound by default")
	}
}

package cli

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/finding"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/match"
	"github.com/assay-sca/assay/internal/severity"
)

// TestTouches: a vulnerability is the same under another name, as long as the
// names are joined; what an authority denies has no effect.
func TestTouches(t *testing.T) {
	t.Parallel()
	inv := inventory.Inventory{Components: []inventory.Component{
		{PURL: "pkg:npm/a@1", Ecosystem: "npm", Name: "a", Version: "1"}, {PURL: "pkg:npm/b@1", Ecosystem: "npm", Name: "b", Version: "1"}}}
	of := func(component int, edit func(*finding.Finding), names ...string) finding.Finding {
		f := finding.Finding{Component: component, Vulnerability: finding.Vulnerability{ID: names[0], Aliases: names[1:], Severity: severity.High}, FixedIn: []string{"2"}}
		if edit != nil {
			edit(&f)
		}
		return f
	}
	tests := []struct {
		name     string
		old, now []finding.Finding
		want     []string
	}{
		{"nothing", nil, nil, nil},
		{"new", nil, []finding.Finding{of(1, nil, "CVE-1")}, []string{"affected b CVE-1 high 2"}},
		{"gone", []finding.Finding{of(0, nil, "CVE-1")}, nil, []string{"cleared a CVE-1 high 2"}},
		{"the same", []finding.Finding{of(0, nil, "CVE-1")}, []finding.Finding{of(0, nil, "CVE-1")}, nil},
		{"of another component", []finding.Finding{of(0, nil, "CVE-1")}, []finding.Finding{of(1, nil, "CVE-1")}, []string{"cleared a CVE-1 high 2", "affected b CVE-1 high 2"}},
		{"another name", []finding.Finding{of(0, nil, "GHSA-1")}, []finding.Finding{of(0, nil, "CVE-1", "GHSA-1")}, nil},
		{"joined", []finding.Finding{of(0, nil, "CVE-1"), of(0, nil, "GHSA-1")}, []finding.Finding{of(0, nil, "CVE-1", "GHSA-1")}, nil},
		{"apart", []finding.Finding{of(0, nil, "CVE-1", "GHSA-1")}, []finding.Finding{of(0, nil, "CVE-1"), of(0, nil, "GHSA-1")}, nil},
		{"several at once", []finding.Finding{of(0, nil, "CVE-1")}, []finding.Finding{of(0, func(f *finding.Finding) {
			f.Vulnerability.Severity, f.Vulnerability.Exploited, f.FixedIn = severity.Critical, true, nil
		}, "CVE-1")}, []string{"severity a CVE-1 high -> critical 2 -> -", "fix a CVE-1 high -> critical 2 -> -", "exploited a CVE-1 high -> critical 2 -> -"}},
		{"denied", []finding.Finding{of(0, nil, "CVE-1")}, []finding.Finding{of(0, func(f *finding.Finding) { f.Ignored = &finding.Ignored{} }, "CVE-1")},
			[]string{"cleared a CVE-1 high 2"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, x := range touches(&inv, &match.Result{Findings: test.old}, &match.Result{Findings: test.now}) {
				got = append(got, fmt.Sprintf("%s %s %s %s %s", x.Kind, x.Name, x.Vulnerability, between(&x, func(s *touch) string { return s.Severity }),
					between(&x, func(s *touch) string { return strings.Join(s.FixedIn, ", ") })))
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTouchesUndecided(t *testing.T) {
	t.Parallel()
	inv := inventory.Inventory{Components: []inventory.Component{{Name: "a", Version: "odd"}}}
	of := func(ids ...string) *match.Result {
		return &match.Result{Uncompared: []finding.Uncompared{{Advisories: ids, Reason: "it is odd"}}}
	}
	if got := touches(&inv, of("A-1", "A-2"), of("A-1")); len(got) != 0 {
		t.Errorf("%+v", got)
	}
	got := touches(&inv, of("A-1"), of("A-1", "A-2"))
	want := []touched{{Kind: touchUndecided, Name: "a", Version: "odd", Aliases: []string{}, Advisories: []string{"A-2"}, Reason: "it is odd"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	var out strings.Builder
	if err := printTouches(&out, &touchesJSON{Touched: got, Components: 1, Summary: map[string]int{touchUndecided: 1}}, false); err != nil || !strings.Contains(out.String(), "undecided  a          odd      A-2            not compared") {
		t.Errorf("%v\n%s", err, out.String())
	}
}

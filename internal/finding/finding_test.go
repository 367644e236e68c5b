package finding_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/finding"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/severity"
)

func TestTotals(t *testing.T) {
	t.Parallel()
	ignored := &finding.Ignored{Rule: "CVE-1"}
	of := func(component int, level severity.Level, by *finding.Ignored) finding.Finding {
		return finding.Finding{Component: component, Vulnerability: finding.Vulnerability{Severity: level}, Ignored: by}
	}
	r := finding.Result{
		Inventory: inventory.Inventory{Components: []inventory.Component{{Direct: true}, {}, {Direct: true}, {}}},
		Findings: []finding.Finding{
			of(0, severity.High, nil), of(0, severity.Low, ignored), of(0, severity.High, nil),
			of(1, severity.Critical, ignored), of(2, severity.Low, ignored), of(2, severity.Unknown, nil),
		},
	}
	want := finding.Totals{Direct: 2, Vulnerable: 2, Findings: 3, Ignored: 3, Severities: map[severity.Level]int{severity.High: 2, severity.Unknown: 1}}
	if diff := cmp.Diff(want, r.Totals()); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(finding.Totals{Severities: map[severity.Level]int{}}, (&finding.Result{}).Totals()); diff != "" {
		t.Errorf("nothing: mismatch (-want +got):\n%s", diff)
	}
}

package policy_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/finding"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/policy"
	"github.com/assay-sca/assay/internal/severity"
)

// result is a complete scan of two components, with one finding of each severity
// asked for, all of the first component.
func result(levels ...severity.Level) *finding.Result {
	r := &finding.Result{
		Database: finding.Database{State: finding.DatabaseOK},
		Inventory: inventory.Inventory{Components: []inventory.Component{
			{Ecosystem: "npm", Name: "@acme/x", Version: "1.0.0", PURL: "pkg:npm/%40acme/x@1.0.0"},
			{Ecosystem: "PyPI", Name: "zope-interface", Version: "5.0", PURL: "pkg:pypi/zope-interface@5.0"},
		}},
		Coverage: finding.Coverage{Files: []inventory.FileCoverage{{Path: "x", Status: inventory.Read}}},
	}
	for i, level := range levels {
		r.Findings = append(r.Findings, finding.Finding{
			Vulnerability: finding.Vulnerability{ID: fmt.Sprintf("CVE-2026-%d", i+1), Severity: level, Aliases: []string{fmt.Sprintf("GHSA-%d", i+1)}},
			Advisories:    []finding.Advisory{{ID: fmt.Sprintf("GO-2026-%d", i+1)}},
		})
	}
	return r
}

// gates lists the names and exit codes of the gates that fired.
func gates(r *finding.Result) string {
	var names []string
	for _, g := range r.Gates {
		names = append(names, fmt.Sprintf("%s %d", g.Name, g.Exit))
	}
	return strings.Join(names, ", ")
}

func TestGates(t *testing.T) {
	t.Parallel()
	file := func(status inventory.Status) func(*finding.Result) {
		return func(r *finding.Result) {
			r.Coverage.Files = append(r.Coverage.Files, inventory.FileCoverage{Path: "y", Ecosystem: "npm", Status: status})
		}
	}
	// Nobody publishes advisories for Nix: that is no gap in the database, but where
	// there is nothing else, nothing was checked.
	unwatched := func(r *finding.Result) {
		r.Coverage.Files = append(r.Coverage.Files, inventory.FileCoverage{Path: "z", Ecosystem: "nix", Status: inventory.NoAdvisories})
	}
	onlyUnwatched := func(r *finding.Result) {
		r.Coverage.Files = nil
		unwatched(r)
	}
	database := func(state finding.DatabaseState) func(*finding.Result) {
		return func(r *finding.Result) { r.Database.State, r.Database.Reason = state, "because" }
	}
	sample := func(r *finding.Result) { r.Database.Sample = true }
	unpinned := func(r *finding.Result) { r.Coverage.Unpinned = []int{0} }
	uncompared := func(r *finding.Result) { r.Coverage.Uncompared = []finding.Uncompared{{}} }
	nothing := func(r *finding.Result) { r.Coverage.Files = nil }
	vulnerable := func(r *finding.Result) { r.Findings = result(severity.Low).Findings }
	old := policy.Ignore{ID: "CVE-2020-1", Reason: "x", Expires: "2025-12-31", Place: "f:1"}
	for _, test := range []struct {
		name    string
		change  []func(*finding.Result)
		rules   policy.Rules
		want    string
		exit    int
		partial bool // not complete
	}{
		{name: "clean"},
		{name: "finding", change: []func(*finding.Result){vulnerable}, want: "findings 1", exit: 1},
		{name: "failed file", change: []func(*finding.Result){file(inventory.Failed)}, want: "incomplete 3", exit: 3, partial: true},
		{name: "failed file allowed", change: []func(*finding.Result){file(inventory.Failed)}, rules: policy.Rules{AllowIncomplete: true}, partial: true},
		{name: "unwatched", change: []func(*finding.Result){unwatched}, want: "", exit: 0, partial: true},
		{name: "nothing but unwatched", change: []func(*finding.Result){onlyUnwatched}, want: "incomplete 3", exit: 3, partial: true},
		{name: "no advisories", change: []func(*finding.Result){file(inventory.NoAdvisories)}, want: "incomplete 3", exit: 3, partial: true},
		{name: "uncompared", change: []func(*finding.Result){uncompared}, want: "incomplete 3", exit: 3, partial: true},
		{name: "nothing read", change: []func(*finding.Result){nothing}, want: "incomplete 3", exit: 3, partial: true},
		{name: "nothing read, allowed", change: []func(*finding.Result){nothing}, rules: policy.Rules{AllowIncomplete: true}, partial: true},
		{name: "unsupported", change: []func(*finding.Result){file(inventory.Unsupported)}, partial: true},
		{name: "unsupported is incomplete", change: []func(*finding.Result){file(inventory.Unsupported)}, rules: policy.Rules{FailOnIncomplete: true}, want: "incomplete 3", exit: 3, partial: true},
		{name: "skipped", change: []func(*finding.Result){file(inventory.Skipped)}},
		{name: "skipped is incomplete", change: []func(*finding.Result){file(inventory.Skipped)}, rules: policy.Rules{FailOnIncomplete: true}, want: "incomplete 3", exit: 3},
		{name: "unpinned", change: []func(*finding.Result){unpinned}, partial: true},
		{name: "unpinned is incomplete", change: []func(*finding.Result){unpinned}, rules: policy.Rules{FailOnIncomplete: true}, want: "incomplete 3", exit: 3, partial: true},
		{name: "sample", change: []func(*finding.Result){sample}, want: "sample-database 3", exit: 3, partial: true},
		{name: "sample allowed", change: []func(*finding.Result){sample}, rules: policy.Rules{AllowIncomplete: true}, partial: true},
		{name: "missing database", change: []func(*finding.Result){database(finding.DatabaseMissing)}, want: "database 2", exit: 2, partial: true},
		{name: "damaged database cannot be allowed", change: []func(*finding.Result){database(finding.DatabaseDamaged)}, rules: policy.Rules{AllowIncomplete: true}, want: "database 2", exit: 2, partial: true},
		{name: "stale database", change: []func(*finding.Result){database(finding.DatabaseStale), vulnerable}, want: "database 2, findings 1", exit: 2, partial: true},
		{name: "findings go before incomplete", change: []func(*finding.Result){vulnerable, file(inventory.Failed)}, want: "findings 1, incomplete 3", exit: 1, partial: true},
		{name: "expired rule", rules: policy.Rules{Ignores: []policy.Ignore{old}}, want: "expired-ignore 1", exit: 1},
		{
			name: "everything", change: []func(*finding.Result){vulnerable, file(inventory.Failed), sample, database(finding.DatabaseStale)},
			rules: policy.Rules{Ignores: []policy.Ignore{old}}, want: "database 2, findings 1, expired-ignore 1, incomplete 3, sample-database 3", exit: 2, partial: true,
		},
		{
			name: "no findings asked for", change: []func(*finding.Result){vulnerable, file(inventory.Failed)},
			rules: policy.Rules{FailOn: policy.FailOn{Never: true}}, want: "incomplete 3", exit: 3, partial: true,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := result()
			for _, change := range test.change {
				change(r)
			}
			test.rules.At = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
			policy.Apply(r, test.rules)
			if got := gates(r); got != test.want || policy.ExitCode(r.Gates) != test.exit {
				t.Errorf("got gates %q and exit code %d, want %q and %d", got, policy.ExitCode(r.Gates), test.want, test.exit)
			}
			if policy.Complete(r) == test.partial {
				t.Errorf("complete: %t", !test.partial)
			}
			for _, g := range r.Gates {
				if g.Reason == "" || strings.Contains(g.Reason, "\n") {
					t.Errorf("%s: reason %q", g.Name, g.Reason)
				}
			}
		})
	}
}

// TestFailOn: each threshold with a finding of each severity. Nobody has said of
// the unknown ones that they are harmless.
func TestFailOn(t *testing.T) {
	t.Parallel()
	levels := []severity.Level{severity.Unknown, severity.None, severity.Low, severity.Medium, severity.High, severity.Critical}
	for text, want := range map[string]string{
		"any": "XXXXXX", "none": "......", "low": "X.XXXX", "Medium": "X..XXX", "moderate": "X..XXX", "HIGH": "X...XX", "critical": "X....X",
	} {
		failOn, err := policy.ParseFailOn(text)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, level := range levels {
			r := result(level)
			policy.Apply(r, policy.Rules{FailOn: failOn})
			got += map[bool]string{true: "X", false: "."}[len(r.Gates) > 0]
		}
		if got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
		again, err := policy.ParseFailOn(failOn.String())
		if err != nil || again != failOn {
			t.Errorf("%s: reads back as %v, error %v", failOn, again, err)
		}
	}
	for _, text := range []string{"", "worst", "unknown", "-1"} {
		if _, err := policy.ParseFailOn(text); errs.KindOf(err) != errs.Invalid {
			t.Errorf("%q: got error %v", text, err)
		}
	}
}

func TestIgnores(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 31, 23, 59, 59, 0, time.UTC)
	for _, test := range []struct {
		name    string
		rule    policy.Ignore
		ignored bool
		gate    string
		notice  bool // the rule matches nothing
	}{
		{name: "vulnerability", rule: policy.Ignore{ID: "CVE-2026-1"}, ignored: true},
		{name: "alias", rule: policy.Ignore{ID: "GHSA-1"}, ignored: true},
		{name: "advisory", rule: policy.Ignore{ID: "GO-2026-1"}, ignored: true},
		{name: "another", rule: policy.Ignore{ID: "CVE-2026-10"}, notice: true},
		{name: "name", rule: policy.Ignore{ID: "CVE-2026-1", Package: "@acme/x"}, ignored: true},
		{name: "another name", rule: policy.Ignore{ID: "CVE-2026-1", Package: "x"}, notice: true},
		{name: "name of a component without the finding", rule: policy.Ignore{ID: "CVE-2026-1", Package: "zope-interface"}, notice: true},
		{name: "purl", rule: policy.Ignore{ID: "CVE-2026-1", Package: "pkg:npm/%40acme/x"}, ignored: true},
		{name: "purl with version", rule: policy.Ignore{ID: "CVE-2026-1", Package: "pkg:npm/%40acme/x@1.0.0"}, ignored: true},
		{name: "purl with another version", rule: policy.Ignore{ID: "CVE-2026-1", Package: "pkg:npm/%40acme/x@1.0.1"}, notice: true},
		{name: "on its last day", rule: policy.Ignore{ID: "CVE-2026-1", Expires: "2026-03-31"}, ignored: true},
		{name: "the day before was its last", rule: policy.Ignore{ID: "CVE-2026-1", Expires: "2026-03-30"}, gate: "findings 1, expired-ignore 1"},
		{name: "expired and without use", rule: policy.Ignore{ID: "CVE-1", Expires: "2026-03-30"}, gate: "findings 1, expired-ignore 1", notice: true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := result(severity.High)
			test.rule.Reason, test.rule.Place = "not reachable", ".assay.yaml:3"
			rules := policy.Rules{Ignores: []policy.Ignore{test.rule}, At: at}
			if err := rules.Check(); err != nil {
				t.Fatal(err)
			}
			policy.Apply(r, rules)
			var want *finding.Ignored
			if test.ignored {
				want = &finding.Ignored{Rule: test.rule.ID, Reason: "not reachable", Until: test.rule.Expires}
			} else if test.gate == "" {
				test.gate = "findings 1"
			}
			if diff := cmp.Diff(want, r.Findings[0].Ignored); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
			if got := gates(r); got != test.gate {
				t.Errorf("got gates %q, want %q", got, test.gate)
			}
			if got := len(r.Notices) > 0; got != test.notice {
				t.Errorf("notices: %q", r.Notices)
			}
		})
	}
}

// TestIgnoreNames: names are meant as their ecosystem means them, and the first
// rule that holds is the one that is named.
func TestIgnoreNames(t *testing.T) {
	t.Parallel()
	r := result(severity.High)
	r.Findings[0].Component = 1
	policy.Apply(r, policy.Rules{At: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Ignores: []policy.Ignore{
		{ID: "CVE-2026-1", Package: "Zope.Interface", Reason: "old", Expires: "2025-01-01"},
		{ID: "GHSA-1", Package: "zope_interface", Reason: "second"},
		{ID: "CVE-2026-1", Reason: "third"},
	}})
	if diff := cmp.Diff(&finding.Ignored{Rule: "GHSA-1", Reason: "second"}, r.Findings[0].Ignored); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	if len(r.Notices) > 0 || gates(r) != "expired-ignore 1" {
		t.Errorf("notices %q, gates %q", r.Notices, gates(r))
	}
	want := ": the ignore rule for CVE-2026-1 expired on 2025-01-01 (judged at 2026-01-01T00:00:00Z)"
	if got := r.Gates[0].Reason; got != want {
		t.Errorf("got reason %q, want %q", got, want)
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		rule  policy.Ignore
		words string
	}{
		{policy.Ignore{ID: "CVE-1", Reason: "x"}, ""},
		{policy.Ignore{ID: "CVE-1", Reason: "x", Expires: "2028-02-29"}, ""},
		{policy.Ignore{Reason: "x"}, "f:7: an ignore rule needs an id"},
		{policy.Ignore{ID: "CVE-1"}, "f:7: the ignore rule for CVE-1 needs a reason"},
		{policy.Ignore{ID: "CVE-1", Reason: " \t"}, "f:7: the ignore rule for CVE-1 needs a reason"},
		{policy.Ignore{ID: "CVE-1", Reason: "x", Expires: "2027-02-29"}, "f:7: the ignore rule for CVE-1 expires on"},
		{policy.Ignore{ID: "CVE-1", Reason: "x", Expires: "soon"}, "f:7: the ignore rule for CVE-1 expires on"},
	} {
		test.rule.Place = "f:7"
		err := policy.Rules{Ignores: []policy.Ignore{test.rule}}.Check()
		if test.words == "" && err == nil {
			continue
		}
		if errs.KindOf(err) != errs.Invalid || test.words == "" || !strings.HasPrefix(err.Error(), test.words) {
			t.Errorf("%+v: got error %v, want %q", test.rule, err, test.words)
		}
	}
}

package match_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/finding"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/match"
	"github.com/assay-sca/assay/internal/severity"
)

// record is an advisory of a test.
type record struct {
	id        string
	aliases   []string
	ecosystem string // npm
	name      string // x
	intervals []advisory.Interval
	level     severity.Level
	ratings   string // of the package alone
	summary   string
	text      string
	withdrawn bool

	provider   string // test
	unaffected bool
}

// database is an in-memory Advisories.
type database struct {
	records  []record
	clusters *advisory.Clusters
	calls    int
	fail     string // the call that fails
	forget   bool   // Details knows nothing
}

var errDatabase = errors.New("disk gone")

func newDatabase(records ...record) *database {
	d := &database{records: records, clusters: advisory.NewClusters()}
	for i := range d.records {
		if r := &d.records[i]; r.ecosystem == "" {
			r.ecosystem = "npm"
		}
		if d.records[i].name == "" {
			d.records[i].name = "x"
		}
		if !d.records[i].withdrawn {
			d.clusters.Add(d.records[i].id, d.records[i].aliases)
		}
	}
	return d
}

func (d *database) Candidates(_ context.Context, ecosystem string, names []string, yield func(advisory.Candidate) error) error {
	d.calls++
	if d.fail == "candidates" {
		return errDatabase
	}
	if !slices.IsSorted(names) || len(slices.Compact(slices.Clone(names))) != len(names) {
		return fmt.Errorf("names %q are not sorted and distinct", names)
	}
	for _, name := range names {
		for i, r := range d.records {
			if r.ecosystem != ecosystem || r.name != name {
				continue
			}
			c := advisory.Candidate{Name: name, Advisory: int64(i), Intervals: advisory.EncodeIntervals(r.intervals), Severity: r.ratings, Unaffected: r.unaffected}
			if err := yield(c); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d *database) Details(_ context.Context, numbers []int64) (map[int64]advisory.Detail, error) {
	if d.fail == "details" {
		return nil, errDatabase
	}
	details := map[int64]advisory.Detail{}
	for _, n := range numbers {
		if d.forget {
			break
		}
		r := d.records[n]
		details[n] = advisory.Detail{ID: r.id, Provider: cmp.Or(r.provider, "test"), Aliases: r.aliases, Severity: r.level, Summary: r.summary, Text: r.text, Withdrawn: r.withdrawn}
		if detail := details[n]; !r.withdrawn {
			detail.Vulnerabilities = d.clusters.Vulnerabilities(r.id, r.aliases)
			details[n] = detail
		}
	}
	return details, nil
}

func (d *database) Relatives(_ context.Context, names []string) (map[string][]advisory.Relative, error) {
	if d.fail == "relatives" {
		return nil, errDatabase
	}
	relatives := map[string][]advisory.Relative{}
	for _, r := range d.records {
		if r.withdrawn {
			continue
		}
		of := d.clusters.Vulnerabilities(r.id, r.aliases)
		for _, name := range of {
			if slices.Contains(names, name) {
				relatives[name] = append(relatives[name], advisory.Relative{ID: r.id, Severity: r.level, Bundle: len(of) > 1})
			}
		}
	}
	return relatives, nil
}

func (d *database) Decorations(context.Context, []string) (map[string]advisory.Decoration, error) {
	if d.fail == "decorations" {
		return nil, errDatabase
	}
	return map[string]advisory.Decoration{"CVE-2026-1": {Exploited: true, EPSS: 0.5}}, nil
}

func (d *database) ProductCandidates(ctx context.Context, products []string, yield func(advisory.Candidate) error) error {
	return d.Candidates(ctx, "CPE", products, yield)
}

var _ match.ProductAdvisories = (*database)(nil)

// components makes an inventory of "ecosystem name version" texts, in one unit in
// which all are direct.
func components(texts ...string) *inventory.Inventory {
	b := inventory.NewBuilder()
	unit := b.Unit("lock", "lock")
	for _, text := range texts {
		words := append(strings.Fields(text), "")
		b.Add(unit, inventory.Found{Ecosystem: words[0], Name: words[1], Version: words[2], Direct: true})
	}
	inv := b.Inventory()
	return &inv
}

func below(fixes ...string) []advisory.Interval {
	var out []advisory.Interval
	for _, fix := range fixes {
		out = append(out, advisory.Interval{Upper: fix})
	}
	return out
}

func run(t *testing.T, d *database, inv *inventory.Inventory) match.Result {
	t.Helper()
	r, err := match.Run(t.Context(), d, inv)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// lines writes findings, one a line.
func lines(inv *inventory.Inventory, r match.Result) string {
	var b strings.Builder
	for _, f := range r.Findings {
		c := inv.Components[f.Component]
		var ids []string
		for _, a := range f.Advisories {
			ids = append(ids, a.ID+" "+a.Range)
		}
		fmt.Fprintf(&b, "%s %s: %s %q %s by %s; fixed in %q\n", c.Name, c.Version, f.Vulnerability.ID, f.Vulnerability.Aliases, f.Vulnerability.Severity, strings.Join(ids, ", "), f.FixedIn)
	}
	for _, u := range r.Uncompared {
		c := inv.Components[u.Component]
		fmt.Fprintf(&b, "%s %s not compared with %q: %s\n", c.Name, c.Version, u.Advisories, u.Reason)
	}
	return b.String()
}

func TestRun(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name       string
		records    []record
		components []string
		want       string
	}{
		{
			name: "grouped by alias: CVE first, every advisory listed, the worst severity, all fixes",
			records: []record{
				{id: "GHSA-1", aliases: []string{"CVE-2026-1"}, intervals: below("1.5.0"), level: severity.Medium},
				{id: "PYSEC-1", aliases: []string{"CVE-2026-1", "SNYK-9"}, intervals: below("1.10.0"), level: severity.High},
				{id: "GHSA-2", aliases: []string{"CVE-2026-1"}, intervals: below("1.0.0"), level: severity.Critical}, // does not match
			},
			components: []string{"npm x 1.2.0"},
			want:       `x 1.2.0: CVE-2026-1 ["GHSA-1" "GHSA-2" "PYSEC-1" "SNYK-9"] high by GHSA-1 <1.5.0, PYSEC-1 <1.10.0; fixed in ["1.5.0" "1.10.0"]` + "\n",
		},
		{
			name:       "related without an alias stay apart",
			records:    []record{{id: "GHSA-2", intervals: below("2.0.0")}, {id: "GHSA-1", intervals: below("2.0.0")}},
			components: []string{"npm x 1.0.0"},
			want:       "x 1.0.0: GHSA-1 [] unknown by GHSA-1 <2.0.0; fixed in [\"2.0.0\"]\nx 1.0.0: GHSA-2 [] unknown by GHSA-2 <2.0.0; fixed in [\"2.0.0\"]\n",
		},
		{
			name: "a bundle gives one finding for each CVE and is nobody's alias",
			records: []record{
				{id: "DSA-1", aliases: []string{"CVE-2026-10", "CVE-2026-9"}, intervals: below("2.0.0"), level: severity.Low},
				{id: "GHSA-9", aliases: []string{"CVE-2026-9"}, intervals: below("3.0.0"), level: severity.High},
			},
			components: []string{"npm x 1.0.0"},
			want: `x 1.0.0: CVE-2026-9 ["GHSA-9"] high by GHSA-9 <3.0.0, DSA-1 <2.0.0; fixed in ["2.0.0" "3.0.0"]` + "\n" +
				`x 1.0.0: CVE-2026-10 [] low by DSA-1 <2.0.0; fixed in ["2.0.0"]` + "\n",
		},
		{
			name: "withdrawn: never a finding, never an alias, never uncompared",
			records: []record{
				{id: "GHSA-1", intervals: below("2.0.0"), withdrawn: true}, {id: "GHSA-2", intervals: below("not a version"), withdrawn: true},
				{id: "GHSA-3", aliases: []string{"CVE-2026-1"}, intervals: below("2.0.0")}, {id: "GHSA-4", aliases: []string{"CVE-2026-1"}, withdrawn: true, level: severity.Critical},
			},
			components: []string{"npm x 1.0.0"},
			want:       `x 1.0.0: CVE-2026-1 ["GHSA-3"] unknown by GHSA-3 <2.0.0; fixed in ["2.0.0"]` + "\n",
		},
		{
			name: "severity from relatives that do not match, but not from bundles",
			records: []record{
				{id: "PYSEC-1", aliases: []string{"CVE-2026-1"}, intervals: below("2.0.0")},
				{id: "GHSA-1", aliases: []string{"CVE-2026-1"}, name: "elsewhere", level: severity.Medium},
				{id: "DSA-1", aliases: []string{"CVE-2026-1", "CVE-2026-2"}, name: "elsewhere", level: severity.Critical},
			},
			components: []string{"npm x 1.0.0"},
			want:       `x 1.0.0: CVE-2026-1 ["GHSA-1" "PYSEC-1"] medium by PYSEC-1 <2.0.0; fixed in ["2.0.0"]` + "\n",
		},
		{
			name: "a version that is none: listed ones and all ones still match, the rest is not compared",
			records: []record{
				{id: "GHSA-1", intervals: below("2.0.0", "3.0.0")}, {id: "GHSA-2", intervals: []advisory.Interval{{Lower: "garbage", Exact: true}}},
				{id: "GHSA-3", intervals: []advisory.Interval{{}}}, {id: "GHSA-4", intervals: []advisory.Interval{{Lower: "1.0.0", Exact: true}}},
				{id: "GHSA-5", intervals: below("2.0.0")}, {id: "GHSA-6", intervals: append(below("2.0.0"), advisory.Interval{Lower: "garbage", Exact: true})},
			},
			components: []string{"npm x garbage"},
			want: "x garbage: GHSA-2 [] unknown by GHSA-2 =garbage; fixed in []\nx garbage: GHSA-3 [] unknown by GHSA-3 *; fixed in []\n" +
				"x garbage: GHSA-6 [] unknown by GHSA-6 <2.0.0 || =garbage; fixed in []\n" +
				"x garbage not compared with [\"GHSA-1\" \"GHSA-5\"]: the version \"garbage\" cannot be compared: not a npm version: \"garbage\"\n",
		},
		{
			name: "a bound that is no version: another interval may still cover",
			records: []record{
				{id: "GHSA-1", intervals: append(below("garbage"), advisory.Interval{Lower: "1.0.0", Upper: "2.0.0"})},
				{id: "GHSA-2", intervals: append(below("garbage"), advisory.Interval{Lower: "1.5.0", Upper: "2.0.0"})},
				{id: "GHSA-3", intervals: []advisory.Interval{{Lower: "garbage", Exact: true}}},
			},
			components: []string{"npm x 1.0.0"},
			want: "x 1.0.0: GHSA-1 [] unknown by GHSA-1 <garbage || >=1.0.0 <2.0.0; fixed in [\"2.0.0\"]\n" +
				"x 1.0.0 not compared with [\"GHSA-2\"]: the range \"<garbage\" cannot be compared: not a npm version: \"garbage\"\n",
		},
		{
			name:       "names and ecosystems are told apart, versions unknown are not asked for",
			records:    []record{{id: "GHSA-1", intervals: below("2.0.0")}, {id: "PYSEC-1", ecosystem: "PyPI", intervals: below("2.0")}, {id: "GHSA-2", name: "z", intervals: below("9.0.0")}},
			components: []string{"PyPI X 1.0", "npm y 1.0.0", "npm x 2.0.0", "npm x 1.9.9", "npm x", "npm z", "Go x 1.0.0"},
			want: "x 1.0: PYSEC-1 [] unknown by PYSEC-1 <2.0; fixed in [\"2.0\"]\n" +
				"x 1.9.9: GHSA-1 [] unknown by GHSA-1 <2.0.0; fixed in [\"2.0.0\"]\n",
		},
		{
			name: "several rows of one record are one advisory; the last affected version is no fix",
			records: []record{
				{id: "GHSA-1", intervals: []advisory.Interval{{Upper: "1.0.0", Inclusive: true}}}, {id: "GHSA-1", intervals: below("1.0.1")}, {id: "GHSA-1", intervals: below("1.0.1")},
			},
			components: []string{"npm x 1.0.0"},
			want:       "x 1.0.0: GHSA-1 [] unknown by GHSA-1 <=1.0.0 || <1.0.1; fixed in [\"1.0.1\"]\n",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			inv := components(test.components...)
			got := lines(inv, run(t, newDatabase(test.records...), inv))
			if diff := gocmp.Diff(strings.Split(test.want, "\n"), strings.Split(got, "\n")); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

// TestWhole compares everything in one finding.
func TestWhole(t *testing.T) {
	t.Parallel()
	const high, low = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:N", "CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N"
	d := newDatabase(
		record{id: "GHSA-1", aliases: []string{"CVE-2026-1"}, intervals: []advisory.Interval{{Lower: "1.0.0", Upper: "1.2.0"}, {Lower: "2.0.0"}}, level: severity.High,
			ratings: "CVSS_V3 " + high + "\nCVSS_V3 " + low, text: "# " + strings.Repeat("é", 300) + "\nmore"},
		record{id: "OSV-1", aliases: []string{"CVE-2026-1"}, intervals: []advisory.Interval{{Lower: "1.1.0", Exact: true}}, ratings: "CVSS_V3 " + high, summary: "second"},
	)
	inv := components("npm x 1.1.0")
	want := []finding.Finding{{
		Vulnerability: finding.Vulnerability{ID: "CVE-2026-1", Aliases: []string{"GHSA-1", "OSV-1"}, Severity: severity.High,
			CVSS:    advisory.Scores([]advisory.Severity{{Type: "CVSS_V3", Score: high}, {Type: "CVSS_V3", Score: low}}),
			Summary: strings.Repeat("é", 199) + "…", Exploited: true, EPSS: 0.5},
		Advisories: []finding.Advisory{{ID: "GHSA-1", Provider: "test", Range: ">=1.0.0 <1.2.0 || >=2.0.0"}, {ID: "OSV-1", Provider: "test", Range: "=1.1.0"}},
		FixedIn:    []string{"1.2.0"},
		Path:       []int{0},
		Evidence: []finding.Evidence{
			{Advisory: "GHSA-1", Interval: ">=1.0.0 <1.2.0", Version: "1.1.0", Scheme: "npm"},
			{Advisory: "OSV-1", Interval: "=1.1.0", Version: "1.1.0", Scheme: "npm"},
		},
	}}
	got := run(t, d, inv)
	if diff := gocmp.Diff(want, got.Findings); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	if got.Candidates != 2 || len(got.Findings[0].Vulnerability.CVSS) != 2 {
		t.Errorf("%d candidates, scores %v", got.Candidates, got.Findings[0].Vulnerability.CVSS)
	}
}

// TestPaths: the shortest way over all units, and none where nothing leads.
func TestPaths(t *testing.T) {
	t.Parallel()
	b := inventory.NewBuilder()
	add := func(u *inventory.Unit, name string, direct bool) {
		b.Add(u, inventory.Found{Ecosystem: "npm", Name: name, Version: "1.0.0", Direct: direct})
	}
	long := b.Unit("lock", "a") // a -> b -> x, and x -> a: a cycle
	add(long, "a", true)
	add(long, "b", false)
	add(long, "x", false)
	long.Edges = []inventory.Edge{{From: 0, To: 1}, {From: 1, To: 2}, {From: 2, To: 0}}
	short := b.Unit("lock", "b") // c -> x, d -> c
	add(short, "x", false)
	add(short, "d", true)
	add(short, "c", true)
	short.Edges = []inventory.Edge{{From: 1, To: 2}, {From: 2, To: 0}}
	same := b.Unit("lock", "c") // as short as the one before, which wins
	add(same, "x", false)
	add(same, "z", true)
	same.Edges = []inventory.Edge{{From: 1, To: 0}}
	lone := b.Unit("lock", "d")
	add(lone, "y", false)
	add(lone, "z", true)
	inv := b.Inventory()
	d := newDatabase(record{id: "GHSA-1", intervals: below("2.0.0")}, record{id: "GHSA-2", name: "y", intervals: below("2.0.0")},
		record{id: "GHSA-3", name: "c", intervals: below("2.0.0")}, record{id: "GHSA-4", intervals: below("3.0.0")})
	got := map[string][]string{}
	for _, f := range run(t, d, &inv).Findings {
		names := []string{}
		for _, c := range f.Path {
			names = append(names, inv.Components[c].Name)
		}
		got[f.Vulnerability.ID] = names
	}
	want := map[string][]string{"GHSA-1": {"c", "x"}, "GHSA-2": {}, "GHSA-3": {"c"}, "GHSA-4": {"c", "x"}}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

func TestFailures(t *testing.T) {
	t.Parallel()
	for _, call := range []string{"candidates", "details", "relatives", "decorations"} {
		d := newDatabase(record{id: "GHSA-1", intervals: below("2.0.0")})
		d.fail = call
		if r, err := match.Run(t.Context(), d, components("npm x 1.0.0")); !errors.Is(err, errDatabase) || len(r.Findings) > 0 {
			t.Errorf("%s fails: got %v, error %v", call, r, err)
		}
	}
	d := newDatabase(record{id: "GHSA-1", intervals: below("2.0.0")})
	d.forget = true
	if r, err := match.Run(t.Context(), d, components("npm x 1.0.0")); errs.KindOf(err) != errs.Damaged || len(r.Findings) > 0 {
		t.Errorf("a candidate without details: got %v, error %v", r, err)
	}
	if r, err := match.Run(t.Context(), d, components()); err != nil || len(r.Findings) > 0 {
		t.Errorf("nothing to match: got %v, error %v", r, err)
	}
	inv := components("npm a 1.0.0", "npm b 1.0.0", "npm b 2.0.0", "PyPI c 1.0", "npm d 1.0.0")
	d = newDatabase()
	if run(t, d, inv); d.calls != 2 {
		t.Errorf("the database was asked %d times, want once for each ecosystem", d.calls)
	}
}

// versions are compared in the generated cases; some are none.
var versions = []string{"0.9.0", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0", "1.0.1", "1.10.0", "1.9.0", "2.0.0", "2.0.0+build", "v1.0.0", "1.0", "", "garbage", "1.0.0.0", "dev-main"}

func interval(random *rand.Rand) advisory.Interval {
	pick := func() string { return versions[random.IntN(len(versions))] }
	switch random.IntN(6) {
	case 0:
		return advisory.Interval{}
	case 1:
		if v := pick(); v != "" {
			return advisory.Interval{Lower: v, Exact: true}
		}
		return advisory.Interval{}
	case 2:
		return advisory.Interval{Lower: pick()}
	case 3:
		return advisory.Interval{Lower: pick(), Upper: "1.5.0", Inclusive: true}
	}
	return advisory.Interval{Lower: pick(), Upper: pick()}
}

// TestExplainAgrees: what Explain says of each interval is what Run decides.
func TestExplainAgrees(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(3, 5))
	seen := map[string]int{}
	for range 3000 {
		ecosystem := []string{"npm", "PyPI", "Go", "crates.io", "RubyGems", "Packagist", "Hex"}[random.IntN(7)]
		text := versions[random.IntN(len(versions))]
		if text == "" {
			continue
		}
		var intervals []advisory.Interval
		for range 1 + random.IntN(3) {
			intervals = append(intervals, interval(random))
		}
		inv := components(ecosystem + " x " + text)
		r := run(t, newDatabase(record{id: "GHSA-1", ecosystem: ecosystem, intervals: intervals}), inv)
		covers, uncompared := "", false
		for i, v := range match.Explain(ecosystem, text, intervals) {
			if v.Interval != intervals[i].String() || v.Why == "" || strings.Contains(v.Why, "\n") || v.Covers && v.Uncompared {
				t.Errorf("%s %s, %v: verdict %+v", ecosystem, text, intervals[i], v)
			}
			if v.Covers && covers == "" {
				covers = v.Interval
			}
			uncompared = uncompared || v.Uncompared
		}
		got := ""
		if len(r.Findings) > 0 {
			got = r.Findings[0].Evidence[0].Interval
		}
		if got != covers || len(r.Uncompared) > 0 != (uncompared && covers == "") {
			t.Errorf("%s %s in %v: Run found %q and did not compare %v, Explain said %q and %t", ecosystem, text, intervals, got, r.Uncompared, covers, uncompared)
		}
		seen[fmt.Sprint(got != "", len(r.Uncompared) > 0)]++
	}
	if seen["true false"] < 100 || seen["false true"] < 100 || seen["false false"] < 100 {
		t.Errorf("the cases are too alike: %v", seen)
	}
}

// TestOrder: the order of records changes nothing.
func TestOrder(t *testing.T) {
	t.Parallel()
	records := []record{
		{id: "GHSA-1", aliases: []string{"CVE-2026-1"}, intervals: below("1.5.0")}, {id: "OSV-1", aliases: []string{"CVE-2026-1"}, intervals: below("1.4.0"), level: severity.Low},
		{id: "DSA-1", aliases: []string{"CVE-2026-1", "CVE-2025-7"}, intervals: below("9.0.0", "8.0.0")}, {id: "GHSA-5", name: "y", intervals: below("bad")},
		{id: "GHSA-4", name: "y", intervals: below("bad")}, {id: "GHSA-6", name: "y", intervals: below("2.0.0")},
	}
	inv := components("npm x 1.0.0", "npm y 1.0.0", "npm y 0.1.0", "npm x 1.1.0")
	want := lines(inv, run(t, newDatabase(records...), inv))
	random := rand.New(rand.NewPCG(1, 1))
	for range 50 {
		random.Shuffle(len(records), func(i, j int) { records[i], records[j] = records[j], records[i] })
		if diff := gocmp.Diff(want, lines(inv, run(t, newDatabase(records...), inv))); diff != "" {
			t.Fatalf("another order gives another result (-want +got):\n%s", diff)
		}
	}
}

func TestExplainWords(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		text     string
		interval advisory.Interval
		want     match.Verdict
	}{
		{"1.0.0", advisory.Interval{}, match.Verdict{Interval: "*", Covers: true, Why: "every version is affected"}},
		{"1.0.0", advisory.Interval{Lower: "1.0.0", Exact: true}, match.Verdict{Interval: "=1.0.0", Covers: true, Why: "1.0.0 is listed as affected"}},
		{"1.0.1", advisory.Interval{Lower: "1.0.0", Exact: true}, match.Verdict{Interval: "=1.0.0", Why: "1.0.1 is not the listed version 1.0.0"}},
		{"1.0.1", advisory.Interval{Lower: "1.0.0", Upper: "2.0.0"}, match.Verdict{Interval: ">=1.0.0 <2.0.0", Covers: true, Why: "1.0.1 lies in >=1.0.0 <2.0.0"}},
		{"0.1.0", advisory.Interval{Lower: "1.0.0", Upper: "2.0.0"}, match.Verdict{Interval: ">=1.0.0 <2.0.0", Why: "0.1.0 comes before 1.0.0, the first affected version"}},
		{"2.0.0", advisory.Interval{Lower: "1.0.0", Upper: "2.0.0"}, match.Verdict{Interval: ">=1.0.0 <2.0.0", Why: "2.0.0 is not before 2.0.0, which fixes it"}},
		{"2.0.1", advisory.Interval{Upper: "2.0.0", Inclusive: true}, match.Verdict{Interval: "<=2.0.0", Why: "2.0.1 comes after 2.0.0, the last affected version"}},
		{"bad", advisory.Interval{Upper: "2.0.0"}, match.Verdict{Interval: "<2.0.0", Uncompared: true, Why: `the version "bad" cannot be compared: not a npm version: "bad"`}},
		{"1.0.0", advisory.Interval{Upper: "bad"}, match.Verdict{Interval: "<bad", Uncompared: true, Why: `the range "<bad" cannot be compared: not a npm version: "bad"`}},
	} {
		if diff := gocmp.Diff([]match.Verdict{test.want}, match.Explain("npm", test.text, []advisory.Interval{test.interval})); diff != "" {
			t.Errorf("%s in %v: mismatch (-want +got):\n%s", test.text, test.interval, diff)
		}
	}
}

// TestUnaffected: the word of an authority silences and says so, anyone else's is
// shown beside the finding; what cannot be compared denies nothing.
func TestUnaffected(t *testing.T) {
	t.Parallel()
	deny := func(provider, id string, intervals ...advisory.Interval) record {
		return record{id: id, provider: provider, aliases: []string{"CVE-2026-1"}, ecosystem: "npm", name: "x", intervals: intervals, unaffected: true}
	}
	affected := record{id: "CVE-2026-1", ecosystem: "npm", name: "x", intervals: below("2.0.0")}
	for name, c := range map[string]struct {
		denial  record
		ignored bool
		dissent int
	}{
		"authority":                 {deny(advisory.Private, "ACME-1"), true, 1},
		"authority, of the version": {deny(advisory.Private, "ACME-1", advisory.Interval{Lower: "1.0.0", Exact: true}), true, 1},
		"authority, of another":     {deny(advisory.Private, "ACME-1", advisory.Interval{Lower: "1.1.0"}), false, 0},
		"not comparable":            {deny(advisory.Private, "ACME-1", advisory.Interval{Upper: "not a version"}), false, 0},
		"anyone":                    {deny("GHSA", "GHSA-1"), false, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := match.Run(t.Context(), newDatabase(affected, c.denial), components("npm x 1.0.0"))
			if err != nil || len(r.Findings) != 1 {
				t.Fatalf("%v, %d findings, want one", err, len(r.Findings))
			}
			f := r.Findings[0]
			if (f.Ignored != nil) != c.ignored || len(f.Dissent) != c.dissent {
				t.Errorf("ignored %v, dissent %v", f.Ignored, f.Dissent)
			}
			if !f.Vulnerability.Exploited || f.Vulnerability.EPSS != 0.5 {
				t.Errorf("not decorated: %+v", f.Vulnerability)
			}
		})
	}
}

// TestDecoratedByAlias: two CVEs are one vulnerability, and the later is exploited.
func TestDecoratedByAlias(t *testing.T) {
	t.Parallel()
	d := newDatabase(
		record{id: "GHSA-1", aliases: []string{"CVE-2025-1"}, ecosystem: "npm", name: "x", intervals: below("2.0.0")},
		record{id: "GHSA-2", aliases: []string{"GHSA-1"}, ecosystem: "npm", name: "y", intervals: below("2.0.0")},
		record{id: "CVE-2026-1", aliases: []string{"GHSA-2"}, ecosystem: "npm", name: "z", intervals: below("2.0.0")},
	)
	r, err := match.Run(t.Context(), d, components("npm x 1.0.0"))
	if err != nil || len(r.Findings) != 1 {
		t.Fatalf("%v, %d findings, want one", err, len(r.Findings))
	}
	if v := r.Findings[0].Vulnerability; v.ID != "CVE-2025-1" || !v.Exploited || v.EPSS != 0.5 {
		t.Errorf("not decorated: %+v", v)
	}
}

// TestProducts: by the name of the product alone, only where the database has
// nothing else of the ecosystem, with low confidence.
func TestProducts(t *testing.T) {
	t.Parallel()
	d := newDatabase(
		record{id: "CVE-2026-5", ecosystem: "CPE", name: "nginx", intervals: below("1.25.0")},
		record{id: "CVE-2026-6", ecosystem: "CPE", name: "left", intervals: below("9.0.0")},
		record{id: "CVE-2026-7", ecosystem: "CPE", name: "open_ssl", intervals: below("3.0.1")},
	)
	inv := components("docker library/nginx 1.24.0", "docker nginx 1.26.0", "npm left 1.0.0", "vcpkg open-ssl 3.0.0", "vcpkg nginx")
	r, err := match.Products(t.Context(), d, inv, map[string]int{"npm": 10})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range r.Findings {
		got = append(got, fmt.Sprintf("%s %s %s", inv.Components[f.Component].Name, f.Vulnerability.ID, f.Confidence))
	}
	if diff := gocmp.Diff([]string{"library/nginx CVE-2026-5 low", "open-ssl CVE-2026-7 low"}, got); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

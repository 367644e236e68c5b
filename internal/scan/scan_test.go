package scan_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/all"
	"github.com/assay-sca/assay/internal/finding"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/policy"
	"github.com/assay-sca/assay/internal/scan"
	"github.com/assay-sca/assay/internal/source"
)

var built = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// database knows of one vulnerability: npm's left before 2.0.0.
type database struct {
	known  map[string]int
	fail   string // the call that fails
	cancel func() // called with the first question
	sample bool
	// outdated are the notices of the sources that could not be renewed.
	outdated []string
}

var errDatabase = errors.New("page 7 is torn")

func (d database) Release() finding.Database {
	return finding.Database{State: "nonsense", Release: "r1", Digest: "sha256:0", Schema: "1.0.0", Built: built, Sample: d.sample}
}

func (d database) Ecosystems(ctx context.Context) (map[string]int, error) {
	if d.cancel != nil {
		d.cancel()
	}
	if d.fail == "ecosystems" {
		return nil, errDatabase
	}
	return d.known, ctx.Err()
}

func (d database) Outdated(ctx context.Context) ([]string, error) {
	if d.fail == "outdated" {
		return nil, errDatabase
	}
	return d.outdated, ctx.Err()
}

func (d database) Candidates(ctx context.Context, ecosystem string, names []string, yield func(advisory.Candidate) error) error {
	for _, name := range names {
		if ecosystem != "npm" || name != "left" {
			continue
		}
		if err := yield(advisory.Candidate{Name: name, Advisory: 1, Intervals: advisory.EncodeIntervals([]advisory.Interval{{Upper: "2.0.0"}})}); err != nil {
			return err
		}
	}
	if d.fail == "candidates" {
		return errDatabase
	}
	return ctx.Err()
}

func (d database) Details(context.Context, []int64) (map[int64]advisory.Detail, error) {
	if d.fail == "details" {
		return nil, errDatabase
	}
	return map[int64]advisory.Detail{1: {ID: "GHSA-1", Vulnerabilities: []string{"GHSA-1"}}}, nil
}

func (d database) Relatives(context.Context, []string) (map[string][]advisory.Relative, error) {
	return nil, nil
}

func (d database) Decorations(context.Context, []string) (map[string]advisory.Decoration, error) {
	return nil, nil
}

func (d database) ProductCandidates(_ context.Context, products []string, yield func(advisory.Candidate) error) error {
	if !slices.Contains(products, "left") {
		return nil
	}
	return yield(advisory.Candidate{Name: "left", Advisory: 1, Intervals: "<2.0.0"})
}

func (d database) HasProducts(context.Context) (bool, error) { return true, nil }

var _ scan.Database = database{}

// request scans two projects: npm's is vulnerable, RubyGems' has a version, and
// one requirement of Python's has none.
func request(d database) scan.Request {
	tree := fstest.MapFS{}
	for name, content := range map[string]string{
		"web/package-lock.json":  `{"lockfileVersion":3,"packages":{"":{"dependencies":{"left":"^1.0.0"}},"node_modules/left":{"version":"1.0.0"}}}`,
		"gems/Gemfile.lock":      "GEM\n  remote: https://gems.example.org/\n  specs:\n    rack (2.0.0)\n\nDEPENDENCIES\n  rack\n",
		"tools/requirements.txt": "flask\n",
	} {
		tree[name] = &fstest.MapFile{Data: []byte(content)}
	}
	return scan.Request{
		Source:  &source.Source{Tree: tree, Description: finding.Source{Kind: "directory", Name: "app"}},
		Extract: extract.Options{Extractors: all.Extractors(), Limits: extract.DefaultLimits()},
		Rules:   policy.Rules{At: built.Add(24 * time.Hour), MaxAge: 5 * 24 * time.Hour},
		Open:    func(context.Context) (scan.Database, error) { return d, nil },
	}
}

func everything() map[string]int { return map[string]int{"npm": 7, "PyPI": 5, "RubyGems": 3} }

func run(t *testing.T, req scan.Request) *finding.Result {
	t.Helper()
	r, err := scan.Run(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Inventory.Components) != 3 || r.Source.Name != "app" {
		t.Errorf("the inventory is not whole: %v of %v", r.Inventory.Components, r.Source)
	}
	if diff := cmp.Diff([]int{0}, r.Coverage.Unpinned); diff != "" {
		t.Errorf("unpinned: mismatch (-want +got):\n%s", diff)
	}
	return r
}

// verdict writes gates and the states of files, one a line.
func verdict(r *finding.Result) string {
	var b strings.Builder
	for _, g := range r.Gates {
		fmt.Fprintf(&b, "%s %d: %s\n", g.Name, g.Exit, g.Reason)
	}
	for _, f := range r.Coverage.Files {
		fmt.Fprintf(&b, "%s %s\n", f.Path, f.Status)
	}
	return b.String()
}

const allRead = "gems/Gemfile.lock read\ntools/requirements.txt read\nweb/package-lock.json read\n"

func same(t *testing.T, want, got string) {
	t.Helper()
	if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

func TestRun(t *testing.T) {
	t.Parallel()
	req := request(database{known: everything()})
	var stages []string
	req.Stage = func(name string) { stages = append(stages, name) }
	r := run(t, req)
	same(t, "findings 1: 1 finding reaches --fail-on any\n"+allRead, verdict(r))
	if diff := cmp.Diff(finding.Database{State: finding.DatabaseOK, Release: "r1", Digest: "sha256:0", Schema: "1.0.0", Built: built}, r.Database); diff != "" {
		t.Errorf("database: mismatch (-want +got):\n%s", diff)
	}
	want := []finding.EcosystemCoverage{{Name: "PyPI", Components: 1, Advisories: 5}, {Name: "RubyGems", Components: 1, Advisories: 3}, {Name: "npm", Components: 1, Advisories: 7}}
	if diff := cmp.Diff(want, r.Coverage.Ecosystems); diff != "" {
		t.Errorf("ecosystems: mismatch (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"read", "match"}, stages); diff != "" {
		t.Errorf("stages: mismatch (-want +got):\n%s", diff)
	}
	for range 10 {
		if diff := cmp.Diff(r, run(t, req)); diff != "" {
			t.Fatalf("another run differs (-first +this):\n%s", diff)
		}
	}
}

func TestNoAdvisories(t *testing.T) {
	t.Parallel()
	req := request(database{known: map[string]int{"npm": 7, "PyPI": 5}})
	req.Rules.FailOn = policy.FailOn{Never: true}
	r := run(t, req)
	same(t, "incomplete 3: 1 file of an ecosystem without advisories in the database\ngems/Gemfile.lock no-advisories\n"+
		"tools/requirements.txt read\nweb/package-lock.json read\n", verdict(r))
	if got, want := r.Coverage.Files[0].Reason, "the database has no advisories for RubyGems"; got != want {
		t.Errorf("got reason %q, want %q", got, want)
	}
	if policy.Complete(r) || policy.ExitCode(r.Gates) != policy.ExitIncomplete {
		t.Errorf("complete %t, exit code %d", policy.Complete(r), policy.ExitCode(r.Gates))
	}
}

func TestAge(t *testing.T) {
	t.Parallel()
	req := request(database{known: everything()})
	req.Rules.At = built.Add(5 * 24 * time.Hour)
	if r := run(t, req); r.Database.State != finding.DatabaseOK {
		t.Errorf("at the limit: got %v", r.Database)
	}
	req.Rules.At = req.Rules.At.Add(time.Second)
	r := run(t, req)
	same(t, "database 2: the advisory database was built on 2026-01-01T00:00:00Z, over 5 days before 2026-01-06T00:00:01Z: run `assay db update`, or allow more with --db-max-age\n"+
		"findings 1: 1 finding reaches --fail-on any\n"+allRead, verdict(r))
	if r.Database.State != finding.DatabaseStale || len(r.Findings) != 1 {
		t.Errorf("stale: got %v with %d findings", r.Database, len(r.Findings))
	}
	req.Rules.MaxAge = 0
	if r := run(t, req); r.Database.State != finding.DatabaseOK {
		t.Errorf("any age: got %v", r.Database)
	}
	sample := request(database{known: everything(), sample: true})
	sample.Rules.At = built.Add(1000 * 24 * time.Hour)
	same(t, "findings 1: 1 finding reaches --fail-on any\nsample-database 3: only the embedded sample of advisories was used: what it does not know was not checked\n"+allRead,
		verdict(run(t, sample)))
}

func TestUnusableDatabase(t *testing.T) {
	t.Parallel()
	for _, fail := range []string{"ecosystems", "outdated", "candidates", "details"} {
		t.Run("fails in the middle: "+fail, func(t *testing.T) {
			t.Parallel()
			r := run(t, request(database{known: everything(), fail: fail}))
			if r.Database.State != finding.DatabaseDamaged || r.Database.Release != "r1" || r.Database.Schema != "1.0.0" || len(r.Findings) > 0 {
				t.Errorf("got %v with %d findings", r.Database, len(r.Findings))
			}
			if policy.ExitCode(r.Gates) != policy.ExitInput || !strings.Contains(r.Gates[0].Reason, "page 7 is torn") {
				t.Errorf("got gates %v", r.Gates)
			}
		})
	}
	for _, test := range []struct {
		name string
		err  error
		want finding.DatabaseState
	}{
		{"not there", errs.E(errs.NotFound, "there is none"), finding.DatabaseMissing},
		{"truncated", errs.E(errs.Damaged, "it is cut off"), finding.DatabaseDamaged},
		{"of another schema", errors.New("schema 9"), finding.DatabaseDamaged},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			req := request(database{})
			req.Open = func(context.Context) (scan.Database, error) { return nil, test.err }
			r := run(t, req)
			same(t, "database 2: "+test.err.Error()+"\n"+allRead, verdict(r))
			if diff := cmp.Diff(finding.Database{State: test.want, Reason: test.err.Error()}, r.Database); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	req := request(database{})
	req.Rules.Ignores = []policy.Ignore{{ID: "CVE-1", Place: "f:1"}}
	if _, err := scan.Run(t.Context(), req); errs.KindOf(err) != errs.Invalid {
		t.Errorf("a rule without a reason: got error %v", err)
	}
	req = request(database{})
	req.Source.Tree = fstest.MapFS{"x": {}}
	req.Source.File = "x"
	if _, err := scan.Run(t.Context(), req); errs.KindOf(err) != errs.Invalid {
		t.Errorf("a file of no format: got error %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	if r, err := scan.Run(ctx, request(database{known: everything(), cancel: cancel})); !errors.Is(err, context.Canceled) || r != nil {
		t.Errorf("given up while matching: got %v, error %v", r, err)
	}
	if _, err := scan.Run(ctx, request(database{})); !errors.Is(err, context.Canceled) {
		t.Errorf("given up before: got error %v", err)
	}
}

func TestOneFile(t *testing.T) {
	t.Parallel()
	req := request(database{known: everything()})
	req.Source.Tree = fstest.MapFS{
		"yarn.lock":        {Data: []byte("left@^1.0.0:\n  version \"1.0.0\"\n\nright@^1.0.0:\n  version \"1.0.0\"\n")},
		"package.json":     {Data: []byte(`{"dependencies":{"right":"^1.0.0"}}`)},
		"requirements.txt": {Data: []byte("flask==1")},
	}
	req.Source.File = "yarn.lock"
	r, err := scan.Run(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range r.Inventory.Components {
		got = append(got, fmt.Sprint(c.Name, " ", c.Direct))
	}
	if diff := cmp.Diff([]string{"left false", "right true"}, got); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	if r.Coverage.Files[0].Status != inventory.Read || len(r.Coverage.Files) != 2 {
		t.Errorf("files: %v", r.Coverage.Files)
	}
}

// TestOutdated: a result that relies on old records says so.
func TestOutdated(t *testing.T) {
	t.Parallel()
	r := run(t, request(database{known: everything(), outdated: []string{"the records of npm are old"}}))
	if diff := cmp.Diff([]string{"the records of npm are old"}, r.Notices); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

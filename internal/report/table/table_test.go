package table_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/finding"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/report"
	"github.com/assay-sca/assay/internal/report/table"
	"github.com/assay-sca/assay/internal/severity"
)

// result is a small scan: a runtime and a development package with findings, a
// transitive one, and a clean one.
func result() *finding.Result {
	component := func(name, version string, direct bool, scope inventory.Scope) inventory.Component {
		return inventory.Component{PURL: "pkg:npm/" + name + "@" + version, Ecosystem: "npm", Name: name, Version: version, Direct: direct, Scope: scope}
	}
	vulnerability := func(component int, id string, level severity.Level, summary string, fixed ...string) finding.Finding {
		return finding.Finding{Component: component, FixedIn: fixed, Vulnerability: finding.Vulnerability{ID: id, Severity: level, Summary: summary}}
	}
	r := &finding.Result{
		Source:   finding.Source{Kind: "directory", Name: "app"},
		Database: finding.Database{State: finding.DatabaseOK, Release: "2026-01-09-00c0ffee", Built: time.Date(2026, 1, 9, 12, 0, 0, 0, time.UTC)},
		Inventory: inventory.Inventory{Components: []inventory.Component{
			component("deep-core", "0.3.1", false, inventory.ScopeRuntime),
			component("left-fold", "1.2.0", true, inventory.ScopeRuntime),
			component("padder", "2.0.0", true, inventory.ScopeOptional),
			component("tmpl-lite", "1.4.2", true, inventory.ScopeDev),
		}},
		Findings: []finding.Finding{
			vulnerability(0, "CVE-2025-10003", severity.Low, "Deep lists exhaust the stack"),
			vulnerability(1, "CVE-2025-10001", severity.Medium, "Folding a crafted list with many thousands of elements of different types runs code of the attacker's choosing", "1.2.3"),
			vulnerability(1, "GHSA-2222-3333-4444", severity.Critical, "A list can be made to fold itself", "1.2.2", "2.0.0-rc.1"),
			vulnerability(1, "CVE-2025-10007", severity.Unknown, ""),
			vulnerability(3, "CVE-2025-10002", severity.Critical, "A template can read any file", "2.0.0"),
		},
		Coverage: finding.Coverage{
			Files: []inventory.FileCoverage{{Path: "package-lock.json", Kind: "package-lock", Ecosystem: "npm", Status: inventory.Read},
				{Path: "package.json", Kind: "package.json", Ecosystem: "npm", Status: inventory.Read}},
			Ecosystems: []finding.EcosystemCoverage{{Name: "npm", Components: 4, Advisories: 10}},
		},
		Gates: []finding.Gate{{Name: "findings", Exit: 1, Reason: "5 findings reach --fail-on any"}},
	}
	r.Findings[0].Path = []int{1, 0}
	unit := inventory.Unit{ID: "package-lock:package-lock.json", Kind: "package-lock", Path: "package-lock.json"}
	for i := range r.Inventory.Components {
		unit.Occurrences = append(unit.Occurrences, inventory.Occurrence{Component: i, Path: unit.Path, Line: 10 * (i + 1)})
	}
	r.Inventory.Units = []inventory.Unit{unit}
	return r
}

// clean is a scan that found nothing wrong.
func clean() *finding.Result {
	r := result()
	r.Findings, r.Gates = nil, nil
	return r
}

func now(o report.Options) report.Options {
	o.Now = time.Date(2026, 1, 10, 0, 0, 0, 0, time.UTC)
	return o
}

func render(t *testing.T, r *finding.Result, o report.Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := table.New().Write(&b, r, now(o)); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestGolden(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name    string
		options report.Options
		result  func() *finding.Result
	}{
		{"plain", report.Options{}, result},
		{"colour", report.Options{Color: true, Width: 100}, result},
		{"narrow", report.Options{Width: 70}, result},
		{"very-narrow", report.Options{Width: 20}, result},
		{"wide", report.Options{Width: 200}, result},
		{"clean", report.Options{}, clean},
		{"clean-colour", report.Options{Color: true}, clean},
		{"nothing-read", report.Options{}, nothingRead},
		{"no-components", report.Options{}, noComponents},
		{"incomplete", report.Options{}, incomplete},
		{"incomplete-verbose", report.Options{Verbose: true}, incomplete},
		{"database-missing", report.Options{}, databaseMissing},
		{"database-unusable", report.Options{}, databaseUnusable},
		{"stale", report.Options{}, stale},
		{"stale-clean", report.Options{}, staleClean},
		{"sample", report.Options{Color: true}, sample},
		{"sample-clean", report.Options{}, sampleClean},
		{"many-places", report.Options{}, manyPlaces},
		{"many-places-verbose", report.Options{Verbose: true}, manyPlaces},
		{"ignored", report.Options{}, ignored},
		{"ignored-verbose", report.Options{Verbose: true}, ignored},
		{"ignored-all", report.Options{}, ignoredAll},
		{"long-path", report.Options{}, longPath},
		{"long-path-verbose", report.Options{Verbose: true}, longPath},
		{"hostile", report.Options{}, hostile},
		{"unicode", report.Options{}, unicodeNames},
		{"origins", report.Options{}, origins},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			golden(t, filepath.Join("testdata", c.name+".golden"), render(t, c.result(), c.options))
		})
	}
}

// TestDependencies: constraints met and not, versions from several places, one
// that nothing pins, and steering that strangers wrote.
func TestDependencies(t *testing.T) {
	t.Parallel()
	for _, verbose := range []bool{false, true} {
		r := asked()
		var b bytes.Buffer
		if err := table.NewDependencies().Write(&b, r, report.Options{Verbose: verbose, Now: r.Database.Built}); err != nil {
			t.Fatal(err)
		}
		name := "dependencies"
		if verbose {
			name += "-verbose"
		}
		golden(t, filepath.Join("testdata", name+".golden"), b.String())
	}
}

// asked is a lockfile with its manifest, beside more lockfiles of the same.
func asked() *finding.Result {
	r := result()
	r.Inventory.Components = append(r.Inventory.Components, inventory.Component{Ecosystem: "npm", Name: "zzz\x1b[2J", Direct: true})
	lock := &r.Inventory.Units[0]
	lock.Manifests = []string{"package.json"}
	for i := range lock.Occurrences {
		lock.Occurrences[i].Direct = r.Inventory.Components[i].Direct
	}
	lock.Declared = []inventory.Declaration{
		{Ecosystem: "npm", Name: "left-fold", Constraint: "^2.0.0", Path: "package.json", Line: 4},
		{Ecosystem: "npm", Name: "padder", Path: "package.json", Line: 5},
		{Ecosystem: "npm", Name: "zzz\x1b[2J", Constraint: "^1\x1b[2J", Path: "package.json", Line: 6},
	}
	lock.Drift = []inventory.Drift{{Name: "left-fold", Declared: "^2.0.0", Path: "package.json", Line: 4, Locked: []string{"1.2.0"}}}
	r.Inventory.Components = append(r.Inventory.Components, inventory.Component{Ecosystem: "npm", Name: "left-fold", Version: "2.1.0"})
	for i := range 4 {
		path := fmt.Sprintf("more/%d/package-lock.json", i)
		r.Inventory.Units = append(r.Inventory.Units, inventory.Unit{ID: "package-lock:" + path, Path: path,
			Occurrences: []inventory.Occurrence{{Component: 5, Path: path, Line: 3}}})
	}
	return r
}

// golden compares with a file, in which the escape character is written as ␛;
// ASSAY_UPDATE=1 rewrites it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	got = strings.ReplaceAll(got, "\x1b", "␛")
	if os.Getenv("ASSAY_UPDATE") == "1" {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s: mismatch (-want +got):\n%s", name, diff)
	}
}

func nothingRead() *finding.Result {
	r := clean()
	r.Inventory, r.Coverage = inventory.Inventory{}, finding.Coverage{}
	r.Gates = []finding.Gate{{Name: "incomplete", Exit: 3, Reason: "no manifest or lockfile was read"}}
	return r
}

func noComponents() *finding.Result {
	r := clean()
	r.Inventory = inventory.Inventory{}
	return r
}

func incomplete() *finding.Result {
	r := clean()
	r.Inventory.Components[2].Version = ""
	c := &r.Coverage
	c.Unpinned = []int{2}
	c.Uncompared = []finding.Uncompared{{Component: 1, Advisories: []string{"GHSA-2222-3333-4444"}, Reason: `the version "1.2.0" cannot be compared`}}
	c.Files = append(c.Files,
		inventory.FileCoverage{Path: "old/yarn.lock", Kind: "yarn.lock", Status: inventory.Failed, Line: 14, Reason: "an entry has no version"},
		inventory.FileCoverage{Path: "gems/Gemfile.lock", Kind: "Gemfile.lock", Status: inventory.NoAdvisories, Reason: "the database has no advisories for RubyGems"},
		inventory.FileCoverage{Path: "node_modules", Kind: "directory", Status: inventory.Skipped, Reason: "installed packages"},
		inventory.FileCoverage{Path: "requirements.txt", Kind: "requirements", Status: inventory.Read, Reason: "1 dependency has no pinned version"})
	for i := range 15 {
		c.Files = append(c.Files, inventory.FileCoverage{Path: fmt.Sprintf("java/%02d/pom.xml", i), Kind: "pom.xml", Status: inventory.Unsupported, Reason: "this format is not read yet"})
	}
	r.Gates = []finding.Gate{{Name: "incomplete", Exit: 3, Reason: "1 file could not be read whole"}}
	return r
}

func databaseMissing() *finding.Result {
	r := clean()
	r.Database = finding.Database{State: finding.DatabaseMissing, Reason: "no advisory database is installed: run `assay db update`"}
	r.Gates = []finding.Gate{{Name: "database", Exit: 2, Reason: r.Database.Reason}}
	return r
}

func databaseUnusable() *finding.Result {
	r := clean()
	r.Database.State, r.Database.Reason = finding.DatabaseDamaged, "advisory database a.db is damaged"
	r.Gates = []finding.Gate{{Name: "database", Exit: 2, Reason: r.Database.Reason}}
	return r
}

func stale() *finding.Result {
	r := result()
	r.Database.State, r.Database.Reason = finding.DatabaseStale, "built too long ago: run `assay db update`"
	r.Gates = append([]finding.Gate{{Name: "database", Exit: 2, Reason: r.Database.Reason}}, r.Gates...)
	return r
}

func staleClean() *finding.Result {
	r := stale()
	r.Findings, r.Gates = nil, r.Gates[:1]
	return r
}

func sample() *finding.Result {
	r := result()
	r.Database.Sample = true
	return r
}

func sampleClean() *finding.Result {
	r := clean()
	r.Database.Sample = true
	return r
}

func manyPlaces() *finding.Result {
	r := result()
	for i := range 7 {
		r.Inventory.Units = append(r.Inventory.Units, inventory.Unit{Path: fmt.Sprintf("%d/go.mod", i),
			Occurrences: []inventory.Occurrence{{Component: 1, Path: fmt.Sprintf("packages/%d/package-lock.json", i)}}})
	}
	return r
}

func ignored() *finding.Result {
	r := result()
	r.Findings[2].Ignored = &finding.Ignored{Rule: "GHSA-2222-3333-4444", Reason: "our lists do not fold themselves", Until: "2026-12-31"}
	r.Findings[4].Ignored = &finding.Ignored{Rule: "CVE-2025-10002", Reason: "only the documentation is built with it"}
	r.Notices = []string{".assay.yaml:7: the ignore rule for CVE-2099-1 matches nothing"}
	return r
}

func ignoredAll() *finding.Result {
	r := result()
	for i := range r.Findings {
		r.Findings[i].Ignored = &finding.Ignored{Rule: "x", Reason: "y"}
	}
	r.Gates = nil
	return r
}

func longPath() *finding.Result {
	r := result()
	from := len(r.Inventory.Components)
	path := []int{1}
	for i := range 12 {
		r.Inventory.Components = append(r.Inventory.Components, inventory.Component{Name: fmt.Sprintf("between-%d", i), Version: "1.0.0"})
		path = append(path, from+i)
	}
	r.Findings[0].Path = append(path, 0)
	return r
}

const steering = "\x1b[2J\x1b]0;title\x07\u009b31m\u202e\r\n\t\u2028end\xff"

func hostile() *finding.Result {
	r := incomplete()
	r.Findings, r.Gates = result().Findings, []finding.Gate{{Name: "findings", Exit: 1, Reason: "reason" + steering}}
	for i := range r.Inventory.Components {
		c := &r.Inventory.Components[i]
		c.Name, c.Ecosystem, c.Origin = c.Name+steering, c.Ecosystem+steering, inventory.Origin{Kind: "git" + steering}
	}
	for i := range r.Inventory.Units[0].Occurrences {
		r.Inventory.Units[0].Occurrences[i].Path = "a" + steering
	}
	f := &r.Findings[1]
	f.Vulnerability.ID, f.Vulnerability.Summary, f.FixedIn = "CVE"+steering, "summary"+steering, []string{"1.2.3" + steering}
	r.Findings[0].Ignored = &finding.Ignored{Rule: "x" + steering, Reason: "y" + steering}
	for i := range r.Coverage.Files {
		r.Coverage.Files[i].Path += steering
		r.Coverage.Files[i].Reason += steering
	}
	r.Coverage.Uncompared[0].Reason += steering
	r.Notices = []string{"note" + steering}
	r.Database.Release += steering
	return r
}

func unicodeNames() *finding.Result {
	r := result()
	r.Inventory.Components[1].Name = "折り畳み"
	r.Findings[1].Vulnerability.Summary = "折り畳みは攻撃者のコードを実行する 折り畳みは攻撃者のコードを実行する 折り畳みは攻撃者のコードを実行する"
	r.Findings[2].Vulnerability.Summary = "Cafe\u0301 🙂 naïve " + strings.Repeat("e\u0301", 80)
	return r
}

func origins() *finding.Result {
	r := result()
	r.Inventory.Components[1].Origin = inventory.Origin{Kind: inventory.OriginGit, Ref: "https://git.example.org/x.git"}
	r.Inventory.Components[3].Scope = inventory.ScopeUnknown
	r.Inventory.Components[0].Scope = inventory.ScopeTest
	return r
}

// TestNoSteering: of everything that strangers wrote nothing reaches the terminal
// as a command, whatever the options.
func TestNoSteering(t *testing.T) {
	t.Parallel()
	for _, o := range []report.Options{{}, {Verbose: true}, {Width: 60}} {
		text := render(t, hostile(), o)
		for _, bad := range []string{"\x1b", "\x07", "\u009b", "\u202e", "\r", "\t", "\u2028", "\xff", "\ufffd"} {
			if strings.Contains(text, bad) {
				t.Errorf("%q is in the table with %+v", bad, o)
			}
		}
	}
}

// TestOnlyCompleteIsClean: the words that say that nothing is wrong belong to a
// complete scan alone.
func TestOnlyCompleteIsClean(t *testing.T) {
	t.Parallel()
	const verdict = "No known vulnerabilities"
	for _, r := range []func() *finding.Result{clean, ignoredAll, noComponents} {
		if !strings.Contains(render(t, r(), report.Options{}), verdict) {
			t.Error("a clean scan is not called clean")
		}
	}
	for name, r := range map[string]func() *finding.Result{"nothing read": nothingRead, "incomplete": incomplete, "missing": databaseMissing,
		"unusable": databaseUnusable, "stale": staleClean, "sample": sampleClean, "findings": result} {
		text := render(t, r(), report.Options{})
		if strings.Contains(text, verdict) || strings.Contains(text, "Coverage: complete") && name != "findings" {
			t.Errorf("%s looks clean:\n%s", name, text)
		}
	}
}

// TestEveryLineFits: what can be shortened is.
func TestEveryLineFits(t *testing.T) {
	t.Parallel()
	for _, width := range []int{60, 80, 120} {
		for line := range strings.Lines(render(t, result(), report.Options{Width: width})) {
			if n := len([]rune(strings.TrimSuffix(line, "\n"))); strings.HasPrefix(line, "  ") && n > width {
				t.Errorf("%d columns, allowed are %d: %s", n, width, line)
			}
		}
	}
}

func TestWriteError(t *testing.T) {
	t.Parallel()
	if err := table.New().Write(fullDisk{}, result(), report.Options{}); !errors.Is(err, errFull) {
		t.Errorf("got %v", err)
	}
}

var errFull = errors.New("full")

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errFull }

// TestFailedFilesAreAllNamed: what shares a reason is one line, but no failed file
// hides behind a number.
func TestFailedFilesAreAllNamed(t *testing.T) {
	t.Parallel()
	r := clean()
	for i := range 40 {
		r.Coverage.Files = append(r.Coverage.Files, inventory.FileCoverage{Path: fmt.Sprintf("%02d.lock", i), Status: inventory.Failed, Reason: "it is cut short"})
	}
	text := render(t, r, report.Options{})
	for i := range 40 {
		if !strings.Contains(text, fmt.Sprintf("failed  %02d.lock", i)) {
			t.Errorf("%02d.lock is not named", i)
		}
	}
}

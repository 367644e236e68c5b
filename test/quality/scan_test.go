package quality

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// result is what is compared of the program's JSON.
type result struct {
	Schema string
	Units  []struct {
		ID, Kind, Path string
	}
	Components []struct {
		ID, PURL, Ecosystem, Name, Version string
		Direct                             bool
		Occurrences                        []struct {
			Unit, Path string
			Line       int
			Direct     bool
		}
	}
	Findings []struct {
		Component, PURL, Ecosystem, Name, Version string
		Advisories                                []struct{ ID string }
	}
	Coverage struct {
		Files []struct {
			Path, Kind, Status, Reason string
		}
		Uncompared []struct {
			Component  string
			Advisories []string
		}
	}
}

var buildOnce sync.Once

// realDatabase builds the database of one test run from all of the advisories.
func realDatabase(t testing.TB) string {
	t.Helper()
	db := filepath.Join(workDir, "quality.db")
	osv := filepath.Join(sharedData(t), "osv")
	buildOnce.Do(func() {
		if _, stderr, exit := assay(t, "db", "build", "--out", db, osv); exit != 0 {
			t.Errorf("db build: exit %d\n%s", exit, stderr)
		}
	})
	if _, err := os.Stat(db); err != nil {
		t.Fatalf("no database: %v", err)
	}
	return db
}

// scan runs the program on dir; the exit code is 0 whatever it finds.
func scan(t testing.TB, db, dir string) (out []byte, r result) {
	t.Helper()
	args := []string{"scan", "--db", db, "--offline", "--db-max-age", "0", "--fail-on", "none", "--allow-incomplete", "-o", "json", dir}
	out, stderr, exit := assay(t, args...)
	if exit != 0 {
		t.Fatalf("assay %s: exit %d\n%s", strings.Join(args, " "), exit, stderr)
	}
	if err := json.Unmarshal(out, &r); err != nil {
		t.Fatalf("%s: %v", dir, err)
	}
	return out, r
}

// pins are the versions that the result has from one file.
func (r result) pins(file string) pins {
	out := pins{}
	for _, c := range r.Components {
		for _, o := range c.Occurrences {
			if o.Path == file {
				out.add(c.Ecosystem, c.Name, c.Version, o.Direct)
			}
		}
	}
	return out
}

// rows are the findings, one for each advisory.
func (r result) rows() []row {
	var out []row
	for _, f := range r.Findings {
		for _, a := range f.Advisories {
			out = append(out, row{newPin(f.Ecosystem, f.Name, f.Version), a.ID})
		}
	}
	return sortRows(out)
}

// uncompared are the advisories of which the program says that it cannot tell.
func (r result) uncompared() []row {
	byID := map[string]pin{}
	for _, c := range r.Components {
		byID[c.ID] = newPin(c.Ecosystem, c.Name, c.Version)
	}
	var out []row
	for _, u := range r.Coverage.Uncompared {
		for _, id := range u.Advisories {
			out = append(out, row{byID[u.Component], id})
		}
	}
	return sortRows(out)
}

func sortRows(rows []row) []row {
	slices.SortFunc(rows, func(a, b row) int { return strings.Compare(a.String(), b.String()) })
	return slices.Compact(rows)
}

// written prints pins for a difference that people can read.
func (p pins) written() []string {
	var out []string
	for k, direct := range p {
		out = append(out, fmt.Sprint(k, map[bool]string{true: " direct", false: ""}[direct]))
	}
	slices.Sort(out)
	return out
}

// TestScan holds the program against the naive reading and the naive evaluation,
// folder by folder. Two runs give the same bytes.
func TestScan(t *testing.T) {
	t.Parallel()
	fixtures := filepath.Join(sharedData(t), "fixtures")
	db := realDatabase(t)
	all := loadAdvisories(t)
	folders := map[string]bool{}
	for _, l := range locks {
		folder, _, _ := strings.Cut(l.file, "/")
		folders[folder] = true
	}
	for _, folder := range slices.Sorted(maps.Keys(folders)) {
		t.Run(folder, func(t *testing.T) {
			t.Parallel()
			first, got := scan(t, db, filepath.Join(fixtures, folder))
			if second, _ := scan(t, db, filepath.Join(fixtures, folder)); !bytes.Equal(first, second) {
				t.Error("two runs differ")
			}
			checkResult(t, got, all, fixtures, folder+"/")
		})
	}
}

// TestScanTree scans all folders at once: what they have in common is read and
// matched once, and must appear wherever it is.
func TestScanTree(t *testing.T) {
	t.Parallel()
	fixtures := filepath.Join(sharedData(t), "fixtures")
	_, got := scan(t, realDatabase(t), fixtures)
	checkResult(t, got, loadAdvisories(t), fixtures, "")
}

// checkResult compares the result for all locks in a folder, given with a slash.
func checkResult(t *testing.T, got result, all advisories, fixtures, folder string) {
	checkShape(t, got)
	want := pins{}
	known := map[string]bool{}
	for _, l := range locks {
		file, ok := strings.CutPrefix(l.file, folder)
		if !ok {
			continue
		}
		known[file] = true
		naive := l.read(t, filepath.Join(fixtures, l.file))
		read := got.pins(file)
		if l.direct == undetermined {
			read = read.allDirect(false)
			naive = naive.allDirect(false)
		}
		compareLines(t, l.file+" pins", naive.written(), read.written())
		maps.Copy(want, naive)
		checkCoverage(t, got, file)
	}
	for _, c := range got.Components { // what manifests without a lock fix
		for _, o := range c.Occurrences {
			if !known[o.Path] && slices.Contains(ecosystems, c.Ecosystem) {
				want.add(c.Ecosystem, c.Name, c.Version, false)
			}
		}
	}
	compareRows(t, folder+" findings", naiveRows(t, all, folder, want), got.rows())
	compareRows(t, folder+" undecided", nil, got.uncompared())
}

func compareRows(t *testing.T, what string, naive, program []row) {
	t.Helper()
	text := func(rows []row) []string {
		out := make([]string, len(rows))
		for i, r := range rows {
			out[i] = r.String()
		}
		return out
	}
	compareLines(t, what, text(sortRows(naive)), text(program))
}

// compareLines shows what only one of two sorted lists has, but not all of a
// great many.
func compareLines(t *testing.T, what string, naive, program []string) {
	t.Helper()
	var diff []string
	for len(naive)+len(program) > 0 {
		switch {
		case len(program) == 0 || len(naive) > 0 && naive[0] < program[0]:
			diff, naive = append(diff, "- "+naive[0]), naive[1:]
		case len(naive) == 0 || program[0] < naive[0]:
			diff, program = append(diff, "+ "+program[0]), program[1:]
		default:
			naive, program = naive[1:], program[1:]
		}
	}
	if len(diff) > 0 {
		t.Errorf("%s: %d differences (-naive +assay):\n%s", what, len(diff), strings.Join(diff[:min(len(diff), 40)], "\n"))
	}
}

// checkCoverage demands that the ledger has the file as read.
func checkCoverage(t *testing.T, got result, file string) {
	t.Helper()
	for _, f := range got.Coverage.Files {
		if f.Path == file {
			if f.Status != "read" && f.Status != "no-advisories" {
				t.Errorf("%s is in the ledger as %s: %s", file, f.Status, f.Reason)
			}
			return
		}
	}
	t.Errorf("%s is not in the ledger", file)
}

// checkShape holds the result against itself.
func checkShape(t *testing.T, got result) {
	t.Helper()
	if got.Schema != "assay.scan/v1" {
		t.Errorf("schema %q", got.Schema)
	}
	units := map[string]bool{}
	for _, u := range got.Units {
		if units[u.ID] {
			t.Errorf("the unit %q is there twice", u.ID)
		}
		units[u.ID] = true
	}
	components := map[string]string{}
	for _, c := range got.Components {
		if !strings.HasPrefix(c.PURL, "pkg:") || c.ID == "" || c.Ecosystem == "" || c.Name == "" {
			t.Errorf("a component is incomplete: %+v", c)
		}
		if _, twice := components[c.ID]; twice {
			t.Errorf("the component %q is there twice", c.ID)
		}
		components[c.ID] = c.Name + "@" + c.Version
		direct := false
		for _, o := range c.Occurrences {
			direct = direct || o.Direct
			if !units[o.Unit] {
				t.Errorf("%s is in the unit %q, which is not there", c.ID, o.Unit)
			}
			if o.Line < 1 || path.IsAbs(o.Path) {
				t.Errorf("%s is at %q, line %d", c.ID, o.Path, o.Line)
			}
		}
		if len(c.Occurrences) == 0 || direct != c.Direct {
			t.Errorf("%s: direct is %t, of its %d occurrences %t", c.ID, c.Direct, len(c.Occurrences), direct)
		}
	}
	for _, f := range got.Findings {
		if components[f.Component] != f.Name+"@"+f.Version || len(f.Advisories) == 0 {
			t.Errorf("the finding on %s %s is of the component %q and has %d advisories", f.Name, f.Version, f.Component, len(f.Advisories))
		}
	}
}

// TestExitCodes: findings are an error unless told otherwise.
func TestExitCodes(t *testing.T) {
	t.Parallel()
	fixtures := filepath.Join(sharedData(t), "fixtures")
	db := realDatabase(t)
	tests := []struct {
		folder string
		args   []string
		exit   int
	}{
		{"npm-v2-axios", nil, 1},
		{"npm-v2-axios", []string{"--fail-on", "any"}, 1},
		{"npm-v2-axios", []string{"--fail-on", "critical"}, 1},
		{"npm-v2-axios", []string{"--fail-on", "none"}, 0},
		{"cargo-ripgrep", nil, 0},
		{"cargo-ripgrep", []string{"--fail-on", "no-such-word"}, 2},
		{"no-such-folder", nil, 2},
	}
	for _, tt := range tests {
		t.Run(tt.folder+strings.Join(tt.args, " "), func(t *testing.T) {
			t.Parallel()
			args := append([]string{"scan", "--db", db, "--offline", "--db-max-age", "0"}, tt.args...)
			_, stderr, exit := assay(t, append(args, filepath.Join(fixtures, tt.folder))...)
			if exit != tt.exit {
				t.Errorf("exit %d, want %d\n%s", exit, tt.exit, stderr)
			}
		})
	}
}

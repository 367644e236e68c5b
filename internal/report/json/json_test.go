package json_test

import (
	"bytes"
	stdjson "encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/finding"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/report"
	"github.com/assay-sca/assay/internal/report/json"
	"github.com/assay-sca/assay/internal/severity"
)

func write(t *testing.T, r *finding.Result) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := json.New().Write(&b, r, report.Options{}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// full is a result in which every field has a value.
func full() *finding.Result {
	return &finding.Result{
		Source: finding.Source{Kind: "git", Name: "https://git.example.org/team/app.git", Ref: "main", Commit: strings.Repeat("0123abcd", 5)},
		Database: finding.Database{State: finding.DatabaseStale, Reason: "built too long ago", Release: "2026-01-01-00c0ffee",
			Digest: "sha256:" + strings.Repeat("0f", 32), Schema: "1.0.0", Built: time.Date(2026, 1, 1, 1, 0, 0, 0, time.FixedZone("", 3600)), Sample: true},
		Inventory: inventory.Inventory{
			Units: []inventory.Unit{{
				ID: "package-lock:web/package-lock.json", Kind: "package-lock", Path: "web/package-lock.json", Manifests: []string{"web/package.json"},
				Occurrences: []inventory.Occurrence{
					{Component: 0, Written: "left-fold", Path: "web/package-lock.json", Line: 12, Direct: true, Scope: inventory.ScopeRuntime,
						Declared: []string{"^1.0.0"}, Integrity: []string{"sha512-AAAA"}},
					{Component: 1, Written: "Deep-Core", Path: "web/package-lock.json", Line: 20, Scope: inventory.ScopeDev},
					{Component: 0, Written: "left-fold", Path: "web/package-lock.json", Line: 30, Scope: inventory.ScopeDev},
				},
				Edges: []inventory.Edge{{From: 0, To: 1}, {From: 2, To: 1}},
				Declared: []inventory.Declaration{
					{Ecosystem: "npm", Name: "left-fold", Constraint: "^2.0.0", Scope: inventory.ScopeRuntime, Path: "web/package.json", Line: 4},
				},
				Drift: []inventory.Drift{{Name: "left-fold", Declared: "^2.0.0", Path: "web/package.json", Line: 4, Locked: []string{"1.2.0"}}},
			}},
			Components: []inventory.Component{
				{PURL: "pkg:npm/left-fold@1.2.0", Ecosystem: "npm", Name: "left-fold", Version: "1.2.0", Direct: true,
					Scope: inventory.ScopeRuntime, Licences: []string{"ISC", "MIT"}},
				{PURL: "pkg:npm/deep-core?vcs_url=git%2Bhttps:%2F%2Fgit.example.org%2Fdeep.git", Ecosystem: "npm", Name: "deep-core",
					Origin: inventory.Origin{Kind: inventory.OriginGit, Ref: "https://git.example.org/deep.git"}, Scope: inventory.ScopeDev},
			},
		},
		Findings: []finding.Finding{{
			Component: 0,
			Vulnerability: finding.Vulnerability{ID: "CVE-2025-10001", Aliases: []string{"GHSA-2222-3333-4444"}, Severity: severity.High,
				CVSS: []severity.CVSS{{Type: "CVSS_V3", Vector: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:L/A:N", Score: 8.2}}, Summary: "Folding runs code",
				Exploited: true, EPSS: 0.25},
			Advisories: []finding.Advisory{{ID: "GHSA-2222-3333-4444", Provider: "GHSA", Range: ">=1.0.0 <1.2.3 || =0.9.0"}},
			FixedIn:    []string{"1.2.3"}, Path: []int{0, 1},
			Evidence:   []finding.Evidence{{Advisory: "GHSA-2222-3333-4444", Interval: ">=1.0.0 <1.2.3", Version: "1.2.0", Scheme: "npm"}},
			Confidence: finding.Low,
			Dissent:    []finding.Advisory{{ID: "ACME-1", Provider: "PRIVATE", Range: "*"}},
			Ignored:    &finding.Ignored{Rule: "CVE-2025-10001", Reason: "the input is ours", Until: "2026-12-31"},
		}},
		Coverage: finding.Coverage{
			Files: []inventory.FileCoverage{{Path: "web/package-lock.json", Kind: "package-lock", Ecosystem: "npm", Status: inventory.Failed,
				Reason: "it ends too early", Line: 40}},
			Ecosystems: []finding.EcosystemCoverage{{Name: "Go", Components: 0, Advisories: 0}, {Name: "npm", Components: 2, Advisories: 5}},
			Unpinned:   []int{1},
			Uncompared: []finding.Uncompared{{Component: 1, Advisories: []string{"GHSA-8888-9999-2222"}, Reason: "it cannot be compared"}},
		},
		Gates:   []finding.Gate{{Name: "database", Exit: 2, Reason: "built too long ago"}, {Name: "incomplete", Exit: 3, Reason: "1 file could not be read whole"}},
		Notices: []string{"a rule matches nothing"},
	}
}

func TestGolden(t *testing.T) {
	t.Parallel()
	var indented bytes.Buffer
	if err := stdjson.Indent(&indented, write(t, full()), "", "  "); err != nil {
		t.Fatal(err)
	}
	golden(t, filepath.Join("testdata", "full.json"), indented.Bytes())
}

// golden compares with a file; ASSAY_UPDATE=1 rewrites it.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	if os.Getenv("ASSAY_UPDATE") == "1" {
		if err := os.WriteFile(name, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s: mismatch (-want +got):\n%s", name, diff)
	}
}

// TestFullIsFull: who adds a field to a result has to show it in the golden file.
func TestFullIsFull(t *testing.T) {
	t.Parallel()
	var document any
	if err := stdjson.Unmarshal(write(t, full()), &document); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	names(document, seen)
	for name := range schemaNames(t) {
		if !seen[name] {
			t.Errorf("full() gives no %q, which the schema has", name)
		}
	}
	empty := map[string]bool{}
	zeros(reflect.ValueOf(*full()), "Result", empty)
	for field := range empty {
		t.Errorf("full() leaves %s empty everywhere", field)
	}
}

// names gathers the member names at any depth.
func names(v any, seen map[string]bool) {
	switch x := v.(type) {
	case map[string]any:
		for name, member := range x {
			seen[name] = true
			names(member, seen)
		}
	case []any:
		for _, element := range x {
			names(element, seen)
		}
	}
}

// zeros gathers the struct fields that have no value in any element.
func zeros(v reflect.Value, name string, empty map[string]bool) {
	switch v.Kind() {
	case reflect.Pointer:
		zeros(v.Elem(), name, empty)
	case reflect.Slice:
		if v.Len() == 0 {
			return
		}
		missing := map[string]int{}
		for i := range v.Len() {
			one := map[string]bool{}
			zeros(v.Index(i), name, one)
			for field := range one {
				missing[field]++
			}
		}
		for field, n := range missing {
			if n == v.Len() {
				empty[field] = true
			}
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			return
		}
		for i := range v.NumField() {
			field := name + "." + v.Type().Field(i).Name
			// Level is not written: the vulnerability has its own.
			if v.Field(i).IsZero() && !strings.HasSuffix(field, ".CVSS.Level") && v.Type() != reflect.TypeFor[inventory.Edge]() && !strings.HasSuffix(field, ".Component") {
				empty[field] = true
				continue
			}
			zeros(v.Field(i), field, empty)
		}
	}
}

// TestSketch holds the document against the sketch that it was ordered by.
func TestSketch(t *testing.T) {
	t.Parallel()
	const sketch = `{"schema":0,"source":{},"database":{"release":0,"digest":0,"built":0},"units":[{"id":0,"kind":0,"path":0}],
"components":[{"id":0,"purl":0,"ecosystem":0,"name":0,"version":0,"direct":0,"scope":0,"occurrences":[{"unit":0,"path":0,"line":0,"direct":0,"scope":0,"declared":[]}]}],
"edges":[{"unit":0,"from":0,"to":0}],
"findings":[{"component":0,"purl":0,"ecosystem":0,"name":0,"version":0,"vulnerability":{"id":0,"aliases":[],"severity":0,"cvss":[],"summary":0},
"advisories":[{"id":0,"provider":0,"range":0}],"fixed_in":[],"path":[],"evidence":{}}],
"coverage":{"files":[{"path":0,"kind":0,"status":0,"reason":0}],"ecosystems":[],"complete":true},"summary":{}}`
	var want, got any
	if err := errors.Join(stdjson.Unmarshal([]byte(sketch), &want), stdjson.Unmarshal(write(t, full()), &got)); err != nil {
		t.Fatal(err)
	}
	covers(t, "$", want, got)
}

func covers(t *testing.T, at string, want, got any) {
	t.Helper()
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			t.Errorf("%s is no object", at)
			return
		}
		for name, member := range w {
			if _, ok := g[name]; !ok {
				t.Errorf("%s.%s is missing", at, name)
				continue
			}
			covers(t, at+"."+name, member, g[name])
		}
	case []any:
		g, ok := got.([]any)
		if !ok {
			t.Errorf("%s is no array", at)
			return
		}
		for i := range w {
			covers(t, fmt.Sprintf("%s[%d]", at, i), w[i], g[i])
		}
	}
}

func TestEqualResultsGiveEqualBytes(t *testing.T) {
	t.Parallel()
	first := write(t, full())
	var second bytes.Buffer
	options := report.Options{Color: true, Width: 40, Now: time.Now(), Verbose: true}
	if err := json.New().Write(&second, full(), options); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first, second.Bytes()) {
		t.Error("two documents of one result differ")
	}
}

// TestEmpty: no array is null and no required member missing, however little was
// found.
func TestEmpty(t *testing.T) {
	t.Parallel()
	data := write(t, &finding.Result{Source: finding.Source{Kind: "directory", Name: "empty"},
		Database: finding.Database{State: finding.DatabaseMissing, Reason: "none"}})
	if bytes.Contains(data, []byte("null")) {
		t.Errorf("null in %s", data)
	}
	validate(t, data)
}

// TestHostileStrings: whatever a stranger wrote, the document is JSON in UTF-8 and
// says the same.
func TestHostileStrings(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"\x00\x1b[2J\x7f\u009b", "</script><!--", `"\` + "\n\r\t\b\f", "\u2028\u2029\u202e", "\xff\xfe\xc0\x80", "\ud7ff\U0010ffff", `\u0000`} {
		r := full()
		r.Source.Name, r.Notices = text, []string{text}
		r.Inventory.Components[0].Name = text
		r.Inventory.Units[0].ID, r.Inventory.Units[0].Path = text, text
		r.Findings[0].Vulnerability.Summary, r.Findings[0].Ignored.Reason = text, text
		r.Coverage.Files[0].Reason = text
		data := write(t, r)
		if !utf8.Valid(data) {
			t.Errorf("%q: the document is not UTF-8", text)
		}
		validate(t, data)
		var got struct{ Notices []string }
		if err := stdjson.Unmarshal(data, &got); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if want := strings.ToValidUTF8(text, "\ufffd"); strings.ReplaceAll(got.Notices[0], "\ufffd", "") != strings.ReplaceAll(want, "\ufffd", "") {
			t.Errorf("%q became %q", text, got.Notices[0])
		}
	}
}

// TestLarge: many occurrences of one component and many edges are all there, each
// pair of components once.
func TestLarge(t *testing.T) {
	t.Parallel()
	const units, fan = 20, 500
	r := &finding.Result{Database: finding.Database{State: finding.DatabaseOK}, Source: finding.Source{Kind: "directory"}}
	for i := range fan {
		name := fmt.Sprintf("p%d", i)
		r.Inventory.Components = append(r.Inventory.Components, inventory.Component{PURL: "pkg:npm/" + name + "@1.0.0", Ecosystem: "npm", Name: name, Version: "1.0.0"})
	}
	for u := range units {
		unit := inventory.Unit{ID: fmt.Sprintf("u:%d", u), Kind: "u", Path: fmt.Sprint(u)}
		for i := range fan {
			unit.Occurrences = append(unit.Occurrences, inventory.Occurrence{Component: i, Path: unit.Path})
			// Twice each, and out of order.
			unit.Edges = append(unit.Edges, inventory.Edge{From: fan - 1 - i, To: 0}, inventory.Edge{From: fan - 1 - i, To: 0})
		}
		r.Inventory.Units = append(r.Inventory.Units, unit)
	}
	var got struct {
		Components []struct {
			ID          string
			Occurrences []struct{ Unit string }
		}
		Edges []struct{ Unit, From, To string }
	}
	data := write(t, r)
	if err := stdjson.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Edges) != units*fan || len(got.Components) != fan {
		t.Fatalf("%d edges and %d components, want %d and %d", len(got.Edges), len(got.Components), units*fan, fan)
	}
	for i, c := range got.Components {
		if len(c.Occurrences) != units || c.ID != fmt.Sprintf("c%d", i+1) {
			t.Fatalf("component %s has %d occurrences", c.ID, len(c.Occurrences))
		}
	}
	if e := got.Edges[1]; e.From != "c2" || e.To != "c1" {
		t.Errorf("the second edge is %v", e)
	}
}

// TestWriteError: a full disk is not success.
func TestWriteError(t *testing.T) {
	t.Parallel()
	if err := json.New().Write(fullDisk{}, full(), report.Options{}); !errors.Is(err, errFull) {
		t.Errorf("got %v", err)
	}
}

var errFull = errors.New("full")

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errFull }

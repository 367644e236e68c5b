package scandoc_test

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/codec/scandoc"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/all"
	"github.com/assay-sca/assay/internal/finding"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/report"
	reportjson "github.com/assay-sca/assay/internal/report/json"
)

// write is the document of what is read of some files.
func write(t testing.TB, files map[string]string) (extract.Result, []byte) {
	t.Helper()
	tree := fstest.MapFS{}
	for name, text := range files {
		tree[name] = &fstest.MapFile{Data: []byte(text)}
	}
	read, err := extract.Run(t.Context(), tree, extract.Options{Extractors: all.Extractors(), Limits: extract.DefaultLimits()})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	result := &finding.Result{Source: finding.Source{Kind: "git", Name: "https://git.example.org/shop", Ref: "refs/heads/main", Commit: "c0ffee"}, Inventory: read.Inventory}
	result.Coverage.Files = read.Ledger
	result.Notices = []string{"a notice"}
	if err := reportjson.New().Write(&out, result, report.Options{}); err != nil {
		t.Fatal(err)
	}
	return read, out.Bytes()
}

// TestRead wants what was written to come back: the same components, occurrences,
// edges and ledger.
func TestRead(t *testing.T) {
	t.Parallel()
	read, document := write(t, map[string]string{
		"web/package.json": `{"name":"shop","dependencies":{"left":"^1.0.0","gone":"^3.0.0"}}`,
		"web/package-lock.json": `{"lockfileVersion":3,"packages":{"":{"dependencies":{"left":"^1.0.0"}},
			"node_modules/left":{"version":"1.0.0","license":"MIT","integrity":"sha512-AA==","dependencies":{"right":"*"}},"node_modules/right":{"version":"2.0.0","dev":true},
			"node_modules/@own/local":{"version":"1.0.0","resolved":"https://files.example.org/local-1.0.0.tgz"}}}`,
		"tools/requirements.txt": "Flask\nrequests==2.0.0\n",
		"gems/Gemfile.lock":      "GEM\n  remote: https://gems.example.org/\n  specs:\n    rack (2.0.0)\n    x (",
	})
	got, err := scandoc.Read(document, scandoc.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	if got.Ref != "refs/heads/main" || got.Commit != "c0ffee" || len(got.Notices) != 1 {
		t.Errorf("of %q at %q, notices %q", got.Ref, got.Commit, got.Notices)
	}
	if diff := cmp.Diff(read.Inventory.Components, got.Inventory.Components); diff != "" {
		t.Errorf("components: mismatch (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(places(&read.Inventory), places(&got.Inventory)); diff != "" {
		t.Errorf("occurrences: mismatch (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(read.Inventory.Dependencies(), got.Inventory.Dependencies(), cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Locked" }, cmp.Ignore())); diff != "" {
		t.Errorf("dependencies: mismatch (-want +got):\n%s", diff)
	}
	for i := range read.Ledger {
		read.Ledger[i].Ecosystem = "" // the document does not say it
	}
	if diff := cmp.Diff(read.Ledger, got.Files); diff != "" {
		t.Errorf("ledger: mismatch (-want +got):\n%s", diff)
	}
}

// places writes units with their occurrences and edges, in an order of their own.
func places(inv *inventory.Inventory) map[string]bool {
	out := map[string]bool{}
	for _, u := range inv.Units {
		out[fmt.Sprint(u.ID, u.Manifests, u.Drift)] = true
		for _, o := range u.Occurrences {
			out[fmt.Sprint(u.ID, inv.Components[o.Component].PURL, o.Written, o.Path, o.Line, o.Direct, o.Scope, o.Declared, o.Integrity)] = true
		}
		for _, e := range u.Edges {
			out[fmt.Sprint(u.ID, inv.Components[u.Occurrences[e.From].Component].PURL, " needs ", inv.Components[u.Occurrences[e.To].Component].PURL)] = true
		}
	}
	return out
}

const sound = `{"schema":"assay.scan/v1","units":[{"id":"package-lock:p","kind":"package-lock","path":"p"}],
"components":[{"id":"c1","purl":"pkg:npm/left@1.0.0","ecosystem":"npm","name":"left","version":"1.0.0",
"occurrences":[{"unit":"package-lock:p","path":"p","line":3,"direct":true,"scope":"runtime"}]}],
"edges":[],"coverage":{"files":[{"path":"p","kind":"package-lock","status":"read"}]},"later":{"unknown":[1]}}`

// TestFaults wants each fault to be named by its place.
func TestFaults(t *testing.T) {
	t.Parallel()
	if _, err := scandoc.Read([]byte(sound), scandoc.DefaultLimits()); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, from, to string
		want           string
		kind           errs.Kind
	}{
		{"no JSON", sound, "PK\x03\x04", "this is no JSON object, so no document of `assay scan -o json`", errs.Invalid},
		{"another document", sound, `{"bomFormat":"CycloneDX"}`, "schema is missing", errs.Invalid},
		{"another version", "assay.scan/v1", "assay.scan/v2", `schema is "assay.scan/v2"; this server reads assay.scan/v1`, errs.Invalid},
		{"cut off", `,"later":{"unknown":[1]}}`, `,`, "the document is no JSON: ", errs.Invalid},
		{"more behind", `[1]}}`, `[1]}} {}`, "the document is no JSON: ", errs.Invalid},
		{"twice", `"edges":[]`, `"edges":[],"edges":[]`, "edges stands there twice", errs.Invalid},
		{"no coverage", `"coverage"`, `"cover"`, "coverage is missing", errs.Invalid},
		{"no list", `"edges":[]`, `"edges":{}`, "edges is not a list (line 4)", errs.Invalid},
		{"no text", `"purl":"pkg:npm/left@1.0.0"`, `"purl":7`, "components[0].purl is not a text (line 2)", errs.Invalid},
		{"a member is missing", `"version":"1.0.0",`, ``, "components[0].version is missing", errs.Invalid},
		{"another purl", `left@1.0.0`, `right@1.0.0`, `components[0].purl is "pkg:npm/right@1.0.0", which is not what its ecosystem, name and version make`, errs.Invalid},
		{"no such unit", `"unit":"package-lock:p"`, `"unit":"package-lock:q"`, `components[0].occurrences[0].unit is "package-lock:q", which is not among the units`, errs.Invalid},
		{"no occurrences", `[{"unit":"package-lock:p","path":"p","line":3,"direct":true,"scope":"runtime"}]`, `[]`, "components[0].occurrences is empty", errs.Invalid},
		{"a line", `"line":3`, `"line":-3`, "components[0].occurrences[0].line is no number of a line", errs.Invalid},
		{"a scope", `"scope":"runtime"`, `"scope":"all"`, `components[0].occurrences[0].scope is "all", which is no scope`, errs.Invalid},
		{"direct", `"direct":true`, `"direct":1`, "components[0].occurrences[0].direct is not true or false (line 3)", errs.Invalid},
		{"an edge", `"edges":[]`, `"edges":[{"unit":"package-lock:p","from":"c1","to":"c9"}]`, `edges[0].to is "c9", which does not occur in the unit`, errs.Invalid},
		{"a state", `"status":"read"`, `"status":"fine"`, `coverage.files[0].status is "fine", which is no state of a file`, errs.Invalid},
		{"a unit's id", `"id":"package-lock:p"`, `"id":"x"`, "units[0].id is not its kind and path", errs.Invalid},
		{"a long text", `"path":"p","line"`, `"path":"` + strings.Repeat("p", 9000) + `","line"`, "components[0].occurrences[0].path is longer than 8192 bytes", errs.TooLarge},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			text := strings.Replace(sound, tt.from, tt.to, 1)
			if text == sound {
				t.Fatal("the fault is not in the text")
			}
			_, err := scandoc.Read([]byte(text), scandoc.DefaultLimits())
			if err == nil || !strings.HasPrefix(err.Error(), tt.want) || errs.KindOf(err) != tt.kind {
				t.Errorf("error %v of kind %v, want %s", err, errs.KindOf(err), tt.want)
			}
		})
	}
}

// TestBounds wants each bound to be kept.
func TestBounds(t *testing.T) {
	t.Parallel()
	two := strings.Replace(sound, `"components":[`, `"components":[{"id":"c0","purl":"pkg:npm/a@1","ecosystem":"npm","name":"a","version":"1","occurrences":[{"unit":"package-lock:p","direct":true,"scope":""}]},`, 1)
	for _, tt := range []struct {
		name   string
		change func(l *scandoc.Limits)
		want   string
	}{
		{"bytes", func(l *scandoc.Limits) { l.Bytes = 100 }, "the document is larger than 100 bytes"},
		{"components", func(l *scandoc.Limits) { l.Components = 1 }, "components has more than 1 elements"},
		{"occurrences", func(l *scandoc.Limits) { l.Occurrences = 1 }, "components[].occurrences has more than 1 elements"},
		{"units", func(l *scandoc.Limits) { l.Units = 0 }, "units has more than 0 elements"},
		{"files", func(l *scandoc.Limits) { l.Files = 0 }, "coverage.files has more than 0 elements"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			limits := scandoc.DefaultLimits()
			tt.change(&limits)
			if _, err := scandoc.Read([]byte(two), limits); err == nil || err.Error() != tt.want || errs.KindOf(err) != errs.TooLarge {
				t.Errorf("error %v of kind %v, want %s", err, errs.KindOf(err), tt.want)
			}
		})
	}
}

// TestExample reads the documentation's example.
func TestExample(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../../docs/scan-json.md")
	if err != nil {
		t.Fatal(err)
	}
	_, example, _ := strings.Cut(string(text), "```json\n")
	example, _, _ = strings.Cut(example, "```")
	doc, err := scandoc.Read([]byte(example), scandoc.DefaultLimits())
	if err != nil || len(doc.Inventory.Components) != 1 {
		t.Errorf("%d components, %v", len(doc.Inventory.Components), err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(sound))
	f.Fuzz(func(t *testing.T, data []byte) {
		doc, err := scandoc.Read(data, scandoc.DefaultLimits())
		if err != nil && errs.KindOf(err) != errs.Invalid && errs.KindOf(err) != errs.TooLarge {
			t.Errorf("an error without a kind: %v", err)
		}
		for _, u := range doc.Inventory.Units {
			for _, o := range u.Occurrences {
				if o.Component < 0 || o.Component >= len(doc.Inventory.Components) {
					t.Errorf("an occurrence of component %d of %d", o.Component, len(doc.Inventory.Components))
				}
			}
		}
	})
}

func BenchmarkRead(b *testing.B) {
	const n = 1000
	var lock strings.Builder
	lock.WriteString(`{"lockfileVersion":3,"packages":{"":{"dependencies":{"package-0":"^1.0.0"}}`)
	for i := range n {
		fmt.Fprintf(&lock, `,"node_modules/package-%d":{"version":"1.2.3","license":"MIT","integrity":"sha512-%s","dependencies":{"package-%d":"^1.0.0","package-%d":"^1.0.0"}}`,
			i, strings.Repeat("A", 88), 2*i%n, (2*i+1)%n)
	}
	lock.WriteString("}}")
	_, document := write(b, map[string]string{"package-lock.json": lock.String()})
	b.SetBytes(int64(len(document)))
	b.ReportAllocs()
	for b.Loop() {
		if doc, err := scandoc.Read(document, scandoc.DefaultLimits()); err != nil || len(doc.Inventory.Components) != n {
			b.Fatal(err)
		}
	}
}

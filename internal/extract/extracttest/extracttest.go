// Package extracttest is what every format's test uses: golden files, fuzzing,
// hostile input and throughput, the same for all.
package extracttest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/inventory"
)

// Golden reads testdata/name with e and compares everything found with
// testdata/name.golden. ASSAY_UPDATE=1 rewrites the golden file: read its diff.
func Golden(t *testing.T, e extract.Extractor, name string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	file, err := e.Extract(context.Background(), extract.Input{Path: name, Data: data})
	got := Render(file, err)
	golden := filepath.Join("testdata", filepath.FromSlash(name)+".golden")
	if os.Getenv("ASSAY_UPDATE") == "1" {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s: mismatch (-want +got):\n%s", name, diff)
	}
}

// Render writes everything in a file as text, one fact a line.
func Render(file extract.File, err error) string {
	var b strings.Builder
	if file.Name != "" {
		fmt.Fprintf(&b, "name %s\n", file.Name)
	}
	if file.DirectKnown {
		b.WriteString("direct known\n")
	}
	for _, m := range file.Members {
		fmt.Fprintf(&b, "member %s\n", m)
	}
	for _, d := range file.Declared {
		fmt.Fprintf(&b, "%d: declared %s %q%s%s%s\n", d.Line, d.Name, d.Constraint,
			optional(" alias ", d.Alias), optional(" ", string(d.Scope)), origin(d.Origin))
	}
	for i, p := range file.Packages {
		renderPackage(&b, p)
		for _, edge := range file.Edges {
			if edge.From == i && edge.To < len(file.Packages) && edge.To >= 0 {
				to := file.Packages[edge.To]
				fmt.Fprintf(&b, "    -> %s %s\n", to.Name, to.Version)
			}
		}
	}
	for _, i := range file.Includes {
		fmt.Fprintf(&b, "%d: include %s constraint=%t\n", i.Line, i.Path, i.Constraint)
	}
	for _, p := range file.Problems {
		fmt.Fprintf(&b, "problem %d: %s\n", p.Line, p.Message)
	}
	for _, n := range file.Notes {
		fmt.Fprintf(&b, "note %s\n", n)
	}
	if err != nil {
		fmt.Fprintf(&b, "error %v\n", err)
	}
	return b.String()
}

func renderPackage(b *strings.Builder, p extract.Package) {
	direct := ""
	if p.Direct {
		direct = " direct"
	}
	fmt.Fprintf(b, "%d: %s%s %s%s%s%s", p.Line, optional("", p.Ecosystem), p.Name, p.Version, direct,
		optional(" ", string(p.Scope)), origin(p.Origin))
	for _, list := range []struct {
		label string
		items []string
	}{{"declared", p.Declared}, {"licences", p.Licences}, {"integrity", p.Integrity}, {"requests", p.Requests}} {
		if len(list.items) > 0 {
			fmt.Fprintf(b, " %s=%q", list.label, list.items)
		}
	}
	b.WriteByte('\n')
}

func optional(prefix, s string) string {
	if s == "" {
		return ""
	}
	return prefix + s
}

func origin(o inventory.Origin) string {
	if o.Kind == inventory.OriginRegistry {
		return ""
	}
	return fmt.Sprintf(" from %s %s", o.Kind, o.Ref)
}

// Fuzz is a format's fuzz target: seeded with testdata, it checks that no input
// panics, hangs, or gives an inconsistent result.
func Fuzz(f *testing.F, e extract.Extractor) {
	f.Helper()
	for _, name := range inputs(f) {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	for _, h := range hostile() {
		f.Add(h.data[:min(len(h.data), 4096)])
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := e.Extract(context.Background(), extract.Input{Path: "fuzz/input", Data: data})
		Check(t, file, err)
	})
}

// Check fails if a result breaks the contract.
func Check(t *testing.T, file extract.File, err error) {
	t.Helper()
	for _, edge := range file.Edges {
		if edge.From < 0 || edge.From >= len(file.Packages) || edge.To < 0 || edge.To >= len(file.Packages) {
			t.Errorf("edge %v outside the %d packages", edge, len(file.Packages))
		}
	}
	for _, p := range file.Packages {
		if p.Name == "" {
			t.Errorf("line %d: package without a name", p.Line)
		}
	}
	for _, d := range file.Declared {
		if d.Name == "" {
			t.Errorf("line %d: declaration without a name", d.Line)
		}
	}
	if err != nil && strings.Contains(err.Error(), "\n") {
		t.Errorf("error of more than one line: %q", err)
	}
}

// Hostile feeds truncations of testdata/name and classic hostile inputs. Nothing
// may panic or take long, and a file that is no text of the format must say so.
func Hostile(t *testing.T, e extract.Extractor, name string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	step := max(1, len(data)/500)
	for n := 0; n < len(data); n += step {
		file, err := e.Extract(context.Background(), extract.Input{Path: name, Data: bytes.Clone(data[:n])})
		Check(t, file, err)
	}
	for _, h := range hostile() {
		start := time.Now()
		file, err := e.Extract(context.Background(), extract.Input{Path: name, Data: h.data})
		Check(t, file, err)
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("%s: took %v", h.name, took)
		}
	}
}

// FailsAt checks that content fails (or is reported as a problem) on a line with
// words that a person can use, and that at least keep packages or declarations
// are kept.
func FailsAt(t *testing.T, e extract.Extractor, content string, line int, words string, keep int) {
	t.Helper()
	file, err := e.Extract(context.Background(), extract.Input{Path: "case", Data: []byte(content)})
	Check(t, file, err)
	var all []error
	if err != nil {
		all = append(all, err)
	}
	for _, p := range file.Problems {
		all = append(all, &errs.LineError{Line: p.Line, Err: errors.New(p.Message)})
	}
	found := false
	for _, err := range all {
		at, message := errs.LineOf(err)
		found = found || at == line && strings.Contains(message, words)
	}
	if !found {
		t.Errorf("want a fault on line %d with %q, got %v", line, words, all)
	}
	if got := len(file.Packages) + len(file.Declared); got < keep {
		t.Errorf("kept %d packages and declarations, want at least %d", got, keep)
	}
}

type hostileInput struct {
	name string
	data []byte
}

func hostile() []hostileInput {
	deep := func(open string) []byte { return []byte(strings.Repeat(open, 200_000)) }
	return []hostileInput{
		{"empty", nil},
		{"one byte", []byte{0}},
		{"binary", bytes.Repeat([]byte{0, 1, 2, 0xff, 0xfe, '\n'}, 50_000)},
		{"elf", []byte("\x7fELF\x02\x01\x01")},
		{"deep arrays", deep("[")},
		{"deep objects", deep(`{"a":`)},
		{"deep yaml", deep("- ")},
		{"deep indent", deep("a:\n ")},
		{"one long line", bytes.Repeat([]byte("x"), 5_000_000)},
		{"many lines", bytes.Repeat([]byte("a==1\n"), 500_000)},
		{"lone quotes", bytes.Repeat([]byte(`"`), 500_001)},
		{"invalid utf-8", []byte("{\"packages\":{\"\xff\xfe\":{}}}")},
	}
}

// inputs lists testdata without the golden files.
func inputs(tb testing.TB) []string {
	tb.Helper()
	var names []string
	err := filepath.WalkDir("testdata", func(path string, d os.DirEntry, err error) error {
		if err == nil && d.IsDir() && d.Name() == "fuzz" {
			return filepath.SkipDir
		}
		if err == nil && !d.IsDir() && !strings.HasSuffix(path, ".golden") {
			names = append(names, path)
		}
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return names
}

// Bench measures a format's throughput on testdata/name, or on the real fixture
// shared/data/fixtures/name when name starts with "shared:", where that is there;
// and, as dense, on a file of at least a megabyte that its pattern makes. Of the
// latter it reports what the result holds and what reading it allocates, as
// multiples of the file.
func Bench(b *testing.B, e extract.Extractor, name string) {
	b.Helper()
	b.Run("file", func(b *testing.B) {
		path := filepath.Join("testdata", filepath.FromSlash(name))
		if fixture, ok := strings.CutPrefix(name, "shared:"); ok {
			path = Fixture(b, fixture)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			b.Fatal(err)
		}
		benchInput(b, e, extract.Input{Path: name, Data: data})
	})
	b.Run("dense", func(b *testing.B) {
		p, err := ReadPattern(".")
		if err != nil {
			b.Fatal(err)
		}
		path, err := p.Path(e)
		if err != nil {
			b.Fatal(err)
		}
		in := extract.Input{Path: path, Data: p.Sized(DenseSize)}
		held, allocated := Memory(e, in)
		benchInput(b, e, in)
		b.ReportMetric(held, "held/file")
		b.ReportMetric(allocated, "allocated/file")
	})
}

func benchInput(b *testing.B, e extract.Extractor, in extract.Input) {
	b.Helper()
	b.SetBytes(int64(len(in.Data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := e.Extract(context.Background(), in); err != nil {
			b.Fatal(err)
		}
	}
}

// Fixture is the path of a real lockfile in the shared data, which lies beside
// the checkout; the test skips when it is not there.
func Fixture(tb testing.TB, name string) string {
	tb.Helper()
	dir, err := os.Getwd()
	if err != nil {
		tb.Fatal(err)
	}
	for ; ; dir = filepath.Dir(dir) {
		path := filepath.Join(dir, "..", "shared", "data", "fixtures", filepath.FromSlash(name))
		if _, err := os.Stat(path); err == nil {
			return path
		}
		if dir == filepath.Dir(dir) {
			tb.Skipf("skipped: real fixture %s is not present", name)
		}
	}
}

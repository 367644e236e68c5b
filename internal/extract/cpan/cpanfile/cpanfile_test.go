package cpanfile_test

import (
	"context"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/cpan/cpanfile"
	"github.com/assay-sca/assay/internal/extract/cpan/moduleindex"
	"github.com/assay-sca/assay/internal/extract/extracttest"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	extracttest.Goldens(t, cpanfile.New(), "cpanfile")
}

// The modules of the golden file, named by the distributions of a snapshot.
func TestJoin(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/cpanfile")
	if err != nil {
		t.Fatal(err)
	}
	e := cpanfile.New()
	if diff := cmp.Diff([]string{"a/cpanfile.snapshot"}, e.Needs("a/cpanfile", extract.File{})); diff != "" {
		t.Error(diff)
	}
	file, err := e.Extract(context.Background(), extract.Input{Data: data})
	if err != nil {
		t.Fatal(err)
	}
	before := extracttest.Render(file, nil)
	file2 := e.Join(file, []extract.File{{Basis: moduleindex.Index{
		"Gauge::Dial": {Distribution: "Gauge-Dial", Release: "1.20", Version: "1.20"},
		"Needle":      {Distribution: "Needle", Release: "v0.9.1", Version: "v0.9.1"},
		"Exact":       {Distribution: "Range", Release: "2.1", Version: "1.23"},
		"Range":       {Distribution: "Range", Release: "2.1", Version: "2.1"},
	}}})
	type declared struct{ Name, Alias, Constraint string }
	var got []declared
	for _, d := range file2.Declared[:4] {
		got = append(got, declared{d.Name, d.Alias, d.Constraint})
	}
	want := []declared{
		{"Gauge-Dial", "Gauge::Dial", ">= 1.0"}, {"Needle", "", ""},
		{"Range", "", ">= 2.0, < 3.0, != 2.4"}, {"Range", "Exact", ""},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	if n := len(file.Declared) - len(file2.Declared); n != 2 { // Test::More, ExtUtils::MakeMaker
		t.Errorf("%d modules were taken as Perl's own, want 2", n)
	}
	if diff := cmp.Diff(before, extracttest.Render(file, nil)); diff != "" {
		t.Errorf("the file itself was changed:\n%s", diff)
	}
	if len(e.Join(file, []extract.File{{}}).Declared) != len(file.Declared) {
		t.Error("a snapshot that was not read changes something")
	}
}

func TestWants(t *testing.T) {
	t.Parallel()
	extracttest.Wants(t, cpanfile.New(), map[string]bool{
		"cpanfile": true, "a/cpanfile": true, "cpanfile.snapshot": false, "mycpanfile": false,
	})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	extracttest.Faults(t, cpanfile.New(), []extracttest.Fault{
		{Name: "truncated", Line: 2, Words: "a string does not end", Keep: 1, Content: "requires 'Gauge';\nrequires 'Need"},
		{Name: "truncated block", Line: 2, Words: "a block does not end", Keep: 2, Content: "requires 'Gauge';\non test => sub {\nrequires 'Needle';\n"},
	})
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, cpanfile.New(), "cpanfile")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, cpanfile.New()) }

func BenchmarkExtract(b *testing.B) { extracttest.Bench(b, cpanfile.New(), "cpanfile") }

package tomltree

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/assay-sca/assay/internal/errs"
)

const document = `# a comment
title = "T"
[owner]
name = "N" # trailing
dotted.key = 1

[[package]]
name = "a"
deps = [
  "x", # first
  "y",
]

[package.source]
url = "u"

[[package]]
name = "b"
inline = { one = 1, two = ["z"] }
`

func TestParse(t *testing.T) {
	doc, err := Parse([]byte(document))
	if err != nil {
		t.Fatal(err)
	}
	if got := doc.Get("owner", "dotted", "key").String(); got != "1" {
		t.Errorf("dotted key = %q, want 1", got)
	}
	packages := doc.Get("package").Items()
	if len(packages) != 2 {
		t.Fatalf("got %d packages, want 2", len(packages))
	}
	if got := packages[1].Line; got != 17 {
		t.Errorf("second package is on line %d, want 17", got)
	}
	if got := packages[0].Table().Get("deps").Items()[1]; got.String() != "y" || got.Line != 11 {
		t.Errorf("second dep = %q on line %d, want y on 11", got.String(), got.Line)
	}
	if got := packages[0].Table().Get("source", "url").String(); got != "u" {
		t.Errorf("source url = %q, want u", got)
	}
	if got := packages[1].Table().Get("inline", "two").Items()[0].String(); got != "z" {
		t.Errorf("inline array = %q, want z", got)
	}
}

func TestParseFaults(t *testing.T) {
	for name, tc := range map[string]struct {
		text string
		line int
	}{
		"duplicate key":   {"a = 1\nb = 2\na = 3\n", 3},
		"duplicate table": {"[a]\n[b]\n[a]\n", 3},
		"table over key":  {"a = 1\n[a]\n", 2},
		"truncated":       {"a = 1\nb = [1,\n", 2},
		"no value":        {"a = 1\n\nb\n", 3},
	} {
		t.Run(name, func(t *testing.T) {
			doc, err := Parse([]byte(tc.text))
			if err == nil {
				t.Fatal("no error")
			}
			if line, _ := errs.LineOf(err); line != tc.line {
				t.Errorf("error %q, want it on line %d", err, tc.line)
			}
			if len(doc.Keys()) == 0 {
				t.Error("what stood before the fault is lost")
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(document))
	f.Add([]byte("[a.b]\n[[a]]\n"))
	f.Fuzz(func(_ *testing.T, data []byte) {
		doc, _ := Parse(data)
		doc.Get("a", "b", "c")
	})
}

func BenchmarkParse(b *testing.B) {
	data, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "data", "fixtures", "uv-flask", "uv.lock"))
	if err != nil {
		b.Skip("real lockfile not present: ", err)
	}
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, err := Parse(data); err != nil {
			b.Fatal(err)
		}
	}
}

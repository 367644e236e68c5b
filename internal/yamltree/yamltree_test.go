package yamltree_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/yamltree"
)

func render(v yamltree.Value) string {
	switch {
	case v.IsMap():
		var parts []string
		v.Entries(func(key string, value yamltree.Value) {
			parts = append(parts, fmt.Sprintf("%d %s=%s", value.Line, key, render(value)))
		})
		return "{" + strings.Join(parts, " ") + "}"
	case v.IsList():
		var parts []string
		for _, item := range v.Items() {
			parts = append(parts, render(item))
		}
		return "[" + strings.Join(parts, " ") + "]"
	case v.IsScalar():
		return fmt.Sprintf("%q", v.String())
	case v.IsNull():
		return "null"
	}
	return "absent"
}

func TestParse(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{"empty", "", "absent"},
		{"only comments", "# a\n\n  # b\n", "absent"},
		{"mapping", "a: 1\nb: two words # why\n'c d': \"e\\tf\"\n", `{1 a="1" 2 b="two words" 3 c d="e\tf"}`},
		{"nested", "a:\n  b:\n    c: 1\n  d:\ne: ~\n", `{1 a={2 b={3 c="1"} 4 d=null} 5 e=null}`},
		{"lists", "a:\n- 1\n- b: 2\n  c: 3\n-\n  - x\n- - y\n  - z\nd:\n  - ''\n", `{1 a=["1" {3 b="2" 4 c="3"} ["x"] ["y" "z"]] 9 d=[""]}`},
		{"top list", "- a\n- b\n", `["a" "b"]`},
		{"flow", "a: {b: 1, 'c': [x, \"y, z\"], d: , e}\nf: []\ng: {}\n", `{1 a={1 b="1" 1 c=["x" "y, z"] 1 d=null 1 e=null} 2 f=[] 3 g={}}`},
		{"flow of lines", "a: [x, # why\n  y,\n]\nb: {\n  c: d\n  }\n", `{1 a=["x" "y"] 4 b={5 c="d"}}`},
		{"flow url", "a: {url: https://h.example.org/x, ref: v1}\n", `{1 a={1 url="https://h.example.org/x" 1 ref="v1"}}`},
		{"colons in text", "a: b:c\nb: http://x\n", `{1 a="b:c" 2 b="http://x"}`},
		{"text of lines", "a: one\n  two\n  three\nb: >-\n  x\n\n  y: z\nc: |\n  # no comment\nd: 1\n", `{1 a="one two three" 4 b="x\n\ny: z" 8 c="# no comment" 10 d="1"}`},
		{"quotes of lines", "a: \"one\n  two\"\nb: 'it''s'\n", `{1 a="one two" 3 b="it's"}`},
		{"ends and marks", "%YAML 1.2\n---\r\na: 1\r\nb:\r\n  c: 2\r\n...\nnothing", `{3 a="1" 4 b={5 c="2"}}`},
		{"second document", "a: 1\n---\na: 2\n", `{1 a="1"}`},
		{"tags and anchors", "a: !!str 1\nb: &x\n  c: &y 2\n", `{1 a="1" 2 b={3 c="2"}}`},
		{"hash in text", "a: b#c\nb: '# d' # e\n", `{1 a="b#c" 2 b="# d"}`},
		{"escapes", `a: "\u0041\x42\"\\/"`, `{1 a="AB\"\\/"}`},
		{"scalar", "text", `"text"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			doc, err := yamltree.Parse([]byte(tt.text))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, render(doc.Root)); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, words, kept string }{
		{"alias", "a: 1\nb: *x\n", "line 2: not YAML that is read here: an alias", `{1 a="1" 2 b=null}`},
		{"alias as an item", "a:\n- *x\n", "line 2", ""},
		{"alias between brackets", "a: [*x]\n", "line 1", ""},
		{"merge key", "a:\n  <<: b\n", "line 2", ""},
		{"complex key", "? a\n: b\n", "line 1", ""},
		{"open quote", "a: 1\nb: \"x\n", "line 2", `{1 a="1" 2 b=""}`},
		{"open bracket", "a: [x,\ny", "line 2", ""},
		{"wrong indentation", "a:\n    b: 1\n  c: 2\n", "line 3", ""},
		{"deeper than a value", "a: 1\n  b: 2\n", "line 2", ""},
		{"no key", "a: 1\nb\n", "line 2", ""},
		{"text behind quotes", "a: \"b\" c\n", "line 1", ""},
		{"tab", "a:\n\tb: 1\n", "line 2", ""},
		{"deep", strings.Repeat("- ", 200), "deeper", ""},
		{"deep brackets", "a: " + strings.Repeat("[", 200), "deeper", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			doc, err := yamltree.Parse([]byte(tt.text))
			if err == nil || !strings.Contains(err.Error(), tt.words) {
				t.Errorf("got %v, want %q", err, tt.words)
			}
			if tt.kept != "" && tt.kept != render(doc.Root) {
				t.Errorf("kept %s, want %s", render(doc.Root), tt.kept)
			}
		})
	}
}

func TestDuplicates(t *testing.T) {
	t.Parallel()
	var many strings.Builder
	for i := range 40 {
		fmt.Fprintf(&many, "k%d: %d\n", i, i)
	}
	doc, err := yamltree.Parse([]byte(many.String() + "k3: again\nk39: again\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := []yamltree.Duplicate{{Key: "k3", Line: 41}, {Key: "k39", Line: 42}}
	if diff := cmp.Diff(want, doc.Duplicates); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	if got := doc.Root.Get("k3").String(); got != "again" {
		t.Errorf("got %q, want the last", got)
	}
	if doc.Root.Get("k3", "x").Exists() || doc.Root.Get("none").Exists() {
		t.Error("what is not there exists")
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"a: 1\n", "- - a\n  - b: {c: [d]}\n", "a: \"x\n y\"\n", "a: |\n  b\n", "? x", "a: [\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		doc, err := yamltree.Parse(data)
		if err != nil && !strings.HasPrefix(err.Error(), "line ") {
			t.Errorf("an error without a line: %v", err)
		}
		_ = render(doc.Root)
	})
}

func BenchmarkParse(b *testing.B) {
	data := bytes.Repeat([]byte("- name: widget\n  description:\n    sha256: \"0123456789abcdef0123456789abcdef\"\n    url: https://registry.example.org/\n"), 1000)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := yamltree.Parse(data); err != nil {
			b.Fatal(err)
		}
	}
}

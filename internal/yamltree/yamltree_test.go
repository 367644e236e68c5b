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
		{"aliases", "a: &x 1\nb: *x # why\nc: [*x, *x , &y 2, *y]\n", `{1 a="1" 2 b="1" 3 c=["1" "1" "2" "2"]}`},
		{"anchors of items", "- &x\n  a: 1\n- &y b\n- &z\n- *x\n- *y\n- *z\n", `[{2 a="1"} "b" null {2 a="1"} "b" null]`},
		{"anchors of collections", "a: &x\n- 1\nb: &y {c: *x}\nd: *y\ne: &z\nf: *z\n", `{1 a=["1"] 3 b={3 c=["1"]} 4 d={3 c=["1"]} 5 e=null 6 f=null}`},
		{"anchor on a line of its own", "a:\n  &x\n  b: 1\nc: *x\n", `{1 a={3 b="1"} 4 c={3 b="1"}}`},
		{"anchor of the root", "--- # y\n&x\na: 1\n", `{3 a="1"}`},
		{"anchors of keys", "&k a: 1\n!!str &l b: 2\nc: *k\n*l : 3\nd:\n- &m e: 4\n- *m\n", `{1 a="1" 2 b="2" 3 c="a" 4 b="3" 5 d=[{6 e="4"} "e"]}`},
		{"an anchor again", "a: &x 1\nb: *x\nc: &x 2\nd: *x\n", `{1 a="1" 2 b="1" 3 c="2" 4 d="2"}`},
		{"anchor and text", "a: &x |\n  t\nb: *x\nc: &y \"q\"\nd: *y\n", `{1 a="t" 3 b="t" 4 c="q" 5 d="q"}`},
		{"merge key", "a: &x {b: 1, c: 2}\nd:\n  c: 3\n  <<: *x\n  e: 4\n", `{1 a={1 b="1" 1 c="2"} 2 d={3 c="3" 5 e="4" 1 b="1"}}`},
		{"merge keys", "- &x {a: 1}\n- &y {a: 2, b: 3}\n- <<: [*x, *y]\n- {<<: *y, c: 4}\n- <<: *x\n  <<: *y\n- '<<': 5\n",
			`[{1 a="1"} {2 a="2" 2 b="3"} {1 a="1" 2 b="3"} {4 c="4" 2 a="2" 2 b="3"} {1 a="1" 2 b="3"} {7 <<="5"}]`},
		{"merge key of a merge key", "a: &x {b: 1}\nc: &y\n  <<: *x\nd:\n  <<: *y\n", `{1 a={1 b="1"} 2 c={1 b="1"} 4 d={1 b="1"}}`},
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
		{"alias of nothing", "a: 1\nb: *x\n", "line 2: not YAML that is read here: an alias of an anchor that does not stand before", `{1 a="1" 2 b=null}`},
		{"alias before its anchor", "a: *x\nb: &x 1\n", "line 1", `{1 a=null}`},
		{"cyclic list", "a: &x\n- 1\n- *x\n", "line 3: not YAML that is read here: an alias of what it is a part of", `{1 a=["1" null]}`},
		{"cyclic mapping", "a: &x\n  b: &y\n    c: *x\n", "line 3", `{1 a={2 b={3 c=null}}}`},
		{"cyclic brackets", "a: &x [*x]\n", "line 1: not YAML that is read here: an alias of what it is a part of", ""},
		{"cyclic merge key", "a: &x\n  b: 1\n  <<: *x\n", "line 3", `{1 a={2 b="1"}}`},
		{"merge key of text", "a:\n  b: 1\n  <<: c\n", "line 3: not YAML that is read here: a merge key of what is no mapping", `{1 a={2 b="1"}}`},
		{"merge key of a list of text", "a: {<<: [b]}\n", "line 1: not YAML that is read here: a merge key of what is no mapping", ""},
		{"text behind an alias", "a: &x 1\nb: *x y\n", "line 2", ""},
		{"anchors without an end", "- " + strings.Repeat("&a ", 1000) + "b: 1\n- [" + strings.Repeat("&a ", 1000), "line 2", ""},
		{"alias as an item", "a:\n- *x\n", "line 2", ""},
		{"alias between brackets", "a: [*x]\n", "line 1", ""},
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

// bomb is a small file of which each level names the one before ten times.
func bomb(levels int, level string) string {
	var b strings.Builder
	b.WriteString("l0: &l0 {t: lol}\n")
	for i := range levels {
		fmt.Fprintf(&b, level, i+1, strings.Repeat(fmt.Sprintf("*l%d, ", i), 10))
	}
	return b.String()
}

func TestBombs(t *testing.T) {
	t.Parallel()
	large := "x: &x " + strings.Repeat("y", 100_000) + "\nz:\n" + strings.Repeat("- *x\n", 1000)
	chain := "l0: &l0 [a]\n"
	for i := range 200 {
		chain += fmt.Sprintf("l%d: &l%d [*l%d]\n", i+1, i+1, i)
	}
	tests := []struct {
		name, text, words string
		line              int
	}{
		{"billion laughs", bomb(30, "l%[1]d: &l%[1]d [%[2]s]\n"), "its aliases stand for more than", 6},
		{"of merge keys", bomb(30, "l%[1]d: &l%[1]d {<<: [{k%[1]d: [%[2]s]}]}\n"), "its aliases stand for more than", 6},
		{"quadratic", large, "its aliases stand for more than", 17},
		{"deep", chain, "nested deeper than 100 by aliases", 100},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			doc, err := yamltree.Parse([]byte(tt.text))
			if err == nil || !strings.HasPrefix(err.Error(), fmt.Sprintf("line %d: ", tt.line)) || !strings.Contains(err.Error(), tt.words) {
				t.Errorf("got %v, want %q on line %d", err, tt.words, tt.line)
			}
			if n := len(render(doc.Root)); n > 10<<20 {
				t.Errorf("what is kept is %d bytes", n)
			}
		})
	}
}

// What a file of people's repeats by aliases is far below the bound.
func TestManyAliases(t *testing.T) {
	t.Parallel()
	text := "steps: &s\n" + strings.Repeat("- {uses: a/b@v1, with: {c: d}}\n", 50) + "jobs:\n" + strings.Repeat("- *s\n", 50)
	if _, err := yamltree.Parse([]byte(text)); err != nil {
		t.Error(err)
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
	for _, s := range []string{"a: 1\n", "- - a\n  - b: {c: [d]}\n", "a: \"x\n y\"\n", "a: |\n  b\n", "? x", "a: [\n",
		"a: &x [1, &y 2]\nb: {<<: *x, c: *y}\n*y : d\n<<: [*x]\n", "a: &a\n- &b\n  c: *a\n- &d !e f: *b\n"} {
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

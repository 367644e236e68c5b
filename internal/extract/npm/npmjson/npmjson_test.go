package npmjson

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/errs"
)

// read reads a document whose members are objects of dependencies, but for "word"
// and "workspaces", and writes what it found.
func read(text string) string {
	r := New([]byte(text))
	var b strings.Builder
	err := r.Document(func(key []byte) error {
		switch what := string(key); what {
		case "word":
			word, err := r.Word(what)
			fmt.Fprintf(&b, "word=%s ", word)
			return err
		case "workspaces":
			globs, err := r.Workspaces()
			fmt.Fprintf(&b, "globs=%q ", globs)
			return err
		default:
			return r.Dependencies(what, func(name Name, spec []byte) {
				fmt.Fprintf(&b, "%s@%s ", r.Names.Text(name), spec)
			})
		}
	})
	for _, p := range r.Faults.Problems {
		fmt.Fprintf(&b, "[%d: %s] ", p.Line, p.Message)
	}
	if err != nil {
		line, words := errs.LineOf(err)
		fmt.Fprintf(&b, "error %d: %s", line, words)
	}
	return strings.TrimSpace(b.String())
}

func TestReader(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ text, want string }{
		{`{"d":{"a":"1","b":""},"e":{"a":"2"}}`, "a@1 b@ a@2"},
		{"{\"d\":{\"a\":\"1\",\n\"a\":\"2\"}}", `a@1 a@2 [2: duplicate key "a" in d]`},
		{`{"d":null,"e":[]}`, ""},
		{"{\n\"d\":[1]}", "[2: d is not an object]"},
		{`{"d":"x"}`, "[1: d is not an object]"},
		{`{"d":{"a":null}}`, `[1: d: the value of "a" is not a string]`},
		{`{"d":{"":"1"}}`, "[1: d: a dependency without a name]"},
		{`{"word":"x"}`, "word=x"},
		{`{"word":null}`, "word="},
		{`{"word":1}`, "word= [1: word is not a string]"},
		{`{"workspaces":["./a/*","b/","!./c","!"]}`, `globs=["a/*" "b" "!c"]`},
		{`{"workspaces":{"x":1,"packages":["a"]}}`, `globs=["a"]`},
		{`{"workspaces":null}`, "globs=[]"},
		{`{"workspaces":1}`, "globs=[] [1: workspaces is not an array]"},
		{`{"workspaces":[1,"a"]}`, `globs=["a"] [1: a workspace is not a string]`},
		{"[]", "error 1: the text is not a JSON object"},
		{"{}\nx", "error 2: not valid JSON: invalid character 'x' at start of value"},
		{"{\"d\":{\"a\":\"1\",\n", "a@1 error 2: not valid JSON: the text ends too early"},
		{"", "error 1: not valid JSON: the text ends too early"},
	} {
		if diff := cmp.Diff(tt.want, read(tt.text)); diff != "" {
			t.Errorf("%q: mismatch (-want +got):\n%s", tt.text, diff)
		}
	}
}

func TestCutName(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		path, name, rest string
		last             bool
	}{
		{"a", "a", "", true}, {"a/b", "a", "b", false}, {"a/", "a", "", false}, {"", "", "", true},
		{"@s/a", "@s/a", "", true}, {"@s/a/b/c", "@s/a", "b/c", false}, {"@s", "@s", "", true}, {"/a", "", "a", false},
	} {
		name, rest := CutName([]byte(tt.path))
		if string(name) != tt.name || string(rest) != tt.rest || (rest == nil) != tt.last {
			t.Errorf("CutName(%q) = %q, %q", tt.path, name, rest)
		}
	}
}

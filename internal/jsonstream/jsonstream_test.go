package jsonstream

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/errs"
)

// read walks a whole text and writes what it found, a token a line.
func read(text string) (string, error) {
	r := New([]byte(text))
	var b strings.Builder
	var value func() error
	value = func() error {
		switch r.Kind() {
		case '{':
			return r.Object(func(name string) error {
				b.WriteString(name + ":\n")
				return value()
			})
		case '[':
			return r.Array(value)
		}
		s, err := r.Scalar()
		if err == nil {
			b.WriteString(s + "\n")
		}
		return err
	}
	if err := value(); err != nil {
		return b.String(), err
	}
	return b.String(), r.End()
}

func TestReader(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want, fault string }{
		{name: "kinds", text: `{"a":[1,"x",true,null],"b":{}}`, want: "a:\n1\nx\ntrue\nnull\nb:\n"},
		{name: "escapes", text: `{"a\u0041\n":"\ud83d\ude00\\"}`, want: "aA\n:\n😀\\\n"},
		{name: "duplicate names", text: `{"a":1,"a":2}`, want: "a:\n1\na:\n2\n"},
		{name: "invalid utf-8", text: "{\"a\xff\":\"\xfe\"}", want: "a\ufffd:\n\ufffd\n"},
		{name: "lone surrogate", text: `"\ud800"`, want: "\ufffd\n"},
		{name: "name is a number", text: "{\n1:2}", fault: "line 2: not valid JSON"},
		{name: "no colon", text: "{\n\n\"a\" 1}", want: "a:\n", fault: "line 3: not valid JSON"},
		{name: "ends early", text: "{\"a\":\n[1,", want: "a:\n1\n", fault: "line 2: not valid JSON: the text ends too early"},
		{name: "ends in a name", text: "{\"a", fault: "line 1: not valid JSON: the text ends too early"},
		{name: "more text", text: "{}\n{}", fault: "line 2: text after the end"},
		{name: "empty", text: "", fault: "line 1: not valid JSON: the text ends too early"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := read(tt.text)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
			if (err == nil) != (tt.fault == "") || err != nil && !strings.HasPrefix(err.Error(), tt.fault) {
				t.Errorf("fault %v, want %q", err, tt.fault)
			}
		})
	}
}

func TestStringsDoNotShareTheInput(t *testing.T) {
	t.Parallel()
	data := []byte(`{"name":"value"}`)
	r := New(data)
	var names []string
	err := r.StringMap(func(name, value string) { names = append(names, name, value) })
	if err != nil {
		t.Fatal(err)
	}
	for i := range data {
		data[i] = 'x'
	}
	if diff := cmp.Diff([]string{"name", "value"}, names); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

func TestLine(t *testing.T) {
	t.Parallel()
	r := New([]byte("{\n\"a\":\n1,\n\"b\":2}"))
	var lines []int
	err := r.Object(func(string) error {
		lines = append(lines, r.Line())
		err := r.Skip()
		lines = append(lines, r.Line())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]int{2, 3, 4, 4}, lines); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

func TestFaultHasALine(t *testing.T) {
	t.Parallel()
	_, err := read(strings.Repeat("[\n", 20_000))
	if line, _ := errs.LineOf(err); line == 0 {
		t.Errorf("no line in %v", err)
	}
}

func FuzzReader(f *testing.F) {
	for _, seed := range []string{`{"a":[1,"x",true,null]}`, `{"a`, "{\n1:2}", `"\ud800"`, "{\"\xff\":1}"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := read(text); err != nil {
			if line, _ := errs.LineOf(err); line < 1 || line > strings.Count(text, "\n")+1 {
				t.Errorf("line %d of %q: %v", line, text, err)
			}
		}
	})
}

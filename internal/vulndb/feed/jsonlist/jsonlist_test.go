package jsonlist

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/errs"
)

const limit = 1000

func visited(r io.Reader) (string, error) {
	var out strings.Builder
	err := Read(r, limit, func(name string, index int, value jsontext.Value) error {
		fmt.Fprintf(&out, "%s[%d]=%s ", name, index, value)
		return nil
	})
	return strings.TrimSpace(out.String()), err
}

func TestRead(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, text, want string }{
		{"list", `[1, {"a": [2]}, "x"]`, `[0]=1 [1]={"a": [2]} [2]="x"`},
		{"empty list", ` [] `, `[-1]=[]`},
		{"members", `{"a": 1, "b": [2, 3], "c": [], "d": {"e": [4]}, "b": [5]}`, `a[-1]=1 b[0]=2 b[1]=3 c[-1]=[] d[-1]={"e": [4]} b[0]=5`},
		{"mark of the order of bytes", "\uFEFF{\"a\": null}", `a[-1]=null`},
		{"escaped name", `{"\u0061": 1}`, `a[-1]=1`},
		{"empty object", `{}`, ``},
	} {
		for _, r := range []io.Reader{strings.NewReader(c.text), iotest.OneByteReader(strings.NewReader(c.text))} {
			if got, err := visited(r); err != nil || got != c.want {
				t.Errorf("%s: got %q, %v; want %q", c.name, got, err, c.want)
			}
		}
	}
}

func TestReadFaults(t *testing.T) {
	t.Parallel()
	large := `"` + strings.Repeat("x", limit+2*readAhead) + `"`
	for _, c := range []struct {
		name, text, want string
		kind             errs.Kind
	}{
		{"empty", "", "it is empty", errs.Damaged},
		{"blank", " \n", "it is empty", errs.Damaged},
		{"number", "1", "it is no JSON object or list", errs.Invalid},
		{"no JSON", "<a>", "not valid JSON at byte 0: invalid character '<' at start of value", errs.Unknown},
		{"cut list", "[1, 2", "it ends in the middle: unexpected EOF", errs.Damaged},
		{"cut object", `{"a": `, "it ends in the middle: unexpected EOF", errs.Damaged},
		{"cut value", `{"a": {"b": 1`, "it ends in the middle: unexpected EOF", errs.Damaged},
		{"more", "[] 1", "there is more behind the end of its JSON", errs.Invalid},
		{"large element", "[1," + large + "]", "one record has over 1000 bytes", errs.TooLarge},
		{"large member", `{"a":` + large + "}", "one record has over 1000 bytes", errs.TooLarge},
		{"large name", "{" + large + ": 1}", "one record has over 1000 bytes", errs.TooLarge},
		{"large blank", "[1," + strings.Repeat(" ", limit+2*readAhead) + "1]", "one record has over 1000 bytes", errs.TooLarge},
		{"deep", strings.Repeat("[", 100_000), "not valid JSON", errs.Unknown},
	} {
		_, err := visited(strings.NewReader(c.text))
		if err == nil || !strings.Contains(err.Error(), c.want) || errs.KindOf(err) != c.kind {
			t.Errorf("%s: error %v of kind %d, want %q of kind %d", c.name, err, errs.KindOf(err), c.want, c.kind)
		}
	}
}

func TestReadStops(t *testing.T) {
	t.Parallel()
	own := errors.New("enough")
	err := Read(strings.NewReader("[1, 2"), limit, func(string, int, jsontext.Value) error { return own })
	if !errors.Is(err, own) {
		t.Errorf("got %v, want the caller's own error", err)
	}
}

func numbers() Decoder[string] {
	return Decoder[string]{
		Limit: limit,
		Wants: func(name string, index int, _ jsontext.Value) bool { return name == "a" && index >= 0 && index%2 == 0 },
		Decode: func(name string, index int, value jsontext.Value) string {
			return fmt.Sprint(name, index, string(value))
		},
	}
}

func TestOrdered(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	var want []string
	text.WriteString(`{"b": [1], "a": [`)
	for i := range 20_000 {
		fmt.Fprintf(&text, `"%0100d",`, i)
		if i%2 == 0 {
			want = append(want, fmt.Sprintf(`a%d"%0100d"`, i, i))
		}
	}
	text.WriteString(`0]}`)
	want = append(want, "a200000")
	var got []string
	err := numbers().Ordered(strings.NewReader(text.String()), func(s string) error {
		got = append(got, s)
		return nil
	})
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("error %v, mismatch (-want +got):\n%s", err, diff)
	}

	// What stands before a fault is handed on.
	got = nil
	err = numbers().Ordered(strings.NewReader(text.String()[:text.Len()-2]), func(s string) error {
		got = append(got, s)
		return nil
	})
	if errs.KindOf(err) != errs.Damaged || len(got) < len(want)-1 {
		t.Errorf("%d records of a cut document and the error %v, want %d and one of its kind", len(got), err, len(want)-1)
	}

	own := errors.New("enough")
	if err := numbers().Ordered(strings.NewReader(text.String()), func(string) error { return own }); !errors.Is(err, own) {
		t.Errorf("got %v, want the caller's own error", err)
	}
}

package json

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/finding"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/report"
)

func TestTextIsWrittenAsTheLibraryWritesIt(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"", "plain", `quote " and \ backslash`, "tab\tline\nreturn\r", "\x00\x1f\x7f", "</script>&", "é 😀 \u2028",
		"\xff", "half\xc3", "\xed\xa0\x80 surrogate",
	} {
		want, err := jsonv2.Marshal(s, jsontext.AllowInvalidUTF8(true))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(appendText(nil, s))); diff != "" {
			t.Errorf("%q: mismatch (-want +got)\n%s", s, diff)
		}
	}
}

func TestEncoderSeparatesAcrossFlushes(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	e := encoder{w: &out}
	e.open('[')
	want := []string{}
	for i := range 3000 {
		text := strings.Repeat("x", i%90)
		want = append(want, fmt.Sprintf(`{"a":%d,"b":[%q,[]],"c":true,"d":{}}`, i, text))
		e.open('{')
		e.key("a")
		e.number(i)
		e.key("b")
		e.open('[')
		e.text(text)
		e.texts(nil)
		e.close(']')
		e.key("c")
		e.truth(true)
		e.key("d")
		e.value(struct{}{})
		e.close('}')
	}
	e.close(']')
	if err := e.end(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("["+strings.Join(want, ",")+"]\n", out.String()); diff != "" {
		t.Errorf("mismatch (-want +got)\n%s", diff)
	}
}

type failing struct{ after int }

var errFull = errors.New("the disk is full")

func (f *failing) Write(p []byte) (int, error) {
	if f.after -= len(p); f.after < 0 {
		return 0, errFull
	}
	return len(p), nil
}

func TestWriteReportsAFailedWrite(t *testing.T) {
	t.Parallel()
	for _, after := range []int{0, 70 << 10} {
		if err := New().Write(&failing{after}, largeResult(1000), report.Options{}); !errors.Is(err, errFull) {
			t.Errorf("after %d bytes: got the error %v, want %v", after, err, errFull)
		}
	}
}

// largeResult has n components in a lockfile, each needing three others.
func largeResult(n int) *finding.Result {
	r := &finding.Result{}
	unit := inventory.Unit{ID: "package-lock:web/package-lock.json", Kind: "package-lock", Path: "web/package-lock.json"}
	for i := range n {
		name := fmt.Sprintf("package-%05d", i)
		r.Inventory.Components = append(r.Inventory.Components, inventory.Component{
			PURL: "pkg:npm/" + name + "@1.2.3", Ecosystem: "npm", Name: name, Version: "1.2.3", Scope: inventory.ScopeRuntime, Licences: []string{"MIT"},
		})
		unit.Occurrences = append(unit.Occurrences, inventory.Occurrence{Component: i, Written: name, Path: unit.Path, Line: 10 * i,
			Scope: inventory.ScopeRuntime, Declared: []string{"^1.2.0"}, Integrity: []string{"sha512-" + strings.Repeat("A", 88)}})
		for _, step := range []int{1, 7, 31} {
			unit.Edges = append(unit.Edges, inventory.Edge{From: i, To: (i + step) % n})
		}
	}
	r.Inventory.Units = []inventory.Unit{unit}
	return r
}

func BenchmarkWrite(b *testing.B) {
	r := largeResult(10_000)
	var out bytes.Buffer
	b.ReportAllocs()
	for b.Loop() {
		out.Reset()
		if err := New().Write(&out, r, report.Options{}); err != nil {
			b.Fatal(err)
		}
		b.SetBytes(int64(out.Len()))
	}
}

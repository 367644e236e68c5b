package webui

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

// checkXML fails unless a drawing is well-formed: what a browser mends in HTML is
// drawn otherwise than meant.
func checkXML(t *testing.T, f drawn) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(string(f.SVG)))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatalf("%s: %v\n%s", f.Title, err, f.SVG)
		}
	}
}

func TestSpansInWords(t *testing.T) {
	t.Parallel()
	tests := []struct{ ranges, words, fixed string }{
		{"<4.17.21", "before 4.17.21", "4.17.21"},
		{">=1.0 <1.2.3 || >=2.0 <=2.4", "from 1.0 before 1.2.3; from 2.0 up to and including 2.4", "1.2.3"},
		{">1.0", "from 1.0 (itself not) on, without a known fix", ""},
		{"=1.1 || =1.2", "exactly 1.1; exactly 1.2", ""},
		{"*", "all versions", ""},
		{"whatever", "whatever", ""},
	}
	for _, tt := range tests {
		spans := parseStretches(tt.ranges)
		if got := rangeWords(tt.ranges, spans); got != tt.words {
			t.Errorf("%s: says %q, want %q", tt.ranges, got, tt.words)
		}
		if got := fixes(spans); got != tt.fixed {
			t.Errorf("%s: fixed in %q, want %q", tt.ranges, got, tt.fixed)
		}
	}
}

func TestRangePicture(t *testing.T) {
	t.Parallel()
	f := rangePicture("r", rangeInput{Version: "4.17.20", Scheme: "npm", Advisories: []affected{
		{Name: "GHSA-1", Ranges: ">=3.0 <4.17.21"}, {Name: "CVE-1", Ranges: ">=3.0 <4.17.21"}, {Name: "NSWG-2", Ranges: "<=4.17.20"},
	}})
	checkXML(t, f)
	text := string(f.SVG)
	for _, want := range []string{"GHSA-1, CVE-1", "✔ 4.17.21 fixed", "you use 4.17.20", `class="end-out"`} {
		if !strings.Contains(text, want) {
			t.Errorf("the drawing lacks %s", want)
		}
	}
	if len(f.Rows) != 2 {
		t.Errorf("%d rows, want two: equal ranges are one", len(f.Rows))
	}
}

func TestRangePictureOfManyStopsShowsThoseNearYours(t *testing.T) {
	t.Parallel()
	f := rangePicture("r", rangeInput{Version: "5.1", Scheme: "semver", Advisories: []affected{
		{Name: "A", Ranges: "<1.2 || >=2.0 <2.2 || >=3.0 <3.2 || >=4.0 <4.2 || >=5.0 <5.2 || >=6.0 <6.2 || >=7.0 <7.2"},
	}})
	text := string(f.SVG)
	if n := strings.Count(text, `class="tick"`); n != maxStops {
		t.Errorf("%d stops are shown, want %d", n, maxStops)
	}
	if !strings.Contains(text, "✔ 5.2 fixed") || strings.Contains(text, "✔ 6.2") || !strings.Contains(text, "…") {
		t.Error("not what lies near 5.1")
	}
	if strings.Contains(f.Rows[0][1].Text, "…") || !strings.Contains(f.Rows[0][1].Text, "7.2") {
		t.Error("the table does not have all")
	}
}

func TestRangePictureOfVersionsThatCannotBeReadIsATable(t *testing.T) {
	t.Parallel()
	f := rangePicture("r", rangeInput{Version: "latest", Scheme: "npm", Advisories: []affected{{Name: "A", Ranges: "<1"}}})
	if f.SVG != "" || len(f.Rows) != 1 {
		t.Error("drew what cannot be ordered")
	}
}

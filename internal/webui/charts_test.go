package webui

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// checkXML fails unless a drawing is well-formed: what a browser mends in HTML is
// drawn otherwise than meant.
func checkXML(t *testing.T, f figure) {
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

func TestSeverityBar(t *testing.T) {
	t.Parallel()
	f := severityBar("s", severities{Critical: 1, Low: 999}, func(word string) string { return "/findings?severity=" + word })
	checkXML(t, f)
	if want := "1 000 findings: 1 critical, 999 low."; f.Desc != want {
		t.Errorf("says %q, want %q", f.Desc, want)
	}
	want := []mark{
		{Class: "critical", Text: "critical", Value: "1", Href: "/findings?severity=critical"},
		{Class: "low", Text: "low", Value: "999", Href: "/findings?severity=low"},
	}
	if diff := cmp.Diff(want, f.Key); diff != "" {
		t.Error(diff)
	}
	if len(f.Rows) != 6 {
		t.Errorf("the table has %d rows, want one for each severity", len(f.Rows))
	}
}

func TestSeveritySharesFillTheBar(t *testing.T) {
	t.Parallel()
	for _, counts := range []severities{{Critical: 1}, {Critical: 1, Low: 999}, {1, 1, 1, 1, 1, 100000}, {Medium: 3, High: 4}} {
		sum := 0.0
		for i, share := range severityShares(counts) {
			sum += share
			if count := counts.bySeverity()[i].Count; count > 0 && share < leastShare || count == 0 && share != 0 {
				t.Errorf("%+v: %d findings have a share of %f", counts, count, share)
			}
		}
		if sum < 99.99 || sum > 100.01 {
			t.Errorf("%+v: shares add up to %f", counts, sum)
		}
	}
}

func TestNiceTop(t *testing.T) {
	t.Parallel()
	for top, want := range map[int64]int64{0: 1, 1: 1, 2: 2, 3: 10, 11: 20, 21: 50, 60: 100, 180: 200, 201: 500} {
		if got := niceTop(top); got != want {
			t.Errorf("niceTop(%d) = %d, want %d", top, got, want)
		}
	}
}

func TestStackedDays(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	days := []dayFigures{{start, severities{High: 2}}, {start.AddDate(0, 0, 1), severities{High: 1, Low: 1}}}
	f := stackedDays("d", days)
	checkXML(t, f)
	// Of two rows of 60 px each, the first day's high fills both.
	for _, want := range []string{`class="bar sev-high" points="0,0 1,60 1,120 0,120"`, `class="bar sev-low" points="0,0 1,0 1,60 0,0"`} {
		if !strings.Contains(string(f.SVG), want) {
			t.Errorf("the drawing lacks %s\n%s", want, f.SVG)
		}
	}
	if one := stackedDays("d", days[:1]); one.SVG != "" || one.Desc == "" {
		t.Error("a single day was drawn as a trend")
	}
}

func TestScanTrendMarksWhatIsNoGoodNews(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	f := scanTrend("s", []scanBar{
		{At: at, Href: "/scans/a", State: "done", severities: severities{High: 2}},
		{At: at, Href: "/scans/b", State: "done", Incomplete: true},
		{At: at, Href: "/scans/c", State: "failed"},
	})
	checkXML(t, f)
	var words []string
	for _, row := range f.Rows {
		words = append(words, row[1].Text)
	}
	if diff := cmp.Diff([]string{"done", "incomplete", "failed"}, words); diff != "" {
		t.Error(diff)
	}
	for _, want := range []string{"sign-incomplete", "sign-failed", `href="/scans/b"`} {
		if !strings.Contains(string(f.SVG), want) {
			t.Errorf("the drawing lacks %s", want)
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

package rpmfeed

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/vulndb/feed"
)

func TestParseNEVRA(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		text string
		want Package
		ok   bool
	}{
		{"gfs2-utils-0:3.2.0-11.el8.aarch64.rpm", Package{"gfs2-utils", "0", "3.2.0", "11.el8", "aarch64"}, true},
		{"nut-1.0-1.src", Package{"nut", "", "1.0", "1", "src"}, true},
		{"c++-nut-2:1.0+git~rc1-1.module+el8.9.0+1+aa.x86_64.rpm", Package{"c++-nut", "2", "1.0+git~rc1", "1.module+el8.9.0+1+aa", "x86_64"}, true},
		{"nut-1.0-1.", Package{Name: "nut", Version: "1.0", Release: "1"}, false},
		{"nut-x:1.0-1.src", Package{"nut", "x", "1.0", "1", "src"}, false},
		{"nut-1.src", Package{Arch: "src"}, false},
		{"-1-1.src", Package{Arch: "src"}, false},
		{"nut--1.src", Package{Arch: "src"}, false},
		{"nut", Package{}, false},
		{"", Package{}, false},
	} {
		if got, ok := ParseNEVRA(test.text); got != test.want || ok != test.ok {
			t.Errorf("%q: got %+v, %t", test.text, got, ok)
		}
	}
}

func TestTime(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"2024-01-31": "2024-01-31T00:00:00Z", "2024-01-31 10:11:12": "2024-01-31T10:11:12Z", "2024-01-31T10:11:12+02:00": "2024-01-31T08:11:12Z",
		"2024-01-31T10:11:12.5Z": "2024-01-31T10:11:12Z", "2024-01-31T10:11Z": "2024-01-31T10:11:00Z", "1706696000": "2024-01-31T10:13:20Z",
		"20240131": "2024-01-31T00:00:00Z", "1706696000123": "2024-01-31T10:13:20Z", "soon": "", "": "", "2024-02-31": "", "-1706696000": "",
	} {
		if got := Time(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestCVEs(t *testing.T) {
	t.Parallel()
	got := CVEs("CVE-2024-0001 nut: cracked (CVE-2024-12345, CVE-2024-0001)", "CVE-24-1 xCVE-2024-0002 CVE-2024-001 CVE-2024-0003x cve-2024-0004")
	if want := []string{"CVE-2024-0001", "CVE-2024-12345"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestExtra(t *testing.T) {
	t.Parallel()
	fields := map[string]any{"b": jsontext.Value(`{"z": 1.50, "a": [ ]}`), "a": "x", "no": "", "none": nil, "null": jsontext.Value("null"), "list": []string{}}
	if err := Spread(fields, jsontext.Value(`{"c": {"d": 1}}`)); err != nil {
		t.Fatal(err)
	}
	got, err := Extra(fields)
	if want := `{"a":"x","b":{"a":[],"z":1.50},"c":{"d":1}}`; err != nil || string(got) != want {
		t.Errorf("got %s, %v; want %s", got, err, want)
	}
	if got, err := Extra(map[string]any{"a": ""}); got != nil || err != nil {
		t.Errorf("got %s, %v of nothing", got, err)
	}
	if err := Spread(fields, jsontext.Value(`[`)); err == nil {
		t.Error("what is cut is taken")
	}
}

// set yields given records.
type set []feed.Record

func (set) Name() string { return "made up" }
func (set) Feed() string { return "nuts" }
func (s set) Each(_ context.Context, yield func(feed.Record) error) (string, error) {
	for _, r := range s {
		if err := yield(r); err != nil {
			return "", err
		}
	}
	return "sha256:00", nil
}

// Whatever order an advisory's copies come in, the record is the same.
func TestJoin(t *testing.T) {
	t.Parallel()
	copyOf := func(arch, published, extra string) feed.Record {
		return feed.Record{Entry: arch, Provider: "NUT", Advisory: advisory.Advisory{ID: "NUT-1", Published: published, Modified: "2024-02-01T00:00:00Z", Summary: "nut",
			Upstream: []string{"CVE-2024-0002", "CVE-2024-0001"}, References: []advisory.Reference{{URL: "https://nut.example.org/"}},
			Severity: []advisory.Severity{{Type: "CVSS_V3", Score: "v"}}, Weaknesses: []string{"CWE-1"}, Related: []string{"x"}, Extra: []byte(extra),
			Affected: []advisory.Affected{{Ecosystem: "Nut:1", Name: "nut", Ranges: Before("0:1-1"), Architectures: []string{arch}}}}}
	}
	records := []feed.Record{copyOf("x86_64", "2024-01-03T00:00:00Z", `{"a":1}`), copyOf("aarch64", "2024-01-01T00:00:00Z", `{"b":2}`), copyOf("s390x", "", `{"c":3}`)}
	want := feed.Record{Entry: "aarch64", Provider: "NUT", Advisory: advisory.Advisory{ID: "NUT-1", Published: "2024-01-01T00:00:00Z", Modified: "2024-02-01T00:00:00Z",
		Summary: "nut", Upstream: []string{"CVE-2024-0001", "CVE-2024-0002"}, References: []advisory.Reference{{URL: "https://nut.example.org/"}},
		Severity: []advisory.Severity{{Type: "CVSS_V3", Score: "v"}}, Weaknesses: []string{"CWE-1"}, Related: []string{"x"}, Extra: []byte(`{"a":1,"b":2,"c":3}`),
		Affected: []advisory.Affected{{Ecosystem: "Nut:1", Name: "nut", Ranges: Before("0:1-1"), Architectures: []string{"aarch64", "s390x", "x86_64"}}}}}
	for _, order := range [][3]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}} {
		sets, err := Join([]feed.Set{set{records[order[0]], records[order[1]], records[order[2]]}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		var got []feed.Record
		if _, err := sets[0].Each(t.Context(), func(r feed.Record) error { got = append(got, r); return nil }); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]feed.Record{want}, got); diff != "" {
			t.Errorf("%v: mismatch (-want +got):\n%s", order, diff)
		}
		if got := sets[0].(interface{ Feed() string }).Feed(); got != "nuts" {
			t.Errorf("got the feed %q", got)
		}
	}
}

func TestJoinEnds(t *testing.T) {
	t.Parallel()
	full := errors.New("full")
	if _, err := Join(nil, full); !errors.Is(err, full) {
		t.Errorf("got %v", err)
	}
	sets, _ := Join([]feed.Set{set{{Advisory: advisory.Advisory{ID: "NUT-1"}}}}, nil)
	if _, err := sets[0].Each(t.Context(), func(feed.Record) error { return full }); !errors.Is(err, full) {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := sets[0].Each(ctx, func(feed.Record) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// One record may not take all memory, however large the file may be.
func TestRecordIsBounded(t *testing.T) {
	t.Parallel()
	err := EachJSON(strings.NewReader(""), "data", nil)
	if errs.KindOf(err) != errs.Damaged {
		t.Errorf("got %v", err)
	}
	const limit = 1 << 16
	err = eachJSON(&budget{r: &endless{`[{"a":"`}, limit: limit}, "data", func(jsontext.Value) error { return nil })
	if errs.KindOf(err) != errs.TooLarge {
		t.Errorf("JSON: got %v", err)
	}
	err = eachXML(&budget{r: &endless{`<updates><update><a>`}, limit: limit}, "updates", "update", func(*Node) error { return nil })
	if errs.KindOf(err) != errs.TooLarge {
		t.Errorf("XML: got %v", err)
	}
	// Many records may be larger together.
	many := `<updates>` + strings.Repeat(`<update><a>`+strings.Repeat("x", 1000)+`</a></update>`, 200) + `</updates>`
	n := 0
	if err := eachXML(&budget{r: strings.NewReader(many), limit: limit}, "updates", "update", func(*Node) error { n++; return nil }); err != nil || n != 200 {
		t.Errorf("%d records, %v", n, err)
	}
}

type endless struct{ head string }

func (e *endless) Read(p []byte) (int, error) {
	if n := copy(p, e.head); n > 0 {
		e.head = e.head[n:]
		return n, nil
	}
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

func TestNode(t *testing.T) {
	t.Parallel()
	var got []string
	err := EachXML(strings.NewReader(`<r><x><e a="1" xmlns:n="u" n:b="2"> t <c/><d>v</d><d>w</d><a>z</a></e></x><e/></r>`), "r", "e", func(n *Node) error {
		got = append(got, fmt.Sprintf("%s %v %v", n.Attr("b"), n.Take("none").Text, n.Rest()))
		return nil
	})
	if want := []string{"2  map[a:1 a_list:[z] d_list:[v w] text:t]", "  <nil>"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %q, %v; want %q", got, err, want)
	}
}

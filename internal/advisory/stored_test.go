package advisory

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/severity"
)

// odd are versions with every character that the stored text uses for itself.
func odd() []string {
	return []string{"1.0", "1.0 beta", "a|b", "100%", "%7C", "%zz", "1.0+build", "<1", ">1", "=1", "==1", "<=1", ">=1", "*", "\t\n\r", "é", "\x00", "\xff", "-"}
}

func TestIntervalsStored(t *testing.T) {
	t.Parallel()
	intervals := []Interval{{}}
	for _, v := range odd() {
		intervals = append(intervals, Interval{Lower: v}, Interval{Upper: v}, Interval{Upper: v, Inclusive: true}, Interval{Lower: v, Exact: true})
		for _, w := range odd() {
			intervals = append(intervals, Interval{Lower: v, Upper: w}, Interval{Lower: v, Upper: w, Inclusive: true})
		}
	}
	for _, i := range intervals {
		roundTrip(t, []Interval{i})
		roundTrip(t, []Interval{i, {}, i})
	}
	if got, err := DecodeIntervals(EncodeIntervals(nil)); len(got) != 0 || err != nil {
		t.Errorf("no intervals are read as %v, %v", got, err)
	}
}

func roundTrip(t *testing.T, want []Interval) {
	t.Helper()
	text := EncodeIntervals(want)
	got, err := DecodeIntervals(text)
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("%q mismatch (-want +got):\n%s", text, diff)
	}
}

func TestDecodeIntervalsDamaged(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"1.0", "|", ">=1|", ">=1  <2", " ", ">%", ">=%zz", "<%2", "* <1", "\xff"} {
		if got, err := DecodeIntervals(text); errs.KindOf(err) != errs.Damaged {
			t.Errorf("%q is read as %+v with %v, want it damaged", text, got, err)
		}
	}
}

func FuzzIntervalsStored(f *testing.F) {
	for i, v := range odd() {
		f.Add(v, odd()[len(odd())-1-i], i%2 == 0, ">=1 <2|*")
	}
	f.Fuzz(func(t *testing.T, lower, upper string, inclusive bool, text string) {
		roundTrip(t, []Interval{{Lower: lower, Upper: upper, Inclusive: inclusive && upper != ""}, {Lower: lower, Exact: true},
			{Lower: lower, After: lower != "", Upper: upper, Inclusive: inclusive && upper != ""}})
		// What can be read at all is written so that it is read the same.
		if intervals, err := DecodeIntervals(text); err == nil {
			again, err := DecodeIntervals(EncodeIntervals(intervals))
			if err != nil {
				t.Fatalf("%q: %v", text, err)
			}
			if a, b := EncodeIntervals(intervals), EncodeIntervals(again); a != b {
				t.Fatalf("%q is written %q, then %q", text, a, b)
			}
		}
	})
}

func TestRatingsStored(t *testing.T) {
	t.Parallel()
	tests := [][]Severity{
		nil,
		{{Type: "CVSS_V3", Score: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}},
		{{Type: "CVSS_V3", Score: "CVSS:3.0/AV:N"}, {Type: "CVSS_V4", Score: "CVSS:4.0/AV:N"}, {Type: "Ubuntu", Score: "medium"}},
		{{Type: "", Score: ""}},
		{{Type: "", Score: ""}, {Type: "", Score: "x"}, {Type: "x", Score: ""}},
		{{Type: "two words", Score: "one\nCVSS_V3 two"}, {Type: "100%", Score: "5%20"}},
	}
	for _, want := range tests {
		if diff := cmp.Diff(want, DecodeRatings(EncodeRatings(want))); diff != "" {
			t.Errorf("mismatch (-want +got):\n%s", diff)
		}
	}
}

func FuzzRatingsStored(f *testing.F) {
	f.Add("CVSS_V3", "CVSS:3.1/AV:N", "a b", "c\nd %")
	f.Fuzz(func(t *testing.T, kind, score, kind2, score2 string) {
		want := []Severity{{Type: kind, Score: score}, {Type: kind2, Score: score2}}
		if diff := cmp.Diff(want, DecodeRatings(EncodeRatings(want))); diff != "" {
			t.Errorf("mismatch (-want +got):\n%s", diff)
		}
		DecodeRatings(score) // must not panic
	})
}

func TestQualifiersStored(t *testing.T) {
	t.Parallel()
	for _, want := range []Qualifiers{{}, {Modularity: "-"}, {Modularity: "nodejs:18"}, {Architectures: []string{"x86_64", "a b|%"}}, {"a b", []string{"src"}}} {
		if diff := cmp.Diff(want, DecodeQualifiers(EncodeQualifiers(want))); diff != "" {
			t.Errorf("mismatch (-want +got):\n%s", diff)
		}
	}
}

func TestLevel(t *testing.T) {
	t.Parallel()
	medium := []Severity{{Type: "CVSS_V3", Score: "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:L/I:N/A:N"}}
	critical := []Severity{{Type: "CVSS_V3", Score: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}}
	tests := []struct {
		name string
		a    Advisory
		want severity.Level
	}{
		{"none", Advisory{}, severity.Unknown},
		{"unreadable", Advisory{Severity: []Severity{{Type: "CVSS_V3", Score: "CVSS:3.1/nonsense"}}, Word: "dire"}, severity.Unknown},
		{"word", Advisory{Word: "HIGH"}, severity.High},
		{"vector", Advisory{Severity: medium}, severity.Medium},
		{"word above vector", Advisory{Severity: medium, Word: "CRITICAL"}, severity.Critical},
		{"vector above word", Advisory{Severity: critical, Word: "low"}, severity.Critical},
		{"of a package", Advisory{Severity: medium, Affected: []Affected{{}, {Severity: critical}}}, severity.Critical},
	}
	for _, test := range tests {
		before := slices.Clone(test.a.Severity)
		if got := test.a.Level(); got != test.want {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
		if diff := cmp.Diff(before, test.a.Severity); diff != "" {
			t.Errorf("%s: the record's ratings have changed (-want +got):\n%s", test.name, diff)
		}
	}
}

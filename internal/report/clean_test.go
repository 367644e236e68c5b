package report_test

import (
	"testing"
	"time"

	"github.com/assay-sca/assay/internal/report"
)

func TestClean(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"left-fold 1.2.0":          "left-fold 1.2.0",
		"折り畳み é 🙂":                 "折り畳み é 🙂",
		"\x1b]0;title\x07a":        "]0;titlea",
		"a\x00\x7f\u0085\u009bb":   "ab",
		"a\u202eb\u2066c\u200fd":   "abcd",
		"one\r\ntwo\tthree\u2028x": "onetwothreex",
		"cut\xff\xc3":              "cut",
	} {
		if got := report.Clean(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
	if got := report.CleanLines("a\x1b[1m\nb\r\n"); got != "a[1m\nb\n" {
		t.Errorf("got %q", got)
	}
}

func TestAge(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		-time.Hour: "less than a minute", 59 * time.Second: "less than a minute", time.Minute: "1 minute", 59 * time.Minute: "59 minutes",
		time.Hour: "1 hour", 47 * time.Hour: "47 hours", 48 * time.Hour: "2 days", 240 * time.Hour: "10 days",
	} {
		if got := report.Age(d); got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
}

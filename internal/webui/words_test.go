package webui

import (
	"testing"
	"time"
)

func TestAgo(t *testing.T) {
	t.Parallel()
	now := galleryNow
	for _, c := range []struct {
		at   time.Time
		want string
	}{
		{time.Time{}, "never"},
		{now, "just now"},
		{now.Add(-12 * time.Second), "12 seconds ago"},
		{now.Add(-61 * time.Minute), "1 hour ago"},
		{now.Add(-47 * time.Hour), "47 hours ago"},
		{now.Add(-48 * time.Hour), "2 days ago"},
		{now.AddDate(0, -3, 0), "3 months ago"},
		{now.AddDate(-2, 0, 0), "2 years ago"},
		{now.Add(30 * time.Second), "in a moment"},
		{now.Add(90 * time.Minute), "in 1 hour"},
	} {
		if got := ago(now, c.at); got != c.want {
			t.Errorf("ago(%v) = %q, want %q", now.Sub(c.at), got, c.want)
		}
	}
}

func TestNumbersAndNames(t *testing.T) {
	t.Parallel()
	for got, want := range map[string]string{
		number(0):                             "0",
		number(999):                           "999",
		number(-1234567):                      "−1\u202f234\u202f567",
		count(1, "project"):                   "1 project",
		count(2, "vulnerability"):             "2 vulnerabilities",
		count(3, "day"):                       "3 days",
		middle(9, "github.com/x"):             "gith…om/x",
		middle(9, "short"):                    "short",
		middle(5, "größer"):                   "gr…er",
		duration(17 * time.Millisecond):       "17 ms",
		duration(time.Microsecond):            "1 ms",
		duration(400 * time.Millisecond):      "0.4 s",
		duration(185 * time.Second):           "3 min 05 s",
		sentence("is empty"):                  "Is empty.",
		faultText("is empty"):                 "This is empty.",
		faultText("a host is missing"):        "A host is missing.",
		nameOfURL("git@example.org:a/b.git"):  "b",
		nameOfURL("https://example.org/a/b/"): "b",
		browserOf("Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/133.0"): "Firefox on Windows",
		browserOf(""): "A program",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestNiceTop(t *testing.T) {
	t.Parallel()
	for most, want := range map[float64]float64{0: 4, 4: 4, 7: 8, 12: 12, 13: 16, 767: 800, 1001: 1200, 99: 100} {
		if got := niceTop(most); got != want {
			t.Errorf("niceTop(%v) = %v, want %v", most, got, want)
		}
	}
}

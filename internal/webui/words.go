package webui

import (
	"fmt"
	"html/template"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// badge is a short word in a coloured frame.
type badge struct {
	Text  string
	Kind  string // neutral, good, warn, bad, live, accent
	Title string // more, on hover; may be empty
}

// level is a severity as pages show it: a word and a letter beside the colour.
type level struct {
	Class  string // of the style sheet
	Word   string
	Letter string
}

// levels lists the severities, worst first.
func levels() []level {
	return []level{
		{"critical", "critical", "C"}, {"high", "high", "H"}, {"medium", "medium", "M"},
		{"low", "low", "L"}, {"none", "none", "N"}, {"unknown", "unknown", "?"},
	}
}

// severity is the level of a severity's word; every other word is unknown.
func severityOf(word fmt.Stringer) level { return severityNamed(word.String()) }

func severityNamed(word string) level {
	for _, l := range levels() {
		if l.Word == word {
			return l
		}
	}
	return level{"unknown", "unknown", "?"}
}

// wordFunctions are the functions of the templates; now is the clock.
func wordFunctions(now func() time.Time) template.FuncMap {
	return template.FuncMap{
		"ago":      func(t time.Time) string { return ago(now(), t) },
		"exact":    exact,
		"machine":  func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"number":   number,
		"count":    count,
		"middle":   middle,
		"short":    short,
		"icon":     iconPath,
		"severity": severityNamed,
		"levels":   levels,
		"duration": duration,
		"join":     strings.Join,
		"scanned":  stateOfScan,
	}
}

// ago says how long before now t was, or how long after. The zero time is never.
func ago(now, t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	d := now.Sub(t)
	if d < 0 {
		if -d < time.Minute {
			return "in a moment"
		}
		return "in " + span(-d)
	}
	if d < 10*time.Second {
		return "just now"
	}
	return span(d) + " ago"
}

// span is a length of time in its largest unit.
func span(d time.Duration) string {
	day := 24 * time.Hour
	switch {
	case d < time.Minute:
		return count(int64(d/time.Second), "second")
	case d < time.Hour:
		return count(int64(d/time.Minute), "minute")
	case d < 2*day:
		return count(int64(d/time.Hour), "hour")
	case d < 60*day:
		return count(int64(d/day), "day")
	case d < 730*day:
		return count(int64(d/(30*day)), "month")
	}
	return count(int64(d/(365*day)), "year")
}

// duration is a length of time as a stopwatch shows it: 17 ms, 0.4 s, 12 s, 3 min 05 s.
func duration(d time.Duration) string {
	switch {
	case d <= 0:
		return "–"
	case d < 100*time.Millisecond: // as most stages are
		return fmt.Sprintf("%d ms", max(d.Milliseconds(), 1))
	case d < 10*time.Second:
		return strconv.FormatFloat(d.Seconds(), 'f', 1, 64) + " s"
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min %02d s", int(d.Minutes()), int(d.Seconds())%60)
	}
	return fmt.Sprintf("%d h %02d min", int(d.Hours()), int(d.Minutes())%60)
}

// exact is a time to the second, in UTC.
func exact(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.UTC().Format("2006-01-02 15:04:05 UTC")
}

// number is an integer with a thin space between groups of three digits.
func number(n int64) string {
	digits := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, digits = "−", digits[1:]
	}
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + "\u202f" + digits[at:]
	}
	return sign + digits
}

// count is a number with its noun: 1 project, 2 projects, 3 vulnerabilities.
func count(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return number(n) + " " + plural(noun)
}

func plural(noun string) string {
	if stem, ok := strings.CutSuffix(noun, "y"); ok && !strings.HasSuffix(stem, "a") {
		return stem + "ies"
	}
	return noun + "s"
}

// middle cuts a long name in its middle, where names differ least, to at most
// max characters.
func middle(max int, name string) string {
	if utf8.RuneCountInString(name) <= max || max < 3 {
		return name
	}
	runes := []rune(name)
	tail := (max - 1) / 2
	head := max - 1 - tail
	return string(runes[:head]) + "…" + string(runes[len(runes)-tail:])
}

// short is the first twelve characters of a commit or digest.
func short(id string) string {
	id = strings.TrimPrefix(id, "sha256:")
	if len(id) > 12 {
		return id[:12]
	}
	return id
}

// stateOfScan is the badge of a scan's state; incomplete tells that it did not
// cover everything.
func stateOfScan(state string, incomplete bool) badge {
	switch state {
	case "waiting":
		return badge{"waiting", "neutral", "It waits until its project and the server have room"}
	case "queued":
		return badge{"queued", "neutral", "A worker takes it next"}
	case "running":
		return badge{"running", "live", ""}
	case "failed":
		return badge{"failed", "bad", ""}
	case "cancelled":
		return badge{"cancelled", "neutral", ""}
	case "done":
		if incomplete {
			return badge{"incomplete", "warn", "Not everything could be read or compared"}
		}
		return badge{"done", "good", ""}
	case "":
		return badge{"not scanned", "neutral", ""}
	}
	return badge{state, "neutral", ""}
}

// iconPath is the outline of an icon on a field of 16 by 16.
func iconPath(name string) string {
	return map[string]string{
		"overview": "M2.5 2.5h4.5v5H2.5zM9 2.5h4.5v3H9zM9 8h4.5v5.500H9zM2.5 10h4.500v3.500H2.500z",
		"project":  "M2 4.5 8 1.500l6 3v7l-6 3-6-3zM2 4.500l6 3 6-3M8 7.500v7",
		"shield":   "M8 1.5 13.5 3.500v4c0 3.5-2.5 5.800-5.5 7-3-1.200-5.5-3.5-5.5-7v-4zM8 5v3.500M8 10.800v.2",
		"activity": "M1.5 8h3l2-5.5 3 11 2-5.500h3",
		"database": "M2.5 4c0-3 11-3 11 0s-11 3-11 0v8c0 3 11 3 11 0V4M2.5 8c0 3 11 3 11 0",
		"people":   "M6 7.500a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM1.5 13.500c0-5 9-5 9 0M11 7.300a2.200 2.200 0 0 0 0-4.300M12 9.600c1.600.4 2.5 1.700 2.5 3.900",
		"group":    "M5 6.500a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM11 6.500a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM1.5 13c0-5 7-5 7 0M9 9.600c2-1.200 5.5-.3 5.5 3.400",
		"log":      "M3 2.500h10v11H3zM5.5 5.500h5M5.5 8h5M5.5 10.500h3",
		"key":      "M5 13.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM6.8 9.2l6.7-6.7M11 5l2 2",
		"search":   "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zM10.700 10.700 14 14",
		"menu":     "M2 4h12M2 8h12M2 12h12",
		"user":     "M8 8a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM2.5 14c0-5.5 11-5.5 11 0",
		"plus":     "M8 3v10M3 8h10",
		"edit":     "M2.5 13.500l.7-3L10.5 3.200l2.300 2.300-7.300 7.300zM9 4.700l2.300 2.300",
		"close":    "M3.5 3.500l9 9M12.5 3.500l-9 9",
		"check":    "M3 8.5 6.5 12 13 4.5",
		"warn":     "M8 2 14.5 13.500h-13zM8 6.500v3.500M8 11.700v.3",
		"copy":     "M5.5 5.500v-3h8v8h-3M2.5 5.500h8v8h-8z",
		"play":     "M4.5 2.500v11l9-5.500z",
		"right":    "M6 3.5 10.5 8 6 12.5",
		"down":     "M3.5 6 8 10.5 12.5 6",
		"up":       "M3.5 10 8 5.500l4.5 4.5",
		"sun":      "M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM8 1v1.500M8 13.500V15M1 8h1.500M13.5 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1",
		"more":     "M3 8h.2M8 8h.2M13 8h.2",
		"link":     "M6.5 9.500l3-3M7 4.5 8.5 3a3 3 0 0 1 4.5 4.500L11.5 9M9 11.5 7.5 13A3 3 0 0 1 3 8.500L4.5 7",
		"out":      "M6 2.500H2.500v11H6M10.5 5l3 3-3 3M13.5 8H6",
		"branch":   "M4.5 5.500v5M4.5 5.500a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3zM4.5 13.500a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3zM11.5 6.500a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3zM11.5 6.500c0 2.5-2 3-7 4",
		"clock":    "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 4.500V8l2.5 1.5",
		"fire":     "M8 14.500c-3 0-4.800-2-4.800-4.600C3.200 6.5 7 5.5 6.5 1.500c3 1.5 3.5 4 3 5.5 1-.3 1.300-1.200 1.300-1.800 1.300 1.300 2 3 2 4.700 0 2.600-1.800 4.600-4.800 4.600z",
		"trash":    "M3 4h10M6 4V2.500h4V4M4.5 4l.5 9.500h6l.5-9.5",
		"graph":    "M3.5 9.500a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3zM12.5 5a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3zM12.5 14a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3zM4.800 7.300l6.300-3M4.800 8.700l6.300 3",
	}[name]
}

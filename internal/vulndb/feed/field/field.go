// Package field reads what the fields of many feeds hold alike: CVE ids, dates
// and times. It is pure rules and knows no feed.
package field

import (
	"strings"
	"time"
)

// CVE tells whether a text is a CVE id, in the upper case that all of them have.
func CVE(text string) bool {
	rest, ok := strings.CutPrefix(text, "CVE-")
	if !ok || len(rest) < len("1999-0001") || len(rest) > len("1999-")+19 || rest[4] != '-' {
		return false
	}
	return digits(rest[:4]) && digits(rest[5:])
}

func digits(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r < '0' || r > '9' })
}

// CWE tells whether a text is a CWE id.
func CWE(text string) bool {
	rest, ok := strings.CutPrefix(text, "CWE-")
	return ok && rest != "" && len(rest) <= 10 && digits(rest)
}

// Date tells whether a text is a date like 2024-01-31.
func Date(text string) bool {
	_, err := time.Parse(time.DateOnly, text)
	return err == nil
}

// Time is a date or a time as RFC 3339 has it. What is said without a zone is
// taken as UTC; fractions of seconds stay as they are written.
func Time(text string) (string, bool) {
	if _, err := time.Parse(time.RFC3339, text); err == nil {
		return text, true
	}
	if Date(text) {
		return text + "T00:00:00Z", true
	}
	if _, err := time.Parse("2006-01-02T15:04:05", text); err == nil {
		return text + "Z", true
	}
	return "", false
}

package report

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Clean takes out of one line what would steer a terminal or turn the direction
// of the text: names and texts come from strangers.
func Clean(s string) string { return cleanBut(s, -1) }

// CleanLines is Clean for a text whose line breaks are meant.
func CleanLines(s string) string { return cleanBut(s, '\n') }

func cleanBut(s string, kept rune) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == kept:
			return r
		case r == utf8.RuneError, unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), unicode.In(r, unicode.Zl, unicode.Zp):
			return -1
		}
		return r
	}, s)
}

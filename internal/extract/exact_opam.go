package extract

import "strings"

// exactOpam returns the version of a constraint like `= "1.2~beta"` that has no
// other part. Versions may begin with a letter.
func exactOpam(c string) string {
	c, equal := strings.CutPrefix(c, "=")
	c, opened := strings.CutPrefix(strings.TrimSpace(c), `"`)
	c, closed := strings.CutSuffix(c, `"`)
	if !equal || !opened || !closed || strings.ContainsFunc(c, notOfOpamVersion) {
		return ""
	}
	return c
}

func notOfOpamVersion(r rune) bool {
	letter := 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
	return !letter && !('0' <= r && r <= '9') && !strings.ContainsRune("-_+.~", r)
}

package extract

import "strings"

// exactMaven returns the version that a Maven or Gradle constraint pins. A bare
// version does: what the project itself asks for is what it gets. So do "[1.0]"
// and, in Gradle, "1.0!!" and the preferred version behind a range, "[1,2)!!1.0".
// Not pinned are other ranges, Gradle's "1.+", the words for "the newest" and
// what is made of properties that nothing defines.
func exactMaven(c string) string {
	if strict, prefer, ok := strings.Cut(c, "!!"); ok {
		if c = prefer; prefer == "" {
			c = strict
		}
	}
	if strings.HasPrefix(c, "[") && strings.HasSuffix(c, "]") {
		c = strings.TrimSpace(c[1 : len(c)-1])
	}
	switch {
	case c == "LATEST", c == "RELEASE", strings.HasPrefix(c, "latest."), strings.HasSuffix(c, "+"), strings.ContainsAny(c, "[](),${}!*<>= \t"):
		return ""
	}
	return c
}

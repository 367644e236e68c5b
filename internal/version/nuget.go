package version

import "strings"

// readNuGet reads up to four numbers and a pre-release behind a hyphen, which
// compares in any case: it is kept in lower case.
func (v *Version) readNuGet(text string) bool {
	if !v.readSemVer(text) || strings.Count(v.core, ".") > 3 {
		return false
	}
	v.pre = lower(v.pre)
	return true
}

package repourl

import (
	"regexp"
	"strings"

	"github.com/assay-sca/assay/internal/errs"
)

// maxRef bounds the name of a ref.
const maxRef = 250

// CheckRef tells whether a text can name a branch or tag, short or in full, by
// git's own rules; errors are errs.Invalid.
func CheckRef(ref string) error {
	bad := errs.E(errs.Invalid, "is no name of a branch or tag")
	switch {
	case ref == "" || len(ref) > maxRef || ref[0] == '-' || ref == "@":
		return bad
	case strings.ContainsFunc(ref, odd) || strings.ContainsAny(ref, "~^:?*["):
		return bad
	case strings.Contains(ref, "..") || strings.Contains(ref, "@{") || strings.HasSuffix(ref, "."):
		return bad
	}
	for part := range strings.SplitSeq(ref, "/") {
		if part == "" || part[0] == '.' || strings.HasSuffix(part, ".lock") {
			return bad
		}
	}
	return nil
}

// CheckReleasePattern tells whether a text says how the refs of releases are
// called: the full name of a ref with one # in it, such as refs/tags/v#.
func CheckReleasePattern(pattern string) error {
	if strings.Count(pattern, "#") != 1 || !strings.HasPrefix(pattern, "refs/") || CheckRef(strings.Replace(pattern, "#", "1", 1)) != nil {
		return errs.E(errs.Invalid, "is not a ref with one # for the version, such as refs/tags/v#")
	}
	return nil
}

// number is a version's number, with what stands for it being one.
var number = regexp.MustCompile(`(?:^|[^0-9A-Za-z.])([vV]?)([0-9]+(?:\.[0-9]+)*)([-+][0-9A-Za-z][0-9A-Za-z.+-]*)?`)

// ReleaseRefs lists which refs may be the release that a version's full name, such
// as "App v1.0", names, in the order in which they are to be tried: the number
// with at least three parts, then without each trailing part that is zero, as
// "v1.0" may have been tagged v1.0.0, v1.0 or v1. A part that is not zero is never
// dropped: 1.2.3 is not v1.2. There are none if the name has no number.
func ReleaseRefs(pattern, name string) []string {
	parts, suffix := versionNumber(name)
	if len(parts) == 0 {
		return nil
	}
	for len(parts) < 3 {
		parts = append(parts, "0")
	}
	var refs []string
	for {
		refs = append(refs, strings.Replace(pattern, "#", strings.Join(parts, ".")+suffix, 1))
		last := len(parts) - 1
		if last == 0 || strings.Trim(parts[last], "0") != "" {
			return refs
		}
		parts = parts[:last]
	}
}

// versionNumber finds the number in a version's name: of several the last that has
// a v before it, else the last with dots, else the last.
func versionNumber(name string) (parts []string, suffix string) {
	best := -1
	for _, m := range number.FindAllStringSubmatch(name, -1) {
		worth := 0
		if strings.Contains(m[2], ".") {
			worth = 1
		}
		if m[1] != "" {
			worth = 2
		}
		if worth >= best {
			best, parts, suffix = worth, strings.Split(m[2], "."), m[3]
		}
	}
	return parts, suffix
}

// ResolveRelease is the first of ReleaseRefs that exists; empty: none does.
func ResolveRelease(pattern, name string, exists func(ref string) bool) string {
	for _, ref := range ReleaseRefs(pattern, name) {
		if exists(ref) {
			return ref
		}
	}
	return ""
}

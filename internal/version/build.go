package version

import "strings"

// build is what counts behind a SemVer version's pre-release: the build metadata
// of Pub and Julia ("1.2.3+1"), the revision of Bitnami's packages ("1.2.3-4").
type build string

// readBuild reads a SemVer version whose build metadata has a place in the order.
func (v *Version) readBuild(text string) bool {
	if !v.readSemVer(text) {
		return false
	}
	if i := strings.IndexByte(text, '+'); i >= 0 {
		v.ext = build(text[i+1:])
	}
	return true
}

// readBitnami reads a SemVer version whose last part may be a revision: to Bitnami
// 1.2.3-4 is the fourth packaging of 1.2.3 and not before it. Revision 0 is as
// none, for advisories write 1.2.3-0 to say "with all that is called 1.2.3".
func (v *Version) readBitnami(text string) bool {
	if !v.readSemVer(text) {
		return false
	}
	i := strings.LastIndexByte(v.pre, '-')
	if revision := v.pre[i+1:]; allDigits(revision) && len(revision) < 6 {
		v.pre = v.pre[:max(i, 0)]
		if trimZeros(revision) != "" {
			v.ext = build(revision)
		}
	}
	return true
}

func (v *Version) build() string {
	if b, ok := v.ext.(build); ok {
		return string(b)
	}
	return ""
}

// compareBuilds orders by SemVer and then by what stands behind: no build before
// any, numbers before words, the shorter one first.
func compareBuilds(v, w *Version) int {
	if c := compareSemVer(v, w); c != 0 {
		return c
	}
	a, b := v.build(), w.build()
	if a == "" || b == "" {
		return sign(len(a) - len(b))
	}
	return comparePre(a, b)
}

package quality

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// pep440 is the pattern of PEP 440, appendix B.
var pep440 = regexp.MustCompile(`^(?i)v?(?:(?P<epoch>\d+)!)?(?P<release>\d+(?:\.\d+)*)` +
	`(?:[-_.]?(?P<pre>alpha|a|beta|b|preview|pre|c|rc)[-_.]?(?P<pren>\d*))?` +
	`(?P<post>-(?P<postn1>\d+)|[-_.]?(?:post|rev|r)[-_.]?(?P<postn2>\d*))?` +
	`(?P<dev>[-_.]?dev[-_.]?(?P<devn>\d*))?` +
	`(?:\+(?P<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?$`)

// pyKey is a version as the things that are compared one after the other.
type pyKey struct {
	epoch   string
	release []string
	phase   int // 0 a bare development release, 1 alpha, 2 beta, 3 candidate, 4 none
	phaseN  string
	post    int // 0 none, 1 some
	postN   string
	dev     int // 0 some, 1 none
	devN    string
	local   []string
}

var pyKeyOf = remember(keyPEP440)

func comparePEP440(a, b string) (int, bool) {
	x, y := pyKeyOf(a), pyKeyOf(b)
	if x == nil || y == nil {
		return 0, false
	}
	return cmp.Or(
		compareDigits(x.epoch, y.epoch),
		slices.CompareFunc(x.release, y.release, compareDigits),
		cmp.Compare(x.phase, y.phase), compareDigits(x.phaseN, y.phaseN),
		cmp.Compare(x.post, y.post), compareDigits(x.postN, y.postN),
		cmp.Compare(x.dev, y.dev), compareDigits(x.devN, y.devN),
		slices.CompareFunc(x.local, y.local, compareLocal),
	), true
}

// compareLocal compares segments of local versions: numbers are later than words.
func compareLocal(a, b string) int {
	if allDigits(a) && allDigits(b) {
		return compareDigits(a, b)
	}
	if allDigits(a) != allDigits(b) {
		return cmp.Compare(b2i(allDigits(a)), b2i(allDigits(b)))
	}
	return cmp.Compare(a, b)
}

func keyPEP440(v string) *pyKey {
	m := pep440.FindStringSubmatch(strings.ToLower(strings.TrimSpace(v)))
	if m == nil {
		return nil
	}
	part := func(name string) string { return m[pep440.SubexpIndex(name)] }
	k := &pyKey{
		epoch:   part("epoch"),
		release: strings.Split(part("release"), "."),
		phase:   4, phaseN: part("pren"),
		post: b2i(part("post") != ""), postN: part("postn1") + part("postn2"),
		dev: b2i(part("dev") == ""), devN: part("devn"),
	}
	for len(k.release) > 1 && strings.Trim(k.release[len(k.release)-1], "0") == "" {
		k.release = k.release[:len(k.release)-1]
	}
	switch pre := part("pre"); {
	case strings.HasPrefix(pre, "a"):
		k.phase = 1
	case strings.HasPrefix(pre, "b"):
		k.phase = 2
	case pre != "":
		k.phase = 3
	case k.dev == 0 && k.post == 0:
		k.phase = 0 // 1.0.dev1 comes before 1.0a1
	}
	if local := part("local"); local != "" {
		k.local = regexp.MustCompile(`[-_.]`).Split(local, -1)
	}
	return k
}

func TestPEP440Order(t *testing.T) {
	t.Parallel()
	ascending(t, comparePEP440,
		"0=0.0=v0", "0.9.post1", "1.0.dev1=1.dev1=1.0.0-dev1", "1.0.dev2", "1.0a1.dev1", "1.0a1=1.0-alpha-1=1.0ALPHA1", "1.0a1.post1",
		"1.0a2", "1.0a12", "1.0b1.dev2", "1.0b1=1.0.beta.1", "1.0rc1.dev1", "1.0rc1=1.0c1=1.0-pre1=v1.0.0RC1", "1.0=1=1.0.0",
		"1.0+abc.5", "1.0+abc.7", "1.0+5", "1.0.post1.dev3", "1.0.post1=1.0-1=1.0.rev1=1.0r1", "1.0.post1+x",
		"1.0.1.dev0", "1.0.1", "1.1", "1.10", "2022.9.24", "1!0.1")
	for _, bad := range []string{"", "2019-09-12", "0.2.0-n653", "1.0.x", "dev", "1.*"} {
		if keyPEP440(bad) != nil {
			t.Errorf("%q was taken for a version", bad)
		}
	}
}

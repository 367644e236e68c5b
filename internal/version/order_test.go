package version

import (
	"archive/zip"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"deps.dev/util/semver"
	"github.com/google/osv-scalibr/semantic"
)

// osvRecord is the part of an advisory that holds versions.
type osvRecord struct {
	Affected []struct {
		Package  struct{ Ecosystem string }
		Versions []string
		Ranges   []struct {
			Type   string
			Events []map[string]string
		}
	}
}

// versions adds the record's versions of an ecosystem to seen.
func (r *osvRecord) versions(ecosystem string, seen map[string]bool) {
	for _, a := range r.Affected {
		if name, _, _ := strings.Cut(a.Package.Ecosystem, ":"); name != ecosystem {
			continue
		}
		for _, v := range a.Versions {
			seen[v] = true
		}
		for _, r := range a.Ranges {
			for _, e := range r.Events {
				for _, v := range e {
					if r.Type != "GIT" {
						seen[v] = true
					}
				}
			}
		}
	}
}

// realVersions returns the distinct versions of an ecosystem in the sample of
// advisories that lies beside the repository, nil where there is none.
func realVersions(t *testing.T, ecosystem string) []string {
	t.Helper()
	archive, err := zip.OpenReader("../../../shared/data/osv/" + ecosystem + ".zip")
	if err != nil {
		t.Logf("no real versions of %q: the shared advisories are absent", ecosystem)
		return nil
	}
	defer archive.Close()
	seen := map[string]bool{}
	for _, file := range archive.File {
		var record osvRecord
		r, err := file.Open()
		if err != nil {
			t.Fatal(err)
		}
		if json.NewDecoder(r).Decode(&record) == nil {
			record.versions(ecosystem, seen)
		}
		r.Close()
	}
	return slices.Sorted(maps.Keys(seen))
}

// pep440Form is the regular expression of PEP 440's appendix B, in own words.
var pep440Form = regexp.MustCompile(`^\s*v?(\d+!)?\d+(\.\d+)*` +
	`([-_.]?(alpha|beta|preview|pre|rc|a|b|c)[-_.]?\d*)?` +
	`(-\d+|[-_.]?(post|rev|r)[-_.]?\d*)?` +
	`([-_.]?dev[-_.]?\d*)?` +
	`(\+[a-z0-9]+([-_.][a-z0-9]+)*)?\s*$`)

var apkForm = regexp.MustCompile(`^\d+(\.\d+)*([a-z]\d*)?(_(alpha|beta|pre|rc|cvs|svn|git|hg|p)\d*)*(~[0-9a-f]+)?(-r\d+)?$`)

// TestRealVersions parses every version of the shared advisories.
func TestRealVersions(t *testing.T) {
	t.Parallel()
	for _, s := range schemes[2:] {
		t.Run(s.String(), func(t *testing.T) {
			t.Parallel()
			texts := realVersions(t, ecosystemOf(s))
			if texts == nil {
				t.Skip("skipped: the shared advisories are absent")
			}
			for _, text := range texts {
				if _, err := Parse(s, text); (err == nil) != isReal(s, text) {
					t.Errorf("Parse(%q): %v", text, err)
				}
			}
			t.Logf("%d versions", len(texts))
		})
	}
}

// isReal reports whether a text of an advisory has a place in the order: PyPI has
// versions from before PEP 440, Alpine some that apk refuses.
func isReal(s Scheme, text string) bool {
	switch s {
	case PEP440:
		return pep440Form.MatchString(strings.ToLower(text))
	case APK:
		return apkForm.MatchString(text)
	case Bitnami:
		return !strings.HasPrefix(text, "nightly.")
	}
	return true
}

// ecosystemOf returns an ecosystem of a scheme that the shared advisories have.
func ecosystemOf(s Scheme) string {
	for _, e := range []string{
		"npm", "PyPI", "Go", "crates.io", "RubyGems", "Packagist", "Maven", "NuGet", "Pub", "Hex", "SwiftURL", "Julia",
		"Hackage", "CRAN", "opam", "Bitnami", "GitHub Actions", "Debian", "AlmaLinux", "Alpine",
	} {
		if SchemeOf(e) == s {
			return e
		}
	}
	return "none"
}

// pieces are what generated versions are put together from.
var pieces = [...]string{
	"0", "1", "2", "10", "01", "007", "20240102", "99999999999999999999", ".", ".", ".", ".",
	"-", "-", "_", "+", "!", "a", "b", "c", "rc", "RC1", "alpha", "beta", "pre", "post", "dev",
	"x", "X", "*", "v", "r", "final", "p", "pl", "patch", "stable", "-dev", "-0", "--1", "dev-main",
	"SNAPSHOT", "sp", "ga", "Final", "m", "milestone", "foo", "~", "~rc", "^", "_p1", "_rc", "-r", "-r3", "1:", "+b", "+2",
	"go", "+incompatible", "@dev", "1.0", "1.0.0", "1.2.3", "2.0.0-", "1.0.0.0",
}

func generate(random *rand.Rand) string {
	var b strings.Builder
	if random.IntN(8) > 0 {
		b.WriteString(pieces[random.IntN(8)])
	}
	for range random.IntN(9) {
		b.WriteString(pieces[random.IntN(len(pieces))])
	}
	return b.String()
}

// pool returns generated versions, those of the vectors and real ones, parsed.
func pool(t *testing.T, s Scheme, random *rand.Rand) []Version {
	t.Helper()
	var texts []string
	for len(texts) < 4000 {
		texts = append(texts, generate(random))
	}
	for len(texts) < 4500 { // some schemes have nothing but numbers
		texts = append(texts, fmt.Sprintf("%d.%d.%02d", random.IntN(3), random.IntN(12), random.IntN(12)))
	}
	vectors(t, s.String()+".txt", func(line string) {
		texts = append(texts, strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(" <=?!", r) })...)
	})
	real := realVersions(t, ecosystemOf(s))
	random.Shuffle(len(real), func(i, j int) { real[i], real[j] = real[j], real[i] })
	texts = append(texts, real[:min(len(real), 4000)]...)
	var out []Version
	for _, text := range texts {
		if v, err := Parse(s, text); err == nil {
			out = append(out, v)
		}
	}
	if len(out) < 500 {
		t.Fatalf("%d of %d texts are versions: the properties would say little", len(out), len(texts))
	}
	return out
}

// TestTotalOrder sorts a pool and checks that the order found between neighbours
// holds between any two, either way round: an intransitive triple or an
// asymmetric pair breaks that.
func TestTotalOrder(t *testing.T) {
	t.Parallel()
	for _, s := range schemes {
		t.Run(s.String(), func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(1, uint64(s)))
			versions := slices.DeleteFunc(pool(t, s, random), func(v Version) bool {
				_, isBranch := v.ext.(branch) // compares with nothing
				_, moves := v.ext.(moving)    // nor with its own line of versions
				return isBranch || moves
			})
			slices.SortStableFunc(versions, func(v, w Version) int { return compareOrFail(t, v, w) })
			rank := ranks(t, versions)
			for range 60_000 {
				i, j := random.IntN(len(versions)), random.IntN(len(versions))
				if got, want := compareOrFail(t, versions[i], versions[j]), sign(rank[i]-rank[j]); got != want {
					t.Fatalf("Compare(%q, %q) = %d, but by the sorted order %d", versions[i], versions[j], got, want)
				}
			}
		})
	}
}

// ranks numbers the classes of equal versions of a sorted list.
func ranks(t *testing.T, versions []Version) []int {
	rank := make([]int, len(versions))
	for i := 1; i < len(versions); i++ {
		rank[i] = rank[i-1] - compareOrFail(t, versions[i-1], versions[i])
		if rank[i] < rank[i-1] {
			t.Fatalf("sorting left %q before %q", versions[i-1], versions[i])
		}
	}
	return rank
}

func compareOrFail(t *testing.T, v, w Version) int {
	c, err := v.Compare(w)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestAgainstLibraries holds the order to that of deps.dev/util/semver and of
// osv-scalibr, wherever they accept both sides and are right.
func TestAgainstLibraries(t *testing.T) {
	t.Parallel()
	for _, s := range schemes[1:] {
		t.Run(s.String(), func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(2, uint64(s)))
			versions := pool(t, s, random)
			compared := [2]int{}
			for range 10_000 {
				v, w := versions[random.IntN(len(versions))], versions[random.IntN(len(versions))]
				for i, c := range checkLibraries(t, v, w) {
					compared[i] += c
				}
			}
			t.Logf("compared with deps.dev %d times, with osv-scalibr %d times", compared[0], compared[1])
		})
	}
}

// checkLibraries compares v and w with both libraries and returns how often each
// had a say.
func checkLibraries(t *testing.T, v, w Version) (compared [2]int) {
	t.Helper()
	got, err := v.Compare(w)
	if err != nil {
		return compared
	}
	if want, ok := byDepsDev(v, w); ok {
		compared[0]++
		if got != want {
			t.Errorf("%s: Compare(%q, %q) = %d, deps.dev says %d", v.scheme, v, w, got, want)
		}
	}
	if want, ok := byScalibr(v, w); ok {
		compared[1]++
		if got != want {
			t.Errorf("%s: Compare(%q, %q) = %d, osv-scalibr says %d", v.scheme, v, w, got, want)
		}
	}
	return compared
}

// depsDevSystems are the schemes that deps.dev/util/semver has and orders rightly:
// RubyGems is wrong in 3 of 4,123 rows, Packagist in 67 of 10,725, Maven no order.
var depsDevSystems = map[Scheme]semver.System{
	SemVer: semver.DefaultSystem, Hex: semver.DefaultSystem, Swift: semver.DefaultSystem,
	NPM: semver.NPM, Go: semver.Go, Cargo: semver.Cargo, PEP440: semver.PyPI, NuGet: semver.NuGet,
}

func byDepsDev(v, w Version) (c int, ok bool) {
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	if !depsDevIsRight(v) || !depsDevIsRight(w) {
		return 0, false
	}
	system, ok := depsDevSystems[v.scheme]
	if !ok {
		return 0, false
	}
	texts := [2]string{v.text, w.text}
	if v.scheme == Go { // strict: wants a "v"
		for i, text := range texts {
			texts[i] = "v" + strings.TrimLeft(text, "vgo")
		}
	}
	a, err := system.Parse(texts[0])
	b, err2 := system.Parse(texts[1])
	if err != nil || err2 != nil || a.IsWildcard() || b.IsWildcard() {
		return 0, false
	}
	return a.Compare(b), true
}

// depsDevIsRight leaves out what deps.dev/util/semver is known to misorder.
func depsDevIsRight(v Version) bool {
	switch v.scheme {
	case PEP440:
		p := v.parts()
		return p != nil && p.local == "" && !(p.phase != 0 && p.hasPost) && len(p.pre)+len(p.post)+len(p.dev) < 18
	case Go:
		if strings.HasPrefix(v.text, "go") || v.pre != "" && !strings.Contains(v.text, "-") {
			return false // the toolchain's own versions
		}
	}
	for id := range strings.SplitSeq(v.pre, ".") {
		if negative(id) || allDigits(id) && (len(id) > 18 || len(id) > 1 && id[0] == '0') {
			return false // "-1" as a number, 2^63 and "01" as words
		}
	}
	return true
}

// negative reports whether both libraries take an identifier for a number below 0.
func negative(id string) bool { return len(id) > 1 && id[0] == '-' && allDigits(id[1:]) }

func byScalibr(v, w Version) (int, bool) {
	if v.scheme == APK && strings.Count(v.text, ".") != strings.Count(w.text, ".") {
		return 0, false // 1.2 = 1.2.0 = 1.2.00, and 1.2.00 < 1.2.0
	}
	a, ok := toScalibr(v)
	b, ok2 := toScalibr(w)
	if !ok || !ok2 {
		return 0, false
	}
	c, err := compareScalibr(&v, &w, a, b)
	return c, err == nil
}

// toScalibr gives v to osv-scalibr, in a form that it orders rightly.
func toScalibr(v Version) (semantic.Version, bool) {
	switch v.scheme {
	case PEP440:
		return scalibr(trimBlanks(v.text), "PyPI")
	case RubyGems:
		if strings.Contains(v.text, "00") || strings.Contains(v.text, "--") || strings.Contains(v.text, ".-") || strings.Contains(v.text, "-.") {
			return nil, false // it drops the 0 of 1.0.a but not the 00 of 1.00.a, and sees an empty word in 1--2
		}
		return scalibr(strings.ReplaceAll(trimBlanks(v.text), "-", ".pre."), "RubyGems")
	case Packagist:
		return scalibr(normalForm(v), "Packagist")
	}
	switch v.scheme {
	case Maven, Hackage, CRAN, Dpkg, Opam, APK, RPM, Conan:
		text, ok := keyedText(v)
		return scalibrOrNot(ok, text, ecosystemOf(v.scheme))
	}
	return semVerToScalibr(v)
}

// keyedText returns a version of a scheme that is not SemVer's, where osv-scalibr
// reads it rightly.
func keyedText(v Version) (text string, ok bool) {
	text = trimBlanks(v.text)
	switch v.scheme {
	case Maven: // it makes circles of what starts with a letter or nothing behind a dot
		return text, !oddMaven.MatchString(text)
	case Hackage, CRAN:
		return text, true
	case Dpkg, Opam, APK:
		return text, true
	case RPM:
		return text, strings.Count(text, "-") < 2
	}
	return text, false
}

func scalibrOrNot(ok bool, text, ecosystem string) (semantic.Version, bool) {
	if !ok {
		return nil, false
	}
	if ecosystem == "opam" {
		ecosystem = "Debian"
	}
	return scalibr(text, ecosystem)
}

var oddMaven = regexp.MustCompile(`(?i)^[^0-9]|\.[^0-9]|[-.]$|--|-\.`)

// semVerToScalibr spells a version of a SemVer scheme in a way that has one reading.
func semVerToScalibr(v Version) (semantic.Version, bool) {
	numbers, ecosystem := 2, "npm"
	if v.scheme == NuGet {
		numbers, ecosystem = 3, "NuGet"
	}
	_, moves := v.ext.(moving)
	if strings.Count(v.core, ".") > numbers || v.build() != "" || moves {
		return nil, false // a further number as a pre-release; builds as text
	}
	for id := range strings.SplitSeq(v.pre, ".") {
		if negative(id) {
			return nil, false
		}
	}
	text := v.core
	if v.pre != "" {
		text += "-" + v.pre
	}
	return scalibr(text, ecosystem)
}

// normalForm spells a Packagist version as Composer's VersionParser does.
func normalForm(v Version) string {
	r := v.release()
	text := v.core
	if word := map[stability]string{alpha: "-alpha", beta: "-beta", candidate: "-RC", patch: "-patch"}[r.stability]; word != "" {
		text += word + r.number
	}
	if r.dev {
		text += "-dev"
	}
	return text
}

// TestConstraintsAgainstDepsDev holds npm's and Cargo's constraints to
// deps.dev/util/semver's on releases; on pre-releases it is known to be wrong.
func TestConstraintsAgainstDepsDev(t *testing.T) {
	t.Parallel()
	for s, system := range map[Scheme]semver.System{NPM: semver.NPM, Cargo: semver.Cargo} {
		random := rand.New(rand.NewPCG(3, uint64(s)))
		operators := []string{"", "^", "~", ">", ">=", "<", "<=", "="}
		numbers := []string{"0", "1", "2", "1.2", "0.0", "0.1", "1.x", "1.2.x", "0.0.1", "0.1.2", "1.0.0", "1.2.3", "2.0.0", "*"}
		versions := []string{"0.0.0", "0.0.1", "0.0.2", "0.1.0", "0.1.2", "0.2.0", "1.0.0", "1.1.9", "1.2.0", "1.2.3", "1.2.4", "1.3.0", "2.0.0", "2.0.1", "3.0.0"}
		checked := 0
		for range 20_000 {
			text := operators[random.IntN(len(operators))] + numbers[random.IntN(len(numbers))]
			version := versions[random.IntN(len(versions))]
			c, err := ParseConstraint(s, text)
			theirs, err2 := system.ParseConstraint(text)
			if err != nil || err2 != nil {
				continue
			}
			v, err := Parse(s, version)
			if err != nil {
				t.Fatal(err)
			}
			got, err := c.Contains(v)
			if want := theirs.Match(version); err != nil || got != want {
				t.Errorf("%s: %q contains %q: %v, %v; deps.dev says %v", s, text, version, got, err, want)
			}
			checked++
		}
		if checked < 10_000 {
			t.Errorf("%s: only %d compared", s, checked)
		}
	}
}

// TestIntervalsAgainstDepsDev holds Maven's and NuGet's ranges to
// deps.dev/util/semver's on releases. To that "(1.0,1.0]" holds 1.0, which to NuGet
// is no range and to Maven empty.
func TestIntervalsAgainstDepsDev(t *testing.T) {
	t.Parallel()
	numbers := []string{"", "0", "0.0.2", "1", "1.2", "1.2.3", "2.0.0", "3.1", ""} // ascending: ends are never alike
	versions := []string{"0.0.1", "0.1.0", "1.0.0", "1.1.9", "1.2.0", "1.2.3", "1.2.4", "2.0.0", "2.0.1", "3.1.0", "4.0.0"}
	for s, system := range map[Scheme]semver.System{Maven: semver.Maven, NuGet: semver.NuGet} {
		random := rand.New(rand.NewPCG(4, uint64(s)))
		pick := func(from ...string) string { return from[random.IntN(len(from))] }
		checked := 0
		for range 20_000 {
			i := random.IntN(len(numbers) - 1)
			text := pick("[", "(") + numbers[i] + pick(",", ", ") + numbers[i+1+random.IntN(len(numbers)-1-i)] + pick("]", ")")
			switch {
			case random.IntN(8) == 0:
				text = "[" + numbers[1+i%7] + "]"
			case s == Maven && random.IntN(3) == 0:
				text += ",[" + numbers[1+i%7] + ",)"
			}
			version := pick(versions...)
			theirs, err := system.ParseConstraint(text)
			c, err2 := ParseConstraint(s, text)
			if err != nil || err2 != nil {
				continue // theirs refuses ranges that are empty or overlap
			}
			v, err := Parse(s, version)
			if err != nil {
				t.Fatal(err)
			}
			got, err := c.Contains(v)
			if want := theirs.Match(version); err != nil || got != want {
				t.Errorf("%s: %q contains %q: %v, %v; deps.dev says %v", s, text, version, got, err, want)
			}
			checked++
		}
		if checked < 1_000 {
			t.Errorf("%s: only %d compared", s, checked)
		}
	}
}

// scalibr reads a version with osv-scalibr, whose readers may panic on a text
// that nobody tried.
func scalibr(text, ecosystem string) (v semantic.Version, ok bool) {
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	v, err := semantic.Parse(text, ecosystem)
	return v, err == nil
}

// compareScalibr compares two of osv-scalibr's versions, panics turned to errors.
func compareScalibr(v, w *Version, a, b semantic.Version) (c int, err error) {
	defer func() {
		if recover() != nil {
			c, err = 0, incomparable(v, w)
		}
	}()
	c, err = a.Compare(b)
	if err != nil {
		return 0, incomparable(v, w)
	}
	return sign(c), nil
}

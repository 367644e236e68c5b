package version

import (
	"bufio"
	"os"
	"strings"
	"testing"

	"github.com/assay-sca/assay/internal/errs"
)

var schemes = allSchemes()

func allSchemes() []Scheme {
	var out []Scheme
	for i := range schemeNames {
		out = append(out, Scheme(i))
	}
	return out
}

// vectors calls check with each line of a file of testdata, comments left out.
func vectors(t *testing.T, name string, check func(line string)) {
	t.Helper()
	f, err := os.Open("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	n := 0
	for lines.Scan() {
		if line := lines.Text(); line != "" && line[0] != '#' {
			check(line)
			n++
		}
	}
	if n == 0 || lines.Err() != nil {
		t.Errorf("%s: %d vectors, %v", name, n, lines.Err())
	}
}

// TestOrder reads lines "A < B", "A = B", "A ? B" (not comparable), "! A" (refused).
func TestOrder(t *testing.T) {
	t.Parallel()
	for _, s := range schemes {
		t.Run(s.String(), func(t *testing.T) {
			t.Parallel()
			vectors(t, s.String()+".txt", func(line string) { checkOrder(t, s, line) })
		})
	}
}

func checkOrder(t *testing.T, s Scheme, line string) {
	t.Helper()
	if text, ok := strings.CutPrefix(line, "! "); ok {
		if v, err := Parse(s, text); errs.KindOf(err) != errs.Invalid || !v.IsZero() {
			t.Errorf("%s: got %+v, %v", line, v, err)
		}
		return
	}
	for operator, want := range map[string]int{" < ": -1, " = ": 0, " ? ": 2} {
		i := strings.LastIndex(line, operator)
		if i < 0 {
			continue
		}
		a, b := line[:i], line[i+len(operator):]
		checkPair(t, s, a, b, want)
		if want != 2 {
			want = -want
		}
		checkPair(t, s, b, a, want)
		return
	}
	t.Errorf("no operator in %q", line)
}

func checkPair(t *testing.T, s Scheme, a, b string, want int) {
	t.Helper()
	v, err := Parse(s, a)
	if err != nil || v.String() != a {
		t.Errorf("Parse(%q) = %q, %v", a, v, err)
		return
	}
	w, err := Parse(s, b)
	if err != nil {
		t.Errorf("Parse(%q): %v", b, err)
		return
	}
	got, err := v.Compare(w)
	if want == 2 {
		if errs.KindOf(err) != errs.Invalid {
			t.Errorf("Compare(%q, %q) = %d, %v; want an error", a, b, got, err)
		}
		return
	}
	if err != nil || got != want {
		t.Errorf("Compare(%q, %q) = %d, %v; want %d", a, b, got, err, want)
	}
}

// TestContains reads lines "constraint ; version ; true|false", "! constraint".
func TestContains(t *testing.T) {
	t.Parallel()
	for _, s := range schemes {
		t.Run(s.String(), func(t *testing.T) {
			t.Parallel()
			vectors(t, s.String()+".constraints.txt", func(line string) { checkContains(t, s, line) })
		})
	}
}

func checkContains(t *testing.T, s Scheme, line string) {
	t.Helper()
	if text, ok := strings.CutPrefix(line, "! "); ok {
		if _, err := ParseConstraint(s, text); errs.KindOf(err) != errs.Invalid {
			t.Errorf("%s: got %v", line, err)
		}
		return
	}
	fields := strings.Split(line, ";")
	if len(fields) != 3 {
		t.Errorf("not three fields: %q", line)
		return
	}
	c, err := ParseConstraint(s, fields[0])
	if err != nil || c.String() != fields[0] {
		t.Errorf("ParseConstraint(%q) = %q, %v", fields[0], c, err)
		return
	}
	v, err := Parse(s, fields[1])
	if err != nil {
		t.Error(err)
		return
	}
	got, err := c.Contains(v)
	if want := strings.TrimSpace(fields[2]) == "true"; err != nil || got != want {
		t.Errorf("%s: got %v, %v", line, got, err)
	}
}

func TestSchemeOf(t *testing.T) {
	t.Parallel()
	for ecosystem, want := range map[string]Scheme{
		"npm": NPM, "PyPI": PEP440, "Go": Go, "crates.io": Cargo, "RubyGems": RubyGems,
		"Packagist": Packagist, "Packagist:https://packages.example.org/8": Packagist,
		"Maven": Maven, "NuGet": NuGet, "Pub": Pub, "Hex": Hex, "Hackage": Hackage, "CRAN": CRAN, "Julia": Julia,
		"opam": Opam, "ConanCenter": Conan, "SwiftURL": Swift, "GitHub Actions": Actions, "Bitnami": Bitnami,
		"Debian:12": Dpkg, "Ubuntu:24.04:LTS": Dpkg, "Alpine:v3.22": APK, "Wolfi": APK, "Chainguard": APK, "MinimOS": APK,
		"Red Hat:enterprise_linux:9::baseos": RPM, "AlmaLinux:9": RPM, "Rocky Linux:9": RPM, "SUSE:Linux Micro 6.0": RPM,
		"openSUSE:Leap 15.6": RPM, "Photon OS:5.0": RPM, "Mageia:9": RPM, "openEuler:24.03-LTS": RPM, "Azure Linux:3": RPM,
		"GHC": SemVer, "cocoapods": RubyGems, "jsr": NPM, "": Fallback, "NPM": Fallback, "Linux": Fallback,
	} {
		if got := SchemeOf(ecosystem); got != want {
			t.Errorf("SchemeOf(%q) = %s, want %s", ecosystem, got, want)
		}
	}
}

func TestBounds(t *testing.T) {
	t.Parallel()
	for _, s := range schemes {
		long := strings.Repeat("1", MaxText)
		if s != Packagist && s != Swift && s != Actions { // numbers without dots are dates or commits there
			if _, err := Parse(s, long); err != nil {
				t.Error(err)
			}
		}
		if _, err := Parse(s, long+"1"); errs.KindOf(err) != errs.Invalid {
			t.Errorf("%s: %d bytes: %v", s, len(long)+1, err)
		}
		if _, err := ParseConstraint(s, strings.Repeat(" ", MaxConstraint+1)); errs.KindOf(err) != errs.Invalid {
			t.Errorf("%s: long constraint: %v", s, err)
		}
		for _, text := range []string{"", " ", "\x00", "1\x00", "é1"} {
			if _, err := Parse(s, text); errs.KindOf(err) != errs.Invalid {
				t.Errorf("%s: Parse(%q): %v", s, text, err)
			}
		}
	}
}

// A tag that moves may or may not be in a line that is narrower than its own.
func TestMovingTag(t *testing.T) {
	t.Parallel()
	c, err := ParseConstraint(Actions, "v4.1")
	if err != nil {
		t.Fatal(err)
	}
	for text, unsure := range map[string]bool{"v4": true, "v4.1": false, "v5": false, "4": false} {
		v, err := Parse(Actions, text)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Contains(v); (err != nil) != unsure {
			t.Errorf("v4.1 contains %q: %v", text, err)
		}
	}
}

// A key's numbers order by their count of digits up to the longest text.
func TestLongNumbersInKeys(t *testing.T) {
	t.Parallel()
	for _, s := range []Scheme{Maven, Opam, Conan, Dpkg, RPM, APK} {
		for n := MaxText - 4; n < MaxText; n++ {
			a, b := strings.Repeat("9", n), "1"+strings.Repeat("0", n)
			if c, err := Compare(s, a, b); c != -1 || err != nil {
				t.Errorf("%s: of numbers of %d and %d digits: %d, %v", s, n, n+1, c, err)
			}
			if c, err := Compare(s, a[1:]+"8", a); c != -1 || err != nil {
				t.Errorf("%s: of numbers of %d digits: %d, %v", s, n, c, err)
			}
		}
	}
}

func TestSchemeNames(t *testing.T) {
	t.Parallel()
	if got := Scheme(200).String(); got != "fallback" {
		t.Errorf("an unknown scheme is called %q", got)
	}
}

func TestIncomparable(t *testing.T) {
	t.Parallel()
	one, err := Parse(NPM, "1.0.0")
	if err != nil {
		t.Fatal(err)
	}
	other, err := Parse(Cargo, "1.0.0")
	if err != nil {
		t.Fatal(err)
	}
	any, err := ParseConstraint(NPM, "*")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := one.Compare(other); errs.KindOf(err) != errs.Invalid {
		t.Error("different schemes compare:", err)
	}
	if _, err := one.Compare(Version{}); err == nil {
		t.Error("no version compares")
	}
	if _, err := (Version{}).Compare(Version{}); err == nil {
		t.Error("no version compares with itself")
	}
	if _, err := any.Contains(other); errs.KindOf(err) != errs.Invalid {
		t.Error("a constraint judges another scheme:", err)
	}
}

// Versions from before PEP 440 have no place in the order: a range that ends at
// one must not look like one that covers nothing.
func TestBeforePEP440(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"2004d", "2019-09-12", "0.2.0-n653", "1.0-SNAPSHOT1", "0.1dev-r1716", "trunk", "latest"} {
		if v, err := Parse(PEP440, text); errs.KindOf(err) != errs.Invalid {
			t.Errorf("Parse(%q) = %v, %v, want errs.Invalid", text, v, err)
		}
	}
}

// What multiplies out ("(a || b) && (a || b) && ...") is refused before it does.
func TestFormulasAreBounded(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		scheme Scheme
		part   string
		last   string
		valid  bool
	}{
		{Hackage, "(>1||<2)&&", ">1", false},
		{Hackage, "=={1,2,3,4,5,6}&&", ">1", false},
		{Hackage, ">1&&", ">1", true},
		{Hackage, "<1||", ">1", true},
		{Hackage, "-none&&", ">1", true},
		{Hackage, "(", ">1", false},
		{Opam, "(1|2)&", "1", false},
		{Opam, "1&", "1", true},
		{Hex, ">= 1.0.0 and ", "< 2.0.0", true},
	} {
		text := strings.Repeat(test.part, MaxConstraint/len(test.part)-2) + test.last
		c, err := ParseConstraint(test.scheme, text)
		if (err == nil) != test.valid {
			t.Errorf("%s: many times %q: %v", test.scheme, test.part, err)
		}
		if n := size(c.sets); n > 2*maxComparators {
			t.Errorf("%s: many times %q: %d comparators", test.scheme, test.part, n)
		}
	}
}

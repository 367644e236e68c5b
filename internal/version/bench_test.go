package version

import "testing"

// samples are what lockfiles mostly hold: a release and a longer form.
var samples = [...]struct {
	scheme             Scheme
	a, b, c, d, allows string
}{
	{NPM, "4.17.20", "4.17.21", "7.0.0-beta.12", "7.0.0-beta.9", "^4.17.0 || >=7.0.0-beta.1 <8"},
	{Go, "v1.9.1", "v1.10.0", "v0.0.0-20210218145215-b8e89b74b9df", "v0.0.0-20211108221036-ceb1ce70b4fa", "v1.9.0"},
	{PEP440, "2.31.0", "2.32.2", "1.0rc1.post2.dev3", "1.0rc1.post2.dev4", "~=2.28,!=2.30.*"},
	{Cargo, "0.10.54", "0.10.55", "0.104.0-alpha.2", "0.104.0-alpha.7", "0.10.30"},
	{RubyGems, "5.2.4.3", "5.2.4.4", "3.0.0.alpha.5", "3.0.0.alpha.6", "~> 5.2, >= 5.2.4.1"},
	{Packagist, "v6.4.2", "6.4.12", "2.0.0-beta12", "2.0.0-RC1", "^5.4 || ^6.0"},
	{SemVer, "1.2.3", "1.2.4", "1.0.0-rc.1", "1.0.0-rc.2", ">=1.0.0, <2.0.0"},
	{Maven, "5.3.18", "5.3.20", "1.0.7.0-jre12", "1.1.0.8-SNAPSHOT-jre14", "[5.3.0,5.3.20),(6.0,)"},
	{NuGet, "6.0.1", "6.0.10", "8.0.0-rc.2.23480.2", "8.0.0-RC.10.23480.2", "[6.0.0,7.0.0)"},
	{Pub, "1.2.3", "1.2.4", "1.0.0-dev.29+1", "1.0.0-dev.29+2", "^1.0.0"},
	{Hex, "1.7.10", "1.7.11", "1.0.0-rc.1", "1.0.0-rc.2", "~> 1.7 and != 1.7.9"},
	{Swift, "5.9.1", "5.10.0", "5.4.0-beta.1", "5.4.0-beta.2", "from: \"5.0.0\""},
	{Julia, "1.14.5", "1.14.6", "1.14.5+0", "1.14.5+10", "1.2, 2"},
	{Hackage, "1.2.3.4", "1.2.3.5", "0.20110401", "0.20110417", "^>=1.2 || ^>=1.3"},
	{CRAN, "1.2-3", "1.2-4", "0.20110401", "0.20110417", ">= 1.0"},
	{Opam, "2.1.0", "2.2.0", "2.0.0~beta3.1", "2.0.0~rc1", "{>= \"1.0\" & < \"3\"}"},
	{Conan, "1.2.11", "1.2.13", "3.0.0-rc1+b1", "3.0.0-rc1+b2", "[>=1.0 <2]"},
	{Bitnami, "17.0.3", "17.0.4", "17.0.3-1", "17.0.3-10", ">=17.0.0 <18.0.0"},
	{Actions, "v4.1.2", "v4.1.3", "v4", "46.0.1", "v4"},
	{Dpkg, "1.22.1-9+deb12u9", "1.22.1-9+deb12u10", "8:6.9.11.60+dfsg-1.6+deb12u13", "8:6.9.11.60+dfsg-1.6+deb12u14", ">= 1.22, << 2"},
	{RPM, "3.6.8-72.el8_10", "3.6.8-73.el8_10", "2:1.14.5-3.module_el8.10.0+3901+4b80ecd7", "2:1.14.5-3.module_el8.10.0+3901+4b80ecd8", "<3.6.9-1"},
	{APK, "1.2.3-r1", "1.2.3-r10", "1.8.20_p2-r0", "1.8.20_p3-r0", "<1.2.4-r0"},
	{Fallback, "1.2.3", "1.2.4", "2024-01-02r3", "2024-01-02r10", ">=1.0.0, <2.0.0"},
}

func parse(tb testing.TB, s Scheme, text string) Version {
	tb.Helper()
	v, err := Parse(s, text)
	if err != nil {
		tb.Fatal(err)
	}
	return v
}

func BenchmarkParse(b *testing.B) {
	for _, s := range samples {
		for name, text := range map[string]string{"release": s.a, "long": s.c} {
			b.Run(s.scheme.String()+"/"+name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					_, _ = Parse(s.scheme, text)
				}
			})
		}
	}
}

func BenchmarkCompare(b *testing.B) {
	for _, s := range samples {
		for name, pair := range map[string][2]string{"release": {s.a, s.b}, "long": {s.c, s.d}} {
			v, w := parse(b, s.scheme, pair[0]), parse(b, s.scheme, pair[1])
			b.Run(s.scheme.String()+"/"+name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					_, _ = v.Compare(w)
				}
			})
		}
	}
}

func BenchmarkContains(b *testing.B) {
	for _, s := range samples {
		c, err := ParseConstraint(s.scheme, s.allows)
		if err != nil {
			b.Fatal(err)
		}
		v := parse(b, s.scheme, s.a)
		b.Run(s.scheme.String(), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = c.Contains(v)
			}
		})
	}
}

// TestCompareKeepsMemory holds the hot path to no allocation.
func TestCompareKeepsMemory(t *testing.T) {
	for _, s := range samples {
		v, w := parse(t, s.scheme, s.a), parse(t, s.scheme, s.b)
		x, y := parse(t, s.scheme, s.c), parse(t, s.scheme, s.d)
		if n := testing.AllocsPerRun(100, func() { _, _ = v.Compare(w); _, _ = x.Compare(y) }); n > 0 {
			t.Errorf("%s: %v allocations in two comparisons", s.scheme, n)
		}
	}
}

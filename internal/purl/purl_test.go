package purl

import (
	"testing"

	"github.com/package-url/packageurl-go"
)

func TestNormalize(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ ecosystem, name, want string }{
		{PyPI, "Foo__Bar..baz", "foo-bar-baz"},
		{PyPI, "foo-bar", "foo-bar"},
		{PyPI, "foo--bar", "foo-bar"},
		{PyPI, "zope.interface", "zope-interface"},
		{Packagist, "Symfony/Yaml", "symfony/yaml"},
		{NPM, "JSONStream", "JSONStream"},
		{Go, "github.com/BurntSushi/toml", "github.com/BurntSushi/toml"},
		{RubyGems, "RedCloth", "RedCloth"},
	} {
		if got := Normalize(tc.ecosystem, tc.name); got != tc.want {
			t.Errorf("Normalize(%s, %q) = %q, want %q", tc.ecosystem, tc.name, got, tc.want)
		}
		if got := Normalize(tc.ecosystem, tc.want); got != tc.want {
			t.Errorf("Normalize(%s, %q) = %q: not stable", tc.ecosystem, tc.want, got)
		}
	}
}

func TestOf(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		ecosystem, name, version string
		qualifiers               map[string]string
		want                     string
	}{
		{NPM, "lodash", "4.17.20", nil, "pkg:npm/lodash@4.17.20"},
		{NPM, "@babel/core", "7.0.0", nil, "pkg:npm/%40babel/core@7.0.0"},
		{NPM, "lodash", "", nil, "pkg:npm/lodash"},
		{Go, "github.com/docker/docker", "28.5.2+incompatible", nil, "pkg:golang/github.com/docker/docker@28.5.2%2Bincompatible"},
		{Packagist, "symfony/yaml", "5.4.1", nil, "pkg:composer/symfony/yaml@5.4.1"},
		{Maven, "org.example.dials:gauge-core", "1.2", nil, "pkg:maven/org.example.dials/gauge-core@1.2"},
		{CocoaPods, "React", "0.70.0", nil, "pkg:cocoapods/React@0.70.0"},
		{CocoaPods, "React/Core", "0.70.0", nil, "pkg:cocoapods/React@0.70.0#Core"},
		{CocoaPods, "Pod/Sub/Part", "1.0", nil, "pkg:cocoapods/Pod@1.0#Sub/Part"},
		{CocoaPods, "GoogleUtilities/NSData+zlib", "7.5.2", nil, "pkg:cocoapods/GoogleUtilities@7.5.2#NSData%2Bzlib"},
		{CocoaPods, "Pod/Sub", "", map[string]string{"vcs_url": "git+https://example.org/x.git"},
			"pkg:cocoapods/Pod?vcs_url=git%2Bhttps:%2F%2Fexample.org%2Fx.git#Sub"},
		{Cargo, "x", "1.0.0", map[string]string{"vcs_url": "git+https://example.org/x.git@abc"},
			"pkg:cargo/x@1.0.0?vcs_url=git%2Bhttps:%2F%2Fexample.org%2Fx.git%40abc"},
	} {
		if got := Of(tc.ecosystem, tc.name, tc.version, tc.qualifiers); got != tc.want {
			t.Errorf("Of(%s, %q, %q) = %q, want %q", tc.ecosystem, tc.name, tc.version, got, tc.want)
		}
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Package{
		"pkg:npm/%40babel/core@7.0.0":             {NPM, "@babel/core", "7.0.0"},
		"pkg:pypi/Foo_Bar@1":                      {PyPI, "foo-bar", "1"},
		"pkg:golang/github.com/a/b@1.2.3":         {Go, "github.com/a/b", "1.2.3"},
		"pkg:composer/symfony/yaml":               {Packagist, "symfony/yaml", ""},
		"pkg:maven/org.example/gauge@1.2":         {Maven, "org.example:gauge", "1.2"},
		"pkg:cocoapods/Pod@1.0#Sub/Part":          {CocoaPods, "Pod/Sub/Part", "1.0"},
		"pkg:cocoapods/Pod#A%2BB":                 {CocoaPods, "Pod/A+B", ""},
		"pkg:golang/a.org/b@1.0.0#sub/folder":     {Go, "a.org/b", "1.0.0"}, // a folder of the module
		"pkg:golang/a.org/b@1.0.0%2Bincompatible": {Go, "a.org/b", "1.0.0+incompatible"},
	} {
		got, err := Parse(text)
		if err != nil || got != want {
			t.Errorf("Parse(%q) = %v, %v, want %v", text, got, err, want)
		}
	}
	for _, bad := range []string{"", "npm/lodash", "pkg:unheard/of@1"} {
		if got, err := Parse(bad); err == nil {
			t.Errorf("Parse(%q) = %v, want an error", bad, got)
		}
	}
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	for _, want := range []Package{
		{CocoaPods, "Pod", "1.0"}, {CocoaPods, "Pod/Sub/Part", "1.0"}, {CocoaPods, "GoogleUtilities/NSData+zlib", "7.5.2"},
		{CocoaPods, "Pod/A B", "1.0-rc.1"}, {CocoaPods, "Pod/Sub", ""},
		{NPM, "@babel/core", "7.0.0"}, {Maven, "org.example:x", "1"}, {Terraform, "registry.example.org/a/b", "1.0"}, {LuaRocks, "dials/face", "1-1"},
	} {
		text := Of(want.Ecosystem, want.Name, want.Version, nil)
		if got, err := Parse(text); err != nil || got != want {
			t.Errorf("Parse(%q) = %v, %v, want %v", text, got, err, want)
		}
	}
}

// Each type of package URL is of one ecosystem.
func TestTypes(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for ecosystem, kind := range types {
		if other, twice := seen[kind]; twice {
			t.Errorf("%s and %s are both %q", ecosystem, other, kind)
		}
		seen[kind] = ecosystem
	}
}

// The short way of writing must give what the library gives.
func FuzzOf(f *testing.F) {
	f.Add("lodash", "4.17.20")
	f.Add("@babel/core", "7.0.0-beta.1")
	f.Add("a/b", "1.0+x y")
	f.Fuzz(func(t *testing.T, name, version string) {
		if name == "" {
			t.Skip() // no package
		}
		namespace, base := split(name)
		p := packageurl.PackageURL{Type: "npm", Namespace: namespace, Name: base, Version: version}
		if got, want := Of(NPM, name, version, nil), p.ToString(); got != want {
			t.Errorf("Of(%q, %q) = %q, the library writes %q", name, version, got, want)
		}
	})
}

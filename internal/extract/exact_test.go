package extract

import (
	"testing"

	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/purl"
)

func TestExact(t *testing.T) {
	t.Parallel()
	tests := []struct{ ecosystem, constraint, want string }{
		{purl.NuGet, "13.0.3", "13.0.3"}, // the least that will do is what NuGet takes
		{purl.NuGet, "[1.2.3]", "1.2.3"},
		{purl.NuGet, "[1.0,2.0)", ""},
		{purl.NuGet, "[1.0,]", ""},
		{purl.NuGet, "2.*", ""},
		{purl.NuGet, "$(AcmeVersion)", ""},
		{purl.Hex, "== 1.2.3", "1.2.3"},
		{purl.Hex, "1.2.3", "1.2.3"},
		{purl.Hex, "~> 1.2", ""},
		{purl.Hex, "@version", ""},
		{purl.Pub, "1.2.3+4", "1.2.3+4"},
		{purl.Pub, "^1.2.3", ""},
		{purl.Pub, "any", ""},
		{purl.Julia, "1.2.3", ""}, // as good as ^1.2.3
		{purl.Julia, "=1.2.3", "1.2.3"},
		{purl.Julia, "0.21, 1.2", ""},
		{purl.Hex, "== 1.2", ""}, // mix refuses it
		{purl.Hex, ">= 1.2.3 and < 2.0.0", ""},
		{purl.Hex, "!= 1.2.3", ""},
		{purl.Hex, "1.2.3-rc.1", "1.2.3-rc.1"},
		{purl.Pub, "1.2", ""}, // pub refuses it
		{purl.Pub, ">=1.2.3 <2.0.0", ""},
		{purl.RubyGems, "= 4.0", "4.0"},
		{purl.RubyGems, "=4.0.0.rc1", "4.0.0.rc1"},
		{purl.RubyGems, "1", "1"}, // Gem::Requirement reads it as "= 1"
		{purl.RubyGems, "~> 1.2", ""},
		{purl.RubyGems, "!= 1.2", ""},
		{purl.RubyGems, "= 1.2, < 2", ""},
		{purl.RubyGems, "== 1.2", ""},
		{purl.CocoaPods, "= 1.9.0", "1.9.0"},
		{purl.CocoaPods, "1.9.0", "1.9.0"},
		{purl.CocoaPods, "~> 1.9", ""},
		{purl.CocoaPods, "> 1, < 2", ""},
		{purl.LuaRocks, "== 1.0-2", "1.0-2"},
		{purl.LuaRocks, "= 1.0", "1.0"},
		{purl.LuaRocks, "3.1-1", "3.1-1"}, // LuaRocks reads it as "== 3.1-1"
		{purl.LuaRocks, "~= 1.0", ""},
		{purl.LuaRocks, "~> 1.0", ""},
		{purl.LuaRocks, ">= 1.0, < 2", ""},
		{purl.Swift, "1.2.3", "1.2.3"}, // of exact: "1.2.3"
		{purl.Swift, `from: "1.2.0"`, ""},
		{purl.Swift, `.upToNextMajor(from: "1.2.0")`, ""},
		{purl.Swift, `"1.0.0"..<"2.0.0"`, ""},
		{purl.Swift, `"1.0.0"..."1.9.9"`, ""},
		{purl.Swift, "== 1.2", "1.2"}, // of a Cartfile, as are these
		{purl.Swift, "~> 1.2", ""},
		{purl.Swift, ">= 1.2", ""},
		{purl.Swift, `"1.2.3"`, "1.2.3"},
		{purl.Swift, `"v1.2.3"`, "1.2.3"},
		{purl.Swift, `"main"`, ""},
		{purl.Conan, "1.2.11", "1.2.11"},
		{purl.Conan, "cci.20230101", "cci.20230101"},
		{purl.Conan, "system", "system"},
		{purl.Conan, "[>=1.2 <2]", ""},
		{purl.Conan, "[~1]", ""},
		{purl.Conan, "", ""},
		{purl.Vcpkg, "1.2.0", "1.2.0"}, // of an override, as are these
		{purl.Vcpkg, "2023-01-31#2", "2023-01-31"},
		{purl.Vcpkg, ">=0.9#3", ""},
		{purl.Hackage, "==1.2.3.4", "1.2.3.4"},
		{purl.Hackage, "== 1.2", "1.2"},
		{purl.Hackage, "==1.2.*", ""},
		{purl.Hackage, "==1.2 || ==1.3", ""},
		{purl.Hackage, "==1.2 && <2", ""},
		{purl.Hackage, "=={1.2, 1.3}", ""},
		{purl.Hackage, "^>=1.2", ""},
		{purl.Hackage, ">=1.2", ""},
		{purl.CRAN, "== 1.2-3", "1.2-3"},
		{purl.CRAN, ">= 1.2", ""},
		{purl.CRAN, "1.2", ""},
		{purl.CPAN, "== 1.23", "1.23"},
		{purl.CPAN, "== v1.2.3", "v1.2.3"},
		{purl.CPAN, "1.23", ""}, // the least that will do
		{purl.CPAN, ">= 1.2, < 2", ""},
		{purl.CPAN, "== 1.2, != 1.3", ""},
		{purl.PyPI, "==1.2", "1.2"},
		{purl.PyPI, "===1.2", "1.2"},
		{purl.PyPI, "~=1.2", ""},
		{purl.PyPI, "==1.*", ""},
		{purl.NPM, "=1.2.3", "1.2.3"},
		{purl.NPM, "1.2", ""},
		{purl.Packagist, "v1.2.3", "1.2.3"},
		{purl.Cargo, "=1.2.3", "1.2.3"},
		{purl.Cargo, "=1.2", ""},
	}
	for _, tt := range tests {
		if got := exact(tt.ecosystem, tt.constraint); got != tt.want {
			t.Errorf("exact(%s, %q) = %q, want %q", tt.ecosystem, tt.constraint, got, tt.want)
		}
	}
}

func TestLeftOut(t *testing.T) {
	t.Parallel()
	tests := []struct {
		ecosystem string
		scope     inventory.Scope
		want      bool
	}{
		{purl.NuGet, inventory.ScopeBuild, true},
		{purl.NuGet, inventory.ScopeRuntime, false},
		{purl.Julia, inventory.ScopeTest, true},
		{purl.Julia, inventory.ScopeRuntime, false},
		{purl.Hex, inventory.ScopeTest, false},
	}
	for _, tt := range tests {
		if got := leftOut(tt.ecosystem, tt.scope); got != tt.want {
			t.Errorf("leftOut(%s, %s) = %t, want %t", tt.ecosystem, tt.scope, got, tt.want)
		}
	}
}

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

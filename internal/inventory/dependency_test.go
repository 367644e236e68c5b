package inventory_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/inventory"
)

// TestDependencies: two manifests of one lock, a lock without a manifest, a
// requirements file, and a manifest without a lock.
func TestDependencies(t *testing.T) {
	t.Parallel()
	b := inventory.NewBuilder()
	lock := b.Unit("package-lock", "web/package-lock.json")
	lock.Manifests = []string{"web/package.json", "web/shop/package.json"}
	lock.Declared = []inventory.Declaration{
		{Ecosystem: "npm", Name: "fold", Constraint: "^9.0.0", Scope: inventory.ScopeRuntime, Path: "web/shop/package.json", Line: 5},
		{Ecosystem: "npm", Name: "fold", Constraint: "^1.0.0", Scope: inventory.ScopeDev, Path: "web/package.json", Line: 4},
		{Ecosystem: "npm", Name: "optional", Constraint: "*", Scope: inventory.ScopeOptional, Path: "web/package.json", Line: 8},
	}
	for _, f := range []inventory.Found{
		{Name: "fold", Version: "9.1.0", Line: 3, Direct: true, Declared: []string{"^9.0.0"}},
		{Name: "fold", Version: "10.0.0", Line: 9},
		{Name: "deep", Version: "1.0.0", Line: 12},
	} {
		f.Ecosystem, f.Path = "npm", lock.Path
		b.Add(lock, f)
	}
	bare := b.Unit("pnpm-lock", "api/pnpm-lock.yaml")
	b.Add(bare, inventory.Found{Ecosystem: "npm", Name: "fold", Version: "not a version", Path: bare.Path, Line: 7, Direct: true, Declared: []string{"^1.0.0"}, Scope: inventory.ScopeRuntime})
	requirements := b.Unit("requirements", "py/requirements.txt")
	for line, f := range []inventory.Found{{Name: "Flask"}, {Name: "flask", Version: "2.0", Declared: []string{"==2.0"}}, {Name: "rich", Declared: []string{">=1"}}} {
		f.Ecosystem, f.Path, f.Line, f.Direct = "PyPI", requirements.Path, line+1, true
		b.Add(requirements, f)
	}
	inv := b.Inventory()
	// Sorted: api/pnpm-lock.yaml, py/requirements.txt, web/package-lock.json.
	want := []inventory.Dependency{
		{Ecosystem: "PyPI", Name: "flask", Declared: []inventory.Declaration{
			{"PyPI", "flask", "", "", "py/requirements.txt", 1}, {"PyPI", "flask", "==2.0", "", "py/requirements.txt", 2},
		}, Locked: []inventory.Place{{1, 1}}, Earliest: "2.0", Latest: "2.0"},
		{Ecosystem: "PyPI", Name: "rich", Declared: []inventory.Declaration{{"PyPI", "rich", ">=1", "", "py/requirements.txt", 3}}},
		{Ecosystem: "npm", Name: "fold", Declared: []inventory.Declaration{
			{"npm", "fold", "^1.0.0", inventory.ScopeRuntime, "api/pnpm-lock.yaml", 7},
			{"npm", "fold", "^1.0.0", inventory.ScopeDev, "web/package.json", 4},
			{"npm", "fold", "^9.0.0", inventory.ScopeRuntime, "web/shop/package.json", 5},
		}, Locked: []inventory.Place{{0, 0}, {2, 0}, {2, 1}}, Earliest: "9.1.0", Latest: "10.0.0"},
		{Ecosystem: "npm", Name: "optional", Declared: []inventory.Declaration{{"npm", "optional", "*", inventory.ScopeOptional, "web/package.json", 8}}},
	}
	if diff := cmp.Diff(want, inv.Dependencies()); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

package inventory_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/inventory"
)

// entry is a unit with what is found in it.
type entry struct {
	kind, path string
	found      []inventory.Found
}

func build(entries []entry) inventory.Inventory {
	b := inventory.NewBuilder()
	for _, e := range entries {
		u := b.Unit(e.kind, e.path)
		for _, f := range e.found {
			b.Add(u, f)
		}
		if len(e.found) > 1 {
			u.Edges = []inventory.Edge{{From: 0, To: len(e.found) - 1}}
		}
	}
	return b.Inventory()
}

func TestBuilder(t *testing.T) {
	t.Parallel()
	got := build([]entry{
		{"requirements", "b/requirements.txt", []inventory.Found{
			{Ecosystem: "PyPI", Name: "Zope.Interface", Version: "5.0", Path: "b/requirements.txt", Line: 3, Direct: true, Scope: inventory.ScopeDev, Licences: []string{"ZPL-2.1", "MIT"}},
			{Ecosystem: "PyPI", Name: "flask", Path: "b/requirements.txt", Line: 4, Direct: true, Scope: inventory.ScopeRuntime, Declared: []string{">=3"}},
		}},
		{"poetry.lock", "a/poetry.lock", []inventory.Found{
			{Ecosystem: "PyPI", Name: "zope_interface", Version: "5.0", Path: "a/poetry.lock", Line: 9, Scope: inventory.ScopeRuntime, Licences: []string{"MIT", "Apache-2.0"}, Integrity: []string{"sha256:00"}},
		}},
	})
	want := inventory.Inventory{
		Units: []inventory.Unit{
			{ID: "poetry.lock:a/poetry.lock", Kind: "poetry.lock", Path: "a/poetry.lock", Occurrences: []inventory.Occurrence{
				{Component: 1, Written: "zope_interface", Path: "a/poetry.lock", Line: 9, Scope: inventory.ScopeRuntime, Integrity: []string{"sha256:00"}},
			}},
			{ID: "requirements:b/requirements.txt", Kind: "requirements", Path: "b/requirements.txt", Occurrences: []inventory.Occurrence{
				{Component: 1, Written: "Zope.Interface", Path: "b/requirements.txt", Line: 3, Direct: true, Scope: inventory.ScopeDev},
				{Component: 0, Written: "flask", Path: "b/requirements.txt", Line: 4, Direct: true, Scope: inventory.ScopeRuntime, Declared: []string{">=3"}},
			}, Edges: []inventory.Edge{{From: 0, To: 1}}},
		},
		Components: []inventory.Component{
			{PURL: "pkg:pypi/flask", Ecosystem: "PyPI", Name: "flask", Direct: true, Scope: inventory.ScopeRuntime},
			{PURL: "pkg:pypi/zope-interface@5.0", Ecosystem: "PyPI", Name: "zope-interface", Version: "5.0", Direct: true, Scope: inventory.ScopeRuntime, Licences: []string{"Apache-2.0", "MIT", "ZPL-2.1"}},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(inventory.Inventory{Units: []inventory.Unit{}, Components: []inventory.Component{}}, build(nil)); diff != "" {
		t.Errorf("nothing: mismatch (-want +got):\n%s", diff)
	}
}

// TestOrigins: code from elsewhere is another component, even under the same name
// and version.
func TestOrigins(t *testing.T) {
	t.Parallel()
	origins := []inventory.Origin{
		{}, {Kind: inventory.OriginGit, Ref: "https://git.example.org/x.git@1"}, {Kind: inventory.OriginGit, Ref: "https://git.example.org/x.git@2"},
		{Kind: inventory.OriginURL, Ref: "https://files.example.org/x.tgz"}, {Kind: inventory.OriginPath, Ref: "./x"},
	}
	var found []inventory.Found
	for _, o := range append(origins, origins...) {
		found = append(found, inventory.Found{Ecosystem: "npm", Name: "x", Version: "1.0.0", Origin: o})
	}
	got := build([]entry{{"lock", "lock", found}})
	if len(got.Components) != len(origins) {
		t.Fatalf("%d components, want %d", len(got.Components), len(origins))
	}
	for i, o := range got.Units[0].Occurrences {
		if c := got.Components[o.Component]; c.Origin != found[i].Origin {
			t.Errorf("occurrence %d of %v became the component of %v", i, found[i].Origin, c.Origin)
		}
	}
	// A path may also be written as a URL: the purl is the same.
	asURL := build([]entry{{"lock", "lock", []inventory.Found{{Ecosystem: "npm", Name: "x", Origin: inventory.Origin{Kind: inventory.OriginURL, Ref: "file:./x"}}}}})
	if o := asURL.Components[0].Origin; o != origins[4] {
		t.Errorf("the URL of a file is %v", o)
	}
	if got.Components[0].Origin != (inventory.Origin{}) || got.Components[0].PURL != "pkg:npm/x@1.0.0" {
		t.Errorf("the registry's does not come first: %v", got.Components[0])
	}
}

// TestOrder: the order in which units and packages come changes nothing but the
// order of the occurrences in their unit.
func TestOrder(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(2, 3))
	origins := []inventory.Origin{{}, {Kind: inventory.OriginURL, Ref: "file:./x"}, {Kind: inventory.OriginPath, Ref: "./x"}}
	var entries []entry
	for i := range 12 {
		e := entry{kind: fmt.Sprint("kind", i%2), path: fmt.Sprint("p", i/2)}
		for range 1 + random.IntN(5) {
			e.found = append(e.found, inventory.Found{
				Ecosystem: []string{"npm", "PyPI"}[random.IntN(2)], Name: []string{"a", "B", "b"}[random.IntN(3)], Version: []string{"", "1.0", "2.0"}[random.IntN(3)],
				Origin: origins[random.IntN(3)], Direct: random.IntN(2) == 0, Scope: inventory.Scopes()[random.IntN(6)], Licences: []string{[]string{"MIT", "ISC"}[random.IntN(2)]},
			})
		}
		entries = append(entries, e)
	}
	want := build(entries)
	for range 100 {
		random.Shuffle(len(entries), func(i, j int) { entries[i], entries[j] = entries[j], entries[i] })
		if diff := cmp.Diff(want, build(entries)); diff != "" {
			t.Fatalf("another order gives another inventory (-want +got):\n%s", diff)
		}
	}
}

func TestWider(t *testing.T) {
	t.Parallel()
	all := append(inventory.Scopes(), inventory.ScopeUnknown)
	for i, wide := range all {
		for _, narrow := range all[i:] {
			if wide.Wider(narrow) != wide || narrow.Wider(wide) != wide {
				t.Errorf("of %q and %q the wider is %q and %q, want %q", wide, narrow, wide.Wider(narrow), narrow.Wider(wide), wide)
			}
		}
	}
}

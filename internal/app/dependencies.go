package app

import (
	"context"

	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/store"
)

// DependencyQuery says which components of a version are wanted.
type DependencyQuery struct {
	Project   string
	Version   int64  // 0: the project's main version with the lowest id
	Text      string // in the name
	Ecosystem string
	Direct    *bool
	Scope     []inventory.Scope
	Affected  bool       // only those with findings that count
	Page      store.Page // sorts: DependencySorts
}

// DependencySorts are the columns of Page.Sort for dependencies.
func DependencySorts() []string { return []string{"severity", "name", "ecosystem", "scope"} }

// Dependency is a component of a version: what was asked for under what was got.
type Dependency struct {
	store.Component
	Direct     bool
	Scope      inventory.Scope
	Declared   []Declaration
	Units      []string // that have it, by name
	Counts     store.Counts
	Uncompared []store.Uncompared // with the last release it was matched with
	Unknown    bool               // the database has no advisories for its ecosystem
}

// Declaration is a constraint at its place.
type Declaration struct {
	Constraint string
	Path       string
	Line       int
}

// DependencyList is a page of dependencies with figures of all of the version's.
type DependencyList struct {
	store.List[Dependency]
	Version    VersionRef
	Total      int // that the filter admits
	All        int
	Direct     int
	Affected   int
	Ecosystems []EcosystemCount // by number, the most first
	Units      []string
	Notices    []string // what of the database must be known: missing, sample, stale, ecosystems without advisories, versions not compared
}

// EcosystemCount is how many components an ecosystem has.
type EcosystemCount struct {
	Name       string
	Components int
	Known      bool // the database has advisories for it
}

// VersionRef names a version of a project.
type VersionRef struct {
	ID   int64
	Ref  string
	Main bool
}

// Dependencies lists what a version of a project is made of.
func (a *App) Dependencies(ctx context.Context, who Actor, q DependencyQuery) (DependencyList, error) {
	return DependencyList{}, errLater()
}

// ComponentView is a component and where it is used.
type ComponentView struct {
	store.Component
	Findings []store.ComponentFinding // by the last matching
	Uses     store.List[store.Use]    // that the actor may see
}

// Component reads a component that is used in a project that the actor may see.
func (a *App) Component(ctx context.Context, who Actor, id int64, page store.Page) (ComponentView, error) {
	return ComponentView{}, errLater()
}

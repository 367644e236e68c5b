// Package inventory is the vocabulary of what a source is made of: units,
// components, their occurrences and the edges between them. It is pure data and
// rules about it; it knows no file formats, no advisories and no I/O.
package inventory

// Scope says what a dependency is needed for. The empty scope means unknown.
type Scope string

// The scopes, widest reach first.
const (
	ScopeRuntime  Scope = "runtime"
	ScopeOptional Scope = "optional"
	ScopePeer     Scope = "peer"
	ScopeBuild    Scope = "build"
	ScopeTest     Scope = "test"
	ScopeDev      Scope = "dev"
	ScopeUnknown  Scope = ""
)

// Scopes lists the known scopes, widest reach first.
func Scopes() []Scope {
	return []Scope{ScopeRuntime, ScopeOptional, ScopePeer, ScopeBuild, ScopeTest, ScopeDev}
}

// reach orders scopes: what runs in production reaches furthest.
func (s Scope) reach() int {
	switch s {
	case ScopeRuntime:
		return 6
	case ScopeOptional:
		return 5
	case ScopePeer:
		return 4
	case ScopeBuild:
		return 3
	case ScopeTest:
		return 2
	case ScopeDev:
		return 1
	}
	return 0
}

// Wider returns whichever of s and t reaches further. Unknown is the narrowest.
func (s Scope) Wider(t Scope) Scope {
	if t.reach() > s.reach() {
		return t
	}
	return s
}

// OriginKind says where a component's code comes from when that is not its
// ecosystem's registry.
type OriginKind string

// The origins. The empty kind is the ecosystem's registry.
const (
	OriginRegistry OriginKind = ""
	OriginGit      OriginKind = "git"  // Ref is the repository URL, with "@commit" where known
	OriginURL      OriginKind = "url"  // Ref is the archive's URL
	OriginPath     OriginKind = "path" // Ref is the path as written, the project's own packages included
)

// Origin is a source of code other than the registry. It makes a package a
// different component from the registry's package of that name and version.
type Origin struct {
	Kind OriginKind
	Ref  string
}

// Component is one version of one package from one origin, wherever it occurs.
type Component struct {
	PURL      string // canonical; the component's identity
	Ecosystem string // as OSV names it
	Name      string // normalised by the ecosystem's rule
	Version   string // empty when no file pins it
	Origin    Origin
	Direct    bool     // any occurrence is direct
	Scope     Scope    // the widest of the occurrences
	Licences  []string // as the lockfiles state them, sorted
}

// Occurrence is a component in a unit.
type Occurrence struct {
	Component int    // index in Inventory.Components
	Written   string // the name as the file writes it
	Path      string // the file that names it, slash-separated, relative to the source's root
	Line      int    // 1-based; 0 when the format has no lines
	Direct    bool
	Scope     Scope
	Declared  []string // the constraints asked for, as written
	Integrity []string // hashes as the file writes them, with their algorithm
}

// Edge says that the occurrence From depends on the occurrence To; both are
// indexes in the unit's Occurrences.
type Edge struct{ From, To int }

// Unit is what one manifest and lockfile pair governs.
type Unit struct {
	ID          string // unique in the inventory and stable between scans: kind and path
	Kind        string // the format that gave the components, such as "package-lock"
	Path        string
	Manifests   []string // the manifests that the unit was paired with
	Occurrences []Occurrence
	Edges       []Edge
	Declared    []Declaration // what the manifests ask for, in their order
	Drift       []Drift       // where manifests and lock disagree, in the order of the manifests
}

// Drift is a declaration that its lock does not fulfil.
type Drift struct {
	Name     string // as declared
	Declared string // the constraint as written
	Path     string // the manifest
	Line     int
	Locked   []string // the versions that the lock has instead; none: it is not locked
}

// Inventory is everything a source is made of. Components are sorted by
// ecosystem, name, version and purl; units by path and kind.
type Inventory struct {
	Units      []Unit
	Components []Component
}

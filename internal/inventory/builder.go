package inventory

import (
	"cmp"
	"slices"
	"strings"

	"github.com/assay-sca/assay/internal/purl"
)

// Found is one occurrence as a file gives it, with the component's facts.
type Found struct {
	Ecosystem string
	Name      string // as written
	Version   string
	Origin    Origin
	Licences  []string
	Path      string
	Line      int
	Direct    bool
	Scope     Scope
	Declared  []string
	Integrity []string
}

// Builder joins occurrences into components. The result does not depend on the
// order of units.
type Builder struct {
	units      []*Unit
	components []Component
	index      map[identity]int
}

// identity is what makes two occurrences one component.
type identity struct {
	ecosystem, name, version string
	origin                   Origin
}

// NewBuilder returns an empty builder.
func NewBuilder() *Builder { return &Builder{index: map[identity]int{}} }

// Expect makes room for n components.
func (b *Builder) Expect(n int) {
	if len(b.components) == 0 {
		b.components = make([]Component, 0, n)
		b.index = make(map[identity]int, n)
	}
}

// Unit begins a unit. It may be filled until Inventory is called.
func (b *Builder) Unit(kind, path string) *Unit {
	u := &Unit{ID: kind + ":" + path, Kind: kind, Path: path}
	b.units = append(b.units, u)
	return u
}

// Add puts an occurrence at the end of a unit's.
func (b *Builder) Add(u *Unit, f Found) {
	f.Origin = f.Origin.canonical()
	name := purl.Normalize(f.Ecosystem, f.Name)
	id := identity{f.Ecosystem, name, f.Version, f.Origin}
	n, ok := b.index[id]
	if !ok {
		n = len(b.components)
		b.index[id] = n
		b.components = append(b.components, Component{
			PURL:      purl.Of(f.Ecosystem, name, f.Version, qualifiers(f.Origin)),
			Ecosystem: f.Ecosystem, Name: name, Version: f.Version, Origin: f.Origin,
		})
	}
	c := &b.components[n]
	c.Direct = c.Direct || f.Direct
	c.Scope = c.Scope.Wider(f.Scope)
	for _, l := range f.Licences {
		if !slices.Contains(c.Licences, l) {
			c.Licences = append(c.Licences, l)
		}
	}
	u.Occurrences = append(u.Occurrences, Occurrence{
		Component: n, Written: f.Name, Path: f.Path, Line: f.Line, Direct: f.Direct, Scope: f.Scope,
		Declared: f.Declared, Integrity: f.Integrity,
	})
}

// canonical makes a path of a file's URL: a purl writes both alike.
func (o Origin) canonical() Origin {
	if ref, ok := strings.CutPrefix(o.Ref, "file:"); ok && o.Kind == OriginURL {
		return Origin{Kind: OriginPath, Ref: ref}
	}
	return o
}

// qualifiers write an origin in the qualifiers that the purl specification has
// for it.
func qualifiers(o Origin) map[string]string {
	switch o.Kind {
	case OriginGit:
		return map[string]string{"vcs_url": "git+" + o.Ref}
	case OriginURL:
		return map[string]string{"download_url": o.Ref}
	case OriginPath:
		return map[string]string{"download_url": "file:" + o.Ref}
	}
	return nil
}

// Inventory returns what was gathered, sorted. The builder is spent afterwards.
func (b *Builder) Inventory() Inventory {
	order := make([]int, len(b.components))
	for i := range order {
		order[i] = i
		slices.Sort(b.components[i].Licences)
	}
	slices.SortFunc(order, func(x, y int) int { return compareComponents(&b.components[x], &b.components[y]) })
	inv := Inventory{Components: make([]Component, len(order)), Units: make([]Unit, len(b.units))}
	place := make([]int, len(order))
	for to, from := range order {
		inv.Components[to] = b.components[from]
		place[from] = to
	}
	slices.SortFunc(b.units, func(x, y *Unit) int { return cmp.Or(cmp.Compare(x.Path, y.Path), cmp.Compare(x.Kind, y.Kind)) })
	for i, u := range b.units {
		for o := range u.Occurrences {
			u.Occurrences[o].Component = place[u.Occurrences[o].Component]
		}
		inv.Units[i] = *u
	}
	return inv
}

func compareComponents(x, y *Component) int {
	if c := cmp.Compare(x.Ecosystem, y.Ecosystem); c != 0 {
		return c
	}
	if c := cmp.Compare(x.Name, y.Name); c != 0 { // decides nearly always
		return c
	}
	return cmp.Or(cmp.Compare(x.Version, y.Version), cmp.Compare(x.PURL, y.PURL))
}

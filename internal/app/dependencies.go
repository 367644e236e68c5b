package app

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/assay-sca/assay/internal/errs"
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
	Licence   string     // that they state; LicenceNotStated: those that state none
	Affected  bool       // only those with findings that count
	Page      store.Page // sorts: severity, name, ecosystem, scope
}

// Dependency is a component of a version: what was asked for under what was got.
type Dependency struct {
	store.Component
	Direct   bool
	Scope    inventory.Scope
	Declared []Declaration
	Units    []string // that have it, by name
	Counts   store.Counts
	Unknown  bool // the database has no advisories for its ecosystem
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
	Licences   []LicenceCount   // by number, the most first
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
	p, err := projectFor(ctx, a.Store, who, q.Project, Viewer, ScopeRead)
	if err != nil {
		return DependencyList{}, err
	}
	version, err := a.versionOf(ctx, p.ID, q.Version)
	if err != nil {
		return DependencyList{}, err
	}
	out := DependencyList{Version: refOf(version)}
	all, err := a.dependenciesOf(ctx, version)
	if err != nil {
		return out, err
	}
	status, err := a.database(ctx)
	if err != nil {
		return out, err
	}
	out.sum(all, status)
	chosen := make([]*Dependency, 0, len(all))
	for i := range all {
		if q.admits(&all[i]) {
			chosen = append(chosen, &all[i])
		}
	}
	out.Total = len(chosen)
	if out.List, err = dependencyPage(chosen, q.Page); err != nil {
		return out, err
	}
	out.Units, err = a.declare(ctx, version, out.Items)
	return out, err
}

// dependenciesOf reads what a version uses now, with its findings.
func (a *App) dependenciesOf(ctx context.Context, v store.Version) ([]Dependency, error) {
	used, err := a.Store.Used(ctx, v.ID)
	if err != nil {
		return nil, err
	}
	ids := make([]int64, len(used))
	for i := range used {
		ids[i] = used[i].ID
	}
	components, err := a.Store.Components(ctx, ids)
	if err != nil {
		return nil, err
	}
	counts, err := a.Store.ComponentCounts(ctx, v.ID)
	if err != nil {
		return nil, err
	}
	out := make([]Dependency, len(components))
	for i, n := 0, 0; i < len(components); i++ {
		for used[n].ID != components[i].ID {
			n++
		}
		out[i] = Dependency{Component: components[i], Direct: used[n].Direct, Scope: used[n].Scope, Counts: counts[components[i].ID]}
	}
	return out, nil
}

func (q *DependencyQuery) admits(d *Dependency) bool {
	switch {
	case q.Ecosystem != "" && d.Ecosystem != q.Ecosystem,
		q.Direct != nil && d.Direct != *q.Direct,
		len(q.Scope) > 0 && !slices.Contains(q.Scope, d.Scope),
		q.Affected && d.Counts.Total() == 0,
		q.Licence != "" && !licensed(d, q.Licence),
		q.Text != "" && !strings.Contains(strings.ToLower(d.Name), strings.ToLower(q.Text)):
		return false
	}
	return true
}

// sum works out the figures of all dependencies, and what the database does not
// know of them: nothing is silently incomplete.
func (l *DependencyList) sum(all []Dependency, status DatabaseStatus) {
	byEcosystem := map[string]int{}
	uncompared := 0
	for i := range all {
		d := &all[i]
		byEcosystem[d.Ecosystem]++
		l.All++
		if d.Direct {
			l.Direct++
		}
		if d.Counts.Total() > 0 {
			l.Affected++
		}
		if len(d.Uncompared) > 0 {
			uncompared++
		}
		d.Unknown = !status.knows(d.Ecosystem)
	}
	for name, n := range byEcosystem {
		l.Ecosystems = append(l.Ecosystems, EcosystemCount{Name: name, Components: n, Known: status.knows(name)})
	}
	slices.SortFunc(l.Ecosystems, func(a, b EcosystemCount) int {
		return cmp.Or(cmp.Compare(b.Components, a.Components), strings.Compare(a.Name, b.Name))
	})
	l.Licences = countLicences(all)
	l.notices(status, uncompared)
}

func (l *DependencyList) notices(status DatabaseStatus, uncompared int) {
	if status.Reason != "" {
		l.Notices = append(l.Notices, status.Reason)
	}
	if status.Current != nil {
		for _, e := range l.Ecosystems {
			if !e.Known {
				l.Notices = append(l.Notices, fmt.Sprintf("The database has no advisories for %s: its %d components were not checked.", e.Name, e.Components))
			}
		}
	}
	if uncompared > 0 {
		l.Notices = append(l.Notices, fmt.Sprintf("The versions of %d components could not be compared with all advisories: they are neither affected nor clean.", uncompared))
	}
}

// sortable is a dependency with what it is ordered by, which is worked out once.
type sortable struct {
	*Dependency
	key string
}

// compareDependencies orders by a column, then by name, version and ecosystem; nil
// if there is no such column.
func compareDependencies(sort string) func(a, b sortable) int {
	rest := func(a, b sortable) int {
		return cmp.Or(strings.Compare(a.key, b.key), strings.Compare(a.Ecosystem, b.Ecosystem), cmp.Compare(a.ID, b.ID))
	}
	first := map[string]func(a, b sortable) int{
		"ecosystem": func(a, b sortable) int { return strings.Compare(a.Ecosystem, b.Ecosystem) },
		"scope":     func(a, b sortable) int { return strings.Compare(string(a.Scope), string(b.Scope)) },
	}[sort]
	switch {
	case sort == "name":
		return rest
	case sort == "severity": // the other way round, so that the worst come first and then by name
		return func(a, b sortable) int { return cmp.Or(worst(&a.Counts, &b.Counts), -rest(a, b)) }
	case first != nil:
		return func(a, b sortable) int { return cmp.Or(first(a, b), rest(a, b)) }
	}
	return nil
}

// worst orders by the most severe findings.
func worst(a, b *store.Counts) int {
	return cmp.Or(cmp.Compare(a.Critical, b.Critical), cmp.Compare(a.High, b.High), cmp.Compare(a.Medium, b.Medium),
		cmp.Compare(a.Low, b.Low), cmp.Compare(a.Unknown, b.Unknown), cmp.Compare(a.Negligible, b.Negligible))
}

// dependencyPage is a part of a list that is in memory as a whole: its cursor
// names the last component. The list itself stays as it is.
func dependencyPage(all []*Dependency, page store.Page) (store.List[Dependency], error) {
	compare := compareDependencies(cmp.Or(page.Sort, "name"))
	if compare == nil {
		return store.List[Dependency]{}, errs.E(errs.Invalid, "this list cannot be sorted by %q", page.Sort)
	}
	sorted := make([]sortable, len(all))
	for i, d := range all {
		sorted[i] = sortable{d, d.Key()}
	}
	slices.SortFunc(sorted, func(a, b sortable) int {
		if page.Desc {
			return compare(b, a)
		}
		return compare(a, b)
	})
	from := 0
	if page.Cursor != "" {
		id, err := strconv.ParseInt(page.Cursor, 10, 64)
		from = 1 + slices.IndexFunc(sorted, func(d sortable) bool { return d.ID == id })
		if err != nil || from == 0 {
			return store.List[Dependency]{}, errs.E(errs.Invalid, "the list has changed: begin at its start")
		}
	}
	limit := page.Limit
	if limit <= 0 {
		limit = store.DefaultLimit
	}
	to := min(from+min(limit, store.MaxLimit), len(sorted))
	var out store.List[Dependency]
	for _, d := range sorted[from:to] {
		out.Items = append(out.Items, *d.Dependency)
	}
	if to < len(sorted) {
		out.Next = strconv.FormatInt(sorted[to-1].ID, 10)
	}
	return out, nil
}

// declare enters where dependencies are asked for, and by which constraints. It
// returns the names of all units.
func (a *App) declare(ctx context.Context, v store.Version, list []Dependency) ([]string, error) {
	units, names, err := a.units(ctx, v.Inventory, nil)
	if err != nil {
		return nil, err
	}
	at := make(map[int64]*Dependency, len(list))
	for i := range list {
		at[list[i].ID] = &list[i]
	}
	for i := range units {
		declareUnit(&units[i], at)
	}
	return names, nil
}

// declareUnit: constraints stand in the manifests that a unit was paired with, by
// the package's name, or at the occurrence itself.
func declareUnit(u *unit, at map[int64]*Dependency) {
	type name struct{ ecosystem, name string }
	asked := map[name][]Declaration{}
	for _, d := range u.Declared {
		k := name{d.Ecosystem, d.Name}
		asked[k] = append(asked[k], Declaration{d.Constraint, d.Path, d.Line})
	}
	for i := range u.Occurrences {
		o := &u.Occurrences[i]
		d := at[u.component(i)]
		if d == nil {
			continue
		}
		if !slices.Contains(d.Units, u.name) {
			d.Units = append(d.Units, u.name)
			if d.Direct {
				d.Declared = append(d.Declared, asked[name{d.Ecosystem, d.Name}]...)
			}
		}
		for _, constraint := range o.Declared {
			if o.Direct && !slices.ContainsFunc(d.Declared, func(x Declaration) bool { return x.Constraint == constraint }) {
				d.Declared = append(d.Declared, Declaration{constraint, u.fileOf(o), o.Line})
			}
		}
	}
}

// ComponentView is a component and where it is used.
type ComponentView struct {
	store.Component
	Findings []store.ComponentFinding // by the last matching
	Uses     store.List[store.Use]    // that the actor may see
}

// Component reads a component that is used in a project that the actor may see.
func (a *App) Component(ctx context.Context, who Actor, id int64, page store.Page) (ComponentView, error) {
	if !who.may(ScopeRead) {
		return ComponentView{}, errs.E(errs.Denied, "this needs a token with the scope %q", ScopeRead)
	}
	uses, err := a.Store.Uses(ctx, id, who.visible(), page)
	if err != nil {
		return ComponentView{}, err
	}
	if seen, err := a.usesSeen(ctx, who, id, uses, page); err != nil || !seen {
		return ComponentView{}, cmp.Or(err, errs.E(errs.NotFound, "no project uses such component, or you may not see it"))
	}
	components, err := a.Store.Components(ctx, []int64{id})
	if err != nil || len(components) == 0 {
		return ComponentView{}, cmp.Or(err, errs.E(errs.NotFound, "there is no such component"))
	}
	matched, err := a.Store.MatchesOf(ctx, []int64{id})
	return ComponentView{Component: components[0], Findings: matched.Findings[id], Uses: uses}, err
}

// usesSeen tells whether a project that the actor sees uses a component, of which
// they were shown some uses. A cursor, which anybody can make up, is no answer.
func (a *App) usesSeen(ctx context.Context, who Actor, id int64, shown store.List[store.Use], page store.Page) (bool, error) {
	if len(shown.Items) > 0 || page.Cursor == "" {
		return len(shown.Items) > 0, nil
	}
	first, err := a.Store.Uses(ctx, id, who.visible(), store.Page{Limit: 1})
	return len(first.Items) > 0, err
}

// staleAfter is the age from which a database is said to be old: as in the
// command line's default.
const staleAfter = 5 * 24 * time.Hour

package pom

import (
	"context"
	"path"
	"slices"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/inventory"
)

// The bounds of imports.
const (
	maxImported = 20      // in a row; real projects have two
	maxVisited  = 1000    // looked at in a row
	maxLookups  = 1 << 20 // of managed entries in imports, for one tree
	maxTwins    = 20      // projects of one name that are told apart
)

// reactor is all projects of a tree: each may import what another manages, and
// depend on another, by its coordinates.
type reactor struct {
	members []*member        // as the files; nil for one that is no project
	byName  map[string][]int // by group:artifact
	lookups int
}

// member is a project of the tree.
type member struct {
	path     string
	basis    *basis
	listed   int // problems of the file before those of its joining
	resolver *resolver
	own      coordinates // resolved

	imports  []*member     // of the project and its parents, in Maven's order
	profiles [][]*member   // those of each profile
	outside  []coordinates // imports that are not in the tree
	open     map[string]dependency
	memo     map[string]dependency
	level    int // how many import one another in a row, this one included
	busy     bool
	complete bool // its parents are all that there are
	inherits bool // some of them by their coordinates
	faults   extract.File
}

func newReactor(files []extract.Linked) *reactor {
	r := &reactor{members: make([]*member, len(files)), byName: map[string][]int{}}
	for i := range files {
		b, ok := files[i].File.Basis.(*basis)
		if !ok {
			continue
		}
		m := &member{path: files[i].Path, basis: b, listed: b.listed, resolver: newResolver(&b.chain)}
		m.complete = len(files[i].File.Problems) > b.listed // its parents are at fault already
		m.own, _ = m.resolver.coordinates(b.chain.own())
		r.members[i] = m
		name := m.own.group + ":" + m.own.artifact
		r.byName[name] = append(r.byName[name], i)
	}
	return r
}

// find is the project of the tree that has the coordinates, or nil. A version
// that is not known may be any, if there is just one project of the name.
func (r *reactor) find(name, version string) *member {
	twins := r.byName[name]
	for _, i := range twins[:min(len(twins), maxTwins)] {
		if r.members[i].own.version == version {
			return r.members[i]
		}
	}
	if len(twins) == 1 {
		if only := r.members[twins[0]]; version == "" || isOpen(version) || isOpen(only.own.version) {
			return only
		}
	}
	return nil
}

// Link gives projects what they import from others of the tree, and tells which
// of their dependencies are others of the tree.
func (Extractor) Link(ctx context.Context, files []extract.Linked) error {
	r := newReactor(files)
	for _, m := range r.members {
		if m != nil {
			r.inherit(m, 0)
		}
	}
	for i, m := range r.members {
		if err := ctx.Err(); err != nil {
			return err
		}
		if m == nil {
			continue
		}
		r.follow(m, 0)
		r.followProfiles(m)
		file := &files[i].File
		if len(m.imports) > 0 || len(m.outside) > 0 || len(m.profiles) > 0 || m.inherits {
			joining := file.Problems[m.listed:]
			m.basis.list(file, &imports{r, m})
			file.Problems = append(file.Problems, joining...)
		}
		if r.lookups > maxLookups {
			m.faults.Fault(0, "there is more in the imports of this source than is looked through")
		}
		file.Problems = append(file.Problems[:len(file.Problems):len(file.Problems)], m.faults.Problems...)
		r.markOwn(file)
	}
	return nil
}

// inherit finds the parent that no path leads to: as Maven does, among the projects
// of the tree, by its coordinates.
func (r *reactor) inherit(m *member, depth int) {
	if m.complete {
		return
	}
	m.busy = true
	defer func() { m.busy, m.complete = false, true }()
	var row []*project // from the top
	top := &m.basis.chain
	for ; top.parent != nil; top = top.parent {
		row = append([]*project{top.project}, row...)
	}
	row = append([]*project{top.project}, row...)
	if top.project.parent == nil {
		return
	}
	at, _ := m.resolver.coordinates(*top.project.parent)
	other := r.exactly(at)
	switch {
	case other == nil:
		return
	case other.busy:
		m.faults.Fault(0, "it builds on itself, by way of %q", other.path)
		return
	case depth >= maxVisited:
		m.faults.Fault(0, "it builds on more than %d files in a row", maxImported)
		return
	}
	r.inherit(other, depth+1)
	above := &other.basis.chain
	if len(row)+above.length() > maxImported {
		m.faults.Fault(0, "it builds on more than %d files in a row", maxImported)
		return
	}
	for _, p := range row {
		above = &chain{p, above}
	}
	m.basis = &basis{chain: *above, problems: m.basis.problems}
	m.resolver, m.inherits = newResolver(&m.basis.chain), true
	m.own, _ = m.resolver.coordinates(m.basis.chain.own())
}

// exactly is the only project of the tree that has the coordinates, or nil.
func (r *reactor) exactly(at coordinates) *member {
	var found *member
	twins := r.byName[at.group+":"+at.artifact]
	for _, i := range twins[:min(len(twins), maxTwins)] {
		if m := r.members[i]; m.own.version == at.version {
			if found != nil {
				return nil
			}
			found = m
		}
	}
	return found
}

// follow finds what a project imports, itself or by its parents, and tells the
// level. Of the imports of one name the nearest counts, as in Maven.
func (r *reactor) follow(m *member, depth int) int {
	if m.level > 0 {
		return m.level
	}
	m.busy = true
	level, seen := 1, map[string]bool{}
	for c := &m.basis.chain; c != nil; c = c.parent {
		for _, d := range c.project.body.imports {
			at, _ := m.resolver.coordinates(d.coordinates)
			name := at.group + ":" + at.artifact
			if seen[name] {
				continue
			}
			seen[name] = true
			if c != &m.basis.chain {
				at.line = 0 // it stands in another file
			}
			level = max(level, r.enter(m, at, &m.imports, depth))
		}
	}
	if level > maxImported {
		m.faults.Fault(0, "it imports more than %d files in a row", maxImported)
		m.imports = nil
	}
	m.busy, m.level = false, level
	return level
}

// enter adds one import.
func (r *reactor) enter(m *member, at coordinates, to *[]*member, depth int) int {
	other := r.find(at.group+":"+at.artifact, at.version)
	switch {
	case other == nil:
		m.outside = append(m.outside, at)
	case other.busy:
		m.faults.Fault(at.line, "it imports itself, by way of %q", other.path)
	case depth >= maxVisited:
		return maxImported + 1
	default:
		level := r.follow(other, depth+1)
		*to = append(*to, other)
		return level + 1
	}
	return 1
}

// followProfiles finds what a project's own profiles import; nobody inherits that.
func (r *reactor) followProfiles(m *member) {
	some := false
	for _, p := range m.basis.chain.project.profiles {
		some = some || len(p.body.imports) > 0
	}
	if !some {
		return
	}
	m.profiles = make([][]*member, len(m.basis.chain.project.profiles))
	m.busy = true
	for i, p := range m.basis.chain.project.profiles {
		resolver := m.resolver.forProfile(p)
		for _, d := range p.body.imports {
			at, _ := resolver.coordinates(d.coordinates)
			if r.enter(m, at, &m.profiles[i], 0) > maxImported {
				m.faults.Fault(at.line, "it imports more than %d files in a row", maxImported)
				m.profiles[i] = nil
			}
		}
	}
	m.busy = false
}

// lookup finds what a project manages for those that import it: itself, by its
// parents or by its own imports. Values are in the words of that project.
func (r *reactor) lookup(m *member, key string) (dependency, bool) {
	if d, ok := m.memo[key]; ok {
		return d, d.artifact != ""
	}
	if r.lookups++; r.lookups > maxLookups {
		return dependency{}, false
	}
	d, ok := m.basis.chain.managed(key)
	if !ok {
		d, ok = m.openEntries()[key]
	}
	if ok {
		d = m.resolver.dependency(d)
	}
	for _, other := range m.imports {
		if ok {
			break
		}
		d, ok = r.lookup(other, key)
	}
	if len(m.imports) > 0 {
		if m.memo == nil {
			m.memo = map[string]dependency{}
		}
		m.memo[key] = d
	}
	return d, ok
}

func (m *member) openEntries() map[string]dependency {
	if m.open == nil {
		m.open = map[string]dependency{}
		for c := &m.basis.chain; c != nil; c = c.parent {
			m.resolver.openEntries(m.open, c.project.body.managed)
		}
	}
	return m.open
}

// imports are what a project of the tree gets from others; nil: nothing is known.
type imports struct {
	reactor *reactor
	member  *member
}

// managed finds a managed entry, in the imports of the profile (by number, less
// than 0 for none) or in those of the project.
func (i *imports) managed(key string, profile int) dependency {
	if i == nil {
		return dependency{}
	}
	var from []*member
	if profile >= 0 && i.member.profiles != nil {
		from = i.member.profiles[profile]
	}
	for _, list := range [][]*member{from, i.member.imports} {
		for _, m := range list {
			if d, ok := i.reactor.lookup(m, key); ok {
				return d
			}
		}
	}
	return dependency{}
}

// outside are imports that are not in the tree.
func (i *imports) outside() []coordinates {
	if i == nil {
		return nil
	}
	return i.member.outside
}

// markOwn tells of a file's dependencies that are other projects of the tree: they
// come from a folder, by its path from the root, and from no registry.
func (r *reactor) markOwn(file *extract.File) {
	copied := false
	for i, d := range file.Declared {
		if d.Origin.Kind != inventory.OriginRegistry || r.byName[d.Name] == nil {
			continue
		}
		m := r.find(d.Name, d.Constraint)
		if m == nil {
			continue
		}
		if !copied {
			file.Declared, copied = slices.Clone(file.Declared), true
		}
		own := &file.Declared[i]
		own.Origin = inventory.Origin{Kind: inventory.OriginPath, Ref: path.Dir(m.path)}
		if (own.Constraint == "" || isOpen(own.Constraint)) && !isOpen(m.own.version) {
			own.Constraint = m.own.version
		}
	}
}

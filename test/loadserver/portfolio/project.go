package portfolio

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/assay-sca/assay/internal/finding"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/purl"
	"github.com/assay-sca/assay/internal/report"
	"github.com/assay-sca/assay/internal/report/all"
)

// Name is the name of the project with a number.
func (u *Universe) Name(number int) string {
	r := rand.New(rand.NewPCG(u.seed, 1_000_000+uint64(number)))
	return fmt.Sprintf("%s-%s-%04d", word(r, 2), word(r, 2), number)
}

// Document is the inventory of the project with a number, of n components, as
// `assay scan -o json` writes it. revision changes some: from one to the next, two
// components in a hundred take another version; 0 is the first.
func (u *Universe) Document(number, n, revision int) ([]byte, error) {
	r := rand.New(rand.NewPCG(u.seed, 1_000_000+uint64(number)))
	b := builder{u: u, r: r, index: map[string]int{}, number: number, revision: revision}
	main := pick(r)
	units := 1
	if r.IntN(4) == 0 {
		units = 2 + r.IntN(3)
	}
	for i := range units {
		at, size := main, n/units
		if i > 0 {
			at = pick(r)
		}
		if i == 0 {
			size += n % units
		}
		b.unit(at, size, i)
	}
	b.sort()
	result := &finding.Result{Source: finding.Source{Kind: "directory", Name: u.Name(number)},
		Database: finding.Database{State: finding.DatabaseMissing, Reason: "made up"}, Inventory: b.inv}
	for i := range b.inv.Units {
		result.Coverage.Files = append(result.Coverage.Files, inventory.FileCoverage{Path: b.inv.Units[i].Path, Kind: b.inv.Units[i].Kind, Status: inventory.Read})
	}
	writers := all.Writers()
	at := slices.IndexFunc(writers, func(w report.Writer) bool { return w.Name() == "json" })
	var out bytes.Buffer
	err := writers[at].Write(&out, result, report.Options{})
	return out.Bytes(), err
}

// pick draws an ecosystem.
func pick(r *rand.Rand) int {
	left := r.IntN(100)
	for at, e := range ecosystems {
		if left -= e.weight; left < 0 {
			return at
		}
	}
	return 0
}

type builder struct {
	u        *Universe
	r        *rand.Rand
	inv      inventory.Inventory
	index    map[string]int // component by purl
	number   int            // of the project
	revision int
}

// unit adds a lockfile of n components.
func (b *builder) unit(at, n, folder int) {
	e := ecosystems[at]
	dir := ""
	if folder > 0 {
		dir = fmt.Sprintf("services/%s/", word(b.r, 2))
	}
	unit := inventory.Unit{ID: e.kind + ":" + dir + e.file, Kind: e.kind, Path: dir + e.file}
	if e.file != e.manifest {
		unit.Manifests = []string{dir + e.manifest}
	}
	list := b.u.packages[at]
	zipf := rand.NewZipf(b.r, 1.15, 8, uint64(len(list)-1))
	seen := map[int]bool{}
	for len(unit.Occurrences) < n {
		which := int(zipf.Uint64())
		if seen[which] {
			continue
		}
		seen[which] = true
		b.occurrence(&unit, at, &list[which])
	}
	b.inv.Units = append(b.inv.Units, unit)
}

// occurrence adds a package. One in eight is direct; the others hang below one or
// several that came before.
func (b *builder) occurrence(unit *inventory.Unit, at int, p *pack) {
	e := ecosystems[at]
	position := len(unit.Occurrences)
	direct, scope := position%8 == 0, inventory.ScopeRuntime
	if b.r.IntN(5) == 0 {
		scope = inventory.ScopeDev
	}
	version := p.versions[b.version(p)]
	o := inventory.Occurrence{Component: b.component(e.name, p.name, version, direct, scope), Written: p.name,
		Path: unit.Path, Line: 10 + 7*position, Direct: direct, Scope: scope}
	if direct {
		o.Declared = []string{"^" + version}
	}
	for range min(1+b.r.IntN(3), position) {
		if from := b.r.IntN(position); !direct {
			unit.Edges = append(unit.Edges, inventory.Edge{From: from, To: position})
		}
	}
	unit.Occurrences = append(unit.Occurrences, o)
}

// version draws one, mostly a recent one; revisions move some.
func (b *builder) version(p *pack) int {
	at := len(p.versions) - 1
	for at > 0 && b.r.IntN(3) == 0 {
		at--
	}
	for i := range b.revision {
		if number(fmt.Sprint(p.name, b.number, i))%50 == 0 {
			at = (at + 1) % len(p.versions)
		}
	}
	return at
}

func (b *builder) component(ecosystem, name, version string, direct bool, scope inventory.Scope) int {
	id := purl.Of(ecosystem, name, version, nil)
	at, ok := b.index[id]
	if !ok {
		at = len(b.inv.Components)
		b.index[id] = at
		licence := []string{"MIT", "MIT", "Apache-2.0", "BSD-3-Clause", "ISC"}[number(name)%5]
		b.inv.Components = append(b.inv.Components, inventory.Component{PURL: id, Ecosystem: ecosystem, Name: name, Version: version,
			Licences: []string{licence}})
	}
	c := &b.inv.Components[at]
	c.Direct = c.Direct || direct
	c.Scope = c.Scope.Wider(scope)
	return at
}

// sort puts components into the order of inventories.
func (b *builder) sort() {
	order := make([]int, len(b.inv.Components))
	for i := range order {
		order[i] = i
	}
	key := func(i int) string {
		c := &b.inv.Components[i]
		return strings.Join([]string{c.Ecosystem, c.Name, c.Version, c.PURL}, "\x00")
	}
	slices.SortFunc(order, func(x, y int) int { return strings.Compare(key(x), key(y)) })
	sorted, place := make([]inventory.Component, len(order)), make([]int, len(order))
	for to, from := range order {
		sorted[to], place[from] = b.inv.Components[from], to
	}
	b.inv.Components = sorted
	for u := range b.inv.Units {
		for i := range b.inv.Units[u].Occurrences {
			o := &b.inv.Units[u].Occurrences[i]
			o.Component = place[o.Component]
		}
	}
	slices.SortFunc(b.inv.Units, func(x, y inventory.Unit) int { return strings.Compare(x.Path+"\x00"+x.Kind, y.Path+"\x00"+y.Kind) })
}

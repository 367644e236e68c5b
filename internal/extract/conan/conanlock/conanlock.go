// Package conanlock reads conan.lock, as Conan 1 writes it (a graph) and as
// Conan 2 does (lists of references).
package conanlock

import (
	"context"
	"slices"
	"strings"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/conan/reference"
	"github.com/assay-sca/assay/internal/extract/jsonfile"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/jsonstream"
	"github.com/assay-sca/assay/internal/purl"
)

// Extractor reads conan.lock.
type Extractor struct{}

var _ extract.Extractor = (*Extractor)(nil)

// New returns the extractor.
func New() Extractor { return Extractor{} }

// Format describes conan.lock.
func (Extractor) Format() extract.Format {
	return extract.Format{
		Name:      "conan.lock",
		Ecosystem: purl.Conan,
		Role:      extract.Lock,
		Files:     "conan.lock",
		Manifests: []string{"conanfile.txt", "conanfile.py"},
		Edges:     true,
		Scopes:    true,
		Hashes:    true,
		Real:      true,
	}
}

// Wants accepts conan.lock in any folder.
func (Extractor) Wants(path string) bool {
	return path[strings.LastIndexByte(path, '/')+1:] == "conan.lock"
}

// Extract reads one lock.
func (Extractor) Extract(_ context.Context, in extract.Input) (extract.File, error) {
	l := &lock{r: jsonstream.New(in.Data), listed: map[string]listed{}, nodes: map[string]*node{}}
	err := jsonfile.Object(l.r, jsonfile.Once(l.file.Fault, l.r, l.field, "requires", "build_requires", "python_requires", "config_requires", "graph_lock"))
	l.finish()
	if err == nil && !l.known {
		err = errs.AtLine(l.r.Line(), "neither a graph nor lists of what is required")
	}
	return l.file, err
}

// lock is a conan.lock being read.
type lock struct {
	r       *jsonstream.Reader
	file    extract.File
	known   bool
	foreign int // packages of a user and channel

	listed map[string]listed // of Conan 2, by reference without its time

	nodes map[string]*node // of Conan 1: by id
	order []*node
}

// listed is where a reference was read: its index in file.Packages and the list
// that had it last.
type listed struct {
	at   int
	list string
}

// node is a recipe in the graph of Conan 1.
type node struct {
	id              string
	ref             string
	path            string
	context         string
	requires, build []string // ids
	line            int
	at              int // index in file.Packages, -1 for the project itself
	runtime         bool
}

func (l *lock) field(name string) error {
	switch name {
	case "requires":
		return l.list(name, inventory.ScopeRuntime)
	case "build_requires", "python_requires", "config_requires":
		return l.list(name, inventory.ScopeBuild)
	case "graph_lock":
		if l.r.Kind() == '{' {
			l.known = true
		}
		return l.r.Object(func(name string) error {
			if name == "nodes" {
				return l.r.Object(l.node)
			}
			return l.r.Skip()
		})
	}
	return l.r.Skip()
}

// list reads what Conan 2 locks: references, or pairs of one and its packages.
func (l *lock) list(name string, scope inventory.Scope) error {
	if l.r.Kind() != '[' {
		l.file.Fault(l.r.Line(), "%q is not an array", name)
		return l.r.Skip()
	}
	l.known = true
	return l.r.Array(func() error {
		if l.r.Kind() != '[' {
			return l.reference(name, scope)
		}
		first := true
		return l.r.Array(func() error {
			if !first {
				return l.r.Skip()
			}
			first = false
			return l.reference(name, scope)
		})
	})
}

func (l *lock) reference(list string, scope inventory.Scope) error {
	text, err := l.r.String()
	if err != nil {
		return err
	}
	ref, ok := reference.Parse(text)
	if !ok {
		l.file.Fault(l.r.Line(), "%q is not a reference", text)
		return nil
	}
	key, _, _ := strings.Cut(text, "%")
	earlier, known := l.listed[key]
	if known && earlier.list == list {
		l.file.Fault(l.r.Line(), "%q stands twice in %s", text, list)
	}
	at := earlier.at
	if !known {
		at = l.add(ref, l.r.Line())
	}
	l.listed[key] = listed{at, list}
	p := &l.file.Packages[at]
	p.Scope = p.Scope.Wider(scope)
	return nil
}

func (l *lock) add(ref reference.Reference, line int) int {
	p := extract.Package{Name: ref.Name, Version: ref.Version, Line: line}
	if ref.Revision != "" && ref.Revision != "0" {
		p.Integrity = []string{"revision:" + ref.Revision}
	}
	if ref.Remote != "" {
		l.foreign++
	}
	l.file.Packages = append(l.file.Packages, p)
	return len(l.file.Packages) - 1
}

func (l *lock) node(id string) error {
	n := &node{id: id, line: l.r.Line(), at: -1}
	if l.nodes[id] != nil {
		l.file.Fault(n.line, "node %q stands twice", id)
	}
	err := l.r.Object(func(name string) (err error) {
		switch name {
		case "ref":
			n.ref, err = l.r.String()
		case "path":
			n.path, err = l.r.String()
		case "context":
			n.context, err = l.r.String()
		case "requires":
			err = jsonfile.Strings(l.r, func(id string) { n.requires = append(n.requires, id) })
		case "build_requires", "python_requires":
			err = jsonfile.Strings(l.r, func(id string) { n.build = append(n.build, id) })
		default:
			err = l.r.Skip()
		}
		return err
	})
	if err != nil {
		return err
	}
	l.nodes[id] = n
	l.order = append(l.order, n)
	ref, ok := reference.Parse(n.ref)
	switch {
	case n.path != "":
		l.file.Name = ref.Name
	case ok:
		n.at = l.add(ref, n.line)
	case n.ref != "" || id != "0":
		l.file.Fault(n.line, "node %q has no reference", id)
	}
	return nil
}

// finish joins the graph: the project's node tells what is direct, and what only
// builds need is what no chain of plain requirements reaches.
func (l *lock) finish() {
	for _, n := range l.order {
		for _, id := range slices.Concat(n.requires, n.build) {
			to := l.nodes[id]
			switch {
			case to == nil || to.at < 0:
			case n.at >= 0:
				l.file.Edges = append(l.file.Edges, inventory.Edge{From: n.at, To: to.at})
			default:
				l.file.DirectKnown = true
				l.file.Packages[to.at].Direct = true
			}
		}
	}
	if l.file.DirectKnown {
		l.scopes()
	}
	if l.foreign > 0 {
		l.file.Notes = append(l.file.Notes, "some packages are of a user and channel of their own; they are listed by name and version")
	}
}

func (l *lock) scopes() {
	var pending []*node
	for _, n := range l.order {
		if n.at < 0 {
			n.runtime = true
			pending = append(pending, n)
		}
	}
	for len(pending) > 0 {
		n := pending[len(pending)-1]
		pending = pending[:len(pending)-1]
		for _, id := range n.requires {
			if to := l.nodes[id]; to != nil && !to.runtime && to.context != "build" {
				to.runtime = true
				pending = append(pending, to)
			}
		}
	}
	for _, n := range l.order {
		switch {
		case n.at < 0:
		case n.runtime:
			l.file.Packages[n.at].Scope = inventory.ScopeRuntime
		default:
			l.file.Packages[n.at].Scope = inventory.ScopeBuild
		}
	}
}

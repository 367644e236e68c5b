// Package libgraph reads the libraries and targets that .NET's build writes, the
// same in *.deps.json and project.assets.json.
package libgraph

import (
	"slices"
	"strings"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/jsonfile"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/jsonstream"
)

// Graph is a file of libraries being read.
type Graph struct {
	File extract.File
	// Project names the entry that is the scanned project itself, which is no
	// package; empty when it is not listed.
	Project string

	r        *jsonstream.Reader
	seen     map[string]bool // keys of the document
	byKey    map[string]int  // indexes in libs by "name/version" in lower case
	libs     []library       //
	project  int             // the entry of the scanned project, -1 for none
	targets  []target
	wanted   []want
	requests []Request
}

// Request is a dependency of the scanned project itself for one framework.
type Request struct{ Framework, Name, Constraint string }

// target is what was resolved for one framework, or for one platform of it.
type target struct {
	framework string
	keys      map[string]string // by name, all in lower case
}

type library struct {
	extract.Package
	key       string // in lower case
	isProject bool
}

// want is an edge whose end is not known yet.
type want struct {
	from   string // a key
	to     string // a name
	target int
}

// New returns a graph that data is to be read into.
func New(data []byte) *Graph {
	return &Graph{
		File: extract.File{DirectKnown: true},
		r:    jsonstream.New(data), seen: map[string]bool{}, byKey: map[string]int{}, project: -1,
	}
}

// Read reads the document and joins it. The graph reads libraries and targets
// itself and hands the other fields to field, which must read their values.
func (g *Graph) Read(field func(r *jsonstream.Reader, name string) error) error {
	err := g.document(field)
	g.join()
	return err
}

func (g *Graph) document(field func(r *jsonstream.Reader, name string) error) error {
	err := jsonfile.Object(g.r, func(name string) error {
		known := name == "libraries" || name == "targets"
		if known && g.seen[name] {
			g.File.Fault(g.r.Line(), "key %q stands twice", name)
		}
		if known && g.r.Kind() != '{' {
			g.File.Fault(g.r.Line(), "%q is not an object", name)
		}
		g.seen[name] = true
		switch name {
		case "libraries":
			return g.r.Object(g.library)
		case "targets":
			return g.r.Object(func(name string) error {
				framework, _, _ := strings.Cut(name, "/")
				g.targets = append(g.targets, target{framework, map[string]string{}})
				return g.r.Object(g.resolved)
			})
		}
		return field(g.r, name)
	})
	if err == nil && !g.seen["libraries"] {
		g.File.Fault(g.r.Line(), "there is no object %q", "libraries")
	}
	return err
}

// Ask enters a dependency of the scanned project that its targets do not show.
func (g *Graph) Ask(r Request) { g.requests = append(g.requests, r) }

// library reads "name/version": {"type": "package", "sha512": …}.
func (g *Graph) library(key string) error {
	line := g.r.Line()
	var kind, hash, path string
	err := g.r.Object(func(field string) (err error) {
		switch field {
		case "type":
			kind, err = g.r.String()
		case "sha512":
			hash, err = g.r.String()
		case "path":
			path, err = g.r.String()
		default:
			err = g.r.Skip()
		}
		return err
	})
	name, version, ok := strings.Cut(key, "/")
	if !ok || name == "" {
		g.File.Fault(line, "library %q is not a name with its version", key)
		return err
	}
	l := library{key: strings.ToLower(key)}
	l.Name, l.Version, l.Line = name, version, line
	if hash = strings.TrimPrefix(hash, "sha512-"); hash != "" {
		l.Integrity = []string{"sha512-" + hash}
	}
	switch strings.ToLower(kind) {
	case "package", "":
	case "runtimepack":
		// The runtime that a program brings along, by its package's name.
		l.Name = strings.TrimPrefix(name, "runtimepack.")
	case "project", "msbuildproject":
		l.isProject = true
		l.Scope, l.Origin = inventory.ScopeRuntime, inventory.Origin{Kind: inventory.OriginPath, Ref: name}
		if path != "" {
			l.Origin.Ref = strings.ReplaceAll(path, `\`, "/")
		}
	default: // "reference", "referenceassembly": a file beside the project, from nowhere known
		l.Origin = inventory.Origin{Kind: inventory.OriginPath, Ref: name}
	}
	if l.Name == "" {
		l.Name = name
	}
	if l.isProject && g.project < 0 && strings.EqualFold(name, g.Project) {
		g.project, g.File.Name = len(g.libs), name
	}
	g.add(l)
	return err
}

func (g *Graph) add(l library) {
	if _, twice := g.byKey[l.key]; twice {
		g.File.Fault(l.Line, "library %q stands twice", l.key)
	}
	g.byKey[l.key] = len(g.libs)
	g.libs = append(g.libs, l)
}

// resolved reads "name/version": {"dependencies": {name: version}} of a target.
func (g *Graph) resolved(key string) error {
	target := len(g.targets) - 1
	keys := g.targets[target].keys
	key = strings.ToLower(key)
	name, _, _ := strings.Cut(key, "/")
	if keys[name] == key {
		g.File.Fault(g.r.Line(), "%q stands twice in a target", key)
	}
	keys[name] = key
	return g.r.Object(func(field string) error {
		if field != "dependencies" {
			return g.r.Skip()
		}
		return g.r.Fields(func(name []byte) error {
			g.wanted = append(g.wanted, want{key, strings.ToLower(string(name)), target})
			return g.r.Skip()
		})
	})
}

// join lists the packages and makes the edges.
func (g *Graph) join() {
	place := make([]int, len(g.libs))
	for i, l := range g.libs {
		place[i] = -1
		if i != g.project {
			place[i] = len(g.File.Packages)
			g.File.Packages = append(g.File.Packages, l.Package)
		}
	}
	made := map[inventory.Edge]bool{}
	for _, w := range g.wanted {
		from, known := g.byKey[w.from]
		to, ok := g.byKey[g.targets[w.target].keys[w.to]]
		switch {
		case !ok || !known || to == g.project:
		case from == g.project:
			g.File.Packages[place[to]].Direct = true
		default:
			if e := (inventory.Edge{From: place[from], To: place[to]}); !made[e] && from != to {
				made[e] = true
				g.File.Edges = append(g.File.Edges, e)
			}
		}
	}
	g.answer(place)
}

// answer marks what the scanned project asks for, in the targets of the framework
// that it asks for, or in all when none goes by that name.
func (g *Graph) answer(place []int) {
	if len(g.requests) == 0 {
		return
	}
	all := map[string][]int{}
	byFramework := map[string]map[string][]int{}
	for _, t := range g.targets {
		names := byFramework[t.framework]
		if names == nil {
			names = map[string][]int{}
			byFramework[t.framework] = names
		}
		for name, key := range t.keys {
			if at, ok := g.byKey[key]; ok && place[at] >= 0 {
				names[name] = append(names[name], place[at])
				all[name] = append(all[name], place[at])
			}
		}
	}
	answered := map[Request]bool{}
	for _, r := range g.requests {
		names, ok := byFramework[r.Framework]
		if !ok {
			names = all
			r.Framework = ""
		}
		name := strings.ToLower(r.Name)
		if once := (Request{Framework: r.Framework, Name: name}); !answered[once] {
			answered[once] = true
			g.mark(names[name], r.Constraint)
		}
	}
}

func (g *Graph) mark(at []int, constraint string) {
	for _, i := range at {
		p := &g.File.Packages[i]
		p.Direct = true
		// Real files have few frameworks; the bound keeps the work linear.
		recent := p.Declared[max(0, len(p.Declared)-64):]
		if constraint != "" && !slices.Contains(recent, constraint) {
			p.Declared = append(p.Declared, constraint)
		}
	}
}

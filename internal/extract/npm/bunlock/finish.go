package bunlock

import (
	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/npm/modtree"
	"github.com/assay-sca/assay/internal/extract/npm/npmspec"
	"github.com/assay-sca/assay/internal/inventory"
)

// finish joins what was read, once all of it is known.
func (l *lock) finish() extract.File {
	file := extract.File{DirectKnown: len(l.workspaces) > 0}
	edges := modtree.NewEdges(len(l.packages), len(l.wants))
	for _, w := range l.wants {
		edges.Add(w.pkg, l.tree.Find(l.nodes[w.pkg], int32(w.name)))
	}
	direct := modtree.NewDirect(l.packages)
	for _, w := range l.workspaces {
		if w.folder == "" {
			file.Name = w.name
		} else {
			file.Members = append(file.Members, w.folder)
		}
		l.join(w, edges, direct)
	}
	file.Edges = edges.List()
	file.Packages = l.packages
	file.Problems = l.Faults.Problems
	return file
}

// join marks what a workspace asks for. The workspace itself is a package too,
// unless it is the root; the root names it, so it is direct.
func (l *lock) join(w workspace, edges *modtree.Edges, direct *modtree.Direct) {
	pkg, from := -1, modtree.Root
	if i, listed := l.byFolder[w.folder]; listed && w.folder != "" {
		pkg, from = i, l.nodes[i]
		p := &l.packages[i]
		p.Version, p.Direct, p.Scope = w.version, true, inventory.ScopeRuntime
	}
	for _, ask := range w.asks {
		to := l.tree.Find(from, int32(ask.name))
		if to < 0 {
			continue
		}
		direct.Mark(to, npmspec.Parse("", ask.spec).Range)
		l.packages[to].Scope = l.packages[to].Scope.Wider(ask.scope)
		edges.Add(pkg, to)
	}
}

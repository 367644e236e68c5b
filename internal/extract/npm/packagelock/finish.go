package packagelock

import (
	"fmt"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/npm/modtree"
	"github.com/assay-sca/assay/internal/extract/npm/npmspec"
	"github.com/assay-sca/assay/internal/inventory"
)

// finish joins what was read, once all of it is known.
func (l *lock) finish() extract.File {
	l.followLinks()
	members := l.markMembers()
	file := extract.File{
		Name: l.name, DirectKnown: l.hasRoot, Members: members, Edges: l.resolve(),
		Packages: l.packages, Problems: l.Faults.Problems,
	}
	if l.vacant > 0 {
		file.Notes = append(file.Notes,
			fmt.Sprintf("%d entries have neither version nor source: nothing is installed there", l.vacant))
	}
	return file
}

// followLinks makes a link find what is in the folder that it points to.
func (l *lock) followLinks() {
	for _, link := range l.links {
		var target place
		l.locate([]byte(link.target), &target)
		if target.at == modtree.None || target.at == modtree.Root {
			continue
		}
		pkg := l.tree.Value(target.at)
		if pkg < 0 {
			pkg = len(l.packages)
			l.packages = append(l.packages, extract.Package{
				Name: l.Names.Text(link.name), Line: link.line,
				Origin: inventory.Origin{Kind: inventory.OriginPath, Ref: link.target},
			})
			l.tree.Set(target.at, pkg)
		}
		l.tree.Set(link.at, pkg)
	}
}

// markMembers tells workspaces from other folders and returns theirs. The root
// names its workspaces, so they are direct.
func (l *lock) markMembers() []string {
	globs := l.boundedGlobs()
	var members []string
	for i := range l.folders {
		f := &l.folders[i]
		if f.pkg < 0 || !matches(globs, f.path) {
			continue
		}
		f.member = true
		l.packages[f.pkg].Direct = true
		members = append(members, f.path)
	}
	return members
}

// The bounds of what is matched against every folder.
const (
	maxGlobs  = 50
	maxGlob   = 100 // bytes
	maxBraces = 2   // alternatives multiply
)

// boundedGlobs leaves out what would make matching slow, and says so.
func (l *lock) boundedGlobs() []string {
	var globs []string
	for _, glob := range l.workspaces.list {
		if len(globs) == maxGlobs || len(glob) > maxGlob || strings.Count(glob, "{") > maxBraces {
			l.Faults.Fault(l.workspaces.line, "the workspaces are too many or too complex from %.60q on", glob)
			break
		}
		globs = append(globs, glob)
	}
	return globs
}

// matches applies globs in their order: the last one that fits decides, and one
// with an exclamation mark takes away.
func matches(globs []string, folder string) bool {
	is := false
	for _, glob := range globs {
		glob, negated := strings.CutPrefix(glob, "!")
		if is != negated {
			continue // it could not change anything
		}
		if fits, err := doublestar.Match(glob, folder); err == nil && fits {
			is = !negated
		}
	}
	return is
}

// resolve finds the package behind each dependency and marks the direct ones. A
// dependency that is not installed, being optional or a peer, has none.
func (l *lock) resolve() []inventory.Edge {
	edges := modtree.NewEdges(len(l.packages), len(l.wants))
	direct := modtree.NewDirect(l.packages)
	for _, w := range l.wants {
		to := l.tree.Find(w.from, int32(w.name))
		if to < 0 {
			continue
		}
		if w.folder >= 0 && l.folders[w.folder].member {
			direct.Mark(to, npmspec.Parse("", w.spec).Range)
		}
		edges.Add(int(w.pkg), to)
	}
	return edges.List()
}

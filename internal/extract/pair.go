package extract

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/purl"
)

// pairing finds for each lockfile the manifests that it governs, so that what is
// declared and what is locked make one unit.
type pairing struct {
	files     []*readFile
	manifests map[string][]*readFile // by folder
	lockedIn  map[string][]*readFile // locks by folder
	governs   map[*readFile][]*readFile
	governed  map[*readFile]bool
	notes     map[*readFile][]string
	pins      map[*readFile]map[string]string // of requirements: versions by name, from constraint files
	byPath    map[string]*readFile
}

// newPairing takes the files in the order of their paths.
func newPairing(files []*readFile) *pairing {
	p := &pairing{
		files: files, manifests: map[string][]*readFile{}, lockedIn: map[string][]*readFile{},
		governs: map[*readFile][]*readFile{}, governed: map[*readFile]bool{}, notes: map[*readFile][]string{},
		pins: map[*readFile]map[string]string{}, byPath: map[string]*readFile{},
	}
	for _, f := range files {
		p.byPath[f.path] = f
		switch f.format.Role {
		case Manifest:
			p.manifests[path.Dir(f.path)] = append(p.manifests[path.Dir(f.path)], f)
		case Lock:
			p.lockedIn[path.Dir(f.path)] = append(p.lockedIn[path.Dir(f.path)], f)
		}
	}
	for _, f := range files {
		if f.format.Role == Manifest {
			p.findLocks(f)
		}
	}
	p.markConstraints()
	return p
}

// findLocks looks for the locks of a manifest: beside it, else in the nearest
// folder above whose lock or workspace names the manifest's folder.
func (p *pairing) findLocks(m *readFile) {
	dir := path.Dir(m.path)
	for at := dir; ; at = path.Dir(at) {
		found := false
		for _, lock := range p.lockedIn[at] {
			if pairs(lock.path, lock.format, m.path, m.format) && (at == dir || p.isMember(lock, m, at)) {
				p.governs[lock] = append(p.governs[lock], m)
				found = true
			}
		}
		if found {
			p.governed[m] = true
			return
		}
		if at == "." {
			return
		}
	}
}

// pairs tells whether a lock is of a kind and a name to govern a manifest.
func pairs(lock string, l Format, manifest string, m Format) bool {
	return slices.Contains(l.Manifests, m.Name) && (l.Suffix == "" || path.Base(lock) == path.Base(manifest)+l.Suffix)
}

// isMember tells whether the lock in the folder root, or a manifest beside it,
// names the manifest's folder as part of its workspace.
func (p *pairing) isMember(lock, m *readFile, root string) bool {
	below := relative(root, path.Dir(m.path))
	if matchesMember(lock.content.file.Members, below) {
		return true
	}
	for _, other := range p.manifests[root] {
		if slices.Contains(lock.format.Manifests, other.format.Name) && matchesMember(other.content.file.Members, below) {
			return true
		}
	}
	return false
}

func relative(root, dir string) string {
	if root == "." {
		return dir
	}
	return strings.TrimPrefix(dir, root+"/")
}

// matchesMember applies workspace patterns in order; one that begins with "!"
// takes out again.
func matchesMember(patterns []string, dir string) bool {
	member := false
	for _, pattern := range patterns {
		pattern, out := strings.CutPrefix(pattern, "!")
		pattern = path.Clean(strings.TrimPrefix(pattern, "./"))
		if ok, err := doublestar.Match(pattern, dir); err == nil && ok {
			member = !out
		}
	}
	return member
}

// markConstraints finds the files that only limit versions, and gives each
// requirements file the versions that its constraint files pin.
func (p *pairing) markConstraints() {
	required := map[*readFile]bool{}
	for _, f := range p.files {
		for _, i := range f.content.file.Includes {
			target := p.included(f, i)
			switch {
			case target == nil:
			case !i.Constraint:
				required[target] = true
			case onlyLimits(target):
				target.constraint = true
			}
		}
	}
	for _, f := range p.files {
		f.constraint = f.constraint && !required[f]
		if f.format.Role == Requirements && !f.constraint {
			pins := map[string]string{}
			p.collectPins(f, pins, map[*readFile]bool{})
			p.pins[f] = pins
		}
	}
}

// included is the requirements file that an include names, or nil.
func (p *pairing) included(f *readFile, i Include) *readFile {
	name, ok := includePath(f.path, i.Path)
	if target := p.byPath[name]; ok && target != nil && target.format.Role == Requirements {
		return target
	}
	return nil
}

// onlyLimits tells whether a constraint file is nothing else. One that goes by the
// name of a requirements file is more: layers such as -c requirements.txt in
// requirements-dev.txt are usual.
func onlyLimits(f *readFile) bool {
	return f.format.Role == Requirements && (f.included || strings.Contains(path.Base(f.path), "constraint"))
}

// collectPins gathers what the constraint files of f and of the files that f
// includes pin. Includes may be cyclic.
func (p *pairing) collectPins(f *readFile, pins map[string]string, visited map[*readFile]bool) {
	if visited[f] {
		return
	}
	visited[f] = true
	for _, i := range f.content.file.Includes {
		target := p.included(f, i)
		if target == nil {
			continue
		}
		if i.Constraint {
			for _, pkg := range target.content.file.Packages {
				if pkg.Version != "" {
					pins[purl.Normalize(purl.PyPI, pkg.Name)] = pkg.Version
				}
			}
		}
		p.collectPins(target, pins, visited)
	}
}

// ledger tells of each file what became of it.
func (p *pairing) ledger() []inventory.FileCoverage {
	entries := make([]inventory.FileCoverage, 0, len(p.files))
	for _, f := range p.files {
		entries = append(entries, p.entry(f))
	}
	return entries
}

func (p *pairing) entry(f *readFile) inventory.FileCoverage {
	c := f.content
	if c.err != nil {
		line, message := errs.LineOf(c.err)
		return f.entry(inventory.Failed, message+kept(&c.file), line)
	}
	if len(c.file.Problems) > 0 {
		first := c.file.Problems[0]
		message := first.Message
		if more := len(c.file.Problems) - 1; more > 0 {
			message += fmt.Sprintf(" (and %d more faults)", more)
		}
		return f.entry(inventory.Failed, message+kept(&c.file), first.Line)
	}
	if line, missing := p.missingIncludes(f); missing != "" {
		return f.entry(inventory.Failed, missing+kept(&c.file), line)
	}
	return f.entry(inventory.Read, strings.Join(append(slices.Clone(c.file.Notes), p.notes[f]...), "; "), 0)
}

// kept says that a fault did not cost everything.
func kept(f *File) string {
	if n := len(f.Packages) + len(f.Declared); n > 0 {
		return fmt.Sprintf("; the %d dependencies read are kept", n)
	}
	return ""
}

func (p *pairing) missingIncludes(f *readFile) (line int, missing string) {
	for _, i := range f.content.file.Includes {
		name, ok := includePath(f.path, i.Path)
		if !ok {
			return i.Line, fmt.Sprintf("it includes %q, which is outside the source", i.Path)
		}
		if p.byPath[name] == nil {
			return i.Line, fmt.Sprintf("it includes %q, which cannot be read", i.Path)
		}
	}
	return 0, ""
}

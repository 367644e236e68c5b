package packagelock

import (
	"bytes"
	"path"
	"strings"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/npm/modtree"
	"github.com/assay-sca/assay/internal/extract/npm/npmjson"
	"github.com/assay-sca/assay/internal/extract/npm/npmspec"
	"github.com/assay-sca/assay/internal/inventory"
)

// place is an entry of "packages" while it is read.
type place struct {
	at       modtree.Node
	name     npmjson.Name // of the module's folder
	isModule bool
	folder   int32 // index in folders, -1 for a module
	pkg      int32 // index in packages, -1 for the root
	resolved string
	found    bool // it says where the package comes from
	link     bool
	flags    flags
}

// readPlace reads one entry, such as "node_modules/a/node_modules/b".
func (l *lock) readPlace(key []byte) error {
	p := place{folder: -1, pkg: -1}
	l.locate(key, &p)
	if p.at == modtree.None {
		l.Fault("the place %.200q is no package's or nested too deeply", key)
		return l.Skip()
	}
	if p.at == modtree.Root {
		l.hasRoot = true
	}
	if !p.isModule {
		p.folder = int32(len(l.folders))
		l.folders = append(l.folders, folder{path: string(key), pkg: -1, member: p.at == modtree.Root})
	}
	if !l.tree.Mark(p.at) {
		l.Fault("duplicate key %q in packages", key)
	}
	if p.at != modtree.Root {
		p.pkg = int32(len(l.packages))
		l.packages = append(l.packages, extract.Package{Line: l.Line()})
	}
	return l.fill(&p)
}

// fill reads the entry's value and settles what it is.
func (l *lock) fill(p *place) error {
	wants := len(l.wants)
	var root extract.Package
	pkg := &root
	if p.pkg >= 0 {
		pkg = &l.packages[p.pkg]
	}
	err := l.Object("an entry of packages", func(key []byte) error { return l.readField(key, p, pkg) })
	switch {
	case p.at == modtree.Root:
		if pkg.Name != "" {
			l.name = pkg.Name
		}
	case p.link && p.isModule:
		l.links = append(l.links, link{at: p.at, target: cleanFolder(p.resolved), name: p.name, line: pkg.Line})
		l.drop(wants)
	case p.isModule && pkg.Version == "" && !p.found:
		if err == nil {
			l.vacant++
		}
		l.drop(wants)
	default:
		l.keep(p, pkg)
	}
	return err
}

// drop takes back the last package, which is none, and what it wants.
func (l *lock) drop(wants int) {
	l.packages = l.packages[:len(l.packages)-1]
	l.wants = l.wants[:wants]
}

func (l *lock) keep(p *place, pkg *extract.Package) {
	pkg.Scope = p.flags.scope()
	l.tree.Set(p.at, int(p.pkg))
	if !p.isModule {
		f := &l.folders[p.folder]
		f.pkg = p.pkg
		pkg.Origin = inventory.Origin{Kind: inventory.OriginPath, Ref: f.path}
		if pkg.Name == "" {
			pkg.Name = nameOfFolder(f.path)
		}
		return
	}
	if pkg.Name == "" {
		pkg.Name = l.Names.Text(p.name)
	}
	pkg.Nested = l.tree.Nested(p.at)
	pkg.Origin = origin(pkg.Name, p.resolved)
}

func (l *lock) readField(key []byte, p *place, pkg *extract.Package) (err error) {
	switch string(key) {
	case "name":
		pkg.Name, err = l.Word("name")
	case "version":
		pkg.Version, err = l.Word("version")
	case "resolved":
		err = l.readResolved(p)
	case "integrity":
		var text string
		text, err = l.Word("integrity")
		pkg.Integrity = hashes(text)
	case "license", "licenses":
		pkg.Licences, err = l.readLicences(0)
	case "link":
		p.link, err = l.Bool()
	case "dependencies", "optionalDependencies", "peerDependencies":
		err = l.readWants(string(key), p)
	case "devDependencies":
		if p.isModule {
			return l.Skip() // not installed with the module
		}
		err = l.readWants("devDependencies", p)
	case "workspaces":
		if p.at != modtree.Root {
			return l.Skip()
		}
		l.workspaces.line = l.Line()
		l.workspaces.list, err = l.Workspaces()
	default:
		var isFlag bool
		if isFlag, err = p.flags.read(l, key); !isFlag {
			err = l.Skip()
		}
	}
	return err
}

// readResolved keeps the place a package was fetched from only if it is not a
// registry's: there are thousands of those in a lock, and nothing depends on them.
func (l *lock) readResolved(p *place) error {
	text, err := l.Text()
	if err != nil || len(text) == 0 {
		return err
	}
	p.found = true
	if bytes.HasPrefix(text, []byte("http")) && bytes.Contains(text, []byte("/-/")) {
		return nil
	}
	p.resolved = string(text)
	return nil
}

func (l *lock) readWants(what string, p *place) error {
	return l.Dependencies(what, func(name npmjson.Name, spec []byte) {
		w := want{from: p.at, pkg: p.pkg, folder: p.folder, name: name}
		if p.folder >= 0 {
			w.spec = string(spec)
		}
		l.wants = append(l.wants, w)
	})
}

// readLicences reads the forms that packages have used for their licence: a
// string, an object with a type, or an array of either.
func (l *lock) readLicences(depth int) (found []string, err error) {
	switch kind := l.Kind(); {
	case kind == '{':
		err = l.Fields(func(key []byte) error {
			if string(key) != "type" {
				return l.Skip()
			}
			name, err := l.String()
			found = appendWord(found, name)
			return err
		})
	case kind == '[' && depth == 0:
		err = l.Array(func() error {
			more, err := l.readLicences(1)
			found = append(found, more...)
			return err
		})
	default:
		var name string
		name, err = l.String()
		found = appendWord(found, name)
	}
	return found, err
}

func appendWord(words []string, word string) []string {
	if word == "" {
		return words
	}
	return append(words, word)
}

// locate finds the node of a path such as "packages/a/node_modules/@scope/b". The
// node is none for what is no path of a package.
func (l *lock) locate(key []byte, p *place) {
	const modules = "node_modules"
	for len(key) > 0 && p.at != modtree.None {
		segment, rest, _ := bytes.Cut(key, []byte("/"))
		if p.isModule = string(segment) == modules; p.isModule {
			segment, rest = npmjson.CutName(rest)
			if len(segment) == 0 {
				p.at = modtree.None
				return
			}
			p.name = l.Names.ID(segment)
			p.at = l.tree.Module(p.at, int32(p.name))
		} else if string(segment) == ".." {
			p.at = l.tree.Outside(p.at, int32(l.Names.ID(segment)))
		} else if string(segment) != "." && len(segment) > 0 {
			p.at = l.tree.Folder(p.at, int32(l.Names.ID(segment)))
		}
		key = rest
	}
}

// origin tells from where a package was fetched. Registries serve archives below
// "/-/"; the two known exceptions put the package's name beside "download".
func origin(name, resolved string) inventory.Origin {
	if resolved == "" || strings.HasPrefix(resolved, "http") && (strings.Contains(resolved, "/-/") ||
		strings.Contains(resolved, "/download/"+name+"/") || strings.Contains(resolved, "/"+name+"/download/")) {
		return inventory.Origin{}
	}
	return npmspec.Parse(name, resolved).Origin
}

// nameOfFolder is the name that npm leaves out because the folder says it.
func nameOfFolder(folder string) string {
	base, parent := path.Base(folder), path.Base(path.Dir(folder))
	if strings.HasPrefix(parent, "@") {
		return parent + "/" + base
	}
	return base
}

func cleanFolder(resolved string) string {
	return strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(resolved, "file:"), "./"), "/")
}

package packagelock

import (
	"context"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/npm/modtree"
	"github.com/assay-sca/assay/internal/extract/npm/npmjson"
	"github.com/assay-sca/assay/internal/extract/npm/npmspec"
	"github.com/assay-sca/assay/internal/inventory"
)

// nested is an entry of version 1 while it is read.
type nested struct {
	name              string
	version, resolved string
	integrity         string
	flags             flags
}

// readNested reads "dependencies" of version 1: the modules installed in parent.
func (l *lock) readNested(ctx context.Context, parent modtree.Node) error {
	return l.Object("dependencies", func(key []byte) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		name := l.Names.ID(key)
		at := l.tree.Module(parent, int32(name))
		switch {
		case len(key) == 0:
			l.Fault("a dependency without a name")
			return l.Skip()
		case at == modtree.None:
			l.Fault("%q is nested too deeply", l.Names.Text(name))
			return l.Skip()
		case !l.tree.Mark(at):
			l.Fault("duplicate key %q in dependencies", l.Names.Text(name))
		}
		return l.readModule(ctx, at, l.Names.Text(name))
	})
}

func (l *lock) readModule(ctx context.Context, at modtree.Node, name string) error {
	pkg := len(l.packages)
	l.packages = append(l.packages, extract.Package{Name: name, Line: l.Line(), Nested: l.tree.Nested(at)})
	l.tree.Set(at, pkg)
	n := nested{name: name}
	err := l.Object("an entry of dependencies", func(key []byte) (err error) {
		switch string(key) {
		case "version":
			n.version, err = l.Word("version")
		case "resolved":
			n.resolved, err = l.String()
		case "integrity":
			n.integrity, err = l.Word("integrity")
		case "requires":
			err = l.readRequires(at, pkg)
		case "dependencies":
			err = l.readNested(ctx, at)
		default:
			var isFlag bool
			if isFlag, err = n.flags.read(l, key); !isFlag {
				err = l.Skip()
			}
		}
		return err
	})
	n.fill(&l.packages[pkg])
	return err
}

// readRequires reads an object; in old locks it can be a mere true or false.
func (l *lock) readRequires(at modtree.Node, pkg int) error {
	if kind := l.Kind(); kind == 't' || kind == 'f' {
		return l.Skip()
	}
	return l.Dependencies("requires", func(name npmjson.Name, _ []byte) {
		l.wants = append(l.wants, want{from: at, pkg: int32(pkg), folder: -1, name: name})
	})
}

// fill settles what the entry says. In version 1 the version of a package from
// elsewhere than the registry is its source.
func (n nested) fill(pkg *extract.Package) {
	pkg.Scope = n.flags.scope()
	pkg.Integrity = hashes(n.integrity)
	spec := npmspec.Parse(n.name, n.version)
	if spec.Name != "" {
		pkg.Name = spec.Name
	}
	if spec.Origin.Kind != inventory.OriginRegistry {
		pkg.Origin = origin(pkg.Name, n.version)
		return
	}
	pkg.Version = spec.Range
	pkg.Origin = origin(pkg.Name, n.resolved)
}

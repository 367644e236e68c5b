package bunlock

import (
	"bytes"
	"strings"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/npm/modtree"
	"github.com/assay-sca/assay/internal/extract/npm/npmjson"
	"github.com/assay-sca/assay/internal/extract/npm/npmspec"
	"github.com/assay-sca/assay/internal/inventory"
)

// entry is an element of "packages" while it is read.
type entry struct {
	source    string // "name@version" or "name@where from"
	integrity string
}

// readPackage reads one entry: ["name@version", registry, {…}, hash], or for what
// is not from a registry ["name@source", {…}, tag].
func (l *lock) readPackage(key []byte) error {
	at := l.locate(key)
	if at == modtree.None {
		l.Fault("%.200q is no path of names or nested too deeply", key)
		return l.Skip()
	}
	if !l.tree.Mark(at) {
		l.Fault("duplicate key %q in packages", key)
	}
	if kind := l.Kind(); kind != '[' && kind != 0 {
		l.Fault("the entry %.200q is not an array", key)
		return l.Skip()
	}
	var e entry
	pkg, wants, line, elements := len(l.packages), len(l.wants), l.Line(), 0
	err := l.Array(func() error {
		elements++
		return l.readElement(elements == 1, pkg, &e)
	})
	name, from := npmspec.SplitName(e.source)
	switch from {
	case "":
		if err == nil {
			l.Faults.Fault(line, "%q is not a name and a version", e.source)
		}
		l.wants = l.wants[:wants]
	case "root:":
		l.wants = l.wants[:wants]
	default:
		if strings.HasPrefix(from, "workspace:") {
			l.wants = l.wants[:wants] // they are among the workspaces too
		}
		l.tree.Set(at, pkg)
		l.nodes = append(l.nodes, at)
		l.packages = append(l.packages, l.settle(pkg, name, from, e.integrity))
		l.packages[pkg].Line, l.packages[pkg].Nested = line, l.tree.Nested(at)
	}
	return err
}

// settle makes the package of an entry.
func (l *lock) settle(pkg int, name, from, integrity string) extract.Package {
	p := extract.Package{Name: name}
	if integrity != "" {
		p.Integrity = []string{integrity}
	}
	if folder, ok := strings.CutPrefix(from, "workspace:"); ok {
		l.byFolder[folder] = pkg
		p.Origin = inventory.Origin{Kind: inventory.OriginPath, Ref: folder}
		return p
	}
	p.Origin = npmspec.Parse(name, from).Origin
	if p.Origin.Kind == inventory.OriginRegistry {
		p.Version = from
	}
	return p
}

// readElement reads an element of an entry by its kind: their order differs with
// the source and has changed with bun's versions.
func (l *lock) readElement(first bool, pkg int, e *entry) error {
	switch {
	case first:
		var err error
		e.source, err = l.Word("the first element of an entry")
		return err
	case l.Kind() == '{':
		return l.Fields(func(key []byte) error {
			if scopeOf(key) == inventory.ScopeUnknown {
				return l.Skip()
			}
			return l.Dependencies(string(key), func(name npmjson.Name, _ []byte) {
				l.wants = append(l.wants, want{pkg, name})
			})
		})
	}
	text, err := l.Text()
	if isHash(text) {
		e.integrity = string(text)
	}
	return err
}

// isHash tells "sha512-<base64>" from a registry's address and from a tag.
func isHash(text []byte) bool {
	algorithm, sum, _ := bytes.Cut(text, []byte("-"))
	switch string(algorithm) {
	case "sha1", "sha256", "sha384", "sha512":
		return len(sum) > 0
	}
	return false
}

// locate finds the node of a path of names: "a/@scope/b" is the @scope/b in a.
func (l *lock) locate(key []byte) modtree.Node {
	at := modtree.Root
	for rest := key; at != modtree.None; {
		var name []byte
		if name, rest = npmjson.CutName(rest); len(name) == 0 {
			return modtree.None
		}
		at = l.tree.Module(at, int32(l.Names.ID(name)))
		if rest == nil {
			break
		}
	}
	return at
}

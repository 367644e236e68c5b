package archtest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"regexp"
	"strconv"
)

// file is what one source file adds to what is known of its package.
type file struct {
	uses  []Use
	inits []string
	funcs []string // top-level functions, without methods
}

// inspect reads one file. src may be nil; then the file is opened.
func inspect(name string, src any) (file, error) {
	set := token.NewFileSet()
	tree, err := parser.ParseFile(set, name, src, parser.SkipObjectResolution)
	if err != nil {
		return file{}, fmt.Errorf("inspect %s: %w", name, err)
	}
	at := func(p token.Pos) string {
		position := set.Position(p)
		return fmt.Sprintf("%s:%d", path.Base(position.Filename), position.Line)
	}
	var f file
	for _, decl := range tree.Decls {
		if fn, ok := decl.(*ast.FuncDecl); ok && fn.Recv == nil {
			f.funcs = append(f.funcs, fn.Name.Name)
			if fn.Name.Name == "init" {
				f.inits = append(f.inits, at(fn.Pos()))
			}
		}
	}
	imported := importNames(tree)
	ast.Inspect(tree, func(n ast.Node) bool {
		selector, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if x, ok := selector.X.(*ast.Ident); ok && imported[x.Name] != "" {
			f.uses = append(f.uses, Use{imported[x.Name] + "." + selector.Sel.Name, at(selector.Pos())})
		}
		return true
	})
	return f, nil
}

var majorVersion = regexp.MustCompile(`^v[0-9]+$`)

// importNames maps the names that a file uses for its imports to their paths. A
// variable that hides an import's name is taken for the import: no harm, as
// nobody should read such code either.
func importNames(tree *ast.File) map[string]string {
	names := map[string]string{}
	for _, spec := range tree.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue
		}
		name := path.Base(imported)
		if majorVersion.MatchString(name) {
			name = path.Base(path.Dir(imported))
		}
		if spec.Name != nil {
			name = spec.Name.Name
		}
		names[name] = imported
	}
	return names
}

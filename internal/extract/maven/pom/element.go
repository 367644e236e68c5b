package pom

import (
	"slices"
	"strings"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/xmlstream"
)

// element is one of the elements that say something of dependencies.
type element struct {
	name     string
	text     string
	line     int
	children []*element
}

// kept lists what is of interest in which element. All else, such as a plugin's
// configuration and a dependency's exclusions, is read over.
var kept = map[string][]string{ //nolint:gochecknoglobals // a table
	"project": {"parent", "groupId", "artifactId", "version", "properties", "dependencyManagement", "dependencies",
		"build", "reporting", "profiles"},
	"parent":               {"groupId", "artifactId", "version", "relativePath"},
	"profile":              {"id", "activation", "properties", "dependencyManagement", "dependencies", "build", "reporting"},
	"activation":           {"activeByDefault"},
	"dependencyManagement": {"dependencies"},
	"dependencies":         {"dependency"},
	"dependency":           {"groupId", "artifactId", "version", "type", "classifier", "scope", "optional", "systemPath"},
	"build":                {"plugins", "pluginManagement", "extensions"},
	"reporting":            {"plugins"},
	"pluginManagement":     {"plugins"},
	"plugins":              {"plugin"},
	"plugin":               {"groupId", "artifactId", "version", "dependencies"},
	"extensions":           {"extension"},
	"extension":            {"groupId", "artifactId", "version"},
	"profiles":             {"profile"},
}

// keeps tells whether a child is of interest. Properties are of any name.
func (e *element) keeps(child string) bool {
	return e.name == "properties" || slices.Contains(kept[e.name], child)
}

// repeats tells whether an element holds several of one name.
func (e *element) repeats() bool {
	switch e.name {
	case "dependencies", "plugins", "extensions", "profiles", "properties":
		return true
	}
	return false
}

// child is the first child of a name; for a nil element and for none, nil.
func (e *element) child(name string) *element {
	if e == nil {
		return nil
	}
	for _, c := range e.children {
		if c.name == name {
			return c
		}
	}
	return nil
}

// at walks down the first children of the names.
func (e *element) at(names ...string) *element {
	for _, name := range names {
		e = e.child(name)
	}
	return e
}

// all are the children of a nil element too: none.
func (e *element) all() []*element {
	if e == nil {
		return nil
	}
	return e.children
}

// value is the text of the child of a name, or nothing.
func (e *element) value(name string) string {
	if c := e.child(name); c != nil {
		return c.text
	}
	return ""
}

// document reads the elements of a pom.xml.
type document struct {
	reader *xmlstream.Reader
	file   *extract.File
	root   *element
	open   []*element // the innermost elements of interest; deeper ones are read over
	text   strings.Builder
}

// parse returns what was read before an error.
func parse(data []byte, file *extract.File) (*element, error) {
	d := &document{reader: xmlstream.New(data), file: file}
	for {
		token, ok, err := d.reader.Next()
		if err == nil && ok {
			err = d.token(token)
		}
		if err != nil {
			return d.end(), err
		}
		if !ok {
			break
		}
	}
	if d.root == nil {
		return nil, errs.AtLine(1, "no element %q", "project")
	}
	return d.root, nil
}

// end closes what is open, so that what was read of it counts.
func (d *document) end() *element {
	for len(d.open) > 0 {
		d.close()
	}
	return d.root
}

func (d *document) token(t xmlstream.Token) error {
	depth := d.reader.Depth()
	switch t.Kind {
	case xmlstream.Start:
		if depth == len(d.open)+1 {
			return d.start(t)
		}
	case xmlstream.End:
		if depth < len(d.open) {
			d.close()
		}
	case xmlstream.Text:
		if depth == len(d.open) {
			text, err := t.Text()
			d.text.WriteString(text)
			return err
		}
	}
	return nil
}

func (d *document) start(t xmlstream.Token) error {
	if len(d.open) == 0 && t.Name != "project" {
		return errs.AtLine(t.Line, "the element at the top is %q, not %q", t.Name, "project")
	}
	if len(d.open) > 0 && !d.open[len(d.open)-1].keeps(t.Name) {
		return nil
	}
	d.text.Reset()
	e := &element{name: t.Name, line: t.Line}
	if d.root == nil {
		d.root = e
	}
	d.open = append(d.open, e)
	return nil
}

// close hangs the innermost element into the one around it. Of what must stand
// once the first counts; the lists of both are read.
func (d *document) close() {
	e := d.open[len(d.open)-1]
	d.open = d.open[:len(d.open)-1]
	if len(e.children) == 0 {
		e.text = strings.TrimSpace(d.text.String())
	}
	d.text.Reset()
	if len(d.open) == 0 {
		return
	}
	parent := d.open[len(d.open)-1]
	if !parent.repeats() {
		if first := parent.child(e.name); first != nil {
			d.file.Fault(e.line, "element %q stands twice in %q, first on line %d", e.name, parent.name, first.line)
			first.children = append(first.children, e.children...)
			return
		}
	}
	parent.children = append(parent.children, e)
}

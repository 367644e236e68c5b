// Package scandoc reads the document assay.scan/v1 back into an inventory: what
// `assay scan -o json` wrote elsewhere and somebody hands in. Findings, database
// and gates are not read: they are found anew. What docs/scan-json.md promises is
// checked, since the document may come from anybody; members that it does not name
// are passed over. It knows no store and does no I/O.
package scandoc

import (
	"fmt"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/jsonstream"
)

// Name is the document's version.
const Name = "assay.scan/v1"

// Document is what is read of a scan document.
type Document struct {
	Ref, Commit string // of a git source
	Inventory   inventory.Inventory
	Files       []inventory.FileCoverage
	Notices     []string
}

// Limits bound a document. Reaching one is errs.TooLarge.
type Limits struct {
	Bytes       int // of the text
	Components  int
	Occurrences int
	Edges       int
	Units       int
	Files       int
	Text        int // bytes of one text
}

// DefaultLimits are far above what real projects need.
func DefaultLimits() Limits {
	return Limits{Bytes: 64 << 20, Components: 200_000, Occurrences: 1_000_000, Edges: 2_000_000, Units: 20_000, Files: 100_000, Text: 8 << 10}
}

// Read reads a document. A fault is errs.Invalid and names the place, such as
// "components[12].purl".
func Read(data []byte, limits Limits) (Document, error) {
	if len(data) > limits.Bytes {
		return Document{}, errs.E(errs.TooLarge, "the document is larger than %d bytes", limits.Bytes)
	}
	d := reader{Reader: jsonstream.New(data), limits: limits}
	if err := d.read(); err != nil {
		return Document{}, err
	}
	return d.join()
}

// reader gathers what the document says; join makes the inventory of it, since
// members may come in any order.
type reader struct {
	*jsonstream.Reader
	limits     Limits
	schema     string
	seen       map[string]bool
	source     struct{ ref, commit string }
	units      []unit
	components []component
	places     int // occurrences read
	edges      []edge
	declared   []inventory.Declaration
	files      []inventory.FileCoverage
	notices    []string
}

type unit struct {
	id, kind, path string
	manifests      []string
	drift          []inventory.Drift
}

type component struct {
	id, purl, ecosystem, name, version string
	origin                             inventory.Origin
	licences                           []string
	occurrences                        []occurrence
}

type occurrence struct {
	unit, written, path string
	line                int
	direct              bool
	scope               inventory.Scope
	declared, integrity []string
}

type edge struct{ unit, from, to string }

func (d *reader) read() error {
	if d.Kind() != '{' {
		return errs.E(errs.Invalid, "this is no JSON object, so no document of `assay scan -o json`")
	}
	d.seen = map[string]bool{}
	members := map[string]func() error{
		"schema":       func() error { return d.text("schema", &d.schema) },
		"source":       d.readSource,
		"units":        d.readUnits,
		"components":   d.readComponents,
		"edges":        d.readEdges,
		"dependencies": d.readDependencies,
		"coverage":     d.readCoverage,
		"notices":      func() error { return d.texts("notices", &d.notices) },
	}
	err := d.Object(func(name string) error {
		member, known := members[name]
		if !known {
			return d.Skip()
		}
		if d.seen[name] {
			return invalid(name, "stands there twice")
		}
		d.seen[name] = true
		if err := member(); err != nil {
			return err
		}
		if name == "schema" && d.schema != Name {
			return invalid("schema", "is %q; this server reads %s", clip(d.schema), Name)
		}
		return nil
	})
	if err == nil {
		err = d.End()
	}
	if err != nil && errs.KindOf(err) == errs.Unknown {
		err = errs.E(errs.Invalid, "the document is no JSON: %w", err)
	}
	if err != nil {
		return err
	}
	for _, name := range []string{"schema", "units", "components", "coverage"} {
		if !d.seen[name] {
			return invalid(name, "is missing")
		}
	}
	return nil
}

// invalid is a fault at a place.
func invalid(place, format string, args ...any) error {
	return errs.E(errs.Invalid, "%s %s", place, fmt.Sprintf(format, args...))
}

// clip shortens a text that is repeated in a message.
func clip(s string) string {
	if len(s) > 60 {
		return s[:60] + "…"
	}
	return s
}

// room says that a list has become too long.
func room(place string, n, limit int) error {
	if n < limit {
		return nil
	}
	return errs.E(errs.TooLarge, "%s has more than %d elements", place, limit)
}

func (d *reader) text(place string, into *string) error {
	if d.Kind() != '"' {
		return d.wrong(place, "a text")
	}
	s, err := d.String()
	if err == nil && len(s) > d.limits.Text {
		return errs.E(errs.TooLarge, "%s is longer than %d bytes", place, d.limits.Text)
	}
	*into = s
	return err
}

// wrong is the fault of a value of another kind, or of what is no JSON at all.
func (d *reader) wrong(place, want string) error {
	if d.Kind() == 0 {
		return d.Skip()
	}
	return invalid(place, "is not %s (line %d)", want, d.Line())
}

func (d *reader) texts(place string, into *[]string) error {
	return d.each(place, d.limits.Occurrences, func(place string) error {
		var s string
		err := d.text(place, &s)
		*into = append(*into, s)
		return err
	})
}

// each reads an array of at most limit elements.
func (d *reader) each(place string, limit int, element func(place string) error) error {
	if d.Kind() != '[' {
		return d.wrong(place, "a list")
	}
	n := 0
	return d.Array(func() error {
		if err := room(place, n, limit); err != nil {
			return err
		}
		n++
		return element(fmt.Sprintf("%s[%d]", place, n-1))
	})
}

func (d *reader) truth(place string, into *bool) error {
	if k := d.Kind(); k != 't' && k != 'f' {
		return d.wrong(place, "true or false")
	}
	v, err := d.Bool()
	*into = v
	return err
}

func (d *reader) line(place string, into *int) error {
	if d.Kind() != '0' {
		return d.wrong(place, "a number")
	}
	s, err := d.Scalar()
	if err != nil {
		return err
	}
	for _, c := range []byte(s) {
		if c < '0' || c > '9' || len(s) > 9 {
			return invalid(place, "is no number of a line")
		}
		*into = *into*10 + int(c-'0')
	}
	return nil
}

// member is one that an object may have.
type member func(place string) error

// object reads an object; those named in need must be there.
func (d *reader) object(place string, members map[string]member, need ...string) error {
	if d.Kind() != '{' {
		return d.wrong(place, "an object")
	}
	missing := map[string]bool{}
	for _, name := range need {
		missing[name] = true
	}
	err := d.Object(func(name string) error {
		m, known := members[name]
		if !known {
			return d.Skip()
		}
		delete(missing, name)
		return m(place + "." + name)
	})
	if err != nil {
		return err
	}
	for _, name := range need {
		if missing[name] {
			return invalid(place+"."+name, "is missing")
		}
	}
	return nil
}

// into returns the member that reads a text.
func (d *reader) into(s *string) member {
	return func(place string) error { return d.text(place, s) }
}

// intoAll returns the member that reads a list of texts.
func (d *reader) intoAll(list *[]string) member {
	return func(place string) error { return d.texts(place, list) }
}

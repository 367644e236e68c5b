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
	members := []field{
		{name: "schema", text: &d.schema, need: true},
		{name: "source", do: d.readSource},
		{name: "units", do: d.readUnits, need: true},
		{name: "components", do: d.readComponents, need: true},
		{name: "edges", do: d.readEdges},
		{name: "dependencies", do: d.readDependencies},
		{name: "coverage", do: d.readCoverage, need: true},
		{name: "notices", list: &d.notices},
	}
	err := d.object(nil, members)
	if err == nil {
		err = d.End()
	}
	if err != nil && errs.KindOf(err) == errs.Unknown {
		err = errs.E(errs.Invalid, "the document is no JSON: %w", err)
	}
	if err == nil && d.schema != Name {
		err = d.wrongSchema()
	}
	return err
}

func (d *reader) wrongSchema() error {
	return invalid(&place{name: "schema"}, "is %q; this server reads %s", clip(d.schema), Name)
}

// place is where something stands in the document. It is written out only for a
// fault.
type place struct {
	in    *place // nil: the document itself
	name  string // of a member; empty: an element of a list
	index int
}

// String is the place, such as "components[12].purl".
func (p *place) String() string {
	switch {
	case p.name == "":
		return fmt.Sprintf("%v[%d]", p.in, p.index)
	case p.in == nil:
		return p.name
	}
	return p.in.String() + "." + p.name
}

// at names an element of a list of the document by numbers, and a member of it.
func at(list string, index int, names ...any) *place {
	p := &place{in: &place{name: list}, index: index}
	for _, n := range names {
		switch n := n.(type) {
		case string:
			p = &place{in: p, name: n}
		case int:
			p = &place{in: p, index: n}
		}
	}
	return p
}

// invalid is a fault at a place.
func invalid(p *place, format string, args ...any) error {
	return errs.E(errs.Invalid, "%v %s", p, fmt.Sprintf(format, args...))
}

// clip shortens a text that is repeated in a message.
func clip(s string) string {
	if len(s) > 60 {
		return s[:60] + "…"
	}
	return s
}

// room says that a list has become too long.
func room(p fmt.Stringer, n, limit int) error {
	if n < limit {
		return nil
	}
	return errs.E(errs.TooLarge, "%v has more than %d elements", p, limit)
}

func (d *reader) text(p *place, into *string) error {
	if d.Kind() != '"' {
		return d.wrong(p, "a text")
	}
	s, err := d.String()
	if err == nil && len(s) > d.limits.Text {
		return errs.E(errs.TooLarge, "%v is longer than %d bytes", p, d.limits.Text)
	}
	*into = s
	return err
}

// wrong is the fault of a value of another kind, or of what is no JSON at all.
func (d *reader) wrong(p *place, want string) error {
	if d.Kind() == 0 {
		return d.Skip()
	}
	return invalid(p, "is not %s (line %d)", want, d.Line())
}

func (d *reader) texts(p *place, into *[]string) error {
	return d.each(p, d.limits.Occurrences, func(p *place) error {
		var s string
		err := d.text(p, &s)
		*into = append(*into, s)
		return err
	})
}

// each reads an array of at most limit elements. The place that element is told
// holds as long as it runs.
func (d *reader) each(p *place, limit int, element func(p *place) error) error {
	if d.Kind() != '[' {
		return d.wrong(p, "a list")
	}
	here := place{in: p, index: -1}
	return d.Array(func() error {
		here.index++
		if err := room(p, here.index, limit); err != nil {
			return err
		}
		return element(&here)
	})
}

func (d *reader) truth(p *place, into *bool) error {
	if k := d.Kind(); k != 't' && k != 'f' {
		return d.wrong(p, "true or false")
	}
	v, err := d.Bool()
	*into = v
	return err
}

func (d *reader) number(p *place, into *int) error {
	if d.Kind() != '0' {
		return d.wrong(p, "a number")
	}
	s, err := d.Scalar()
	if err != nil {
		return err
	}
	*into = 0
	for _, c := range []byte(s) {
		if c < '0' || c > '9' || len(s) > 9 {
			return invalid(p, "is no number of a line")
		}
		*into = *into*10 + int(c-'0')
	}
	return nil
}

// field is a member that an object may have; one of the pointers says what it is.
type field struct {
	name  string
	need  bool // it must be there
	text  *string
	list  *[]string
	line  *int
	truth *bool
	do    func(p *place) error
}

// object reads an object. A member of the document that stands there twice is a
// fault; further in the last one holds, as everywhere in JSON.
func (d *reader) object(p *place, members []field) error {
	if d.Kind() != '{' {
		return d.wrong(p, "an object")
	}
	var seen uint64
	here := place{in: p}
	err := d.Fields(func(name []byte) error {
		for i := range members {
			m := &members[i]
			if m.name != string(name) {
				continue
			}
			here.name = m.name
			if p == nil && seen&(1<<i) != 0 {
				return invalid(&here, "stands there twice")
			}
			seen |= 1 << i
			return d.member(&here, m)
		}
		return d.Skip()
	})
	if err != nil {
		return err
	}
	for i := range members {
		if members[i].need && seen&(1<<i) == 0 {
			return invalid(&place{in: p, name: members[i].name}, "is missing")
		}
	}
	return nil
}

func (d *reader) member(p *place, m *field) error {
	switch {
	case m.text != nil:
		if err := d.text(p, m.text); err != nil {
			return err
		}
		if m.text == &d.schema && d.schema != Name {
			return d.wrongSchema() // before the rest is read by another's rules
		}
		return nil
	case m.list != nil:
		*m.list = nil
		return d.texts(p, m.list)
	case m.line != nil:
		return d.number(p, m.line)
	case m.truth != nil:
		return d.truth(p, m.truth)
	}
	return m.do(p)
}

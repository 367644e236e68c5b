package endoflife

import (
	"fmt"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/vulndb/feed/field"
	"github.com/assay-sca/assay/internal/vulndb/feed/osvrecord"
)

// release is a release cycle of API v1. Pointers and values tell what is not said
// from what is denied.
type release struct {
	Name             string         `json:"name"`
	Codename         string         `json:"codename"`
	Label            string         `json:"label"`
	ReleaseDate      string         `json:"releaseDate"`
	IsLTS            bool           `json:"isLts"`
	LTSFrom          string         `json:"ltsFrom"`
	IsEOAS           bool           `json:"isEoas"`
	EOASFrom         string         `json:"eoasFrom"`
	IsEOL            bool           `json:"isEol"`
	EOLFrom          string         `json:"eolFrom"`
	IsDiscontinued   bool           `json:"isDiscontinued"`
	DiscontinuedFrom string         `json:"discontinuedFrom"`
	IsEOES           *bool          `json:"isEoes"`
	EOESFrom         string         `json:"eoesFrom"`
	IsMaintained     jsontext.Value `json:"isMaintained"`
	Latest           *latest        `json:"latest"`
	Rest             jsontext.Value `json:",embed"`
}

type latest struct {
	Name string         `json:"name"`
	Date string         `json:"date"`
	Link string         `json:"link"`
	Rest jsontext.Value `json:",embed"`
}

func decodeRelease(product string, raw jsontext.Value) (advisory.EndOfLife, error) {
	var r release
	if err := jsonv2.Unmarshal(raw, &r, osvrecord.Lenient()); err != nil {
		return advisory.EndOfLife{}, fmt.Errorf("%s: %w", product, osvrecord.Brief(err))
	}
	e := advisory.EndOfLife{
		Product: product, Cycle: r.Name, Codename: r.Codename, Released: r.ReleaseDate, SupportEnds: r.EOASFrom, Ends: r.EOLFrom,
		ExtendedEnds: r.EOESFrom, Ended: r.IsEOL && r.EOLFrom == "",
	}
	n := note{}
	if r.Label != r.Name {
		n.add("label", r.Label)
	}
	n.state("lts", r.IsLTS, r.LTSFrom)
	if r.EOASFrom == "" {
		n.state("isEoas", r.IsEOAS, "")
	}
	n.state("discontinued", r.IsDiscontinued, r.DiscontinuedFrom)
	if r.EOESFrom == "" {
		n.state("isEoes", r.IsEOES != nil && *r.IsEOES, "")
	}
	if r.Latest != nil {
		e.Latest, e.Link = r.Latest.Name, r.Latest.Link
		n.add("latest released", r.Latest.Date)
		n.rest(r.Latest.Rest)
	}
	n.rest(r.Rest)
	e.Note = n.text
	return e, checked(&e, n.err)
}

// cycle is a release cycle of the older layout: states are dates or true or false.
type cycle struct {
	Cycle        jsontext.Value `json:"cycle"` // a string, or a number as it is written
	Codename     string         `json:"codename"`
	Label        string         `json:"releaseLabel"`
	ReleaseDate  string         `json:"releaseDate"`
	Support      state          `json:"support"`
	EOL          state          `json:"eol"`
	Extended     state          `json:"extendedSupport"`
	Discontinued state          `json:"discontinued"`
	LTS          state          `json:"lts"`
	Latest       string         `json:"latest"`
	LatestDate   string         `json:"latestReleaseDate"`
	Link         string         `json:"link"`
	Rest         jsontext.Value `json:",embed"`
}

// state is a date, or only that something holds.
type state struct {
	denied bool
	holds  bool
	from   string
}

// UnmarshalJSONFrom reads true, false, null or a date.
func (s *state) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	if dec.PeekKind() == '"' {
		return jsonv2.UnmarshalDecode(dec, &s.from)
	}
	s.denied = dec.PeekKind() == 'f'
	return jsonv2.UnmarshalDecode(dec, &s.holds)
}

func decodeCycle(product string, raw jsontext.Value) (advisory.EndOfLife, error) {
	var c cycle
	if err := jsonv2.Unmarshal(raw, &c, osvrecord.Lenient()); err != nil {
		return advisory.EndOfLife{}, fmt.Errorf("%.60q: %w", product, osvrecord.Brief(err))
	}
	e := advisory.EndOfLife{
		Product: product, Codename: c.Codename, Released: c.ReleaseDate, SupportEnds: c.Support.from, Ends: c.EOL.from,
		ExtendedEnds: c.Extended.from, Ended: c.EOL.holds, Latest: c.Latest, Link: c.Link,
	}
	switch c.Cycle.Kind() {
	case '"':
		if err := jsonv2.Unmarshal(c.Cycle, &e.Cycle, osvrecord.Lenient()); err != nil {
			return e, osvrecord.Brief(err)
		}
	case '0':
		e.Cycle = string(c.Cycle)
	}
	n := note{}
	if c.Label != e.Cycle {
		n.add("label", c.Label)
	}
	n.state("lts", c.LTS.holds, c.LTS.from)
	n.state("support", c.Support.holds, "")
	if c.Support.denied {
		n.add("support", "false") // it was given and is over
	}
	n.state("discontinued", c.Discontinued.holds, c.Discontinued.from)
	n.state("extendedSupport", c.Extended.holds, "")
	n.add("latest released", c.LatestDate)
	n.rest(c.Rest)
	e.Note = n.text
	return e, checked(&e, n.err)
}

// note gathers what has no place of its own: "name: value; name: value".
type note struct {
	text string
	err  error
}

func (n *note) add(name, value string) {
	if value == "" {
		return
	}
	if n.text != "" {
		n.text += "; "
	}
	n.text += name + ": " + value
}

func (n *note) state(name string, holds bool, from string) {
	if from != "" {
		n.add(name, from)
	} else if holds {
		n.add(name, "true")
	}
}

func (n *note) rest(fields jsontext.Value) {
	if n.err == nil {
		n.text, n.err = field.Note(n.text, fields)
	}
}

// checked refuses what are no dates: they are compared.
func checked(e *advisory.EndOfLife, err error) error {
	if err != nil {
		return err
	}
	for _, d := range []struct{ name, text string }{
		{"release", e.Released}, {"end of active support", e.SupportEnds}, {"end of life", e.Ends}, {"end of extended support", e.ExtendedEnds},
	} {
		if d.text != "" && !field.Date(d.text) {
			return fmt.Errorf("%s %.60s: the date of its %s is %.40q, and should be like 2024-01-31", e.Product, e.Cycle, d.name, d.text)
		}
	}
	return nil
}

package nvd

import (
	"fmt"
	"slices"
	"strings"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/vulndb/feed/field"
	"github.com/assay-sca/assay/internal/vulndb/feed/osvrecord"
)

const (
	maxReferences = 50_000
	maxWeaknesses = 10_000
)

// item is an element of the list of a page.
type item struct {
	CVE  *cve           `json:"cve"`
	Rest jsontext.Value `json:",embed"`
}

// cve is a record; rest are the fields that have no place: what evaluators and
// vendors say, CISA's fields, affected as the CVE list has it, and unknown ones.
type cve struct {
	ID             string           `json:"id"`
	Source         string           `json:"sourceIdentifier"`
	Published      string           `json:"published"`
	Modified       string           `json:"lastModified"`
	Status         string           `json:"vulnStatus"`
	Tags           jsontext.Value   `json:"cveTags"`
	Descriptions   []description    `json:"descriptions"`
	Metrics        metrics          `json:"metrics"`
	Weaknesses     jsontext.Value   `json:"weaknesses"`
	References     []reference      `json:"references"`
	Configurations []jsontext.Value `json:"configurations"`
	Rest           jsontext.Value   `json:",embed"`
}

type description struct {
	Lang  string         `json:"lang"`
	Value string         `json:"value"`
	Rest  jsontext.Value `json:",embed"`
}

func (d description) english() bool {
	return strings.EqualFold(d.Lang, "en") || strings.HasPrefix(strings.ToLower(d.Lang), "en-")
}

type reference struct {
	URL    string         `json:"url"`
	Source string         `json:"source"`
	Tags   []string       `json:"tags"`
	Rest   jsontext.Value `json:",embed"`
}

// decode reads a record, which stands in an object of its own on pages.
func decode(data jsontext.Value, wrapped bool) (advisory.Advisory, error) {
	var it item
	var err error
	if wrapped {
		err = jsonv2.Unmarshal(data, &it, osvrecord.Lenient())
	} else {
		it.CVE = &cve{}
		err = jsonv2.Unmarshal(data, it.CVE, osvrecord.Lenient())
	}
	switch {
	case err != nil && it.CVE != nil:
		return advisory.Advisory{ID: it.CVE.ID}, osvrecord.Brief(err)
	case err != nil:
		return advisory.Advisory{}, osvrecord.Brief(err)
	case it.CVE == nil:
		return advisory.Advisory{}, fmt.Errorf("it has no record")
	}
	a, err := it.CVE.advisory(it.Rest)
	if err != nil {
		return advisory.Advisory{ID: a.ID}, err
	}
	return a, nil
}

// advisory translates a record; outer are the fields that stand beside it.
func (c *cve) advisory(outer jsontext.Value) (advisory.Advisory, error) {
	a := advisory.Advisory{ID: c.ID}
	if !field.CVE(c.ID) {
		a.ID = ""
		return a, fmt.Errorf("%.60q is no CVE id", c.ID)
	}
	if c.Source != "" {
		a.Assigners = []string{c.Source}
	}
	e := extra{}
	err := c.times(&a)
	if err == nil {
		err = c.status(&a, &e)
	}
	c.describe(&a, &e)
	if err == nil {
		err = c.Metrics.rate(&a, &e)
	}
	if err == nil {
		err = c.weaknesses(&a, &e)
	}
	if err == nil {
		err = c.references(&a, &e)
	}
	if err == nil {
		err = c.applicability(&a, &e)
	}
	if err == nil {
		e.add("beside", outer)
		a.Extra, err = e.object(c.Rest)
	}
	return a, err
}

func (c *cve) times(a *advisory.Advisory) error {
	for _, t := range []struct {
		name, text string
		to         *string
	}{{"published", c.Published, &a.Published}, {"lastModified", c.Modified, &a.Modified}} {
		if t.text == "" {
			continue
		}
		at, ok := field.Time(t.text)
		if !ok {
			return fmt.Errorf("its time %s is %.40q, and should be like 2024-01-31T12:00:00.000", t.name, t.text)
		}
		*t.to = at
	}
	return nil
}

// cveTags are what the makers of the CVE record say of it.
type cveTags []struct {
	Tags []string `json:"tags"`
}

// status: what is rejected is that alone, and a dispute says more than that the
// analysis is under way.
func (c *cve) status(a *advisory.Advisory, e *extra) error {
	e.add("vulnStatus", quoted(c.Status))
	disputed := false
	if !empty(c.Tags) {
		e.add("cveTags", c.Tags)
		var tags cveTags
		if err := jsonv2.Unmarshal(c.Tags, &tags, osvrecord.Lenient()); err != nil {
			return fmt.Errorf("cveTags: %w", osvrecord.Brief(err))
		}
		for _, t := range tags {
			disputed = disputed || slices.Contains(t.Tags, "disputed")
		}
	}
	switch status := strings.ToLower(c.Status); {
	case status == "rejected":
		a.Status = advisory.Rejected
	case disputed:
		a.Status = advisory.Disputed
	case status == "received", strings.HasPrefix(status, "awaiting "), strings.HasPrefix(status, "undergoing "):
		a.Status = advisory.Analyzing
	}
	return nil
}

// describe takes the first English description; the others stay beside it.
func (c *cve) describe(a *advisory.Advisory, e *extra) {
	var others []description
	told := false
	for _, d := range c.Descriptions {
		if d.english() && !told && len(d.Rest) == 0 {
			told, a.Details = true, d.Value
			continue
		}
		others = append(others, d)
	}
	if len(others) > 0 {
		e.marshal("descriptions", others)
	}
}

type weakness struct {
	Description []description `json:"description"`
}

// weaknesses takes the CWE ids; who assigned them stays beside.
func (c *cve) weaknesses(a *advisory.Advisory, e *extra) error {
	if empty(c.Weaknesses) {
		return nil
	}
	e.add("weaknesses", c.Weaknesses)
	var all []weakness
	if err := jsonv2.Unmarshal(c.Weaknesses, &all, osvrecord.Lenient()); err != nil {
		return fmt.Errorf("weaknesses: %w", osvrecord.Brief(err))
	}
	seen := map[string]bool{}
	for _, w := range all {
		for _, d := range w.Description {
			if field.CWE(d.Value) && !seen[d.Value] && len(seen) < maxWeaknesses {
				seen[d.Value] = true
				a.Weaknesses = append(a.Weaknesses, d.Value)
			}
		}
	}
	return nil
}

// references joins those with one address, which several sources give. Who gives
// them stays beside, by their places, where it is not the record's source.
func (c *cve) references(a *advisory.Advisory, e *extra) error {
	if len(c.References) > maxReferences {
		return fmt.Errorf("it has over %d references", maxReferences)
	}
	places := map[string]int{}
	sources := map[string][]int{}
	var others []reference
	for _, r := range c.References {
		if len(r.Rest) > 0 {
			others = append(others, r)
		}
		at, known := places[r.URL]
		if !known {
			at = len(a.References)
			places[r.URL] = at
			a.References = append(a.References, advisory.Reference{URL: r.URL})
		}
		to := &a.References[at]
		for _, tag := range r.Tags {
			if !slices.Contains(to.Tags, tag) {
				to.Tags = append(to.Tags, tag)
			}
		}
		if r.Source != c.Source || known {
			sources[r.Source] = append(sources[r.Source], at)
		}
	}
	if len(sources) > 0 {
		e.marshal("referenceSources", sources)
	}
	if len(others) > 0 {
		e.marshal("references", others)
	}
	return nil
}

// extra gathers the fields without a place.
type extra struct {
	members []osvrecord.Member
	err     error
}

func (e *extra) add(name string, value jsontext.Value) {
	if !empty(value) {
		e.members = append(e.members, osvrecord.Member{Name: name, Value: value})
	}
}

func (e *extra) marshal(name string, value any) {
	text, err := jsonv2.Marshal(value, jsonv2.Deterministic(true), jsontext.AllowInvalidUTF8(true))
	if err != nil {
		e.err = err
		return
	}
	e.add(name, text)
}

func (e *extra) object(rest jsontext.Value) ([]byte, error) {
	if e.err != nil {
		return nil, e.err
	}
	return osvrecord.Extra(rest, e.members...)
}

func empty(v jsontext.Value) bool {
	switch string(v) {
	case "", "null", "[]", "{}", `""`, "[ ]", "{ }":
		return true
	}
	return false
}

func quoted(text string) jsontext.Value {
	value, err := jsontext.AppendQuote(nil, text)
	if err != nil {
		return nil // text was read from JSON, with what is no UTF-8 replaced
	}
	return value
}

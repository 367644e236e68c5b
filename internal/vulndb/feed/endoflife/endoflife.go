// Package endoflife reads release cycles of products as endoflife.date publishes
// them: API v1 (https://endoflife.date/docs/api/v1/), one product or all in a
// document, and the older layout of a list of cycles a product
// (https://endoflife.date/docs/api), whose file's name is the product's.
//
// What the API says of a product as a whole (label, aliases, category, tags,
// identifiers, links) describes no cycle and is not taken over; isMaintained and
// the words for a state whose date is there are of the day of the download and
// follow from the dates.
package endoflife

import (
	"fmt"
	"io"
	"path"
	"strings"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/vulndb/feed"
	"github.com/assay-sca/assay/internal/vulndb/feed/fileset"
	"github.com/assay-sca/assay/internal/vulndb/feed/jsonlist"
	"github.com/assay-sca/assay/internal/vulndb/feed/osvrecord"
)

// Bounds. All products are 2 MB, the largest one has some hundred cycles.
const (
	maxFile    = 512 << 20 // bytes
	maxProduct = 16 << 20  // bytes
	maxCycles  = 20_000    // of one product
	maxName    = 200       // bytes
	provider   = "EOL"
)

// Feed is the release cycles.
type Feed struct{}

var _ feed.Feed = Feed{}

// New returns the feed.
func New() Feed { return Feed{} }

// Name is "endoflife".
func (Feed) Name() string { return "endoflife" }

// Providers is the project endoflife.date.
func (Feed) Providers() []feed.Provider {
	return []feed.Provider{{
		Name: provider, Title: "endoflife.date", Licence: "MIT",
		Covers: "until when releases of products are supported",
	}}
}

// Files is nil: the address is the document of all products itself
// (api/v1/products/full).
func (Feed) Files() []string { return nil }

// Sets finds documents (*.json; a file that is named itself may be called anything).
func (Feed) Sets(at string) ([]feed.Set, error) {
	return fileset.Sets(fileset.Kind{
		Feed: "endoflife", What: "documents of endoflife.date (*.json)", MaxFile: maxFile, Many: read,
		Wants: func(name string) bool { return strings.EqualFold(path.Ext(name), ".json") },
	}, at)
}

// document is a file while it is read.
type document struct {
	entry string
	yield func(feed.Record) error
	found bool // something of the feed
}

func read(entry string, r io.Reader, yield func(feed.Record) error) error {
	d := document{entry: entry, yield: yield}
	if err := jsonlist.Read(r, maxProduct, d.visit); err != nil {
		return err
	}
	if !d.found {
		return errs.E(errs.Invalid, "it has neither products nor cycles: nothing of endoflife.date")
	}
	return nil
}

// visit tells the layouts apart: "result" is v1's, a list that is the document is
// the older one's, and further lists are cycles under their product's name.
func (d *document) visit(name string, index int, value jsontext.Value) error {
	switch {
	case name == "result":
		return d.product(value, index)
	case index < 0:
		return nil
	case name != "":
		return d.cycle(name, index, value)
	case value.Kind() == '"':
		d.found = true // a list of products' names (api/all.json)
		return nil
	}
	return d.cycle(productOf(d.entry), index, value)
}

// productOf is the product that a file's name tells.
func productOf(entry string) string {
	name := path.Base(entry)
	if i := strings.Index(strings.ToLower(name), ".json"); i >= 0 {
		name = name[:i]
	}
	return name
}

// product is a product of API v1.
type product struct {
	Name     string           `json:"name"`
	Releases []jsontext.Value `json:"releases"`
}

func (d *document) product(value jsontext.Value, index int) error {
	place := d.entry
	if index >= 0 {
		place = fmt.Sprintf("%s:%d", d.entry, index+1)
	}
	var p product
	err := jsonv2.Unmarshal(value, &p, osvrecord.Lenient())
	switch {
	case err != nil:
		err = osvrecord.Brief(err)
	case !plain(p.Name):
		err = fmt.Errorf("%.60q is no product's name", p.Name)
	case p.Releases == nil:
		err = fmt.Errorf("%s: it has no release cycles: a product in full is needed", p.Name)
	case len(p.Releases) > maxCycles:
		err = fmt.Errorf("%s: it has over %d release cycles", p.Name, maxCycles)
	}
	if err != nil {
		return d.yield(feed.Record{Entry: place, Provider: provider, Err: err})
	}
	d.found = true
	for i, raw := range p.Releases {
		e, err := decodeRelease(p.Name, raw)
		if err := d.yield(record(fmt.Sprintf("%s:%s:%d", place, p.Name, i+1), e, err)); err != nil {
			return err
		}
	}
	return nil
}

// cycle is a cycle of the older layout.
func (d *document) cycle(name string, index int, value jsontext.Value) error {
	e, err := decodeCycle(name, value)
	d.found = d.found || e.Cycle != ""
	if err == nil && !plain(name) {
		err = fmt.Errorf("%.60q is no product's name", name)
	}
	return d.yield(record(fmt.Sprintf("%s:%s:%d", d.entry, name, index+1), e, err))
}

func record(place string, e advisory.EndOfLife, err error) feed.Record {
	if err == nil && e.Cycle == "" {
		err = fmt.Errorf("%s: a release cycle without a name", e.Product)
	}
	if err == nil && len(e.Cycle) > maxName {
		err = fmt.Errorf("%s: a release cycle's name has over %d bytes", e.Product, maxName)
	}
	return feed.Record{Entry: place, Provider: provider, EndOfLife: &e, Err: err}
}

func plain(name string) bool { return name != "" && osvrecord.Plain(name) }

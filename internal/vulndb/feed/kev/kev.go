// Package kev reads CISA's catalogue of known exploited vulnerabilities: the JSON
// document (https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities_schema.json)
// and the CSV file with the same columns.
package kev

import (
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/vulndb/feed"
	"github.com/assay-sca/assay/internal/vulndb/feed/field"
	"github.com/assay-sca/assay/internal/vulndb/feed/fileset"
	"github.com/assay-sca/assay/internal/vulndb/feed/jsonlist"
	"github.com/assay-sca/assay/internal/vulndb/feed/osvrecord"
)

// Bounds. The real catalogue has about 1 MB.
const (
	maxFile   = 256 << 20 // bytes
	maxRecord = 256 << 10 // bytes of one entry
)

const provider = "KEV"

// Feed is the catalogue.
type Feed struct{}

var _ feed.Feed = Feed{}

// New returns the feed.
func New() Feed { return Feed{} }

// Name is "kev".
func (Feed) Name() string { return "kev" }

// Providers is CISA.
func (Feed) Providers() []feed.Provider {
	return []feed.Provider{{
		Name: provider, Title: "CISA known exploited vulnerabilities", Licence: "CC0-1.0",
		Covers: "vulnerabilities that are exploited in the wild", Proven: true,
	}}
}

// Files is nil: the address is the catalogue itself.
func (Feed) Files() []string { return nil }

// Sets finds catalogues (*.json, *.csv).
func (Feed) Sets(at string) ([]feed.Set, error) {
	return fileset.Sets(fileset.Kind{
		Feed: "kev", What: "catalogues of known exploited vulnerabilities (*.json, *.csv)", MaxFile: maxFile, Many: read,
		Wants: func(name string) bool {
			ext := strings.ToLower(path.Ext(name))
			return ext == ".json" || ext == ".csv"
		},
	}, at)
}

func read(entry string, r io.Reader, yield func(feed.Record) error) error {
	if strings.Contains(strings.ToLower(path.Base(entry)), ".csv") {
		return readCSV(entry, r, yield)
	}
	found := false
	err := jsonlist.Read(r, maxRecord, func(name string, index int, value jsontext.Value) error {
		if name != "vulnerabilities" || index < 0 && value.Kind() != '[' {
			return nil
		}
		found = true
		if index < 0 {
			return nil
		}
		k, err := decode(value)
		return yield(record(fmt.Sprintf("%s:%d", entry, index+1), k, err))
	})
	if err == nil && !found {
		return errs.E(errs.Invalid, "it has no vulnerabilities: no catalogue of CISA")
	}
	return err
}

func record(entry string, k advisory.KnownExploited, err error) feed.Record {
	if err == nil {
		err = check(&k)
	}
	return feed.Record{Entry: entry, Provider: provider, KnownExploited: &k, Err: err}
}

// entry is an entry of the catalogue; rest are the fields that have no place.
type entry struct {
	CVE        string         `json:"cveID"`
	Vendor     string         `json:"vendorProject"`
	Product    string         `json:"product"`
	Name       string         `json:"vulnerabilityName"`
	Added      string         `json:"dateAdded"`
	Summary    string         `json:"shortDescription"`
	Action     string         `json:"requiredAction"`
	Due        string         `json:"dueDate"`
	Ransomware string         `json:"knownRansomwareCampaignUse"`
	Notes      string         `json:"notes"`
	Weaknesses []string       `json:"cwes"`
	Rest       jsontext.Value `json:",embed"`
}

func decode(value jsontext.Value) (advisory.KnownExploited, error) {
	var e entry
	if err := jsonv2.Unmarshal(value, &e, osvrecord.Lenient()); err != nil {
		return advisory.KnownExploited{CVE: e.CVE}, osvrecord.Brief(err)
	}
	notes, err := field.Note(e.Notes, e.Rest)
	return advisory.KnownExploited{
		CVE: e.CVE, Vendor: e.Vendor, Product: e.Product, Name: e.Name, Added: e.Added, Summary: e.Summary, Action: e.Action,
		Due: e.Due, Ransomware: e.Ransomware, Notes: notes, Weaknesses: e.Weaknesses,
	}, err
}

func check(k *advisory.KnownExploited) error {
	switch {
	case k.CVE == "":
		return errors.New("it has no CVE id")
	case !field.CVE(k.CVE):
		return fmt.Errorf("%.60q is no CVE id", k.CVE)
	case !field.Date(k.Added):
		return fmt.Errorf("%s: the date of its addition is %.40q, and should be like 2024-01-31", k.CVE, k.Added)
	case k.Due != "" && !field.Date(k.Due):
		return fmt.Errorf("%s: its due date is %.40q, and should be like 2024-01-31", k.CVE, k.Due)
	}
	return nil
}

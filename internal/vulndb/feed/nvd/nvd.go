// Package nvd reads the National Vulnerability Database in the schema of its CVE
// API 2.0 (https://csrc.nist.gov/schema/nvd/api/2.0/cve_api_json_2.0.schema):
// pages of the API, the yearly files (nvdcve-2.0-2024.json.gz), and records that
// are a file or a list of their own, as mirrors keep them. Products are named by
// CPE; what must be there besides them becomes Platforms.
//
// Everything is kept but what repeats something else: the words and scores that
// follow from a CVSS vector, and matchCriteriaId, which numbers the criteria.
package nvd

import (
	"bufio"
	"fmt"
	"io"
	"path"
	"regexp"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/vulndb/feed"
	"github.com/assay-sca/assay/internal/vulndb/feed/fileset"
	"github.com/assay-sca/assay/internal/vulndb/feed/jsonlist"
)

// Bounds. A year has 200 MB, the largest record a few.
const (
	maxFile   = 8 << 30  // bytes
	maxRecord = 16 << 20 // bytes
	provider  = "NVD"
)

// Feed is the database.
type Feed struct{}

var _ feed.Feed = Feed{}

// New returns the feed.
func New() Feed { return Feed{} }

// Name is "nvd".
func (Feed) Name() string { return "nvd" }

// Providers is NIST.
func (Feed) Providers() []feed.Provider {
	return []feed.Provider{{
		Name: provider, Title: "National Vulnerability Database (NIST)", Licence: "public domain (United States Government)",
		Covers: "all CVEs; products by CPE",
	}}
}

// Files is nil: there is one for each year of CVE ids, and more every year, so that
// the address names the file.
func (Feed) Files() []string { return nil }

// Sets finds pages of the API and yearly files (*.json).
func (Feed) Sets(at string) ([]feed.Set, error) {
	return fileset.Sets(fileset.Kind{
		Feed: "nvd", What: "files of the NVD (*.json)", MaxFile: maxFile, Many: read,
		Wants: func(name string) bool { return strings.EqualFold(path.Ext(name), ".json") },
	}, at)
}

func read(entry string, r io.Reader, yield func(feed.Record) error) error {
	in := bufio.NewReaderSize(r, 64<<10)
	if isRecord(in) {
		return readRecord(entry, in, yield)
	}
	found := false
	list := jsonlist.Decoder[feed.Record]{
		Limit: maxRecord,
		Wants: func(name string, index int, value jsontext.Value) bool {
			listed := name == "vulnerabilities" || name == "cve_items"
			single := name == "cve" && value.Kind() == '{' // an element of a page alone
			found = found || single || listed && (index >= 0 || value.Kind() == '[')
			return single || listed && index >= 0
		},
		Decode: func(name string, index int, value jsontext.Value) feed.Record {
			a, err := decode(value, name == "vulnerabilities")
			if index < 0 {
				return record(entry, a, err)
			}
			return record(entry+":"+strconv.Itoa(index+1), a, err)
		},
	}
	err := list.Ordered(in, yield)
	if err == nil && !found {
		return errs.E(errs.Invalid, "it has no vulnerabilities: nothing of the NVD's CVE API 2.0")
	}
	return err
}

// isRecord tells whether a file begins like a single record: its id comes first.
func isRecord(in *bufio.Reader) bool {
	head, _ := in.Peek(512) // an error will come again
	return regexp.MustCompile(`^\s*\{\s*"id"\s*:\s*"CVE-`).Match(head)
}

func readRecord(entry string, r io.Reader, yield func(feed.Record) error) error {
	data, err := io.ReadAll(io.LimitReader(r, maxRecord+1))
	switch {
	case err != nil:
		return err
	case len(data) > maxRecord:
		return errs.E(errs.TooLarge, "one record has over %d bytes", maxRecord)
	case !jsontext.Value(data).IsValid(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)):
		return errs.E(errs.Damaged, "it is no whole JSON document")
	}
	a, err := decode(data, false)
	return yield(record(entry, a, err))
}

func record(entry string, a advisory.Advisory, err error) feed.Record {
	if err != nil && a.ID != "" {
		err = fmt.Errorf("%s: %w", a.ID, err)
	}
	return feed.Record{Entry: entry, Provider: provider, Advisory: a, Err: err}
}

package kev

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/vulndb/feed"
	"github.com/assay-sca/assay/internal/vulndb/feed/field"
)

const maxColumns = 100

// readCSV reads the catalogue as CSV. Columns are known by their names.
func readCSV(entry string, r io.Reader, yield func(feed.Record) error) error {
	lines := csv.NewReader(r)
	lines.ReuseRecord, lines.FieldsPerRecord = true, -1
	head, err := lines.Read()
	if errors.Is(err, io.EOF) {
		return errs.E(errs.Damaged, "it is empty")
	}
	if err != nil {
		return err
	}
	head = slices.Clone(head)
	head[0] = strings.TrimPrefix(head[0], "\uFEFF")
	if !slices.Contains(head, "cveID") || len(head) > maxColumns {
		return errs.E(errs.Invalid, "its first line names no column cveID: no catalogue of CISA")
	}
	for short := false; ; {
		row, err := lines.Read()
		if errors.Is(err, io.EOF) && short {
			return errs.E(errs.Damaged, "it ends in the middle of a line")
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		short = len(row) < len(head)
		line, _ := lines.FieldPos(0)
		k, err := decodeRow(head, row)
		if err := yield(record(fmt.Sprintf("%s:%d", entry, line), k, err)); err != nil {
			return err
		}
	}
}

func decodeRow(head, row []string) (advisory.KnownExploited, error) {
	if len(row) != len(head) {
		return advisory.KnownExploited{}, fmt.Errorf("its line has %d fields instead of %d", len(row), len(head))
	}
	var k advisory.KnownExploited
	known := map[string]*string{
		"cveID": &k.CVE, "vendorProject": &k.Vendor, "product": &k.Product, "vulnerabilityName": &k.Name, "dateAdded": &k.Added,
		"shortDescription": &k.Summary, "requiredAction": &k.Action, "dueDate": &k.Due, "knownRansomwareCampaignUse": &k.Ransomware,
		"notes": &k.Notes,
	}
	rest := []byte{'{'}
	for i, name := range head {
		value := row[i]
		switch place, ok := known[name]; {
		case ok:
			*place = strings.Clone(value)
		case name == "cwes":
			k.Weaknesses = weaknesses(value)
		case value != "":
			var err error
			if rest, err = appendMember(rest, name, value); err != nil {
				return k, err
			}
		}
	}
	var err error
	k.Notes, err = field.Note(k.Notes, append(rest, '}'))
	return k, err
}

func appendMember(object []byte, name, value string) ([]byte, error) {
	if len(object) > 1 {
		object = append(object, ',')
	}
	object, err := jsontext.AppendQuote(object, name)
	if err != nil {
		return nil, err
	}
	return jsontext.AppendQuote(append(object, ':'), value)
}

// weaknesses are a list in one field: "CWE-20, CWE-79".
func weaknesses(list string) []string {
	var out []string
	for _, id := range strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ';' || r == ' ' }) {
		out = append(out, strings.Clone(id))
	}
	return out
}

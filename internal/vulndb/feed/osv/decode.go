// Package osv reads advisories in the OSV schema
// (https://ossf.github.io/osv-schema/) from folders and archives in the layout of
// the public export. It turns each record into an advisory.Advisory and keeps
// every field; it knows no database.
package osv

import (
	"errors"
	"fmt"
	"strings"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/assay-sca/assay/internal/advisory"
)

// Bounds of one record. The largest real ones have a few thousand versions.
const (
	maxRecord   = 16 << 20 // bytes
	maxID       = 200
	maxAliases  = 1_000
	maxAffected = 20_000
	maxEvents   = 20_000 // of one range
	maxVersions = 200_000
)

// record is the top level of a record. Affected entries are taken apart from the
// rest, which is kept whole.
type record struct {
	Affected []jsontext.Value `json:"affected"`
	Rest     jsontext.Value   `json:",embed"`
}

// head are the fields of the rest that we understand.
type head struct {
	ID               string              `json:"id"`
	Modified         string              `json:"modified"`
	Published        string              `json:"published"`
	Withdrawn        string              `json:"withdrawn"`
	Aliases          []string            `json:"aliases"`
	Related          []string            `json:"related"`
	Upstream         []string            `json:"upstream"`
	Summary          string              `json:"summary"`
	Details          string              `json:"details"`
	Severity         []advisory.Severity `json:"severity"`
	DatabaseSpecific jsontext.Value      `json:"database_specific"`
}

type entry struct {
	Package struct {
		Ecosystem string `json:"ecosystem"`
		Name      string `json:"name"`
	} `json:"package"`
	Severity []advisory.Severity `json:"severity"`
	Ranges   []advisory.Range    `json:"ranges"`
	Versions []string            `json:"versions"`
}

// lenient: records are the work of many hands. What JSON leaves open is taken as
// other readers take it; what would be ambiguous (a name twice) is refused.
func lenient() jsonv2.Options {
	return jsonv2.JoinOptions(jsontext.AllowInvalidUTF8(true))
}

// Decode reads one record. Fields that the schema does not name are kept in the
// bodies. The error says why a record cannot be used.
func Decode(data []byte) (advisory.Advisory, error) {
	if len(data) > maxRecord {
		return advisory.Advisory{}, fmt.Errorf("it has over %d bytes", maxRecord)
	}
	var r record
	if err := jsonv2.Unmarshal(data, &r, lenient()); err != nil {
		return advisory.Advisory{}, brief(err)
	}
	if len(r.Affected) > maxAffected {
		return advisory.Advisory{}, fmt.Errorf("it names over %d packages", maxAffected)
	}
	a, err := decodeHead(r.Rest)
	if err != nil {
		return a, err
	}
	a.Affected = make([]advisory.Affected, len(r.Affected))
	for i, raw := range r.Affected {
		if a.Affected[i], err = decodeAffected(raw); err != nil {
			return a, fmt.Errorf("affected[%d]: %w", i, err)
		}
	}
	return a, nil
}

func decodeHead(raw jsontext.Value) (advisory.Advisory, error) {
	if raw == nil {
		return advisory.Advisory{}, errors.New("it has no id")
	}
	var h head
	if err := jsonv2.Unmarshal(raw, &h, lenient()); err != nil {
		return advisory.Advisory{ID: h.ID}, brief(err)
	}
	a := advisory.Advisory{
		ID: h.ID, Modified: h.Modified, Published: h.Published, Withdrawn: h.Withdrawn,
		Aliases: h.Aliases, Related: h.Related, Upstream: h.Upstream,
		Summary: h.Summary, Details: h.Details, Severity: h.Severity, Word: word(h.DatabaseSpecific),
	}
	switch {
	case h.ID == "":
		return a, errors.New("it has no id")
	case !plain(h.ID):
		return a, fmt.Errorf("its id %.60q is none", h.ID)
	case len(h.Aliases) > maxAliases:
		return a, fmt.Errorf("it has over %d aliases", maxAliases)
	}
	var err error
	a.Body, err = canonical(raw)
	return a, err
}

// word is the severity word that some databases keep among their own fields.
func word(specific jsontext.Value) string {
	var fields struct {
		Severity jsontext.Value `json:"severity"`
	}
	if specific == nil || jsonv2.Unmarshal(specific, &fields, lenient()) != nil {
		return ""
	}
	var text string
	if fields.Severity == nil || jsonv2.Unmarshal(fields.Severity, &text) != nil {
		return ""
	}
	return text
}

func decodeAffected(raw jsontext.Value) (advisory.Affected, error) {
	var e entry
	if err := jsonv2.Unmarshal(raw, &e, lenient()); err != nil {
		return advisory.Affected{}, brief(err)
	}
	a := advisory.Affected{Ecosystem: e.Package.Ecosystem, Name: e.Package.Name,
		Severity: e.Severity, Ranges: e.Ranges, Versions: e.Versions}
	if err := check(a); err != nil {
		return a, err
	}
	var err error
	a.Body, err = canonical(raw)
	return a, err
}

// check refuses what could not be evaluated; a package may be missing only where
// all is said by commits.
func check(a advisory.Affected) error {
	if len(a.Versions) > maxVersions {
		return fmt.Errorf("it lists over %d versions", maxVersions)
	}
	if a.Name == "" || a.Ecosystem == "" {
		for _, r := range a.Ranges {
			if r.Type != advisory.Git {
				return errors.New("it names no package")
			}
		}
		if len(a.Ranges) == 0 {
			return errors.New("it names no package")
		}
	}
	for i, r := range a.Ranges {
		if err := checkRange(r); err != nil {
			return fmt.Errorf("ranges[%d]: %w", i, err)
		}
	}
	return nil
}

func checkRange(r advisory.Range) error {
	switch r.Type {
	case advisory.SemVer, advisory.Ecosystem, advisory.Git:
	default:
		return fmt.Errorf("unknown type %.40q", r.Type)
	}
	if len(r.Events) > maxEvents {
		return fmt.Errorf("it has over %d events", maxEvents)
	}
	introduced := false
	for _, e := range r.Events {
		set := 0
		for _, v := range []string{e.Introduced, e.Fixed, e.LastAffected, e.Limit} {
			if v != "" {
				set++
			}
		}
		if set != 1 {
			return fmt.Errorf("an event says %d things instead of one", set)
		}
		introduced = introduced || e.Introduced != ""
	}
	if !introduced {
		return errors.New("no event introduces it")
	}
	return nil
}

// canonical is a value without white space and with its names sorted, so that
// equal content is equal bytes. Numbers and strings stay as they are written.
func canonical(raw jsontext.Value) ([]byte, error) {
	v := raw.Clone()
	if err := v.Format(jsontext.ReorderRawObjects(true), jsontext.AllowInvalidUTF8(true)); err != nil {
		return nil, brief(err)
	}
	return v, nil
}

// plain: ids end up in tables, file names and terminals.
func plain(id string) bool {
	if len(id) > maxID {
		return false
	}
	return !strings.ContainsFunc(id, func(r rune) bool {
		return r <= ' ' || r == 0x7f || r == '/' || r == '\\' || r > 0x7e
	})
}

// brief takes the library's name off its messages and keeps them to one line.
func brief(err error) error {
	var semantic *jsonv2.SemanticError
	if errors.As(err, &semantic) {
		return fmt.Errorf("%s does not have the type that the schema asks for", orRecord(string(semantic.JSONPointer)))
	}
	var syntax *jsontext.SyntacticError
	if errors.As(err, &syntax) {
		return fmt.Errorf("not valid JSON at byte %d: %w", syntax.ByteOffset, syntax.Err)
	}
	return err
}

func orRecord(pointer string) string {
	if pointer == "" {
		return "the record"
	}
	return pointer
}

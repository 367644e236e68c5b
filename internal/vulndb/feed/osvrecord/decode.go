// Package osvrecord reads records in the OSV schema
// (https://ossf.github.io/osv-schema/), in which many databases publish. It turns
// each into an advisory.Advisory and keeps every field.
package osvrecord

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/vulndb/feed/treejson"
)

// MaxRecord is the largest record that is read, in bytes.
const MaxRecord = 16 << 20

// Bounds of one record. The largest real ones have a few thousand versions.
const (
	maxID       = 200
	maxAliases  = 1_000
	maxAffected = 20_000
	maxEvents   = 20_000 // of one range
	maxVersions = 200_000
)

// record is the top level of a record; rest are the fields that we do not know.
type record struct {
	Affected         []jsontext.Value    `json:"affected"`
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
	References       []reference         `json:"references"`
	DatabaseSpecific jsontext.Value      `json:"database_specific"`
	Rest             jsontext.Value      `json:",embed"`
}

type reference struct {
	Type string `json:"type"`
	URL  string `json:"url"`
}

type entry struct {
	Package struct {
		Ecosystem string         `json:"ecosystem"`
		Name      string         `json:"name"`
		PURL      string         `json:"purl"`
		Rest      jsontext.Value `json:",embed"`
	} `json:"package"`
	Severity []advisory.Severity `json:"severity"`
	Ranges   []eventRange        `json:"ranges"`
	Versions []string            `json:"versions"`
	Rest     jsontext.Value      `json:",embed"`
}

type eventRange struct {
	Type   advisory.RangeType `json:"type"`
	Repo   string             `json:"repo"`
	Events []advisory.Event   `json:"events"`
	Rest   jsontext.Value     `json:",embed"`
}

// Lenient are the options of reading: records are the work of many hands. What JSON leaves open is taken as
// other readers take it; what would be ambiguous (a name twice) is refused.
func Lenient() jsonv2.Options {
	return jsonv2.JoinOptions(jsontext.AllowInvalidUTF8(true))
}

// Decode reads one record. Fields that the schema does not name are kept as
// extras. The error says why a record cannot be used.
func Decode(data []byte) (advisory.Advisory, error) {
	if len(data) > MaxRecord {
		return advisory.Advisory{}, fmt.Errorf("it has over %d bytes", MaxRecord)
	}
	var r record
	if err := jsonv2.Unmarshal(data, &r, Lenient()); err != nil {
		return advisory.Advisory{ID: r.ID}, Brief(err)
	}
	if len(r.Affected) > maxAffected {
		return advisory.Advisory{}, fmt.Errorf("it names over %d packages", maxAffected)
	}
	a, err := r.head()
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

func (r *record) head() (advisory.Advisory, error) {
	a := advisory.Advisory{
		ID: r.ID, Modified: r.Modified, Published: r.Published, Withdrawn: r.Withdrawn,
		Aliases: r.Aliases, Related: r.Related, Upstream: r.Upstream,
		Summary: r.Summary, Details: r.Details, Severity: r.Severity, Word: word(r.DatabaseSpecific), Weaknesses: weaknesses(r.DatabaseSpecific),
	}
	for _, x := range r.References {
		a.References = append(a.References, x.common())
	}
	switch {
	case r.ID == "":
		return a, errors.New("it has no id")
	case !Plain(r.ID):
		return a, fmt.Errorf("its id %.60q is none", r.ID)
	case len(r.Aliases) > maxAliases:
		return a, fmt.Errorf("it has over %d aliases", maxAliases)
	}
	var err error
	a.Extra, err = Extra(r.Rest, Member{"database_specific", r.DatabaseSpecific})
	return a, err
}

func (r reference) common() advisory.Reference {
	out := advisory.Reference{URL: r.URL}
	if r.Type != "" {
		out.Tags = []string{strings.ToLower(r.Type)}
	}
	return out
}

// Member is a field that goes back to the others.
type Member struct {
	Name  string
	Value jsontext.Value
}

// Extra are the fields that have no place of their own, as one canonical object;
// nil if there are none.
func Extra(rest jsontext.Value, more ...Member) ([]byte, error) {
	out := []byte{'{'}
	if inner := bytes.TrimSpace(rest); len(inner) > 2 {
		out = append(out, inner[1:len(inner)-1]...)
	}
	for _, m := range more {
		if len(m.Value) == 0 || string(m.Value) == "null" || string(m.Value) == "{}" {
			continue
		}
		if len(bytes.TrimSpace(out)) > 1 {
			out = append(out, ',')
		}
		out = append(append(out, treejson.Text(m.Name)...), ':')
		out = append(out, m.Value...)
	}
	if out = append(out, '}'); len(bytes.TrimSpace(out)) == 2 {
		return nil, nil
	}
	return canonical(out)
}

// weaknesses are the CWE ids that some databases keep among their own fields.
func weaknesses(specific jsontext.Value) []string {
	var fields struct {
		IDs jsontext.Value `json:"cwe_ids"`
	}
	if specific == nil || jsonv2.Unmarshal(specific, &fields, Lenient()) != nil || fields.IDs == nil {
		return nil
	}
	var ids []string
	if jsonv2.Unmarshal(fields.IDs, &ids) != nil {
		return nil
	}
	return ids
}

// word is the severity word that some databases keep among their own fields.
func word(specific jsontext.Value) string {
	var fields struct {
		Severity jsontext.Value `json:"severity"`
	}
	if specific == nil || jsonv2.Unmarshal(specific, &fields, Lenient()) != nil {
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
	if err := jsonv2.Unmarshal(raw, &e, Lenient()); err != nil {
		return advisory.Affected{}, Brief(err)
	}
	a := advisory.Affected{Ecosystem: e.Package.Ecosystem, Name: e.Package.Name, PURL: e.Package.PURL,
		Severity: e.Severity, Versions: e.Versions}
	var err error
	for _, r := range e.Ranges {
		common := advisory.Range{Type: r.Type, Repo: r.Repo, Events: r.Events}
		if common.Extra, err = Extra(r.Rest); err != nil {
			return a, err
		}
		a.Ranges = append(a.Ranges, common)
	}
	if err := check(a); err != nil {
		return a, err
	}
	a.Extra, err = Extra(e.Rest, Member{"package", e.Package.Rest})
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
		return nil, Brief(err)
	}
	return v, nil
}

// Plain tells whether a text may be an id: ids end up in tables, file names and terminals.
func Plain(id string) bool {
	if len(id) > maxID {
		return false
	}
	return !strings.ContainsFunc(id, func(r rune) bool {
		return r <= ' ' || r == 0x7f || r == '/' || r == '\\' || r > 0x7e
	})
}

// Brief takes the library's name off its messages and keeps them to one line.
func Brief(err error) error {
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

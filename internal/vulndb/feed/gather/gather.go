// Package gather reads feeds that tell of one vulnerability in many places: a
// file for each release, a section for each package. What they say is gathered
// piece by piece and given as one record for each id, the same in whatever order
// the files come.
package gather

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/vulndb/feed"
	"github.com/assay-sca/assay/internal/vulndb/feed/fileset"
)

// Bounds of what one set's pieces may hold. All of Debian's tracker has about
// 70 MB.
const (
	maxText   = 512 << 20 // bytes
	maxPieces = 5_000_000
	maxOfOne  = 50_000 // pieces of one record
	maxID     = 200
)

// Make puts a record together from its pieces: sorted, and none twice.
type Make func(id string, pieces [][]byte) (advisory.Advisory, error)

// Kind is a feed whose records come in pieces.
type Kind struct {
	// Files are read by Many, which yields pieces (see Piece) and what cannot be
	// used.
	Files    fileset.Kind
	Provider func(id string) string
	Make     Make
}

// Piece is a part of the record id on its way to Make. The text is in the feed's
// own form; what it does not say (the file's name) does not tell pieces apart.
func Piece(entry, id string, text []byte) feed.Record {
	return feed.Record{Entry: entry, Advisory: advisory.Advisory{ID: id, Extra: text}}
}

// Sets finds what is to be read at path.
func Sets(kind Kind, path string) ([]feed.Set, error) {
	sets, err := fileset.Sets(kind.Files, path)
	if err != nil {
		return nil, err
	}
	for i := range sets {
		sets[i] = set{sets[i], kind}
	}
	return sets, nil
}

// set gives the records of a set of pieces.
type set struct {
	feed.Set
	kind Kind
}

// record is what is gathered of one record.
type record struct {
	entry  string // the first file, by name
	pieces [][]byte
}

// Each yields what cannot be used as it is met, and then the records by id.
func (s set) Each(ctx context.Context, yield func(feed.Record) error) (digest string, err error) {
	records := map[string]*record{}
	text, count := 0, 0
	digest, err = s.Set.Each(ctx, func(r feed.Record) error {
		if r.Err != nil {
			return yield(r)
		}
		if text, count = text+len(r.Advisory.Extra), count+1; text > maxText || count > maxPieces {
			return errs.E(errs.TooLarge, "it has over %d bytes or %d entries", maxText, maxPieces)
		}
		add(records, r)
		return nil
	})
	if err != nil {
		return "", err
	}
	for _, id := range slices.Sorted(maps.Keys(records)) {
		if err := ctx.Err(); err != nil {
			return "", err
		}
		if err := yield(s.make(id, records[id])); err != nil {
			return "", err
		}
		delete(records, id) // the consumer needs the memory
	}
	return digest, nil
}

func add(records map[string]*record, r feed.Record) {
	known, ok := records[r.Advisory.ID]
	if !ok {
		known = &record{entry: r.Entry}
		records[r.Advisory.ID] = known
	}
	known.entry = min(known.entry, r.Entry)
	known.pieces = append(known.pieces, r.Advisory.Extra)
}

func (s set) make(id string, of *record) feed.Record {
	out := feed.Record{Entry: of.entry + "#" + id, Provider: s.kind.Provider(id)}
	slices.SortFunc(of.pieces, bytes.Compare)
	of.pieces = slices.CompactFunc(of.pieces, bytes.Equal)
	switch {
	case !plain(id):
		out.Err = fmt.Errorf("the id %.60q is none", id)
	case len(of.pieces) > maxOfOne:
		out.Err = fmt.Errorf("it has over %d entries", maxOfOne)
	default:
		out.Advisory, out.Err = s.kind.Make(id, of.pieces)
	}
	return out
}

// plain: ids end up in tables, file names and terminals.
func plain(id string) bool {
	return id != "" && len(id) <= maxID && !strings.ContainsFunc(id, func(r rune) bool {
		return r <= ' ' || r > 0x7e || r == '/' || r == '\\'
	})
}

// Extra is fields without a place of their own as one compact object with sorted
// names; nil if there are none.
func Extra(fields map[string]any) ([]byte, error) {
	if len(fields) == 0 {
		return nil, nil
	}
	text, err := jsonv2.Marshal(fields, jsonv2.Deterministic(true), jsontext.AllowInvalidUTF8(true))
	if err != nil {
		return nil, Brief(err)
	}
	v := jsontext.Value(text)
	if err := v.Format(jsontext.ReorderRawObjects(true), jsontext.AllowInvalidUTF8(true)); err != nil {
		return nil, Brief(err)
	}
	return v, nil
}

// Keep adds fields that were read without being known.
func Keep(fields map[string]any, more ...map[string]jsontext.Value) {
	for _, m := range more {
		for name, v := range m {
			fields[name] = v
		}
	}
}

// SourcePURL is the package URL of a source package, as the OSV export writes it.
func SourcePURL(kind, namespace, name string) string {
	return "pkg:" + kind + "/" + namespace + "/" + strings.ReplaceAll(url.PathEscape(name), "+", "%2B") + "?arch=source"
}

// Decode reads JSON as other readers do; a name twice is refused.
func Decode(data []byte, out any) error {
	return Brief(jsonv2.Unmarshal(data, out, jsontext.AllowInvalidUTF8(true)))
}

// Brief takes the library's name off its messages and keeps them to one line.
func Brief(err error) error {
	var semantic *jsonv2.SemanticError
	if errors.As(err, &semantic) {
		place := string(semantic.JSONPointer)
		if place == "" {
			place = "it"
		}
		return fmt.Errorf("%.100s does not have the type that the format asks for", place)
	}
	var syntax *jsontext.SyntacticError
	if errors.As(err, &syntax) {
		return fmt.Errorf("not valid JSON at byte %d: %w", syntax.ByteOffset, syntax.Err)
	}
	return err
}

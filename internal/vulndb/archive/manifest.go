// Package archive carries an advisory database from one machine to another: one
// file, a compressed tar of a manifest and the database. Equal databases give
// equal archives. Reading one trusts nothing: sizes are bounded, names are fixed,
// and the database is checked whole before it is of use. docs/cli.md says how the
// commands use it.
package archive

import (
	"bytes"
	"encoding/hex"
	"strings"
	"time"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/vulndb"
)

// The entries of an archive, in their order.
const (
	manifestName = "manifest.json"
	databaseName = "advisories.db"
)

// Format is the manifest's; another one is refused.
const Format = "assay.db/v1"

// Manifest says what an archive holds.
type Manifest struct {
	Format   string    `json:"format"`
	Tool     string    `json:"tool"` // the version of the program that wrote it
	Schema   string    `json:"schema"`
	Release  string    `json:"release"`
	Sequence int64     `json:"sequence"`
	Built    time.Time `json:"built"`
	Records  int       `json:"records"`
	Digest   string    `json:"digest"` // of the content
	SHA256   string    `json:"sha256"` // of the database file, in hex
	Size     int64     `json:"size"`   // of the database file, in bytes
}

// Bounds of what an archive may say and hold.
const (
	maxManifest = 64 << 10
	maxDatabase = 7 << 30 // a tar's plain header ends at 8 GiB
	// maxRatio is how many bytes one byte of an archive may become: real databases
	// stay below 4, as their blobs are compressed already.
	maxRatio = 100
	// leastBound is what a small archive may become in any case.
	leastBound = 64 << 20
)

// ReadManifest reads a manifest and refuses one that does not say all that is
// needed. Fields that it does not know are left for later versions.
func ReadManifest(data []byte) (Manifest, error) {
	var m Manifest
	if len(data) > maxManifest {
		return m, errs.E(errs.Damaged, "its manifest has more than %d bytes", maxManifest)
	}
	if err := jsonv2.Unmarshal(data, &m); err != nil {
		return m, errs.E(errs.Damaged, "its manifest cannot be read: %s", firstLine(err))
	}
	sum, err := hex.DecodeString(m.SHA256)
	switch {
	case m.Format != Format:
		return m, errs.E(errs.Invalid, "its format is %q, this program reads %q", m.Format, Format)
	case err != nil || len(sum) != 32 || m.SHA256 != strings.ToLower(m.SHA256):
		return m, errs.E(errs.Damaged, "its manifest has the checksum %q", m.SHA256)
	case m.Size <= 0 || m.Size > maxDatabase:
		return m, errs.E(errs.Damaged, "its manifest has the size %d", m.Size)
	case m.Sequence < 0 || m.Records < 0 || m.Built.IsZero() || m.Digest == "" || m.Schema == "":
		return m, errs.E(errs.Damaged, "its manifest does not say which release it holds")
	}
	return m, nil
}

// firstLine keeps a message to one line: it may quote what strangers wrote.
func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}

// encode writes the manifest in one form only.
func (m *Manifest) encode() ([]byte, error) {
	var out bytes.Buffer
	err := jsonv2.MarshalWrite(&out, m, jsontext.WithIndent("  "))
	out.WriteByte('\n')
	return out.Bytes(), err
}

// describes tells whether the manifest is of this database.
func (m *Manifest) describes(meta vulndb.Metadata) bool {
	return m.Digest == meta.Digest && m.Schema == meta.Schema && m.Sequence == meta.Sequence && m.Built.Equal(meta.Built) &&
		m.Records == meta.Records && m.Release == meta.Release
}

// Older tells whether one release is older than another: by the time it was built,
// or by its number where both have one.
func Older(x, y Release) bool {
	return x.Built.Before(y.Built) || x.Sequence > 0 && y.Sequence > 0 && x.Sequence < y.Sequence
}

// Release is what of a database decides which one is newer.
type Release struct {
	Built    time.Time
	Sequence int64
}

// ReleaseOf is the release of an open database.
func ReleaseOf(m vulndb.Metadata) Release { return Release{m.Built, m.Sequence} }

// release is that of the database in the archive.
func (m *Manifest) release() Release { return Release{m.Built, m.Sequence} }

// Package ghsa reads the GitHub Advisory Database: the repository's files, which
// are OSV records (https://github.com/github/advisory-database,
// advisories/github-reviewed/… and advisories/unreviewed/…), and pages of the REST
// interface (https://docs.github.com/en/rest/security-advisories/global-advisories).
//
// What GitHub has taken from elsewhere and not reviewed is marked as being
// analyzed: such records rarely name packages, and nobody has checked them.
package ghsa

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/vulndb/feed"
	"github.com/assay-sca/assay/internal/vulndb/feed/fileset"
	"github.com/assay-sca/assay/internal/vulndb/feed/jsonlist"
	"github.com/assay-sca/assay/internal/vulndb/feed/osvrecord"
)

// maxFile bounds one file, in bytes: all pages of the interface may be in one.
const maxFile = 4 << 30

// Feed is the database.
type Feed struct{}

var _ feed.Feed = Feed{}

// New returns the feed.
func New() Feed { return Feed{} }

// Name is "ghsa".
func (Feed) Name() string { return "ghsa" }

// Providers is GitHub.
func (Feed) Providers() []feed.Provider {
	return []feed.Provider{{Name: "GHSA", Title: "GitHub security advisories", Licence: "CC-BY-4.0", Covers: "packages of all languages"}}
}

// Files are none: the database is a repository.
func (Feed) Files() []string { return nil }

// Sets finds the repository's files or pages, in a folder or an archive.
func (Feed) Sets(path string) ([]feed.Set, error) {
	return fileset.Sets(fileset.Kind{
		Feed: "ghsa", What: "advisories of GitHub (*.json)", MaxFile: maxFile, Wants: wants, Many: read,
	}, path)
}

func wants(name string) bool { return strings.EqualFold(path.Ext(name), ".json") }

// read reads a page, which is a list, or the one record of a file.
func read(entry string, r io.Reader, yield func(feed.Record) error) error {
	in := bufio.NewReader(r)
	first, err := firstByte(in)
	if err != nil {
		return err
	}
	if first == '[' {
		return jsonlist.Read(in, osvrecord.MaxRecord, func(_ string, index int, value jsontext.Value) error {
			if index < 0 {
				return nil // an empty page
			}
			return readElement(fmt.Sprintf("%s[%d]", entry, index), value, yield)
		})
	}
	data, err := io.ReadAll(io.LimitReader(in, osvrecord.MaxRecord+1))
	if err != nil {
		return err
	}
	return yield(record(entry, data))
}

// readElement reads a record, or a page where a file has a list of them.
func readElement(entry string, value jsontext.Value, yield func(feed.Record) error) error {
	if value.Kind() != '[' {
		return yield(record(entry, value))
	}
	var page []jsontext.Value
	if err := unmarshal(value, &page); err != nil {
		return yield(feed.Record{Entry: entry, Err: err})
	}
	for i, element := range page {
		if err := yield(record(fmt.Sprintf("%s[%d]", entry, i), element)); err != nil {
			return err
		}
	}
	return nil
}

// firstByte looks at what a file begins with, blanks and a byte order mark apart.
func firstByte(in *bufio.Reader) (byte, error) {
	if mark, err := in.Peek(3); err == nil && string(mark) == "\ufeff" {
		_, _ = in.Discard(len(mark)) // was peeked at
	}
	for {
		c, err := in.ReadByte()
		switch {
		case errors.Is(err, io.EOF):
			return 0, errs.E(errs.Damaged, "it is empty")
		case err != nil:
			return 0, err
		case c == ' ' || c == '\t' || c == '\r' || c == '\n':
		case c == '[' || c == '{':
			return c, in.UnreadByte()
		default:
			return 0, errs.E(errs.Invalid, "it is neither a record nor a page of them")
		}
	}
}

func record(entry string, data []byte) feed.Record {
	r := feed.Record{Entry: entry, Provider: "GHSA"}
	if bytes.Contains(data, []byte(`"ghsa_id"`)) {
		r.Advisory, r.Err = decodePage(data)
	} else {
		r.Advisory, r.Err = decodeFile(data)
	}
	if id := r.Advisory.ID; r.Err == nil && !strings.HasPrefix(id, "GHSA-") {
		r.Err = fmt.Errorf("its id %.60q is none of GitHub's", id)
	}
	return r
}

// decodeFile reads a record as the repository has it.
func decodeFile(data []byte) (advisory.Advisory, error) {
	a, err := osvrecord.Decode(data)
	if err == nil && a.Withdrawn == "" && unreviewed(a.Extra) {
		a.Status = advisory.Analyzing
	}
	return a, err
}

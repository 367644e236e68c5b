// Package debian reads Debian's security tracker: its JSON
// (https://security-tracker.debian.org/tracker/data/json), which tells for each
// source package and vulnerability how each release stands, and its lists of
// advisories (data/DSA/list and data/DLA/list in
// https://salsa.debian.org/security-tracker-team/security-tracker).
package debian

import (
	"bufio"
	"io"
	"path"
	"strconv"
	"strings"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/distro"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/vulndb/feed"
	"github.com/assay-sca/assay/internal/vulndb/feed/fileset"
	"github.com/assay-sca/assay/internal/vulndb/feed/gather"
)

// maxFile bounds one file, in bytes. The tracker's JSON has about 70 MB.
const maxFile = 512 << 20

// Feed is Debian's security tracker.
type Feed struct{}

var _ feed.Feed = Feed{}

// New returns the feed.
func New() Feed { return Feed{} }

// Name is "debian".
func (Feed) Name() string { return "debian" }

// Providers are those of the OSV export's records: one for what the tracker says
// of a vulnerability, one for each list.
func (Feed) Providers() []feed.Provider {
	return []feed.Provider{
		{Name: tracker, Title: "Debian security tracker", Licence: "free to use", Covers: "Debian", Proven: true},
		{Name: "DLA", Title: "Debian LTS advisories", Licence: "free to use", Covers: "Debian"},
		{Name: "DSA", Title: "Debian security advisories", Licence: "free to use", Covers: "Debian", Proven: true},
	}
}

// tracker is the provider of what the JSON says; ids begin with it.
const tracker = "DEBIAN"

// Files is empty: the address is itself the file.
func (Feed) Files() []string { return nil }

// Sets finds the tracker's JSON (*.json) and its lists (list, DSA*.txt, DLA*.txt)
// at path.
func (Feed) Sets(path string) ([]feed.Set, error) {
	return gather.Sets(gather.Kind{
		Provider: provider, Make: record,
		Files: fileset.Kind{
			Feed: "debian", What: "files of the security tracker (*.json, DSA/list, DLA/list)",
			Wants: wants, MaxFile: maxFile, Many: read,
		},
	}, path)
}

func wants(name string) bool {
	base := strings.ToLower(path.Base(name))
	if base == "list" || strings.HasSuffix(base, ".json") {
		return true
	}
	return (strings.HasPrefix(base, "dsa") || strings.HasPrefix(base, "dla")) &&
		(strings.HasSuffix(base, ".txt") || strings.HasSuffix(base, ".list"))
}

// provider is the prefix of an id, which is where it was assigned.
func provider(id string) string {
	prefix, _, _ := strings.Cut(id, "-")
	return prefix
}

func record(id string, pieces [][]byte) (advisory.Advisory, error) {
	if provider(id) == tracker {
		return issueRecord(id, pieces)
	}
	return noticeRecord(id, pieces)
}

// read tells the two forms apart by how they begin.
func read(name string, r io.Reader, yield func(feed.Record) error) error {
	text := bufio.NewReaderSize(r, 64<<10)
	for {
		c, err := text.ReadByte()
		if err != nil {
			return errs.E(errs.Damaged, "it is empty: %w", err)
		}
		if c == ' ' || c == '\n' || c == '\r' || c == '\t' {
			continue
		}
		if err := text.UnreadByte(); err != nil {
			return err
		}
		switch c {
		case '{':
			return readTracker(name, text, yield)
		case '[':
			return readList(name, text, yield)
		}
		return errs.E(errs.Invalid, "it is neither the security tracker's JSON nor one of its lists")
	}
}

// ecosystem names a release as the OSV schema does, from its codename. It is
// empty for one that is not known: without its number it would be every release.
func ecosystem(codename string) string {
	_, s, _ := distro.FromOSV("Debian:" + codename)
	switch {
	case s.Rolling && s.Codename == codename:
		return "Debian:" + codename
	case s.Codename != codename || s.Major == "":
		return ""
	}
	if major, err := strconv.Atoi(s.Major); err == nil && major < 4 && s.Minor != "" {
		return "Debian:" + s.Major + "." + s.Minor
	}
	return "Debian:" + s.Major
}

// until is the range of what came before the fix; all versions, if there is none.
func until(fixed string) []advisory.Range {
	events := []advisory.Event{{Introduced: "0"}}
	if fixed != "" {
		events = append(events, advisory.Event{Fixed: fixed})
	}
	return []advisory.Range{{Type: advisory.Ecosystem, Events: events}}
}

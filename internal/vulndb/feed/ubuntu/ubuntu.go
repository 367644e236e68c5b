// Package ubuntu reads Ubuntu's OpenVEX documents
// (https://documentation.ubuntu.com/security/security-updates/vex/): one for each
// CVE, with the status of each source package in each release, and one for each
// security notice. The format is https://github.com/openvex/spec. Ubuntu's records
// in the OSV schema are read by the feed osv.
package ubuntu

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/vulndb/feed"
	"github.com/assay-sca/assay/internal/vulndb/feed/fileset"
	"github.com/assay-sca/assay/internal/vulndb/feed/gather"
)

// Bounds of one document. Those of kernels name some ten thousand packages.
const (
	maxFile     = 64 << 20 // bytes
	maxProducts = 500_000
	maxExtra    = 128 << 20 // bytes, of all entries
	maxID       = 200
)

// Feed is Ubuntu's OpenVEX documents.
type Feed struct{}

var _ feed.Feed = Feed{}

// New returns the feed.
func New() Feed { return Feed{} }

// Name is "ubuntu".
func (Feed) Name() string { return "ubuntu" }

// Providers are those of Ubuntu's OSV records, too.
func (Feed) Providers() []feed.Provider {
	return []feed.Provider{
		{Name: "LSN", Title: "Ubuntu livepatch notices", Licence: "CC-BY-SA-4.0", Covers: "Ubuntu"},
		{Name: "UBUNTU", Title: "Ubuntu CVE records", Licence: "CC-BY-SA-4.0", Covers: "Ubuntu"},
		{Name: "USN", Title: "Ubuntu security notices", Licence: "CC-BY-SA-4.0", Covers: "Ubuntu"},
	}
}

// Files is empty: the documents are published as an archive (.tar.xz, to be unpacked)
// and as a git repository.
func (Feed) Files() []string { return nil }

// Sets finds the documents at path: the folder vex of the repository, or all of
// the repository, whose OSV records are left out.
func (Feed) Sets(path string) ([]feed.Set, error) {
	return fileset.Sets(fileset.Kind{
		Feed: "ubuntu", What: "OpenVEX documents (*.json)", Wants: wants, MaxFile: maxFile,
		One: func(_ string, data []byte) feed.Record {
			a, err := decode(data)
			provider, _, _ := strings.Cut(a.ID, "-")
			return feed.Record{Provider: provider, Advisory: a, Err: err}
		},
	}, path)
}

func wants(name string) bool {
	return strings.EqualFold(path.Ext(name), ".json") && !strings.Contains("/"+name, "/osv/")
}

// document is an OpenVEX document. Those before 2026 have their head in an object
// of its own.
type document struct {
	Head       head                      `json:"metadata"`
	Context    string                    `json:"@context"`
	Timestamp  string                    `json:"timestamp"`
	Updated    string                    `json:"last_updated"`
	Statements []statement               `json:"statements"`
	Rest       map[string]jsontext.Value `json:",embed"` // @id, author, role, version, tooling
}

type head struct {
	Context   string                    `json:"@context"`
	Timestamp string                    `json:"timestamp"`
	Updated   string                    `json:"last_updated"`
	Rest      map[string]jsontext.Value `json:",embed"`
}

type statement struct {
	Vulnerability struct {
		ID          string                    `json:"@id"`
		Name        string                    `json:"name"`
		Description string                    `json:"description"`
		Aliases     []string                  `json:"aliases"`
		Rest        map[string]jsontext.Value `json:",embed"`
	} `json:"vulnerability"`
	Timestamp     string                    `json:"timestamp"`
	Products      []product                 `json:"products"`
	Status        string                    `json:"status"`
	Notes         string                    `json:"status_notes"`
	Justification string                    `json:"justification"`
	Impact        string                    `json:"impact_statement"`
	Action        string                    `json:"action_statement"`
	Rest          map[string]jsontext.Value `json:",embed"` // @id, version, supplier and the like
}

type product struct {
	ID          string `json:"@id"`
	Identifiers struct {
		PURL string                    `json:"purl"`
		Rest map[string]jsontext.Value `json:",embed"`
	} `json:"identifiers"`
	Rest map[string]jsontext.Value `json:",embed"` // hashes, subcomponents
}

// decode reads one document.
func decode(data []byte) (advisory.Advisory, error) {
	if len(data) > maxFile {
		return advisory.Advisory{}, fmt.Errorf("it has over %d bytes", maxFile)
	}
	var d document
	if err := gather.Decode(data, &d); err != nil {
		return advisory.Advisory{}, err
	}
	if !strings.HasPrefix(d.Context+d.Head.Context, "https://openvex.dev/ns") || len(d.Statements) == 0 {
		return advisory.Advisory{}, fmt.Errorf("it is no OpenVEX document with statements")
	}
	r := record{extra: map[string]any{}}
	if err := r.head(&d); err != nil {
		return advisory.Advisory{}, err
	}
	for i := range d.Statements {
		if err := r.statement(&d.Statements[i]); err != nil {
			return advisory.Advisory{}, fmt.Errorf("statements[%d]: %w", i, err)
		}
	}
	return r.finish()
}

// record is a document's record while it is made.
type record struct {
	advisory.Advisory
	name     string // of the vulnerability
	products int
	size     int // of the entries' extras
	links    []string
	absent   []string // packages that their release does not have
	unplaced []string // products of which the release is not known
	extra    map[string]any
}

// head takes what the document says of itself.
func (r *record) head(d *document) error {
	r.name = d.Statements[0].Vulnerability.Name
	id, ok := idOf(r.name)
	if !ok {
		return fmt.Errorf("it names no vulnerability, but %.60q", r.name)
	}
	r.ID = id
	gather.Keep(r.extra, d.Head.Rest, d.Rest)
	for _, text := range []string{d.Updated, d.Head.Updated, d.Timestamp, d.Head.Timestamp} {
		if r.Modified == "" {
			r.Modified = timestamp(text)
		}
	}
	return nil
}

// idOf is a record's id: of a CVE the one that Ubuntu's OSV records have.
func idOf(name string) (id string, ok bool) {
	if len(name) > maxID || strings.ContainsFunc(name, func(c rune) bool { return c <= ' ' || c > 0x7e || c == '/' || c == '\\' }) {
		return "", false
	}
	prefix, number, _ := strings.Cut(name, "-")
	switch {
	case number == "":
	case prefix == "CVE":
		return "UBUNTU-" + name, true
	case prefix == "USN", prefix == "LSN":
		return name, true
	}
	return "", false
}

// finish adds what all statements said together.
func (r *record) finish() (advisory.Advisory, error) {
	if strings.HasPrefix(r.name, "CVE-") {
		r.Upstream = append(r.Upstream, r.name)
	}
	r.Upstream, r.Related = unique(r.Upstream), unique(r.Related)
	for _, link := range r.links {
		r.References = append(r.References, advisory.Reference{URL: link, Tags: []string{"report"}})
	}
	if len(r.absent) > 0 {
		r.extra["not_in_release"] = r.absent
	}
	if len(r.unplaced) > 0 {
		r.extra["unplaced"] = r.unplaced
	}
	var err error
	r.Extra, err = gather.Extra(r.extra)
	return r.Advisory, err
}

func unique(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}

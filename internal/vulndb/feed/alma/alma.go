// Package alma reads AlmaLinux's errata: errata.full.json of each release, and
// errata.json in the older form (https://wiki.almalinux.org/documentation/errata.html).
package alma

import (
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/vulndb/feed"
	"github.com/assay-sca/assay/internal/vulndb/feed/fileset"
	"github.com/assay-sca/assay/internal/vulndb/feed/rpmfeed"
)

// maxFile bounds one release's errata in bytes; they have some hundred megabytes.
const maxFile = 2 << 30

// Feed is AlmaLinux's errata.
type Feed struct{}

var _ feed.Feed = Feed{}

// New returns the feed.
func New() Feed { return Feed{} }

// Name is "alma".
func (Feed) Name() string { return "alma" }

// Files are the errata of each release.
func (Feed) Files() []string {
	return []string{"8/errata.full.json", "9/errata.full.json", "10/errata.full.json"}
}

// Providers are the kinds of errata, under the names that AlmaLinux's records in
// the OSV schema have.
func (Feed) Providers() []feed.Provider {
	return []feed.Provider{
		{Name: "ALBA", Title: "AlmaLinux bug fixes", Licence: "MIT", Covers: "AlmaLinux"},
		{Name: "ALEA", Title: "AlmaLinux enhancements", Licence: "MIT", Covers: "AlmaLinux"},
		{Name: "ALSA", Title: "AlmaLinux security advisories", Licence: "MIT", Covers: "AlmaLinux"},
	}
}

// Sets finds files of errata. An erratum of several releases is one record.
func (Feed) Sets(where string) ([]feed.Set, error) {
	return rpmfeed.Join(fileset.Sets(fileset.Kind{
		Feed: "alma", What: "errata (errata.full.json)", MaxFile: maxFile,
		Wants: func(name string) bool { return strings.EqualFold(path.Ext(name), ".json") },
		Many:  read,
	}, where))
}

func read(entry string, r io.Reader, yield func(feed.Record) error) error {
	n := 0
	return rpmfeed.EachJSON(r, "data", func(raw jsontext.Value) error {
		n++
		record := feed.Record{Entry: fmt.Sprintf("%s#%d", entry, n)}
		e, err := decode(raw)
		if e.ID != "" {
			record.Entry = fmt.Sprintf("%s#%.100s", entry, e.ID)
		}
		if err != nil {
			record.Err = err
			return yield(record)
		}
		var vulnerability bool
		record.Provider = kind(e.ID)
		record.Advisory, vulnerability, record.Err = e.advisory(release(entry))
		if record.Err == nil && !vulnerability {
			return nil
		}
		return yield(record)
	})
}

// erratum has the fields of both forms.
type erratum struct {
	ID          string         `json:"id"`
	OldID       string         `json:"updateinfo_id"`
	Title       string         `json:"title"`
	Summary     string         `json:"summary"`
	Description string         `json:"description"`
	Severity    string         `json:"severity"`
	Type        string         `json:"type"`
	Status      string         `json:"status"`
	Issued      date           `json:"issued_date"`
	Updated     date           `json:"updated_date"`
	References  []link         `json:"references"`
	Packages    []pkg          `json:"packages"`
	List        pkglist        `json:"pkglist"`
	Rest        jsontext.Value `json:",embed"` // modules, rights, solution, …
}

type link struct {
	Href  string `json:"href"`
	ID    string `json:"id"`
	Title string `json:"title"`
	Type  string `json:"type"`
}

type pkglist struct {
	Packages []pkg          `json:"packages"`
	Rest     jsontext.Value `json:",embed"`
}

type pkg struct {
	Name     string         `json:"name"`
	Epoch    string         `json:"epoch"`
	Version  string         `json:"version"`
	Release  string         `json:"release"`
	Arch     string         `json:"arch"`
	Module   string         `json:"module"`
	Reboot   jsontext.Value `json:"reboot_suggested"`
	Source   string         `json:"src"`
	Checksum jsontext.Value `json:"checksum"`
	Digest   jsontext.Value `json:"checksum_type"`
	Sum      jsontext.Value `json:"sum"`
	SumType  jsontext.Value `json:"sum_type"`
	Filename jsontext.Value `json:"filename"`
	Rest     jsontext.Value `json:",embed"`
}

// date is a number of seconds, in the older form {"$date": milliseconds}.
type date struct{ text string }

// UnmarshalJSON reads both.
func (d *date) UnmarshalJSON(data []byte) error {
	var number int64
	if jsonv2.Unmarshal(data, &number) == nil {
		d.text = rpmfeed.Unix(number)
		return nil
	}
	var old struct {
		Date int64 `json:"$date"`
	}
	if jsonv2.Unmarshal(data, &old) == nil {
		d.text = rpmfeed.Unix(old.Date)
		return nil
	}
	var text string
	if err := jsonv2.Unmarshal(data, &text); err != nil {
		return errors.New("a date is neither a number nor a text")
	}
	d.text = rpmfeed.Time(text)
	return nil
}

func decode(raw jsontext.Value) (erratum, error) {
	var e erratum
	if err := jsonv2.Unmarshal(raw, &e, rpmfeed.Lenient()); err != nil {
		return e, rpmfeed.Brief(err)
	}
	if e.ID == "" {
		e.ID = e.OldID
	}
	if err := rpmfeed.CheckID(e.ID); err != nil {
		return e, err
	}
	if kind(e.ID) == "" {
		return e, fmt.Errorf("its id %.60q is none of AlmaLinux's", e.ID)
	}
	return e, nil
}

// kind is the sort of erratum, "" if the id is none.
func kind(id string) string {
	prefix, _, _ := strings.Cut(id, "-")
	switch prefix {
	case "ALSA", "ALBA", "ALEA":
		return prefix
	}
	return ""
}

// advisory is the erratum as a record. It is one of a vulnerability if it says
// that it is about security, or names a CVE.
func (e *erratum) advisory(release string) (advisory.Advisory, bool, error) {
	a := advisory.Advisory{ID: e.ID, Summary: e.Title, Details: e.Description, Published: e.Issued.text, Modified: e.Updated.text}
	if !strings.EqualFold(e.Severity, "none") {
		a.Word = e.Severity
	}
	if a.Modified == "" {
		a.Modified = a.Published
	}
	ids := []string{e.Title}
	for _, l := range e.References {
		ids = append(ids, l.ID)
		if l.Href != "" {
			ref := advisory.Reference{URL: l.Href}
			if l.Type != "" {
				ref.Tags = []string{l.Type}
			}
			a.References = append(a.References, ref)
		}
	}
	a.Upstream = rpmfeed.CVEs(ids...)
	if e.Type != "security" && kind(e.ID) != "ALSA" && len(a.Upstream) == 0 {
		return a, false, nil
	}
	if e.Status == "retracted" || e.Status == "withdrawn" {
		a.Withdrawn = a.Modified
		if a.Withdrawn == "" {
			a.Status = advisory.Rejected
		}
	}
	var updates rpmfeed.Updates
	for _, p := range append(e.Packages, e.List.Packages...) {
		entry, err := p.affected(release)
		if err != nil {
			return a, true, err
		}
		entry.Fix = advisory.Fix{State: advisory.Fixed, Advisory: a.ID, Available: a.Published}
		if err := updates.Add(entry); err != nil {
			return a, true, err
		}
	}
	a.Affected = updates.Affected(nil)
	var err error
	a.Extra, err = e.extra()
	return a, true, err
}

func (e *erratum) extra() ([]byte, error) {
	fields := map[string]any{"type": e.Type, "status": e.Status, "summary": e.Summary}
	list := map[string]any{}
	fields["pkglist"] = list
	if err := errors.Join(rpmfeed.Spread(fields, e.Rest), rpmfeed.Spread(list, e.List.Rest)); err != nil {
		return nil, err
	}
	return rpmfeed.Extra(fields)
}

func (p *pkg) affected(release string) (advisory.Affected, error) {
	of := rpmfeed.Package{Name: p.Name, Epoch: p.Epoch, Version: p.Version, Release: p.Release, Arch: p.Arch}
	if of.Epoch == "0" { // as AlmaLinux's records in the OSV schema write it
		of.Epoch = ""
	}
	if err := of.Check(); err != nil {
		return advisory.Affected{}, err
	}
	if release == "" {
		if release = built(p.Release); release == "" {
			return advisory.Affected{}, fmt.Errorf("the release that the package %.80q is for is not known", p.Name)
		}
	}
	a := advisory.Affected{Ecosystem: "AlmaLinux:" + release, Name: of.Name, Ranges: rpmfeed.Before(of.EVR()), Modularity: p.modularity()}
	if of.Arch != "" {
		a.Architectures = []string{of.Arch}
	}
	// Names and sums of files tell of the repository, not of the vulnerability.
	extra := map[string]any{"src": p.Source}
	if reboot := string(p.Reboot); reboot != "0" && reboot != "false" {
		extra["reboot_suggested"] = p.Reboot
	}
	if err := rpmfeed.Spread(extra, p.Rest); err != nil {
		return a, err
	}
	var err error
	a.Extra, err = rpmfeed.Extra(extra)
	return a, err
}

// modularity reads "mariadb:10.3:8050020220427075058:c5368500:x86_64". The older
// form names no modules, but the release says that there is one.
func (p *pkg) modularity() string {
	name, rest, ok := strings.Cut(p.Module, ":")
	if !ok {
		if strings.Contains(p.Release, "module") || p.Checksum == nil {
			return ""
		}
		return "-"
	}
	stream, _, _ := strings.Cut(rest, ":")
	return name + ":" + stream
}

// release is the one that a file's place tells: "9/errata.full.json", "alma-9.json".
func release(entry string) string {
	parts := strings.Split(strings.ToLower(entry), "/")
	for _, part := range slices.Backward(parts) {
		part, _, _ = strings.Cut(part, ".")
		for _, prefix := range []string{"errata", "alma", "linux", "-"} {
			part = strings.TrimPrefix(part, prefix)
		}
		if number(part) && len(part) <= 2 && part[0] != '0' {
			return part
		}
	}
	return ""
}

// built is the release that a package was built for: "3.el8_4", "4.module_el8.6.0".
func built(release string) string {
	_, rest, ok := strings.Cut(release, "el")
	for ok {
		if end := strings.IndexFunc(rest+".", func(r rune) bool { return r < '0' || r > '9' }); end > 0 && end <= 2 {
			return rest[:end]
		}
		_, rest, ok = strings.Cut(rest, "el")
	}
	return ""
}

func number(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

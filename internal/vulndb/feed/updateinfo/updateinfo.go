// Package updateinfo reads the lists of updates that rpm repositories have beside
// their packages (https://docs.pulpproject.org/pulp_rpm and
// https://github.com/rpm-software-management/createrepo_c publish the form:
// <updates><update><id>…<pkglist><collection><package>). It knows no distribution.
package updateinfo

import (
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/vulndb/feed"
	"github.com/assay-sca/assay/internal/vulndb/feed/fileset"
	"github.com/assay-sca/assay/internal/vulndb/feed/rpmfeed"
)

// Bounds of one file and of one update.
const (
	maxFile     = 2 << 30 // bytes; the longest has some hundred megabytes
	maxPackages = 200_000
)

// Distribution is whose list it is.
type Distribution struct {
	Feed string
	What string // for messages
	// Provider is who assigned an id, "" if the id is none of theirs.
	Provider func(id string) string
	// Ecosystem is the release that a collection is of, "" if it cannot be told.
	Ecosystem func(Place) string
	// Epoch is what a missing epoch means.
	Epoch string
}

// Place is what tells which release a collection is of.
type Place struct {
	ID      string // of the update
	Release string // as the update names it
	Short   string // the collection's short name
	Name    string // and its long one
	Path    string // of the file
}

// Sets finds the lists at path; an update that is in several becomes one record.
func Sets(d Distribution, where string) ([]feed.Set, error) {
	return rpmfeed.Join(fileset.Sets(fileset.Kind{
		Feed: d.Feed, What: d.What, MaxFile: maxFile,
		Wants: func(name string) bool {
			base := strings.ToLower(path.Base(name))
			return strings.HasSuffix(base, ".xml") && strings.Contains(base, "updateinfo")
		},
		Many: d.read,
	}, where))
}

func (d Distribution) read(entry string, r io.Reader, yield func(feed.Record) error) error {
	n := 0
	return rpmfeed.EachXML(r, "updates", "update", func(update *rpmfeed.Node) error {
		n++
		id := update.Take("id").Text
		record := feed.Record{Entry: fmt.Sprintf("%s#%d", entry, n), Provider: d.Provider(id)}
		if id != "" {
			record.Entry = fmt.Sprintf("%s#%.100s", entry, id)
		}
		if err := rpmfeed.CheckID(id); err != nil {
			record.Err = err
			return yield(record)
		}
		if record.Provider == "" {
			record.Err = fmt.Errorf("its id %.60q is none of the distribution's", id)
			return yield(record)
		}
		a, vulnerability, err := d.advisory(id, entry, update)
		if err == nil && !vulnerability {
			return nil
		}
		record.Advisory, record.Err = a, err
		return yield(record)
	})
}

// advisory reads an update. It is one of a vulnerability if it says that it is
// about security, or names a CVE.
func (d Distribution) advisory(id, entry string, update *rpmfeed.Node) (advisory.Advisory, bool, error) {
	a := advisory.Advisory{
		ID: id, Summary: update.Take("title").Text,
		Published: date(update, "issued"), Modified: date(update, "updated"),
		Word: word(update.Take("severity").Text),
	}
	about := update.Take("summary").Text
	a.Details = update.Take("description").Text
	if a.Details == "" {
		a.Details, about = about, ""
	}
	if a.Modified == "" {
		a.Modified = a.Published
	}
	a.References, a.Upstream = references(update.Take("references"), a.Summary)
	kind, status := update.Attr("type"), update.Attr("status")
	if kind != "security" && len(a.Upstream) == 0 {
		return a, false, nil
	}
	switch status {
	case "retracted", "obsolete", "withdrawn":
		// The list does not say when: its last change is when it was known.
		if a.Withdrawn = a.Modified; a.Withdrawn == "" {
			a.Status = advisory.Rejected
		}
	case "testing", "pending":
		a.Status = advisory.Analyzing
	}
	var updates rpmfeed.Updates
	if err := d.packages(update, entry, &a, &updates); err != nil {
		return a, true, err
	}
	a.Affected = updates.Affected(nil)
	fields := update.Fields()
	fields["type"], fields["status"], fields["summary"] = kind, status, about
	var err error
	a.Extra, err = rpmfeed.Extra(fields)
	return a, true, err
}

// date reads <issued date="…"/>.
func date(update *rpmfeed.Node, name string) string {
	return rpmfeed.Time(update.Take(name).Attr("date"))
}

// word leaves out what says that there is no rating.
func word(severity string) string {
	if strings.EqualFold(severity, "none") || strings.EqualFold(severity, "unspecified") {
		return ""
	}
	return severity
}

// references are links and the CVEs that they, or the title, name. In some lists
// only the title of a link to a tracker names the CVE.
func references(list *rpmfeed.Node, title string) (refs []advisory.Reference, cves []string) {
	texts := []string{title}
	for _, n := range list.TakeAll("reference") {
		href, kind, id, about := n.Attr("href"), n.Attr("type"), n.Attr("id"), n.Attr("title")
		texts = append(texts, id, about)
		if href == "" {
			continue
		}
		ref := advisory.Reference{URL: href}
		if kind != "" {
			ref.Tags = []string{kind}
		}
		refs = append(refs, ref)
	}
	return refs, rpmfeed.CVEs(texts...)
}

func (d Distribution) packages(update *rpmfeed.Node, entry string, a *advisory.Advisory, updates *rpmfeed.Updates) error {
	release := update.Take("release").Text
	count := 0
	for _, list := range update.TakeAll("pkglist") {
		for _, c := range list.TakeAll("collection") {
			place := Place{ID: a.ID, Release: release, Short: c.Attr("short"), Name: c.Take("name").Text, Path: entry}
			ecosystem := d.Ecosystem(place)
			if ecosystem == "" {
				return fmt.Errorf("the release of its collection %.60q is not known", place.Short+" "+place.Name)
			}
			common := map[string]any{"collection": place.Short}
			module := module(c.Take("module"), common)
			for _, p := range c.TakeAll("package") {
				if count++; count > maxPackages {
					return fmt.Errorf("it names over %d packages", maxPackages)
				}
				entry, err := d.affected(p, ecosystem, module, common)
				if err != nil {
					return err
				}
				entry.Fix.Advisory, entry.Fix.Available = a.ID, a.Published
				if err := updates.Add(entry); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// module is the rpm module that a collection's packages come from. What else is
// said of it goes to common.
func module(n *rpmfeed.Node, common map[string]any) string {
	name, stream := n.Attr("name"), n.Attr("stream")
	n.Attr("arch") // its packages have theirs
	if name == "" {
		return ""
	}
	if rest := n.Rest(); rest != nil {
		common["module"] = rest
	}
	return strings.TrimSuffix(name+":"+stream, ":")
}

func (d Distribution) affected(p *rpmfeed.Node, ecosystem, module string, common map[string]any) (advisory.Affected, error) {
	of := rpmfeed.Package{Name: p.Attr("name"), Epoch: p.Attr("epoch"), Version: p.Attr("version"), Release: p.Attr("release"), Arch: p.Attr("arch")}
	if of.Epoch == "" || of.Epoch == "None" {
		of.Epoch = d.Epoch
	}
	if err := of.Check(); err != nil {
		return advisory.Affected{}, err
	}
	a := advisory.Affected{Ecosystem: ecosystem, Name: of.Name, Modularity: module, Ranges: rpmfeed.Before(of.EVR()), Fix: advisory.Fix{State: advisory.Fixed}}
	if of.Arch != "" {
		a.Architectures = []string{of.Arch}
	}
	// Names and sums of files tell of the repository, not of the vulnerability.
	p.Take("filename")
	p.Take("sum")
	delete(p.Attrs, "src")
	extra := p.Fields()
	for name, value := range common {
		extra[name] = value
	}
	var err error
	a.Extra, err = rpmfeed.Extra(extra)
	return a, err
}

// Release finds the release behind a distribution's name in a text such as
// "amazon-linux-2023---core": digits and dots.
func Release(text, name string) string {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return r != '.' && (r < '0' || r > '9') && (r < 'a' || r > 'z')
	})
	want := strings.Fields(strings.ToLower(name))
	for i := range words {
		rest := words[i:]
		if len(rest) > len(want) && slices.Equal(rest[:len(want)], want) {
			if next := rest[len(want)]; next[0] >= '0' && next[0] <= '9' {
				return next
			}
		}
	}
	return ""
}

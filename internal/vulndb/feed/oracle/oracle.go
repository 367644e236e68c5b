// Package oracle reads Oracle Linux's advisories as OVAL definitions,
// com.oracle.elsa-*.xml (https://linux.oracle.com/security/oval/; the schema is
// OVAL 5, https://oval.mitre.org/language/). The comments of the criteria say in
// words what the tests say in objects and states; they alone are read.
package oracle

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

// maxFile bounds a file in bytes; that of all advisories has some hundred
// megabytes.
const maxFile = 2 << 30

// Feed is Oracle Linux's advisories.
type Feed struct{}

var _ feed.Feed = Feed{}

// New returns the feed.
func New() Feed { return Feed{} }

// Name is "oracle".
func (Feed) Name() string { return "oracle" }

// Files is that of all advisories.
func (Feed) Files() []string { return []string{"com.oracle.elsa-all.xml.bz2"} }

// Providers are the kinds of advisories.
func (Feed) Providers() []feed.Provider {
	return []feed.Provider{
		{Name: "ELBA", Title: "Oracle Linux bug fixes", Licence: "none stated", Covers: "Oracle Linux"},
		{Name: "ELEA", Title: "Oracle Linux enhancements", Licence: "none stated", Covers: "Oracle Linux"},
		{Name: "ELSA", Title: "Oracle Linux security advisories", Licence: "none stated", Covers: "Oracle Linux"},
	}
}

// Sets finds OVAL files. An advisory that is in several is one record.
func (Feed) Sets(where string) ([]feed.Set, error) {
	return rpmfeed.Join(fileset.Sets(fileset.Kind{
		Feed: "oracle", What: "OVAL definitions (com.oracle.elsa-*.xml, also .bz2)", MaxFile: maxFile,
		Wants: func(name string) bool { return strings.EqualFold(path.Ext(name), ".xml") },
		Many:  read,
	}, where))
}

func read(entry string, r io.Reader, yield func(feed.Record) error) error {
	n := 0
	return rpmfeed.EachXML(r, "oval_definitions", "definition", func(node *rpmfeed.Node) error {
		n++
		d := definition{node: node, meta: node.Take("metadata")}
		record := feed.Record{Entry: fmt.Sprintf("%s#%d", entry, n)}
		id := d.id()
		if id != "" {
			record.Entry = fmt.Sprintf("%s#%.100s", entry, id)
		}
		record.Provider = kind(id)
		if record.Err = rpmfeed.CheckID(id); record.Err == nil && record.Provider == "" {
			record.Err = fmt.Errorf("its id %.60q is none of Oracle's", id)
		}
		if record.Err == nil {
			record.Advisory, record.Err = d.advisory(id)
		}
		return yield(record)
	})
}

// kind is the sort of advisory, "" if the id is none.
func kind(id string) string {
	prefix, _, _ := strings.Cut(id, "-")
	switch prefix {
	case "ELSA", "ELBA", "ELEA":
		return prefix
	}
	return ""
}

// definition is one advisory on its way to a record.
type definition struct {
	node, meta *rpmfeed.Node
	title      string
	references []advisory.Reference
	cves       []string
	platforms  []string
	releases   []string // that the platforms name
	updates    rpmfeed.Updates
	ksplice    []string
	fix        advisory.Fix
}

// id is the reference of the vendor's own, else what the title begins with.
func (d *definition) id() string {
	d.title = d.meta.Take("title").Text
	id := ""
	for _, n := range d.meta.TakeAll("reference") {
		source, ref, link := n.Attr("source"), n.Attr("ref_id"), n.Attr("ref_url")
		if strings.HasPrefix(strings.ToLower(source), "el") && id == "" {
			id = ref
		}
		if rpmfeed.IsCVE(ref) {
			d.cves = append(d.cves, ref)
		}
		if link != "" {
			d.references = append(d.references, advisory.Reference{URL: link, Tags: []string{strings.ToLower(source)}})
		}
	}
	if id == "" {
		if word, _, ok := strings.Cut(d.title, ":"); ok && kind(word) != "" {
			return word
		}
	}
	return id
}

func (d *definition) advisory(id string) (advisory.Advisory, error) {
	a := advisory.Advisory{ID: id, Summary: d.title, Details: d.meta.Take("description").Text, References: d.references}
	if _, rest, ok := strings.Cut(d.title, id+":"); ok {
		a.Summary = strings.TrimSpace(rest)
	}
	about := d.meta.Take("advisory")
	d.head(&a, about)
	affected := d.meta.Take("affected")
	for _, n := range affected.TakeAll("platform") {
		d.platforms = append(d.platforms, n.Text)
		if release, ok := strings.CutPrefix(n.Text, "Oracle Linux "); ok {
			d.releases = append(d.releases, release)
		}
	}
	d.releases = distinct(d.releases)
	d.fix = advisory.Fix{State: advisory.Fixed, Advisory: id, Available: a.Published}
	for _, c := range d.node.TakeAll("criteria") {
		if err := d.walk(c, facts{}); err != nil {
			return a, err
		}
	}
	a.Affected = d.updates.Affected(nil)
	if d.node.Attr("deprecated") == "true" {
		a.Status = advisory.Rejected
	}
	fields := d.node.Fields()
	fields["advisory"], fields["metadata"], fields["affected"] = about.Rest(), d.meta.Rest(), affected.Rest()
	fields["platforms"], fields["ksplice"] = d.platforms, d.ksplice
	var err error
	a.Extra, err = rpmfeed.Extra(fields)
	return a, err
}

// head reads the advisory's details: severity, dates, CVEs with their ratings.
func (d *definition) head(a *advisory.Advisory, about *rpmfeed.Node) {
	if word := about.Take("severity").Text; word != "N/A" {
		a.Word = word
	}
	a.Published = rpmfeed.Time(about.Take("issued").Attr("date"))
	if a.Modified = rpmfeed.Time(about.Take("updated").Attr("date")); a.Modified == "" {
		a.Modified = a.Published
	}
	for _, n := range about.TakeAll("cve") {
		d.cves = append(d.cves, n.Text)
		for _, x := range []struct{ attr, kind string }{{"cvss3", "CVSS_V3"}, {"cvss2", "CVSS_V2"}, {"cvss4", "CVSS_V4"}} {
			// "8.1/CVSS:3.0/AV:N/…"
			if _, vector, ok := strings.Cut(n.Attr(x.attr), "/"); ok {
				a.Severity = append(a.Severity, advisory.Severity{Type: x.kind, Score: vector})
			}
		}
		a.Weaknesses = append(a.Weaknesses, strings.Fields(strings.ReplaceAll(n.Attr("cwe"), "|", " "))...)
		if link := n.Attr("href"); link != "" {
			a.References = append(a.References, advisory.Reference{URL: link, Tags: []string{"cve"}})
		}
		if len(n.Attrs) > 0 { // when it was made public, and its own rating
			n.Name = "cve"
			about.Children = append(about.Children, n)
		}
	}
	a.Upstream = rpmfeed.CVEs(d.cves...)
	if cpes := about.Take("affected_cpe_list"); len(cpes.Children) > 0 {
		about.Children = append(about.Children, cpes)
	}
}

// facts are what must hold where a package stands in the tree of criteria.
type facts struct {
	releases []string
	arch     string
	module   string
}

// walk goes down the tree. What the criteria of an AND say holds for all that
// stands in it; in an OR each alone.
func (d *definition) walk(c *rpmfeed.Node, known facts) error {
	all := !strings.EqualFold(c.Attr("operator"), "OR")
	var packages []rpmfeed.Package
	var releases []string
	for _, n := range c.TakeAll("criterion") {
		comment := n.Attr("comment")
		switch {
		case n.Attr("negate") == "true":
		case strings.HasPrefix(comment, "Oracle Linux ") && strings.HasSuffix(comment, " is installed"):
			releases = append(releases, strings.TrimSuffix(strings.TrimPrefix(comment, "Oracle Linux "), " is installed"))
		case strings.HasPrefix(comment, "Oracle Linux arch is ") && all:
			known.arch = strings.TrimPrefix(comment, "Oracle Linux arch is ")
		case strings.HasPrefix(comment, "Module ") && strings.HasSuffix(comment, " is enabled") && all:
			known.module = strings.TrimSuffix(strings.TrimPrefix(comment, "Module "), " is enabled")
		default:
			p, ok, err := update(comment)
			if err != nil {
				return err
			}
			if ok {
				packages = append(packages, p)
			}
		}
	}
	if len(releases) > 0 {
		known.releases = distinct(releases)
	}
	for _, p := range packages {
		if err := d.add(p, known); err != nil {
			return err
		}
	}
	for _, child := range c.TakeAll("criteria") {
		if err := d.walk(child, known); err != nil {
			return err
		}
	}
	return nil
}

func distinct(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}

// update reads "rsyslog is earlier than 0:8.24.0-57.0.4.el7_9.3". Other criteria
// ("rsyslog is signed with the Oracle Linux 7 key") are none.
func update(comment string) (rpmfeed.Package, bool, error) {
	name, evr, ok := strings.Cut(comment, " is earlier than ")
	if !ok {
		return rpmfeed.Package{}, false, nil
	}
	p, ok := rpmfeed.ParseNEVR(name + "-" + strings.TrimSpace(evr))
	if !ok {
		return p, false, fmt.Errorf("the criterion %.100q names no package and version", comment)
	}
	if p.Epoch == "" {
		p.Epoch = "0"
	}
	return p, true, nil
}

func (d *definition) add(p rpmfeed.Package, known facts) error {
	// Ksplice's packages replace the distribution's only where they are subscribed
	// to. Their epoch is higher: glibc 2:2.34-100.0.1.ksplice1.el9 would make each
	// plain glibc look older than its fix.
	if strings.Contains(p.Release, ".ksplice") {
		if text := p.Name + " " + p.EVR(); !slices.Contains(d.ksplice, text) && len(d.ksplice) < maxKsplice {
			d.ksplice = append(d.ksplice, text)
		}
		return nil
	}
	releases := known.releases
	if len(releases) == 0 {
		releases = d.releases
	}
	if len(releases) == 0 {
		return fmt.Errorf("the release that the package %.80q is for is not known", p.Name)
	}
	for _, release := range releases {
		a := advisory.Affected{Ecosystem: "Oracle Linux:" + release, Name: p.Name, Ranges: rpmfeed.Before(p.EVR()), Fix: d.fix, Modularity: known.module}
		if a.Modularity == "" && modular(release) && !strings.Contains(p.Release, ".module") {
			a.Modularity = "-"
		}
		a.Architectures = architectures(known.arch)
		if err := d.updates.Add(a); err != nil {
			return err
		}
	}
	return nil
}

// architectures of the packages that a machine of one can have.
func architectures(machine string) []string {
	switch machine {
	case "":
		return nil
	case "x86_64":
		return []string{"i686", "noarch", machine}
	case "i386":
		return []string{machine, "i686", "noarch"}
	}
	return []string{machine, "noarch"}
}

// maxKsplice bounds the packages of Ksplice that are kept by name.
const maxKsplice = 1_000

// modular: modules came with Oracle Linux 8.
func modular(release string) bool {
	return len(release) > 1 || release >= "8"
}

// Package csaf reads documents of the Common Security Advisory Framework 2.0
// (https://docs.oasis-open.org/csaf/csaf/v2.0/csaf-v2.0.html) about distributions
// of rpm packages: one JSON file for each advisory or CVE. What the vendors do
// differently they say in a Publisher; the package knows none of them.
package csaf

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	jsonv2 "github.com/go-json-experiment/json"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/vulndb/feed"
	"github.com/assay-sca/assay/internal/vulndb/feed/fileset"
	"github.com/assay-sca/assay/internal/vulndb/feed/rpmfeed"
)

// maxFile bounds a document in bytes. The largest real ones name the kernel on
// each product and architecture and have some tens of megabytes.
const maxFile = 96 << 20

// Publisher is whose documents they are.
type Publisher struct {
	Feed string
	What string // for messages
	// Identify gives the record's id and who assigned it, for a document's id: an
	// advisory's own, or a CVE. Empty: the document is none of theirs.
	Identify func(document string) (id, provider string)
	// Ecosystem is a platform's; "" where it is no distribution.
	Ecosystem func(Platform) string
	// Advisory is the id of the fix that a remediation's link leads to, "" if it
	// leads elsewhere.
	Advisory func(url string) string
	// Epoch is what a missing epoch means; empty: it stays away.
	Epoch string
	// Modules tells whether a distribution has modules, so that a package without
	// one comes from none.
	Modules func(ecosystem string) bool
}

// Platform is what packages are for, such as a release of a distribution.
type Platform struct{ Name, CPE string }

// Sets finds the documents at a place, a file for each.
func Sets(p Publisher, where string) ([]feed.Set, error) {
	return fileset.Sets(fileset.Kind{
		Feed: p.Feed, What: p.What, MaxFile: maxFile,
		Wants: func(name string) bool {
			base := strings.ToLower(path.Base(name))
			return strings.HasSuffix(base, ".json") && base != "provider-metadata.json"
		},
		One: func(_ string, data []byte) feed.Record {
			a, provider, err := p.decode(data)
			return feed.Record{Provider: provider, Advisory: a, Err: err}
		},
	}, where)
}

func (p Publisher) decode(data []byte) (advisory.Advisory, string, error) {
	if len(data) > maxFile {
		return advisory.Advisory{}, "", fmt.Errorf("it has over %d bytes", maxFile)
	}
	var d document
	if err := jsonv2.Unmarshal(data, &d, rpmfeed.Lenient()); err != nil {
		return advisory.Advisory{}, "", rpmfeed.Brief(err)
	}
	id, provider, err := p.identify(&d)
	if err != nil {
		return advisory.Advisory{ID: id}, provider, err
	}
	r := reader{publisher: p, doc: &d, out: advisory.Advisory{ID: id}}
	err = r.read()
	return r.out, provider, err
}

func (p Publisher) identify(d *document) (id, provider string, err error) {
	if d.Document.Version == "" || d.Document.Tracking.ID == "" {
		return "", "", errors.New("it is no CSAF document")
	}
	if d.Document.Version != "2.0" && d.Document.Version != "2.1" {
		return "", "", fmt.Errorf("its CSAF version %.20q is not known", d.Document.Version)
	}
	if err := rpmfeed.CheckID(d.Document.Tracking.ID); err != nil {
		return "", "", err
	}
	id, provider = p.Identify(d.Document.Tracking.ID)
	if id == "" || provider == "" {
		return "", "", fmt.Errorf("its id %.60q is none of the vendor's", d.Document.Tracking.ID)
	}
	return id, provider, nil
}

// reader turns a document into a record.
type reader struct {
	publisher Publisher
	doc       *document
	products  *products
	out       advisory.Advisory
	updates   rpmfeed.Updates
	extra     map[string]any
	summaries map[string]string // of links
	unplaced  map[string][]string
	seen      map[[2]string]bool
}

// first tells whether a word of a kind is there for the first time.
func (r *reader) first(kind, word string) bool {
	if r.seen[[2]string{kind, word}] {
		return false
	}
	r.seen[[2]string{kind, word}] = true
	return true
}

func (r *reader) read() error {
	var err error
	if r.products, err = newProducts(&r.doc.ProductTree); err != nil {
		return err
	}
	r.extra, r.summaries, r.unplaced, r.seen = map[string]any{}, map[string]string{}, map[string][]string{}, map[[2]string]bool{}
	if err := r.head(); err != nil {
		return err
	}
	cves := r.cves()
	var rest []any
	for i := range r.doc.Vulnerabilities {
		left, err := r.vulnerability(&r.doc.Vulnerabilities[i], len(cves) > 1)
		if err != nil {
			return err
		}
		if len(left) > 0 {
			rest = append(rest, left)
		}
	}
	if r.products.over {
		return fmt.Errorf("it says something of over %d products", maxSaid)
	}
	r.out.Upstream = cves
	r.out.Affected = r.updates.Affected(cves)
	r.status()
	for _, ids := range r.unplaced {
		slices.Sort(ids)
	}
	r.extra["vulnerabilities"], r.extra["link_summaries"], r.extra["other_products"] = rest, r.summaries, r.unplaced
	r.out.Extra, err = rpmfeed.Extra(r.extra)
	return err
}

// cves are those that the document is about.
func (r *reader) cves() []string {
	var out []string
	add := func(id string) {
		if rpmfeed.IsCVE(id) && r.first("cve", id) {
			out = append(out, id)
		}
	}
	add(r.doc.Document.Tracking.ID)
	for i := range r.doc.Vulnerabilities {
		add(r.doc.Vulnerabilities[i].CVE)
	}
	return out
}

func (r *reader) head() error {
	d := &r.doc.Document
	r.out.Summary, r.out.Word = d.Title, d.AggregateSeverity.Text
	r.out.Published, r.out.Modified = rpmfeed.Time(d.Tracking.Initial), rpmfeed.Time(d.Tracking.Current)
	for _, alias := range d.Tracking.Aliases {
		if rpmfeed.CheckID(alias) == nil && alias != r.out.ID && !rpmfeed.IsCVE(alias) {
			r.out.Aliases = append(r.out.Aliases, alias)
		}
	}
	r.links(d.References)
	r.extra["category"], r.extra["csaf_version"] = d.Category, d.Version
	r.extra["severity_namespace"] = d.AggregateSeverity.Namespace
	r.extra["notes"] = r.notes(d.Notes)
	tracked := map[string]any{}
	if d.Tracking.ID != r.out.ID {
		tracked["id"] = d.Tracking.ID
	}
	if d.Tracking.Status != "" {
		tracked["status"] = d.Tracking.Status
	}
	r.extra["tracking"] = tracked
	if r.doc.Document.Tracking.Status == "draft" {
		r.out.Status = advisory.Analyzing
	}
	return errors.Join(rpmfeed.Spread(tracked, d.Tracking.Rest), rpmfeed.Spread(r.extra, d.Rest),
		rpmfeed.Spread(r.extra, r.doc.ProductTree.Rest), rpmfeed.Spread(r.extra, r.doc.Rest))
}

// links adds references, each once. What a link's summary says is kept where it
// is not the link again.
func (r *reader) links(list []reference) {
	for _, x := range list {
		if x.URL == "" || !r.first("link", x.URL) {
			continue
		}
		ref := advisory.Reference{URL: x.URL}
		if x.Category != "" {
			ref.Tags = []string{x.Category}
		}
		r.out.References = append(r.out.References, ref)
		if x.Summary != "" && x.Summary != x.URL {
			r.summaries[x.URL] = x.Summary
		}
	}
}

// notes takes the description and gives the others. A title among the notes says
// nothing that the document's title does not.
func (r *reader) notes(list []note) []any {
	var rest []any
	for _, n := range list {
		if n.Category == "description" && r.out.Details == "" {
			r.out.Details = n.Text
			continue
		}
		fields := map[string]any{}
		for name, value := range map[string]string{"category": n.Category, "text": n.Text, "title": n.Title} {
			if value != "" {
				fields[name] = value
			}
		}
		if rpmfeed.Spread(fields, n.Rest) == nil && len(fields) > 0 {
			rest = append(rest, fields)
		}
	}
	return rest
}

// status reads what MITRE's convention writes before a text, and whether the
// vendor is still looking at all.
func (r *reader) status() {
	text := strings.ToUpper(r.out.Summary + "\n" + r.out.Details)
	switch {
	case strings.Contains("\n"+text, "\n** REJECT"):
		r.out.Status = advisory.Rejected
	case strings.Contains("\n"+text, "\n** DISPUTED"):
		r.out.Status = advisory.Disputed
	case r.out.Status == advisory.Active && r.investigating():
		r.out.Status = advisory.Analyzing
	}
}

// investigating tells whether nothing else is said of any product.
func (r *reader) investigating() bool {
	some := false
	for i := range r.doc.Vulnerabilities {
		s := &r.doc.Vulnerabilities[i].Status
		if len(s.FirstAffected)+len(s.FirstFixed)+len(s.Fixed)+len(s.KnownAffected)+len(s.KnownNotAffected)+len(s.LastAffected)+len(s.Recommended) > 0 {
			return false
		}
		some = some || len(s.UnderInvestigation) > 0
	}
	return some
}

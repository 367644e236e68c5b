// Package rocky reads Rocky Linux's errata: pages of the API of its errata
// service, version 2 (https://errata.rockylinux.org/api/v2/advisories, form:
// https://github.com/rocky-linux/distro-tools). Its records in the OSV schema are
// read by the feed of that name.
package rocky

import (
	"errors"
	"fmt"
	"io"
	"maps"
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

// maxFile bounds a page, or all pages in one file, in bytes.
const maxFile = 1 << 30

// Feed is Rocky Linux's errata.
type Feed struct{}

var _ feed.Feed = Feed{}

// New returns the feed.
func New() Feed { return Feed{} }

// Name is "rocky".
func (Feed) Name() string { return "rocky" }

// Files are none: the service has pages.
func (Feed) Files() []string { return nil }

// Providers are the kinds of errata, of Rocky Linux and of its special interest
// groups.
func (Feed) Providers() []feed.Provider {
	return []feed.Provider{
		{Name: "RLBA", Title: "Rocky Linux bug fixes", Licence: "BSD-3-Clause", Covers: "Rocky Linux"},
		{Name: "RLEA", Title: "Rocky Linux enhancements", Licence: "BSD-3-Clause", Covers: "Rocky Linux"},
		{Name: "RLSA", Title: "Rocky Linux security advisories", Licence: "BSD-3-Clause", Covers: "Rocky Linux"},
		{Name: "RXBA", Title: "Rocky Linux SIG bug fixes", Licence: "BSD-3-Clause", Covers: "Rocky Linux"},
		{Name: "RXEA", Title: "Rocky Linux SIG enhancements", Licence: "BSD-3-Clause", Covers: "Rocky Linux"},
		{Name: "RXSA", Title: "Rocky Linux SIG advisories", Licence: "BSD-3-Clause", Covers: "Rocky Linux"},
	}
}

// Sets finds pages. An advisory that is on several is one record.
func (Feed) Sets(where string) ([]feed.Set, error) {
	return rpmfeed.Join(fileset.Sets(fileset.Kind{
		Feed: "rocky", What: "pages of errata (*.json)", MaxFile: maxFile,
		Wants: func(name string) bool { return strings.EqualFold(path.Ext(name), ".json") },
		Many:  read,
	}, where))
}

func read(entry string, r io.Reader, yield func(feed.Record) error) error {
	n := 0
	return rpmfeed.EachJSON(r, "advisories", func(raw jsontext.Value) error {
		n++
		record := feed.Record{Entry: fmt.Sprintf("%s#%d", entry, n)}
		var e erratum
		if err := jsonv2.Unmarshal(raw, &e, rpmfeed.Lenient()); err != nil {
			record.Err = rpmfeed.Brief(err)
			return yield(record)
		}
		if e.Name != "" {
			record.Entry = fmt.Sprintf("%s#%.100s", entry, e.Name)
		}
		record.Provider = kind(e.Name)
		if record.Err = rpmfeed.CheckID(e.Name); record.Err == nil && record.Provider == "" {
			record.Err = fmt.Errorf("its id %.60q is none of Rocky Linux's", e.Name)
		}
		if record.Err != nil {
			return yield(record)
		}
		var vulnerability bool
		record.Advisory, vulnerability, record.Err = e.advisory()
		if record.Err == nil && !vulnerability {
			return nil
		}
		return yield(record)
	})
}

type erratum struct {
	Name        string                    `json:"name"`
	Synopsis    string                    `json:"synopsis"`
	Description string                    `json:"description"`
	Severity    string                    `json:"severity"`
	Type        string                    `json:"type"`
	Published   string                    `json:"publishedAt"`
	Products    []string                  `json:"affectedProducts"`
	CVEs        []jsontext.Value          `json:"cves"`
	Fixes       []jsontext.Value          `json:"fixes"`
	References  []jsontext.Value          `json:"references"`
	RPMs        map[string]jsontext.Value `json:"rpms"`
	Rest        jsontext.Value            `json:",embed"` // buildReferences, rebootSuggested, shortCode, solution, topic
}

type cve struct {
	Name   string         `json:"name"`
	Vector string         `json:"cvss3ScoringVector"`
	Score  jsontext.Value `json:"cvss3BaseScore"` // the vector has it
	CWE    string         `json:"cwe"`
	By     string         `json:"sourceBy"`
	Link   string         `json:"sourceLink"`
	Rest   jsontext.Value `json:",embed"`
}

type ticket struct {
	Ticket      string         `json:"ticket"`
	Description string         `json:"description"`
	By          string         `json:"sourceBy"`
	Link        string         `json:"sourceLink"`
	Rest        jsontext.Value `json:",embed"`
}

// kind is the sort of erratum, "" if the id is none.
func kind(id string) string {
	prefix, _, _ := strings.Cut(id, "-")
	switch prefix {
	case "RLSA", "RLBA", "RLEA", "RXSA", "RXBA", "RXEA":
		return prefix
	}
	return ""
}

// advisory is the erratum as a record. It is one of a vulnerability if it says
// that it is about security, or names a CVE.
func (e *erratum) advisory() (advisory.Advisory, bool, error) {
	a := advisory.Advisory{ID: e.Name, Summary: e.Synopsis, Details: e.Description, Published: rpmfeed.Time(e.Published)}
	a.Modified = a.Published
	if word := strings.ToLower(strings.TrimPrefix(e.Severity, "SEVERITY_")); word != "unknown" && word != "none" {
		a.Word = word
	}
	extra := map[string]any{"type": e.Type, "affectedProducts": e.Products}
	if err := errors.Join(e.cves(&a, extra), e.links(&a, extra), rpmfeed.Spread(extra, e.Rest)); err != nil {
		return a, true, err
	}
	if e.Type != "TYPE_SECURITY" && len(a.Upstream) == 0 {
		return a, false, nil
	}
	if err := e.packages(&a); err != nil {
		return a, true, err
	}
	var err error
	a.Extra, err = rpmfeed.Extra(extra)
	return a, true, err
}

// cves reads the CVEs with their ratings; in older pages they are texts.
func (e *erratum) cves(a *advisory.Advisory, extra map[string]any) error {
	var names []string
	var rest []any
	for _, raw := range e.CVEs {
		if raw.Kind() == '"' {
			var text string
			if err := jsonv2.Unmarshal(raw, &text); err != nil {
				return rpmfeed.Brief(err)
			}
			names = append(names, text)
			continue
		}
		var c cve
		if err := jsonv2.Unmarshal(raw, &c, rpmfeed.Lenient()); err != nil {
			return rpmfeed.Brief(err)
		}
		names = append(names, c.Name)
		if strings.HasPrefix(c.Vector, "CVSS:3") {
			a.Severity = append(a.Severity, advisory.Severity{Type: "CVSS_V3", Score: c.Vector, Source: c.By})
		}
		a.Weaknesses = append(a.Weaknesses, weaknesses(c.CWE)...)
		if c.Link != "" {
			a.References = append(a.References, advisory.Reference{URL: c.Link, Tags: []string{"cve"}})
		}
		// Which rating is of which CVE stands nowhere else.
		left := map[string]any{}
		if err := rpmfeed.Spread(left, c.Rest); err != nil {
			return err
		}
		for name, value := range map[string]string{"cvss3ScoringVector": c.Vector, "cwe": c.CWE, "sourceBy": c.By} {
			if value != "" && value != "UNKNOWN" {
				left[name] = value
			}
		}
		if len(left) > 0 {
			left["name"] = c.Name
			rest = append(rest, left)
		}
	}
	a.Upstream = rpmfeed.CVEs(names...)
	extra["cves"] = rest
	return nil
}

// weaknesses reads "CWE-787" and chains such as "CWE-20->CWE-787".
func weaknesses(text string) []string {
	var out []string
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return r != '-' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') }) {
		if word = strings.Trim(word, "-"); strings.HasPrefix(word, "CWE-") && strings.Trim(word[4:], "0123456789") == "" {
			out = append(out, word)
		}
	}
	return out
}

// links reads the tickets that are fixed, and other references.
func (e *erratum) links(a *advisory.Advisory, extra map[string]any) error {
	var tickets, others []any
	for _, raw := range e.Fixes {
		var t ticket
		if raw.Kind() != '{' {
			tickets = append(tickets, raw)
			continue
		}
		if err := jsonv2.Unmarshal(raw, &t, rpmfeed.Lenient()); err != nil {
			return rpmfeed.Brief(err)
		}
		if t.Link != "" {
			a.References = append(a.References, advisory.Reference{URL: t.Link, Tags: []string{"fix"}})
		}
		left := map[string]any{"ticket": t.Ticket, "description": t.Description, "by": t.By}
		if err := rpmfeed.Spread(left, t.Rest); err != nil {
			return err
		}
		tickets = append(tickets, left)
	}
	for _, raw := range e.References {
		var link string
		if raw.Kind() == '"' && jsonv2.Unmarshal(raw, &link) == nil && strings.HasPrefix(link, "http") {
			a.References = append(a.References, advisory.Reference{URL: link})
			continue
		}
		others = append(others, raw)
	}
	extra["fixes"], extra["references"] = tickets, others
	return nil
}

func (e *erratum) packages(a *advisory.Advisory) error {
	var updates rpmfeed.Updates
	module := e.module()
	for _, product := range slices.Sorted(maps.Keys(e.RPMs)) {
		ecosystem := ecosystem(product)
		if ecosystem == "" {
			return fmt.Errorf("the product %.60q is not known", product)
		}
		files, err := nvras(e.RPMs[product])
		if err != nil {
			return err
		}
		for _, file := range files {
			p, ok := rpmfeed.ParseNEVRA(file)
			if !ok {
				return fmt.Errorf("%.100q is no package's name, version and architecture", file)
			}
			if p.Epoch == "" {
				p.Epoch = "0"
			}
			entry := advisory.Affected{Ecosystem: ecosystem, Name: p.Name, Ranges: rpmfeed.Before(p.EVR()), Architectures: []string{p.Arch},
				Fix: advisory.Fix{State: advisory.Fixed, Advisory: a.ID, Available: a.Published}}
			if strings.Contains(p.Release, ".module") {
				entry.Modularity = module
			}
			if err := updates.Add(entry); err != nil {
				return err
			}
		}
	}
	a.Affected = updates.Affected(nil)
	return nil
}

// nvras reads {"nvras": […]}, or the list alone.
func nvras(raw jsontext.Value) ([]string, error) {
	var list struct {
		NVRAs []string `json:"nvras"`
	}
	var err error
	if raw.Kind() == '[' {
		err = jsonv2.Unmarshal(raw, &list.NVRAs, rpmfeed.Lenient())
	} else {
		err = jsonv2.Unmarshal(raw, &list, rpmfeed.Lenient())
	}
	if err != nil {
		return nil, fmt.Errorf("rpms: %w", rpmfeed.Brief(err))
	}
	return list.NVRAs, nil
}

// module is the one that the synopsis names, as in "Important: nodejs:18 security
// update": the list itself tells only that packages are from a module. Where there
// are several, it cannot be told which is from which.
func (e *erratum) module() string {
	found := ""
	for word := range strings.FieldsSeq(e.Synopsis) {
		name, stream, ok := strings.Cut(strings.Trim(word, ",;()"), ":")
		if !ok || name == "" || stream == "" || strings.Contains(stream, ":") {
			continue
		}
		if found != "" {
			return ""
		}
		found = name + ":" + stream
	}
	return found
}

// ecosystem reads "Rocky Linux 9", "Rocky Linux 9 x86_64" and "Rocky Linux SIG
// Cloud 8", the last as in the records in the OSV schema.
func ecosystem(product string) string {
	rest, ok := strings.CutPrefix(product, "Rocky Linux ")
	if !ok {
		return ""
	}
	var variant []string
	for word := range strings.FieldsSeq(rest) {
		if strings.Trim(word, "0123456789.") == "" {
			if len(variant) == 0 {
				return "Rocky Linux:" + word
			}
			return "Rocky Linux:" + word + ":" + strings.Join(variant, "-")
		}
		variant = append(variant, strings.ToLower(word))
	}
	return ""
}

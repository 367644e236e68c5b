package ubuntu

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/vulndb/feed/gather"
)

// statement takes in what is said of some packages.
func (r *record) statement(s *statement) error {
	if s.Vulnerability.Name != r.name {
		return fmt.Errorf("it speaks of %.60q, the others of %s", s.Vulnerability.Name, r.name)
	}
	switch s.Status {
	case "fixed", "affected", "not_affected", "under_investigation":
	default:
		return fmt.Errorf("unknown status %.40q", s.Status)
	}
	if r.products += len(s.Products); r.products > maxProducts {
		return fmt.Errorf("the document names over %d products", maxProducts)
	}
	r.vulnerability(s)
	if time := timestamp(s.Timestamp); time != "" && (r.Published == "" || time < r.Published) {
		r.Published = time
	}
	r.Word = worse(r.Word, priority(s.Notes))
	return r.sources(s)
}

// vulnerability is repeated by every statement.
func (r *record) vulnerability(s *statement) {
	if r.Details == "" {
		r.Details = s.Vulnerability.Description
	}
	gather.Keep(r.extra, s.Vulnerability.Rest)
	for _, alias := range append([]string{s.Vulnerability.ID}, s.Vulnerability.Aliases...) {
		if !strings.Contains(alias, "://") {
			if alias != "" {
				r.Upstream = append(r.Upstream, alias)
			}
			continue
		}
		if len(r.links) < maxLinks && !slices.Contains(r.links, alias) {
			r.links = append(r.links, alias)
		}
		if _, notice, ok := strings.Cut(alias, "ubuntu.com/security/notices/"); ok && notice != r.name {
			if id, ok := idOf(notice); ok {
				r.Related = append(r.Related, id)
			}
		}
	}
}

// maxLinks bounds the links of one record.
const maxLinks = 1_000

// source is a source package with the binary ones that follow it.
type source struct {
	pkg
	rest     map[string]jsontext.Value
	binaries map[binary][]string // their architectures
}

// binary is a binary package of a source package, which may have another version.
type binary struct{ version, name string }

func (b binary) compare(other binary) int {
	return cmp.Or(strings.Compare(b.version, other.version), strings.Compare(b.name, other.name))
}

// sources walks over the products: a source package, and behind it its binary
// packages for each architecture. Releases are told apart by the source packages;
// as in the OSV records, they alone are entries.
func (r *record) sources(s *statement) error {
	var now *source
	flush := func() error {
		if now == nil {
			return nil
		}
		done := now
		now = nil
		return r.entry(s, done)
	}
	for i := range s.Products {
		p, id, ok := s.Products[i].pkg()
		switch {
		case ok && p.arch == "source":
			if err := flush(); err != nil {
				return err
			}
			now = &source{pkg: p, rest: s.Products[i].rest(), binaries: map[binary][]string{}}
		case ok && now != nil && (p.distro == "" || p.distro == now.distro):
			key := binary{p.version, p.name}
			now.binaries[key] = append(now.binaries[key], p.arch)
		default:
			r.unplaced = append(r.unplaced, id)
		}
	}
	return flush()
}

// entry adds what is said of a source package in a release.
func (r *record) entry(s *statement, of *source) error {
	eco := ecosystem(of.distro)
	switch {
	case eco == "":
		r.unplaced = append(r.unplaced, of.id)
		return nil
	case s.Status == "not_affected" && s.Justification == "component_not_present":
		// The release does not have the package: nothing is said of one that is there.
		r.absent = append(r.absent, of.id)
		return nil
	}
	a := advisory.Affected{Ecosystem: eco, Name: of.name, PURL: of.id}
	if err := s.fill(&a, of.version); err != nil {
		return err
	}
	var err error
	if a.Extra, err = gather.Extra(s.entryExtra(of)); err != nil {
		return err
	}
	if r.size += len(a.Extra); r.size > maxExtra { // what a statement says is repeated for each package
		return fmt.Errorf("it says more than %d bytes of its packages", maxExtra)
	}
	r.Affected = append(r.Affected, a)
	return nil
}

// fill says which versions are affected. A version is the fixed one where the
// status is fixed, else the one in the archive. What is under investigation may
// be affected, as in the OSV records.
func (s *statement) fill(a *advisory.Affected, version string) error {
	events := []advisory.Event{{Introduced: "0"}}
	switch s.Status {
	case "not_affected":
		a.Unaffected = true
		return nil
	case "fixed":
		if version == "" {
			return fmt.Errorf("%s is fixed, but no version is named", a.Name)
		}
		events = append(events, advisory.Event{Fixed: version})
		a.Fix.State = advisory.Fixed
	case "affected":
		a.Fix.State = advisory.NotFixed
		if strings.Contains(s.Action, "decided to not fix") || strings.Contains(s.Action, "no longer supported") {
			a.Fix.State = advisory.WontFix
		}
	}
	a.Ranges = []advisory.Range{{Type: advisory.Ecosystem, Events: events}}
	return nil
}

// entryExtra is what has no place of its own.
func (s *statement) entryExtra(of *source) map[string]any {
	extra := map[string]any{}
	gather.Keep(extra, s.Rest, of.rest)
	if s.Status == "under_investigation" {
		extra["status"] = s.Status
	}
	for name, v := range map[string]string{
		"status_notes": s.Notes, "justification": s.Justification, "impact_statement": s.Impact, "action_statement": s.Action,
	} {
		if v != "" {
			extra[name] = v
		}
	}
	if len(of.binaries) > 0 {
		extra["binaries"] = of.grouped()
	}
	return extra
}

// grouped are the binary packages by version and architectures, which most of
// them share: written one by one they would be most of the database.
func (s *source) grouped() map[string]map[string][]string {
	out := map[string]map[string][]string{}
	for _, b := range slices.SortedFunc(maps.Keys(s.binaries), binary.compare) {
		group := out[b.version]
		if group == nil {
			group = map[string][]string{}
			out[b.version] = group
		}
		architectures := strings.Join(unique(s.binaries[b]), " ")
		group[architectures] = append(group[architectures], b.name)
	}
	return out
}

// rest is what a product says besides its name.
func (p *product) rest() map[string]jsontext.Value {
	rest := map[string]jsontext.Value{}
	maps.Copy(rest, p.Identifiers.Rest)
	maps.Copy(rest, p.Rest)
	return rest
}

// priority is Ubuntu's rating in "Ubuntu Security Team classified this CVE as of
// Medium priority."; OpenVEX has no field for it.
func priority(notes string) string {
	_, behind, ok := strings.Cut(notes, "classified this CVE as of ")
	word, _, ok2 := strings.Cut(behind, " priority")
	if word = strings.ToLower(word); ok && ok2 && slices.Contains(priorities(), word) {
		return word
	}
	return ""
}

// priorities are those of https://ubuntu.com/security/cves/about#priority, the
// lowest first.
func priorities() []string {
	return []string{"", "negligible", "low", "medium", "high", "critical"}
}

func worse(a, b string) string {
	if slices.Index(priorities(), b) > slices.Index(priorities(), a) {
		return b
	}
	return a
}

// timestamp reads the forms that the documents have; without a zone it is UTC.
func timestamp(text string) string {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", time.DateOnly, "2006-01-02 15:04:05 MST", time.DateTime} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC().Format(time.RFC3339Nano)
		}
	}
	return ""
}

// Package rpmfeed is what feeds of rpm distributions have in common: packages and
// their versions, entries that differ in the architecture only, fields without a
// place, and streams of XML or JSON records with bounds. It knows no feed.
package rpmfeed

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/assay-sca/assay/internal/advisory"
)

// Bounds of one record.
const (
	maxID       = 200
	maxAffected = 50_000
)

// Package is an rpm as a list of updates names it.
type Package struct {
	Name, Epoch, Version, Release, Arch string
}

// EVR is the version in full: epoch:version-release. A missing epoch stays away.
func (p Package) EVR() string {
	evr := p.Version
	if p.Release != "" {
		evr += "-" + p.Release
	}
	if p.Epoch != "" {
		evr = p.Epoch + ":" + evr
	}
	return evr
}

// Check says what a package lacks to be an update.
func (p Package) Check() error {
	switch {
	case p.Name == "":
		return errors.New("a package has no name")
	case p.Version == "" || p.Release == "":
		return fmt.Errorf("the package %.80q has no version or no release", p.Name)
	case strings.ContainsFunc(p.Epoch, func(r rune) bool { return r < '0' || r > '9' }):
		return fmt.Errorf("the package %.80q has the epoch %.20q", p.Name, p.Epoch)
	}
	return nil
}

// ParseNEVRA reads a package's file name, "name-epoch:version-release.arch.rpm";
// the epoch and ".rpm" may be missing.
func ParseNEVRA(text string) (Package, bool) {
	rest := strings.TrimSuffix(text, ".rpm")
	dot := strings.LastIndexByte(rest, '.')
	if dot < 0 {
		return Package{}, false
	}
	p, ok := ParseNEVR(rest[:dot])
	p.Arch = rest[dot+1:]
	return p, ok && p.Arch != ""
}

// ParseNEVR reads "name-epoch:version-release"; the epoch may be missing.
func ParseNEVR(text string) (Package, bool) {
	release := strings.LastIndexByte(text, '-')
	if release < 1 {
		return Package{}, false
	}
	version := strings.LastIndexByte(text[:release], '-')
	if version < 1 || release == len(text)-1 || release == version+1 {
		return Package{}, false
	}
	p := Package{Name: text[:version], Version: text[version+1 : release], Release: text[release+1:]}
	if epoch, rest, ok := strings.Cut(p.Version, ":"); ok {
		p.Epoch, p.Version = epoch, rest
	}
	return p, p.Check() == nil
}

// Before is the range of all versions before a fixed one.
func Before(fixed string) []advisory.Range {
	return []advisory.Range{{Type: advisory.Ecosystem, Events: []advisory.Event{{Introduced: "0"}, {Fixed: fixed}}}}
}

// All is the range of all versions.
func All() []advisory.Range {
	return []advisory.Range{{Type: advisory.Ecosystem, Events: []advisory.Event{{Introduced: "0"}}}}
}

// Updates collects a record's entries. Those that differ only in the architecture
// or in the CVE become one.
type Updates struct {
	places  map[string]int
	entries []statement
}

type statement struct {
	advisory.Affected
	key string
}

// Add takes an entry.
func (u *Updates) Add(a advisory.Affected) error {
	if u.places == nil {
		u.places = map[string]int{}
	}
	k := key(&a)
	at, ok := u.places[k]
	if !ok {
		if len(u.entries) == maxAffected {
			return fmt.Errorf("it names over %d packages", maxAffected)
		}
		u.places[k] = len(u.entries)
		u.entries = append(u.entries, statement{a, k})
		return nil
	}
	have := &u.entries[at]
	have.Architectures = append(have.Architectures, a.Architectures...)
	have.CVEs = append(have.CVEs, a.CVEs...)
	return nil
}

// key is what makes two entries the same statement, with what they are sorted by
// first.
func key(a *advisory.Affected) string {
	var b strings.Builder
	for _, text := range []string{a.Ecosystem, a.Name, a.CPE, a.Modularity, a.PURL, string(a.Fix.State), a.Fix.Advisory, a.Fix.Available} {
		b.WriteString(text)
		b.WriteByte(0)
	}
	if a.Unaffected {
		b.WriteByte('u')
	}
	for _, r := range a.Ranges {
		for _, e := range r.Events {
			b.WriteString("\x00" + e.Introduced + "\x01" + e.Fixed + "\x02" + e.LastAffected)
		}
	}
	for _, v := range a.Versions {
		b.WriteString("\x03" + v)
	}
	for _, s := range a.Severity {
		b.WriteString("\x04" + s.Score)
	}
	b.WriteByte(0)
	b.Write(a.Extra)
	return b.String()
}

// Affected are the entries in order. Of a bundle's CVEs an entry names those that
// concern it, unless all do.
func (u *Updates) Affected(cves []string) []advisory.Affected {
	slices.SortFunc(u.entries, func(a, b statement) int { return strings.Compare(a.key, b.key) })
	out := make([]advisory.Affected, len(u.entries))
	for i, e := range u.entries {
		a := e.Affected
		a.Architectures = sorted(a.Architectures)
		if a.CVEs = sorted(a.CVEs); len(a.CVEs) == len(cves) {
			a.CVEs = nil
		}
		out[i] = a
	}
	return out
}

func sorted(list []string) []string {
	slices.Sort(list)
	list = slices.Compact(list)
	if len(list) == 0 {
		return nil
	}
	return list
}

// CVEs are the CVE ids that a text names, in order, each once.
func CVEs(texts ...string) []string {
	var out []string
	seen := map[string]bool{}
	for _, text := range texts {
		for word := range strings.FieldsFuncSeq(text, func(r rune) bool {
			return r != '-' && !unicode.IsDigit(r) && !unicode.IsLetter(r)
		}) {
			if IsCVE(word) && !seen[word] {
				seen[word] = true
				out = append(out, word)
			}
		}
	}
	return out
}

// IsCVE tells whether a word is a CVE id.
func IsCVE(word string) bool {
	rest, ok := strings.CutPrefix(word, "CVE-")
	year, number, two := strings.Cut(rest, "-")
	return ok && two && len(year) == 4 && len(number) >= 4 && len(number) <= 19 && digits(year) && digits(number)
}

func digits(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < '0' || r > '9' })
}

// CheckID says why a word cannot be a record's id: ids end up in tables, file
// names and terminals.
func CheckID(id string) error {
	if id == "" {
		return errors.New("it has no id")
	}
	if len(id) > maxID || strings.ContainsFunc(id, func(r rune) bool {
		return r <= ' ' || r == 0x7f || r == '/' || r == '\\' || r > 0x7e
	}) {
		return fmt.Errorf("its id %.60q is none", id)
	}
	return nil
}

// Time writes a date or time of a feed as RFC 3339 asks; what is none stays away.
// A time without a zone is taken as UTC.
func Time(text string) string {
	text = strings.TrimSpace(text)
	for _, layout := range []string{time.RFC3339, "2006-01-02", "2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02 15:04", "2006-01-02T15:04Z07:00",
		"2006-01-02 15:04:05 UTC", "2006-01-02 15:04:05 MST", "20060102"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC().Format(time.RFC3339)
		}
	}
	if seconds, err := strconv.ParseInt(text, 10, 64); err == nil && len(text) >= 9 && len(text) <= 13 {
		return Unix(seconds)
	}
	return ""
}

// Unix writes a time in seconds, or milliseconds, since 1970.
func Unix(n int64) string {
	if n <= 0 {
		return ""
	}
	if n > 1e11 {
		n /= 1000
	}
	return time.Unix(n, 0).UTC().Format(time.RFC3339)
}

// Package advisory is the vocabulary of known vulnerabilities: one record of one
// provider in the shape of the OSV schema, the ranges it affects, and how
// records are joined by alias. It is pure data and rules; feeds fill it, the
// database stores it.
package advisory

import (
	"github.com/assay-sca/assay/internal/severity"
)

// Status says how a provider stands to a record.
type Status string

// The statuses. A withdrawn record is one with a time of withdrawal.
const (
	Active    Status = ""
	Analyzing Status = "analyzing" // its provider has not finished it
	Disputed  Status = "disputed"
	Rejected  Status = "rejected" // never matched, like a withdrawn one
)

// Advisory is one record of one provider, in the terms of the OSV schema
// (https://ossf.github.io/osv-schema/). Times are RFC 3339 as the record has them.
type Advisory struct {
	ID         string
	Modified   string
	Published  string
	Withdrawn  string // empty for a live record
	Status     Status
	Assigners  []string // who assigned the id, where the record says so
	Aliases    []string
	Related    []string
	Upstream   []string
	Summary    string
	Details    string
	Severity   []Severity
	Weaknesses []string // CWE-79
	References []Reference
	// Word is the provider's own severity word, where it gives one outside CVSS.
	Word     string
	Affected []Affected
	// Extra are the record's other fields, as a compact JSON object with sorted
	// names: every field is kept, known to us or not. Nil if there are none.
	Extra []byte
}

// Dead tells whether a record is kept for searches only.
func (a *Advisory) Dead() bool { return a.Withdrawn != "" || a.Status == Rejected }

// Severity is a rating as the record gives it.
type Severity struct {
	Type   string `json:"type"` // CVSS_V2, CVSS_V3, CVSS_V4, or the provider's own scale
	Score  string `json:"score"`
	Source string `json:"-"` // who rates, where that is not the provider
	Rank   int    `json:"-"` // 1: the provider's first choice; 0: not told
}

// Reference is a link with what it leads to.
type Reference struct {
	URL  string   `json:"url"`
	Tags []string `json:"tags,omitempty"` // OSV's type in lower case, or NVD's tags
}

// Affected is one package, or one product by its CPE name, that a record names.
type Affected struct {
	Ecosystem string // as written, a suffix such as ":12" included
	Name      string // as written
	PURL      string // of the package, where the record has one
	CPE       string // a CPE 2.3 name without version, in place of Ecosystem and Name
	// Unaffected turns the meaning: the provider says explicitly that these
	// versions are not affected.
	Unaffected bool
	Severity   []Severity
	Ranges     []Range
	Stated     []Interval // what a provider states as intervals already, besides Ranges
	Versions   []string
	Fix        Fix
	CVEs       []string // of a bundle: those that concern this package
	// Modularity is the rpm module ("nodejs:18") that the package must come from;
	// "-" is none. Empty: it does not matter.
	Modularity    string
	Architectures []string
	// Platforms must all be there for the product to be affected: of each group one.
	Platforms [][]string
	// Extra are the entry's other fields, like Advisory.Extra.
	Extra []byte
}

// FixState says what the provider does about an affected package.
type FixState string

// The states. The versions are those that end the ranges.
const (
	FixUnknown FixState = ""
	Fixed      FixState = "fixed"
	NotFixed   FixState = "not-fixed"
	WontFix    FixState = "wont-fix"
)

// FixStates lists the states in the order of their numbers in a database.
func FixStates() []FixState { return []FixState{FixUnknown, Fixed, NotFixed, WontFix} }

// Fix is what a provider says of fixing beyond the versions.
type Fix struct {
	State     FixState `json:"state,omitempty"`
	Available string   `json:"available,omitempty"` // when, RFC 3339
	Advisory  string   `json:"advisory,omitempty"`  // the id or link of the vendor's fix: DSA-…, RHSA-…
}

// RangeType says how a range's events are ordered.
type RangeType string

// The range types of the OSV schema.
const (
	SemVer    RangeType = "SEMVER"
	Ecosystem RangeType = "ECOSYSTEM"
	Git       RangeType = "GIT"
)

// Range is a list of events on one line of versions.
type Range struct {
	Type   RangeType `json:"type"`
	Repo   string    `json:"repo"`
	Events []Event   `json:"events"`
	Extra  []byte    `json:"-"` // the range's other fields, like Advisory.Extra
}

// Event is one turn of a range; exactly one field is set.
type Event struct {
	Introduced   string `json:"introduced"`
	Fixed        string `json:"fixed"`
	LastAffected string `json:"last_affected"`
	Limit        string `json:"limit"`
}

// Level is the worst severity that the record itself states, Unknown if none.
func (a *Advisory) Level() severity.Level {
	level, _ := severity.ParseLevel(a.Word)
	ratings := a.Severity
	for i := range a.Affected {
		ratings = append(ratings[:len(ratings):len(ratings)], a.Affected[i].Severity...)
	}
	for _, c := range Scores(ratings) {
		level = max(level, c.Level)
	}
	return level
}

// Scores are the CVSS ratings among those given that can be read, in order.
func Scores(ratings []Severity) []severity.CVSS {
	var scores []severity.CVSS
	for _, r := range ratings {
		if c, err := severity.Score(r.Score); err == nil {
			scores = append(scores, c)
		}
	}
	return scores
}

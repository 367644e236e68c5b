// Package advisory is the vocabulary of known vulnerabilities: one record of one
// provider in the shape of the OSV schema, the ranges it affects, and how
// records are joined by alias. It is pure data and rules; feeds fill it, the
// database stores it.
package advisory

import (
	"github.com/assay-sca/assay/internal/severity"
)

// Advisory is one record of one provider, in the terms of the OSV schema
// (https://ossf.github.io/osv-schema/). Times are RFC 3339 as the record has them.
type Advisory struct {
	ID        string
	Modified  string
	Published string
	Withdrawn string // empty for a live record
	Aliases   []string
	Related   []string
	Upstream  []string
	Summary   string
	Details   string
	Severity  []Severity
	// Word is the provider's own severity word, where it gives one outside CVSS.
	Word     string
	Affected []Affected
	// Body is the whole record without its affected entries, as compact JSON with
	// sorted names: every field is kept, known to us or not.
	Body []byte
}

// Severity is a rating as the record gives it.
type Severity struct {
	Type  string `json:"type"`
	Score string `json:"score"`
}

// Affected is one package that a record names.
type Affected struct {
	Ecosystem string // as written, a suffix such as ":12" included
	Name      string // as written
	Severity  []Severity
	Ranges    []Range
	Versions  []string
	// Body is the whole entry as compact JSON with sorted names.
	Body []byte
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

// Package finding is the vocabulary of results: a component that a
// vulnerability affects, why that is said, and everything a scan found with what
// it did not cover. It is pure data.
package finding

import (
	"time"

	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/severity"
)

// Finding is a vulnerability in a component. There is one for each pair.
type Finding struct {
	Component     int // index in the inventory's components
	Vulnerability Vulnerability
	Advisories    []Advisory // all that contribute, sorted by id
	FixedIn       []string   // the versions that end the matched ranges, lowest first
	Path          []int      // components from a direct dependency to this one; nil if none leads here
	Evidence      []Evidence // one for each matched range
	Ignored       *Ignored   // the rule that says so, if one does
	Confidence    Confidence // empty: the package itself is named
	Dissent       []Advisory // records that explicitly say this version is not affected
}

// Confidence says how sure it is that the records mean the component.
type Confidence string

// Low means that only the name of the product is the same.
const Low Confidence = "low"

// Vulnerability is advisories merged by alias: a view of one database release.
type Vulnerability struct {
	ID       string // CVE preferred, then GHSA
	Aliases  []string
	Severity severity.Level // the worst that a contributing advisory states
	CVSS     []severity.CVSS
	Summary  string

	Exploited bool    // in a catalogue of vulnerabilities that are known to be exploited
	EPSS      float64 // the probability of exploitation within 30 days, 0 to 1; 0: not known
}

// Advisory is a record that matched.
type Advisory struct {
	ID       string
	Provider string
	Range    string // all intervals it states for the package, joined by " || "
}

// Evidence is why a record matched: the interval that covers the version.
type Evidence struct {
	Advisory string
	Interval string // such as ">=1.0 <1.2.3"; "=1.1" for a listed version
	Version  string // the component's
	Scheme   string // by which they were compared
}

// Ignored says who silenced a finding.
type Ignored struct {
	Rule   string // the rule's id or package as written
	Reason string
	Until  string // the expiry, RFC 3339 day; empty: none
}

// Uncompared is a component whose version could not be compared: neither
// affected nor clean.
type Uncompared struct {
	Component  int
	Advisories []string // ids; empty when the version itself cannot be read
	Reason     string
}

// Source says what was scanned, without any path of the machine.
type Source struct {
	Kind   string // "directory", "file" or "git"
	Name   string // the folder's or file's name, or the repository's URL without credentials
	Ref    string // of a git source, as asked for
	Commit string // of a git source
}

// Database says which release the components were matched with.
type Database struct {
	State   DatabaseState
	Reason  string // for every state but OK
	Release string
	Digest  string
	Schema  string
	Built   time.Time
	Sample  bool // the embedded demonstration data was used: the result is no verdict
}

// DatabaseState says whether the database could be used.
type DatabaseState string

// The states of a database.
const (
	DatabaseOK      DatabaseState = "ok"
	DatabaseMissing DatabaseState = "missing"
	DatabaseDamaged DatabaseState = "unusable"
	DatabaseStale   DatabaseState = "stale"
)

// EcosystemCoverage says whether the database knows an ecosystem that the
// inventory uses.
type EcosystemCoverage struct {
	Name       string
	Components int
	Advisories int // live records in the database
}

// Coverage is the ledger: what was and was not looked at.
type Coverage struct {
	Files      []inventory.FileCoverage
	Ecosystems []EcosystemCoverage
	Unpinned   []int // components without a version
	Uncompared []Uncompared
}

// Gate is a condition that decides the exit code.
type Gate struct {
	Name   string // "findings", "incomplete", "database", "expired-ignore"
	Exit   int
	Reason string
}

// Result is everything a scan found, and what it did not cover.
type Result struct {
	Source    Source
	Database  Database
	Inventory inventory.Inventory
	Findings  []Finding
	Coverage  Coverage
	Gates     []Gate   // those that fired
	Notices   []string // what a reader must know, one line each
}

// Totals counts a result's findings. Ignored ones are counted apart.
type Totals struct {
	Direct     int // direct components
	Vulnerable int // components with a finding that counts
	Findings   int
	Ignored    int
	Severities map[severity.Level]int
}

// Totals counts.
func (r *Result) Totals() Totals {
	t := Totals{Severities: map[severity.Level]int{}}
	for i := range r.Inventory.Components {
		if r.Inventory.Components[i].Direct {
			t.Direct++
		}
	}
	last := -1
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Ignored != nil {
			t.Ignored++
			continue
		}
		t.Findings++
		t.Severities[f.Vulnerability.Severity]++
		if f.Component != last {
			t.Vulnerable++
			last = f.Component
		}
	}
	return t
}

package store

import (
	"context"
	"strings"
	"time"

	"github.com/assay-sca/assay/internal/finding"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/severity"
)

// ComponentKey is what lists order components by.
func ComponentKey(name, version string) string { return strings.ToLower(name) + " " + version }

// Severity is a level as columns hold it, so that numbers order by what needs
// attention: "none" is the least, and "unknown" above it.
func Severity(l severity.Level) int64 {
	switch l {
	case severity.None:
		return 0
	case severity.Unknown:
		return 1
	}
	return int64(l)
}

// Level is the level of a stored severity.
func Level(stored int64) severity.Level {
	switch stored {
	case 0:
		return severity.None
	case 1:
		return severity.Unknown
	}
	return severity.Level(stored) //nolint:gosec // a small number
}

// Counts are numbers of findings by severity.
type Counts struct {
	Critical   int64 `json:"critical"`
	High       int64 `json:"high"`
	Medium     int64 `json:"medium"`
	Low        int64 `json:"low"`
	Negligible int64 `json:"negligible"` // severity "none"
	Unknown    int64 `json:"unknown"`
	Exploited  int64 `json:"exploited"` // of all these
}

// Total is the number of findings.
func (c Counts) Total() int64 {
	return c.Critical + c.High + c.Medium + c.Low + c.Negligible + c.Unknown
}

// Add counts n findings of a severity.
func (c *Counts) Add(l severity.Level, exploited bool, n int64) {
	at := map[severity.Level]*int64{
		severity.Critical: &c.Critical, severity.High: &c.High, severity.Medium: &c.Medium,
		severity.Low: &c.Low, severity.None: &c.Negligible, severity.Unknown: &c.Unknown,
	}
	*at[l] += n
	if exploited {
		c.Exploited += n
	}
}

// riskBits bound what each figure adds to a risk, most important first.
const riskBits = 11

// Risk is one number that orders projects by what is worst: first by exploited
// findings, then by critical ones, and so on; within a severity by how many.
func Risk(c Counts) int64 {
	var risk int64
	for _, n := range []int64{c.Exploited, c.Critical, c.High, c.Medium, c.Low} {
		risk = risk<<riskBits | min(max(n, 0), 1<<riskBits-1)
	}
	return risk
}

// FindingAdvisory is a record that matched, with the number that the store gave
// its provider and id.
type FindingAdvisory struct {
	Number   int64  `json:"number"`
	ID       string `json:"id"`
	Provider string `json:"provider"`
	Range    string `json:"range"` // all intervals that it states for the package
	// Bundle: the record contributes to several vulnerabilities of the component, so
	// it is this finding's only together with the vulnerability's name.
	Bundle bool `json:"bundle,omitempty"`
}

// ComponentFinding is a vulnerability that affects a component, as the last
// matching said. It is the same wherever the component is used.
type ComponentFinding struct {
	Vulnerability string             `json:"vulnerability"` // the id that is shown: CVE, then GHSA
	Aliases       []string           `json:"aliases,omitempty"`
	Severity      severity.Level     `json:"severity"`
	CVSS          []severity.CVSS    `json:"cvss,omitempty"`
	Summary       string             `json:"summary,omitempty"`
	Exploited     bool               `json:"exploited,omitempty"`
	EPSS          float64            `json:"epss,omitempty"`
	FixedIn       []string           `json:"fixed_in,omitempty"` // lowest first
	Advisories    []FindingAdvisory  `json:"advisories"`
	Evidence      []finding.Evidence `json:"evidence"`
	Dissent       []finding.Advisory `json:"dissent,omitempty"`
	Ignored       *finding.Ignored   `json:"ignored,omitempty"` // an authority says it is not affected
	Confidence    finding.Confidence `json:"confidence,omitempty"`
}

// Score is the highest CVSS base score, 0 if there is none.
func (f *ComponentFinding) Score() float64 {
	var score float64
	for _, c := range f.CVSS {
		score = max(score, c.Score)
	}
	return score
}

// Matched is what matching said of components.
type Matched struct {
	Findings   map[int64][]ComponentFinding // by component; those without are not in it
	Uncompared map[int64][]Uncompared
	Release    int64 // seq of the release asked for
	Newest     int64 // that a component was matched with: if it is later, others have gone on, and this is of several releases
	New        int   // components that had to be matched now
}

// MatchResult is what one run of matching found of components.
type MatchResult struct {
	Release    int64
	Components []int64                      // all that were matched, those without findings too
	New        map[int64]bool               // of these: as far as was known none was matched before; it saves a look
	Findings   map[int64][]ComponentFinding // their advisories have no numbers yet
	Uncompared map[int64][]Uncompared
}

// Matches keeps what the advisories say of components, whatever the projects.
type Matches interface {
	// Unmatched reads those of the components that were not matched with the release
	// or a later one, in the order of their ids.
	Unmatched(ctx context.Context, components []int64, release int64) ([]Component, error)
	// SaveMatches stores what a release says of components: match intervals by
	// difference, and the projection of their findings. What did not change is not
	// written; components that a later release was asked about are left alone.
	SaveMatches(ctx context.Context, r MatchResult) error
	// MatchesOf reads the findings of components.
	MatchesOf(ctx context.Context, components []int64) (Matched, error)
}

// State is what was decided of a finding.
type State string

// The states.
const (
	Open        State = "open"
	NotAffected State = "not_affected" // with a VEX justification, or an authority's word
	Accepted    State = "accepted"     // the risk is, until a day
	Fixed       State = "fixed"        // somebody says so; a scan that finds it again reopens it
)

// States lists the states, the one that needs most attention first.
func States() []State { return []State{Open, Accepted, NotAffected, Fixed} }

// Finding is a component and a vulnerability in a version of a project.
type Finding struct {
	ID         int64
	ProjectID  string
	VersionID  int64
	Component  Component // without matching
	Severity   severity.Level
	Score      float64
	Summary    string
	FixedIn    string // the lowest version that ends the ranges; empty: none known
	Exploited  bool
	EPSS       float64
	Direct     bool
	Scope      inventory.Scope
	Detail     ComponentFinding // as of the last scan that found it
	FirstScan  int64            // seq
	FirstSeen  time.Time
	Known      time.Time // when a release that said so was imported here
	Gone       time.Time // when a scan did not find it any more; zero: it is present
	GoneScan   int64
	State      State
	Until      time.Time // the end of an acceptance
	Counts     bool      // present and open
	MergedInto int64     // the finding that took this one's place; 0: none
	Revision   int64
	Decision   *Decision // the one that holds; nil: none
}

// Vulnerability is the id that is shown.
func (f *Finding) Vulnerability() string { return f.Detail.Vulnerability }

// Decision is what somebody decided of a finding.
type Decision struct {
	ID         int64
	FindingID  int64
	At         time.Time
	Actor      string // as the audit log names it; "system": a rule
	State      State
	Reason     string // of not_affected: a VEX justification
	Comment    string
	Until      time.Time
	Advisories []AdvisoryKey // what it is about
}

// AdvisoryKey names a record.
type AdvisoryKey struct {
	Provider string `json:"provider"`
	ID       string `json:"id"`
}

// Found is a finding of a scan, to be merged into the version's.
type Found struct {
	Component int64            `json:"component"`
	PURL      string           `json:"-"` // of the component; empty: it is to be read
	Direct    bool             `json:"direct"`
	Scope     inventory.Scope  `json:"scope"`
	Key       string           `json:"key"` // see ComponentKey
	Finding   ComponentFinding `json:"finding"`
}

// Merge is the merged list of a scan, to become the version's.
type Merge struct {
	Version int64
	ScanSeq int64
	Release int64 // seq; 0: there is no database, nothing is known and nothing changes
	At      time.Time
	Found   []Found
	Partial bool // an analyzer failed: what was not found of components that are still used stays
}

// MergeCounts is what merging changed and what there is now.
type MergeCounts struct {
	Counts            // of the version's findings that count, afterwards
	Appeared    int64 // findings that were not there before the scan, or not any more
	Disappeared int64
	Changed     int64 // other facts of a finding
	Merged      int64
	Split       int64
	Reopened    int64 // acceptances that ended, "fixed" that is found again, conflicts of merged decisions
}

// FindingFilter says which findings of a version, or of a project's main
// versions, are wanted. The zero value is all that count.
type FindingFilter struct {
	Project   string
	Version   int64 // 0: all versions of the project that are main
	Severity  []severity.Level
	State     []State // empty: open; see also All
	All       bool    // whatever the state
	Gone      bool    // those that are not found any more instead of those that are
	Direct    *bool
	Scope     []inventory.Scope
	Exploited bool
	Fixable   bool
	Ecosystem string
	Component int64
	Text      string // in the vulnerability's id or the component's name, as a prefix
	Since     int64  // first seen by the scan with this seq, or later
	IDs       []int64
}

// FindingSorts are the columns of Page.Sort for findings; the first is the
// default, and it is the one where Desc is natural.
func FindingSorts() []string {
	return []string{"severity", "vulnerability", "component", "epss", "since"}
}

// Exposure is a stretch of scans during which a version used a component, within
// a stretch of releases that said it is affected: the two facts a finding is
// joined from.
type Exposure struct {
	VersionID    int64
	ComponentID  int64
	Advisory     AdvisoryKey
	UsedFrom     time.Time // the scan that first saw the component
	UsedTo       time.Time // the scan that did not; zero: still used
	KnownFrom    time.Time // the import here of the first release that said so
	KnownTo      time.Time // zero: releases still say so
	KnowableFrom time.Time // when that release was built
}

// Findings keeps what is wrong with what, and what was decided of it.
type Findings interface {
	// MergeFindings makes the findings of a scan the version's, by difference:
	// identities survive merges and splits of advisories, decisions are kept,
	// acceptances that ended are reopened, and counters of the project and of
	// vulnerabilities follow. For a transaction.
	MergeFindings(ctx context.Context, m Merge) (MergeCounts, error)
	// Findings lists findings; sorts: FindingSorts. Their Detail is whole.
	Findings(ctx context.Context, f FindingFilter, page Page) (List[Finding], error)
	// CountFindings counts those of a filter, up to a limit.
	CountFindings(ctx context.Context, f FindingFilter, limit int64) (int64, error)
	// VersionCounts counts the findings of a version that count.
	VersionCounts(ctx context.Context, version int64) (Counts, error)
	// ComponentCounts counts the findings of a version that count, by component.
	ComponentCounts(ctx context.Context, version int64) (map[int64]Counts, error)
	// Finding reads a finding of a project, with its decision; errs.NotFound. One
	// that was merged has MergedInto set.
	Finding(ctx context.Context, project string, id int64) (Finding, error)
	// Decisions lists all decisions on a finding, the last first.
	Decisions(ctx context.Context, finding int64) ([]Decision, error)
	// Decide enters one decision on findings of one project and moves the counters.
	// FindingID and Advisories of d are filled in for each. Revision, if not 0, is
	// what the (only) finding must have: else errs.Conflict. It returns how many were
	// changed. For a transaction.
	Decide(ctx context.Context, project string, findings []int64, revision int64, d Decision) (int64, error)
	// ExpiredAcceptances lists projects with acceptances that ended at an instant.
	ExpiredAcceptances(ctx context.Context, at time.Time) ([]string, error)
	// ReopenExpired opens the findings of a project of which the acceptance ended,
	// and returns how many those are. For a transaction.
	ReopenExpired(ctx context.Context, project string, at time.Time) (int64, error)
	// Exposures says since when, and from when on knowably, a project was exposed to
	// a vulnerability.
	Exposures(ctx context.Context, project, vulnerability string) ([]Exposure, error)
	// SetVersionMain makes a version count for the project's figures, or not, and
	// moves the counters. For a transaction.
	SetVersionMain(ctx context.Context, version int64, main bool) error
	// Uncount takes a project out of all figures, before it is archived or deleted;
	// Recount computes them anew from its findings. Both are for a transaction.
	Uncount(ctx context.Context, project string) error
	Recount(ctx context.Context, project string) error
}

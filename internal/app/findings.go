package app

import (
	"context"
	"time"

	"github.com/assay-sca/assay/internal/store"
)

// FindingQuery says which findings of a project are wanted. Its filter's Project
// is set from Project; without a version it means the project's main versions.
type FindingQuery struct {
	Project string
	Filter  store.FindingFilter
	Page    store.Page // sorts: store.FindingSorts
}

// FindingList is a page of findings, with what the page shows around it.
type FindingList struct {
	store.List[store.Finding]
	Total     int64 // of the filter; exact below FindingTotalLimit
	MayDecide bool
}

// FindingTotalLimit bounds what is counted for a page: "1,000+".
const FindingTotalLimit = 1000

// Findings lists findings of a project: the merged list.
func (a *App) Findings(ctx context.Context, who Actor, q FindingQuery) (FindingList, error) {
	return FindingList{}, errLater()
}

// FindingView is a finding and what its page shows.
type FindingView struct {
	store.Finding
	Project     ProjectRef
	Ref         string            // of the version
	Path        []store.Component // from a direct dependency to the component; nil: none leads there
	Occurrences []Occurrence
	History     []HistoryEntry // the last first
	Exposure    Exposure
	Release     string        // the current one's name
	Redirected  bool          // what was asked for was merged into this
	Siblings    []store.Place // the same vulnerability and component in other versions of the project
	MayDecide   bool
}

// Occurrence is where a unit has a component.
type Occurrence struct {
	Unit     string
	Path     string // of the file
	Line     int    // 0: the format has no lines
	Direct   bool
	Scope    string
	Declared []string // the constraints asked for, as written
}

// HistoryEntry is something that happened to a finding.
type HistoryEntry struct {
	At       time.Time
	Kind     string // seen, known, gone, decided
	Text     string // a sentence
	Actor    string // of a decision: the name to show
	Decision *store.Decision
}

// Exposure answers since when a version was exposed.
type Exposure struct {
	Since     time.Time // used, and known to be affected here; zero: never
	Used      time.Time // the first scan that saw the component
	Known     time.Time // the first import of a release that said so
	Knowable  time.Time // when that release was built
	Until     time.Time // zero: still
	Stretches []store.Exposure
}

// Finding reads a finding. One that was merged into another gives that one.
func (a *App) Finding(ctx context.Context, who Actor, project string, id int64) (FindingView, error) {
	return FindingView{}, errLater()
}

// ExposedAt tells whether a project was exposed to a vulnerability at an instant,
// as far as was known then; with knowable as far as could have been known.
func (a *App) ExposedAt(ctx context.Context, who Actor, project, vulnerability string, at time.Time) (ExposureAnswer, error) {
	return ExposureAnswer{}, errLater()
}

// ExposureAnswer is whether a project was exposed at an instant.
type ExposureAnswer struct {
	At       time.Time
	Used     bool // a component was used that, by today's knowledge, is affected
	Known    bool // and a release imported by then said so
	Knowable bool // and a release built by then said so
	Exposure Exposure
}

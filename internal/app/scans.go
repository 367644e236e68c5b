package app

import (
	"context"
	"io"
	"iter"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/store"
)

// errUnbuilt stands for what is being written.
func errUnbuilt() error { return errs.E(errs.Unavailable, "not built yet") }

// NewScan asks for a scan of a project.
type NewScan struct {
	Project    string
	Repository string // one of the project's; empty: its only one
	Ref        string // branch, tag or commit; empty: what the repository is set to
	Language   string // such as "javascript" or "npm"; empty: all that is found
	Trigger    store.Trigger
}

// CreateScan starts a scan, or returns the one that waits for the same
// already. It needs a developer, and a token's scope "scan".
func (a *App) CreateScan(ctx context.Context, who Actor, in NewScan) (store.Scan, error) {
	return store.Scan{}, errUnbuilt()
}

// Scan reads a scan with its stages and analyzers.
func (a *App) Scan(ctx context.Context, who Actor, id string) (ScanView, error) {
	return ScanView{}, errUnbuilt()
}

// ScanView is a scan and what a page shows beside it.
type ScanView struct {
	store.Scan
	Project    ProjectRef
	Analyses   []store.Analysis
	MayScan    bool // the actor may cancel it, and start it again
	Release    string
	QueueAhead int // of a waiting scan: those that come before it, at most store.ScanCountLimit
}

// ProjectRef names a project.
type ProjectRef struct{ ID, Name string }

// ScanQuery narrows a list of scans.
type ScanQuery struct {
	Project string // empty: of all projects that the actor may see
	States  []store.ScanState
	Trigger store.Trigger
	Page    store.Page
}

// ScanRow is a scan in a list.
type ScanRow struct {
	store.Scan
	Project ProjectRef
}

// Scans lists scans that the actor may see, newest first. Stages, Changed and
// Notices are not filled.
func (a *App) Scans(ctx context.Context, who Actor, q ScanQuery) (store.List[ScanRow], error) {
	return store.List[ScanRow]{}, errUnbuilt()
}

// Activity is how the work stands: for the page of jobs.
type Activity struct {
	Counts store.ScanCounts // of what the actor may see; those that ended, of the last day
	Limits store.ScanLimits
}

// Activity counts scans by state.
func (a *App) Activity(ctx context.Context, who Actor) (Activity, error) {
	return Activity{}, errUnbuilt()
}

// CancelScan ends a scan: at once if it waits, else as soon as its worker hears of
// it. errs.Conflict if it has ended.
func (a *App) CancelScan(ctx context.Context, who Actor, id string) (store.Scan, error) {
	return store.Scan{}, errUnbuilt()
}

// RetryScan starts a new scan like one that has ended.
func (a *App) RetryScan(ctx context.Context, who Actor, id string) (store.Scan, error) {
	return store.Scan{}, errUnbuilt()
}

// Push is an inventory that was made elsewhere.
type Push struct {
	Project string
	Ref     string // the branch or tag that it is of; empty: "main" of the project
	Commit  string
	Body    io.Reader // what `assay scan -o json` wrote
}

// PushScan stores an inventory and starts the scan that matches it. The document
// is checked first: errs.Invalid says what is wrong at which place,
// errs.TooLarge which bound it exceeds.
func (a *App) PushScan(ctx context.Context, who Actor, in Push) (store.Scan, error) {
	return store.Scan{}, errUnbuilt()
}

// Analyses lists the analyzers of a scan and what became of them.
func (a *App) Analyses(ctx context.Context, who Actor, scan string) ([]store.Analysis, error) {
	return nil, errUnbuilt()
}

// AnalyzerVulnerability is what one analyzer says of one component.
type AnalyzerVulnerability struct {
	Component     string   `json:"component"` // purl
	Vulnerability string   `json:"vulnerability"`
	Aliases       []string `json:"aliases"`
	Severity      string   `json:"severity"`
	Score         float64  `json:"score"`
	Summary       string   `json:"summary"`
	FixedIn       []string `json:"fixed_in"`
	Advisories    []string `json:"advisories"` // "provider/id"
}

// AnalyzerFindings is one analyzer's own result, before merging.
type AnalyzerFindings struct {
	store.Analysis
	Vulnerabilities []AnalyzerVulnerability
}

// AnalyzerFindings reads one analyzer's result of a scan.
func (a *App) AnalyzerFindings(ctx context.Context, who Actor, scan, analyzer string) (AnalyzerFindings, error) {
	return AnalyzerFindings{}, errUnbuilt()
}

// LogPage is a part of a scan's log.
type LogPage struct {
	Lines []store.LogLine
	More  bool // there are further lines now
	Ended bool // the scan has ended: nothing will follow
}

// ScanLog reads at most limit lines of a scan's log after the line seq.
func (a *App) ScanLog(ctx context.Context, who Actor, scan string, after int64, limit int) (LogPage, error) {
	return LogPage{}, errUnbuilt()
}

// LogEvent is a line of a running scan's log, or (Line nil) the scan as it stands
// now: its state or stage changed.
type LogEvent struct {
	Line *store.LogLine
	Scan *store.Scan
}

// FollowLog yields the lines after seq and goes on as they come, with a LogEvent
// for each change of the scan's state or stage. It ends, after the last line and
// the last state, when the scan ends, or with ctx.
func (a *App) FollowLog(ctx context.Context, who Actor, scan string, after int64) iter.Seq2[LogEvent, error] {
	return func(yield func(LogEvent, error) bool) { yield(LogEvent{}, errUnbuilt()) }
}

package store

import (
	"context"
	"time"
)

// ScanState is where a scan is in its life.
type ScanState string

// The states. A scan that failed for the moment waits again, with RetryAt.
const (
	ScanWaiting   ScanState = "waiting" // for its turn
	ScanQueued    ScanState = "queued"  // admitted: a worker will take it
	ScanRunning   ScanState = "running"
	ScanDone      ScanState = "done"
	ScanFailed    ScanState = "failed"
	ScanCancelled ScanState = "cancelled"
)

// Ended tells whether the scan will not go on.
func (s ScanState) Ended() bool { return s == ScanDone || s == ScanFailed || s == ScanCancelled }

// Stage is a step of a scan.
type Stage string

// The stages, in their order. Pushed inventories begin with StageCompare.
const (
	StagePrepare   Stage = "prepare"   // fetch the source
	StageInventory Stage = "inventory" // read what it is made of
	StageCompare   Stage = "compare"   // with the last successful scan of the version
	StageAnalyse   Stage = "analyse"   // by every analyzer
	StageMerge     Stage = "merge"     // into one finding a component and vulnerability
	StageNotify    Stage = "notify"    // tell others, and end
)

// Stages lists the stages in their order.
func Stages() []Stage {
	return []Stage{StagePrepare, StageInventory, StageCompare, StageAnalyse, StageMerge, StageNotify}
}

// Trigger is why a scan was started.
type Trigger string

// The triggers.
const (
	TriggerManual     Trigger = "manual"
	TriggerPush       Trigger = "push"
	TriggerSchedule   Trigger = "schedule"
	TriggerCreate     Trigger = "create"     // the first of a project
	TriggerAdvisories Trigger = "advisories" // a newer release of the advisory database is to be used
)

// Priority is the place of scans that were started so: 1 is first.
func (t Trigger) Priority() int {
	switch t {
	case TriggerManual, TriggerCreate:
		return 1
	case TriggerPush:
		return 2
	}
	return 3
}

// StageRun is what became of one stage.
type StageRun struct {
	Stage    Stage     `json:"stage"`
	State    string    `json:"state"` // running, done, skipped, failed, cancelled
	Started  time.Time `json:"started,omitzero"`
	Finished time.Time `json:"finished,omitzero"`
	Tries    int       `json:"tries,omitempty"` // that failed
	Note     string    `json:"note,omitempty"`  // one line: what was done, or why not
}

// AnalysisMode says how much of the source was analysed anew.
type AnalysisMode string

// The modes. Matching with the database always happens.
const (
	AnalysisFull    AnalysisMode = "full"
	AnalysisPartial AnalysisMode = "partial" // only the sub-projects that changed
	AnalysisSkipped AnalysisMode = "skipped" // nothing changed
)

// Scan is one scan of a project.
type Scan struct {
	Seq            int64 // the order of scans
	ID             string
	OrganisationID string
	ProjectID      string
	RepositoryID   string // empty: an inventory was pushed
	VersionID      int64  // 0: not known yet
	Trigger        Trigger
	Priority       int
	RequestedBy    string // an actor's ID
	Ref            string // as asked for; empty: the remote's HEAD, but see RefUnknown
	AskedRelease   string // a release's name, asked for in the place of a ref; empty: none
	Language       string // as asked for
	Languages      []string
	State          ScanState
	Stage          Stage // the one to do next, or at which it ended
	Stages         []StageRun
	Attempt        int64 // raised whenever a worker takes the scan
	Worker         string
	HeartbeatAt    time.Time
	Tries          int // failures of the current stage
	RetryAt        time.Time
	CancelAsked    bool
	CreatedAt      time.Time
	AdmittedAt     time.Time
	StartedAt      time.Time
	FinishedAt     time.Time
	Error          string // why it failed, or failed for the moment
	Commit         string
	Upload         string // digest of the blob that was pushed
	InventoryID    int64
	Ledger         string       // digest of the blob with the coverage ledger
	Result         string       // digest of the blob with the merged list
	Log            string       // digest of the blob with the log, when ended
	Changed        []UnitChange // since the last successful scan of the version
	Analysis       AnalysisMode
	ReleaseSeq     int64 // matched with; 0: no release
	Components     int
	FilesRead      int
	FilesFailed    int
	FilesOther     int // unsupported, without advisories, skipped
	Incomplete     bool
	Notices        []string
	Critical       int // open findings by severity
	High           int
	Medium         int
	Low            int
	Negligible     int
	Unknown        int
	Appeared       int // findings that are new
	Disappeared    int
}

// RefUnknown tells that a release was asked for and its ref has not been looked up
// yet.
func (s *Scan) RefUnknown() bool { return s.AskedRelease != "" && s.Ref == "" }

// Fence returns the hold that the scan's present worker has on it.
func (s *Scan) Fence() Fence { return Fence{Scan: s.ID, Stage: s.Stage, Attempt: s.Attempt} }

// Fence is a worker's hold on a scan at a stage. What another worker has taken, or
// somebody has cancelled, it does not hold any more.
type Fence struct {
	Scan    string
	Stage   Stage
	Attempt int64
}

// AnalysisState is where an analyzer of a scan is.
type AnalysisState string

// The states of analyses.
const (
	AnalysisOpen      AnalysisState = "open"
	AnalysisRunning   AnalysisState = "running"
	AnalysisDone      AnalysisState = "done"
	AnalysisFailed    AnalysisState = "failed"
	AnalysisOmitted   AnalysisState = "skipped" // nothing changed: the last result stands
	AnalysisCancelled AnalysisState = "cancelled"
)

// Analysis is one analyzer of a scan.
type Analysis struct {
	ScanID     string
	Analyzer   string
	State      AnalysisState
	Attempt    int64 // the fence, as Scan's
	Worker     string
	StartedAt  time.Time
	FinishedAt time.Time
	Result     string // digest of the blob with what it found
	Findings   int
	Error      string
}

// LogLine is a line of a scan's log. Seq counts from 1 within the scan.
type LogLine struct {
	Seq   int64     `json:"seq"`
	At    time.Time `json:"at"`
	Level string    `json:"level"` // debug, info, warn, error
	Stage Stage     `json:"stage"`
	Text  string    `json:"text"`
}

// OutboxEvent is something to tell others, at least once; Event tells repeated
// deliveries apart.
type OutboxEvent struct {
	ID             int64
	Event          string // unique and stable
	Kind           string // such as scan.finished
	OrganisationID string
	ProjectID      string
	ScanID         string
	Body           string // JSON
	CreatedAt      time.Time
	DeliveredAt    time.Time // zero: not yet
}

// ScanFilter narrows a list of scans. The zero value admits none: Visible must say
// what is seen.
type ScanFilter struct {
	Visible Visible
	Project string // only of this one
	States  []ScanState
	Trigger Trigger
}

// ScanCounts are numbers of scans by state, at most ScanCountLimit each. Those that
// ended are counted among the newest ScanCountLimit scans.
type ScanCounts struct {
	Waiting, Queued, Running, Done, Failed, Cancelled int
}

// ScanCountLimit bounds what is counted for a page.
const ScanCountLimit = 1000

// ScanLimits bound how many scans are admitted at once.
type ScanLimits struct {
	Global  int
	Project int
}

// Scans keeps scans, their analyzers, logs and events.
type Scans interface {
	// AddScan stores a scan as waiting, with the fields that are known before it
	// runs. If one of the same repository, ref and language waits for its first
	// stage already, that one is returned instead, with the more urgent of the
	// priorities and without a delay. One that asks for a release gives way only to
	// one that asks for the same and has not looked for its ref. Pushed scans never
	// give way.
	AddScan(ctx context.Context, s Scan) (stored Scan, collapsed bool, err error)
	Scan(ctx context.Context, id string) (Scan, error)
	// Scans lists by seq, which is the only sort: with Page.Desc the newest first.
	Scans(ctx context.Context, f ScanFilter, p Page) (List[Scan], error)
	// CountScans counts by state; since bounds those that ended.
	CountScans(ctx context.Context, f ScanFilter, since time.Time) (ScanCounts, error)

	// AdmitScans makes waiting scans queued, within the limits: those first whose
	// projects have the fewest, then the more urgent, then the older. Scans of one
	// repository and ref are admitted one after the other in their order; so none
	// comes before an older one of its repository whose ref is not known yet. It must
	// run in a transaction, in which the caller enqueues what is returned.
	AdmitScans(ctx context.Context, limits ScanLimits, now time.Time) ([]Scan, error)
	// TakeScan gives a queued or running scan to a worker: whoever had it before
	// holds it no longer. The scan is errs.NotFound if it is not there, and
	// errs.Conflict if it is neither queued nor running.
	TakeScan(ctx context.Context, id, worker string, now time.Time) (Scan, error)
	// SaveScan stores what the holder of the fence made of a scan: all fields but
	// those that tell what was asked for; the ref of a release is one that is made. errs.Conflict: the fence does not hold, or
	// the scan was asked to be cancelled.
	SaveScan(ctx context.Context, f Fence, s Scan) error
	// EndScan is SaveScan for a state that ends the scan. With ScanDone it becomes
	// the version's last successful one; its project's last scan follows, and the
	// live log goes if Log names the blob that has it.
	EndScan(ctx context.Context, f Fence, s Scan) error
	// CancelScan ends a scan that no worker has yet as cancelled, and marks one that
	// is running. It tells how the scan stands then; errs.Conflict if it has ended, or
	// its findings are merged: what a version is made of is what its last scan says.
	CancelScan(ctx context.Context, id string, now time.Time) (Scan, error)
	// EndCancelled ends a running scan whose cancellation was asked for, whoever
	// holds it, with its analyses. Otherwise it does nothing and says so.
	EndCancelled(ctx context.Context, id string, now time.Time) (ended bool, err error)
	// ArchiveLog puts a blob in the place of the live log of a scan that has ended.
	ArchiveLog(ctx context.Context, id, blob string) error
	// Hold keeps a scan from others until the transaction ends. It is false if the
	// fence does not hold: another worker has the scan, or it is to be cancelled.
	Hold(ctx context.Context, f Fence) (bool, error)
	// Beat says that a scan's worker lives, and reads whether to stop. held is false
	// if the worker holds the scan no more.
	Beat(ctx context.Context, id string, attempt int64, now time.Time) (held, cancel bool, err error)
	// StaleScans lists admitted scans of which nothing was heard for a while: their
	// last sign lies more than age before or after now, clocks being what they are.
	StaleScans(ctx context.Context, age time.Duration, now time.Time, limit int) ([]Scan, error)
	// TouchScan says of a stale scan that somebody cares for it, unless somebody
	// else just did: then touched is false.
	TouchScan(ctx context.Context, s Scan, now time.Time) (touched bool, err error)
	// AnyWaiting tells whether a scan waits.
	AnyWaiting(ctx context.Context) (bool, error)
	// ScansAhead counts the waiting scans that come before one, up to
	// ScanCountLimit.
	ScansAhead(ctx context.Context, s Scan) (int, error)

	// AddAnalysis stores an analysis that is done, whatever is there of that name.
	AddAnalysis(ctx context.Context, a Analysis) error
	// OpenAnalyses adds the analyzers of a scan that are not there yet.
	OpenAnalyses(ctx context.Context, scan string, analyzers []string) error
	// Analyses lists the analyzers of a scan by name.
	Analyses(ctx context.Context, scan string) ([]Analysis, error)
	// TakeAnalysis gives an analysis that is not finished to a worker; errs.Conflict
	// if it is.
	TakeAnalysis(ctx context.Context, scan, analyzer, worker string, now time.Time) (Analysis, error)
	// EndAnalysis stores what became of an analysis if its attempt still holds
	// (errs.Conflict), having locked the scan, and tells how many are left.
	EndAnalysis(ctx context.Context, a Analysis) (open int, err error)

	// AddLog adds lines to the log of a scan; their Seq must go on where it ended.
	AddLog(ctx context.Context, scan string, lines []LogLine) error
	// Log reads lines of the live log after seq, in order, at most limit.
	Log(ctx context.Context, scan string, after int64, limit int) ([]LogLine, error)
	// LastLog is the last line's Seq, 0 if there is none.
	LastLog(ctx context.Context, scan string) (int64, error)

	// Announce adds to the outbox, unless the event is there already.
	Announce(ctx context.Context, e OutboxEvent) error
	// Announcements lists events that are not delivered, oldest first.
	Announcements(ctx context.Context, limit int) ([]OutboxEvent, error)
	// Announced marks an event.
	Announced(ctx context.Context, id int64, now time.Time) error
}

package webui

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/store"
)

// scanPage is one scan: its stages, what it read, what each analyzer said, and
// its log.
type scanPage struct {
	Frame    frame
	S        app.ScanView
	Stages   []stageStep
	Tally    tally
	Findings string // path of the project's list
	Coverage coverage
	Trouble  []fileRow // what was not read whole or not compared, the worst first
	Read     []fileRow
	Left     int      // of both, that are not listed
	Unpinned []string // components that no file pins to a version
	Changed  []fact   // what became of each unit
	Analyses []analysisRow
	Facts    []fact
	Log      []logLine
	LogNext  string // address of the rest of the log; empty: this is all there is now
	LogLast  int64  // seq of the last line shown
	Follow   string // address of the events; empty: it has ended
	Took     time.Duration
	Mode     string
}

// stageStep is a stage on the line.
type stageStep struct {
	Name  string
	State string // done, running, failed, skipped, cancelled, waiting
	Word  string // of the state, for who cannot see the mark
	Took  string
	Note  string
}

// fileRow is a manifest or lockfile with what became of it.
type fileRow struct {
	inventory.FileCoverage
	Badge badge
	Place string // with the line of the fault
}

// maxFiles bounds how many files of a kind are listed.
const maxFiles = 300

// analysisRow is an analyzer of the scan.
type analysisRow struct {
	store.Analysis
	Badge badge
	Took  time.Duration
	Href  string
}

// logLine is a line of the log; New tells that it is the first of its stage.
type logLine struct {
	store.LogLine
	New bool
}

// logLines is how many lines of the log a page shows at most.
const logLines = 1000

func (u *ui) scan(r *request) (reply, error) {
	view, err := u.app.Scan(r.Context(), r.actor, r.PathValue("scan"))
	if err != nil {
		return nil, err
	}
	after := number64(r.URL.Query().Get("after"))
	log, err := u.app.ScanLog(r.Context(), r.actor, view.ID, after, logLines)
	if err != nil {
		return nil, err
	}
	ledger, err := u.app.ScanLedger(r.Context(), r.actor, view.ID)
	if err != nil && errs.KindOf(err) != errs.NotFound { // old ledgers are not kept for ever
		return nil, err
	}
	p := r.scanPage(view, log)
	p.files(ledger)
	return show("scan", p), nil
}

// files lists what the scan saw: what it could not read or compare, and the rest.
func (p *scanPage) files(l app.Ledger) {
	p.Unpinned = l.Unpinned
	for _, f := range l.Files {
		row := fileRow{f, statusBadge(f.Status), placeOf(f.Path, f.Line)}
		list := &p.Trouble
		if f.Status == inventory.Read {
			list = &p.Read
		}
		if len(*list) == maxFiles {
			p.Left++
			continue
		}
		*list = append(*list, row)
	}
	order := []inventory.Status{inventory.Failed, inventory.NoAdvisories, inventory.Unsupported, inventory.Skipped}
	slices.SortStableFunc(p.Trouble, func(a, b fileRow) int {
		return cmp.Compare(slices.Index(order, a.Status), slices.Index(order, b.Status))
	})
}

func statusBadge(s inventory.Status) badge {
	switch s {
	case inventory.Read:
		return badge{"read", "good", ""}
	case inventory.Failed:
		return badge{"not read", "bad", "It could not be read whole"}
	case inventory.NoAdvisories:
		return badge{"not compared", "warn", "It was read, but the database knows nothing of its ecosystem"}
	case inventory.Unsupported:
		return badge{"not supported", "warn", "A manifest or lockfile of a format that Assay does not read yet"}
	}
	return badge{"skipped", "neutral", "Left out by a rule"}
}

func (r *request) scanPage(s app.ScanView, log app.LogPage) scanPage {
	path := "/scans/" + s.ID
	p := scanPage{
		Frame: r.frame("Scan"), S: s, Stages: stageSteps(&s.Scan, r.now), Tally: scanTally(s.Scan), Findings: projectPath(s.Project.ID) + "/findings",
		Coverage: *coverageOf(s.Scan), Facts: scanFacts(&s), Mode: analysisWords(s.Analysis),
	}
	p.Frame.Crumbs = []link{{"Projects", "/projects"}, {s.Project.Name, projectPath(s.Project.ID)}, {"Scans", projectPath(s.Project.ID) + "/scans"}}
	p.Frame.Badge = stateOfScan(string(s.State), s.Incomplete)
	p.Frame.Title = "Scan of " + s.CreatedAt.UTC().Format("2 January 2006, 15:04 UTC")
	if s.MayScan && !s.State.Ended() && !s.CancelAsked {
		p.Frame.Actions = append(p.Frame.Actions, action{Label: "Cancel", Href: path + "/cancel", Post: true, Icon: "close"})
	}
	if s.MayScan && s.State.Ended() {
		p.Frame.Actions = append(p.Frame.Actions, action{Label: "Scan again", Href: path + "/retry", Post: true, Icon: "play", Primary: s.State == store.ScanFailed})
	}
	p.Changed = changedUnits(s.Changed)
	for _, a := range s.Analyses {
		p.Analyses = append(p.Analyses, analysisRow{a, analysisBadge(a.State), took(a.StartedAt, a.FinishedAt, r.now), path + "/analyzers/" + a.Analyzer})
	}
	p.Took = took(s.StartedAt, s.FinishedAt, r.now)
	p.log(path, log)
	if !s.State.Ended() {
		p.Follow = path + "/events?after=" + strconv.FormatInt(p.LogLast, 10)
	}
	return p
}

func (p *scanPage) log(path string, log app.LogPage) {
	stage := store.Stage("")
	for _, line := range log.Lines {
		p.Log = append(p.Log, logLine{line, line.Stage != stage})
		stage, p.LogLast = line.Stage, line.Seq
	}
	if log.More {
		p.LogNext = path + "?after=" + strconv.FormatInt(p.LogLast, 10) + "#log"
	}
}

// took is how long something lasted, or has lasted until now.
func took(start, end, now time.Time) time.Duration {
	switch {
	case start.IsZero():
		return 0
	case end.IsZero():
		return max(now.Sub(start), 0)
	}
	return end.Sub(start)
}

// stageSteps is the line of all stages: what ran as it ran, the others as waiting.
func stageSteps(s *store.Scan, now time.Time) []stageStep {
	runs := map[store.Stage]store.StageRun{}
	for _, run := range s.Stages {
		runs[run.Stage] = run
	}
	var steps []stageStep
	for _, stage := range store.Stages() {
		run, ok := runs[stage]
		step := stageStep{Name: string(stage), State: run.State, Note: run.Note}
		switch {
		case !ok && s.RepositoryID == "" && (stage == store.StagePrepare || stage == store.StageInventory):
			step.State, step.Note = "skipped", "the inventory was pushed"
		case !ok && s.State.Ended():
			step.State = "never"
		case !ok:
			step.State = "waiting"
		}
		step.Word = stageWords(step.State)
		if d := took(run.Started, run.Finished, now); d > 0 {
			step.Took = duration(d)
		}
		if commit, ok := strings.CutPrefix(step.Note, "commit "); ok {
			step.Note = "commit " + short(commit)
		}
		if run.Tries > 0 {
			step.Note = strings.TrimSuffix(count(int64(run.Tries), "failed try")+"; "+step.Note, "; ")
		}
		steps = append(steps, step)
	}
	return steps
}

func stageWords(state string) string {
	if state == "never" {
		return "not reached"
	}
	return state
}

func analysisBadge(state store.AnalysisState) badge {
	switch state {
	case store.AnalysisDone:
		return badge{"done", "good", ""}
	case store.AnalysisFailed:
		return badge{"failed", "bad", ""}
	case store.AnalysisRunning:
		return badge{"running", "live", ""}
	case store.AnalysisOmitted:
		return badge{"unchanged", "neutral", "The source did not change: the last result stands"}
	}
	return badge{string(state), "neutral", ""}
}

func analysisWords(mode store.AnalysisMode) string {
	switch mode {
	case store.AnalysisFull:
		return "Everything was analysed."
	case store.AnalysisPartial:
		return "Only the parts that changed since the last scan were analysed; all components were compared with the database."
	case store.AnalysisSkipped:
		return "Nothing changed since the last scan, so the analysis of the source was skipped; all components were compared with the database."
	}
	return ""
}

func changedUnits(changed []store.UnitChange) []fact {
	var facts []fact
	for _, c := range changed {
		if c.Change != store.UnitUnchanged {
			facts = append(facts, fact{Label: c.Change, Text: c.Unit, Code: true})
		}
	}
	return facts
}

func scanFacts(s *app.ScanView) []fact {
	var facts []fact
	add := func(label, text string, code bool) {
		if text != "" {
			facts = append(facts, fact{Label: label, Text: text, Code: code})
		}
	}
	add("Started", triggerWord(s.Trigger), false)
	add("Release", s.AskedRelease, false)
	ref := s.Ref
	switch {
	case s.RefUnknown() && s.State.Ended():
		ref = "not found"
	case s.RefUnknown():
		ref = "being looked for"
	case ref == "" && s.RepositoryID != "":
		ref = "default branch"
	}
	add("Ref", ref, s.Ref != "")
	add("Commit", s.Commit, true)
	add("Language", s.Language, false)
	if s.Release != "" {
		facts = append(facts, fact{Label: "Compared with", Text: "release " + s.Release, Href: "/database"})
	} else if s.State == store.ScanDone {
		facts = append(facts, fact{Label: "Compared with", Text: "no advisory database", Href: "/database"})
	}
	add("Worker", s.Worker, true)
	if s.State == store.ScanWaiting && s.QueueAhead > 0 {
		add("Before it", count(int64(s.QueueAhead), "scan"), false)
	}
	if !s.RetryAt.IsZero() && !s.State.Ended() {
		add("Next try", exact(s.RetryAt), false)
	}
	return facts
}

func (u *ui) cancelScan(r *request) (reply, error) {
	scan, err := u.app.CancelScan(r.Context(), r.actor, r.PathValue("scan"))
	if err != nil {
		return nil, err
	}
	says := "The scan is cancelled"
	if !scan.State.Ended() {
		says = "The scan stops as soon as its worker hears of it"
	}
	return goSaying("/scans/"+scan.ID, says), nil
}

func (u *ui) retryScan(r *request) (reply, error) {
	scan, err := u.app.RetryScan(r.Context(), r.actor, r.PathValue("scan"))
	if err != nil {
		return nil, err
	}
	return goSaying("/scans/"+scan.ID, "A new scan is on its way"), nil
}

// scanEvents follows a scan: a "line" for each line of the log, a "state" when
// the page's other parts are to be read anew, an "end".
func (u *ui) scanEvents(r *request) (reply, error) {
	id := r.PathValue("scan")
	if _, err := u.app.Scan(r.Context(), r.actor, id); err != nil {
		return nil, err
	}
	after := number64(r.URL.Query().Get("after"))
	if seen := number64(r.Header.Get("Last-Event-ID")); seen > after {
		after = seen
	}
	leave, err := u.app.Listen(r.actor)
	if err != nil {
		return nil, err
	}
	return raw(func(w http.ResponseWriter, r *request) error {
		defer leave()
		stream, err := startEvents(w, r)
		if err != nil {
			return err
		}
		for event, err := range u.app.FollowLog(r.Context(), r.actor, id, after) {
			if err != nil {
				u.log.WarnContext(r.Context(), "log not followed", "scan", id, "error", err)
				return nil
			}
			if stream.follow(event) != nil {
				return nil // nobody listens any longer
			}
		}
		if r.Context().Err() == nil {
			_ = stream.send("end", "", struct{}{}) // likewise
		}
		return nil
	}), nil
}

func (e events) follow(event app.LogEvent) error {
	if event.Line != nil {
		says := struct {
			Time  string `json:"time"`
			Level string `json:"level"`
			Stage string `json:"stage"`
			Text  string `json:"text"`
		}{event.Line.At.UTC().Format("15:04:05.000"), event.Line.Level, string(event.Line.Stage), event.Line.Text}
		return e.send("line", strconv.FormatInt(event.Line.Seq, 10), says)
	}
	if event.Scan == nil {
		return nil
	}
	return e.send("state", "", struct {
		State string `json:"state"`
		Stage string `json:"stage"`
	}{string(event.Scan.State), string(event.Scan.Stage)})
}

// analysisPage is one analyzer's own result of a scan, before it is merged.
type analysisPage struct {
	Frame frame
	A     app.AnalyzerFindings
	Badge badge
	Rows  []app.AnalyzerVulnerability
	More  int
	Empty emptyState
}

// maxAnalysed bounds a page of a result: the whole is had by the API.
const maxAnalysed = 500

func (u *ui) analysis(r *request) (reply, error) {
	scan, err := u.app.Scan(r.Context(), r.actor, r.PathValue("scan"))
	if err != nil {
		return nil, err
	}
	result, err := u.app.AnalyzerFindings(r.Context(), r.actor, scan.ID, r.PathValue("analyzer"))
	if err != nil {
		return nil, err
	}
	return show("analysis", r.analysisPage(scan, result)), nil
}

func (r *request) analysisPage(scan app.ScanView, result app.AnalyzerFindings) analysisPage {
	p := analysisPage{Frame: r.frame("Analyzer " + result.Analyzer), A: result, Badge: analysisBadge(result.State), Rows: result.Vulnerabilities}
	p.Frame.Crumbs = []link{{scan.Project.Name, projectPath(scan.Project.ID)}, {"Scan", "/scans/" + scan.ID}}
	p.Frame.Badge = p.Badge
	p.Frame.Wide = true
	p.Frame.Lead = fmt.Sprintf("What it said by itself: %s. The project's findings are what all analyzers said, merged, with the decisions.", count(int64(len(p.Rows)), "finding"))
	p.Frame.Actions = []action{{Label: "Project's findings", Href: projectPath(scan.Project.ID) + "/findings"}}
	if len(p.Rows) > maxAnalysed {
		p.More = len(p.Rows) - maxAnalysed
		p.Rows = p.Rows[:maxAnalysed]
	}
	p.Empty = emptyState{Icon: "check", Title: "It found nothing"}
	if result.State != store.AnalysisDone {
		p.Empty = emptyState{Icon: "clock", Title: "There is no result", Text: result.Error}
	}
	return p
}

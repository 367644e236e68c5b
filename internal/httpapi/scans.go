package httpapi

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/store"
)

// scans are the operations on scans.
func (a *api) scans(r huma.API) {
	register(a, r, huma.Operation{
		OperationID: "create-scan", Method: http.MethodPost, Path: "/projects/{project}/scans", DefaultStatus: http.StatusCreated, Tags: []string{"scans"},
		Summary: "Start a scan", Description: "Fetches the repository at a ref, or at that of a release, and scans it. A scan that waits for the same already is returned instead.",
	}, a.createScan)
	register(a, r, upload(huma.Operation{
		OperationID: "push-inventory", Method: http.MethodPost, Path: "/projects/{project}/inventories", DefaultStatus: http.StatusCreated, Tags: []string{"scans"},
		Summary: "Push an inventory", Description: "Takes what `assay scan -o json` wrote elsewhere, instead of fetching a repository, and starts the scan that matches it.",
	}, a.o.MaxUpload, "application/json"), a.pushScan)
	register(a, r, huma.Operation{
		OperationID: "list-project-scans", Method: http.MethodGet, Path: "/projects/{project}/scans", Summary: "List a project's scans, newest first", Tags: []string{"scans"},
	}, a.projectScans)
	register(a, r, huma.Operation{
		OperationID: "list-scans", Method: http.MethodGet, Path: "/scans", Summary: "List all scans, newest first", Tags: []string{"scans"},
	}, a.allScans)
	register(a, r, huma.Operation{
		OperationID: "get-activity", Method: http.MethodGet, Path: "/activity", Summary: "Count scans by state", Tags: []string{"scans"},
	}, a.activity)
	register(a, r, huma.Operation{
		OperationID: "get-scan", Method: http.MethodGet, Path: "/scans/{scan}", Summary: "Get a scan", Tags: []string{"scans"},
	}, a.scan)
	register(a, r, huma.Operation{
		OperationID: "cancel-scan", Method: http.MethodPost, Path: "/scans/{scan}/cancel", Summary: "Cancel a scan", Tags: []string{"scans"},
		Description: "Ends a scan that waits at once, and one that runs as soon as its worker hears of it.",
	}, a.cancelScan)
	register(a, r, huma.Operation{
		OperationID: "retry-scan", Method: http.MethodPost, Path: "/scans/{scan}/retry", DefaultStatus: http.StatusCreated, Summary: "Start a scan again", Tags: []string{"scans"},
	}, a.retryScan)
	a.scanResults(r)
}

// scanResults are the operations on what a scan found and said.
func (a *api) scanResults(r huma.API) {
	register(a, r, huma.Operation{
		OperationID: "get-scan-log", Method: http.MethodGet, Path: "/scans/{scan}/log", Summary: "Read a scan's log", Tags: []string{"scans"},
	}, a.scanLog)
	register(a, r, huma.Operation{
		OperationID: "follow-scan", Method: http.MethodGet, Path: "/scans/{scan}/events", Summary: "Follow a scan", Tags: []string{"scans"},
		Description: "Server-Sent Events: `line` for each line of the log, with its number as id, and `scan` whenever state or stage change. The stream ends when the scan ends.",
		Responses: map[string]*huma.Response{"200": {Description: "A stream of events.", Content: map[string]*huma.MediaType{
			"text/event-stream": {Schema: &huma.Schema{Type: "string"}},
		}}},
	}, a.followScan)
	register(a, r, huma.Operation{
		OperationID: "list-analyses", Method: http.MethodGet, Path: "/scans/{scan}/analyses", Summary: "List a scan's analyzers", Tags: []string{"scans"},
	}, a.analyses)
	register(a, r, huma.Operation{
		OperationID: "get-analysis", Method: http.MethodGet, Path: "/scans/{scan}/analyses/{analyzer}", Summary: "Get one analyzer's vulnerabilities", Tags: []string{"scans"},
	}, a.analysis)
	register(a, r, huma.Operation{
		OperationID: "get-scan-vulnerabilities", Method: http.MethodGet, Path: "/scans/{scan}/vulnerabilities", Summary: "Get a scan's merged vulnerabilities", Tags: []string{"scans"},
		Description: "One entry for each component and vulnerability, of all analyzers together, as of the end of the scan and whatever was decided of it.",
	}, a.scanVulnerabilities)
	register(a, r, huma.Operation{
		OperationID: "get-scan-coverage", Method: http.MethodGet, Path: "/scans/{scan}/coverage", Summary: "Get what a scan read and did not read", Tags: []string{"scans"},
	}, a.scanCoverage)
}

// scanBody is a scan.
type scanBody struct {
	ID           string       `json:"id"`
	Project      string       `json:"project"`
	ProjectName  string       `json:"project_name,omitempty"`
	Repository   string       `json:"repository,omitempty" doc:"Absent: an inventory was pushed."`
	Ref          string       `json:"ref" doc:"Branch or tag; empty: the remote's HEAD, or that of the release asked for was not found yet."`
	AskedRelease string       `json:"asked_release,omitempty" doc:"The name of the release that was asked for in the place of a ref."`
	Commit       string       `json:"commit,omitempty"`
	Language     string       `json:"language,omitempty" doc:"As asked for."`
	Languages    []string     `json:"languages" nullable:"false" doc:"That were found."`
	Trigger      string       `json:"trigger" enum:"manual,push,schedule,create,advisories"`
	RequestedBy  string       `json:"requested_by"`
	State        string       `json:"state" enum:"waiting,queued,running,done,failed,cancelled"`
	Stage        string       `json:"stage" enum:"prepare,inventory,compare,analyse,merge,notify" doc:"The one to do next, or at which it ended."`
	Stages       []stageBody  `json:"stages,omitempty"`
	Cancelling   bool         `json:"cancelling,omitempty" doc:"Somebody asked to cancel it."`
	Tries        int          `json:"tries,omitempty" doc:"Failures of the stage."`
	RetryAt      *time.Time   `json:"retry_at,omitempty"`
	CreatedAt    time.Time    `json:"created_at"`
	StartedAt    *time.Time   `json:"started_at,omitempty"`
	FinishedAt   *time.Time   `json:"finished_at,omitempty"`
	Error        string       `json:"error,omitempty"`
	Analysis     string       `json:"analysis,omitempty" enum:"full,partial,skipped" doc:"How much of the source was analysed anew; matching always is."`
	Changed      []changeBody `json:"changed,omitempty" doc:"Units, as compared with the last scan."`
	Release      string       `json:"release,omitempty" doc:"Of the advisory database; absent: none, nothing was matched."`
	Components   int          `json:"components"`
	Files        filesBody    `json:"files"`
	Incomplete   bool         `json:"incomplete" doc:"Not everything was read and checked: see coverage and notices."`
	Notices      []string     `json:"notices" nullable:"false"`
	Findings     severities   `json:"findings"`
	Appeared     int          `json:"appeared" doc:"Findings that are new."`
	Disappeared  int          `json:"disappeared"`
	WaitingAhead int          `json:"waiting_ahead,omitempty" doc:"Waiting scans that come before it."`
}

type stageBody struct {
	Stage      string     `json:"stage"`
	State      string     `json:"state" enum:"running,done,skipped,failed,cancelled"`
	StartedAt  *time.Time `json:"started_at,omitempty"`
	FinishedAt *time.Time `json:"finished_at,omitempty"`
	Tries      int        `json:"tries,omitempty"`
	Note       string     `json:"note,omitempty"`
}

type changeBody struct {
	Unit   string `json:"unit"`
	Change string `json:"change" enum:"new,changed,unchanged,gone"`
}

type filesBody struct {
	Read   int `json:"read"`
	Failed int `json:"failed"`
	Other  int `json:"other" doc:"Unsupported, without advisories, or left out by a rule."`
}

type severities struct {
	Critical int `json:"critical"`
	High     int `json:"high"`
	Medium   int `json:"medium"`
	Low      int `json:"low"`
	None     int `json:"none"`
	Unknown  int `json:"unknown"`
}

func at(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func toScan(s *store.Scan) scanBody {
	b := scanBody{
		ID: s.ID, Project: s.ProjectID, Repository: s.RepositoryID, Ref: s.Ref, AskedRelease: s.AskedRelease, Commit: s.Commit, Language: s.Language, Languages: s.Languages,
		Trigger: string(s.Trigger), RequestedBy: s.RequestedBy, State: string(s.State), Stage: string(s.Stage), Cancelling: s.CancelAsked && !s.State.Ended(),
		Tries: s.Tries, RetryAt: at(s.RetryAt), CreatedAt: s.CreatedAt, StartedAt: at(s.StartedAt), FinishedAt: at(s.FinishedAt), Error: s.Error,
		Analysis: string(s.Analysis), Components: s.Components, Files: filesBody{s.FilesRead, s.FilesFailed, s.FilesOther}, Incomplete: s.Incomplete, Notices: s.Notices,
		Findings: severities{s.Critical, s.High, s.Medium, s.Low, s.Negligible, s.Unknown}, Appeared: s.Appeared, Disappeared: s.Disappeared,
	}
	if b.Languages == nil {
		b.Languages = []string{}
	}
	if b.Notices == nil {
		b.Notices = []string{}
	}
	for _, run := range s.Stages {
		b.Stages = append(b.Stages, stageBody{string(run.Stage), run.State, at(run.Started), at(run.Finished), run.Tries, run.Note})
	}
	for _, c := range s.Changed {
		b.Changed = append(b.Changed, changeBody(c))
	}
	return b
}

// scanOut answers with a scan.
type scanOut struct {
	Location string `header:"Location"`
	Body     scanBody
}

func scanAnswer(s store.Scan, err error) (*scanOut, error) {
	if err != nil {
		return nil, err
	}
	return &scanOut{Location: Prefix + "/scans/" + s.ID, Body: toScan(&s)}, nil
}

type createScanIn struct {
	Project string `path:"project" maxLength:"40"`
	Body    struct {
		Repository string `json:"repository,omitempty" maxLength:"40" doc:"One of the project's; needed only if it has several."`
		Ref        string `json:"ref,omitempty" maxLength:"255" doc:"Branch or tag; absent: what the repository is set to."`
		Release    string `json:"release,omitempty" maxLength:"100" example:"App v1.0" doc:"In the place of ref: the name of a release, with its version number. Its ref is looked for by the project's release_pattern, where # stands for the number; 1.0 is also looked for as 1.0.0 and 1."`
		Language   string `json:"language,omitempty" maxLength:"40" doc:"Narrows the scan, such as javascript or PyPI; absent: all that is found."`
	}
}

func (a *api) createScan(ctx context.Context, who app.Actor, in *createScanIn) (*scanOut, error) {
	return scanAnswer(a.app.CreateScan(ctx, who, app.NewScan{
		Project: in.Project, Repository: in.Body.Repository, Ref: in.Body.Ref, Release: in.Body.Release, Language: in.Body.Language, Trigger: store.TriggerManual,
	}))
}

type pushIn struct {
	Upload
	Project string `path:"project" maxLength:"40"`
	Ref     string `query:"ref" maxLength:"255" doc:"The branch or tag that the inventory is of; absent: what the document says, else main."`
	Commit  string `query:"commit" maxLength:"64" doc:"Absent: what the document says."`
}

func (a *api) pushScan(ctx context.Context, who app.Actor, in *pushIn) (*scanOut, error) {
	return scanAnswer(a.app.PushScan(ctx, who, app.Push{Project: in.Project, Ref: in.Ref, Commit: in.Commit, Body: in.stream, Size: in.size}))
}

// ScanPaging is Paging without the sort: scans have one order.
type ScanPaging struct {
	Limit   int      `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"How many items to answer with at most."`
	Cursor  string   `query:"cursor" maxLength:"1000" doc:"Where to go on: the next of the answer before."`
	State   []string `query:"state" maxItems:"6" enum:"waiting,queued,running,done,failed,cancelled" doc:"Only in one of these states."`
	Trigger string   `query:"trigger" enum:"manual,push,schedule,create,advisories"`
}

func (p ScanPaging) query(project string) app.ScanQuery {
	q := app.ScanQuery{Project: project, Trigger: store.Trigger(p.Trigger), Page: store.Page{Limit: p.Limit, Cursor: p.Cursor}}
	for _, s := range p.State {
		q.States = append(q.States, store.ScanState(s))
	}
	return q
}

type projectScansIn struct {
	Project string `path:"project" maxLength:"40"`
	ScanPaging
}

func (a *api) projectScans(ctx context.Context, who app.Actor, in *projectScansIn) (*Listed[scanBody], error) {
	return a.listScans(ctx, who, in.query(in.Project))
}

type allScansIn struct{ ScanPaging }

func (a *api) allScans(ctx context.Context, who app.Actor, in *allScansIn) (*Listed[scanBody], error) {
	return a.listScans(ctx, who, in.query(""))
}

func (a *api) listScans(ctx context.Context, who app.Actor, q app.ScanQuery) (*Listed[scanBody], error) {
	list, err := a.app.Scans(ctx, who, q)
	if err != nil {
		return nil, err
	}
	return listed(ctx, list, func(row app.ScanRow) scanBody {
		b := toScan(&row.Scan)
		b.ProjectName, b.Stages, b.Changed = row.Project.Name, nil, nil
		return b
	}), nil
}

type activityOut struct {
	Body struct {
		Waiting      int `json:"waiting"`
		Queued       int `json:"queued"`
		Running      int `json:"running"`
		Done         int `json:"done" doc:"Within the last day, among the newest thousand scans; so are failed and cancelled."`
		Failed       int `json:"failed"`
		Cancelled    int `json:"cancelled"`
		Limit        int `json:"limit" doc:"Of scans at once."`
		ProjectLimit int `json:"project_limit"`
	}
}

func (a *api) activity(ctx context.Context, who app.Actor, _ *struct{}) (*activityOut, error) {
	now, err := a.app.Activity(ctx, who)
	if err != nil {
		return nil, err
	}
	out := &activityOut{}
	b, c := &out.Body, now.Counts
	b.Waiting, b.Queued, b.Running, b.Done, b.Failed, b.Cancelled = c.Waiting, c.Queued, c.Running, c.Done, c.Failed, c.Cancelled
	b.Limit, b.ProjectLimit = now.Limits.Global, now.Limits.Project
	return out, nil
}

// ScanIn names a scan.
type ScanIn struct {
	Scan string `path:"scan" maxLength:"40"`
}

func (a *api) scan(ctx context.Context, who app.Actor, in *ScanIn) (*scanOut, error) {
	v, err := a.app.Scan(ctx, who, in.Scan)
	if err != nil {
		return nil, err
	}
	out := &scanOut{Body: toScan(&v.Scan)}
	out.Body.ProjectName, out.Body.Release, out.Body.WaitingAhead = v.Project.Name, v.Release, v.QueueAhead
	return out, nil
}

func (a *api) cancelScan(ctx context.Context, who app.Actor, in *ScanIn) (*scanOut, error) {
	return scanAnswer(a.app.CancelScan(ctx, who, in.Scan))
}

func (a *api) retryScan(ctx context.Context, who app.Actor, in *ScanIn) (*scanOut, error) {
	return scanAnswer(a.app.RetryScan(ctx, who, in.Scan))
}

type scanLogIn struct {
	ScanIn
	After int64 `query:"after" minimum:"0" doc:"Only lines after this number."`
	Limit int   `query:"limit" minimum:"1" maximum:"1000" default:"1000"`
}

type scanLogOut struct {
	Body struct {
		Lines []store.LogLine `json:"lines" nullable:"false"`
		More  bool            `json:"more" doc:"There are further lines now."`
		Ended bool            `json:"ended" doc:"The scan has ended: nothing else will follow."`
	}
}

func (a *api) scanLog(ctx context.Context, who app.Actor, in *scanLogIn) (*scanLogOut, error) {
	page, err := a.app.ScanLog(ctx, who, in.Scan, in.After, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &scanLogOut{}
	out.Body.Lines, out.Body.More, out.Body.Ended = page.Lines, page.More, page.Ended
	if out.Body.Lines == nil {
		out.Body.Lines = []store.LogLine{}
	}
	return out, nil
}

type followIn struct {
	ScanIn
	LastEventID string `header:"Last-Event-ID" maxLength:"20" doc:"The number of the last line that was received: what came after it follows."`
}

// followOut streams.
type followOut struct {
	ContentType  string `header:"Content-Type"`
	CacheControl string `header:"Cache-Control"`
	Body         func(ctx huma.Context)
}

// followScan reads the first event before it answers, so that a refusal is one.
func (a *api) followScan(ctx context.Context, who app.Actor, in *followIn) (*followOut, error) {
	after, err := strconv.ParseInt(in.LastEventID, 10, 64)
	if err != nil || after < 0 {
		after = 0
	}
	if _, err := a.app.ScanLog(ctx, who, in.Scan, after, 1); err != nil {
		return nil, err
	}
	leave, err := a.app.Listen(who)
	if err != nil {
		return nil, err
	}
	return &followOut{ContentType: "text/event-stream", CacheControl: "no-store", Body: func(h huma.Context) {
		defer leave()
		for event, err := range a.app.FollowLog(ctx, who, in.Scan, after) {
			if err != nil {
				a.log.WarnContext(ctx, "follow a scan", "scan", in.Scan, "error", err.Error())
				return
			}
			if _, err := h.BodyWriter().Write(eventText(event)); err != nil {
				return
			}
			flush(h)
		}
	}}, nil
}

// flush sends what was written; a writer that cannot sends it at the end.
func flush(h huma.Context) {
	w, ok := h.BodyWriter().(http.ResponseWriter)
	if !ok {
		return
	}
	control := http.NewResponseController(w)
	_ = control.Flush()                       // what cannot is sent at the end
	_ = control.SetWriteDeadline(time.Time{}) // the stream ends with the scan
}

// eventText is an event as the stream has it.
func eventText(e app.LogEvent) []byte {
	var out bytes.Buffer
	var body any
	if e.Line != nil {
		fmt.Fprintf(&out, "id: %d\nevent: line\n", e.Line.Seq)
		body = e.Line
	} else {
		out.WriteString("event: scan\n")
		body = toScan(e.Scan)
	}
	text, err := json.Marshal(body)
	if err != nil {
		text = []byte("{}") // texts, numbers and times always can
	}
	out.WriteString("data: ")
	out.Write(text)
	out.WriteString("\n\n")
	return out.Bytes()
}

// AnalysisBody is an analyzer of a scan.
type AnalysisBody struct {
	Analyzer   string     `json:"analyzer"`
	State      string     `json:"state" enum:"open,running,done,failed,skipped,cancelled"`
	StartedAt  *time.Time `json:"started_at,omitempty"`
	FinishedAt *time.Time `json:"finished_at,omitempty"`
	Findings   int        `json:"findings"`
	Error      string     `json:"error,omitempty"`
}

func toAnalysis(a *store.Analysis) AnalysisBody {
	return AnalysisBody{a.Analyzer, string(a.State), at(a.StartedAt), at(a.FinishedAt), a.Findings, a.Error}
}

type analysesOut struct {
	Body struct {
		Analyses []AnalysisBody `json:"analyses" nullable:"false"`
	}
}

func (a *api) analyses(ctx context.Context, who app.Actor, in *ScanIn) (*analysesOut, error) {
	list, err := a.app.Analyses(ctx, who, in.Scan)
	if err != nil {
		return nil, err
	}
	out := &analysesOut{}
	out.Body.Analyses = make([]AnalysisBody, len(list))
	for i := range list {
		out.Body.Analyses[i] = toAnalysis(&list[i])
	}
	return out, nil
}

type analysisIn struct {
	ScanIn
	Analyzer string `path:"analyzer" maxLength:"40"`
}

type analysisOut struct {
	Body struct {
		AnalysisBody
		Vulnerabilities []app.AnalyzerVulnerability `json:"vulnerabilities" nullable:"false"`
	}
}

func (a *api) analysis(ctx context.Context, who app.Actor, in *analysisIn) (*analysisOut, error) {
	found, err := a.app.AnalyzerFindings(ctx, who, in.Scan, in.Analyzer)
	if err != nil {
		return nil, err
	}
	out := &analysisOut{}
	out.Body.AnalysisBody, out.Body.Vulnerabilities = toAnalysis(&found.Analysis), found.Vulnerabilities
	return out, nil
}

type vulnerabilitiesOut struct {
	Body struct {
		Vulnerabilities []app.AnalyzerVulnerability `json:"vulnerabilities" nullable:"false"`
	}
}

func (a *api) scanVulnerabilities(ctx context.Context, who app.Actor, in *ScanIn) (*vulnerabilitiesOut, error) {
	list, err := a.app.ScanVulnerabilities(ctx, who, in.Scan)
	if err != nil {
		return nil, err
	}
	out := &vulnerabilitiesOut{}
	out.Body.Vulnerabilities = list
	return out, nil
}

type coverageOut struct {
	Body struct {
		Files    []coveredFile `json:"files" nullable:"false"`
		Unpinned []string      `json:"unpinned" nullable:"false" doc:"Components without a version: not checked."`
	}
}

type coveredFile struct {
	Path      string `json:"path"`
	Kind      string `json:"kind"`
	Ecosystem string `json:"ecosystem,omitempty"`
	Status    string `json:"status" enum:"read,failed,unsupported,no-advisories,skipped-by-rule"`
	Reason    string `json:"reason,omitempty"`
	Line      int    `json:"line,omitempty"`
}

func (a *api) scanCoverage(ctx context.Context, who app.Actor, in *ScanIn) (*coverageOut, error) {
	ledger, err := a.app.ScanLedger(ctx, who, in.Scan)
	if err != nil {
		return nil, err
	}
	out := &coverageOut{}
	out.Body.Files, out.Body.Unpinned = make([]coveredFile, len(ledger.Files)), ledger.Unpinned
	if out.Body.Unpinned == nil {
		out.Body.Unpinned = []string{}
	}
	for i, f := range ledger.Files {
		out.Body.Files[i] = covered(f)
	}
	return out, nil
}

func covered(f inventory.FileCoverage) coveredFile {
	return coveredFile{f.Path, f.Kind, f.Ecosystem, string(f.Status), f.Reason, f.Line}
}

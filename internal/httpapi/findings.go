package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/finding"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/severity"
	"github.com/assay-sca/assay/internal/store"
)

// Component is a version of a package.
type Component struct {
	ID        int64    `json:"id"`
	PURL      string   `json:"purl"`
	Ecosystem string   `json:"ecosystem"`
	Name      string   `json:"name"`
	Version   string   `json:"version" doc:"Empty: no file pins it."`
	Origin    string   `json:"origin,omitempty" doc:"Where its code comes from, if not from its ecosystem's registry."`
	Licences  []string `json:"licences" nullable:"false"`
}

func componentOf(c store.Component) Component {
	return Component{c.ID, c.PURL, c.Ecosystem, c.Name, c.Version, c.Origin.Ref, texts(c.Licences)}
}

// Finding is a component and a vulnerability in a version of a project.
type Finding struct {
	ID            int64             `json:"id"`
	Project       string            `json:"project"`
	Version       int64             `json:"version" doc:"Of the project."`
	Component     Component         `json:"component"`
	Vulnerability string            `json:"vulnerability"`
	Aliases       []string          `json:"aliases" nullable:"false"`
	Severity      string            `json:"severity" enum:"critical,high,medium,low,none,unknown"`
	Score         float64           `json:"score" doc:"The highest CVSS base score; 0: there is none."`
	Summary       string            `json:"summary"`
	FixedIn       []string          `json:"fixed_in" nullable:"false" doc:"The versions that end the ranges, lowest first."`
	Exploited     bool              `json:"exploited"`
	EPSS          float64           `json:"epss"`
	Direct        bool              `json:"direct"`
	Scope         string            `json:"scope"`
	Advisories    []FindingAdvisory `json:"advisories" nullable:"false"`
	State         string            `json:"state" enum:"open,not_affected,accepted,fixed"`
	Until         time.Time         `json:"until,omitzero" doc:"When the acceptance ends."`
	Decision      *Decision         `json:"decision,omitempty" doc:"The one that holds."`
	FirstSeen     time.Time         `json:"first_seen"`
	Known         time.Time         `json:"known" doc:"When a release of the advisory database that says so was imported."`
	Gone          time.Time         `json:"gone,omitzero" doc:"When a scan did not find it any more."`
	ETag          string            `json:"etag" doc:"What If-Match takes to decide on it."`
}

// FindingAdvisory is a record that says so.
type FindingAdvisory struct {
	ID       string `json:"id"`
	Provider string `json:"provider"`
	Range    string `json:"range"`
}

// Decision is what somebody decided of a finding.
type Decision struct {
	At      time.Time `json:"at"`
	Actor   string    `json:"actor"`
	State   string    `json:"state"`
	Reason  string    `json:"reason,omitempty"`
	Comment string    `json:"comment,omitempty"`
	Until   time.Time `json:"until,omitzero"`
}

func decisionOf(d store.Decision) Decision {
	return Decision{d.At, d.Actor, string(d.State), d.Reason, d.Comment, d.Until}
}

func findingOf(f store.Finding) Finding {
	out := Finding{
		ID: f.ID, Project: f.ProjectID, Version: f.VersionID, Component: componentOf(f.Component), Vulnerability: f.Vulnerability(), Aliases: texts(f.Detail.Aliases),
		Severity: f.Severity.String(), Score: f.Score, Summary: f.Summary, FixedIn: texts(f.Detail.FixedIn), Exploited: f.Exploited, EPSS: f.EPSS,
		Direct: f.Direct, Scope: string(f.Scope), State: string(f.State), Until: f.Until, FirstSeen: f.FirstSeen, Known: f.Known, Gone: f.Gone, ETag: etag(f.Revision),
		Advisories: each(f.Detail.Advisories, func(a store.FindingAdvisory) FindingAdvisory { return FindingAdvisory{a.ID, a.Provider, a.Range} }),
	}
	if f.Decision != nil {
		d := decisionOf(*f.Decision)
		out.Decision = &d
	}
	return out
}

// FindingDetail is a finding with why it is said, where it stands and what
// happened to it.
type FindingDetail struct {
	Finding
	Evidence    []Evidence        `json:"evidence" nullable:"false"`
	Dissent     []FindingAdvisory `json:"dissent" nullable:"false" doc:"Records that say that this version is not affected."`
	Path        []Component       `json:"path" nullable:"false" doc:"From a direct dependency to the component; empty: none leads there."`
	Occurrences []Occurrence      `json:"occurrences" nullable:"false"`
	History     []HistoryEntry    `json:"history" nullable:"false" doc:"The last first."`
	Exposure    Exposure          `json:"exposure"`
}

// Evidence is why a record matched.
type Evidence struct {
	Advisory string `json:"advisory"`
	Interval string `json:"interval"`
	Version  string `json:"version"`
	Scheme   string `json:"scheme" doc:"By which they were compared."`
}

// Occurrence is where a component stands.
type Occurrence struct {
	Unit     string   `json:"unit"`
	Path     string   `json:"path"`
	Line     int      `json:"line,omitempty"`
	Direct   bool     `json:"direct"`
	Scope    string   `json:"scope"`
	Declared []string `json:"declared" nullable:"false"`
}

// HistoryEntry is something that happened to a finding.
type HistoryEntry struct {
	At    time.Time `json:"at"`
	Kind  string    `json:"kind" enum:"seen,known,gone,decided"`
	Text  string    `json:"text"`
	Actor string    `json:"actor,omitempty"`
}

// Exposure says since when a project was exposed.
type Exposure struct {
	Since    time.Time `json:"since,omitzero" doc:"Used, and known here to be affected."`
	Used     time.Time `json:"used,omitzero" doc:"The first scan that saw the component."`
	Known    time.Time `json:"known,omitzero" doc:"The first import of a release that said so."`
	Knowable time.Time `json:"knowable,omitzero" doc:"When that release was built."`
	Until    time.Time `json:"until,omitzero" doc:"Absent with a since: still."`
}

func exposureOf(e app.Exposure) Exposure {
	return Exposure{e.Since, e.Used, e.Known, e.Knowable, e.Until}
}

// findings are the operations on findings.
func (a *api) findings(r huma.API) {
	tags := []string{"findings"}
	register(a, r, huma.Operation{
		OperationID: "list-findings", Method: http.MethodGet, Path: "/projects/{project}/findings", Tags: tags, Summary: "List a project's findings",
		Description: "The merged list: one finding for each component and vulnerability. Without a version those of the main versions; without a state those that are open. Sorts by severity, vulnerability, component, epss or since.",
	}, a.listFindings)
	register(a, r, huma.Operation{
		OperationID: "get-finding", Method: http.MethodGet, Path: "/projects/{project}/findings/{finding}", Tags: tags, Summary: "Get a finding with its evidence",
		Description: "A finding that was merged into another gives that one.",
	}, a.getFinding)
	register(a, r, huma.Operation{
		OperationID: "decide-finding", Method: http.MethodPost, Path: "/projects/{project}/findings/{finding}/decisions", Tags: tags, Summary: "Decide on a finding",
	}, a.decideFinding)
	register(a, r, huma.Operation{
		OperationID: "decide-findings", Method: http.MethodPost, Path: "/projects/{project}/decisions", Tags: tags, Summary: "Decide on many findings at once",
	}, a.decideFindings)
	register(a, r, huma.Operation{
		OperationID: "get-exposure", Method: http.MethodGet, Path: "/projects/{project}/exposure/{vulnerability}", Tags: tags, Summary: "Tell whether a project was exposed at an instant",
	}, a.getExposure)
}

// FindingFilterInput narrows a list of findings.
type FindingFilterInput struct {
	Version   int64    `query:"version" minimum:"0" doc:"Of the project; absent: its main versions."`
	Severity  []string `query:"severity" maxItems:"6" doc:"critical, high, medium, low, none or unknown."`
	State     []string `query:"state" maxItems:"4" doc:"open, not_affected, accepted or fixed; absent: open."`
	All       bool     `query:"all" doc:"Whatever the state."`
	Gone      bool     `query:"gone" doc:"Those that are not found any more instead."`
	Direct    string   `query:"direct" enum:"true,false"`
	Scope     []string `query:"scope" maxItems:"6"`
	Exploited bool     `query:"exploited"`
	Fixable   bool     `query:"fixable"`
	Ecosystem string   `query:"ecosystem" maxLength:"100"`
	Component int64    `query:"component" minimum:"0"`
	Text      string   `query:"q" maxLength:"200" doc:"The beginning of the vulnerability's id or of the component's name."`
}

func (in *FindingFilterInput) filter() (store.FindingFilter, error) {
	f := store.FindingFilter{
		Version: in.Version, All: in.All, Gone: in.Gone, Exploited: in.Exploited, Fixable: in.Fixable, Ecosystem: in.Ecosystem, Component: in.Component, Text: in.Text,
		Scope: each(in.Scope, func(s string) inventory.Scope { return inventory.Scope(s) }), State: each(in.State, func(s string) store.State { return store.State(s) }),
	}
	if in.Direct != "" {
		direct := in.Direct == "true"
		f.Direct = &direct
	}
	var err error
	f.Severity, err = levels(in.Severity)
	return f, err
}

// levels reads severities.
func levels(words []string) ([]severity.Level, error) {
	var out []severity.Level
	var faults app.Faults
	for _, w := range words {
		l, ok := severity.ParseLevel(w)
		switch w {
		case "unknown":
			l, ok = severity.Unknown, true
		case "none":
			l, ok = severity.None, true
		}
		faults.Unless(ok, "severity", "is none of critical, high, medium, low, none and unknown")
		out = append(out, l)
	}
	return out, faults.Err()
}

type listFindingsInput struct {
	ProjectPath
	Paging
	FindingFilterInput
}

func (a *api) listFindings(ctx context.Context, who app.Actor, in *listFindingsInput) (*Listed[Finding], error) {
	filter, err := in.filter()
	if err != nil {
		return nil, err
	}
	found, err := a.app.Findings(ctx, who, app.FindingQuery{Project: in.Project, Filter: filter, Page: in.page()})
	return listed(ctx, found.List, findingOf), err
}

// FindingPath names a finding.
type FindingPath struct {
	ProjectPath
	Finding int64 `path:"finding" minimum:"1"`
}

type findingAnswer struct {
	ETag string `header:"ETag"`
	Body FindingDetail
}

func (a *api) getFinding(ctx context.Context, who app.Actor, in *FindingPath) (*findingAnswer, error) {
	v, err := a.app.Finding(ctx, who, in.Project, in.Finding)
	if err != nil {
		return nil, err
	}
	return &findingAnswer{etag(v.Revision), FindingDetail{
		Finding:  findingOf(v.Finding),
		Evidence: each(v.Detail.Evidence, func(e finding.Evidence) Evidence { return Evidence{e.Advisory, e.Interval, e.Version, e.Scheme} }),
		Dissent:  each(v.Detail.Dissent, func(d finding.Advisory) FindingAdvisory { return FindingAdvisory{d.ID, d.Provider, d.Range} }),
		Path:     each(v.Path, componentOf), Exposure: exposureOf(v.Exposure),
		Occurrences: each(v.Occurrences, func(o app.Occurrence) Occurrence {
			return Occurrence{o.Unit, o.Path, o.Line, o.Direct, o.Scope, texts(o.Declared)}
		}),
		History: each(v.History, func(h app.HistoryEntry) HistoryEntry { return HistoryEntry{h.At, h.Kind, h.Text, h.Actor} }),
	}}, nil
}

// DecisionBody is a decision to be made.
type DecisionBody struct {
	State   string    `json:"state" enum:"open,not_affected,accepted,fixed"`
	Reason  string    `json:"reason,omitempty" maxLength:"100" doc:"Of not_affected: component_not_present, vulnerable_code_not_present, vulnerable_code_not_in_execute_path, vulnerable_code_cannot_be_controlled_by_adversary or inline_mitigations_already_exist."`
	Comment string    `json:"comment,omitempty" maxLength:"8000" doc:"Needed for accepted."`
	Until   time.Time `json:"until,omitempty" doc:"Needed for accepted: when it ends."`
}

func (b *DecisionBody) decide(project string) app.Decide {
	return app.Decide{Project: project, State: store.State(b.State), Reason: b.Reason, Comment: b.Comment, Until: b.Until}
}

type decideFindingInput struct {
	FindingPath
	IfMatch
	Body DecisionBody
}

type decidedAnswer struct {
	Body struct {
		Changed int64 `json:"changed" doc:"Findings."`
	}
}

func (a *api) decideFinding(ctx context.Context, who app.Actor, in *decideFindingInput) (*decidedAnswer, error) {
	revision, err := in.revision()
	if err != nil {
		return nil, err
	}
	d := in.Body.decide(in.Project)
	d.IDs, d.Revision = []int64{in.Finding}, revision
	return a.decided(a.app.Decide(ctx, who, d))
}

type decideFindingsInput struct {
	ProjectPath
	Body struct {
		DecisionBody
		Findings []int64 `json:"findings" minItems:"1" maxItems:"1000"`
	}
}

func (a *api) decideFindings(ctx context.Context, who app.Actor, in *decideFindingsInput) (*decidedAnswer, error) {
	d := in.Body.decide(in.Project)
	d.IDs = in.Body.Findings
	return a.decided(a.app.Decide(ctx, who, d))
}

func (a *api) decided(changed int64, err error) (*decidedAnswer, error) {
	out := &decidedAnswer{}
	out.Body.Changed = changed
	return out, err
}

type exposureInput struct {
	ProjectPath
	Vulnerability string    `path:"vulnerability" maxLength:"100"`
	At            time.Time `query:"at" doc:"Absent: now."`
}

type exposureAnswer struct {
	Body struct {
		At       time.Time `json:"at"`
		Used     bool      `json:"used" doc:"A component was used that, by today's knowledge, was affected."`
		Known    bool      `json:"known" doc:"And a release that said so had been imported here."`
		Knowable bool      `json:"knowable" doc:"And a release that said so had been built."`
		Exposure Exposure  `json:"exposure"`
	}
}

func (a *api) getExposure(ctx context.Context, who app.Actor, in *exposureInput) (*exposureAnswer, error) {
	at := in.At
	if at.IsZero() {
		at = a.app.Clock()
	}
	e, err := a.app.ExposedAt(ctx, who, in.Project, in.Vulnerability, at)
	out := &exposureAnswer{}
	out.Body.At, out.Body.Used, out.Body.Known, out.Body.Knowable, out.Body.Exposure = e.At, e.Used, e.Known, e.Knowable, exposureOf(e.Exposure)
	return out, err
}

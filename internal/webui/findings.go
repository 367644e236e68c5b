package webui

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/store"
)

// findingsPage lists what is wrong with a project.
type findingsPage struct {
	Frame      frame
	List       listing
	Severities []chip
	States     []chip
	More       []chip // exploited, fixable, direct…
	Versions   []chip // of the project, if there are several
	Narrowed   []chip // filters that have no chip of their own: an ecosystem, a component
	Columns    struct{ Severity, ID, Component, EPSS, Since column }
	Rows       []findingRow
	Total      string // how many the filters admit
	Pager      pager
	Incomplete string // why "no findings" would not mean that there are none; empty: it would
	Empty      emptyState
	MayDecide  bool
	Triage     triage
}

// findingRow is a finding in a list.
type findingRow struct {
	store.Finding
	Href  string
	State badge
	Until string
	Way   string // through what a transitive component comes; empty: it is not known
}

// triage is the form that decides on findings.
type triage struct {
	Form     form
	Back     string // the list's address, filters and all
	Reasons  []option
	Total    int64 // what the filters admit, for "all of them"
	TotalSay string
	Ask      bool // whether the decision is meant for all of them
	Undo     bool // the list holds open ones only: what is decided can be reopened
	Days     []option
}

const findingsOrder = "-severity"

func (u *ui) findings(r *request) (reply, error) {
	view, err := u.app.Project(r.Context(), r.actor, r.PathValue("project"))
	if err != nil {
		return nil, err
	}
	p, err := r.findingsPage(view, r.form(projectPath(view.ID)+"/findings"))
	if err != nil {
		return nil, err
	}
	return show("findings", p), nil
}

func (r *request) findingsPage(view app.ProjectView, f form) (findingsPage, error) {
	l := r.listing()
	list, err := r.ui.app.Findings(r.Context(), r.actor, app.FindingQuery{Project: view.ID, Filter: findingFilter(l), Page: l.page(findingsOrder)})
	if err != nil {
		return findingsPage{}, err
	}
	ways, err := r.ui.app.Ways(r.Context(), r.actor, view.ID, list.Items)
	if err != nil {
		return findingsPage{}, err
	}
	p := r.findingsPageOf(view, l, list, f)
	for i := range p.Rows {
		if way, ok := ways[p.Rows[i].ID]; ok {
			p.Rows[i].Way = wayWords(way)
		}
	}
	return p, nil
}

// wayWords says through what a component comes: the first and the last step.
func wayWords(w app.Way) string {
	switch w.Steps {
	case 1:
		return "through " + middle(28, w.First.Name)
	case 2:
		return "through " + middle(20, w.First.Name) + " → " + middle(20, w.Last.Name)
	}
	return "through " + middle(20, w.First.Name) + " → … → " + middle(20, w.Last.Name)
}

// findingFilter reads the filters of a list's address.
func findingFilter(l listing) store.FindingFilter {
	f := store.FindingFilter{
		Severity: severitiesOf(l.All("severity")), Exploited: l.Get("exploited") != "", Fixable: l.Get("fixable") != "",
		Gone: l.Get("gone") != "", Ecosystem: l.Get("ecosystem"), Component: number64(l.Get("component")),
		Text: strings.TrimSpace(l.Get("q")), Version: number64(l.Get("version")), Since: number64(l.Get("since")),
	}
	for _, word := range l.All("state") {
		if word == "all" {
			f.All = true
		} else if slices.Contains(store.States(), store.State(word)) {
			f.State = append(f.State, store.State(word))
		}
	}
	if word := l.Get("direct"); word != "" {
		direct := word != "no"
		f.Direct = &direct
	}
	for _, word := range l.All("scope") {
		f.Scope = append(f.Scope, inventory.Scope(word))
	}
	return f
}

func (r *request) findingsPageOf(view app.ProjectView, l listing, list app.FindingList, f form) findingsPage {
	p := findingsPage{
		Frame: r.projectFrame(view, "findings"), List: l, Severities: severityChips(l), MayDecide: list.MayDecide,
		Pager: l.Pager(len(list.Items), list.Next), Total: totalWords(list.Total),
	}
	p.Frame.Wide = true
	p.filters(view, l)
	p.Columns.Severity = l.Column("Severity", "-severity", findingsOrder)
	p.Columns.ID = l.Column("Vulnerability", "vulnerability", findingsOrder)
	p.Columns.Component = l.Column("Component", "component", findingsOrder)
	p.Columns.EPSS = l.Numbers("EPSS", "-epss", findingsOrder)
	p.Columns.Since = l.Column("Since", "-since", findingsOrder)
	for i := range list.Items {
		p.Rows = append(p.Rows, findingRowOf(&list.Items[i]))
	}
	p.Triage = r.triage(f, l)
	p.Triage.Total, p.Triage.TotalSay = list.Total, p.Total
	p.nothing(view, l)
	return p
}

func totalWords(n int64) string {
	if n >= app.FindingTotalLimit {
		return number(n) + "+ findings"
	}
	return count(n, "finding")
}

func (p *findingsPage) filters(view app.ProjectView, l listing) {
	for _, s := range []struct{ word, label string }{
		{"open", "open"}, {"accepted", "risk accepted"}, {"not_affected", "not affected"}, {"fixed", "fixed"},
	} {
		c := l.Chip(s.label, "state", s.word)
		c.On = c.On || s.word == "open" && len(l.All("state")) == 0 && l.Get("gone") == ""
		p.States = append(p.States, c)
	}
	p.States = append(p.States, l.Choice("gone", "gone", "yes"))
	p.More = []chip{l.Choice("exploited", "exploited", "yes"), l.Choice("has a fix", "fixable", "yes"), l.Choice("direct", "direct", "yes"), l.Chip("runtime", "scope", "runtime"), l.Chip("development", "scope", "dev")}
	for _, name := range []string{"ecosystem", "component", "since"} {
		if value := l.Get(name); value != "" {
			p.Narrowed = append(p.Narrowed, chip{Label: narrowedLabel(name, value), Href: l.Set(name, ""), On: true, Count: -1})
		}
	}
	if len(view.Versions) > 1 {
		for _, v := range view.Versions {
			label := v.Ref
			if v.Main {
				label += " (main)"
			}
			p.Versions = append(p.Versions, l.Choice(label, "version", strconv.FormatInt(v.ID, 10)))
		}
	}
}

func narrowedLabel(name, value string) string {
	switch name {
	case "component":
		return "one component only"
	case "since":
		return "new since a scan"
	}
	return value
}

func findingRowOf(f *store.Finding) findingRow {
	row := findingRow{Finding: *f, Href: findingPath(f.ProjectID, f.ID), State: stateBadge(f.State, f.Counts)}
	if f.State == store.Accepted && !f.Until.IsZero() {
		row.Until = "until " + day(f.Until)
	}
	return row
}

// nothing says what an empty list means: with an incomplete last scan it does not
// mean that nothing is wrong.
func (p *findingsPage) nothing(view app.ProjectView, l listing) {
	scans := projectPath(view.ID) + "/scans"
	switch {
	case view.LastScan.State == "":
		p.Incomplete = "This project has not been scanned yet."
		p.Empty = emptyState{Icon: "clock", Title: "Not scanned yet", Text: "Nothing is known until a scan has ended.", Actions: []action{{Label: "Scans", Href: scans, Primary: true}}}
	case view.LastScan.State == string(store.ScanFailed):
		p.Incomplete = "The last scan failed: this is what was known before."
		p.Empty = emptyState{Icon: "warn", Title: "Nothing was found, but the last scan failed", Text: "This does not say that nothing is wrong.", Actions: []action{{Label: "The failed scan", Href: "/scans/" + view.LastScan.ID, Primary: true}}}
	case view.LastScan.Incomplete:
		p.Incomplete = "The last scan did not cover everything: there may be more."
		p.Empty = emptyState{Icon: "warn", Title: "Nothing was found in what could be checked", Text: "The last scan did not cover everything, so this does not say that nothing is wrong.", Actions: []action{{Label: "What was not covered", Href: "/scans/" + view.LastScan.ID + "#coverage", Primary: true}}}
	case view.Outdated != "":
		p.Incomplete = "This is as of the release " + view.Outdated + " of the advisory database. A newer one is in use: the next scan may find more."
		p.Empty = emptyState{Icon: "warn", Title: "Nothing was found as of an older release", Text: p.Incomplete, Actions: []action{{Label: "Scans", Href: scans, Primary: true}}}
	default:
		p.Empty = emptyState{Icon: "check", Title: "No open findings", Text: "The last scan covered everything that it found and nothing is open.", Actions: []action{{Label: "Also what was decided or is gone", Href: l.Set("state", "all")}}}
	}
	if l.Filtered() {
		p.Empty = emptyState{Icon: "search", Title: "Nothing fits these filters", Text: p.Incomplete, Actions: []action{{Label: "Clear the filters", Href: l.Bare()}}}
	}
}

// triage is the form to decide with, as it was sent or with its first choices.
func (r *request) triage(f form, l listing) triage {
	t := triage{Form: f, Back: l.First(), Reasons: reasonOptions(f.Value("reason")), Undo: len(l.All("state")) == 0 && l.Get("gone") == ""}
	if f.Value("until") == "" {
		f.with("until", day(r.now.AddDate(0, 3, 0)))
	}
	if f.Value("state") == "" {
		f.with("state", string(store.NotAffected))
	}
	return t
}

func reasonOptions(chosen string) []option {
	var options []option
	for _, j := range app.Justifications() {
		options = append(options, option{Value: j.ID, Label: j.Title, Chosen: j.ID == chosen})
	}
	return options
}

// decision reads the form of a decision.
func (r *request) decision() (app.Decide, app.Faults) {
	d := app.Decide{Project: r.PathValue("project"), State: store.State(r.field("state")), Comment: r.field("comment")}
	var faults app.Faults
	switch d.State {
	case store.NotAffected:
		d.Reason = r.field("reason")
	case store.Accepted:
		d.Until = dayOf(r.field("until"))
		faults.Unless(!d.Until.IsZero(), "until", "is needed: the day on which the finding opens again")
	}
	return d, faults
}

// decideMany enters a decision on the findings that were ticked, or on all that
// the list's filters admit.
func (u *ui) decideMany(r *request) (reply, error) {
	back := local(r.field("back"))
	d, faults := r.decision()
	if r.field("which") == "all" {
		filter := findingFilter(listingFrom(back))
		d.Filter = &filter
	} else {
		d.IDs = idsOf(append(slices.Clone(r.PostForm["id"]), strings.Split(r.field("ids"), ",")...))
		faults.Unless(len(d.IDs) > 0, "id", "Tick at least one finding")
	}
	err := faults.Err()
	if err == nil && d.Filter != nil && r.field("confirmed") == "" {
		return r.askForAll(back)
	}
	var changed int64
	if err == nil {
		changed, err = u.app.Decide(r.Context(), r.actor, d)
	}
	if err == nil {
		return r.decided(d, changed, back), nil
	}
	return r.decideAgain(back, err)
}

// askForAll shows the list with the decision as it was sent, and asks whether it
// is meant for all that the filters admit, on other pages as well.
func (r *request) askForAll(back string) (reply, error) {
	p, err := r.listAgain(back, r.sent(projectPath(r.PathValue("project"))+"/findings"))
	if err != nil {
		return nil, err
	}
	p.Triage.Ask = true
	return show("findings", p), nil
}

// decideAgain shows the list with the form as it was sent and its faults.
func (r *request) decideAgain(back string, err error) (reply, error) {
	path := projectPath(r.PathValue("project")) + "/findings"
	f, err := r.refused(path, err)
	if err != nil {
		return nil, err
	}
	p, err := r.listAgain(back, f)
	if err != nil {
		return nil, err
	}
	return showAgain("findings", p), nil
}

// listAgain is the list at an address with a form that was sent from it.
func (r *request) listAgain(back string, f form) (findingsPage, error) {
	view, err := r.ui.app.Project(r.Context(), r.actor, r.PathValue("project"))
	if err != nil {
		return findingsPage{}, err
	}
	if at, err := url.Parse(back); err == nil && at.Path == projectPath(view.ID)+"/findings" {
		r.URL.RawQuery = at.RawQuery
	}
	return r.findingsPage(view, f)
}

// decided goes back to the list, with a way to take the decision back.
func (r *request) decided(d app.Decide, changed int64, back string) reply {
	says := decidedWords(d, changed)
	if d.Filter != nil || d.State == store.Open || r.field("undo") == "" {
		return goSaying(back, says)
	}
	ids := make([]string, 0, len(d.IDs))
	for _, id := range d.IDs {
		ids = append(ids, strconv.FormatInt(id, 10))
	}
	return goUndoable(back, says, projectPath(d.Project)+"/findings", map[string]string{
		"ids": strings.Join(ids, ","), "state": string(store.Open), "back": back, "comment": "Undone",
	})
}

func decidedWords(d app.Decide, changed int64) string {
	what := count(changed, "finding")
	switch d.State {
	case store.Accepted:
		return fmt.Sprintf("The risk of %s is accepted until %s", what, day(d.Until))
	case store.NotAffected:
		return what + " marked as not affected"
	case store.Fixed:
		return what + " marked as fixed"
	}
	return what + " opened"
}

// idsOf reads numbers; other texts are left out.
func idsOf(texts []string) []int64 {
	var ids []int64
	for _, text := range texts {
		if n := number64(text); n > 0 && !slices.Contains(ids, n) {
			ids = append(ids, n)
		}
	}
	return ids
}

// listingFrom is the listing of an address of ours.
func listingFrom(address string) listing {
	at, err := url.Parse(address)
	if err != nil {
		return listing{"/", url.Values{}}
	}
	return listing{at.Path, at.Query()}
}

// decideOne enters a decision on the finding of a page.
func (u *ui) decideOne(r *request) (reply, error) {
	d, faults := r.decision()
	id := number64(r.PathValue("finding"))
	d.IDs = []int64{id}
	revision, err := r.revision()
	if err != nil {
		return nil, err
	}
	d.Revision = revision
	var changed int64
	if err = faults.Err(); err == nil {
		changed, err = u.app.Decide(r.Context(), r.actor, d)
	}
	path := findingPath(d.Project, id)
	if err == nil {
		return goSaying(path, decidedWords(d, changed)), nil
	}
	f, err := r.refused(path, err)
	if err != nil {
		return nil, err
	}
	view, err := u.app.Finding(r.Context(), r.actor, d.Project, id)
	if err != nil {
		return nil, err
	}
	return page{http.StatusUnprocessableEntity, "finding", r.findingPage(view, f)}, nil
}

package webui

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/store"
)

// projectFrame is the surroundings of a project's page: its tabs, and what can be
// done with it. Current is the tab's name in lower case.
func (r *request) projectFrame(p app.ProjectView, current string) frame {
	f := r.frame(p.Name)
	f.Badge = stateOfProject(p.LastScan.State, p.LastScan.Incomplete)
	if f.Badge.Kind == "good" && p.Outdated != "" {
		f.Badge = badge{"outdated", "warn", "Its findings are as of the release " + p.Outdated + " of the advisory database; a newer one is in use"}
	}
	if p.Archived {
		f.Badge = badge{"archived", "neutral", "It is kept, but not scanned and not counted"}
	}
	f.Crumbs = []link{{"Projects", "/projects"}}
	f.Tabs = projectTabs(p, current)
	if mayStart(p) {
		f.Actions = append(f.Actions, action{Label: "Scan now", Href: projectPath(p.ID) + "/scans#start", Icon: "play", Primary: true})
	}
	if p.Role.AtLeast(app.Manager) && current != "settings" {
		f.Actions = append(f.Actions, action{Label: "Settings", Href: projectPath(p.ID) + "/settings", Key: "e"})
	}
	return f
}

// mayStart tells whether a scan can be started from here: not of a project that is
// only pushed to.
func mayStart(p app.ProjectView) bool {
	return p.Role.AtLeast(app.Developer) && !p.Archived && len(p.Repositories) > 0
}

// stateOfProject is how a project stands: by its last scan.
func stateOfProject(state string, incomplete bool) badge {
	b := stateOfScan(state, incomplete)
	switch store.ScanState(state) {
	case store.ScanDone:
		if incomplete {
			return badge{"scan incomplete", b.Kind, b.Title}
		}
		return badge{"scanned", b.Kind, "The last scan covered everything that it found"}
	case store.ScanFailed:
		b.Text = "last scan failed"
	case store.ScanCancelled:
		b.Text = "last scan cancelled"
	case store.ScanRunning:
		b.Text = "scanning"
	case store.ScanWaiting, store.ScanQueued:
		b.Text = "waits for its scan"
	}
	return b
}

func projectTabs(p app.ProjectView, current string) []tab {
	base := projectPath(p.ID)
	tabs := []tab{
		{"Summary", base, -1, false},
		{"Findings", base + "/findings", known(p, p.Counts.Total()), false},
		{"Dependencies", base + "/dependencies", known(p, p.Components), false},
		{"Graph", base + "/graph", -1, false},
		{"Scans", base + "/scans", -1, false},
	}
	if p.Role.AtLeast(app.Manager) {
		tabs = append(tabs, tab{"Settings", base + "/settings", -1, false})
	}
	for i := range tabs {
		tabs[i].Current = strings.EqualFold(tabs[i].Label, current)
	}
	return tabs
}

// known is a count of a project, or -1 if a zero only says that no scan has ended
// well yet.
func known(p app.ProjectView, n int64) int64 {
	if n == 0 && p.LastScan.State != string(store.ScanDone) {
		return -1
	}
	return n
}

// projectPage is a project's summary: coverage first, then what was found.
type projectPage struct {
	Frame      frame
	Coverage   *coverage    // of the last scan that ended; nil: there is none
	Running    *projectScan // a scan that runs or waits; nil: none
	Failed     *projectScan // the last scan, if it failed
	Severities *severityBar
	Tally      tally
	Exploited  int64
	Findings   string // path of the list
	First      []findingRow
	Depends    string // path of the dependencies
	Trend      *scanBars
	Scans      []projectScan
	Ecosystems []shareRow
	Licences   []shareRow
	// OtherLicences is how many more there are than those.
	OtherLicences int
	Languages     []string
	Facts         []fact
	Empty         *emptyState // nothing was ever scanned
}

// coverage is what a scan read and what it did not.
type coverage struct {
	Badge      badge
	Says       string
	Scan       string // path
	At         time.Time
	Read       int
	Failed     int
	Other      int
	Components int
	Notices    []string
	Release    string
	Commit     string
	Ref        string
}

// shareRow is one of the parts of a whole, with a link to its list.
type shareRow struct {
	Label string
	Count int64
	Bar   drawn
	Href  string
	Note  string // such as that the database knows nothing of it
}

// fact is a line of a list of facts.
type fact struct {
	Label, Text string
	Href        string
	Code        bool
}

// lastScans is how many scans the trend of the summary shows.
const lastScans = 20

func (u *ui) project(r *request) (reply, error) {
	view, err := u.app.Project(r.Context(), r.actor, r.PathValue("project"))
	if err != nil {
		return nil, err
	}
	scans, err := u.app.Scans(r.Context(), r.actor, app.ScanQuery{Project: view.ID, Page: store.Page{Limit: lastScans, Desc: true}})
	if err != nil {
		return nil, err
	}
	of, err := u.summarised(r, view, scans.Items)
	if err != nil {
		return nil, err
	}
	p := r.projectPage(view, scans.Items, of)
	if p.Coverage != nil {
		if err := r.fillComposition(&p, view.ID); err != nil {
			return nil, err
		}
		first, err := u.app.Findings(r.Context(), r.actor, app.FindingQuery{Project: view.ID, Page: store.Page{Sort: "severity", Desc: true, Limit: mostFirst}})
		if err != nil {
			return nil, err
		}
		p.begin(first.Items)
	}
	return show("project", p), nil
}

// mostFirst is how many of the worst findings the summary lists.
const mostFirst = 5

// begin lists the findings to look at first.
func (p *projectPage) begin(worst []store.Finding) {
	for i := range worst {
		p.First = append(p.First, findingRowOf(&worst[i]))
	}
}

// summarised are the scans that the summary is of: the one that says how the
// project's figures stand, and where that has not ended well the last one of a main
// version that did. Scans of other refs say nothing of it.
func (u *ui) summarised(r *request, view app.ProjectView, scans []app.ScanRow) ([]app.ScanRow, error) {
	ids := []string{view.LastScan.ID}
	for _, v := range view.Versions {
		if v.Main {
			ids = append(ids, v.Scan)
		}
	}
	var out []app.ScanRow
	for _, id := range ids {
		if id == "" {
			continue
		}
		if i := slices.IndexFunc(scans, func(s app.ScanRow) bool { return s.ID == id }); i >= 0 {
			out = append(out, scans[i])
			continue
		}
		s, err := u.app.Scan(r.Context(), r.actor, id)
		switch {
		case errs.KindOf(err) == errs.NotFound: // forgotten
		case err != nil:
			return nil, err
		default:
			out = append(out, app.ScanRow{Scan: s.Scan, Project: s.Project})
		}
	}
	return out, nil
}

func (r *request) projectPage(view app.ProjectView, scans, of []app.ScanRow) projectPage {
	p := projectPage{Frame: r.projectFrame(view, "summary"), Exploited: view.Counts.Exploited, Findings: projectPath(view.ID) + "/findings", Depends: projectPath(view.ID) + "/dependencies"}
	p.Frame.Lead = view.Description
	p.Facts = factsOf(view)
	if len(scans) == 0 {
		p.Empty = r.neverScanned(view)
		return p
	}
	var plain []store.Scan
	for _, s := range scans {
		plain = append(plain, s.Scan)
	}
	p.Trend = barsOf(plain)
	p.findScans(scans)
	p.summarise(view, of)
	severity := func(level string) string { return p.Findings + "?severity=" + level }
	p.Severities = severityBarOf(severitiesIn(view.Counts), severity)
	p.Tally = tallyOf(severitiesIn(view.Counts), p.Coverage != nil && p.Coverage.Badge.Kind == "good", severity)
	return p
}

// findScans picks the scan that the summary is of and those to tell of beside it.
func (p *projectPage) findScans(scans []app.ScanRow) {
	for i, s := range scans {
		row := projectScanOf(s)
		if i < 6 {
			p.Scans = append(p.Scans, row)
		}
		if !s.State.Ended() && p.Running == nil {
			p.Running = &row
		}
	}
}

// summarise says what the figures cover.
func (p *projectPage) summarise(view app.ProjectView, of []app.ScanRow) {
	for _, s := range of {
		switch {
		case s.State == store.ScanDone && p.Coverage == nil:
			p.Coverage = coverageOf(s.Scan)
			p.Languages = s.Languages
		case s.State == store.ScanFailed && p.Failed == nil:
			row := projectScanOf(s)
			p.Failed = &row
		}
	}
	c := p.Coverage
	switch {
	case c == nil || c.Badge.Kind != "good":
	case view.LastScan.Incomplete:
		c.Badge, c.Says = badge{"incomplete", "warn", ""}, "A later scan was cancelled before it had compared what it found."
	case view.Outdated != "":
		c.Badge, c.Says = badge{"outdated", "warn", ""}, "This is as of the release "+view.Outdated+" of the advisory database. A newer one was imported since: the next scan uses it."
	}
}

func coverageOf(s store.Scan) *coverage {
	c := &coverage{
		Scan: "/scans/" + s.ID, At: s.FinishedAt, Read: s.FilesRead, Failed: s.FilesFailed, Other: s.FilesOther,
		Components: s.Components, Notices: s.Notices, Commit: s.Commit, Ref: s.Ref,
		Badge: badge{"complete", "good", ""}, Says: "Everything that was found was read and compared.",
	}
	switch {
	case s.FilesFailed > 0:
		c.Says = count(int64(s.FilesFailed), "manifest") + " could not be read. What they declare is not in these figures."
	case s.ReleaseSeq == 0:
		c.Says = "There was no advisory database to compare with: findings are not known."
	case s.Incomplete:
		c.Says = "Not everything could be compared with the advisory database."
	case s.Components == 0:
		c.Badge, c.Says = badge{"nothing found", "warn", ""}, "No manifest was found, so there is nothing to compare."
	}
	if s.Incomplete || s.FilesFailed > 0 || s.ReleaseSeq == 0 {
		c.Badge = badge{"incomplete", "warn", ""}
	}
	return c
}

func factsOf(view app.ProjectView) []fact {
	var facts []fact
	for _, repository := range view.Repositories {
		ref := repository.Ref
		if ref == "" {
			ref = "the default branch"
		}
		facts = append(facts, fact{Label: "Repository", Text: repository.URL, Code: true}, fact{Label: "Scanned ref", Text: ref, Code: repository.Ref != ""})
	}
	if len(view.Repositories) == 0 {
		facts = append(facts, fact{Label: "Source", Text: "pushed by pipelines"})
	}
	if view.Schedule != "" {
		facts = append(facts, fact{Label: "Schedule", Text: view.Schedule + " (UTC)", Code: true})
	} else {
		facts = append(facts, fact{Label: "Schedule", Text: "none; scans start by hand or from a pipeline"})
	}
	if len(view.Tags) > 0 {
		facts = append(facts, fact{Label: "Tags", Text: strings.Join(view.Tags, ", ")})
	}
	if view.Visibility == store.Private {
		facts = append(facts, fact{Label: "Visibility", Text: "private: members of the project and administrators"})
	}
	return append(facts, fact{Label: "Since", Text: view.Created.UTC().Format("2 January 2006")})
}

func (r *request) neverScanned(view app.ProjectView) *emptyState {
	e := &emptyState{Icon: "project", Title: "Not scanned yet", CSRF: r.csrf}
	if len(view.Repositories) == 0 {
		e.Text = "The project has no repository. Add one in its settings, or push an inventory from your pipeline:"
		e.Code = "assay push --project " + view.Name + " ."
		if view.Role.AtLeast(app.Manager) {
			e.Actions = []action{{Label: "Add a repository", Href: projectPath(view.ID) + "/settings#repositories", Primary: true}}
		}
		return e
	}
	e.Text = "A scan fetches the repository, reads what it depends on and compares that with the advisory database."
	if view.Role.AtLeast(app.Developer) {
		e.Actions = []action{{Label: "Scan now", Href: projectPath(view.ID) + "/scans", Post: true, Primary: true, Icon: "play"}}
	}
	return e
}

// fillComposition adds what the project is made of.
func (r *request) fillComposition(p *projectPage, project string) error {
	list, err := r.ui.app.Dependencies(r.Context(), r.actor, app.DependencyQuery{Project: project, Page: store.Page{Limit: 1}})
	if kind := errs.KindOf(err); kind == errs.Unavailable || kind == errs.NotFound {
		return nil // the rest of the summary stands without it
	}
	if err != nil {
		return err
	}
	p.compose(project, list)
	return nil
}

func (p *projectPage) compose(project string, list app.DependencyList) {
	base := projectPath(project) + "/dependencies"
	for _, e := range list.Ecosystems {
		row := shareRow{Label: e.Name, Count: int64(e.Components), Href: base + "?ecosystem=" + e.Name}
		if list.All > 0 {
			row.Bar = shareBar(float64(e.Components) / float64(list.All))
		}
		if !e.Known {
			row.Note = "no advisories"
		}
		p.Ecosystems = append(p.Ecosystems, row)
	}
	if len(list.Licences) == 1 && list.Licences[0].Name == "" {
		return // nothing that was read states any
	}
	for i, l := range list.Licences {
		if i == mostLicences {
			p.OtherLicences = len(list.Licences) - i
			break
		}
		row := shareRow{Label: cmp.Or(l.Name, "not stated"), Count: int64(l.Components), Href: base + "?" + url.Values{"licence": {cmp.Or(l.Name, app.LicenceNotStated)}}.Encode()}
		if list.All > 0 {
			row.Bar = shareBar(float64(l.Components) / float64(list.All))
		}
		p.Licences = append(p.Licences, row)
	}
}

// mostLicences is how many licences the summary lists.
const mostLicences = 6

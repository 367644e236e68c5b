package webui

import (
	"cmp"
	"net/url"
	"slices"
	"time"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/store"
)

// overviewPage answers "what needs me now?".
type overviewPage struct {
	Frame    frame
	Numbers  []keyFigure
	Chart    *areaChart
	New      []newRow
	NewMore  bool
	Since    time.Time
	Troubled []projectRow
	Worst    []projectRow
	Behind   int64       // projects whose findings are as of an older release of the database
	Empty    *emptyState // there are no projects
}

// keyFigure is a number with its change, and the list that it counts.
type keyFigure struct {
	Label, Value string
	Change       string // in words; empty: there is nothing to compare with
	Tally        *tally
	Href         string
}

// newRow is a finding that appeared since the person last looked.
type newRow struct {
	store.NewFinding
	Level level
	Href  string
}

func (u *ui) overview(r *request) (reply, error) {
	o, err := u.app.Overview(r.Context(), r.actor, r.URL.Query().Get("organisation"))
	if err != nil {
		return nil, err
	}
	return show("overview", r.overviewPage(o)), nil
}

// lookedAtOverview notes that what is new has been seen. A person says so: if
// looking did, a reload would hide what nobody read.
func (u *ui) lookedAtOverview(r *request) (reply, error) {
	if err := u.app.SeenOverview(r.Context(), r.actor); err != nil {
		return nil, err
	}
	return goSaying("/", "Noted. What is found from now on is new."), nil
}

// mostNew is how many new findings the overview lists, and mostTroubled how many
// projects to look at: as many as stand beside the trend.
const (
	mostNew      = 10
	mostTroubled = 6
)

func (r *request) overviewPage(o app.Overview) overviewPage {
	p := overviewPage{Frame: r.frame("Overview"), NewMore: o.NewMore, Since: o.Since}
	if o.Figures.Projects == 0 {
		p.Empty = r.noProjects()
		return p
	}
	p.Numbers, p.Behind = figuresOf(o), o.Figures.Behind
	p.Chart = areaOf(o.Days, func(level string) string {
		return "/vulnerabilities?" + url.Values{"severity": {level}}.Encode()
	})
	slices.SortStableFunc(o.New, func(a, b store.NewFinding) int { return cmp.Compare(severityRank(b), severityRank(a)) })
	for i, f := range o.New {
		if i == mostNew {
			p.NewMore = true
			break
		}
		p.New = append(p.New, newRow{f, severityOf(f.Severity), findingPath(f.Project, f.ID)})
	}
	for _, project := range o.Troubled[:min(mostTroubled, len(o.Troubled))] {
		p.Troubled = append(p.Troubled, projectRowOf(project))
	}
	for _, project := range o.Worst {
		p.Worst = append(p.Worst, projectRowOf(project))
	}
	return p
}

// severityRank orders new findings: exploited ones first, then by severity.
func severityRank(f store.NewFinding) int {
	if f.Exploited {
		return 100
	}
	return int(f.Severity)
}

// figuresOf are the four numbers.
func figuresOf(o app.Overview) []keyFigure {
	open := tallyOf(severitiesIn(o.Figures.Counts), true, nil)
	numbers := []keyFigure{
		{Label: "Open findings", Value: number(o.Figures.Total()), Tally: &open, Href: "/vulnerabilities"},
		{Label: "Known to be exploited", Value: number(o.Figures.Exploited), Href: "/projects?exploited=yes",
			Change: "in " + count(o.Figures.ExploitedProjects, "project")},
		{Label: "Scans to look at", Value: number(o.Figures.Failed + o.Figures.Incomplete), Href: "/projects?state=troubled",
			Change: number(o.Figures.Failed) + " failed, " + number(o.Figures.Incomplete) + " incomplete"},
		{Label: "Projects", Value: number(o.Figures.Projects), Href: "/projects",
			Change: count(o.Figures.Components, "component")},
	}
	if o.Figures.Never > 0 {
		numbers[2].Change += ", " + number(o.Figures.Never) + " never scanned"
	}
	if c := o.Change; c != nil {
		numbers[0].Change = difference(c.Counts.Total(), c.Days)
		numbers[1].Change += ", " + difference(c.Counts.Exploited, c.Days)
		numbers[3].Change += ", " + difference(c.Projects, c.Days)
	}
	return numbers
}

// difference says how a number changed: ▲ 12 in 30 days.
func difference(by int64, days int) string {
	in := " in " + count(int64(days), "day")
	switch {
	case by > 0:
		return "▲ " + number(by) + in
	case by < 0:
		return "▼ " + number(-by) + in
	}
	return "unchanged" + in
}

func (r *request) noProjects() *emptyState {
	return &emptyState{
		Icon: "project", Title: "No projects yet",
		Text:    "Add a git repository: Assay fetches it, reads what it depends on and says what is wrong with it. Or push an inventory from your pipeline.",
		Actions: []action{{Label: "Add a project", Href: "/projects/new", Primary: true, Icon: "plus"}},
		Code:    "assay push --project NAME .",
	}
}

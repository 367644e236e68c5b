package webui

import (
	"time"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/store"
)

// projectsPage is the list of projects.
type projectsPage struct {
	Frame         frame
	List          listing
	Columns       []column
	Rows          []projectRow
	Pager         pager
	States        []chip
	Tags          []chip
	TagOptions    []option // instead of Tags, if there are many
	Organisations []chip
	Outdated      badge
	Empty         *emptyState
	Text          string
}

// projectRow is a project in a list.
type projectRow struct {
	Name, Href  string
	Description string
	Private     bool
	Archived    bool
	Tags        []link
	Tally       tally
	Exploited   int64
	Components  int64
	State       badge
	Behind      bool   // matched with an older release of the database than the current one
	ScanHref    string // of the last scan; empty: there was none
	Scanned     time.Time
}

func projectRowOf(p store.Project) projectRow {
	row := projectRow{
		Name: p.Name, Href: projectPath(p.ID), Description: p.Description, Private: p.Visibility == store.Private,
		Archived: p.Archived, Exploited: p.Counts.Exploited, Components: p.Components,
		State: stateOfScan(p.LastScan.State, p.LastScan.Incomplete), Scanned: p.LastScan.At, Behind: p.Behind,
	}
	if row.Behind && row.State.Kind == "good" {
		row.State, row.Behind = outdatedBadge(), false
	}
	scanned := p.LastScan.State == string(store.ScanDone)
	row.Tally = tallyOf(severitiesIn(p.Counts), scanned && !p.LastScan.Incomplete && !p.Behind, func(level string) string {
		return row.Href + "/findings?severity=" + level
	})
	if p.LastScan.ID != "" {
		row.ScanHref = "/scans/" + p.LastScan.ID
	}
	return row
}

// outdatedBadge marks findings that are as of an older release than the current one.
func outdatedBadge() badge {
	return badge{"outdated", "warn", "Its findings are as of an older release of the advisory database than the current one"}
}

// projectOrder is how projects are listed unless the address says otherwise.
const projectOrder = "name"

func (u *ui) projects(r *request) (reply, error) {
	l := r.listing()
	organisation, chips, err := r.organisationOf(l)
	if err != nil {
		return nil, err
	}
	list, err := u.app.Projects(r.Context(), r.actor, projectQueryOf(l, organisation))
	if err != nil {
		return nil, err
	}
	tags, err := u.app.ProjectTags(r.Context(), r.actor, organisation)
	if err != nil {
		return nil, err
	}
	p := r.projectsPage(l, list)
	p.Organisations = chips
	p.offerTags(tags)
	return show("projects", p), nil
}

// mostTags is how many tags stand as chips; more are a list to choose from.
const mostTags = 12

func (p *projectsPage) offerTags(tags []string) {
	if len(tags) > mostTags {
		p.TagOptions = append(p.TagOptions, option{Value: "", Label: "Any tag"})
	}
	for _, tag := range tags {
		if len(tags) > mostTags {
			p.TagOptions = append(p.TagOptions, option{Value: tag, Label: tag, Chosen: p.List.Get("tag") == tag})
		} else {
			p.Tags = append(p.Tags, p.List.Choice(tag, "tag", tag))
		}
	}
}

func projectQueryOf(l listing, organisation string) app.ProjectQuery {
	q := app.ProjectQuery{
		Organisation: organisation, Text: l.Get("q"), Tag: l.Get("tag"), Severity: l.Get("severity"),
		Exploited: l.Get("exploited") != "", Page: l.page(projectOrder),
	}
	if q.Severity == "none" {
		q.Severity = "negligible"
	}
	switch l.Get("state") {
	case "troubled":
		q.Troubled = true
	case "never":
		q.Never = true
	case "outdated":
		q.Behind = true
	case "archived":
		q.Archived = true
	}
	return q
}

func (r *request) projectsPage(l listing, list store.List[store.Project]) projectsPage {
	p := projectsPage{Frame: r.frame("Projects"), List: l, Pager: l.Pager(len(list.Items), list.Next), Text: l.Get("q"), Outdated: outdatedBadge()}
	p.Frame.Actions = []action{{Label: "Add a project", Href: "/projects/new", Primary: true, Icon: "plus"}}
	p.Columns = []column{
		l.Column("Project", "name", projectOrder), l.Column("Open findings", "-risk", projectOrder),
		l.Numbers("Components", "-components", projectOrder), l.Column("Last scan", "-scanned", projectOrder),
	}
	p.States = []chip{
		l.Choice("Exploited", "exploited", "yes"), l.Choice("Failed or incomplete", "state", "troubled"),
		l.Choice("Outdated", "state", "outdated"), l.Choice("Never scanned", "state", "never"), l.Choice("Archived", "state", "archived"),
	}
	for _, project := range list.Items {
		row := projectRowOf(project)
		for _, tag := range project.Tags {
			row.Tags = append(row.Tags, link{tag, l.Set("tag", tag)})
		}
		p.Rows = append(p.Rows, row)
	}
	if len(p.Rows) == 0 {
		p.Empty = r.noProjects()
		if l.Filtered() || l.Later() {
			p.Empty = &emptyState{
				Icon: "search", Title: "No project fits", Text: "Nothing has all that is asked for above.",
				Actions: []action{{Label: "Show all projects", Href: l.Bare()}},
			}
		}
	}
	return p
}

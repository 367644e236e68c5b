package app

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/assay-sca/assay/internal/store"
)

// OverviewDays is how far back the overview compares.
const OverviewDays = 30

// Lengths of the overview's lists.
const (
	overviewNew   = 20
	overviewLists = 10
)

// Overview is what needs attention in an organisation's projects, as far as the
// actor sees them.
type Overview struct {
	Organisation string // empty: all that the actor sees
	Figures      store.Figures
	Change       *OverviewChange // nil: there is nothing to compare with yet
	Days         []store.Day     // the oldest first, the last is today's as of now; days on which no server ran are left out
	New          []store.NewFinding
	NewMore      bool            // there are more new ones than are listed
	Since        time.Time       // what New is new since
	Troubled     []store.Project // whose last scan failed or was incomplete, by name
	Worst        []store.Project // what is worst first
}

// OverviewChange is how figures differ from those of some days ago.
type OverviewChange struct {
	Days       int // how many
	Counts     store.Counts
	Projects   int64
	Components int64
}

// Overview reads it; with an empty organisation of all that the actor sees.
func (a *App) Overview(ctx context.Context, who Actor, organisation string) (Overview, error) {
	o := Overview{Organisation: organisation}
	if err := who.needOverview(organisation); err != nil {
		return o, err
	}
	var err error
	visible := who.visible()
	if o.Figures, err = a.Store.Figures(ctx, organisation, visible); err != nil {
		return o, err
	}
	if err := a.trend(ctx, who, &o); err != nil {
		return o, err
	}
	if err := a.newFindings(ctx, who, &o); err != nil {
		return o, err
	}
	lists := store.ProjectFilter{Organisation: organisation, Visible: visible}
	worst, err := a.Store.ListProjects(ctx, lists, store.Page{Sort: "risk", Desc: true, Limit: overviewLists})
	if err != nil {
		return o, err
	}
	lists.Troubled = true
	troubled, err := a.Store.ListProjects(ctx, lists, store.Page{Limit: overviewLists})
	o.Worst, o.Troubled = withoutSecrets(worst.Items), withoutSecrets(troubled.Items)
	return o, err
}

func withoutSecrets(projects []store.Project) []store.Project {
	for i := range projects {
		projects[i].ChannelSecrets = nil
	}
	return projects
}

// needOverview is the refusal of who is not in a named organisation, or may not
// read.
func (who Actor) needOverview(organisation string) error {
	if organisation != "" {
		return who.needIn(organisation, Viewer, ScopeRead)
	}
	return who.need(Viewer, Viewer, ScopeRead, "overview")
}

// members are the projects that days count for the actor: in their organisations,
// without those that are private but granted.
func (who Actor) members() (v store.Visible, private bool) {
	v = who.visible()
	v.Projects = nil
	return v, v.All || len(v.Administers) > 0 && len(v.Organisations) == 0
}

// trend adds the days, and the change since the first of them. Both are of the
// same projects.
func (a *App) trend(ctx context.Context, who Actor, o *Overview) error {
	members, private := who.members()
	organisation := o.Organisation
	if organisation == "" && !members.All {
		only := slices.Concat(members.Organisations, members.Administers)
		if len(only) != 1 {
			return nil
		}
		organisation = only[0]
	}
	if organisation != "" {
		private = who.In(organisation).AtLeast(Administrator)
	}
	today := a.Clock().UTC().Truncate(24 * time.Hour)
	days, err := a.Store.Days(ctx, organisation, private, today.AddDate(0, 0, -OverviewDays))
	if err != nil {
		return err
	}
	now, err := a.Store.Figures(ctx, organisation, members)
	if err != nil {
		return err
	}
	days = slices.DeleteFunc(days, func(d store.Day) bool { return !d.Day.Before(today) })
	o.Days = append(days, store.Day{Day: today, Projects: now.Projects, Components: now.Components, Counts: now.Counts})
	o.Change = changeSince(o.Days)
	return nil
}

// changeSince compares the last day with the first, if that is another.
func changeSince(days []store.Day) *OverviewChange {
	from, to := days[0], days[len(days)-1]
	if !from.Day.Before(to.Day) {
		return nil
	}
	b, a := from.Counts, to.Counts
	return &OverviewChange{
		Days: int(to.Day.Sub(from.Day) / (24 * time.Hour)), Projects: to.Projects - from.Projects, Components: to.Components - from.Components,
		Counts: store.Counts{
			Critical: a.Critical - b.Critical, High: a.High - b.High, Medium: a.Medium - b.Medium, Low: a.Low - b.Low,
			Negligible: a.Negligible - b.Negligible, Unknown: a.Unknown - b.Unknown, Exploited: a.Exploited - b.Exploited,
		},
	}
}

// newFindings adds what is new since the person last looked, at most
// OverviewDays ago.
func (a *App) newFindings(ctx context.Context, who Actor, o *Overview) error {
	o.Since = a.Clock().UTC().AddDate(0, 0, -OverviewDays)
	if who.UserID != "" {
		user, err := a.Store.User(ctx, who.UserID)
		if err != nil {
			return err
		}
		if user.OverviewSeen.After(o.Since) {
			o.Since = user.OverviewSeen
		}
	}
	found, err := a.Store.NewFindings(ctx, o.Organisation, who.visible(), o.Since, overviewNew+1)
	if len(found) > overviewNew {
		found, o.NewMore = found[:overviewNew], true
	}
	o.New = found
	return err
}

// SeenOverview notes that the person has looked: what appears from now on is new.
func (a *App) SeenOverview(ctx context.Context, who Actor) error {
	if err := who.needPerson(ScopeRead); err != nil {
		return err
	}
	return a.Store.SetOverviewSeen(ctx, who.UserID, a.Clock())
}

// SearchResult is what a search found, each kind at most as many as asked for.
type SearchResult struct {
	Text            string
	Projects        []store.Project
	Components      []store.FoundComponent
	Vulnerabilities []store.FoundVulnerability
	People          []store.FoundPerson
}

// Empty tells whether nothing was found.
func (r SearchResult) Empty() bool {
	return len(r.Projects)+len(r.Components)+len(r.Vulnerabilities)+len(r.People) == 0
}

// Bounds of searches.
const (
	searchLimit    = 8
	searchMax      = 50
	maxSearch      = 200 // bytes
	leastForOthers = 2   // characters for all but projects
)

// Search finds projects, packages by name or purl, vulnerabilities by id and
// people by name or address, as far as the actor sees them. Limit is for each
// kind; 0: 8.
func (a *App) Search(ctx context.Context, who Actor, organisation, text string, limit int) (SearchResult, error) {
	r := SearchResult{Text: strings.TrimSpace(text)}
	if err := who.needOverview(organisation); err != nil {
		return r, err
	}
	var f Faults
	f.Unless(len(r.Text) <= maxSearch, "q", "is longer than %d characters", maxSearch)
	f.Unless(!strings.ContainsRune(r.Text, 0), "q", "has characters that cannot be searched for")
	if err := f.Err(); err != nil || r.Text == "" {
		return r, err
	}
	if limit <= 0 {
		limit = searchLimit
	}
	limit = min(limit, searchMax)
	visible := who.visible()
	projects, err := a.Store.ListProjects(ctx, store.ProjectFilter{Organisation: organisation, Visible: visible, Text: r.Text}, store.Page{Limit: limit})
	r.Projects = withoutSecrets(projects.Items)
	if err != nil || len(r.Text) < leastForOthers {
		return r, err
	}
	if r.Vulnerabilities, err = a.Store.FindVulnerabilities(ctx, organisation, visible, r.Text, limit); err != nil {
		return r, err
	}
	if r.Components, err = a.Store.FindComponents(ctx, organisation, visible, r.Text, limit); err != nil {
		return r, err
	}
	r.People, err = a.Store.FindPeople(ctx, organisation, visible, r.Text, limit)
	return r, err
}

// SnapDays writes today's figures of all organisations; it may be called as often
// as wanted.
func (a *App) SnapDays(ctx context.Context) error { return a.Store.SnapDay(ctx, a.Clock()) }

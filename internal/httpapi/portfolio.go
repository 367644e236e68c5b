package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/store"
)

// Overview is what needs attention.
type Overview struct {
	Figures    PortfolioFigures `json:"figures"`
	Change     *PortfolioChange `json:"change,omitempty" doc:"Absent: there is nothing to compare with yet."`
	Days       []PortfolioDay   `json:"days" nullable:"false" doc:"The oldest first; the last is today."`
	New        []NewFinding     `json:"new" nullable:"false" doc:"Findings that appeared since, the last first."`
	NewMore    bool             `json:"new_more" doc:"There are more than are listed."`
	Since      time.Time        `json:"since"`
	Troubled   []Project        `json:"troubled" nullable:"false" doc:"Whose last scan failed or was incomplete."`
	WorstFirst []Project        `json:"worst_first" nullable:"false"`
}

// PortfolioFigures are what the projects come to.
type PortfolioFigures struct {
	Findings          OpenCounts `json:"findings"`
	Components        int64      `json:"components"`
	Projects          int64      `json:"projects"`
	ExploitedProjects int64      `json:"exploited_projects" doc:"With a finding that is known to be exploited."`
	CriticalProjects  int64      `json:"critical_projects"`
	Failed            int64      `json:"failed" doc:"Projects whose last scan failed."`
	Incomplete        int64      `json:"incomplete" doc:"Projects whose last scan did not cover everything."`
	Never             int64      `json:"never" doc:"Projects that were never scanned."`
	Outdated          int64      `json:"outdated" doc:"Projects whose findings are as of an older release of the advisory database than the current one."`
}

// PortfolioChange is how figures differ from those of some days ago.
type PortfolioChange struct {
	Days       int        `json:"days"`
	Findings   OpenCounts `json:"findings"`
	Projects   int64      `json:"projects"`
	Components int64      `json:"components"`
}

// PortfolioDay are a day's figures.
type PortfolioDay struct {
	Day        string     `json:"day" format:"date"`
	Findings   OpenCounts `json:"findings"`
	Projects   int64      `json:"projects"`
	Components int64      `json:"components"`
}

// NewFinding is a finding that appeared.
type NewFinding struct {
	ID            int64     `json:"id"`
	Project       string    `json:"project"`
	ProjectName   string    `json:"project_name"`
	Vulnerability string    `json:"vulnerability"`
	Severity      string    `json:"severity"`
	Summary       string    `json:"summary"`
	Component     string    `json:"component"`
	Version       string    `json:"version"`
	FixedIn       string    `json:"fixed_in,omitempty"`
	Exploited     bool      `json:"exploited"`
	At            time.Time `json:"at"`
}

func newFindingOf(f store.NewFinding) NewFinding {
	return NewFinding{f.ID, f.Project, f.ProjectName, f.Vulnerability, f.Severity.String(), f.Summary, f.Component, f.Version, f.FixedIn, f.Exploited, f.At}
}

func dayOf(d store.Day) PortfolioDay {
	return PortfolioDay{d.Day.Format(time.DateOnly), openCountsOf(d.Counts), d.Projects, d.Components}
}

func overviewOf(o app.Overview) Overview {
	f := o.Figures
	out := Overview{
		Figures: PortfolioFigures{openCountsOf(f.Counts), f.Components, f.Projects, f.ExploitedProjects, f.CriticalProjects, f.Failed, f.Incomplete, f.Never, f.Behind},
		Days:    each(o.Days, dayOf), New: each(o.New, newFindingOf), NewMore: o.NewMore, Since: o.Since,
		Troubled: each(o.Troubled, projectOf), WorstFirst: each(o.Worst, projectOf),
	}
	if c := o.Change; c != nil {
		out.Change = &PortfolioChange{c.Days, openCountsOf(c.Counts), c.Projects, c.Components}
	}
	return out
}

// Found is what a search found.
type Found struct {
	Projects        []FoundProject       `json:"projects" nullable:"false"`
	Components      []FoundComponent     `json:"components" nullable:"false"`
	Vulnerabilities []FoundVulnerability `json:"vulnerabilities" nullable:"false"`
	People          []FoundPerson        `json:"people" nullable:"false"`
}

// FoundProject is a project that a search found.
type FoundProject struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// FoundComponent is a component that a search found.
type FoundComponent struct {
	ID        int64  `json:"id"`
	PURL      string `json:"purl"`
	Ecosystem string `json:"ecosystem"`
	Name      string `json:"name"`
	Version   string `json:"version"`
	Projects  int64  `json:"projects" doc:"That use it and are seen; at most 100 are counted."`
}

// FoundVulnerability is a vulnerability that a search found.
type FoundVulnerability struct {
	ID        string `json:"id"`
	Severity  string `json:"severity"`
	Summary   string `json:"summary"`
	Exploited bool   `json:"exploited"`
	Projects  int64  `json:"projects" doc:"That have it and are seen; at most 100 are counted."`
}

// FoundPerson is a person that a search found.
type FoundPerson struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Email string `json:"email"`
}

func foundOf(r app.SearchResult) Found {
	return Found{
		Projects:   each(r.Projects, func(p store.Project) FoundProject { return FoundProject{p.ID, p.Name} }),
		Components: each(r.Components, func(c store.FoundComponent) FoundComponent { return FoundComponent(c) }),
		Vulnerabilities: each(r.Vulnerabilities, func(v store.FoundVulnerability) FoundVulnerability {
			return FoundVulnerability{v.ID, v.Severity.String(), v.Summary, v.Exploited, v.Projects}
		}),
		People: each(r.People, func(p store.FoundPerson) FoundPerson { return FoundPerson(p) }),
	}
}

// portfolio are the operations across projects.
func (a *api) portfolio(r huma.API) {
	tags := []string{"portfolio"}
	type overviewInput struct {
		Organisation string `query:"organisation" maxLength:"40" doc:"Absent: all that one sees."`
	}
	type overviewAnswer struct{ Body Overview }
	register(a, r, huma.Operation{OperationID: "get-overview", Method: http.MethodGet, Path: "/overview", Tags: tags, Summary: "Get what needs attention"},
		func(ctx context.Context, who app.Actor, in *overviewInput) (*overviewAnswer, error) {
			o, err := a.app.Overview(ctx, who, in.Organisation)
			return &overviewAnswer{overviewOf(o)}, err
		})
	register(a, r, huma.Operation{
		OperationID: "see-overview", Method: http.MethodPost, Path: "/overview/seen", Tags: tags, DefaultStatus: http.StatusNoContent,
		Summary: "Note that one has looked", Description: "What the overview lists as new is from then on what appears later.",
	}, func(ctx context.Context, who app.Actor, _ *struct{}) (*struct{}, error) {
		return nil, a.app.SeenOverview(ctx, who)
	})
	type searchInput struct {
		Text         string `query:"q" required:"true" maxLength:"200" doc:"A part of a project's, package's or person's name, or the beginning of a purl or of the id of a vulnerability."`
		Organisation string `query:"organisation" maxLength:"40" doc:"Absent: all that one sees."`
		Limit        int    `query:"limit" minimum:"1" maximum:"50" default:"8" doc:"For each kind of thing."`
	}
	type searchAnswer struct{ Body Found }
	register(a, r, huma.Operation{OperationID: "search", Method: http.MethodGet, Path: "/search", Tags: tags, Summary: "Find projects, packages, vulnerabilities and people"},
		func(ctx context.Context, who app.Actor, in *searchInput) (*searchAnswer, error) {
			found, err := a.app.Search(ctx, who, in.Organisation, in.Text, in.Limit)
			return &searchAnswer{foundOf(found)}, err
		})
}

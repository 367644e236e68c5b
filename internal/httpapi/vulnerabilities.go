package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/store"
	"github.com/assay-sca/assay/internal/vulndb"
)

// Vulnerability is a vulnerability in an organisation's portfolio.
type Vulnerability struct {
	ID           string    `json:"id"`
	Organisation string    `json:"organisation"`
	Severity     string    `json:"severity" enum:"critical,high,medium,low,none,unknown"`
	Score        float64   `json:"score"`
	Summary      string    `json:"summary"`
	Exploited    bool      `json:"exploited"`
	EPSS         float64   `json:"epss"`
	Findings     int64     `json:"findings" doc:"Open ones of main versions. Private projects are counted for administrators only."`
	Projects     int64     `json:"projects" doc:"That have one of those."`
	FirstSeen    time.Time `json:"first_seen"`
}

func vulnerabilityOf(v store.Vulnerability) Vulnerability {
	return Vulnerability{v.ID, v.OrganisationID, v.Severity.String(), v.Score, v.Summary, v.Exploited, v.EPSS, v.Findings, v.Projects, v.FirstSeen}
}

// Place is where a vulnerability is.
type Place struct {
	Finding     int64     `json:"finding"`
	Project     string    `json:"project"`
	ProjectName string    `json:"project_name"`
	Version     int64     `json:"version"`
	Ref         string    `json:"ref"`
	Main        bool      `json:"main"`
	Component   Component `json:"component"`
	FixedIn     string    `json:"fixed_in"`
	Direct      bool      `json:"direct"`
	Scope       string    `json:"scope"`
	State       string    `json:"state"`
	FirstSeen   time.Time `json:"first_seen"`
}

func placeOf(p store.Place) Place {
	return Place{p.FindingID, p.ProjectID, p.ProjectName, p.VersionID, p.Ref, p.Main, componentOf(p.Component), p.FixedIn, p.Direct, string(p.Scope), string(p.State), p.FirstSeen}
}

// VulnerabilityDetail is a vulnerability with its records of the current release.
type VulnerabilityDetail struct {
	ID        string          `json:"id"`
	Aliases   []string        `json:"aliases" nullable:"false"`
	Portfolio []Vulnerability `json:"portfolio" nullable:"false" doc:"By organisation."`
	Records   []Record        `json:"records" nullable:"false" doc:"Of the current release of the advisory database."`
	Release   string          `json:"release,omitempty"`
	Missing   string          `json:"missing,omitempty" doc:"Why there are no records, if the database could not be used."`
}

// Record is a record of one provider.
type Record struct {
	ID         string      `json:"id"`
	Provider   string      `json:"provider"`
	Published  string      `json:"published,omitempty"`
	Modified   string      `json:"modified,omitempty"`
	Withdrawn  string      `json:"withdrawn,omitempty"`
	Summary    string      `json:"summary,omitempty"`
	Details    string      `json:"details,omitempty" doc:"Markdown."`
	Aliases    []string    `json:"aliases" nullable:"false"`
	Weaknesses []string    `json:"weaknesses" nullable:"false"`
	References []Reference `json:"references" nullable:"false"`
	Severities []Rating    `json:"severities" nullable:"false"`
}

// Reference is a link.
type Reference struct {
	URL  string   `json:"url"`
	Tags []string `json:"tags" nullable:"false"`
}

// Rating is a severity as the record gives it.
type Rating struct {
	Scheme string `json:"scheme"`
	Value  string `json:"value"`
}

func recordOf(r vulndb.Record) Record {
	v := &r.Vulnerability
	out := Record{
		ID: v.ID, Provider: v.Provider, Published: v.Published, Modified: v.Modified, Withdrawn: v.Withdrawn, Summary: v.Summary, Details: v.Description,
		Aliases: texts(v.Aliases), Weaknesses: texts(v.Weaknesses), References: []Reference{},
		Severities: each(v.Severities, func(s vulndb.SeverityBlob) Rating { return Rating{s.Scheme, s.Value} }),
	}
	for _, x := range v.References {
		out.References = append(out.References, Reference{x.URL, texts(x.Tags)})
	}
	return out
}

// vulnerabilities are the operations on vulnerabilities and where they are.
func (a *api) vulnerabilities(r huma.API) {
	tags := []string{"vulnerabilities"}
	register(a, r, huma.Operation{
		OperationID: "list-vulnerabilities", Method: http.MethodGet, Path: "/vulnerabilities", Tags: tags, Summary: "List the vulnerabilities of a portfolio",
		Description: "Sorts by severity, projects, epss, since or id. Figures are of all projects of the organisation for its administrators, for others of those that are not private.",
	}, a.listVulnerabilities)
	register(a, r, huma.Operation{
		OperationID: "get-vulnerability", Method: http.MethodGet, Path: "/vulnerabilities/{vulnerability}", Tags: tags, Summary: "Get a vulnerability by any of its ids",
	}, a.getVulnerability)
	register(a, r, huma.Operation{
		OperationID: "list-places", Method: http.MethodGet, Path: "/vulnerabilities/{vulnerability}/findings", Tags: tags, Summary: "List where in the portfolio a vulnerability is",
	}, a.listPlaces)
}

type listVulnerabilitiesInput struct {
	Paging
	Organisation string   `query:"organisation" maxLength:"40" doc:"Absent: one's only one."`
	Severity     []string `query:"severity" maxItems:"6"`
	Exploited    bool     `query:"exploited"`
	Text         string   `query:"q" maxLength:"100" doc:"The beginning of the id."`
}

func (a *api) listVulnerabilities(ctx context.Context, who app.Actor, in *listVulnerabilitiesInput) (*Listed[Vulnerability], error) {
	severities, err := levels(in.Severity)
	if err != nil {
		return nil, err
	}
	found, err := a.app.Vulnerabilities(ctx, who, app.VulnerabilityQuery{
		Filter: store.VulnerabilityFilter{Organisation: in.Organisation, Severity: severities, Exploited: in.Exploited, Text: in.Text}, Page: in.page(),
	})
	return listed(ctx, found.List, vulnerabilityOf), err
}

// VulnerabilityPath names a vulnerability.
type VulnerabilityPath struct {
	Vulnerability string `path:"vulnerability" maxLength:"100"`
}

type vulnerabilityAnswer struct{ Body VulnerabilityDetail }

func (a *api) getVulnerability(ctx context.Context, who app.Actor, in *VulnerabilityPath) (*vulnerabilityAnswer, error) {
	v, err := a.app.Vulnerability(ctx, who, app.VulnerabilityWhere{ID: in.Vulnerability, Page: store.Page{Limit: 1}})
	if err != nil {
		return nil, err
	}
	return &vulnerabilityAnswer{VulnerabilityDetail{
		ID: v.ID, Aliases: texts(v.Aliases), Portfolio: each(v.Known, vulnerabilityOf), Records: each(v.Records, recordOf), Release: v.Release.Name, Missing: v.Missing,
	}}, nil
}

type listPlacesInput struct {
	VulnerabilityPath
	Paging
	Open bool `query:"open" doc:"Only where it is open."`
}

func (a *api) listPlaces(ctx context.Context, who app.Actor, in *listPlacesInput) (*Listed[Place], error) {
	v, err := a.app.Vulnerability(ctx, who, app.VulnerabilityWhere{ID: in.Vulnerability, Open: in.Open, Page: in.page()})
	return listed(ctx, v.Where, placeOf), err
}

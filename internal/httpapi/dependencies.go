package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/store"
)

// Dependency is a component of a version: what was asked for under what was got.
type Dependency struct {
	Component
	Direct     bool          `json:"direct"`
	Scope      string        `json:"scope"`
	Declared   []Declaration `json:"declared" nullable:"false"`
	Units      []string      `json:"units" nullable:"false"`
	Findings   OpenCounts    `json:"findings"`
	Unknown    bool          `json:"unknown" doc:"The database has no advisories for its ecosystem."`
	Uncompared []string      `json:"uncompared" nullable:"false" doc:"Why its version could not be compared with some advisories."`
}

// Declaration is a constraint at its place.
type Declaration struct {
	Constraint string `json:"constraint"`
	Path       string `json:"path"`
	Line       int    `json:"line,omitempty"`
}

func dependencyOf(d app.Dependency) Dependency {
	return Dependency{
		Component: componentOf(d.Component), Direct: d.Direct, Scope: string(d.Scope), Units: texts(d.Units), Findings: openCountsOf(d.Counts), Unknown: d.Unknown,
		Declared:   each(d.Declared, func(x app.Declaration) Declaration { return Declaration{x.Constraint, x.Path, x.Line} }),
		Uncompared: each(d.Uncompared, func(u store.Uncompared) string { return u.Reason }),
	}
}

// Use is where a component is used.
type Use struct {
	Project     string `json:"project"`
	ProjectName string `json:"project_name"`
	Version     int64  `json:"version"`
	Ref         string `json:"ref"`
	Main        bool   `json:"main"`
	Direct      bool   `json:"direct"`
	Scope       string `json:"scope"`
}

func useOf(u store.Use) Use {
	return Use{u.ProjectID, u.ProjectName, u.VersionID, u.Ref, u.Main, u.Direct, string(u.Scope)}
}

// Graph is a dependency graph.
type Graph struct {
	Version int64       `json:"version"`
	Units   []string    `json:"units" nullable:"false"`
	Nodes   []GraphNode `json:"nodes" nullable:"false"`
	Edges   [][2]int    `json:"edges" nullable:"false" doc:"Pairs of indexes in nodes: the first depends on the second."`
	Total   int         `json:"total" doc:"Nodes before the limit."`
}

// GraphNode is a component in a graph.
type GraphNode struct {
	Component int64  `json:"component"`
	Ecosystem string `json:"ecosystem"`
	Name      string `json:"name"`
	Version   string `json:"version"`
	Direct    bool   `json:"direct"`
	Depth     int    `json:"depth" doc:"Edges from the nearest direct dependency; -1: none leads there."`
	Findings  int    `json:"findings"`
	Worst     string `json:"worst" doc:"Severity of its findings."`
}

// dependencies are the operations on what projects are made of.
func (a *api) dependencies(r huma.API) {
	tags := []string{"dependencies"}
	register(a, r, huma.Operation{
		OperationID: "list-dependencies", Method: http.MethodGet, Path: "/projects/{project}/dependencies", Tags: tags, Summary: "List what a version of a project is made of",
		Description: "Sorts by name, severity, ecosystem or scope.",
	}, a.listDependencies)
	register(a, r, huma.Operation{
		OperationID: "get-graph", Method: http.MethodGet, Path: "/projects/{project}/graph", Tags: tags, Summary: "Get the dependency graph of a version of a project",
	}, a.getGraph)
	register(a, r, huma.Operation{
		OperationID: "list-uses", Method: http.MethodGet, Path: "/components/{component}/uses", Tags: tags, Summary: "List where a component is used",
	}, a.listUses)
}

type listDependenciesInput struct {
	ProjectPath
	Paging
	Version   int64    `query:"version" minimum:"0" doc:"Of the project; absent: its first main version."`
	Text      string   `query:"q" maxLength:"200" doc:"In the name."`
	Ecosystem string   `query:"ecosystem" maxLength:"100"`
	Direct    string   `query:"direct" enum:"true,false"`
	Scope     []string `query:"scope" maxItems:"6"`
	Licence   string   `query:"licence" maxLength:"200" doc:"That they state; -: those that state none."`
	Affected  bool     `query:"affected" doc:"Only those with open findings."`
}

func (a *api) listDependencies(ctx context.Context, who app.Actor, in *listDependenciesInput) (*Listed[Dependency], error) {
	q := app.DependencyQuery{
		Project: in.Project, Version: in.Version, Text: in.Text, Ecosystem: in.Ecosystem, Licence: in.Licence, Affected: in.Affected, Page: in.page(),
		Scope: each(in.Scope, func(s string) inventory.Scope { return inventory.Scope(s) }),
	}
	if in.Direct != "" {
		direct := in.Direct == "true"
		q.Direct = &direct
	}
	found, err := a.app.Dependencies(ctx, who, q)
	return listed(ctx, found.List, dependencyOf), err
}

type graphInput struct {
	ProjectPath
	Version    int64  `query:"version" minimum:"0"`
	Unit       string `query:"unit" maxLength:"4000"`
	Vulnerable bool   `query:"vulnerable" doc:"Only paths to components with open findings."`
	Focus      int64  `query:"focus" minimum:"0" doc:"Only paths to and from this component."`
	Limit      int    `query:"limit" minimum:"1" maximum:"2000" default:"200"`
}

type graphAnswer struct{ Body Graph }

func (a *api) getGraph(ctx context.Context, who app.Actor, in *graphInput) (*graphAnswer, error) {
	g, err := a.app.Graph(ctx, who, app.GraphQuery{
		Project: in.Project, Version: in.Version, Unit: in.Unit, Vulnerable: in.Vulnerable, Focus: in.Focus, Limit: in.Limit,
	})
	if err != nil {
		return nil, err
	}
	return &graphAnswer{Graph{
		Version: g.Version.ID, Units: texts(g.Units), Total: g.Total,
		Nodes: each(g.Nodes, func(n app.GraphNode) GraphNode {
			return GraphNode{n.Component, n.Ecosystem, n.Name, n.Version, n.Direct, n.Depth, n.Findings, n.Worst.String()}
		}),
		Edges: each(g.Edges, func(e app.GraphEdge) [2]int { return [2]int{e.From, e.To} }),
	}}, nil
}

type listUsesInput struct {
	Component int64 `path:"component" minimum:"1"`
	Paging
}

func (a *api) listUses(ctx context.Context, who app.Actor, in *listUsesInput) (*Listed[Use], error) {
	v, err := a.app.Component(ctx, who, in.Component, in.page())
	return listed(ctx, v.Uses, useOf), err
}

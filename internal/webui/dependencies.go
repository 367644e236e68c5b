package webui

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/store"
)

// dependenciesPage lists what a project is made of.
type dependenciesPage struct {
	Frame      frame
	List       listing
	Project    string
	Version    app.VersionRef
	Versions   []chip
	Ecosystems []chip
	Filters    []chip
	Columns    struct{ Name, Scope, Severity, Ecosystem column }
	Rows       []dependencyRow
	Total      int
	All        int
	Pager      pager
	Notices    []string
	Licences   bool // some component of the version states one
	Empty      emptyState
}

// dependencyRow is a component: what was asked for under what was got.
type dependencyRow struct {
	app.Dependency
	Declared []string
	Where    string // the files that declare it, for the tooltip
	Tally    tally
	Findings string // path of the list of its findings
	Graph    string
	Unsure   string // why its findings are not all known; empty: they are
}

const dependenciesOrder = "-severity"

func (u *ui) dependencies(r *request) (reply, error) {
	view, err := u.app.Project(r.Context(), r.actor, r.PathValue("project"))
	if err != nil {
		return nil, err
	}
	l := r.listing()
	list, err := u.app.Dependencies(r.Context(), r.actor, dependencyQuery(view.ID, l))
	if err != nil {
		return nil, err
	}
	return show("dependencies", r.dependenciesPage(view, l, list)), nil
}

func dependencyQuery(project string, l listing) app.DependencyQuery {
	q := app.DependencyQuery{
		Project: project, Version: number64(l.Get("version")), Text: strings.TrimSpace(l.Get("q")), Ecosystem: l.Get("ecosystem"), Licence: l.Get("licence"),
		Affected: l.Get("affected") != "", Page: l.page(dependenciesOrder),
	}
	if word := l.Get("direct"); word != "" {
		direct := word != "no"
		q.Direct = &direct
	}
	for _, word := range l.All("scope") {
		q.Scope = append(q.Scope, inventory.Scope(word))
	}
	return q
}

func (r *request) dependenciesPage(view app.ProjectView, l listing, list app.DependencyList) dependenciesPage {
	p := dependenciesPage{
		Frame: r.projectFrame(view, "dependencies"), List: l, Project: view.ID, Version: list.Version,
		Total: list.Total, All: list.All, Pager: l.Pager(len(list.Items), list.Next), Notices: list.Notices,
	}
	p.Frame.Wide = true
	p.Licences = slices.ContainsFunc(list.Licences, func(c app.LicenceCount) bool { return c.Name != "" })
	p.Columns.Name = l.Column("Package", "name", dependenciesOrder)
	p.Columns.Scope = l.Column("Need", "scope", dependenciesOrder)
	p.Columns.Severity = l.Column("Open findings", "-severity", dependenciesOrder)
	p.Columns.Ecosystem = l.Column("Ecosystem", "ecosystem", dependenciesOrder)
	direct := l.Choice("direct", "direct", "yes")
	direct.Count = int64(list.Direct)
	affected := l.Choice("with findings", "affected", "yes")
	affected.Count = int64(list.Affected)
	p.Filters = []chip{affected, direct, l.Chip("runtime", "scope", "runtime"), l.Chip("development", "scope", "dev")}
	if chosen := l.Get("licence"); chosen != "" {
		p.Filters = append(p.Filters, l.Choice("licence "+cmp.Or(strings.TrimPrefix(chosen, app.LicenceNotStated), "not stated"), "licence", chosen))
	}
	for _, e := range list.Ecosystems {
		c := l.Choice(e.Name, "ecosystem", e.Name)
		c.Count = int64(e.Components)
		p.Ecosystems = append(p.Ecosystems, c)
	}
	if len(view.Versions) > 1 {
		for _, v := range view.Versions {
			c := l.Choice(v.Ref, "version", strconv.FormatInt(v.ID, 10))
			c.On = v.ID == list.Version.ID
			p.Versions = append(p.Versions, c)
		}
	}
	for i := range list.Items {
		p.Rows = append(p.Rows, dependencyRowOf(view.ID, list.Version.ID, list.Items[i]))
	}
	p.Empty = emptyState{Icon: "project", Title: "Nothing is known of its dependencies", Text: "A scan lists them. If one has ended, it found no manifest that could be read: its page says what it saw.", Actions: []action{{Label: "Scans", Href: projectPath(view.ID) + "/scans"}}}
	if l.Filtered() {
		p.Empty = emptyState{Icon: "search", Title: "Nothing fits these filters", Actions: []action{{Label: "Clear the filters", Href: l.Bare()}}}
	}
	return p
}

func dependencyRowOf(project string, version int64, d app.Dependency) dependencyRow {
	row := dependencyRow{
		Dependency: d,
		Findings:   fmt.Sprintf("%s/findings?component=%d&version=%d", projectPath(project), d.ID, version),
		Graph:      fmt.Sprintf("%s/graph?focus=%d&version=%d", projectPath(project), d.ID, version),
	}
	var places []string
	for _, declared := range d.Declared {
		if !slices.Contains(row.Declared, declared.Constraint) {
			row.Declared = append(row.Declared, declared.Constraint)
		}
		places = append(places, placeOf(declared.Path, declared.Line))
	}
	row.Where = strings.Join(places, ", ")
	switch {
	case d.Version == "":
		row.Unsure = "no file pins a version, so nothing was compared"
	case d.Unknown:
		row.Unsure = "the database has no advisories for " + d.Ecosystem
	case len(d.Uncompared) > 0:
		row.Unsure = d.Uncompared[0].Reason
	}
	c := d.Counts
	row.Tally = tallyOf(severitiesIn(c), row.Unsure == "", func(word string) string { return row.Findings + "&severity=" + word })
	return row
}

// placeOf is a file with a line, as compilers write it.
func placeOf(path string, line int) string {
	if line == 0 {
		return path
	}
	return path + ":" + strconv.Itoa(line)
}

// componentPage answers "where do we have this package?".
type componentPage struct {
	Frame    frame
	List     listing
	C        store.Component
	Findings []store.ComponentFinding
	Uses     []store.Use
	Pager    pager
	Unsure   string
}

func (u *ui) component(r *request) (reply, error) {
	l := r.listing()
	view, err := u.app.Component(r.Context(), r.actor, number64(r.PathValue("component")), l.page(""))
	if err != nil {
		return nil, err
	}
	return show("component", r.componentPage(l, view)), nil
}

func (r *request) componentPage(l listing, v app.ComponentView) componentPage {
	p := componentPage{Frame: r.frame(v.Name), List: l, C: v.Component, Findings: v.Findings, Uses: v.Uses.Items, Pager: l.Pager(len(v.Uses.Items), v.Uses.Next)}
	p.Frame.Lead = v.Ecosystem
	if v.Version != "" {
		p.Frame.Badge = badge{v.Version, "neutral", "The version"}
	}
	switch {
	case v.Version == "":
		p.Unsure = "No file pins a version, so nothing was compared."
	case v.Matched == 0:
		p.Unsure = "It has not been compared with any release of the advisory database yet."
	case len(v.Uncompared) > 0:
		p.Unsure = sentence(v.Uncompared[0].Reason)
	}
	return p
}

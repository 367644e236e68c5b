package webui

import (
	"strings"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/store"
)

// vulnerabilitiesPage lists what is wrong anywhere in the portfolio.
type vulnerabilitiesPage struct {
	Frame         frame
	List          listing
	Organisations []chip
	Severities    []chip
	Exploited     chip
	Columns       struct{ Severity, ID, Projects, EPSS, Since column }
	Items         []store.Vulnerability
	Pager         pager
	Empty         emptyState
}

const vulnerabilitiesOrder = "-severity"

func (u *ui) vulnerabilities(r *request) (reply, error) {
	l := r.listing()
	organisation, organisations, err := r.organisationOf(l)
	if err != nil {
		return nil, err
	}
	list, err := u.app.Vulnerabilities(r.Context(), r.actor, app.VulnerabilityQuery{
		Filter: store.VulnerabilityFilter{
			Organisation: organisation, Severity: severitiesOf(l.All("severity")),
			Exploited: l.Get("exploited") != "", Text: strings.TrimSpace(l.Get("q")),
		},
		Page: l.page(vulnerabilitiesOrder),
	})
	if err != nil {
		return nil, err
	}
	return show("vulnerabilities", r.vulnerabilitiesPage(l, organisations, list)), nil
}

func (r *request) vulnerabilitiesPage(l listing, organisations []chip, list app.VulnerabilityList) vulnerabilitiesPage {
	p := vulnerabilitiesPage{
		Frame: r.frame("Vulnerabilities"), List: l, Organisations: organisations,
		Severities: severityChips(l), Exploited: l.Choice("exploited", "exploited", "1"),
		Items: list.Items, Pager: l.Pager(len(list.Items), list.Next),
	}
	p.Frame.Wide = true
	p.Frame.Lead = "Open in the main versions of your projects, whatever the project."
	if list.Shared {
		p.Frame.Lead = "Open in the main versions of the projects that all members see. Private projects are not counted here; the page of a vulnerability lists those that you see."
	}
	p.Columns.Severity = l.Column("Severity", "-severity", vulnerabilitiesOrder)
	p.Columns.ID = l.Column("Vulnerability", "id", vulnerabilitiesOrder)
	p.Columns.Projects = l.Numbers("Projects", "-projects", vulnerabilitiesOrder)
	p.Columns.EPSS = l.Numbers("EPSS", "-epss", vulnerabilitiesOrder)
	p.Columns.Since = l.Column("First seen", "-since", vulnerabilitiesOrder)
	p.Empty = emptyState{Icon: "shield", Title: "No open vulnerabilities", Text: "Nothing open was found in the projects that were scanned. What was not scanned, or not completely, is listed in the overview.", Actions: []action{{Label: "Projects that need a look", Href: "/projects?troubled=1"}}}
	if l.Filtered() {
		p.Empty = emptyState{Icon: "search", Title: "Nothing fits these filters", Actions: []action{{Label: "Clear the filters", Href: l.Bare()}}}
	}
	return p
}

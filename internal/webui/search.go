package webui

import (
	"net/url"
	"strconv"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/store"
)

// searchPage is what the box in the header found.
type searchPage struct {
	Frame           frame
	Text            string
	Projects        []projectRow
	Components      []foundComponent
	Vulnerabilities []foundVulnerability
	People          []store.FoundPerson
	Empty           *emptyState
}

type foundComponent struct {
	store.FoundComponent
	Href string
	Uses string // in how many projects, in words
}

type foundVulnerability struct {
	store.FoundVulnerability
	Level level
}

// searchLimit is how many of each kind a search shows.
const searchLimit = 20

func (u *ui) search(r *request) (reply, error) {
	text := r.URL.Query().Get("q")
	if text == "" {
		return show("search", r.searchPage(app.SearchResult{})), nil
	}
	found, err := u.app.Search(r.Context(), r.actor, "", text, searchLimit)
	if err != nil {
		return nil, err
	}
	return show("search", r.searchPage(found)), nil
}

func (r *request) searchPage(found app.SearchResult) searchPage {
	p := searchPage{Frame: r.frame("Search"), Text: found.Text, People: found.People}
	if p.Text != "" {
		p.Frame.Lead = "What matches “" + p.Text + "”"
	}
	for _, project := range found.Projects {
		p.Projects = append(p.Projects, projectRowOf(project))
	}
	for _, c := range found.Components {
		row := foundComponent{c, "/components/" + strconv.FormatInt(c.ID, 10), count(c.Projects, "project")}
		if c.Projects >= store.FoundProjects {
			row.Uses = number(store.FoundProjects) + "+ projects"
		}
		p.Components = append(p.Components, row)
	}
	for _, v := range found.Vulnerabilities {
		p.Vulnerabilities = append(p.Vulnerabilities, foundVulnerability{v, severityOf(v.Severity)})
	}
	switch {
	case p.Text == "":
		p.Empty = &emptyState{Icon: "search", Title: "What do you look for?", Text: "Type a project's name, a package or its purl, a CVE or GHSA id, or a person."}
	case found.Empty():
		p.Empty = &emptyState{
			Icon: "search", Title: "Nothing found", Text: "Nothing in the projects that you see matches. A vulnerability that no project has may still be in the database.",
			Actions: []action{{Label: "Look it up in the database", Href: "/vulnerabilities/" + url.PathEscape(p.Text)}, {Label: "All projects", Href: "/projects"}},
		}
	}
	return p
}

package webui

import (
	"testing"

	"github.com/jba/templatecheck"
)

// pageTypes is every page's template with the struct that it is filled from. A
// template without a line here fails TestTemplatesFitTheirTypes.
func pageTypes() map[string]any {
	return map[string]any{
		"account":          accountPage{},
		"activity":         activityPage{},
		"analysis":         analysisPage{},
		"audit":            auditPage{},
		"component":        componentPage{},
		"database":         databasePage{},
		"dependencies":     dependenciesPage{},
		"error":            errorPage{},
		"finding":          findingPage{},
		"findings":         findingsPage{},
		"graph":            graphPage{},
		"group":            groupPage{},
		"groups":           groupsPage{},
		"join":             joinPage{},
		"overview":         overviewPage{},
		"project":          projectPage{},
		"project_new":      newProjectPage{},
		"project_scans":    projectScansPage{},
		"project_settings": settingsPage{},
		"projects":         projectsPage{},
		"scan":             scanPage{},
		"search":           searchPage{},
		"setup":            setupPage{},
		"sign_in":          signInPage{},
		"tokens":           tokensPage{},
		"user":             userPage{},
		"users":            usersPage{},
		"vulnerabilities":  vulnerabilitiesPage{},
		"vulnerability":    vulnerabilityPage{},
		"welcome":          welcomePage{},
	}
}

func TestTemplatesFitTheirTypes(t *testing.T) {
	t.Parallel()
	u, err := newUI(nil, Options{})
	if err != nil {
		t.Fatal(err)
	}
	types := pageTypes()
	for _, name := range sortedKeys(u.views) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data, ok := types[name]
			if !ok {
				t.Fatalf("templates/%s.html has no line in pageTypes", name)
			}
			if err := templatecheck.CheckHTML(u.views[name].Lookup("layout"), data); err != nil {
				t.Error(err)
			}
		})
	}
	for name := range types {
		if u.views[name] == nil {
			t.Errorf("page %q has no template", name)
		}
	}
}

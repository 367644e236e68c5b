package webui

import (
	"net/http"
	"strings"
	"testing"

	"github.com/assay-sca/assay/internal/store"
)

// TestAReleaseIsScanned asks for a release by its name and follows what the pages
// say of it; refs that were scanned are there to pick from.
func TestAReleaseIsScanned(t *testing.T) {
	t.Parallel()
	v := visit(t)
	v.setUp()
	created := v.send("/projects/new", "/projects/new", "name", "shop", "url", "https://git.example.org/shop", "ref", "main").want(t, http.StatusSeeOther)
	id := strings.TrimPrefix(created.header.Get("Location"), "/projects/")
	page := "/projects/" + id + "/scans"
	if shown := v.get(page).want(t, http.StatusOK, "Or a release", "Looked for as refs/tags/v#"); strings.Contains(shown.body, "<datalist") {
		t.Error("refs are offered although none was scanned")
	}
	v.send(page, page, "release", "App v1.0", "ref", "main").want(t, http.StatusUnprocessableEntity, "give only one of them", `value="App v1.0"`)
	v.send(page, page, "release", "latest").want(t, http.StatusUnprocessableEntity, "has no version number in it")
	if a := v.do(http.MethodPost, page, map[string][]string{"release": {"App v1.0"}}); a.status != http.StatusForbidden {
		t.Errorf("without the form's token: %d", a.status)
	}
	scan := v.send(page, page, "release", "App <v1.0>").want(t, http.StatusSeeOther).header.Get("Location")
	v.get(scan).want(t, http.StatusOK, "App &lt;v1.0&gt;", "being looked for")
	v.get(page).want(t, http.StatusOK, "release App &lt;v1.0&gt;", "not known")
	v.get("/activity").want(t, http.StatusOK, "release App &lt;v1.0&gt;")
	v.send(scan, scan+"/cancel").want(t, http.StatusSeeOther)
	v.get(scan).want(t, http.StatusOK, "not found")

	repositories, err := v.kit.Store.RepositoriesOf(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	for _, ref := range []string{"v1.0", "v1.0#npm"} {
		if _, err := v.kit.Store.EnsureVersion(t.Context(), store.Version{Project: id, Repository: repositories[0].ID, Ref: ref}); err != nil {
			t.Fatal(err)
		}
	}
	shown := v.get(page).want(t, http.StatusOK, `list="f-ref-offers"`, `<datalist id="f-ref-offers"><option value="v1.0">`)
	if strings.Contains(shown.body, "v1.0#npm") {
		t.Error("a version that is narrowed to a language is offered as a ref")
	}
}

// TestNothingToStart: a project without a repository offers no scan to start, and
// where one is offered the link leads to its form.
func TestNothingToStart(t *testing.T) {
	t.Parallel()
	v := visit(t)
	v.setUp()
	for name, url := range map[string]string{"pushed": "", "fetched": "https://git.example.org/shop"} {
		created := v.send("/projects/new", "/projects/new", "name", name, "url", url).want(t, http.StatusSeeOther)
		page := created.header.Get("Location") + "/scans"
		body := v.get(page).want(t, http.StatusOK).body
		offered, form := strings.Contains(body, page+"#start"), strings.Contains(body, `id="start"`)
		if want := url != ""; offered != want || form != want {
			t.Errorf("%s: offered %t, with a form %t; want %t", name, offered, form, want)
		}
	}
}

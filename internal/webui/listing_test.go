package webui

import (
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/store"
)

func listingAt(t *testing.T, address string) listing {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return listing{u.Path, u.Query()}
}

func TestListingMakesAddresses(t *testing.T) {
	t.Parallel()
	l := listingAt(t, "/projects?q=a&tag=x&tag=y&sort=-risk&cursor=abc")
	for name, c := range map[string]struct{ got, want string }{
		"a filter set":         {l.Set("q", "b c"), "/projects?q=b+c&sort=-risk&tag=x&tag=y"},
		"a filter ended":       {l.Set("q", ""), "/projects?sort=-risk&tag=x&tag=y"},
		"a value added":        {l.Toggle("tag", "z"), "/projects?q=a&sort=-risk&tag=x&tag=y&tag=z"},
		"a value taken away":   {l.Toggle("tag", "x"), "/projects?q=a&sort=-risk&tag=y"},
		"no filter":            {l.Bare(), "/projects?sort=-risk"},
		"the beginning":        {l.First(), "/projects?q=a&sort=-risk&tag=x&tag=y"},
		"the next page":        {l.From("def"), "/projects?cursor=def&q=a&sort=-risk&tag=x&tag=y"},
		"the other order":      {l.Column("Risk", "-risk", "name").Href, "/projects?q=a&sort=risk&tag=x&tag=y"},
		"another order":        {l.Column("Name", "name", "name").Href, "/projects?q=a&sort=name&tag=x&tag=y"},
		"numbers, worst first": {l.Column("Parts", "-parts", "name").Href, "/projects?q=a&sort=-parts&tag=x&tag=y"},
	} {
		if c.got != c.want {
			t.Errorf("%s: %s, want %s", name, c.got, c.want)
		}
	}
}

func TestListingReadsPages(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]store.Page{
		"/p":                        {Sort: "name", Limit: store.DefaultLimit},
		"/p?sort=-risk&cursor=c":    {Sort: "risk", Desc: true, Limit: store.DefaultLimit, Cursor: "c"},
		"/p?limit=20":               {Sort: "name", Limit: 20},
		"/p?limit=100000&sort=risk": {Sort: "risk", Limit: store.DefaultLimit},
		"/p?limit=-1":               {Sort: "name", Limit: store.DefaultLimit},
	} {
		if diff := cmp.Diff(want, listingAt(t, address).page("name")); diff != "" {
			t.Errorf("%s: %s", address, diff)
		}
	}
}

func TestListingTellsWhetherItIsFiltered(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{"/p": false, "/p?sort=name&cursor=x&limit=2": false, "/p?q=": false, "/p?q=a": true} {
		if got := listingAt(t, address).Filtered(); got != want {
			t.Errorf("%s: %v, want %v", address, got, want)
		}
	}
}

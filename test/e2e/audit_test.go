package e2e_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
)

// good is a page on which nothing is wrong.
const good = `<!doctype html><html lang="en"><head><title>Good</title><style>.soft { color: #767676 }</style></head><body>
<a href="#content">Skip</a><nav aria-label="Main"><a href="/x">Elsewhere</a></nav>
<main id="content"><h1>Good</h1><h2>Part</h2><p class="soft">Words</p>
<form><label for="a">Name</label><input id="a"><label>Kind <select><option>one</option></select></label><button>Send</button></form>
<table><thead><tr><th>Head</th></tr></thead><tbody><tr><td>1</td></tr></tbody></table>
<svg role="img" aria-label="A chart" width="10" height="10"></svg><button aria-label="Close"><svg aria-hidden="true"></svg></button>
<div hidden><input></div></main></body></html>`

// TestAudit: the check of pages finds what it is for, and nothing on a good page.
func TestAudit(t *testing.T) {
	replaced := func(old, by string) string {
		if !strings.Contains(good, old) {
			t.Fatalf("the page has no %q", old)
		}
		return strings.Replace(good, old, by, 1)
	}
	cases := []struct{ name, page, want string }{
		{"nothing", good, ""},
		{"language", replaced(` lang="en"`, ""), "no language"},
		{"title", replaced("<title>Good</title>", ""), "no title"},
		{"main", replaced(`<main id="content">`, `<div id="content">`), "0 main parts"},
		{"id", replaced("<h2>", `<h2 id="a">`), "the id a is there 2 times"},
		{"for", replaced(`for="a"`, `for="b"`), "for names b"},
		{"label", replaced(`<label for="a">Name</label>`, ""), "a field has no label"},
		{"placeholder", replaced(`<label for="a">Name</label><input id="a">`, `<input placeholder="Name">`), "a field has no label"},
		{"first heading", replaced("<h1>Good</h1>", "<h1>Good</h1><h1>Again</h1>"), "2 first headings"},
		{"heading order", replaced("<h2>Part</h2>", "<h4>Part</h4>"), "skips a level"},
		{"button", replaced(`<button aria-label="Close">`, "<button>"), "a button or link has no name"},
		{"link", replaced(">Elsewhere<", "><"), "a button or link has no name"},
		{"picture", replaced(` role="img" aria-label="A chart"`, ""), "a picture has no text"},
		{"table", replaced("<th>Head</th>", "<td>Head</td>"), "a table has no headers"},
		{"head", replaced("<th>Head</th>", "<th></th>"), "a header of a table is empty"},
		{"contrast", replaced("#767676", "#777"), "the contrast is 4.48"},
		{"contrast by opacity", replaced("#767676", "#000; opacity: .4"), "the contrast is"},
		{"contrast below", replaced("#767676", "#fff; background: #ddd"), "the contrast is"},
		{"contrast in oklch", replaced("#767676", "oklch(0.7 0 0)"), "the contrast is"},
		{"width", replaced("<p class", `<div style="width: 3000px">wide</div><p class`), "pixels wide"},
		{"order", replaced("<button>Send", `<button tabindex="3">Send`), "changes the order"},
		{"reach", replaced("<button>Send", `<button tabindex="-1">Send`), "the keyboard does not reach it"},
		{"console", replaced("</main>", "</main><script>console.error('oh')</script>"), "console.error"},
		{"exception", replaced("</main>", "</main><script>missing()</script>"), "an error in a script"},
		{"elsewhere", replaced("</main>", `</main><img alt="" src="http://tracker.invalid/x.png">`), "a request to another origin"},
		{"missing file", replaced("</main>", `</main><img alt="" src="/missing.png">`), "the browser says"},
	}
	var page atomic.Value // the browser asks for more than the page, whenever it likes
	page.Store("")
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/missing.png" {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		io.WriteString(w, page.Load().(string))
	}))
	defer server.Close()
	p := open(t, browser(t), server.URL, view{width: 1000, height: 800})
	for _, test := range cases {
		t.Run(test.name, func(t *testing.T) {
			page.Store(test.page)
			p.forget()
			p.visit("/")
			faults := evaluate[[]string](p, audit)
			p.mu.Lock()
			faults = append(faults, p.faults...)
			p.mu.Unlock()
			all := strings.Join(faults, "\n")
			if test.want == "" && all != "" || !strings.Contains(all, test.want) {
				t.Errorf("got %q, want one with %q", faults, test.want)
			}
		})
	}
}

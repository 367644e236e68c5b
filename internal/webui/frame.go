package webui

import (
	"context"
	"html/template"
	"maps"
	"strings"
	"time"

	"github.com/assay-sca/assay/internal/app"
)

// frame is what is around the content: every page's struct has one, as the field
// Frame. Make it with request.frame and fill in what the page has.
type frame struct {
	Title   string // of the page, its heading as well
	Lead    string // a line under the heading; may be empty
	Badge   badge  // the object's state; zero: none
	Crumbs  []link // from the outermost; the page itself is not among them
	Actions []action
	Tabs    []tab
	Bare    bool   // without header and rail: sign-in, set-up
	Wide    bool   // the content may use the full width: tables, graphs
	Status  status // of the whole: the rail's and header's counters

	Path    string // of this page
	Query   string // what the search box holds
	Rail    []railItem
	Foot    []railItem
	Name    string // who is signed in; empty: nobody
	Email   string
	CSRF    string
	Theme   string // light, dark, or empty for the system's
	Flash   flash
	Version string
	Made    string // when, in UTC
}

// counts is what every page shows of the whole server.
type counts struct {
	Running, Waiting int    // scans
	Database         string // good, old, none: the dot at the foot
	DatabaseSays     string
}

// status is counts as the frame shows it.
type status struct {
	counts
	Known bool
}

// link is a place to go.
type link struct{ Label, Href string }

// action is a button of the title line or an empty state: a link, or with Post
// set a form that is sent to Href with Fields.
type action struct {
	Label, Href string
	Post        bool
	Fields      []hidden
	Primary     bool
	Icon        string
	Key         string // of the keyboard, such as "e"
}

// hidden is a field of a form that is not seen.
type hidden struct{ Name, Value string }

// tab is a view of an object. Count is shown if it is 0 or more.
type tab struct {
	Label, Href string
	Count       int64
	Current     bool
}

type railItem struct {
	Label, Href, Icon string
	Current           bool
	Dot               string // class of a coloured dot; empty: none
	DotSays           string
}

// frame is the page's surroundings for who asks. Title is plain text.
func (r *request) frame(title string) frame {
	f := frame{
		Title: title, Path: r.URL.RequestURI(), CSRF: r.csrf, Theme: r.theme(), Flash: r.flash(),
		Name: r.actor.Name, Email: r.actor.Email, Version: r.ui.o.Version,
		Made: r.now.UTC().Format("2006-01-02 15:04 UTC"),
	}
	if r.URL.Path == "/search" {
		f.Query = r.URL.Query().Get("q")
	}
	if r.actor.UserID == "" {
		f.Bare = true
		return f
	}
	if counts, err := r.ui.counts(r.Context(), r.actor); err == nil {
		f.Status = status{counts, true}
	}
	f.Rail, f.Foot = r.rail(), r.foot(f.Status)
	return f
}

func (r *request) rail() []railItem {
	return r.railOf([]railItem{
		{Label: "Overview", Href: "/", Icon: "overview"},
		{Label: "Projects", Href: "/projects", Icon: "project"},
		{Label: "Vulnerabilities", Href: "/vulnerabilities", Icon: "shield"},
		{Label: "Activity", Href: "/activity", Icon: "activity"},
	})
}

func (r *request) foot(s status) []railItem {
	items := []railItem{{Label: "Database", Href: "/database", Icon: "database", Dot: s.Database, DotSays: s.DatabaseSays}}
	if administers(r.actor) {
		items = append(items,
			railItem{Label: "Users", Href: "/users", Icon: "people"},
			railItem{Label: "Groups", Href: "/groups", Icon: "group"},
			railItem{Label: "Audit log", Href: "/audit", Icon: "log"})
	}
	return r.railOf(append(items, railItem{Label: "Tokens", Href: "/tokens", Icon: "key"}))
}

// administers tells whether somebody has pages of administration. It only hides
// links: the app decides.
func administers(who app.Actor) bool {
	if who.Installation {
		return true
	}
	for _, role := range who.Members {
		if role.AtLeast(app.Administrator) {
			return true
		}
	}
	return false
}

// railOf marks the item whose page, or a page below it, is shown.
func (r *request) railOf(items []railItem) []railItem {
	for i, item := range items {
		if item.Href == "/" {
			items[i].Current = r.URL.Path == "/"
			continue
		}
		items[i].Current = strings.HasPrefix(r.URL.Path+"/", item.Href+"/") ||
			item.Href == "/projects" && strings.HasPrefix(r.URL.Path, "/scans/") // a scan is its project's
	}
	return items
}

// countsOf asks the app for the frame's counters. What cannot be told is not
// shown: no page fails for it.
func (u *ui) countsOf(ctx context.Context, actor app.Actor) (counts, error) {
	activity, err := u.app.Activity(ctx, actor)
	if err != nil {
		return counts{}, err
	}
	c := counts{Running: activity.Counts.Running, Waiting: activity.Counts.Waiting + activity.Counts.Queued}
	if database, err := u.app.CurrentRelease(ctx, actor); err == nil {
		c.Database, c.DatabaseSays = databaseDot(database, u.now())
	}
	return c, nil
}

// databaseDot is the colour of the database's dot, and what it means.
func databaseDot(s app.DatabaseStatus, now time.Time) (class, says string) {
	switch {
	case s.State == "ok" && s.Current != nil:
		return "good", "built " + ago(now, s.Current.Built)
	case s.State == "missing":
		return "none", s.Reason
	}
	return "old", s.Reason
}

func (u *ui) functions() template.FuncMap {
	f := wordFunctions(u.now)
	maps.Copy(f, partialFunctions())
	maps.Copy(f, pageFunctions())
	f["asset"] = u.assets.url
	return f
}

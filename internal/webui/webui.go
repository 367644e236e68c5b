// Package webui is Assay's face: pages made at the server, complete without
// JavaScript, enhanced where it helps. It stands beside the API and like it
// reaches data only through the app. A page is a struct with its data, a method
// that fills it, and a template of the same name; routes.go lists them all.
package webui

import (
	"context"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"

	"github.com/assay-sca/assay/internal/app"
)

// Options is how the pages are served. The zero value is a server on plain HTTP
// with passwords only.
type Options struct {
	Version string // of the program, for the foot of the page
	// Secure says that people reach the server by https: cookies are only sent there.
	Secure bool
	// Base is how people reach the server, such as https://assay.example.org, for links
	// that are handed on; empty: as the request says.
	Base string
	// SessionCookie is the name of the session's cookie, which the API shares;
	// empty: "assay_session".
	SessionCookie string
	Log           *slog.Logger // nil: nothing is logged
}

// ui is the handler's state; but for what counters keep it does not change after New.
type ui struct {
	app    *app.App
	o      Options
	log    *slog.Logger
	views  map[string]*template.Template // by page
	assets *assets
	who    func(ctx context.Context, cookie string, c app.Client) (app.Actor, error)
	// counts is what the rail and the header show on every page.
	counts func(ctx context.Context, actor app.Actor) (counts, error)
}

// New returns the handler of all pages. It panics only if the embedded templates
// do not parse, which a test rules out.
func New(a *app.App, o Options) http.Handler {
	u, err := newUI(a, o)
	if err != nil {
		panic(err)
	}
	return u.handler()
}

func newUI(a *app.App, o Options) (*ui, error) {
	if o.SessionCookie == "" {
		o.SessionCookie = "assay_session"
	}
	u := &ui{app: a, o: o, log: o.Log}
	if u.log == nil {
		u.log = slog.New(slog.DiscardHandler)
	}
	var err error
	if u.assets, err = readAssets(); err != nil {
		return nil, fmt.Errorf("read assets: %w", err)
	}
	if u.views, err = parseViews(u.functions()); err != nil {
		return nil, fmt.Errorf("parse templates: %w", err)
	}
	if a != nil {
		u.who, u.counts = a.ActorOfSession, newCounters(u.countsOf, u.now).of
	}
	return u, nil
}

// handler is the pages with what stands before all of them.
func (u *ui) handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /assets/", u.assets)
	for _, route := range u.routes() {
		mux.Handle(route.pattern, u.serve(route))
	}
	mux.Handle("/", u.serve(route{"/", u.notFound, open}))
	return secured(mux)
}

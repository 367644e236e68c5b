// Package httpapi is the server's REST API under /api/v1: it translates between
// HTTP and the use-cases of app, a file for each noun, and decides nothing
// itself. What it offers is in its OpenAPI document, a golden file.
package httpapi

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/assay-sca/assay/internal/app"
)

// Prefix is where the API lives.
const Prefix = "/api/v1"

// Limits of what is taken, where Options say nothing.
const (
	maxBody   = 1 << 20  // bytes of a JSON body
	maxUpload = 64 << 20 // bytes of an inventory
)

// Options say how the API is served. The zero value is a sensible one.
type Options struct {
	Version string // of the program, for the document
	Log     *slog.Logger

	// Actor's and Address's limits in requests a second, with bursts of ten
	// times as many. 0: 50 and 100. Negative: none.
	ActorRate, AddressRate float64
	// MaxUpload bounds a pushed inventory in bytes. 0: 64 MiB.
	MaxUpload int64
	// Cookie is the name of the session's cookie. Empty: DefaultCookie.
	Cookie string
}

// DefaultCookie is the name of the session's cookie where none is configured.
const DefaultCookie = "assay_session"

// api has an operation's function for each noun.
type api struct {
	app       *app.App
	o         Options
	log       *slog.Logger
	actors    *limiter
	addresses *limiter
}

// New returns the API over the use-cases. It serves paths below Prefix.
func New(use *app.App, o Options) http.Handler {
	handler, _ := build(use, o, (*api).nouns)
	return handler
}

// nouns lists all operations, a function for each noun in its own file. Types that
// inputs and bodies embed are exported: huma sees no others.
func (a *api) nouns(r huma.API) {
	a.users(r)
	a.organisations(r)
	a.groups(r)
	a.tokens(r)
	a.grants(r)
	a.audit(r)
	a.projects(r)
	a.portfolio(r)
	a.scans(r)
	a.findings(r)
	a.vulnerabilities(r)
	a.dependencies(r)
	a.releases(r)
}

func build(use *app.App, o Options, register func(*api, huma.API)) (http.Handler, huma.API) {
	o = o.filled()
	clock := func() time.Time { return time.Time{} } // only of a document without a server
	if use != nil {
		clock = use.Clock
	}
	a := &api{
		app: use, o: o, log: o.Log,
		actors: newLimiter(o.ActorRate, clock), addresses: newLimiter(o.AddressRate, clock),
	}
	mux := http.NewServeMux()
	r := humago.NewWithPrefix(mux, Prefix, configuration(o))
	r.UseMiddleware(admitted)
	register(a, r)
	mux.HandleFunc("GET "+Prefix+"/openapi.json", document(r))
	return a.identified(a.once(operations{mux})), r
}

func (o Options) filled() Options {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.ActorRate == 0 {
		o.ActorRate = 50
	}
	if o.AddressRate == 0 {
		o.AddressRate = 100
	}
	if o.MaxUpload == 0 {
		o.MaxUpload = maxUpload
	}
	if o.Cookie == "" {
		o.Cookie = DefaultCookie
	}
	return o
}

// operations answers with a problem what no operation is for.
type operations struct{ mux *http.ServeMux }

// ServeHTTP serves the operation that the request names.
func (o operations) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	handler, pattern := o.mux.Handler(r)
	if pattern != "" {
		o.mux.ServeHTTP(w, r)
		return
	}
	said := &unsaid{header: w.Header(), code: http.StatusOK}
	handler.ServeHTTP(said, r)
	detail := "there is no such operation"
	if said.code == http.StatusMethodNotAllowed {
		detail = "there is no such operation here; there is " + w.Header().Get("Allow")
	}
	refuse(w, said.code, detail)
}

// unsaid keeps the status of an answer without its body.
type unsaid struct {
	header http.Header
	code   int
}

func (u *unsaid) Header() http.Header         { return u.header }
func (u *unsaid) Write(b []byte) (int, error) { return len(b), nil }
func (u *unsaid) WriteHeader(code int)        { u.code = code }

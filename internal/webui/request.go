package webui

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/errs"
)

// maxForm bounds the body of a form: pages take text, not files.
const maxForm = 1 << 20

// request is an HTTP request, read and with its sender known.
type request struct {
	*http.Request
	actor app.Actor // zero on open pages without a session
	now   time.Time
	csrf  string // what the page's forms carry
	ui    *ui
}

// reply is how a handler answers; see reply.go.
type reply interface {
	send(w http.ResponseWriter, r *request) error
}

// handler answers a request. Its error is shown as a page by its kind, unless
// the handler shows it beside the fields of a form (see asFaults).
type handler func(r *request) (reply, error)

// serve makes a route a http.Handler: who asks, whether a form is ours, and
// errors as pages.
func (u *ui) serve(to route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, raw *http.Request) {
		r := &request{Request: raw, ui: u, now: u.now()}
		answer, err := u.answer(w, r, to) //nolint:contextcheck // the request carries it
		if err == nil {
			err = answer.send(w, r)
		}
		if err != nil {
			u.fail(w, r, err) //nolint:contextcheck // the request carries it
		}
	})
}

func (u *ui) answer(w http.ResponseWriter, r *request, to route) (reply, error) {
	if err := r.identify(); err != nil {
		if to.access != open {
			if errs.KindOf(err) == errs.Anonymous {
				return r.askToSignIn(), nil
			}
			return nil, err
		}
	}
	r.csrf = r.actor.CSRF
	if r.csrf == "" {
		r.csrf = u.visitorToken(w, r.Request)
	}
	if to.access != uploading || !strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data;") {
		if err := r.readForm(w); err != nil {
			return nil, err
		}
	}
	return to.do(r)
}

// identify finds out who asks by the session's cookie.
func (r *request) identify() error {
	cookie, err := r.Cookie(r.ui.o.SessionCookie)
	if err != nil {
		return errs.E(errs.Anonymous, "nobody is signed in")
	}
	r.actor, err = r.ui.who(r.Context(), cookie.Value, r.client())
	return err
}

// askToSignIn remembers a page that was asked for; a form that was sent is lost
// anyway, so it is not.
func (r *request) askToSignIn() reply {
	if r.Method != http.MethodGet || r.URL.Path == "/" {
		return goTo("/sign-in")
	}
	return goTo("/sign-in?" + url.Values{"next": {r.URL.RequestURI()}}.Encode())
}

// readForm reads a form and makes sure that one of our pages sent it.
func (r *request) readForm(w http.ResponseWriter) error {
	if r.Method != http.MethodPost {
		return nil
	}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || (kind != "application/x-www-form-urlencoded" && kind != "multipart/form-data") {
		return errs.E(errs.Invalid, "this page takes forms only")
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.parse(kind); err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return errs.E(errs.TooLarge, "the form has more than %d bytes", maxForm)
		}
		return errs.E(errs.Invalid, "the form cannot be read: %w", err)
	}
	return r.checkToken(r.PostForm.Get("csrf"))
}

// checkToken refuses a form that does not carry the session's token.
func (r *request) checkToken(token string) error {
	if subtle.ConstantTimeCompare([]byte(token), []byte(r.csrf)) != 1 {
		return errStaleForm
	}
	return nil
}

// errStaleForm is a form whose token is not the session's.
var errStaleForm = errs.E(errs.Denied, "this form is out of date, or came from another site")

func (r *request) parse(kind string) error {
	if kind == "multipart/form-data" {
		return r.ParseMultipartForm(maxForm)
	}
	return r.ParseForm()
}

// field is a form's field without spaces around it.
func (r *request) field(name string) string { return strings.TrimSpace(r.PostForm.Get(name)) }

// secret is a form's field as it is: passwords may begin with a space.
func (r *request) secret(name string) string { return r.PostForm.Get(name) }

// revision is the If-Match of a form: which state of the object it shows.
func (r *request) revision() (int64, error) {
	var n int64
	if _, err := fmt.Sscanf(r.field("revision"), "%d", &n); err != nil {
		return 0, errs.E(errs.Invalid, "the form does not say which state it changes; reload the page")
	}
	return n, nil
}

// client is where the request came from.
func (r *request) client() app.Client {
	c := app.Client{Address: r.RemoteAddr, Agent: r.UserAgent()}
	if host, _, err := net.SplitHostPort(r.RemoteAddr); err == nil {
		c.Address = host
	}
	if cookie, err := r.Cookie(r.ui.o.SessionCookie); err == nil {
		c.Cookie = cookie.Value
	}
	return c
}

// local is a path of this server out of what a form or an address says, and "/"
// for everything else: a link elsewhere must not pass for ours.
func local(path string) string {
	to, err := url.Parse(path)
	if err != nil || to.IsAbs() || to.Host != "" || !strings.HasPrefix(path, "/") ||
		strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\r\n") {
		return "/"
	}
	return path
}

func (u *ui) now() time.Time {
	if u.app == nil || u.app.Clock == nil {
		return time.Time{}
	}
	return u.app.Clock()
}

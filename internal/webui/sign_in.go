package webui

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/errs"
)

type signInPage struct {
	Frame     frame
	Form      form
	Next      string
	Providers []link
}

func (r *request) signInPage(f form, next string) signInPage {
	p := signInPage{Frame: r.frame("Sign in"), Form: f, Next: local(next)}
	p.Frame.Bare = true
	for _, provider := range r.ui.app.Providers() {
		to := "/sign-in/" + url.PathEscape(provider.Name) + "?" + url.Values{"next": {p.Next}}.Encode()
		p.Providers = append(p.Providers, link{provider.Title, to})
	}
	return p
}

func (u *ui) signIn(r *request) (reply, error) {
	next := r.URL.Query().Get("next")
	if r.actor.UserID != "" {
		return goTo(next), nil
	}
	return show("sign_in", r.signInPage(r.form("/sign-in"), next)), nil
}

func (u *ui) doSignIn(r *request) (reply, error) {
	in := app.SignInInput{Email: r.field("email"), Password: r.secret("password")}
	session, err := u.app.SignIn(r.Context(), in, r.client())
	if err != nil {
		f, err := r.refused("/sign-in", err)
		if err != nil {
			return nil, err
		}
		return showAgain("sign_in", r.signInPage(f, r.field("next"))), nil
	}
	return u.opened(session, r.field("next")), nil
}

// opened gives the browser its session and goes on.
func (u *ui) opened(session app.SignedIn, next string) reply {
	return raw(func(w http.ResponseWriter, r *request) error {
		cookie := u.cookie(u.o.SessionCookie, session.Cookie, session.Expires.Sub(r.now))
		http.SetCookie(w, cookie)
		u.dropCookie(w, visitorCookie)
		return goTo(next).send(w, r)
	})
}

func (u *ui) doSignOut(r *request) (reply, error) {
	cookie, err := r.Cookie(u.o.SessionCookie)
	if err == nil {
		err = u.app.SignOut(r.Context(), cookie.Value, r.client())
	}
	if err != nil {
		return nil, err
	}
	return raw(func(w http.ResponseWriter, r *request) error {
		u.dropCookie(w, u.o.SessionCookie)
		return goTo("/sign-in").send(w, r)
	}), nil
}

// externalCookie holds what the browser brings back from a provider.
const externalCookie = "assay_external"

func (u *ui) signInElsewhere(r *request) (reply, error) {
	start, err := u.app.StartExternal(r.Context(), r.PathValue("provider"), local(r.URL.Query().Get("next")))
	if err != nil {
		return nil, err
	}
	return raw(func(w http.ResponseWriter, r *request) error {
		http.SetCookie(w, u.cookie(externalCookie, start.Cookie, 10*time.Minute))
		http.Redirect(w, r.Request, start.URL, http.StatusSeeOther)
		return nil
	}), nil
}

func (u *ui) backFromElsewhere(r *request) (reply, error) {
	query := r.URL.Query()
	back := app.ExternalReturn{
		Provider: r.PathValue("provider"), Code: query.Get("code"), State: query.Get("state"), Error: query.Get("error"),
	}
	if cookie, err := r.Cookie(externalCookie); err == nil {
		back.Cookie = cookie.Value
	}
	session, next, err := u.app.FinishExternal(r.Context(), back, r.client())
	if err != nil {
		f, err := r.refused("/sign-in", err)
		if err != nil {
			return nil, err
		}
		return showAgain("sign_in", r.signInPage(f, next)), nil
	}
	return u.opened(session, next), nil
}

// refused is a form that was sent and that the app refused, with its faults; an
// error that is not about the form is returned.
func (r *request) refused(action string, err error) (form, error) {
	f := r.sent(action)
	var faults app.Faults
	if errors.As(err, &faults) {
		f.Faults = map[string]string{}
		for _, fault := range faults {
			name, says := faultOf(fault)
			if f.Faults[name] == "" {
				f.Faults[name] = says
			}
		}
		return f, nil
	}
	if errs.IsChanged(err) {
		return f, err // the form shows what is no more
	}
	switch errs.KindOf(err) {
	case errs.Invalid, errs.Conflict, errs.Denied, errs.Anonymous, errs.Busy, errs.TooLarge:
		f.Fault = sentence(err.Error())
		return f, nil
	}
	return f, err
}

// faultOf is the form's field that a fault is of, and what to say there: of one of
// a field's lines or words, which.
func faultOf(fault app.Fault) (name, says string) {
	name, index, _ := strings.Cut(fault.Field, ".")
	if n, err := strconv.Atoi(index); err == nil {
		return name, sentence(fmt.Sprintf("number %d %s", n+1, fault.Message))
	}
	return fault.Field, faultText(fault.Message)
}

// faultText is what is wrong with a field as a sentence: "is empty" is said of it.
func faultText(message string) string {
	first, _, _ := strings.Cut(message, " ")
	switch first {
	case "is", "has", "must", "needs", "cannot", "does", "was", "may", "names", "belongs":
		return sentence("this " + message)
	}
	return sentence(message)
}

func (u *ui) doTheme(r *request) (reply, error) {
	theme := r.field("theme")
	return raw(func(w http.ResponseWriter, r *request) error {
		if theme == "light" || theme == "dark" {
			http.SetCookie(w, u.cookie(themeCookie, theme, 365*24*time.Hour))
		} else {
			u.dropCookie(w, themeCookie)
		}
		return goTo(r.field("back")).send(w, r)
	}), nil
}

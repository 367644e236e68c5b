package webui

import (
	"errors"
	"log/slog"
	"net/http"
	"strconv"

	"github.com/assay-sca/assay/internal/errs"
)

// failure is an error as people see it.
type failure struct {
	Status int
	Title  string
	Does   string // what to do
}

// failureOf is the one table from kinds of errors to pages.
func failureOf(kind errs.Kind) failure {
	switch kind {
	case errs.Invalid:
		return failure{http.StatusBadRequest, "This cannot be used as it is", "Go back, change it and send it again."}
	case errs.NotFound:
		return failure{http.StatusNotFound, "There is nothing here", "It may have been deleted or renamed, or you may not see it. Look for it with the search above, or ask who gave you the link."}
	case errs.Denied:
		return failure{http.StatusForbidden, "You may not do this", "Ask an administrator or a manager of the project for the role it needs."}
	case errs.Anonymous:
		return failure{http.StatusUnauthorized, "You are not signed in", "Sign in, then open the page again."}
	case errs.Conflict, errs.Stale:
		return failure{http.StatusConflict, "This contradicts what is there", "Nothing was stored. Look at what is there now, then try again."}
	case errs.TooLarge:
		return failure{http.StatusRequestEntityTooLarge, "This is too large", "Send less at once."}
	case errs.Busy:
		return failure{http.StatusTooManyRequests, "Too much at once", "Wait a moment, then try again."}
	case errs.Unavailable:
		return failure{http.StatusServiceUnavailable, "This cannot be reached right now", "Nothing is lost. Try again in a minute; if it stays like this, tell whoever operates this server."}
	}
	return failure{http.StatusInternalServerError, "Something went wrong here", "The server has written down what happened. Try again; if it stays like this, tell whoever operates it."}
}

type errorPage struct {
	Frame frame
	failure
	Says  string // the error's own words; empty for those that are not for people
	Retry string // the same page again; empty: it was a form, or would say the same
}

// fail shows an error as a page and logs what is the server's fault.
func (u *ui) fail(w http.ResponseWriter, r *request, err error) {
	if r.Context().Err() != nil {
		return // whoever asked went away
	}
	p := errorPage{failure: failureOf(errs.KindOf(err))}
	if errors.Is(err, errStaleForm) {
		p.Title, p.Does = "This form is too old", "Nothing was stored. Open its page again and send it once more."
	}
	if errs.IsChanged(err) {
		p.Title = "Somebody else changed this meanwhile"
		p.Does = "Nothing of yours was stored. Open the page again to see what is there now, then make your change on that."
	}
	if p.Status == http.StatusInternalServerError {
		u.log.LogAttrs(r.Context(), slog.LevelError, "page failed",
			slog.String("path", r.URL.Path), slog.String("error", err.Error()))
	} else {
		p.Says = sentence(err.Error())
	}
	if r.Method == http.MethodGet && p.Status != http.StatusNotFound && p.Status != http.StatusForbidden {
		p.Retry = r.URL.RequestURI()
	}
	p.Frame = r.frame(p.Title)
	p.Frame.Badge = badge{strconv.Itoa(p.Status), "neutral", ""}
	if err := (page{p.Status, "error", p}).send(w, r); err != nil {
		u.log.LogAttrs(r.Context(), slog.LevelError, "error page failed", slog.String("error", err.Error()))
		http.Error(w, p.Title, p.Status)
	}
}

func (u *ui) notFound(r *request) (reply, error) {
	return nil, errs.E(errs.NotFound, "there is no page %s", r.URL.Path)
}

// sentence is an error's text as people write: a capital first, a stop last.
func sentence(text string) string {
	if text == "" {
		return ""
	}
	first := text[0]
	if 'a' <= first && first <= 'z' {
		text = string(first-'a'+'A') + text[1:]
	}
	if last := text[len(text)-1]; last != '.' && last != '?' {
		text += "."
	}
	return text
}

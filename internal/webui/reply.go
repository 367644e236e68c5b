package webui

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// page is a page's template and its data.
type page struct {
	status int
	view   string
	data   any
}

// show answers with a page; view names its template, data is its struct.
func show(view string, data any) reply { return page{http.StatusOK, view, data} }

// showAgain answers with the page of a form that could not be accepted; data
// holds what was entered and the faults.
func showAgain(view string, data any) reply {
	return page{http.StatusUnprocessableEntity, view, data}
}

// A page is made whole before its first byte is sent, so that an error in the
// middle is an error page and not half of this one.
func (p page) send(w http.ResponseWriter, r *request) error {
	view, ok := r.ui.views[p.view]
	if !ok {
		return fmt.Errorf("there is no template %q", p.view)
	}
	var body bytes.Buffer
	if err := view.ExecuteTemplate(&body, "layout", p.data); err != nil {
		return fmt.Errorf("make page %s: %w", p.view, err)
	}
	if r.hadFlash() {
		r.ui.dropCookie(w, flashCookie)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	return sendBody(w, r.Request, p.status, body.Bytes())
}

// sendBody compresses what is worth it for who takes it.
func sendBody(w http.ResponseWriter, r *http.Request, status int, body []byte) error {
	w.Header().Add("Vary", "Accept-Encoding")
	if len(body) > 1024 && takesGzip(r) {
		var packed bytes.Buffer
		z, err := gzip.NewWriterLevel(&packed, gzip.DefaultCompression)
		if err != nil {
			return err
		}
		if _, err := z.Write(body); err != nil {
			return err
		}
		if err := z.Close(); err != nil {
			return err
		}
		w.Header().Set("Content-Encoding", "gzip")
		body = packed.Bytes()
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		// Who went away misses nothing.
		_, _ = w.Write(body)
	}
	return nil
}

func takesGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, weight, _ := strings.Cut(strings.TrimSpace(part), ";")
		if name == "gzip" && strings.TrimSpace(weight) != "q=0" {
			return true
		}
	}
	return false
}

// redirect sends the browser to a page of ours, with a message on it.
type redirect struct {
	to    string
	flash flash
}

// goTo answers a form by showing another page.
func goTo(path string) reply { return redirect{to: path} }

// goSaying is goTo with a message that the next page shows once.
func goSaying(path, message string) reply {
	return redirect{path, flash{Text: message}}
}

// goUndoable is goSaying with a button that takes the act back: a form to the
// path undo with the given fields.
func goUndoable(path, message, undo string, fields map[string]string) reply {
	return redirect{path, flash{Text: message, Undo: undo, Fields: fields}}
}

func (d redirect) send(w http.ResponseWriter, r *request) error {
	if d.flash.Text != "" {
		r.ui.setFlash(w, d.flash)
	}
	http.Redirect(w, r.Request, local(d.to), http.StatusSeeOther)
	return nil
}

// raw is an answer that writes itself: a stream of events, a download.
type raw func(w http.ResponseWriter, r *request) error

func (f raw) send(w http.ResponseWriter, r *request) error { return f(w, r) }

package webui

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"time"
)

// The cookies of pages, beside the session's.
const (
	themeCookie   = "assay_theme"   // light or dark; absent: as the system says
	flashCookie   = "assay_flash"   // a message for the next page
	visitorCookie = "assay_visitor" // the token of forms before signing in
)

// flash is a message that is shown once, on the page after a form.
type flash struct {
	Text   string            `json:"t"`
	Undo   string            `json:"u,omitempty"` // where a form takes the act back; empty: nowhere
	Fields map[string]string `json:"f,omitempty"` // of that form
}

func (u *ui) cookie(name, value string, lasts time.Duration) *http.Cookie {
	return &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: int(lasts.Seconds()),
		Secure: u.o.Secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
}

func (u *ui) dropCookie(w http.ResponseWriter, name string) {
	gone := u.cookie(name, "", 0)
	gone.MaxAge = -1
	http.SetCookie(w, gone)
}

func (u *ui) setFlash(w http.ResponseWriter, f flash) {
	text, err := json.Marshal(f)
	if err != nil || len(text) > 2500 {
		return // a message that does not fit a cookie is not worth an error
	}
	http.SetCookie(w, u.cookie(flashCookie, base64.RawURLEncoding.EncodeToString(text), time.Minute))
}

func (r *request) hadFlash() bool {
	_, err := r.Cookie(flashCookie)
	return err == nil
}

// flash reads the message for this page. Whoever can set our cookies can make it
// up: it is shown as text, and its form goes to paths of ours only.
func (r *request) flash() flash {
	cookie, err := r.Cookie(flashCookie)
	if err != nil {
		return flash{}
	}
	var f flash
	text, err := base64.RawURLEncoding.DecodeString(cookie.Value)
	if err != nil || json.Unmarshal(text, &f) != nil {
		return flash{}
	}
	if f.Undo != "" {
		f.Undo = local(f.Undo)
	}
	return f
}

// theme is what the person chose: light, dark or empty.
func (r *request) theme() string {
	cookie, err := r.Cookie(themeCookie)
	if err != nil || (cookie.Value != "light" && cookie.Value != "dark") {
		return ""
	}
	return cookie.Value
}

// visitorToken is what forms carry before anybody is signed in: the value of a
// cookie that only our pages can repeat.
func (u *ui) visitorToken(w http.ResponseWriter, r *http.Request) string {
	if cookie, err := r.Cookie(visitorCookie); err == nil && len(cookie.Value) >= 20 {
		return cookie.Value
	}
	token := rand.Text()
	if r.Method == http.MethodGet {
		http.SetCookie(w, u.cookie(visitorCookie, token, 24*time.Hour))
	}
	return token
}

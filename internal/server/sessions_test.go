package server_test

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/assay-sca/assay/internal/server"
)

// TestSessionsEndAsSet signs in and lets the time go by that the options give to a
// browser that does nothing.
func TestSessionsEndAsSet(t *testing.T) {
	t.Parallel()
	began := time.Now()
	var later atomic.Int64
	s := run(t, server.Options{
		Data: t.TempDir(), SessionIdle: 10 * time.Minute, SessionLife: time.Hour,
		Clock: func() time.Time { return began.Add(time.Duration(later.Load())) },
	})
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	made := setUp(t, client, s)
	if len(made) == 0 || made[0].MaxAge < 3590 || made[0].MaxAge > 3600 {
		t.Errorf("the cookie is to last an hour: %v", made)
	}
	for _, step := range []struct {
		after time.Duration
		want  int
	}{{9 * time.Minute, 200}, {9 * time.Minute, 200}, {11 * time.Minute, 303}} {
		later.Add(int64(step.after))
		r, err := client.Get("http://" + s.address + "/account")
		if err != nil {
			t.Fatal(err)
		}
		_ = r.Body.Close()
		if r.StatusCode != step.want {
			t.Errorf("%v later: got %d, want %d", step.after, r.StatusCode, step.want)
		}
	}
}

// setUp makes the administrator and returns the cookies of the session.
func setUp(t *testing.T, client *http.Client, s running) []*http.Cookie {
	t.Helper()
	secret := regexp.MustCompile(`/setup\?link=(\S+)`).FindStringSubmatch(s.said.String())
	if secret == nil {
		t.Fatalf("there is no link in %q", s.said)
	}
	base := "http://" + s.address + "/setup"
	r, err := client.Get(base + "?link=" + secret[1])
	if err != nil {
		t.Fatal(err)
	}
	token := regexp.MustCompile(`name="csrf" value="([^"]+)"`).FindStringSubmatch(text(t, r))
	if token == nil {
		t.Fatal("the page has no token")
	}
	form := url.Values{
		"csrf": {token[1]}, "link": {secret[1]}, "organisation": {"Example Ltd"}, "name": {"Ada Example"},
		"email": {"ada@example.org"}, "password": {"correct horse battery"},
	}
	if r, err = client.Post(base, "application/x-www-form-urlencoded", strings.NewReader(form.Encode())); err != nil {
		t.Fatal(err)
	}
	if says := text(t, r); r.StatusCode != http.StatusSeeOther {
		t.Fatalf("set-up answered %d %.300s", r.StatusCode, says)
	}
	return r.Cookies()
}

// text is an answer's body.
func text(t *testing.T, r *http.Response) string {
	t.Helper()
	defer r.Body.Close()
	all, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(all)
}

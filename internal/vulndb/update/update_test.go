package update

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/vulndb"
)

const npmPath = "/npm/all.zip"

func (s *setting) run(t *testing.T) error {
	t.Helper()
	_, err := Run(t.Context(), s.options)
	s.clean(t)
	return err
}

// must runs an update that has to succeed and wants its requests.
func (s *setting) must(t *testing.T, requests ...string) {
	t.Helper()
	if err := s.run(t); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(requests, s.source.asked()); diff != "" {
		t.Errorf("requests mismatch (-want +got):\n%s", diff)
	}
}

func (s *setting) want(t *testing.T, ids string) {
	t.Helper()
	if got := s.ids(t); got != ids {
		t.Errorf("the installed records are %s, want %s", got, ids)
	}
}

// TestRun: fetched once, left alone while it does not change, fetched when it does.
func TestRun(t *testing.T) {
	t.Parallel()
	first := served{data: archive(t, "A-1"), tag: `"one"`}
	s := newSetting(t, map[string]served{npmPath: first})
	s.must(t, npmPath+" 200")
	s.want(t, "A-1")
	if p := s.progress; p.got["npm"] != int64(len(first.data)) || p.total["npm"] != int64(len(first.data)) || p.downloads == 0 || !cmp.Equal(p.sets, []string{"npm"}) {
		t.Errorf("progress %+v", p)
	}
	s.must(t, npmPath+` If-None-Match:"one" 304`)
	s.want(t, "A-1")
	s.source.put(npmPath, served{data: archive(t, "A-1", "A-2"), tag: `"two"`})
	s.options.Now = now.Add(time.Hour)
	s.must(t, npmPath+` If-None-Match:"one" 200`)
	s.want(t, "A-1 A-2")
	s.must(t, npmPath+` If-None-Match:"two" 304`)
}

func TestRunReport(t *testing.T) {
	t.Parallel()
	s := newSetting(t, map[string]served{npmPath: {data: archive(t, "A-1"), tag: ""}, "/GitHub Actions/all.zip": {data: archive(t, "A-2"), tag: ""}})
	s.options.Ecosystems = []string{"npm", "GitHub Actions"}
	report, err := Run(t.Context(), s.options)
	if err != nil {
		t.Fatal(err)
	}
	if report.Metadata.Records != 2 || !report.Metadata.Built.Equal(now.Truncate(time.Second)) || report.Sources[1].Name != "GitHub Actions" {
		t.Errorf("report %+v", report)
	}
	if diff := cmp.Diff([]string{npmPath + " 200", "/GitHub%20Actions/all.zip 200"}, s.source.asked()); diff != "" {
		t.Errorf("requests mismatch (-want +got):\n%s", diff)
	}
}

// TestRunFolder: a source may be a folder, or one archive's address.
func TestRunFolder(t *testing.T) {
	t.Parallel()
	s := newSetting(t, map[string]served{"/mine.zip": {data: archive(t, "A-3"), tag: ""}})
	server, folder := s.options.Sources[0], t.TempDir()
	s.options.Sources[0] = folder
	if err := os.WriteFile(filepath.Join(folder, "npm.zip"), archive(t, "A-1"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.must(t)
	s.want(t, "A-1")
	s.options.Sources[0] = server + "/mine.zip"
	s.must(t, "/mine.zip 200")
	s.want(t, "A-3")
	s.options.Sources[0] = filepath.Join(t.TempDir(), "missing")
	if err := s.run(t); errs.KindOf(err) != errs.NotFound {
		t.Errorf("error %v, want one of the kind NotFound", err)
	}
	s.want(t, "A-3")
}

// TestRunAnswers: what servers answer, and what becomes of the update. The
// database in use is one record of an earlier update throughout.
// Of what few publish advisories a source may have none; the rest is needed.
func TestRunOptional(t *testing.T) {
	t.Parallel()
	s := newSetting(t, map[string]served{npmPath: {data: archive(t, "A-0"), tag: `"x"`}})
	s.options.Ecosystems, s.options.Optional = []string{"npm", "Hex"}, []string{"Hex"}
	heard := &listened{got: map[string]int64{}, total: map[string]int64{}}
	s.options.Progress = heard
	if err := s.run(t); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"Hex"}, heard.absent); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	s.options.Optional = nil
	if err := s.run(t); err == nil {
		t.Error("a needed ecosystem is lacking and nobody says so")
	}
}

// Object stores answer 403 for what is not there: the other name is tried too.
func TestRunForbidden(t *testing.T) {
	t.Parallel()
	s := newSetting(t, map[string]served{"/npm.zip": {data: archive(t, "A-0"), tag: `"x"`}})
	s.source.first["/npm/all.zip"] = []http.HandlerFunc{status(403)}
	if err := s.run(t); err != nil {
		t.Fatal(err)
	}
}

func TestRunAnswers(t *testing.T) {
	t.Parallel()
	good := served{data: archive(t, "A-1", "A-2", "A-3"), tag: `"new"`}
	html := served{data: []byte("<html>sign in first</html>"), tag: `"page"`}
	half := len(good.data) / 2
	rest := fmt.Sprintf(` Range:bytes=%d- If-Range:"new"`, half)
	again := ` If-None-Match:"old"`
	tests := []struct {
		name     string
		first    []http.HandlerFunc
		file     served // none: not found
		requests []string
		want     string // of the error; empty: it succeeds
		kind     errs.Kind
	}{
		{"resumed", []http.HandlerFunc{cut(good, half)}, good, []string{again + " 200", rest + " 206"}, "", 0},
		{"resumed twice", []http.HandlerFunc{cut(good, 10), status(500)}, good,
			[]string{again + " 200", ` Range:bytes=10- If-Range:"new" 500`, ` Range:bytes=10- If-Range:"new" 206`}, "", 0},
		{"changed meanwhile", []http.HandlerFunc{cut(served{data: good.data, tag: `"older"`}, half)}, good, []string{again + " 200", fmt.Sprintf(` Range:bytes=%d- If-Range:"older" 200`, half)}, "", 0},
		{"weak tag", []http.HandlerFunc{cut(served{data: good.data, tag: `W/"new"`}, half)}, good, []string{again + " 200", again + " 200"}, "", 0},
		{"no tag", []http.HandlerFunc{cut(served{data: good.data, tag: ""}, half)}, good, []string{again + " 200", again + " 200"}, "", 0},
		{"resumed elsewhere", []http.HandlerFunc{cut(good, half), status(206, "Content-Range", "bytes 0-9/10")}, good, []string{again + " 200", rest + " 206", again + " 200"}, "", 0},
		{"resumed with another", []http.HandlerFunc{cut(good, half), status(206, "Content-Range", fmt.Sprintf("bytes %d-%d/%d", half, len(good.data)-1, len(good.data)), "ETag", `"x"`)}, good,
			[]string{again + " 200", rest + " 206", again + " 200"}, "", 0},
		{"resumed in part", []http.HandlerFunc{cut(good, half), some(good, half, half+10)}, good, []string{again + " 200", rest + " 206", fmt.Sprintf(` Range:bytes=%d- If-Range:"new" 206`, half+10)}, "", 0},
		{"cannot resume", []http.HandlerFunc{cut(good, half), status(416)}, good, []string{again + " 200", rest + " 416", again + " 200"}, "", 0},
		{"serves no ranges", []http.HandlerFunc{cut(good, half), whole(good)}, good, []string{again + " 200", rest + " 200"}, "", 0},
		{"fails, then answers", []http.HandlerFunc{status(500), status(503), status(502)}, good, []string{again + " 500", again + " 503", again + " 502", again + " 200"}, "", 0},
		{"busy, then answers", []http.HandlerFunc{status(429, "Retry-After", "0")}, good, []string{again + " 429", again + " 200"}, "", 0},
		{"redirects", []http.HandlerFunc{status(302, "Location", npmPath)}, good, []string{again + " 302", again + " 200"}, "", 0},
		{"redirects for ever", []http.HandlerFunc{loop(12), loop(11), loop(10), loop(9), loop(8), loop(7), loop(6), loop(5), loop(4), loop(3)}, good, nil, "", 0},
		{"fails for ever", []http.HandlerFunc{status(500), status(500), status(500), status(500), status(500)}, good,
			[]string{again + " 500", again + " 500", again + " 500", again + " 500", again + " 500"}, "the server answered 500 Internal Server Error", errs.Unavailable},
		{"answers strangely", []http.HandlerFunc{status(418)}, good, []string{again + " 418"}, "the server answered 418 I'm a teapot", errs.Unavailable},
		{"a page instead", nil, html, []string{again + " 200"}, "what came is no zip archive", errs.Damaged},
		{"nothing instead", nil, served{data: []byte{}, tag: ""}, []string{again + " 200"}, "what came is no zip archive", errs.Damaged},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newSetting(t, map[string]served{npmPath: {data: archive(t, "A-0"), tag: `"old"`}})
			s.must(t, npmPath+" 200")
			s.source.put(npmPath, test.file)
			s.source.first[npmPath] = test.first
			err := s.run(t)
			for i := range test.requests {
				test.requests[i] = npmPath + test.requests[i]
			}
			if diff := cmp.Diff(test.requests, s.source.asked()); diff != "" && test.requests != nil {
				t.Errorf("requests mismatch (-want +got):\n%s", diff)
			}
			if test.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				s.want(t, "A-1 A-2 A-3")
				return
			}
			if err == nil || !strings.Contains(err.Error(), test.want) || errs.KindOf(err) != test.kind || !strings.Contains(err.Error(), s.options.Sources[0]+npmPath) || strings.Contains(err.Error(), "\n") {
				t.Errorf("error %v of kind %d, want %q of kind %d with the address in one line", err, errs.KindOf(err), test.want, test.kind)
			}
			s.want(t, "A-0")
			// What failed is not remembered as if it had come.
			s.source.put(npmPath, good)
			if err := s.run(t); err != nil {
				t.Fatal(err)
			}
			s.want(t, "A-1 A-2 A-3")
			if diff := cmp.Diff([]string{npmPath + again + " 200"}, s.source.asked()); test.kind == errs.Damaged && diff != "" {
				t.Errorf("requests mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

// whole serves a file without ranges.
func whole(f served) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("ETag", f.tag)
		w.WriteHeader(http.StatusOK)
		_, _ = w.Write(f.data)
	}
}

// some answers a range with less than was asked for.
func some(f served, from, to int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("ETag", f.tag)
		w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, to-1, len(f.data)))
		w.WriteHeader(http.StatusPartialContent)
		_, _ = w.Write(f.data[from:to])
	}
}

func loop(n int) http.HandlerFunc { return status(302, "Location", fmt.Sprintf("%s?%d", npmPath, n)) }

// TestRunFallback: the other place of the layout, and no place at all.
func TestRunFallback(t *testing.T) {
	t.Parallel()
	s := newSetting(t, map[string]served{"/npm.zip": {data: archive(t, "A-1"), tag: `"one"`}})
	s.must(t, npmPath+" 404", "/npm.zip 200")
	s.want(t, "A-1")
	s.must(t, npmPath+" 404", `/npm.zip If-None-Match:"one" 304`)
	s.options.Ecosystems = []string{"npm", "crates.io"}
	err := s.run(t)
	if errs.KindOf(err) != errs.Unavailable || !strings.Contains(err.Error(), "/crates.io/all.zip or ") || !strings.Contains(err.Error(), "/crates.io.zip: the server does not have it") {
		t.Errorf("error %v, want that there is no crates.io", err)
	}
	s.want(t, "A-1")
	// A file that is moved is another file, whatever its tag.
	s.options.Ecosystems = []string{"npm"}
	s.source.asked()
	s.source.put(npmPath, served{data: archive(t, "A-2"), tag: `"one"`})
	s.must(t, npmPath+" 200")
	s.want(t, "A-2")
}

// TestRunLater: what one process has begun the next one ends.
func TestRunLater(t *testing.T) {
	t.Parallel()
	good := served{data: archive(t, "A-1", "A-2"), tag: `"one"`}
	s := newSetting(t, map[string]served{npmPath: good})
	stalled := make(chan struct{})
	s.source.first[npmPath] = []http.HandlerFunc{func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", good.tag)
		w.Header().Set("Content-Length", fmt.Sprint(len(good.data)))
		w.WriteHeader(http.StatusOK)
		_, _ = w.Write(good.data[:100])
		w.(*codes).ResponseWriter.(http.Flusher).Flush()
		<-r.Context().Done()
		close(stalled)
	}}
	ctx, cancel := context.WithCancel(t.Context())
	s.progress.onBytes = cancel // as if a person pressed a key while nothing comes
	if _, err := Run(ctx, s.options); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that it was cancelled", err)
	}
	<-stalled
	if info, err := os.Stat(s.part("npm")); err != nil || info.Size() != 100 {
		t.Errorf("the part is %v, %v", info, err)
	}
	s.progress.onBytes = nil
	s.source.asked()
	s.must(t, npmPath+` Range:bytes=100- If-Range:"one" 206`)
	s.want(t, "A-1 A-2")
	if s.progress.got["npm"] != int64(len(good.data)) || s.progress.total["npm"] != int64(len(good.data)) {
		t.Errorf("progress %+v, want %d bytes", s.progress, len(good.data))
	}
}

// TestRunBadRecords: an archive that came whole and holds rubbish.
func TestRunBadRecords(t *testing.T) {
	t.Parallel()
	s := newSetting(t, map[string]served{npmPath: {data: archive(t, "A-1"), tag: ""}})
	s.must(t, npmPath+" 200")
	s.source.put(npmPath, served{data: archive(t, "A-2", "no id", "nor this"), tag: ""})
	if err := s.run(t); errs.KindOf(err) != errs.Damaged || !strings.Contains(err.Error(), "2 of 3 records cannot be used") {
		t.Errorf("error %v, want too many bad records", err)
	}
	s.want(t, "A-1")
	s.source.put(npmPath, served{data: archive(t), tag: ""})
	if err := s.run(t); errs.KindOf(err) != errs.Invalid {
		t.Errorf("error %v, want that there is no record", err)
	}
	s.want(t, "A-1")
}

// TestRunTogether: two updates at once take turns.
func TestRunTogether(t *testing.T) {
	t.Parallel()
	s := newSetting(t, map[string]served{npmPath: {data: archive(t, "A-1"), tag: `"one"`}})
	failed := make(chan error)
	for range 3 {
		go func() {
			o := s.options
			o.Progress = &listened{got: map[string]int64{}, total: map[string]int64{}}
			_, err := Run(t.Context(), o)
			failed <- err
		}()
	}
	for range 3 {
		if err := <-failed; err != nil {
			t.Error(err)
		}
	}
	s.clean(t)
	s.want(t, "A-1")
	if diff := cmp.Diff([]string{npmPath + " 200", npmPath + ` If-None-Match:"one" 304`, npmPath + ` If-None-Match:"one" 304`}, s.source.asked()); diff != "" {
		t.Errorf("requests mismatch (-want +got):\n%s", diff)
	}
}

// TestValidate: a new file that is not what was built is not installed.
func TestValidate(t *testing.T) {
	t.Parallel()
	s := newSetting(t, map[string]served{npmPath: {data: archive(t, "A-1"), tag: ""}})
	report, err := Run(t.Context(), s.options)
	if err != nil {
		t.Fatal(err)
	}
	file, err := s.options.Dir.Current()
	if err != nil {
		t.Fatal(err)
	}
	if err := validate(t.Context(), file, report.Metadata); err != nil {
		t.Error(err)
	}
	if err := validate(t.Context(), file, vulndb.Metadata{}); errs.KindOf(err) != errs.Damaged {
		t.Errorf("error %v, want that it says something else", err)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	damaged := filepath.Join(t.TempDir(), "a.db")
	at := strings.LastIndex(string(data), `"details":"xxx`) + 20
	data[at] = 'y'
	if err := os.WriteFile(damaged, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := validate(t.Context(), damaged, report.Metadata); errs.KindOf(err) != errs.Damaged {
		t.Errorf("error %v, want it damaged", err)
	}
}

// fetch downloads without a network or a clock.
func fetch(t *testing.T, handler http.Handler, limit int64) (file string, err error) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "all.zip")
	d := download{web: web{client: &http.Client{Transport: memory{handler}}, agent: "assay/test", backoff: time.Second, attempts: attempts},
		url: "https://osv.example.org" + npmPath, file: file, work: file, progress: func(int64, int64) {}, limit: limit}
	return file, d.run(t.Context())
}

// TestWaits: how long a download waits for a server that asks for patience.
func TestWaits(t *testing.T) {
	t.Parallel()
	good := served{data: []byte("data"), tag: ""}
	tests := []struct {
		name     string
		first    http.HandlerFunc
		min, max time.Duration
	}{
		{"a failure", status(500), time.Second, 2 * time.Second},
		{"seconds", status(429, "Retry-After", "17"), 17 * time.Second, 17 * time.Second},
		{"less than we wait anyway", status(503, "Retry-After", "0"), time.Second, 2 * time.Second},
		{"a date", func(w http.ResponseWriter, _ *http.Request) {
			status(429, "Retry-After", time.Now().Add(30*time.Second).UTC().Format(http.TimeFormat))(w, nil)
		}, 29 * time.Second, 30 * time.Second},
		{"a date gone by", status(429, "Retry-After", "Sat, 02 Jan 1999 15:04:05 GMT"), time.Second, 2 * time.Second},
		{"too much", status(429, "Retry-After", "86400"), maxWait, maxWait},
		{"nonsense", status(429, "Retry-After", "soon"), time.Second, 2 * time.Second},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newSource(map[string]served{npmPath: good})
				s.first[npmPath] = []http.HandlerFunc{test.first}
				start := time.Now()
				file, err := fetch(t, s, 100)
				if took := time.Since(start); err != nil || took < test.min || took > test.max {
					t.Errorf("after %v: %v, want between %v and %v", took, err, test.min, test.max)
				}
				if data, err := os.ReadFile(file); string(data) != "data" {
					t.Errorf("%q came, %v", data, err)
				}
			})
		})
	}
}

// TestStalled: a server that stops sending is left after a minute, and asked again.
func TestStalled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		client := &http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
			if asked++; asked == 1 {
				return &http.Response{StatusCode: http.StatusOK, ContentLength: 4, Header: http.Header{"Etag": {`"a"`}}, Body: io.NopCloser(io.MultiReader(strings.NewReader("da"), silent{r.Context()}))}, nil
			}
			if got := r.Header.Get("Range"); got != "bytes=2-" {
				t.Errorf("asked for %q", got)
			}
			return &http.Response{StatusCode: http.StatusPartialContent, ContentLength: 2, Header: http.Header{"Etag": {`"a"`}, "Content-Range": {"bytes 2-3/4"}}, Body: io.NopCloser(strings.NewReader("ta"))}, nil
		})}
		file := filepath.Join(t.TempDir(), "all.zip")
		d := download{web: web{client: client, backoff: time.Second, attempts: attempts}, url: "https://osv.example.org/all.zip", file: file, work: file,
			progress: func(int64, int64) {}, limit: 100}
		start := time.Now()
		err := d.run(t.Context())
		if took := time.Since(start); err != nil || took < stallAfter || took > stallAfter+5*time.Second {
			t.Errorf("after %v: %v", took, err)
		}
		if data, err := os.ReadFile(file); string(data) != "data" {
			t.Errorf("%q came, %v", data, err)
		}
	})
}

type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// silent sends nothing until the request ends.
type silent struct{ ctx context.Context }

func (s silent) Read([]byte) (int, error) {
	<-s.ctx.Done()
	return 0, s.ctx.Err()
}

// TestOversized: neither a file that says that it is too large nor one that does
// not say so is kept.
func TestOversized(t *testing.T) {
	t.Parallel()
	for name, handler := range map[string]http.HandlerFunc{
		"declared": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "11")
			_, _ = w.Write(make([]byte, 11))
		},
		"undeclared": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write(make([]byte, 11))
			w.(http.Flusher).Flush()
		},
	} {
		file, err := fetch(t, handler, 10)
		if errs.KindOf(err) != errs.TooLarge || !strings.Contains(err.Error(), "more than 10 bytes") {
			t.Errorf("%s: error %v, want one of the kind TooLarge", name, err)
		}
		if entries, err := os.ReadDir(filepath.Dir(file)); len(entries) != 0 || err != nil {
			t.Errorf("%s: left behind %v, %v", name, entries, err)
		}
	}
	if _, err := fetch(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 10)) }), 10); err != nil {
		t.Errorf("as large as it may be: %v", err)
	}
}

// TestCancelledWhileWaiting: nobody has to wait for the next attempt to stop.
func TestCancelledWhileWaiting(t *testing.T) {
	t.Parallel()
	s := newSetting(t, nil)
	s.options.Backoff = time.Hour
	ctx, cancel := context.WithCancel(t.Context())
	s.source.first[npmPath] = []http.HandlerFunc{func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError); cancel() }}
	if _, err := Run(ctx, s.options); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that it was cancelled", err)
	}
}

// TestNobodyListens: a source that cannot be reached.
func TestNobodyListens(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	s := unserved(t, newSource(nil))
	s.options.Sources, s.options.Client = []string{server.URL}, http.DefaultClient
	if _, err := Run(t.Context(), s.options); errs.KindOf(err) != errs.Unavailable || !strings.Contains(err.Error(), server.URL+npmPath) {
		t.Errorf("error %v, want one of the kind Unavailable with the address", err)
	}
	if _, err := s.options.Dir.Current(); errs.KindOf(err) != errs.NotFound {
		t.Errorf("error %v: something is installed", err)
	}
}

package update

import (
	"archive/zip"
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/assay-sca/assay/internal/vulndb"
	"github.com/assay-sca/assay/internal/vulndb/build"
	"github.com/assay-sca/assay/internal/vulndb/feed"
	feeds "github.com/assay-sca/assay/internal/vulndb/feed/all"
	"github.com/assay-sca/assay/internal/vulndb/release"
)

// source serves files as a web server does, ranges and conditions included, and
// notes what was asked for.
type source struct {
	mu    sync.Mutex
	files map[string]served
	// first answers an address once, before the file is served.
	first map[string][]http.HandlerFunc
	log   []string
}

type served struct {
	data []byte
	tag  string // no header if empty
	made time.Time
}

// archive is a zip with records of the ids given, of one package each.
func archive(t *testing.T, ids ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, id := range ids {
		entry, err := w.CreateHeader(&zip.FileHeader{Name: id + ".json", Method: zip.Store})
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(entry, `{"id":%q,"details":%q,"affected":[{"package":{"ecosystem":"npm","name":"left"},"versions":["1.0.0"]}]}`, id, strings.Repeat("x", 3000))
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func newSource(files map[string]served) *source {
	return &source{files: files, first: map[string][]http.HandlerFunc{}}
}

func (s *source) put(path string, f served) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.files[path] = f
}

// asked returns the log and empties it.
func (s *source) asked() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	log := s.log
	s.log = nil
	return log
}

func (s *source) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	note := strings.TrimPrefix(r.Method+" ", "GET ") + r.URL.EscapedPath()
	for _, name := range []string{"Range", "If-Range", "If-None-Match"} {
		if value := r.Header.Get(name); value != "" {
			note += " " + name + ":" + value
		}
	}
	n := len(s.log)
	s.log = append(s.log, note)
	var once http.HandlerFunc
	if list := s.first[r.URL.Path]; len(list) > 0 {
		once, s.first[r.URL.Path] = list[0], list[1:]
	}
	file, ok := s.files[r.URL.Path]
	s.mu.Unlock()
	code := &codes{w, func(code int) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.log[n] += fmt.Sprintf(" %d", code)
	}}
	switch {
	case once != nil:
		once(code, r)
	case !ok:
		http.NotFound(code, r)
	default:
		if file.tag != "" {
			code.Header().Set("ETag", file.tag)
		}
		http.ServeContent(code, r, "", file.made, bytes.NewReader(file.data))
	}
}

// codes notes the status, before the client can know it.
type codes struct {
	http.ResponseWriter
	note func(code int)
}

func (c *codes) WriteHeader(code int) {
	c.note(code)
	c.ResponseWriter.WriteHeader(code)
}

// status answers with a status and headers, given as name and value in turn.
func status(code int, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(code)
	}
}

// cut promises all of a file, sends its beginning and drops the connection.
func cut(f served, after int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if f.tag != "" {
			w.Header().Set("ETag", f.tag)
		}
		w.Header().Set("Content-Length", fmt.Sprint(len(f.data)))
		w.WriteHeader(http.StatusOK)
		_, _ = w.Write(f.data[:after])
		w.(*codes).ResponseWriter.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
}

// listened is what a Progress heard.
type listened struct {
	absent    []string
	stale     []string
	mu        sync.Mutex
	got       map[string]int64
	total     map[string]int64
	sets      []string
	downloads int
	onBytes   func()
}

func (l *listened) Download(name string, got, total int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.got[name], l.total[name] = got, total
	l.downloads++
	if l.onBytes != nil {
		l.onBytes()
	}
}

func (l *listened) Stale(name string, age feed.Age) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.stale = append(l.stale, name+" "+age.Captured.Format(time.DateOnly)+" "+age.Reason)
}

func (l *listened) Absent(ecosystem string) { l.absent = append(l.absent, ecosystem) }
func (l *listened) Read(set string)         { l.sets = append(l.sets, set) }

// setting is an installation with a source to update from.
type setting struct {
	options  Options
	source   *source
	progress *listened
}

var now = time.Date(2026, time.January, 2, 3, 4, 5, 6, time.UTC)

func newSetting(t *testing.T, files map[string]served) *setting {
	t.Helper()
	s := newSource(files)
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	set := unserved(t, s)
	set.options.Sources, set.options.Client = []string{server.URL}, server.Client()
	return set
}

// unserved is a setting whose source nobody listens for.
func unserved(t *testing.T, s *source) *setting {
	t.Helper()
	root := t.TempDir()
	progress := &listened{got: map[string]int64{}, total: map[string]int64{}}
	return &setting{source: s, progress: progress, options: Options{
		Sources: []string{"https://osv.example.org"}, Ecosystems: []string{"npm"}, Dir: release.Dir(filepath.Join(root, "db")), Cache: filepath.Join(root, "downloads"), Agent: "assay/test",
		Limits: build.Limits{SkippedShare: 0.1}, Now: now, Named: feeds.Named, Progress: progress, Backoff: time.Millisecond,
	}}
}

// memory answers requests without a network, so that time can stand still.
type memory struct{ handler http.Handler }

func (m memory) RoundTrip(r *http.Request) (*http.Response, error) {
	recorder := httptest.NewRecorder()
	m.handler.ServeHTTP(recorder, r)
	response := recorder.Result()
	response.Request = r
	return response, nil
}

// ids are the records of the installed database.
func (s *setting) ids(t *testing.T) string {
	t.Helper()
	file, err := s.options.Dir.Current()
	if err != nil {
		t.Fatal(err)
	}
	db, err := vulndb.Open(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Verify(t.Context()); err != nil {
		t.Fatal(err)
	}
	var numbers []int64
	for n := range int64(100) {
		numbers = append(numbers, n)
	}
	details, err := db.Details(t.Context(), numbers)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, n := range numbers {
		if d, ok := details[n]; ok {
			out = append(out, d.ID)
		}
	}
	return strings.Join(out, " ")
}

// clean fails if an update has left something unfinished.
func (s *setting) clean(t *testing.T) {
	t.Helper()
	entries, err := os.ReadDir(string(s.options.Dir))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Name() != "lock" && e.Name() != "current" && filepath.Ext(e.Name()) != ".db" {
			t.Errorf("%s is left behind", e.Name())
		}
	}
}

// part is a download's file in the cache.
func (s *setting) part(name string) string {
	f, place := feeds.Named(s.options.Sources[0])
	return filepath.Join(s.options.Cache, key(f, place), "work", name, "all.zip.part")
}

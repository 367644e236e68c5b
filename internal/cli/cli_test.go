package cli

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/finding"
)

func environment(pairs ...string) func(string) string {
	return func(name string) string {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1]
			}
		}
		return ""
	}
}

func TestWantsColor(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		getenv func(string) string
		want   bool
	}{
		{"nothing said", environment(), true},
		{"NO_COLOR", environment("NO_COLOR", "1"), false},
		{"NO_COLOR is empty", environment("NO_COLOR", ""), true},
		{"a dumb terminal", environment("TERM", "dumb"), false},
	} {
		if got := wantsColor(c.getenv); got != c.want {
			t.Errorf("%s: got %t", c.name, got)
		}
	}
}

func TestOneLine(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err  error
		want string
	}{
		{errors.New("plain"), "plain"},
		{errors.Join(errors.New("one"), errors.New("two")), "one; two"},
		{errors.New("unknown command \"scna\" for \"assay\"\n\nDid you mean this?\n\tscan\n\tschema\n"), `unknown command "scna" for "assay": did you mean scan or schema`},
	} {
		if got := oneLine(c.err); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

// TestMessagesDoNotSteer: what is quoted of strangers is shown without its control
// characters.
func TestMessagesDoNotSteer(t *testing.T) {
	t.Parallel()
	var out, messages bytes.Buffer
	code := Main(context.Background(), Env{Args: []string{"scan", "a\x1b[2J\x07\u202eb"}, Stdout: &out, Stderr: &messages, Getenv: environment(), Now: time.Now})
	if code != 2 || strings.ContainsAny(messages.String(), "\x1b\x07\u202e") || !strings.HasSuffix(messages.String(), "\n") {
		t.Errorf("exit code %d, %q", code, messages.String())
	}
}

func TestClientFollowsNoBadRedirect(t *testing.T) {
	t.Parallel()
	check := httpClient().CheckRedirect // the poisoned transport stays
	request := func(url string) *http.Request { return httptest.NewRequest(http.MethodGet, url, nil) }
	for _, c := range []struct {
		name string
		next string
		via  []string
		ok   bool
	}{
		{"https to https", "https://b.example.org/", []string{"https://a.example.org/"}, true},
		{"http back to http", "http://c.example.org/", []string{"http://a.example.org/", "https://b.example.org/"}, false},
		{"http to https", "https://b.example.org/", []string{"http://a.example.org/"}, true},
		{"https to http", "http://b.example.org/", []string{"https://a.example.org/"}, false},
		{"https by way of https to http", "http://c.example.org/", []string{"https://a.example.org/", "https://b.example.org/"}, false},
		{"too many", "https://b.example.org/", []string{"https://a.example.org/", "https://a.example.org/", "https://a.example.org/", "https://a.example.org/", "https://a.example.org/"}, false},
	} {
		var via []*http.Request
		for _, url := range c.via {
			via = append(via, request(url))
		}
		if err := check(request(c.next), via); (err == nil) != c.ok {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestCache(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	for _, c := range []struct {
		name string
		app  app
		want string
	}{
		{"flag", app{cacheDir: "x"}, "x"},
		{"variable", app{Env: Env{Getenv: environment("XDG_CACHE_HOME", home)}}, filepath.Join(home, "assay")},
	} {
		got, err := c.app.cache()
		if err != nil || got != c.want {
			t.Errorf("%s: %q, %v", c.name, got, err)
		}
	}
}

func TestWriteFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	name := filepath.Join(dir, "out.json")
	write := func(text string, err error) func(io.Writer) error {
		return func(w io.Writer) error {
			_, _ = io.WriteString(w, text)
			return err
		}
	}
	if err := writeFile(name, write("first", nil)); err != nil {
		t.Fatal(err)
	}
	// Whatever goes wrong, the old file stays and nothing is left beside it.
	failure := errors.New("no")
	if err := writeFile(name, write("half", failure)); !errors.Is(err, failure) {
		t.Errorf("got %v", err)
	}
	data, err := os.ReadFile(name)
	if err != nil || string(data) != "first" {
		t.Errorf("the file holds %q, %v", data, err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("the folder holds %v, %v", entries, err)
	}
}

// TestProgress: on a terminal a line is drawn once the work takes long, and it is
// gone at the end; elsewhere nothing is.
func TestProgress(t *testing.T) {
	t.Parallel()
	var terminal syncBuffer
	drawn := make(chan struct{})
	terminal.on = func(text string) {
		if strings.Contains(text, "downloading npm: 1 of 2 MB (3 files)") {
			close(drawn)
			terminal.on = func(string) {}
		}
	}
	a := &app{Env: Env{Stderr: &terminal, Terminal: true}}
	p := a.newProgress()
	p.files.Store(3)
	p.Download("npm", 1<<20, 2<<20)
	select {
	case <-drawn:
	case <-time.After(10 * time.Second):
		t.Error("nothing was drawn")
	}
	p.end()
	if text := terminal.String(); !strings.HasSuffix(text, "\r\x1b[K") {
		t.Errorf("the line stays: %q", text)
	}
	for _, quiet := range []*app{{Env: Env{Stderr: &syncBuffer{}}}, {Env: Env{Stderr: &syncBuffer{}, Terminal: true}, quiet: true}} {
		p := quiet.newProgress()
		p.Download("npm", 1, -1)
		p.Read("npm")
		p.end()
		if p.start.IsZero() || quiet.Stderr.(*syncBuffer).String() != "" {
			t.Error("something was drawn")
		}
	}
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
	on func(string)
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.on != nil {
		s.on(string(p))
	}
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func TestProcess(t *testing.T) {
	t.Parallel()
	env := Process()
	if env.Client == nil || env.Now == nil || env.Getenv == nil || env.Stdout == nil || env.Stderr == nil {
		t.Errorf("something is missing: %+v", env)
	}
}

// TestPortable: a result names files, and folders only where they are part of an
// address.
func TestPortable(t *testing.T) {
	t.Parallel()
	a := &app{cacheDir: "/home/someone/.cache/assay"}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		d          database
		text, want string
	}{
		{database{file: "/data/a.db"}, "advisory database /data/a.db is damaged", "advisory database a.db is damaged"},
		{database{file: "sub/a.db"}, "open " + filepath.Join(here, "sub/a.db") + ": no", "open a.db: no"},
		{database{}, "advisory database /home/someone/.cache/assay/db/00.db is damaged", "advisory database db/00.db is damaged"},
		{database{sources: []string{"/srv/osv"}}, "read /srv/osv/npm/all.zip: no", "read osv/npm/all.zip: no"},
		{database{sources: []string{"https://mirror.example.org/osv"}}, "download https://mirror.example.org/osv/npm/all.zip: no", "download https://mirror.example.org/osv/npm/all.zip: no"},
	} {
		if got := a.portable(&c.d, c.text); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

func TestParseOutputs(t *testing.T) {
	t.Parallel()
	outputs, err := parseOutputs([]string{"json=a.json", "table", "json=b=c.json"})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, o := range outputs {
		got = append(got, o.writer.Name()+" "+o.file)
	}
	if diff := cmp.Diff([]string{"json a.json", "table ", "json b=c.json"}, got); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	for _, bad := range [][]string{{"xml"}, {""}, {"json="}, {"json", "table"}, {"json=a", "table=b/../a"}} {
		if _, err := parseOutputs(bad); errs.KindOf(err) != errs.Invalid {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// TestExitCodes: an exit code carries no message, and a database that fails is no
// reason to lose it.
func TestExitCodes(t *testing.T) {
	t.Parallel()
	var code exitError
	if err := errors.Join(nil, exitError(3)); !errors.As(err, &code) || code != 3 || code.Error() != "exit code 3" {
		t.Errorf("got %v", err)
	}
	var messages bytes.Buffer
	a := &app{Env: Env{Stderr: &messages}}
	err := a.verdict(&finding.Result{Gates: []finding.Gate{{Name: "incomplete", Exit: 3, Reason: "x"}, {Name: "database", Exit: 2, Reason: "y"}}}, nil)
	if !errors.As(err, &code) || code != 2 {
		t.Errorf("got %v", err)
	}
	if got := messages.String(); got != "assay: incomplete: x\nassay: database: y\n" {
		t.Errorf("said %q", got)
	}
}

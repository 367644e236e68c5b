package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/assay-sca/assay/internal/blob/blobtest"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/server"
	"github.com/assay-sca/assay/internal/sqlstore/sqlstoretest"
)

// running is a server of a test.
type running struct {
	address string
	said    *bytes.Buffer // what it told when it was ready
	stop    func() error
}

// run starts a server and waits until it is ready.
func run(t *testing.T, o server.Options) running {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ready, ended := make(chan string, 1), make(chan error, 1)
	r := running{said: &bytes.Buffer{}}
	o.Listen, o.Out, o.Grace = "127.0.0.1:0", r.said, 2*time.Second
	o.Ready = func(address string) { ready <- address }
	go func() { ended <- server.Run(ctx, o) }()
	select {
	case r.address = <-ready:
	case err := <-ended:
		t.Fatalf("it did not start: %v", err)
	}
	stopped := false
	r.stop = func() error {
		cancel()
		if stopped {
			return nil
		}
		stopped = true
		return <-ended
	}
	t.Cleanup(func() {
		if err := r.stop(); err != nil {
			t.Errorf("stop: %v", err)
		}
	})
	return r
}

func (r running) get(t *testing.T, path string, headers ...string) (int, http.Header, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+r.address+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, answer.Header, string(text)
}

func TestServer(t *testing.T) {
	t.Parallel()
	for name, options := range map[string]func(t *testing.T) server.Options{
		"embedded": func(t *testing.T) server.Options { return server.Options{Data: t.TempDir()} },
		"scaled out": func(t *testing.T) server.Options {
			b := blobtest.Bucket(t)
			return server.Options{
				Data: t.TempDir(), Database: sqlstoretest.Postgres(t).Migrated(t), Blobs: "s3://" + b.Name + "?path-style=true&endpoint=" + b.Endpoint,
				SecretAccess: server.Access{Key: b.AccessKey, Secret: b.SecretKey},
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := options(t)
			began := time.Now()
			s := run(t, o)
			t.Logf("ready after %v", time.Since(began))
			if !strings.Contains(s.said.String(), "/setup?link=") {
				t.Errorf("it said %q", s.said)
			}
			for path, want := range map[string]int{
				"/__lbheartbeat__": 200, "/__heartbeat__": 200, "/__version__": 200, "/metrics": 200,
				"/api/v1/openapi.json": 200, "/api/v1/projects": 401, "/api/v1/nothing": 404, "/": 303, "/sign-in": 200, "/nothing": 303,
			} {
				code, header, text := s.get(t, path)
				if code != want && !(path == "/nothing" && code == 404) {
					t.Errorf("%s: got %d %.200s", path, code, text)
				}
				for _, name := range []string{"X-Request-Id", "X-Content-Type-Options", "Content-Security-Policy", "Referrer-Policy"} {
					if header.Get(name) == "" {
						t.Errorf("%s: there is no %s", path, name)
					}
				}
			}
			if _, _, text := s.get(t, "/metrics"); !strings.Contains(text, `assay_scans{state="waiting"} 0`) || !strings.Contains(text, `assay_database_connections{state="most"}`) {
				t.Errorf("metrics lack figures: %.500s", text)
			}
			if err := s.stop(); err != nil {
				t.Errorf("stop: %v", err)
			}
			backUp(t, o)
		})
	}
}

// backUp backs up and, for SQLite, restores.
func backUp(t *testing.T, o server.Options) {
	t.Helper()
	var archive bytes.Buffer
	if err := server.Backup(t.Context(), o, &archive); err != nil {
		t.Fatal(err)
	}
	other := server.Options{Data: filepath.Join(t.TempDir(), "new")}
	if o.Database != "" {
		if err := server.Restore(t.Context(), other, bytes.NewReader(archive.Bytes())); errs.KindOf(err) != errs.Invalid {
			t.Errorf("PostgreSQL into SQLite: got error %v", err)
		}
		other = server.Options{Data: filepath.Join(t.TempDir(), "new"), Database: sqlstoretest.Postgres(t).Migrated(t)}
	}
	if err := server.Restore(t.Context(), other, bytes.NewReader(archive.Bytes()[:archive.Len()/2])); err == nil {
		t.Error("half a backup was restored")
	}
	if left, err := filepath.Glob(filepath.Join(filepath.Dir(other.Data), "*")); len(left) > 0 || err != nil {
		t.Errorf("half a backup left %v, error %v", left, err)
	}
	other.Data = filepath.Join(t.TempDir(), "newer")
	if err := server.Restore(t.Context(), other, bytes.NewReader(archive.Bytes())); err != nil {
		t.Fatal(err)
	}
	if err := server.Restore(t.Context(), other, bytes.NewReader(archive.Bytes())); errs.KindOf(err) != errs.Conflict && o.Database == "" {
		t.Errorf("again: got error %v", err)
	}
	s := run(t, other)
	if code, _, text := s.get(t, "/__heartbeat__"); code != 200 {
		t.Errorf("the restored one: got %d %s", code, text)
	}
}

func TestOneServerOnly(t *testing.T) {
	t.Parallel()
	o := server.Options{Data: t.TempDir()}
	run(t, o)
	o.Listen = "127.0.0.1:0"
	if err := server.Run(t.Context(), o); errs.KindOf(err) != errs.Conflict {
		t.Errorf("a second server: got error %v", err)
	}
}

func TestHeartbeatTells(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	s := run(t, server.Options{Data: data})
	blobs := filepath.Join(data, "blobs")
	if err := os.RemoveAll(blobs); err != nil {
		t.Fatal(err)
	}
	code, _, text := s.get(t, "/__heartbeat__")
	var body struct {
		Status string                                     `json:"status"`
		Checks map[string]struct{ Status, Detail string } `json:"checks"`
	}
	if err := json.Unmarshal([]byte(text), &body); err != nil || code != 503 || body.Status != "error" || body.Checks["blobs"].Status != "error" || body.Checks["database"].Status != "ok" {
		t.Errorf("got %d %s, error %v", code, text, err)
	}
	if strings.Contains(text, data) {
		t.Errorf("it tells folders: %s", text)
	}
}

func TestOptions(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]server.Options{
		"no data folder":         {},
		"roles apart on SQLite":  {Data: t.TempDir(), Roles: []server.Role{server.Worker}},
		"sessions end at once":   {Data: t.TempDir(), SessionIdle: time.Minute},
		"sessions end too soon":  {Data: t.TempDir(), SessionLife: time.Hour},
		"another database":       {Data: t.TempDir(), Database: "mysql://db.example.org"},
		"credentials in a blobs": {Data: t.TempDir(), Blobs: "s3://key:secret@b?endpoint=https://s3.example.org"},
	} {
		if err := server.Run(t.Context(), o); errs.KindOf(err) != errs.Invalid {
			t.Errorf("%s: got error %v", name, err)
		}
	}
	if _, err := server.ParseRoles([]string{"api", "cook"}); errs.KindOf(err) != errs.Invalid {
		t.Errorf("a made-up role: got error %v", err)
	}
}

package cli

import (
	"context"
	"log/slog"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	verbs "github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/server"
)

// served are the servers of a script, by their data folders.
type served map[string]*servedFolder

// servedFolder is a server that runs in this process.
type servedFolder struct {
	stop  func()
	ended chan int
	out   *told
}

// told keeps what a server writes, and says when the first line is there.
type told struct {
	mu    sync.Mutex
	text  strings.Builder
	first chan struct{}
}

func (w *told) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	before := strings.Contains(w.text.String(), "\n")
	w.text.Write(p)
	if !before && strings.Contains(w.text.String(), "\n") {
		close(w.first)
	}
	return len(p), nil
}

func (w *told) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.String()
}

// scriptServer runs assay serve on a data folder until the script stops it or ends.
func (s served) scriptServer(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: server VARIABLE FOLDER FLAGS...")
	}
	started, base := time.Now(), ts.Getenv("NOW")
	now, err := time.Parse(time.RFC3339, base)
	ts.Check(err)
	ctx, stop := context.WithCancel(context.Background())
	f := &servedFolder{stop: stop, ended: make(chan int, 1), out: &told{first: make(chan struct{})}}
	home, err := os.Getwd()
	ts.Check(err)
	ts.Check(os.Chdir(ts.MkAbs(".")))
	var log told
	log.first = make(chan struct{})
	env := Env{
		Args:   append([]string{"serve", "--data", ts.MkAbs(args[1]), "--listen", "127.0.0.1:0", "--log-level", "warn", "--grace", "1s"}, args[2:]...),
		Stdout: f.out, Stderr: &log, Getenv: ts.Getenv, Now: func() time.Time { return now.Add(time.Since(started)) }, Client: loopbackClient(),
	}
	go func() { f.ended <- Main(ctx, env) }()
	select {
	case <-f.out.first:
	case code := <-f.ended:
		ts.Check(os.Chdir(home))
		ts.Fatalf("the server ended with %d:\n%s", code, log.String())
	}
	ts.Check(os.Chdir(home))
	s[args[1]] = f
	ts.Defer(func() {
		stop()
		f.ended <- <-f.ended
	})
	_, rest, _ := strings.Cut(f.out.String(), "ready at ")
	url, _, _ := strings.Cut(rest, "\n")
	ts.Setenv(args[0], strings.Replace(strings.TrimSpace(url), "localhost", "127.0.0.1", 1)) // names are not looked up here
}

// scriptStop ends a server and compares its exit code.
func (s served) scriptStop(ts *testscript.TestScript, neg bool, args []string) {
	f := s[args[0]]
	if f == nil {
		ts.Fatalf("no server has %s", args[0])
	}
	f.stop()
	code := <-f.ended
	f.ended <- code
	_, err := ts.Stdout().Write([]byte(f.out.String()))
	ts.Check(err)
	check(ts, neg, 0, code)
}

// scriptToken makes a token of the administrator of a data folder, whom it makes
// too, beside a server that may run.
func scriptToken(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 3 {
		ts.Fatalf("usage: token VARIABLE FOLDER SCOPE...")
	}
	now, err := time.Parse(time.RFC3339, ts.Getenv("NOW"))
	ts.Check(err)
	ctx := context.Background()
	db, err := server.OpenDatabase(ctx, server.Options{Data: ts.MkAbs(args[1])})
	ts.Check(err)
	defer db.Close()
	use := verbs.New(verbs.Deps{
		Store: db, Clock: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler),
	})
	link, err := use.SetupLink(ctx)
	ts.Check(err)
	client := verbs.Client{Address: "127.0.0.1"}
	var in verbs.SignedIn
	if link.Secret != "" {
		in, err = use.Setup(ctx, verbs.SetupInput{Link: link.Secret, Organisation: "Works", Name: "Ada", Email: "ada@example.org", Password: "correct horse battery"}, client)
	} else {
		in, err = use.SignIn(ctx, verbs.SignInInput{Email: "ada@example.org", Password: "correct horse battery"}, client)
	}
	ts.Check(err)
	var scopes []verbs.Scope
	for _, s := range args[2:] {
		scopes = append(scopes, verbs.Scope(s))
	}
	made, err := use.CreateToken(ctx, in.Actor, verbs.TokenInput{Name: "script", Scopes: scopes, Expires: now.Add(24 * time.Hour)})
	ts.Check(err)
	ts.Setenv(args[0], made.Secret)
}

// scriptMeddle replaces bytes of a file by others of the same length.
func scriptMeddle(ts *testscript.TestScript, _ bool, args []string) {
	text := ts.ReadFile(args[0])
	if !strings.Contains(text, args[1]) || len(args[1]) != len(args[2]) {
		ts.Fatalf("%s has no %q, or %q is longer or shorter", args[0], args[1], args[2])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.ReplaceAll(text, args[1], args[2])), 0o600))
}

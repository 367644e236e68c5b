package cli

import (
	"archive/zip"
	"context"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/assay-sca/assay/internal/vulndb"
)

// TestScripts runs the command line in testdata/script, in this process, so that
// coverage counts. Every script starts with the files of testdata/base.txtar (a
// project app/ and advisories osv/), the database a.db built of them, and the
// clock at 2026-01-10 (NOW moves it). Beside the usual commands there are:
//
//	assay ARGS...               must end with exit code 0
//	exit CODE assay ARGS...     must end with CODE
//	interrupt assay ARGS...     is interrupted before it begins; exit code 2
//	value FILE PATH WANT        a JSON value: "findings.0.purl", "findings.len" for how many
//	serve VARIABLE FOLDER       an HTTP server; its URL is put in VARIABLE
//	zip ARCHIVE FILE...         FILEs by their base names
//	poke FILE OFFSET HEX        overwrites bytes
//	truncate FILE SIZE
//	server VARIABLE FOLDER FLAGS...  runs assay serve there; its URL is put in VARIABLE
//	stop FOLDER                      ends it; exit code 0
//	token VARIABLE FOLDER SCOPE...   a token of that server's administrator, ada@example.org
//	mode FILE OCTAL                  the file's permissions
//	meddle FILE OLD NEW              replaces bytes by as many others
//
// RELEASE and DIGEST are a.db's; the file that STDIN names is piped in. ASSAY_UPDATE=1 rewrites what "cmp stdout" expects.
// The process has one working directory, so scripts run one after another.
func TestScripts(t *testing.T) {
	base := filepath.Join(t.TempDir(), "base")
	release := buildBase(t, base)
	servers := served{}
	testscript.RunT(inTurn{t}, testscript.Params{
		Dir:                "testdata/script",
		RequireUniqueNames: true,
		UpdateScripts:      os.Getenv("ASSAY_UPDATE") == "1",
		Setup: func(env *testscript.Env) error {
			env.Setenv("XDG_CACHE_HOME", filepath.Join(env.WorkDir, ".cache"))
			env.Setenv("XDG_CONFIG_HOME", filepath.Join(env.WorkDir, ".config"))
			env.Setenv("NOW", "2026-01-10T00:00:00Z")
			env.Setenv("RELEASE", release.Release)
			env.Setenv("DIGEST", release.Digest)
			for _, who := range []string{"AUTHOR", "COMMITTER"} {
				env.Setenv("GIT_"+who+"_NAME", "someone")
				env.Setenv("GIT_"+who+"_EMAIL", "someone@example.org")
				env.Setenv("GIT_"+who+"_DATE", "2026-01-01T00:00:00Z")
			}
			return os.CopyFS(env.WorkDir, os.DirFS(base))
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"assay": func(ts *testscript.TestScript, neg bool, args []string) {
				check(ts, neg, 0, run(ts, context.Background(), args))
			},
			"exit": scriptExit, "interrupt": scriptInterrupt, "value": scriptValue, "serve": scriptServe,
			"zip": scriptZip, "poke": scriptPoke, "truncate": scriptTruncate,
			"server": servers.scriptServer, "stop": servers.scriptStop, "token": scriptToken, "mode": scriptMode, "meddle": scriptMeddle,
		},
	})
}

// inTurn lets scripts run one after another.
type inTurn struct{ *testing.T }

func (inTurn) Parallel()     {}
func (inTurn) Verbose() bool { return testing.Verbose() }

func (t inTurn) Run(name string, f func(testscript.T)) {
	t.T.Run(name, func(t *testing.T) { f(inTurn{t}) })
}

// buildBase unpacks what all scripts start with and builds the database once.
func buildBase(t *testing.T, dir string) vulndb.Metadata {
	t.Helper()
	archive, err := txtar.ParseFile(filepath.Join("testdata", "base.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := txtar.Write(archive, dir); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	env := Env{Args: []string{"db", "build", "--out", filepath.Join(dir, "a.db"), filepath.Join(dir, "osv")}, Stdout: &out, Stderr: &out,
		Getenv: func(string) string { return "" }, Now: func() time.Time { return time.Date(2026, 1, 9, 12, 0, 0, 0, time.UTC) }}
	if code := Main(context.Background(), env); code != 0 {
		t.Fatalf("build the database: exit code %d\n%s", code, out.String())
	}
	db, err := vulndb.Open(context.Background(), filepath.Join(dir, "a.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	return db.Metadata()
}

func run(ts *testscript.TestScript, ctx context.Context, args []string) int {
	now, err := time.Parse(time.RFC3339, ts.Getenv("NOW"))
	ts.Check(err)
	home, err := os.Getwd()
	ts.Check(err)
	ts.Check(os.Chdir(ts.MkAbs(".")))
	defer func() { ts.Check(os.Chdir(home)) }()
	var in io.Reader
	if name := ts.Getenv("STDIN"); name != "" {
		in = strings.NewReader(ts.ReadFile(name))
	}
	return Main(ctx, Env{Args: args, Stdin: in, Stdout: ts.Stdout(), Stderr: ts.Stderr(), Getenv: ts.Getenv,
		Now: func() time.Time { return now }, Client: loopbackClient()})
}

func check(ts *testscript.TestScript, neg bool, want, got int) {
	if (got == want) == neg {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

func scriptExit(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 2 || args[1] != "assay" {
		ts.Fatalf("usage: exit CODE assay ARGS...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	check(ts, neg, want, run(ts, context.Background(), args[2:]))
}

func scriptInterrupt(ts *testscript.TestScript, neg bool, args []string) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	check(ts, neg, 2, run(ts, ctx, args[1:]))
}

// scriptValue compares one value of a JSON file, written as JSON; strings may be
// written bare.
func scriptValue(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: value FILE PATH WANT")
	}
	var v any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &v))
	for _, step := range strings.Split(args[1], ".") {
		switch x := v.(type) {
		case map[string]any:
			v = x[step]
		case []any:
			if step == "len" {
				v = float64(len(x))
				continue
			}
			n, err := strconv.Atoi(step)
			ts.Check(err)
			if n >= len(x) {
				ts.Fatalf("%s has %d elements: %v", args[1], len(x), x)
			}
			v = x[n]
		default:
			ts.Fatalf("there is no %s", args[1])
		}
	}
	got, ok := v.(string)
	if !ok {
		text, err := json.Marshal(v)
		ts.Check(err)
		got = string(text)
	}
	if (got == args[2]) == neg {
		ts.Fatalf("%s is %s", args[1], got)
	}
}

func scriptServe(ts *testscript.TestScript, _ bool, args []string) {
	server := httptest.NewServer(http.FileServer(http.Dir(ts.MkAbs(args[1]))))
	ts.Defer(server.Close)
	ts.Setenv(args[0], server.URL)
}

func scriptZip(ts *testscript.TestScript, _ bool, args []string) {
	name := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(filepath.Dir(name), 0o755))
	f, err := os.Create(name)
	ts.Check(err)
	w := zip.NewWriter(f)
	for _, file := range args[1:] {
		entry, err := w.Create(filepath.Base(file))
		ts.Check(err)
		_, err = io.WriteString(entry, ts.ReadFile(file))
		ts.Check(err)
	}
	ts.Check(w.Close())
	ts.Check(f.Close())
}

func scriptPoke(ts *testscript.TestScript, _ bool, args []string) {
	offset, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	data, err := hex.DecodeString(args[2])
	ts.Check(err)
	f, err := os.OpenFile(ts.MkAbs(args[0]), os.O_WRONLY, 0)
	ts.Check(err)
	_, err = f.WriteAt(data, offset)
	ts.Check(err)
	ts.Check(f.Close())
}

func scriptTruncate(ts *testscript.TestScript, _ bool, args []string) {
	size, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	ts.Check(os.Truncate(ts.MkAbs(args[0]), size))
}

func scriptMode(ts *testscript.TestScript, neg bool, args []string) {
	info, err := os.Stat(ts.MkAbs(args[0]))
	ts.Check(err)
	if got := strconv.FormatInt(int64(info.Mode().Perm()), 8); (got == args[1]) == neg {
		ts.Fatalf("%s has the permissions %s", args[0], got)
	}
}

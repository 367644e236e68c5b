package archtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestArchitecture checks the module itself.
func TestArchitecture(t *testing.T) {
	t.Parallel()
	pkgs := load(t)
	for _, fault := range Check(pkgs) {
		t.Error(fault)
	}
}

// TestModules wants every direct dependency to be listed with a reason, and
// nothing else.
func TestModules(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(filepath.Join("..", "..", "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	required := directModules(string(data))
	for _, name := range required {
		if _, ok := modules[name]; !ok {
			t.Errorf("go.mod requires %s, which modules.go does not list with a reason", name)
		}
	}
	for name := range modules {
		if !slices.Contains(required, name) {
			t.Errorf("modules.go lists %s, which go.mod does not require", name)
		}
	}
}

var requirement = regexp.MustCompile(`(?m)^\s*(?:require )?([a-z0-9.]+\.[a-z]+/\S+) v\S+$`)

// directModules lists what a go.mod requires without "// indirect".
func directModules(goMod string) []string {
	var names []string
	for _, match := range requirement.FindAllStringSubmatch(goMod, -1) {
		names = append(names, match[1])
	}
	return names
}

// load reads the module's packages with one run of go list.
func load(t *testing.T) []Package {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-e",
		"-json=ImportPath,Name,Dir,Doc,GoFiles,TestGoFiles,XTestGoFiles,Imports,TestImports,XTestImports", "./...")
	cmd.Dir = filepath.Join("..", "..")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, &stderr)
	}
	var pkgs []Package
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var l listed
		if err := decoder.Decode(&l); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		pkgs = append(pkgs, l.inspect(t))
	}
	if len(pkgs) < 10 {
		t.Fatalf("go list found only %d packages", len(pkgs))
	}
	return pkgs
}

// listed is what go list says of one package.
type listed struct {
	ImportPath, Name, Dir, Doc         string
	GoFiles, TestGoFiles, XTestGoFiles []string
	Imports, TestImports, XTestImports []string
}

// inspect adds what only the files tell.
func (l listed) inspect(t *testing.T) Package {
	t.Helper()
	p := Package{
		Path: relative(l.ImportPath), Name: l.Name, Doc: l.Doc, Imports: l.Imports,
		TestImports: append(l.TestImports, l.XTestImports...), OnlyTests: len(l.GoFiles) == 0,
	}
	for _, name := range l.GoFiles {
		f, err := inspect(filepath.Join(l.Dir, name), nil)
		if err != nil {
			t.Fatal(err)
		}
		p.Uses = append(p.Uses, f.uses...)
		p.Inits = append(p.Inits, f.inits...)
	}
	for _, name := range append(l.TestGoFiles, l.XTestGoFiles...) {
		f, err := inspect(filepath.Join(l.Dir, name), nil)
		if err != nil {
			t.Fatal(err)
		}
		p.TestFuncs = append(p.TestFuncs, f.funcs...)
	}
	return p
}

// TestRules breaks each rule once, and keeps it once where that is not obvious.
func TestRules(t *testing.T) {
	t.Parallel()
	own := func(paths ...string) []string {
		for i, p := range paths {
			paths[i] = Module + "/" + p
		}
		return paths
	}
	pkg := func(path string, imports ...string) Package {
		return Package{Path: path, Doc: "Package x.", Imports: imports}
	}
	leaf := func(imports ...string) Package {
		p := pkg("internal/extract/npm/packagelock", imports...)
		p.TestFuncs = []string{"FuzzExtract", "BenchmarkExtract"}
		return p
	}
	registry := pkg("internal/extract/all", own("internal/extract/npm/packagelock")...)
	tests := []struct {
		name string
		pkgs []Package
		want string // part of the only fault; empty: none
	}{
		{"upwards", []Package{pkg("internal/purl", own("internal/extract")...)}, "imports point downwards"},
		{"downwards", []Package{pkg("internal/extract", own("internal/purl")...)}, ""},
		{"against the list", []Package{pkg("internal/purl", own("internal/finding")...)}, "listed above"},
		{"along the list", []Package{pkg("internal/finding", own("internal/purl")...)}, ""},
		{"sideways", []Package{pkg("internal/match", own("internal/vulndb")...)}, "never import each other"},
		{"within a room", []Package{pkg("internal/vulndb/build", own("internal/vulndb")...)}, ""},
		{"edges", []Package{pkg("internal/webui", own("internal/httpapi")...)}, "never import each other"},
		{"no room", []Package{pkg("internal/utils")}, "is in no room"},
		{"command", []Package{pkg("cmd/assay", own("internal/cli")...)}, ""},
		{"leaf from its contract", []Package{leaf(), registry, pkg("internal/extract", own("internal/extract/npm/packagelock")...)}, "imports the leaf"},
		{"leaf from a leaf", []Package{leaf(own("internal/report/json")...)}, "never"},
		{"registered leaf", []Package{leaf(own("internal/extract")...), registry}, ""},
		{"forgotten leaf", []Package{leaf(), pkg("internal/extract/all")}, "is not in internal/extract/all"},
		{"registry from a stage", []Package{leaf(), registry, pkg("internal/extract/walk", own("internal/extract/all")...)}, "imports the registry"},
		{"registry from the wiring", []Package{leaf(), registry, pkg("internal/cli", own("internal/extract/all")...)}, ""},
		{"shared from its ecosystem", []Package{leaf(own("internal/extract/npm/npmspec")...), registry}, ""},
		{"shared from elsewhere", []Package{pkg("internal/extract", own("internal/extract/npm/npmspec")...)}, "shared by the leaves"},
		{"testing in the binary", []Package{pkg("internal/purl", "testing")}, "support for tests"},
		{"test support in the binary", []Package{pkg("internal/scan", own("internal/extract/extracttest")...)}, "support for tests"},
		{"testing in test support", []Package{pkg("internal/extract/extracttest", "testing")}, ""},
		{"sql in a stage", []Package{pkg("internal/match", "database/sql")}, "SQL stays in few rooms"},
		{"sql in the database", []Package{pkg("internal/vulndb/build", "database/sql")}, ""},
		{"driver in a stage", []Package{pkg("internal/match", "modernc.org/sqlite")}, "modernc.org/sqlite is for"},
		{"network in the reader", []Package{pkg("internal/vulndb", "net/http")}, "offline is provable"},
		{"network in the update", []Package{pkg("internal/vulndb/update", "net/http")}, ""},
		{"process in a parser", []Package{pkg("internal/extract", "os/exec")}, "never executed"},
		{"file in the vocabulary", []Package{pkg("internal/version", "os")}, "no I/O"},
		{"unknown module", []Package{pkg("internal/cli", "example.org/magic")}, "needs a line with its reason"},
		{"unknown module in a test", []Package{{Path: "internal/cli", Doc: "x", TestImports: []string{"example.org/magic"}}}, "needs a line with its reason"},
		{"module out of its place", []Package{pkg("internal/scan", "github.com/spf13/cobra")}, "commands and their help"},
		{"module in its place", []Package{pkg("internal/cli", "github.com/spf13/cobra/doc")}, ""},
		{"no comment", []Package{{Path: "internal/purl"}}, "no package comment"},
		{"no fuzzing", []Package{registry, {Path: "internal/extract/npm/packagelock", Doc: "x", TestFuncs: []string{"BenchmarkExtract"}}}, "no Fuzz function"},
		{"init", []Package{{Path: "internal/purl", Doc: "x", Inits: []string{"a.go:1"}}}, "init function at a.go:1"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			wantFault(t, Check(test.pkgs), test.want)
		})
	}
}

// TestNames breaks the rules about names in real source text.
func TestNames(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, path, source, want string
	}{
		{"exit", "internal/scan", `import "os"; func f() { os.Exit(1) }`, "uses os.Exit at x.go:1"},
		{"exit under another name", "internal/scan", `import sys "os"; func f() { sys.Exit(1) }`, "uses os.Exit"},
		{"exit in the command", "internal/cli", `import "os"; func f() { os.Exit(1) }`, ""},
		{"environment", "internal/vulndb", `import "os"; var home = os.Getenv("HOME")`, "function of its arguments"},
		{"output", "internal/report", `import "os"; import "fmt"; func f() { fmt.Fprintln(os.Stdout) }`, "uses os.Stdout"},
		{"clock", "internal/match", `import "time"; func f() time.Time { return time.Now() }`, "do not depend on the clock"},
		{"no clock", "internal/match", `import "time"; func f(t time.Time) time.Time { return t.Add(time.Second) }`, ""},
		{"background", "internal/scan", `import "context"; var c = context.Background()`, "comes from the caller"},
		{"global client", "internal/vulndb/update", `import "net/http"; var r, _ = http.Get("x")`, "global client"},
		{"init", "internal/purl", `func init() {}`, "has an init function at x.go:1"},
		{"method called init", "internal/purl", `type t int; func (t) init() {}`, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f, err := inspect("x.go", "package x; "+test.source)
			if err != nil {
				t.Fatal(err)
			}
			wantFault(t, Check([]Package{{Path: test.path, Doc: "x", Uses: f.uses, Inits: f.inits}}), test.want)
		})
	}
}

func wantFault(t *testing.T, faults []Fault, want string) {
	t.Helper()
	if want == "" {
		for _, fault := range faults {
			t.Errorf("unexpected: %v", fault)
		}
		return
	}
	for _, fault := range faults {
		if strings.Contains(fault.String(), want) {
			return
		}
	}
	t.Errorf("want a fault with %q, got %v", want, faults)
}

// TestTables wants the tables to be in order themselves.
func TestTables(t *testing.T) {
	t.Parallel()
	last, seen := level(0), map[string]bool{}
	for _, r := range rooms {
		if r.level < last {
			t.Errorf("%s: level %v after %v", r.path, r.level, last)
		}
		if seen[r.path] {
			t.Errorf("%s is listed twice", r.path)
		}
		last, seen[r.path] = r.level, true
	}
	for name, m := range modules {
		if m.reason == "" {
			t.Errorf("%s has no reason", name)
		}
	}
	for name, g := range guardedNames {
		if g.reason == "" {
			t.Errorf("%s has no reason", name)
		}
	}
}

// TestDirectModules reads a go.mod with both forms of require.
func TestDirectModules(t *testing.T) {
	t.Parallel()
	got := directModules("module a.org/b\n\nrequire x.org/one v1.0.0\n\nrequire (\n\ty.org/two/v2 v2.0.0\n\tz.org/three v0.1.0 // indirect\n)\n")
	if want := "x.org/one y.org/two/v2"; strings.Join(got, " ") != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

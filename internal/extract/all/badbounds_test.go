package all

import (
	"net"
	"os"
	"path/filepath"
	"runtime/metrics"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/inventory"
)

// nested are texts of many levels, in the syntaxes of the formats.
func nested(levels int) map[string][]string {
	deep := func(head, level string) string { return head + strings.Repeat(level, levels) }
	closed := func(head, open, close string) string { return deep(head, open) + strings.Repeat(close, levels) }
	return map[string][]string{
		"json": {deep("", "["), deep("", `{"a":`), closed("", "[", "]"), closed(`{"dependencies":`, `{"dependencies":`, "}") + "}", closed(`{"packages":`, "[", "]") + "}"},
		"yaml": {deep("", "- "), deep("a: ", "["), deep("a: ", "{a: "), closed("a: ", "[", "]"), deep("", "? ")},
		"toml": {deep("a = ", "["), deep("a = ", "{a = "), closed("a = ", "[", "]"), deep("[a", ".a") + "]", deep("a", ".a") + " = 1", deep("[[a", ".a") + "]]"},
		"xml":  {deep("", "<a>"), closed("<project>", "<dependencies>", "</dependencies>"), closed("", "<a>", "</a>")},
		"code": {deep("x = ", "["), deep("x = ", "{"), deep("x(", "("), deep("deps: ", "[{"), deep("", "dependencies {\n"), deep("", "[[")},
	}
}

// syntaxOf is the syntax of a format, "" for lines.
func syntaxOf(format string, m maker) string {
	switch first := strings.TrimSpace(m.head + m.entry); {
	case strings.HasPrefix(first, "{\"version\"") && format != "rebar.lock", first[0] == '{' && format != "rebar.lock":
		return "json"
	case first[0] == '<':
		return "xml"
	}
	switch path := m.path; {
	case strings.HasSuffix(path, ".yml"), strings.HasSuffix(path, ".yaml"), format == "pubspec.lock", format == "stack.yaml.lock":
		return "yaml"
	case strings.HasSuffix(path, ".toml"), format == "Cargo.lock", format == "Pipfile", format == "poetry.lock", format == "uv.lock", format == "pdm.lock":
		return "toml"
	}
	switch format {
	case "mix.lock", "mix.exs", "rebar.lock", "rockspec", "build.gradle", "opam", "Package.swift", ".terraform.lock.hcl", "Gemfile", "gemspec", "Podfile":
		return "code"
	}
	return ""
}

// TestBadInputNested: nesting is bounded. In the format's own syntax it fails,
// with a line; scripts may also read over what is nested beside dependencies.
func TestBadInputNested(t *testing.T) {
	t.Parallel()
	deep, foreign := nested(200_000), nested(20_000)
	forEach(t, func(t *testing.T, format string, m maker) {
		own := syntaxOf(format, m)
		for _, text := range deep[own] {
			for _, content := range []string{text, m.head + text, m.head + strings.ReplaceAll(m.entry, "{n}", "1") + text} {
				s := scan(t, format, []byte(content))
				if format == "pnpm-lock" && strings.HasSuffix(content, "]") {
					continue // read as a stream: what it has no use for is read over, however deep
				}
				if (s.Entry.Status != inventory.Failed || s.Entry.Line == 0) && own != "code" {
					t.Errorf("%.40q…%q: %s on line %d: %s", content, content[len(content)-9:], s.Entry.Status, s.Entry.Line, s.Entry.Reason)
				}
			}
		}
		for _, list := range foreign {
			for _, text := range list {
				scan(t, format, []byte(m.head+text))
			}
		}
	})
}

// TestBadInputEntities: a document type defines nothing. No entity grows, none is
// fetched, from a file or from the network.
func TestBadInputEntities(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Skipf("skipped: nothing can listen here: %v", err)
	}
	defer listener.Close()
	visited := make(chan bool, 100)
	go func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			visited <- true
			_ = c.Close()
		}
	}()
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("secret-word"), 0o600); err != nil {
		t.Fatal(err)
	}
	laughs := "<!DOCTYPE a [\n<!ENTITY l0 \"lol\">\n"
	for i := range 30 {
		n := string(rune('a' + i%26))
		laughs += "<!ENTITY l" + n + " \"" + strings.Repeat("&l0;", 10) + "\">\n"
	}
	laughs += "]>\n"
	for name, kind := range map[string]struct{ doctype, entity string }{
		"many laughs":      {laughs, "&la;"},
		"a file":           {"<!DOCTYPE a [<!ENTITY x SYSTEM \"file://" + secret + "\">]>\n", "&x;"},
		"the network":      {"<!DOCTYPE a [<!ENTITY x SYSTEM \"http://" + listener.Addr().String() + "/x\">]>\n", "&x;"},
		"of the parameter": {"<!DOCTYPE a [<!ENTITY % x SYSTEM \"http://" + listener.Addr().String() + "/x\"> %x;]>\n", "&x;"},
		"a definition":     {"<!DOCTYPE a SYSTEM \"http://" + listener.Addr().String() + "/x.dtd\">\n", "&x;"},
	} {
		forEach(t, func(t *testing.T, format string, m maker) {
			if syntaxOf(format, m) != "xml" {
				return
			}
			entry := strings.ReplaceAll(m.entry, "{n}", kind.entity)
			s := scan(t, format, []byte(kind.doctype+m.head+entry+m.tail))
			from := 1 + strings.Count(kind.doctype+m.head, "\n")
			s.failsAt(t, name, from, from+strings.Count(entry, "\n"), "entity")
			if strings.Contains(strings.Join(s.Found, " ")+s.Entry.Reason, "secret-word") {
				t.Errorf("%s: a file was read: %q %s", name, s.Found, s.Entry.Reason)
			}
		})
	}
	t.Cleanup(func() {
		if len(visited) > 0 {
			t.Error("the network was used")
		}
	})
}

// TestBadInputAliases: aliases that grow by powers stay small.
func TestBadInputAliases(t *testing.T) {
	t.Parallel()
	bomb := "x0: &x0 [a, a, a, a, a, a, a, a, a, a]\n"
	for i := range 30 {
		at, before := string(rune('a'+i)), "x0"
		if i > 0 {
			before = "x" + string(rune('a'+i-1))
		}
		bomb += "x" + at + ": &x" + at + " [" + strings.TrimSuffix(strings.Repeat("*"+before+", ", 10), ", ") + "]\n"
	}
	forEach(t, func(t *testing.T, format string, m maker) {
		if syntaxOf(format, m) != "yaml" {
			return
		}
		for _, text := range []string{bomb + m.file(2), m.file(2) + bomb, m.file(1) + "x: &x\n  y: *x\n", "a: &a\n  <<: *a\n" + m.file(1), "dependencies: *xz\n" + bomb} {
			s := scan(t, format, []byte(text))
			if s.Entry.Status != inventory.Read && (s.Entry.Status != inventory.Failed || s.Entry.Line == 0) {
				t.Errorf("%.30q…: %s on line %d: %s", text, s.Entry.Status, s.Entry.Line, s.Entry.Reason)
			}
		}
	})
}

// TestBadInputCycles: what names itself, or what names it, is read once.
func TestBadInputCycles(t *testing.T) {
	t.Parallel()
	const npm = `{"name": "app", "workspaces": ["**", ".", "./", "../*", "a/../..", "{a,b}/**", "!**"], "dependencies": {"folder": "^1.0.0"}}`
	const lock = `{"name": "app", "lockfileVersion": 3, "packages": {"": {"workspaces": ["**", "."]}, "node_modules/a": {"version": "1.0.0", "dependencies": {"b": "1"}},
  "node_modules/b": {"version": "1.0.0", "dependencies": {"a": "1"}}, "node_modules/self": {"version": "1.0.0", "dependencies": {"self": "1"}},
  "node_modules/loop": {"resolved": "", "link": true}}}`
	pom := func(self, parent, at string) string {
		return "<project><groupId>g</groupId><artifactId>" + self + "</artifactId><version>1</version><parent><groupId>g</groupId><artifactId>" + parent +
			"</artifactId><version>1</version><relativePath>" + at + "</relativePath></parent><modules><module>.</module><module>../b</module><module>../a</module></modules>" +
			"<properties><x>${y}</x><y>${x}</y></properties><dependencies><dependency><groupId>g</groupId><artifactId>d</artifactId><version>${x}</version></dependency></dependencies></project>"
	}
	for _, test := range []struct {
		name  string
		files map[string]string
		reads int // files in the ledger
	}{
		{"requirements", map[string]string{"requirements.txt": "-r requirements.txt\n-r a.in\nx==1\n", "a.in": "-r ./b.in\n-c requirements.txt\n", "b.in": "-r ../intact/../a.in\n-r a.in\n-c b.in\n"}, 3},
		{"npm", map[string]string{"package.json": npm, "package-lock.json": lock, "a/package.json": npm, "a/b/package.json": npm}, 4},
		{"pnpm", map[string]string{"package.json": npm, "pnpm-lock.yaml": "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      a:\n        specifier: link:.\n        version: link:.\n" +
			"  a:\n    dependencies:\n      b:\n        specifier: link:..\n        version: link:..\n", "a/package.json": npm}, 3},
		{"cargo", map[string]string{"Cargo.toml": "[package]\nname = \"a\"\nversion = \"1.0.0\"\n[workspace]\nmembers = [\"**\", \".\", \"a/..\", \"a\"]\n[dependencies]\na = { path = \".\" }\n",
			"Cargo.lock":   "version = 3\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\ndependencies = [\"a\", \"b\"]\n[[package]]\nname = \"b\"\nversion = \"1.0.0\"\ndependencies = [\"a\"]\n",
			"a/Cargo.toml": "[package]\nname = \"b\"\nversion = \"1.0.0\"\nworkspace = \"..\"\n[workspace]\nmembers = [\"..\"]\n"}, 3},
		{"go.work", map[string]string{"go.work": "go 1.22\nuse (\n\t.\n\t./a\n\t./a/..\n\t..\n)\n", "go.mod": "module example.org/a\nreplace example.org/a => ./\nrequire example.org/a v1.0.0\n",
			"a/go.work": "go 1.22\nuse (\n\t..\n\t.\n)\n", "a/go.mod": "module example.org/b\nreplace example.org/a => ../\nrequire example.org/a v1.0.0\n"}, 4},
		{"maven", map[string]string{"pom.xml": pom("root", "root", "pom.xml"), "a/pom.xml": pom("a", "b", "../b"), "b/pom.xml": pom("b", "a", "../a")}, 3},
		{"uv", map[string]string{"pyproject.toml": "[project]\nname = \"a\"\ndependencies = [\"a\", \"b\"]\n[tool.uv.workspace]\nmembers = [\"**\", \".\"]\n[tool.uv.sources]\na = { workspace = true }\n",
			"uv.lock": "version = 1\n[manifest]\nmembers = [\"a\"]\n[[package]]\nname = \"a\"\nversion = \"1\"\nsource = { editable = \".\" }\ndependencies = [{ name = \"a\" }, { name = \"b\" }]\n" +
				"[[package]]\nname = \"b\"\nversion = \"1\"\nsource = { registry = \"https://registry.example.org/simple\" }\ndependencies = [{ name = \"b\" }, { name = \"a\" }]\n"}, 2},
		{"nuget", map[string]string{"Directory.Packages.props": "<Project><Import Project=\"Directory.Packages.props\"/><ItemGroup><PackageVersion Include=\"A\" Version=\"$(V)\"/></ItemGroup><PropertyGroup><V>$(V)</V></PropertyGroup></Project>",
			"a.csproj": "<Project><PropertyGroup><X>$(Y)</X><Y>$(X)</Y></PropertyGroup><ItemGroup><PackageReference Include=\"B\" Version=\"$(X)\"/><PackageReference Include=\"A\"/><ProjectReference Include=\"a.csproj\"/></ItemGroup></Project>"}, 2},
		{"gradle", map[string]string{"gradle.properties": "x=${y}\ny=${x}\n", "build.gradle": "ext { a = \"$b\"; b = \"$a\" }\ndef c = \"$c\"\napply from: 'build.gradle'\ndependencies {\n implementation \"g:a:$a\"\n implementation \"g:b:$c\"\n implementation \"g:c:$x\"\n}\n"}, 2},
		{"mix", map[string]string{"mix.exs": "defmodule A do\n  def project do\n    [app: :a, apps_path: \".\", deps: deps()]\n  end\n  defp deps do\n    [{:a, path: \".\"}] ++ deps()\n  end\nend\n"}, 1},
		{"flake", map[string]string{"flake.lock": `{"version": 7, "root": "root", "nodes": {"root": {"inputs": {"a": "a", "root": ["root"]}}, "a": {"inputs": {"a": ["a", "a"], "root": "root", "b": ["b"]}}}}`}, 1},
		{"deps.json", map[string]string{"a.deps.json": `{"runtimeTarget": {"name": "t"}, "targets": {"t": {"A/1": {"dependencies": {"B": "1"}}, "B/1": {"dependencies": {"A": "1", "B": "1"}}}}, "libraries": {"A/1": {"type": "project"}, "B/1": {"type": "package"}}}`}, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			tree := fstest.MapFS{"intact/go.sum": &fstest.MapFile{}}
			for name, content := range test.files {
				tree["bad/"+name] = &fstest.MapFile{Data: []byte(content)}
			}
			r, err := extract.Run(t.Context(), tree, extract.Options{Extractors: Extractors(), Limits: extract.DefaultLimits()})
			if err != nil || len(r.Ledger) != test.reads+1 || len(r.Inventory.Components) > 20 {
				t.Errorf("error %v, %d components, ledger %+v", err, len(r.Inventory.Components), r.Ledger)
			}
			for _, e := range r.Ledger {
				if e.Path == "intact/go.sum" && e.Status != inventory.Read {
					t.Errorf("the intact file: %+v", e)
				}
			}
		})
	}
}

// TestBadInputLarge: what is made of a large file is bounded by its size, whatever
// it holds. TestBig shows the same for all formats and the whole program.
func TestBadInputLarge(t *testing.T) { //nolint:paralleltest // it measures what it allocates
	const size = 4 << 20
	for _, format := range []string{"requirements", "package-lock", "pnpm-lock", "Cargo.lock", "pom.xml", "rebar.lock"} {
		var b strings.Builder
		b.Grow(size + 1000)
		n, err := makers()[format].writeBytes(&b, size)
		if err != nil {
			t.Fatal(err)
		}
		tree := fstest.MapFS{makers()[format].path: &fstest.MapFile{Data: []byte(b.String())}}
		before := allocated()
		r, err := extract.Run(t.Context(), tree, extract.Options{Extractors: Extractors(), Limits: extract.DefaultLimits()})
		grown := (allocated() - before) / size
		t.Logf("%s: %d entries, %d found, %d times its size was allocated", format, n, len(r.Inventory.Components), grown)
		if err != nil || len(r.Ledger) != 1 || len(r.Inventory.Components) < 5_000 {
			t.Errorf("%s: error %v, ledger %+v, %d components", format, err, r.Ledger, len(r.Inventory.Components))
		}
		if grown > 120 {
			t.Errorf("%s: %d times its size was allocated", format, grown)
		}
	}
}

// allocated is how many bytes were allocated since the program began.
func allocated() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

package all

import (
	"strings"
	"testing"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/inventory"
)

// openEnded are the formats of which a beginning is a file too, with the reason.
// What stands in it is read; that it once went on cannot be told, unless it
// breaks off in the midst of something.
func openEnded() map[string]string {
	const (
		lines = "every line stands for itself"
		yaml  = "a YAML block ends where the text does"
		toml  = "a TOML table ends where the text does"
	)
	return map[string]string{
		"workflow": yaml, "pre-commit": yaml, "pubspec.yaml": yaml, "pubspec.lock": yaml, "stack.yaml.lock": yaml, "pnpm-lock": yaml,
		"Cargo.lock": toml, "Cargo.toml": toml, "Manifest.toml": toml, "Project.toml": toml, "libs.versions.toml": toml, "Pipfile": toml,
		"poetry.lock": toml, "uv.lock": toml, "pdm.lock": toml, "pylock.toml": toml,
		"Dockerfile": lines, "conanfile.txt": lines, "conanfile.py": lines, "go.sum": lines, "gradle.properties": lines, "requirements": lines,
		"Gemfile": lines, "Cartfile.resolved": lines, "Cartfile": lines, "Cartfile.private": lines, "gradle.lockfile": lines, "buildscript-gradle.lockfile": lines,
		"cabal.project.freeze": "a field ends where the text does",
		"cabal":                "a field ends where the text does",
		"cabal.project":        "a field ends where the text does",
		"DESCRIPTION":          "a field ends where the text does",
		"cpanfile":             "a statement ends where the text does",
		"cpanfile.snapshot":    "indented blocks end where the text does",
		"Podfile.lock":         "indented blocks end where the text does",
		"Gemfile.lock":         "indented blocks end where the text does",
		"yarn.lock":            "indented blocks end where the text does",
		".terraform.lock.hcl":  "between two blocks it is a file",
		"mix.exs":              "only the list of dependencies must end, not the module around it",
	}
}

// TestBadInputTruncated: a file that is cut off fails at the line of the cut, or
// where what is open there began, and what stood before it is kept.
func TestBadInputTruncated(t *testing.T) {
	t.Parallel()
	forEach(t, func(t *testing.T, format string, m maker) {
		whole := m.file(6)
		from, to := len(m.head)+len(m.entry)*3, len(m.head)+len(m.entry)*4
		last := len(strings.TrimRight(whole, "\n")) - 1
		for cut := from; cut < to && cut < last; cut++ {
			checkTruncated(t, format, m, whole[:cut])
		}
		if m.tail != "" {
			checkTruncated(t, format, m, whole[:last])
		}
	})
	forEach(t, func(t *testing.T, format string, m maker) {
		seed := seedOf(t, m)
		for cut := 1; cut < len(seed); cut += 1 + len(seed)/50 {
			s := scan(t, format, seed[:cut])
			if s.Entry.Status == inventory.Failed && s.Entry.Line == 0 {
				t.Errorf("cut at %d: no line: %s", cut, s.Entry.Reason)
			}
		}
	})
}

func checkTruncated(t *testing.T, format string, m maker, text string) {
	t.Helper()
	s := scan(t, format, []byte(text))
	reason, open := openEnded()[format]
	end := text[max(len(text)-20, 0):]
	switch s.Entry.Status {
	case inventory.Failed:
		if s.Entry.Line < 1 || s.Entry.Line > 1+strings.Count(text, "\n") {
			t.Errorf("cut at %q: fails on line %d: %s", end, s.Entry.Line, s.Entry.Reason)
		}
	case inventory.Read:
		if !open {
			t.Errorf("cut at %q: nothing is said of it; if what is left is a file too, openEnded needs the reason", end)
		}
	default:
		t.Errorf("cut at %q: %s (%s)", end, s.Entry.Status, reason)
	}
	// TOML is read an expression at a time: a list that does not end is none.
	if len(s.Found) < 2 && gives(format) && format != "pyproject.toml" {
		t.Errorf("cut at %q: %d dependencies are kept of 3 before it; %s", end, len(s.Found), s.Entry.Reason)
	}
}

// gives tells whether files of the format by themselves give dependencies.
func gives(format string) bool {
	for _, e := range Extractors() {
		if e.Format().Name == format {
			return e.Format().Role != extract.Evidence && format != "go.work" && format != "cabal.project"
		}
	}
	return false
}

// mayStandTwice are the formats in which an entry may be there twice, with the
// reason.
func mayStandTwice() map[string]string {
	const (
		list   = "a list, each element of which counts"
		adds   = "the same declaration again changes nothing for the package manager"
		arrays = "an array of tables, in which a package may stand once for each marker or source"
	)
	return map[string]string{
		"workflow": list, "pre-commit": list, "vcpkg.json": list, "opam": list, "Dockerfile": list, "rockspec": list, "cabal.project.freeze": list, "cabal": list, "cabal.project": list, "DESCRIPTION": list,
		"Package.swift": adds, "gemspec": adds, "Gemfile": adds, "Podfile": adds, "podspec": adds, "cpanfile": adds, "conanfile.py": adds, "pyproject.toml": adds, "requirements": adds, "build.gradle": adds,
		"mix.exs": adds, "go.sum": adds, "go.work": adds,
		"go.mod":                    "the higher version counts, the ledger notes it",
		"pom.xml":                   "the last counts, the ledger notes it",
		"gradle.properties":         "the last counts",
		"project file":              "only a warning, which may be about other conditions",
		"Directory.Packages.props":  "only a warning, which may be about other conditions",
		"verification-metadata.xml": "components add up",
		"pylock.toml":               arrays, "pdm.lock": arrays, "uv.lock": arrays, "poetry.lock": arrays,
	}
}

// TestBadInputTwice: what stands twice where it may stand once is reported with
// the line of the second.
func TestBadInputTwice(t *testing.T) {
	t.Parallel()
	forEach(t, func(t *testing.T, format string, m maker) {
		one := strings.ReplaceAll(m.entry, "{n}", "7")
		s := scan(t, format, []byte(m.head+one+one+m.tail))
		if reason, ok := mayStandTwice()[format]; ok {
			if s.Entry.Status != inventory.Read {
				t.Errorf("%s, but it fails: %s", reason, s.Entry.Reason)
			}
			return
		}
		if s.Entry.Status == inventory.Read {
			t.Errorf("an entry stands twice and nothing is said of it; if it may, mayStandTwice needs the reason")
			return
		}
		first := 1 + strings.Count(m.head+one, "\n")
		s.failsAt(t, "twice", first, first+strings.Count(one, "\n"), "")
	})
}

// TestBadInputKeysTwice: JSON, YAML, TOML and XML have keys of their own, each of
// which is there once; the second is reported with its line.
func TestBadInputKeysTwice(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		format, content string
		line            int
	}{
		{"workflow", "jobs:\n  a:\n    steps:\n      - uses: a/b@v1\n        uses: a/c@v1\n", 5},
		{"workflow", "jobs:\n  a:\n    steps: []\n  a:\n    steps: []\n", 4},
		{"pre-commit", "repos:\n- repo: https://github.com/a/b\n  rev: v1\n  rev: v2\n", 4},
		{"pre-commit", "repos: []\nrepos: []\n", 2},
		{"pubspec.yaml", "name: a\ndependencies:\n  b: ^1.0.0\ndependencies:\n  c: ^1.0.0\n", 4},
		{"stack.yaml.lock", "packages: []\npackages: []\n", 2},
		{"Podfile.lock", "PODS:\n  - A (1.0)\n\nPODS:\n  - B (1.0)\n", 4},
		{"vcpkg.json", "{\"dependencies\": [\"a\"],\n\"dependencies\": [\"b\"]}", 2},
		{"package.json", "{\"dependencies\": {\"a\": \"1\"},\n\"dependencies\": {\"b\": \"1\"}}", 2},
		{"composer.json", "{\"require\": {\"a/a\": \"1\"},\n\"require\": {\"b/b\": \"1\"}}", 2},
		{"composer.lock", "{\"packages\": [],\n\"packages\": []}", 2},
		{"package-lock", "{\"lockfileVersion\": 3, \"packages\": {},\n\"packages\": {}}", 2},
		{"Pipfile.lock", "{\"_meta\": {\"pipfile-spec\": 6}, \"default\": {},\n\"default\": {}}", 2},
		{"packages.lock.json", "{\"version\": 1, \"dependencies\": {},\n\"dependencies\": {}}", 2},
		{"project.assets.json", "{\"version\": 3, \"libraries\": {},\n\"libraries\": {}}", 2},
		{"deps.json", "{\"libraries\": {},\n\"libraries\": {}}", 2},
		{"renv.lock", "{\"R\": {}, \"Packages\": {},\n\"Packages\": {}}", 2},
		{"conan.lock", "{\"version\": \"0.5\", \"requires\": [],\n\"requires\": []}", 2},
		{"deno.lock", "{\"version\": \"5\", \"npm\": {},\n\"npm\": {}}", 2},
		{"flake.lock", "{\"version\": 7, \"root\": \"root\", \"nodes\": {\"root\": {}},\n\"nodes\": {\"root\": {}}}", 2},
		{"Package.resolved", "{\"version\": 3, \"pins\": [],\n\"pins\": []}", 2},
		{"MODULE.bazel.lock", "{\"lockFileVersion\": 3, \"moduleDepGraph\": {},\n\"moduleDepGraph\": {}}", 2},
		{"bun.lock", "{\"lockfileVersion\": 1, \"packages\": {},\n\"packages\": {}}", 2},
		{"pyproject.toml", "[project]\nname = \"a\"\nname = \"b\"\n", 3},
		{"uv.lock", "version = 1\n[[package]]\nname = \"a\"\nversion = \"1\"\nversion = \"2\"\n", 5},
		{"pylock.toml", "lock-version = \"1.0\"\n[[packages]]\nname = \"a\"\nname = \"b\"\n", 4},
		{"pdm.lock", "[metadata]\nlock_version = \"4.5.0\"\n[[package]]\nname = \"a\"\nname = \"b\"\n", 5},
		{"poetry.lock", "[[package]]\nname = \"a\"\nversion = \"1\"\nversion = \"2\"\n", 4},
		{"pom.xml", "<project>\n<dependencies>\n<dependency><groupId>a</groupId><artifactId>b</artifactId><version>1</version>\n<version>2</version></dependency>\n</dependencies></project>", 4},
	} {
		t.Run(test.format+" "+test.content, func(t *testing.T) {
			t.Parallel()
			s := scan(t, test.format, []byte(test.content))
			s.failsAt(t, "key twice", test.line, test.line+1, "")
		})
	}
}

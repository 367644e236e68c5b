package quality

import (
	"regexp"
	"strings"
	"testing"
)

var (
	pyName    = regexp.MustCompile(`^\s*([A-Za-z0-9][A-Za-z0-9._-]*)`)
	pyPinned  = regexp.MustCompile(`^([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*(?:===?)\s*([^\s;,*]+)\s*(?:;.*)?$`)
	pyOption  = regexp.MustCompile(`\s--[a-z].*$`)
	pyComment = regexp.MustCompile(`(^|\s)#.*$`)
)

// readRequirements lists the lines that fix one version. All of them are asked for.
func readRequirements(t testing.TB, file string) pins {
	out := pins{}
	content := strings.ReplaceAll(readText(t, file), "\\\n", " ")
	for line := range strings.Lines(content) {
		line = strings.TrimSpace(pyComment.ReplaceAllString(strings.TrimSpace(line), ""))
		line = pyOption.ReplaceAllString(line, "")
		if m := pyPinned.FindStringSubmatch(line); m != nil {
			out.add("PyPI", m[1], m[2], true)
		}
	}
	return out
}

func readPipfileLock(t testing.TB, file string) pins {
	want := map[pin]bool{}
	for _, tab := range tables(beside(file, "Pipfile")) {
		if tab.header == "packages" || tab.header == "dev-packages" {
			for _, k := range tab.keys() {
				want[newPin("PyPI", k, "")] = true
			}
		}
	}
	out := pins{}
	for group, entries := range object(readJSON(t, file)) {
		if group == "_meta" {
			continue
		}
		for name, e := range object(entries) {
			out.add("PyPI", name, strings.TrimLeft(text(e, "version"), "="), want[newPin("PyPI", name, "")])
		}
	}
	return out
}

// pyprojectWants are the normalised names that a pyproject.toml asks for, in
// whatever way.
func pyprojectWants(content string) map[string]bool {
	out := map[string]bool{}
	want := func(requirement string) {
		if m := pyName.FindStringSubmatch(requirement); m != nil {
			out[newPin("PyPI", m[1], "").Name] = true
		}
	}
	for _, tab := range tables(content) {
		switch {
		case tab.header == "project":
			for _, s := range quoted(dropComments(tab.value("dependencies"))) {
				want(s)
			}
		case tab.header == "project.optional-dependencies", tab.header == "dependency-groups", tab.header == "tool.pdm.dev-dependencies":
			for _, s := range quoted(dropComments(strings.Join(tab.lines, "\n"))) {
				want(s)
			}
		case strings.HasPrefix(tab.header, "tool.poetry.") && hasAnySuffix(tab.header, ".dependencies", ".dev-dependencies"):
			for _, k := range tab.keys() {
				want(k)
			}
		}
	}
	return out
}

var tomlComment = regexp.MustCompile(`(?m)^\s*#.*$|",\s*#.*$|\{[^}]*\}`)

// dropComments also drops inline tables: { include-group = "x" } names no package.
func dropComments(s string) string {
	return tomlComment.ReplaceAllStringFunc(s, func(m string) string {
		if strings.HasPrefix(m, `"`) {
			return `"`
		}
		return ""
	})
}

// readPyLock reads the locks that are a list of tables: poetry.lock, pdm.lock and
// pylock.toml. The manifest beside tells what is asked for.
func readPyLock(t testing.TB, file string) pins {
	want := pyprojectWants(beside(file, "pyproject.toml"))
	out := pins{}
	for _, tab := range tables(readText(t, file)) {
		if tab.header == "package" || tab.header == "packages" {
			name := newPin("PyPI", tab.text("name"), "").Name
			out.add("PyPI", name, tab.text("version"), want[name])
		}
	}
	return out
}

var (
	uvDependency = regexp.MustCompile(`\{ name = "([^"]+)"(?:, (?:extra = [^,]*, )?version = "([^"]+)")?`)
	uvLocal      = regexp.MustCompile(`^\{ (?:virtual|editable|directory) = "([^"]+)" \}$`)
	uvSource     = regexp.MustCompile(`(?m)^source = (.*)$`)
)

// readUV: what the project and its members ask for is in the lock, in the tables
// that follow theirs.
func readUV(t testing.TB, file string) pins {
	all := tables(readText(t, file))
	type key struct{ name, version string }
	direct := map[key]bool{}
	mark := func(s string) {
		for _, m := range uvDependency.FindAllStringSubmatch(s, -1) {
			direct[key{m[1], m[2]}] = true
		}
	}
	out := pins{}
	local := false
	for _, tab := range all {
		if tab.header == "package" {
			source := uvSource.FindStringSubmatch(strings.Join(tab.lines, "\n"))
			local = source != nil && uvLocal.MatchString(source[1])
			if local {
				mark(tab.value("dependencies"))
			}
		}
		if local && (tab.header == "package.optional-dependencies" || tab.header == "package.dev-dependencies") ||
			tab.header == "manifest" || tab.header == "manifest.dependency-groups" {
			mark(strings.Join(tab.lines, "\n"))
		}
	}
	for _, tab := range all {
		name, version := tab.text("name"), tab.text("version")
		if tab.header != "package" || strings.Contains(strings.Join(tab.lines, "\n"), ` = "." }`) {
			continue
		}
		out.add("PyPI", name, version, direct[key{name, ""}] || direct[key{name, version}])
	}
	return out
}

package quality

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	pyName    = regexp.MustCompile(`^\s*([A-Za-z0-9][A-Za-z0-9._-]*)`)
	pyPinned  = regexp.MustCompile(`^([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*(?:===?)\s*([^\s;,*]+)\s*(?:;.*)?$`)
	pyOption  = regexp.MustCompile(`\s--[a-z].*$`)
	pyVia     = regexp.MustCompile(`^    #\s+(?:via )?(\S.*?)\s*$`)
	pyComment = regexp.MustCompile(`(^|\s)#.*$`)
)

// readRequirements lists the lines that fix one version. All of them are asked
// for, unless the file tells for what each is there ("# via"): then those that
// are there for a file, for the project or for nothing that the file lists.
func readRequirements(t testing.TB, file string) pins {
	type entry struct {
		name, version string
		vias          []string
	}
	var entries []entry
	listed := map[string]bool{}
	content := strings.ReplaceAll(readText(t, file), "\\\n", " ")
	for line := range strings.Lines(content) {
		line = strings.TrimRight(line, "\n")
		if m := pyVia.FindStringSubmatch(line); m != nil && len(entries) > 0 && m[1] != "via" {
			last := &entries[len(entries)-1]
			last.vias = append(last.vias, m[1])
		}
		line = strings.TrimSpace(pyComment.ReplaceAllString(strings.TrimSpace(line), ""))
		line = pyOption.ReplaceAllString(line, "")
		if m := pyPinned.FindStringSubmatch(line); m != nil {
			name := newPin("PyPI", m[1], "").Name
			entries = append(entries, entry{name: name, version: m[2]})
			listed[name] = true
		}
	}
	out := pins{}
	for _, e := range entries {
		needed := slices.ContainsFunc(e.vias, func(v string) bool { return listed[newPin("PyPI", v, "").Name] })
		asked := slices.ContainsFunc(e.vias, func(v string) bool { return strings.ContainsAny(v, "-(") && !listed[newPin("PyPI", v, "").Name] })
		out.add("PyPI", e.name, e.version, asked || !needed)
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
// pylock.toml. The manifest beside tells what is asked for; without one, that is
// what nothing in the lock needs.
func readPyLock(t testing.TB, file string) pins {
	manifest := beside(file, "pyproject.toml")
	want := pyprojectWants(manifest)
	all := tables(readText(t, file))
	needed := map[string]bool{}
	for _, tab := range all {
		for _, m := range pylockNeeds.FindAllStringSubmatch(tab.value("dependencies"), -1) {
			needed[m[1]] = true
		}
	}
	out := pins{}
	for _, tab := range all {
		if tab.header == "package" || tab.header == "packages" {
			name := newPin("PyPI", tab.text("name"), "").Name
			out.add("PyPI", name, tab.text("version"), want[name] || manifest == "" && !needed[name])
		}
	}
	return out
}

var pylockNeeds = regexp.MustCompile(`\{\s*name = ["']([^"']+)["']`)

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
		source := uvSource.FindStringSubmatch(strings.Join(tab.lines, "\n"))
		member := source != nil && uvLocal.MatchString(source[1])
		out.add("PyPI", name, version, member || direct[key{name, ""}] || direct[key{name, version}])
	}
	return out
}

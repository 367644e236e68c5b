package quality

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
)

var (
	goRequire = regexp.MustCompile(`^(?:require\s+)?"?([^\s"()]+)"?\s+"?(v\S+?)"?\s*(//.*)?$`)
	goReplace = regexp.MustCompile(`^(?:replace\s+)?(\S+)(?:\s+(v\S+))?\s+=>\s+(\S+)(?:\s+(v\S+))?$`)
	goLine    = regexp.MustCompile(`(?m)^go\s+(\S+)\s*$`)
	toolchain = regexp.MustCompile(`(?m)^toolchain\s+go(\S+)\s*$`)
)

// readGoMod applies replacements by other modules and adds the standard library:
// the toolchain's, or that of the least version the module allows if that line
// could already name a release exactly (since Go 1.21).
func readGoMod(t testing.TB, file string) pins {
	content := readText(t, file)
	type module struct{ path, version string }
	replaced := map[module]module{}
	required := map[module]bool{}
	block := ""
	for line := range strings.Lines(content) {
		line = strings.TrimSpace(line)
		if word, ok := strings.CutSuffix(line, "("); ok {
			block = strings.TrimSpace(word)
			continue
		}
		if line == ")" {
			block = ""
		}
		word, _, _ := strings.Cut(line, " ")
		if m := goReplace.FindStringSubmatch(line); m != nil && (block == "replace" || word == "replace") {
			replaced[module{m[1], m[2]}] = module{m[3], m[4]}
		}
		if m := goRequire.FindStringSubmatch(line); m != nil && (block == "require" || word == "require") {
			required[module{m[1], m[2]}] = !strings.Contains(m[3], "indirect")
		}
	}
	out := pins{}
	for m, direct := range required {
		for _, k := range []module{m, {path: m.path}} {
			if by, ok := replaced[k]; ok && by.version != "" {
				m = by
				break
			}
		}
		out.add("Go", m.path, m.version, direct)
	}
	if m := toolchain.FindStringSubmatch(content); m != nil {
		out.add("Go", "stdlib", m[1], true)
	} else if m := goLine.FindStringSubmatch(content); m != nil {
		if c, ok := compareGo(m[1], "1.21.0-0"); ok && c >= 0 {
			out.add("Go", "stdlib", m[1], true)
		}
	}
	return out
}

// readCargoLock takes every package without a source for one of the project's own;
// the one that Cargo.toml names is the project itself.
func readCargoLock(t testing.TB, file string) pins {
	root := ""
	for _, tab := range tables(beside(file, "Cargo.toml")) {
		if tab.header == "package" {
			root = tab.text("name")
		}
	}
	all := tables(readText(t, file))
	direct := map[string]bool{}
	for _, tab := range all {
		if tab.header == "package" && tab.text("source") == "" {
			for _, d := range quoted(tab.value("dependencies")) {
				name, rest, _ := strings.Cut(d, " ")
				version, _, _ := strings.Cut(rest, " ")
				direct[name+" "+version] = true
			}
		}
	}
	out := pins{}
	for _, tab := range all {
		name, version := tab.text("name"), tab.text("version")
		if (tab.header != "package" && tab.header != "root") || tab.text("source") == "" && name == root {
			continue
		}
		own := tab.text("source") == "" // the workspace names it
		out.add("crates.io", name, version, own || direct[name+" "] || direct[name+" "+version])
	}
	return out
}

var (
	gemSpec = regexp.MustCompile(`^    ([^\s(]+) \(([^)-]+)(?:-[^)]*)?\)$`)
	gemWant = regexp.MustCompile(`^  ([^\s(!]+)`)
)

func readGemfileLock(t testing.TB, file string) pins {
	content := readText(t, file)
	_, rest, _ := strings.Cut(content, "\nDEPENDENCIES\n")
	want := map[string]bool{}
	for line := range strings.Lines(rest) {
		m := gemWant.FindStringSubmatch(strings.TrimRight(line, "\n"))
		if m == nil {
			break
		}
		want[m[1]] = true
	}
	out := pins{}
	for line := range strings.Lines(content) {
		if m := gemSpec.FindStringSubmatch(strings.TrimRight(line, "\n")); m != nil {
			out.add("RubyGems", m[1], m[2], want[m[1]])
		}
	}
	return out
}

func readComposerLock(t testing.TB, file string) pins {
	var manifest any
	_ = json.Unmarshal([]byte(beside(file, "composer.json")), &manifest)
	want := map[string]bool{}
	for _, group := range []string{"require", "require-dev"} {
		for name := range object(manifest, group) {
			want[strings.ToLower(name)] = true
		}
	}
	out := pins{}
	lock := readJSON(t, file)
	for _, group := range []string{"packages", "packages-dev"} {
		for _, p := range array(lock, group) {
			out.add("Packagist", text(p, "name"), text(p, "version"), want[strings.ToLower(text(p, "name"))])
		}
	}
	return out
}

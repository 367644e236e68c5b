package quality

import (
	"encoding/xml"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// undetermined stands for the number of direct ones where the lock does not tell
// them: what the program says of those depends on the manifests it can pair.
const undetermined = -1

var gradleLine = regexp.MustCompile(`(?m)^([^#:=\s]+:[^:=\s]+):([^:=\s]+)=`)

func readGradleLock(t testing.TB, file string) pins {
	out := pins{}
	for _, m := range gradleLine.FindAllStringSubmatch(readText(t, file), -1) {
		out.add("Maven", m[1], m[2], false)
	}
	return out
}

// readPackagesLock leaves out the projects beside, which have no version.
func readPackagesLock(t testing.TB, file string) pins {
	out := pins{}
	for _, framework := range object(readJSON(t, file), "dependencies") {
		for name, p := range object(framework) {
			out.add("NuGet", name, text(p, "resolved"), text(p, "type") == "Direct")
		}
	}
	return out
}

func readPackagesConfig(t testing.TB, file string) pins {
	var config struct {
		Packages []struct {
			ID      string `xml:"id,attr"`
			Version string `xml:"version,attr"`
		} `xml:"package"`
	}
	if err := xml.Unmarshal([]byte(readText(t, file)), &config); err != nil {
		t.Fatal(err)
	}
	out := pins{}
	for _, p := range config.Packages {
		out.add("NuGet", p.ID, p.Version, false)
	}
	return out
}

func readYAML(t testing.TB, content string) map[string]any {
	t.Helper()
	var v map[string]any
	if err := yaml.Unmarshal([]byte(content), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// readPubspecLock calls direct what the lock does, which tells it for the root of
// a workspace only, and what the pubspec.yaml of any member asks for.
func readPubspecLock(t testing.TB, file string) pins {
	want := map[string]bool{}
	note := func(pubspec map[string]any) {
		for _, group := range []string{"dependencies", "dev_dependencies", "dependency_overrides"} {
			for name := range object(pubspec, group) {
				want[name] = true
			}
		}
	}
	root := readYAML(t, beside(file, "pubspec.yaml"))
	note(root)
	for _, member := range array(root, "workspace") {
		note(readYAML(t, beside(file, filepath.Join(member.(string), "pubspec.yaml"))))
	}
	out := pins{}
	for name, p := range object(readYAML(t, readText(t, file)), "packages") {
		out.add("Pub", name, text(p, "version"), want[name] || strings.HasPrefix(text(p, "dependency"), "direct"))
	}
	return out
}

var mixEntry = regexp.MustCompile(`(?m)^\s*"[^"]+": ?\{:hex, :"?([\w.]+)"?, "([^"]+)"`)

// readMixLock leaves out what comes from repositories and has no version.
func readMixLock(t testing.TB, file string) pins {
	out := pins{}
	for _, m := range mixEntry.FindAllStringSubmatch(readText(t, file), -1) {
		out.add("Hex", m[1], m[2], false)
	}
	return out
}

var freezePin = regexp.MustCompile(`\bany\.(\S+) ==([\d.]+)`)

func readCabalFreeze(t testing.TB, file string) pins {
	out := pins{}
	for _, m := range freezePin.FindAllStringSubmatch(readText(t, file), -1) {
		out.add("Hackage", m[1], m[2], false)
	}
	return out
}

var stackPin = regexp.MustCompile(`(?m)^    hackage: (\S+)-([\d.]+)@`)

// readStackLock: Stack locks what stack.yaml adds to the snapshot, by name.
func readStackLock(t testing.TB, file string) pins {
	out := pins{}
	for _, m := range stackPin.FindAllStringSubmatch(readText(t, file), -1) {
		out.add("Hackage", m[1], m[2], true)
	}
	return out
}

// readRenvLock takes as direct what DESCRIPTION names in its fields of packages.
func readRenvLock(t testing.TB, file string) pins {
	want := map[string]bool{}
	field := ""
	for line := range strings.Lines(beside(file, "DESCRIPTION")) {
		if name, rest, ok := strings.Cut(line, ":"); ok && line[0] != ' ' && line[0] != '\t' {
			field, line = name, rest
		}
		if !slices.Contains([]string{"Depends", "Imports", "LinkingTo", "Suggests", "Enhances"}, field) {
			continue
		}
		for item := range strings.SplitSeq(line, ",") {
			if words := strings.FieldsFunc(item, func(r rune) bool { return strings.ContainsRune(" \t\n(", r) }); len(words) > 0 {
				want[words[0]] = true
			}
		}
	}
	out := pins{}
	for _, p := range object(readJSON(t, file), "Packages") {
		out.add("CRAN", text(p, "Package"), text(p, "Version"), want[text(p, "Package")])
	}
	return out
}

// readManifest leaves out the standard library, whose packages have no version.
func readManifest(t testing.TB, file string) pins {
	want := map[string]bool{}
	for _, tab := range tables(beside(file, "Project.toml")) {
		if tab.header == "deps" {
			for _, name := range tab.keys() {
				want[name] = true
			}
		}
	}
	out := pins{}
	for _, tab := range tables(readText(t, file)) {
		if name, ok := strings.CutPrefix(tab.header, "deps."); ok && !strings.Contains(name, ".") {
			out.add("Julia", name, tab.text("version"), want[name])
		}
	}
	return out
}

// readPackageResolved leaves out what follows a branch or a commit.
func readPackageResolved(t testing.TB, file string) pins {
	out := pins{}
	for _, p := range array(readJSON(t, file), "pins") {
		location := strings.TrimSuffix(strings.TrimPrefix(text(p, "location"), "https://"), ".git")
		if host, repository, ok := strings.Cut(strings.TrimPrefix(location, "git@"), ":"); ok { // as of SSH
			location = host + "/" + repository
		}
		out.add("SwiftURL", location, text(object(p, "state"), "version"), false)
	}
	return out
}

var pod = regexp.MustCompile(`^"?([^\s"]+)"?(?: \((.*)\))?"?:?$`)

func readPodfileLock(t testing.TB, file string) pins {
	lock := readYAML(t, readText(t, file))
	want := map[string]bool{}
	for _, d := range array(lock, "DEPENDENCIES") {
		name, _, _ := strings.Cut(d.(string), " ")
		want[name] = true
	}
	out := pins{}
	note := func(entry string) {
		m := pod.FindStringSubmatch(entry)
		out.add("cocoapods", m[1], m[2], want[m[1]])
	}
	for _, entry := range array(lock, "PODS") {
		if s, ok := entry.(string); ok {
			note(s)
		}
		for s := range object(entry) {
			note(s)
		}
	}
	return out
}

// readConanLock reads the graph of version 1, whose node 0 is the project, and
// the plain lists of version 2.
func readConanLock(t testing.TB, file string) pins {
	lock := readJSON(t, file)
	out := pins{}
	note := func(reference string, direct bool) {
		reference, _, _ = strings.Cut(reference, "#")
		reference, _, _ = strings.Cut(reference, "@")
		name, version, _ := strings.Cut(reference, "/")
		out.add("ConanCenter", name, version, direct)
	}
	nodes := object(lock, "graph_lock", "nodes")
	want := map[string]bool{}
	for _, group := range []string{"requires", "build_requires"} {
		for _, key := range array(nodes["0"], group) {
			want[key.(string)] = true
		}
		for _, reference := range array(lock, group) {
			note(reference.(string), false)
		}
	}
	for key, n := range nodes {
		if key != "0" {
			note(text(n, "ref"), want[key])
		}
	}
	return out
}

var (
	uses       = regexp.MustCompile(`(?m)^[ -]*uses: ['"]?([\w.-]+/[\w.-]+)[^@\s]*@([^\s'"]+)['"]?(?: *# *(\S+)$)?`)
	service    = regexp.MustCompile(`(?m)^ +image: ([\w./-]+):([\w.-]+)$`)
	commit     = regexp.MustCompile(`^[0-9a-f]{40}$`)
	releaseTag = regexp.MustCompile(`^(?:tag=)?(v?\d+(?:\.\d+){0,2}(?:-[\w.-]+)?)$`)
)

// readWorkflow takes the version of what is fixed by commit from the comment
// that updating tools keep behind it. Images of services are listed as well.
func readWorkflow(t testing.TB, file string) pins {
	out := pins{}
	for _, m := range service.FindAllStringSubmatch(readText(t, file), -1) {
		out.add("docker", m[1], m[2], true)
	}
	for _, m := range uses.FindAllStringSubmatch(readText(t, file), -1) {
		ref := m[2]
		if commit.MatchString(ref) {
			ref = m[3]
		}
		v := releaseTag.FindStringSubmatch(ref)
		switch {
		case v == nil:
		case movingTag.MatchString(ref): // stands for the newest of its line
			out.add("GitHub Actions", m[1], ref, true)
		default:
			out.add("GitHub Actions", m[1], v[1], true)
		}
	}
	return out
}

package quality

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestEveryBound asks the program about every version at which any advisory
// begins or ends, and about versions just beside: the places where orders of
// versions go wrong. The versions are written into lockfiles made up for it.
func TestEveryBound(t *testing.T) {
	t.Parallel()
	all := loadAdvisories(t)
	db := realDatabase(t)
	dir := t.TempDir()
	want := pins{}
	for _, ecosystem := range ecosystems {
		asked := boundsOf(all, ecosystem)
		if t.Logf("%s: %d versions", ecosystem, len(asked)); len(asked) == 0 {
			t.Errorf("nothing is asked about %s", ecosystem)
		}
		for p := range asked {
			want[p] = true
		}
		writeLocks(t, dir, ecosystem, asked)
	}
	for p := range writeToolchains(t, dir, all) {
		want[p] = true
	}
	_, got := scan(t, db, dir)
	have := pins{}
	for _, c := range got.Components {
		have.add(c.Ecosystem, c.Name, c.Version, true)
	}
	for _, p := range missing(want, have) {
		t.Errorf("written but not read: %s", p)
	}
	for _, p := range missing(have, want) {
		t.Errorf("read but not written: %s", p)
	}
	affected, undecided := rowsAtBounds(all, want)
	compareRows(t, "bounds: findings", affected, got.rows())
	compareRows(t, "bounds: undecided", undecided, got.uncompared())
	t.Logf("%d versions of %d ecosystems, %d rows", len(want), len(ecosystems), len(affected))
}

// rowsAtBounds also returns what cannot be decided: some bounds of PyPI are no
// versions of PEP 440. Whoever cannot tell must say so.
func rowsAtBounds(all advisories, want pins) (affected, undecided []row) {
	for p := range want {
		ids, open := all.affecting(p)
		for _, id := range ids {
			affected = append(affected, row{p, id})
		}
		for _, id := range open {
			undecided = append(undecided, row{p, id})
		}
	}
	return affected, undecided
}

func missing(from, in pins) []pin {
	var out []pin
	for p := range from {
		if _, ok := in[p]; !ok {
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(a, b pin) int { return strings.Compare(a.String(), b.String()) })
	return out[:min(len(out), 20)]
}

var lastNumber = regexp.MustCompile(`\d+$`)

// perPackage bounds the versions asked about one package; the packages with the
// most advisories have hundreds.
const perPackage = 12

// boundsOf returns the bounds of all advisories of an ecosystem and, to each, a
// later release, a pre-release and a longer way to write it; of packages with
// many an even selection.
func boundsOf(all advisories, ecosystem string) map[pin]bool {
	names := map[string][]pin{}
	for p := range allBounds(all, ecosystem) {
		names[p.Name] = append(names[p.Name], p)
	}
	out := map[pin]bool{}
	for _, of := range names {
		slices.SortFunc(of, func(a, b pin) int { return strings.Compare(a.Version, b.Version) })
		for i := range min(len(of), perPackage) {
			out[of[i*len(of)/min(len(of), perPackage)]] = true
		}
	}
	return out
}

func allBounds(all advisories, ecosystem string) map[pin]bool {
	out := map[pin]bool{}
	pre := map[string]string{"PyPI": "rc1", "RubyGems": ".rc1", "Packagist": "-RC1",
		"Hackage": ".1", "CRAN": "-1", "opam": "~rc1"}[ecosystem]
	if pre == "" {
		pre = "-rc.1"
	}
	for key, claims := range all {
		if key[0] != ecosystem || strings.ContainsAny(key[1], " \t\"\\") || key[1] == "stdlib" || key[1] == "toolchain" {
			continue
		}
		add := func(v string) {
			if _, ok := orderOf(ecosystem)(v, v); ok && writable(ecosystem, v) {
				out[newPin(ecosystem, key[1], v)] = true
			}
		}
		for _, c := range claims {
			for _, r := range c.Ranges {
				if r.Type == "GIT" {
					continue
				}
				for _, e := range r.Events {
					for _, v := range e {
						add(v)
						if ecosystem == "GitHub Actions" { // the tags that move with its lines
							numbers := strings.SplitN(v+".0", ".", 3)
							add("v" + numbers[0])
							add("v" + numbers[0] + "." + numbers[1])
						}
						if lastNumber.MatchString(v) {
							add(v + pre)
							add(lastNumber.ReplaceAllStringFunc(v, func(n string) string { return fmt.Sprint(len(n), n) }))
							add(v + ".0")
						}
					}
				}
			}
			for _, v := range c.Versions[:min(len(c.Versions), 3)] {
				add(v)
			}
		}
	}
	return out
}

// writable says whether a lockfile of the ecosystem can hold the version.
func writable(ecosystem, v string) bool {
	switch ecosystem {
	case "npm", "crates.io", "Go":
		return semVer.FindStringSubmatch(v)[3] != "" // all three numbers
	case "RubyGems":
		return !strings.Contains(v, "-") // Gemfile.lock has platforms there
	case "Pub", "Hex", "SwiftURL":
		return semVer.FindStringSubmatch(v)[3] != ""
	}
	return true
}

// writeLocks spreads the versions over as many lockfiles as some package has
// versions: most formats hold one of each.
func writeLocks(t *testing.T, dir, ecosystem string, asked map[pin]bool) {
	t.Helper()
	var layers [][]pin
	depth := map[string]int{}
	for _, p := range slices.SortedFunc(maps.Keys(asked), func(a, b pin) int { return strings.Compare(a.String(), b.String()) }) {
		at := depth[p.Name]
		depth[p.Name]++
		if at == len(layers) {
			layers = append(layers, nil)
		}
		layers[at] = append(layers[at], p)
	}
	for i, layer := range layers {
		name, content := lockOf(ecosystem, layer)
		writeFile(t, filepath.Join(dir, strings.ReplaceAll(ecosystem, ".", "-"), fmt.Sprint(i), name), content)
	}
}

var candidate = regexp.MustCompile(`^(\d+\.\d+)\.0-(rc|beta)\.(\d+)$`)

// writeToolchains writes a go.mod for each release at which something in the
// standard library begins or ends, since modules name toolchains, in turn on the
// go and the toolchain line.
func writeToolchains(t *testing.T, dir string, all advisories) pins {
	t.Helper()
	out := pins{}
	bounds := map[string]bool{"1.21": true, "1.23": true, "1.24rc1": true}
	for _, c := range all[[2]string{"Go", "stdlib"}] {
		for _, r := range c.Ranges {
			for _, e := range r.Events {
				for _, v := range e {
					bounds[candidate.ReplaceAllString(v, "$1$2$3")] = true
				}
			}
		}
	}
	for i, v := range slices.Sorted(maps.Keys(bounds)) {
		if c, ok := compareGo(v, "1.21"); !ok || c < 0 || strings.Contains(v, "-") {
			continue
		}
		content := "module example.org/toolchain\n\ngo " + v + "\n"
		if i%2 == 0 && strings.Count(v, ".") == 2 {
			content = "module example.org/toolchain\n\ngo 1.21\n\ntoolchain go" + v + "\n"
		}
		writeFile(t, filepath.Join(dir, "toolchains", fmt.Sprint(i), "go.mod"), content)
		out.add("Go", "stdlib", v, true)
	}
	return out
}

func writeFile(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// lockOf writes a lockfile that pins what is given.
func lockOf(ecosystem string, layer []pin) (name, content string) {
	var b strings.Builder
	printf := func(format string, args ...any) { fmt.Fprintf(&b, format, args...) }
	switch ecosystem {
	case "npm":
		packages := map[string]any{"": map[string]any{"name": "bounds"}}
		for _, p := range layer {
			packages["node_modules/"+p.Name] = map[string]any{"version": p.Version}
		}
		return "package-lock.json", encode(map[string]any{"name": "bounds", "lockfileVersion": 3, "packages": packages})
	case "Packagist":
		var packages []any
		for _, p := range layer {
			packages = append(packages, map[string]any{"name": p.Name, "version": "v" + p.Version})
		}
		return "composer.lock", encode(map[string]any{"packages": packages, "packages-dev": []any{}})
	case "PyPI":
		for _, p := range layer {
			printf("[[package]]\nname = %q\nversion = %q\noptional = false\n\n", p.Name, p.Version)
		}
		printf("[metadata]\nlock-version = \"2.1\"\n")
		return "poetry.lock", b.String()
	case "crates.io":
		printf("version = 4\n\n")
		for _, p := range layer {
			printf("[[package]]\nname = %q\nversion = %q\nsource = \"registry+https://crates.example.org/index\"\n\n", p.Name, p.Version)
		}
		return "Cargo.lock", b.String()
	case "RubyGems":
		printf("GEM\n  remote: https://gems.example.org/\n  specs:\n")
		for _, p := range layer {
			printf("    %s (%s)\n", p.Name, p.Version)
		}
		printf("\nPLATFORMS\n  ruby\n\nDEPENDENCIES\n\nBUNDLED WITH\n   2.5.0\n")
		return "Gemfile.lock", b.String()
	case "Maven":
		for _, p := range layer {
			printf("%s:%s=compileClasspath\n", p.Name, p.Version)
		}
		printf("empty=annotationProcessor\n")
		return "gradle.lockfile", b.String()
	case "NuGet":
		packages := map[string]any{}
		for _, p := range layer {
			packages[p.Name] = map[string]any{"type": "Transitive", "resolved": p.Version}
		}
		return "packages.lock.json", encode(map[string]any{"version": 1, "dependencies": map[string]any{"net8.0": packages}})
	case "Pub":
		printf("packages:\n")
		for _, p := range layer {
			printf("  %s:\n    dependency: transitive\n    description:\n      name: %s\n      url: \"https://pub.example.org\"\n", p.Name, p.Name)
			printf("    source: hosted\n    version: %q\n", p.Version)
		}
		return "pubspec.lock", b.String()
	case "Hex":
		printf("%%{\n")
		for _, p := range layer {
			printf("  %q: {:hex, :%s, %q, \"00\", [:mix], [], \"hexpm\", \"00\"},\n", p.Name, p.Name, p.Version)
		}
		printf("}\n")
		return "mix.lock", b.String()
	case "Hackage":
		printf("active-repositories: hackage.example.org:merge\nconstraints: ")
		for _, p := range layer {
			printf("any.%s ==%s,\n             ", p.Name, p.Version)
		}
		printf("%s +flag\n", layer[0].Name)
		return "cabal.project.freeze", b.String()
	case "CRAN":
		packages := map[string]any{}
		for _, p := range layer {
			packages[p.Name] = map[string]any{"Package": p.Name, "Version": p.Version, "Source": "Repository", "Repository": "CRAN"}
		}
		return "renv.lock", encode(map[string]any{"R": map[string]any{"Version": "4.4.1"}, "Packages": packages})
	case "Julia":
		printf("julia_version = \"1.10.0\"\nmanifest_format = \"2.0\"\n\n")
		for _, p := range layer {
			printf("[[deps.%s]]\ngit-tree-sha1 = \"00\"\nuuid = \"a4c015fc-c6ff-483c-b24f-f7ea428134e9\"\nversion = %q\n\n", p.Name, p.Version)
		}
		return "Manifest.toml", b.String()
	case "opam":
		printf("opam-version: \"2.0\"\ndepends: [\n")
		for _, p := range layer {
			printf("  %q {= %q}\n", p.Name, p.Version)
		}
		printf("]\n")
		return "bounds.opam", b.String()
	case "SwiftURL":
		var found []any
		for _, p := range layer {
			found = append(found, map[string]any{"identity": path.Base(p.Name), "kind": "remoteSourceControl",
				"location": "https://" + p.Name + ".git", "state": map[string]any{"revision": "00", "version": p.Version}})
		}
		return "Package.resolved", encode(map[string]any{"pins": found, "version": 2})
	case "GitHub Actions":
		printf("on: push\njobs:\n  bounds:\n    runs-on: ubuntu-latest\n    steps:\n")
		for _, p := range layer {
			tag := p.Version
			if strings.Count(tag, ".") > 1 {
				tag = "v" + tag
			}
			printf("      - uses: %s@%s\n", p.Name, tag)
		}
		return ".github/workflows/bounds.yml", b.String()
	}
	printf("module example.org/bounds\n\ngo 1.20\n\nrequire (\n")
	for _, p := range layer {
		printf("\t%s v%s\n", p.Name, p.Version)
	}
	printf(")\n")
	return "go.mod", b.String()
}

func encode(v any) string {
	data, err := json.MarshalIndent(v, "", "    ")
	if err != nil {
		panic(err)
	}
	return string(data)
}

package all

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/extract"
)

// Locks that do not tell what is direct are told by the manifests beside them.
func TestGoverned(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		files map[string]string
		want  string
	}{
		{"Carthage", map[string]string{
			"Cartfile":          "github \"a/b\" ~> 1.0\n",
			"Cartfile.private":  "github \"a/probe\" == 2.0\n",
			"Cartfile.resolved": "github \"a/b\" \"v1.2.0\"\ngithub \"a/c\" \"0.1.0\"\ngithub \"a/probe\" \"2.1.0\"\n",
		}, `
Cartfile.resolved [Cartfile Cartfile.private]
github.com/a/b 1.2.0 true runtime [~> 1.0]
github.com/a/c 0.1.0 false  []
github.com/a/probe 2.1.0 true dev [== 2.0]
drift github.com/a/probe == 2.0 [2.1.0]`},
		{"Perl", map[string]string{
			"cpanfile": "requires 'Needle::Red';\nrequires 'Carp';\nrequires 'Gone', '1.0';\non test => sub { requires 'Gauge' };\n",
			"cpanfile.snapshot": "DISTRIBUTIONS\n  Gauge-1.0\n    provides:\n      Gauge 1.0\n  Needle-2.0\n    provides:\n      Needle 2.0\n      Needle::Red 2.0\n" +
				"    requirements:\n      Hand 0\n  Hand-3.0\n    provides:\n      Hand 3.0\n",
		}, `
cpanfile.snapshot [cpanfile]
Gauge 1.0 true test []
Needle 2.0 true runtime []
Hand 3.0 false runtime []
Gone  true runtime [>= 1.0]
drift Gone >= 1.0 []`},
		{"R", map[string]string{
			"DESCRIPTION": "Package: clock\nImports: gauge (>= 1.0), utils\nSuggests: probe, absent\n",
			"renv.lock": `{"Packages": {"gauge": {"Package": "gauge", "Version": "0.9", "Requirements": ["hand"]},` +
				`"hand": {"Package": "hand", "Version": "1.0"}, "probe": {"Package": "probe", "Version": "2.0"}}}`,
		}, `
renv.lock [DESCRIPTION]
gauge 0.9 true runtime [>= 1.0]
hand 1.0 false runtime []
probe 2.0 true optional []
drift gauge >= 1.0 [0.9]`},
		{"Haskell", map[string]string{
			"clock.cabal":          "name: clock\nlibrary\n  build-depends: gauge >=1 && <2\ntest-suite spec\n  build-depends: clock, probe\n",
			"cabal.project.freeze": "constraints: any.gauge ==1.2,\n             any.hand ==0.1,\n             any.probe ==3.0\n",
		}, `
cabal.project.freeze [clock.cabal]
gauge 1.2 true runtime [>=1 && <2]
hand 0.1 false  []
probe 3.0 true test []`},
		{"Conan", map[string]string{
			"conanfile.py": "class A(ConanFile):\n    requires = \"gauge/[>=1 <2]\"\n    tool_requires = \"tool/1.0\"\n",
			"conan.lock":   `{"version": "0.5", "requires": ["gauge/1.2", "hand/0.1"], "build_requires": ["tool/1.0"]}`,
		}, `
conan.lock [conanfile.py]
gauge 1.2 true runtime [[>=1 <2]]
hand 0.1 false runtime []
tool 1.0 true build [1.0]`},
		{"OCaml", map[string]string{
			"clock.opam":        "opam-version: \"2.0\"\ndepends: [\"gauge\" {>= \"1.0\"} \"probe\" {with-test}]\n",
			"clock.opam.locked": "opam-version: \"2.0\"\ndepends: [\"gauge\" {= \"1.2\"} \"hand\" {= \"0.1\"} \"probe\" {= \"3.0\" & with-test}]\n",
		}, `
opam.locked [clock.opam]
gauge 1.2 true runtime [>= "1.0"]
hand 0.1 false runtime []
probe 3.0 true test []`},
		{"Swift", map[string]string{
			"Package.swift":    "let package = Package(name: \"Clock\", dependencies: [.package(url: \"https://git.example.org/a/b.git\", from: \"1.0.0\")])\n",
			"Package.resolved": `{"pins": [{"identity": "b", "location": "https://git.example.org/a/b", "state": {"version": "1.2.0"}}, {"identity": "c", "location": "https://git.example.org/a/c", "state": {"version": "0.1.0"}}], "version": 2}`,
		}, `
Package.resolved [Package.swift]
git.example.org/a/b 1.2.0 true runtime [from: "1.0.0"]
git.example.org/a/c 0.1.0 false  []`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tree := fstest.MapFS{}
			for name, text := range tt.files {
				tree[name] = &fstest.MapFile{Data: []byte(text)}
			}
			r, err := extract.Run(t.Context(), tree, extract.Options{Extractors: Extractors(), Limits: extract.DefaultLimits()})
			if err != nil {
				t.Fatal(err)
			}
			var b strings.Builder
			for _, u := range r.Inventory.Units {
				fmt.Fprintf(&b, "\n%s %v", u.Kind, u.Manifests)
				for _, o := range u.Occurrences {
					c := r.Inventory.Components[o.Component]
					fmt.Fprintf(&b, "\n%s %s %t %s %v", c.Name, c.Version, o.Direct, o.Scope, o.Declared)
				}
				for _, d := range u.Drift {
					fmt.Fprintf(&b, "\ndrift %s %s %v", d.Name, d.Declared, d.Locked)
				}
			}
			if diff := cmp.Diff(tt.want, b.String()); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

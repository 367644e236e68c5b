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
drift Gone >= 1.0 []
note 1 dependency is declared but not locked`},
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
		{"a project's folders alone tell nothing", map[string]string{
			"cabal.project":        "packages: clock\n",
			"cabal.project.freeze": "constraints: any.gauge ==1.2\n",
		}, `
cabal.project.freeze [cabal.project]
gauge 1.2 true runtime []
note no manifest beside it tells what is direct: packages that no other depends on are taken as direct`},
		{"Haskell", map[string]string{
			"clock.cabal":          "name: clock\nlibrary\n  build-depends: gauge >=1 && <2\ntest-suite spec\n  build-depends: clock, probe\n",
			"cabal.project.freeze": "constraints: any.gauge ==1.2,\n             any.hand ==0.1,\n             any.probe ==3.0\n",
		}, `
cabal.project.freeze [clock.cabal]
gauge 1.2 true runtime [>=1 && <2]
hand 0.1 false  []
probe 3.0 true test []`},
		{"Haskell without tests", map[string]string{
			"clock.cabal": "name: clock\nlibrary\n  build-depends: gauge, lost\ntest-suite spec\n  build-depends: clock, probe\n" +
				"benchmark speed\n  build-depends: timer\n",
			"cabal.project.freeze": "constraints: any.gauge ==1.2\n",
		}, `
cabal.project.freeze [clock.cabal]
gauge 1.2 true runtime []
lost  true runtime []
probe  true test []
timer  true dev []
drift lost  []
note 1 dependency is declared but not locked; of 2 declared dependencies the version is open: this lock need not hold them`},
		{"Haskell's index only", map[string]string{
			"clock.cabal":          "name: clock\nlibrary\n  build-depends: gauge >=1\n",
			"cabal.project.freeze": "index-state: 2024-05-01T00:00:00Z\n",
		}, `
cabal.project.freeze [clock.cabal]
gauge  true runtime [>=1]
note of 1 declared dependencies the version is open: this lock need not hold them`},
		{"Haskell's siblings", map[string]string{
			"cabal.project":        "packages: ./ parts/*.cabal hands/*/\n",
			"clock.cabal":          "name: clock\nlibrary\n  build-depends: minute, wheel\n",
			"hands/minute/a.cabal": "name: minute\nlibrary\n  build-depends: gauge >=2\n",
			"parts/wheel.cabal":    "name: wheel\nlibrary\n  build-depends: gauge, clock\n",
			"other/other.cabal":    "name: other\nlibrary\n  build-depends: gauge ==1.0\n",
			"cabal.project.freeze": "constraints: any.gauge ==1.2\n",
		}, `
cabal.project.freeze [cabal.project clock.cabal hands/minute/a.cabal parts/wheel.cabal]
gauge 1.2 true runtime [>=2]
drift gauge >=2 [1.2]
cabal []
gauge 1.0 true runtime [==1.0]`},
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
		{"OCaml's packages of one folder", map[string]string{
			"clock.opam":        "opam-version: \"2.0\"\ndepends: [\"gauge\" {>= \"1.0\"} \"dial\"]\n",
			"clock.opam.locked": "opam-version: \"2.0\"\ndepends: [\"gauge\" {= \"1.2\"}]\n",
			"dial.opam":         "opam-version: \"2.0\"\ndepends: [\"gauge\" {>= \"2.0\"}]\n",
			"dial.opam.locked":  "opam-version: \"2.0\"\ndepends: [\"gauge\" {= \"2.1\"}]\n",
			"hand.opam":         "opam-version: \"2.0\"\ndepends: [\"pin\" {= \"3.0\"}]\n",
		}, `
opam.locked [clock.opam]
gauge 1.2 true runtime [>= "1.0"]
opam.locked [dial.opam]
gauge 2.1 true runtime [>= "2.0"]
opam []
pin 3.0 true runtime [= "3.0"]`},
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
			for _, f := range r.Ledger {
				if strings.Contains(f.Reason, "declared") || strings.Contains(f.Reason, "direct") {
					fmt.Fprintf(&b, "\nnote %s", f.Reason)
				}
			}
			if diff := cmp.Diff(tt.want, b.String()); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

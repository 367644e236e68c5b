package all

import (
	"bufio"
	"io"
	"strconv"
	"strings"
	"testing"

	"github.com/assay-sca/assay/internal/extract"
)

// maker tells for a format how to make files of any size, and where its leaf has
// a file that shows all its constructs.
type maker struct {
	path string // where such a file stands in a tree
	seed string // below internal/extract, in the leaf's testdata

	// A file is the head, then entries, then the tail. In an entry {n} is its
	// number.
	head, entry, tail string
}

// makers are by format. A test fails when one is missing.
func makers() map[string]maker {
	return map[string]maker{
		"workflow":                    {".github/workflows/ci.yml", "actions/workflow/testdata/workflow.yml", "jobs:\n  build:\n    runs-on: ubuntu\n    steps:\n", "      - name: step {n}\n        uses: example/action-{n}@v1.2.{n}\n", ""},
		"MODULE.bazel.lock":           {"MODULE.bazel.lock", "bazel/modulelock/testdata/graph.lock", `{"lockFileVersion": 3, "moduleDepGraph": {` + "\n", `"gauge{n}@1.2.0": {"name": "gauge{n}", "version": "1.2.0", "key": "gauge{n}@1.2.0", "deps": {"needle": "gauge1@1.2.0"}},` + "\n", `"<root>": {"name": "clock", "version": "", "key": "<root>", "deps": {"gauge": "gauge1@1.2.0"}}}}` + "\n"},
		"Cargo.lock":                  {"Cargo.lock", "cargo/cargolock/testdata/Cargo.lock", "version = 3\n", "\n[[package]]\nname = \"gauge{n}\"\nversion = \"1.2.0\"\nsource = \"registry+https://registry.example.org/index\"\ndependencies = [\n \"gauge1\",\n]\n", ""},
		"Cargo.toml":                  {"Cargo.toml", "cargo/cargotoml/testdata/Cargo.toml", "[package]\nname = \"clock\"\nversion = \"1.0.0\"\n\n[dependencies]\n", "gauge{n} = { version = \"1.2.{n}\", features = [\"a\"] }\n", ""},
		"Podfile.lock":                {"Podfile.lock", "cocoapods/podfilelock/testdata/Podfile.lock", "PODS:\n", "  - Gauge{n} (1.2.0):\n    - Gauge1 (~> 1.0)\n", "\nDEPENDENCIES:\n  - Gauge1 (~> 1.1)\n\nCOCOAPODS: 1.15.2\n"},
		"Podfile":                     {"Podfile", "cocoapods/podfile/testdata/Podfile", "target 'Clock' do\n", "  pod 'Gauge{n}', '~> 1.2.{n}'\n", "end\n"},
		"podspec":                     {"Clock.podspec", "cocoapods/podspec/testdata/Clock.podspec", "Pod::Spec.new do |s|\n  s.name = 'Clock'\n", "  s.dependency 'Gauge{n}', '~> 1.2.{n}'\n", "end\n"},
		"podspec.json":                {"Clock.podspec.json", "cocoapods/podspecjson/testdata/Clock.podspec.json", "{\"name\": \"Clock\", \"dependencies\": {\n", "\"Gauge{n}\": [\"~> 1.2.{n}\"],\n", "\"Last\": []}}\n"},
		"conan.lock":                  {"conan.lock", "conan/conanlock/testdata/v2.lock", "{\"version\": \"0.5\", \"requires\": [\n", "\"gauge{n}/1.2.0#0123456789abcdef0123456789abcdef%1712584843.618\",\n", "\"last/1.0\"]}\n"},
		"conanfile.txt":               {"conanfile.txt", "conan/conanfile/testdata/conanfile.txt", "[requires]\n", "gauge{n}/1.2.{n}\n", ""},
		"conanfile.py":                {"conanfile.py", "conan/conanfilepy/testdata/conanfile.py", "class Clock(ConanFile):\n    def requirements(self):\n", "        self.requires(\"gauge{n}/1.2.{n}\")\n", ""},
		"cpanfile.snapshot":           {"cpanfile.snapshot", "cpan/cpanfilesnapshot/testdata/cpanfile.snapshot", "# carton snapshot format: version 1.0\nDISTRIBUTIONS\n", "  Gauge{n}-1.20\n    pathname: D/DI/DIALS/Gauge{n}-1.20.tar.gz\n    provides:\n      Gauge{n} 1.20\n    requirements:\n      Gauge1 0\n", ""},
		"cpanfile":                    {"cpanfile", "cpan/cpanfile/testdata/cpanfile", "", "requires 'Gauge{n}', '1.2.{n}';\n", ""},
		"deno.lock":                   {"deno.lock", "deno/denolock/testdata/v5.lock", `{"version": "5", "specifiers": {"npm:gauge1@^1.0": "1.2.0"}, "npm": {` + "\n", `"gauge{n}@1.2.0": {"integrity": "sha512-AAAA==", "dependencies": ["gauge1"]},` + "\n", `"last@1.0.0": {"integrity": "sha512-BBBB=="}}}` + "\n"},
		"Dockerfile":                  {"Dockerfile", "docker/dockerfile/testdata/Dockerfile", "", "FROM registry.example.org/gauge{n}:1.2.{n} AS stage{n}\nRUN make\n", ""},
		"go.mod":                      {"go.mod", "golang/gomod/testdata/full.mod", "module example.org/clock\n\ngo 1.22\n\nrequire (\n", "\texample.org/gauge{n} v1.2.{n} // indirect\n", ")\n"},
		"go.sum":                      {"go.sum", "golang/gosum/testdata/full.sum", "", "example.org/gauge{n} v1.2.{n} h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", ""},
		"go.work":                     {"go.work", "golang/gowork/testdata/full.work", "go 1.22\n\nuse (\n", "\t./gauge{n}\n", ")\n"},
		"cabal.project.freeze":        {"cabal.project.freeze", "haskell/cabalfreeze/testdata/cabal.project.freeze", "constraints: any.first ==1.0", ",\n             any.gauge{n} ==1.2.{n}", "\n"},
		"cabal":                       {"clock.cabal", "haskell/cabal/testdata/clock.cabal", "name: clock\nlibrary\n  build-depends: first", ",\n    gauge{n} >=1.2.{n} && <2", "\n"},
		"cabal.project":               {"cabal.project", "haskell/cabalproject/testdata/cabal.project", "packages:\n", "  gauge{n}/\n", "tests: true\n"},
		"stack.yaml.lock":             {"stack.yaml.lock", "haskell/stacklock/testdata/stack.yaml.lock", "packages:\n", "- completed:\n    hackage: gauge{n}-0.4.2.0@sha256:e582474eba0ea4cbaa21cc75355c36f1b767d240fde75cfd929a8feaf223dfa9,4235\n  original:\n    hackage: gauge{n}-0.4.2.0\n", "snapshots: []\n"},
		"mix.lock":                    {"mix.lock", "hex/mixlock/testdata/mix.lock", "%{\n", "  \"gauge{n}\": {:hex, :gauge{n}, \"1.12.4\", \"10bb\", [:mix], [{:gauge1, \"~> 1.0\", [hex: :gauge1, repo: \"hexpm\", optional: false]}], \"hexpm\", \"aa\"},\n", "}\n"},
		"mix.exs":                     {"mix.exs", "hex/mixexs/testdata/mix.exs", "defmodule Clock.MixProject do\n  defp deps do\n    [\n", "      {:gauge{n}, \"~> 1.2.{n}\"},\n", "      {:last, \"1.0.0\"}\n    ]\n  end\nend\n"},
		"rebar.lock":                  {"rebar.lock", "hex/rebarlock/testdata/rebar.lock", "{\"1.2.0\",\n[", "{<<\"gauge{n}\">>,{pkg,<<\"gauge{n}\">>,<<\"2.9.{n}\">>},0},\n ", "{<<\"last\">>,{pkg,<<\"last\">>,<<\"1.0.0\">>},0}]}.\n"},
		"Manifest.toml":               {"Manifest.toml", "julia/manifest/testdata/Manifest.toml", "julia_version = \"1.10.3\"\nmanifest_format = \"2.0\"\n", "\n[[deps.Gauge{n}]]\ndeps = [\"Gauge1\"]\ngit-tree-sha1 = \"574baf8110975760d391c710b6341da1afa48d8c\"\nuuid = \"a4c015fc-c6ff-483c-b24f-{n}\"\nversion = \"0.0.1\"\n", ""},
		"Project.toml":                {"Project.toml", "julia/project/testdata/Project.toml", "name = \"Clock\"\n\n[deps]\n", "Gauge{n} = \"a4c015fc-c6ff-483c-b24f-f7ea428134e9\"\n", ""},
		"rockspec":                    {"clock-1.0-1.rockspec", "luarocks/rockspec/testdata/clock-1.0-1.rockspec", "package = \"clock\"\nversion = \"1.0-1\"\ndependencies = {\n", "   \"gauge{n} >= 1.2.{n}\",\n", "}\n"},
		"gradle.lockfile":             {"gradle.lockfile", "maven/gradlelock/testdata/gradle.lockfile", "", "org.example:gauge{n}:1.2.{n}=compileClasspath,runtimeClasspath\n", "empty=\n"},
		"buildscript-gradle.lockfile": {"buildscript-gradle.lockfile", "maven/gradlelock/testdata/buildscript-gradle.lockfile", "", "org.example:gauge{n}:1.2.{n}=classpath\n", "empty=\n"},
		"build.gradle":                {"build.gradle", "maven/gradlebuild/testdata/build.gradle", "dependencies {\n", "    implementation 'org.example:gauge{n}:1.2.{n}'\n", "}\n"},
		"libs.versions.toml":          {"gradle/libs.versions.toml", "maven/versioncatalog/testdata/libs.versions.toml", "[libraries]\n", "gauge{n} = { module = \"org.example:gauge{n}\", version = \"1.2.{n}\" }\n", ""},
		"gradle.properties":           {"gradle.properties", "maven/gradleproperties/testdata/gradle.properties", "", "gauge{n}.version=1.2.{n}\n", ""},
		"verification-metadata.xml":   {"gradle/verification-metadata.xml", "maven/verificationmetadata/testdata/verification-metadata.xml", "<verification-metadata>\n   <components>\n", "      <component group=\"org.example\" name=\"gauge{n}\" version=\"1.2.0\">\n         <artifact name=\"gauge{n}-1.2.0.jar\"><sha256 value=\"ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb\" origin=\"x\"/></artifact>\n      </component>\n", "   </components>\n</verification-metadata>\n"},
		"pom.xml":                     {"pom.xml", "maven/pom/testdata/pom.xml", "<project>\n  <groupId>org.example</groupId>\n  <artifactId>clock</artifactId>\n  <version>1</version>\n  <dependencies>\n", "    <dependency>\n      <groupId>org.example</groupId>\n      <artifactId>gauge{n}</artifactId>\n      <version>1.2.{n}</version>\n    </dependency>\n", "  </dependencies>\n</project>\n"},
		"flake.lock":                  {"flake.lock", "nix/flakelock/testdata/flake.lock", `{"version": 7, "root": "root", "nodes": {` + "\n", `"gauge{n}": {"locked": {"narHash": "sha256-AAAA=", "owner": "dials", "repo": "gauge{n}", "rev": "0123456789abcdef0123456789abcdef01234567", "type": "github"}, "original": {"owner": "dials", "repo": "gauge{n}", "type": "github"}},` + "\n", `"root": {"inputs": {"gauge": "gauge1"}}}}` + "\n"},
		"package-lock":                {"package-lock.json", "npm/packagelock/testdata/v3-workspaces.json", `{"name": "clock", "lockfileVersion": 3, "packages": {"": {"dependencies": {"gauge1": "^1.0.0"}},` + "\n", `"node_modules/gauge{n}": {"version": "1.2.{n}", "resolved": "https://registry.example.org/gauge{n}.tgz", "integrity": "sha512-AAAA==", "dependencies": {"gauge1": "^1.0.0"}},` + "\n", `"node_modules/last": {"version": "1.0.0"}}}` + "\n"},
		"yarn.lock":                   {"yarn.lock", "npm/yarnlock/testdata/classic.lock", "# yarn lockfile v1\n\n", "\ngauge{n}@^1.0.0:\n  version \"1.2.{n}\"\n  resolved \"https://registry.example.org/gauge{n}.tgz#0123456789012345678901234567890123456789\"\n  dependencies:\n    gauge1 \"^1.0.0\"\n", ""},
		"pnpm-lock":                   {"pnpm-lock.yaml", "npm/pnpmlock/testdata/v9.yaml", "lockfileVersion: '6.0'\n\ndependencies:\n  gauge1:\n    specifier: ^1.0.0\n    version: 1.2.0\n\npackages:\n", "\n  /gauge{n}@1.2.0:\n    resolution: {integrity: sha512-AAAA==}\n    dependencies:\n      gauge1: 1.2.0\n    dev: false\n", ""},
		"bun.lock":                    {"bun.lock", "npm/bunlock/testdata/bun.lock", "{\n  \"lockfileVersion\": 1,\n  \"workspaces\": {\"\": {\"name\": \"clock\", \"dependencies\": {\"gauge1\": \"^1.0.0\"}}},\n  \"packages\": {\n", "    \"gauge{n}\": [\"gauge{n}@1.2.{n}\", \"\", {\"dependencies\": {\"gauge1\": \"^1.0.0\"}}, \"sha512-AAAA==\"],\n", "  }\n}\n"},
		"package.json":                {"package.json", "npm/packagejson/testdata/package.json", "{\"name\": \"clock\", \"dependencies\": {\n", "\"gauge{n}\": \"^1.2.{n}\",\n", "\"last\": \"1.0.0\"}}\n"},
		"packages.lock.json":          {"packages.lock.json", "nuget/packageslock/testdata/packages.lock.json", "{\"version\": 1, \"dependencies\": {\"net8.0\": {\n", `"Acme.Gauge{n}": {"type": "Transitive", "resolved": "1.2.{n}", "contentHash": "AAAA==", "dependencies": {"Acme.Gauge1": "1.0.0"}},` + "\n", `"Acme.Last": {"type": "Direct", "requested": "[1.0.0, )", "resolved": "1.0.0", "contentHash": "AA=="}}}}` + "\n"},
		"project.assets.json":         {"obj/project.assets.json", "nuget/projectassets/testdata/project.assets.json", "{\"version\": 3, \"targets\": {\"net8.0\": {\"Acme.Last/1.0.0\": {\"type\": \"package\"}}}, \"libraries\": {\n", `"Acme.Gauge{n}/1.2.0": {"type": "package", "sha512": "AA=="},` + "\n", `"Acme.Last/1.0.0": {"type": "package"}}}` + "\n"},
		"deps.json":                   {"Shop.deps.json", "nuget/depsjson/testdata/Shop.deps.json", "{\"runtimeTarget\": {\"name\": \"net8.0\"}, \"targets\": {\"net8.0\": {}}, \"libraries\": {\n", `"Acme.Gauge{n}/1.2.0": {"type": "package", "serviceable": true, "sha512": "sha512-AA=="},` + "\n", `"Acme.Last/1.0.0": {"type": "package"}}}` + "\n"},
		"packages.config":             {"packages.config", "nuget/packagesconfig/testdata/packages.config", "<packages>\n", "  <package id=\"Acme.Gauge{n}\" version=\"1.2.{n}\" targetFramework=\"net48\" />\n", "</packages>\n"},
		"project file":                {"Shop.csproj", "nuget/projectfile/testdata/Shop.csproj", "<Project Sdk=\"Example\">\n  <ItemGroup>\n", "    <PackageReference Include=\"Acme.Gauge{n}\" Version=\"1.2.{n}\" />\n", "  </ItemGroup>\n</Project>\n"},
		"Directory.Packages.props":    {"Directory.Packages.props", "nuget/packagesprops/testdata/Directory.Packages.props", "<Project>\n  <ItemGroup>\n", "    <PackageVersion Include=\"Acme.Gauge{n}\" Version=\"1.2.{n}\" />\n", "  </ItemGroup>\n</Project>\n"},
		"opam":                        {"clock.opam", "opam/opamfile/testdata/clock.opam", "opam-version: \"2.0\"\ndepends: [\n", "  \"gauge{n}\" {= \"1.2.{n}\"}\n", "]\n"},
		"opam.locked":                 {"clock.opam.locked", "opam/opamfile/testdata/clock.opam.locked", "opam-version: \"2.0\"\ndepends: [\n", "  \"gauge{n}\" {= \"1.2.{n}\"}\n", "]\n"},
		"composer.lock":               {"composer.lock", "packagist/composerlock/testdata/composer.lock", "{\"packages\": [\n", `{"name": "example/gauge{n}", "version": "1.2.{n}", "require": {"example/gauge1": "^1.0"}, "license": ["MIT"], "dist": {"type": "zip", "url": "https://registry.example.org/a.zip", "shasum": ""}},` + "\n", `{"name": "example/last", "version": "1.0.0"}], "packages-dev": []}` + "\n"},
		"composer.json":               {"composer.json", "packagist/composerjson/testdata/composer.json", "{\"name\": \"example/clock\", \"require\": {\n", "\"example/gauge{n}\": \"^1.2.{n}\",\n", "\"example/last\": \"1.0.0\"}}\n"},
		"pre-commit":                  {".pre-commit-config.yaml", "precommit/config/testdata/config.yaml", "repos:\n", "- repo: https://github.com/example/gauge{n}\n  rev: v1.2.{n}\n  hooks:\n  - id: check\n", ""},
		"pubspec.lock":                {"pubspec.lock", "pub/pubspeclock/testdata/pubspec.lock", "packages:\n", "  gauge{n}:\n    dependency: transitive\n    description:\n      name: gauge{n}\n      sha256: aa\n      url: \"https://registry.example.org\"\n    source: hosted\n    version: \"1.2.{n}\"\n", "sdks:\n  dart: \">=3.0.0 <4.0.0\"\n"},
		"pubspec.yaml":                {"pubspec.yaml", "pub/pubspec/testdata/pubspec.yaml", "name: clock\ndependencies:\n", "  gauge{n}: ^1.2.{n}\n", ""},
		"requirements":                {"requirements.txt", "pypi/requirements/testdata/compiled.txt", "", "gauge{n}==1.2.{n}\n", ""},
		"Pipfile.lock":                {"Pipfile.lock", "pypi/pipfilelock/testdata/Pipfile.lock", "{\"_meta\": {\"pipfile-spec\": 6}, \"default\": {\n", `"gauge{n}": {"hashes": ["sha256:aa"], "index": "pypi", "version": "==1.2.{n}"},` + "\n", `"last": {"version": "==1.0.0"}}, "develop": {}}` + "\n"},
		"Pipfile":                     {"Pipfile", "pypi/pipfile/testdata/Pipfile", "[packages]\n", "gauge{n} = \"==1.2.{n}\"\n", ""},
		"poetry.lock":                 {"poetry.lock", "pypi/poetrylock/testdata/poetry2.lock", "", "[[package]]\nname = \"gauge{n}\"\nversion = \"1.2.{n}\"\ndescription = \"\"\noptional = false\nfiles = [\n    {file = \"gauge{n}.whl\", hash = \"sha256:aa\"},\n]\n\n[package.dependencies]\ngauge1 = \">=1.0\"\n\n", "[metadata]\nlock-version = \"2.1\"\n"},
		"uv.lock":                     {"uv.lock", "pypi/uvlock/testdata/uv.lock", "version = 1\n", "\n[[package]]\nname = \"gauge{n}\"\nversion = \"1.2.{n}\"\nsource = { registry = \"https://registry.example.org/simple\" }\ndependencies = [\n    { name = \"gauge1\" },\n]\nwheels = [\n    { url = \"https://registry.example.org/a.whl\", hash = \"sha256:aa\", size = 1 },\n]\n", ""},
		"pdm.lock":                    {"pdm.lock", "pypi/pdmlock/testdata/pdm.lock", "[metadata]\nlock_version = \"4.5.0\"\n", "\n[[package]]\nname = \"gauge{n}\"\nversion = \"1.2.{n}\"\ngroups = [\"default\"]\ndependencies = [\n    \"gauge1>=1.0\",\n]\nfiles = [\n    {file = \"gauge{n}.whl\", hash = \"sha256:aa\"},\n]\n", ""},
		"pylock.toml":                 {"pylock.toml", "pypi/pylock/testdata/pylock.toml", "lock-version = \"1.0\"\ncreated-by = \"example\"\n", "\n[[packages]]\nname = \"gauge{n}\"\nversion = \"1.2.{n}\"\ndependencies = [{name = \"gauge1\"}]\nwheels = [{name = \"a.whl\", url = \"https://registry.example.org/a.whl\", hashes = {sha256 = \"aa\"}}]\n", ""},
		"pyproject.toml":              {"pyproject.toml", "pypi/pyproject/testdata/pyproject.toml", "[project]\nname = \"clock\"\ndependencies = [\n", "    \"gauge{n}>=1.2.{n}\",\n", "]\n"},
		"renv.lock":                   {"renv.lock", "r/renvlock/testdata/renv.lock", "{\"R\": {\"Version\": \"4.3.1\"}, \"Packages\": {\n", `"gauge{n}": {"Package": "gauge{n}", "Version": "1.2.{n}", "Source": "Repository", "Repository": "CRAN", "Requirements": ["gauge1"], "Hash": "aa"},` + "\n", `"last": {"Package": "last", "Version": "1.0", "Source": "Repository", "Repository": "CRAN"}}}` + "\n"},
		"DESCRIPTION":                 {"DESCRIPTION", "r/description/testdata/DESCRIPTION", "Package: clock\nVersion: 1.0\nImports: first", ",\n    gauge{n} (>= 1.2.{n})", "\n"},
		"Gemfile.lock":                {"Gemfile.lock", "rubygems/gemfilelock/testdata/Gemfile.lock", "GEM\n  remote: https://registry.example.org/\n  specs:\n", "    gauge{n} (1.2.{n})\n      gauge1 (~> 1.0)\n", "\nPLATFORMS\n  ruby\n\nDEPENDENCIES\n  gauge1\n"},
		"Gemfile":                     {"Gemfile", "rubygems/gemfile/testdata/Gemfile", "source 'https://registry.example.org'\n", "gem 'gauge{n}', '~> 1.2.{n}'\n", ""},
		"gemspec":                     {"clock.gemspec", "rubygems/gemspec/testdata/clock.gemspec", "Gem::Specification.new do |s|\n  s.name = 'clock'\n", "  s.add_dependency 'gauge{n}', '~> 1.2.{n}'\n", "end\n"},
		"Package.resolved":            {"Package.resolved", "swift/packageresolved/testdata/v3.resolved", "{\"pins\": [\n", `{"identity": "gauge{n}", "kind": "remoteSourceControl", "location": "https://git.example.org/dials/gauge{n}.git", "state": {"revision": "0123456789abcdef0123456789abcdef01234567", "version": "1.2.{n}"}},` + "\n", `{"identity": "last", "kind": "registry", "location": "", "state": {"version": "3.0.0"}}], "version": 3}` + "\n"},
		"Cartfile.resolved":           {"Cartfile.resolved", "swift/cartfile/testdata/Cartfile.resolved", "", "github \"Dials/Gauge{n}\" \"v1.2.{n}\"\n", ""},
		"Cartfile.private":            {"Cartfile.private", "swift/cartmanifest/testdata/Cartfile", "", "github \"Dials/Gauge{n}\" ~> 1.2.{n}\n", ""},
		"Cartfile":                    {"Cartfile", "swift/cartmanifest/testdata/Cartfile", "", "github \"Dials/Gauge{n}\" ~> 1.2.{n}\n", ""},
		"Package.swift":               {"Package.swift", "swift/packageswift/testdata/Package.swift", "// swift-tools-version:5.9\nimport PackageDescription\nlet package = Package(\n    name: \"Clock\",\n    dependencies: [\n", "        .package(url: \"https://git.example.org/dials/gauge{n}\", from: \"1.2.{n}\"),\n", "    ]\n)\n"},
		".terraform.lock.hcl":         {".terraform.lock.hcl", "terraform/lockhcl/testdata/lock.hcl", "", "provider \"registry.example.org/dials/gauge{n}\" {\n  version = \"1.2.{n}\"\n  hashes = [\n    \"h1:AAAA=\",\n  ]\n}\n\n", ""},
		"vcpkg.json":                  {"vcpkg.json", "vcpkg/vcpkgjson/testdata/vcpkg.json", "{\"name\": \"clock\", \"dependencies\": [\n", `{"name": "gauge{n}", "version>=": "1.2.{n}"},` + "\n", `"last"]}` + "\n"},
	}
}

// writeBytes writes a file of at least size bytes and returns how many entries
// it has.
func (m maker) writeBytes(w io.Writer, size int) (int, error) {
	b := bufio.NewWriterSize(w, 1<<20)
	written, _ := b.WriteString(m.head)
	parts := strings.Split(m.entry, "{n}")
	n := 0
	for number := make([]byte, 0, 20); written < size; {
		n++
		number = strconv.AppendInt(number[:0], int64(n), 10)
		for i, part := range parts {
			if i > 0 {
				k, _ := b.Write(number)
				written += k
			}
			k, _ := b.WriteString(part)
			written += k
		}
	}
	if _, err := b.WriteString(m.tail); err != nil {
		return n, err
	}
	return n, b.Flush()
}

// file is a file of n entries.
func (m maker) file(n int) string {
	var b strings.Builder
	b.WriteString(m.head)
	for i := range n {
		b.WriteString(strings.ReplaceAll(m.entry, "{n}", strconv.Itoa(i+1)))
	}
	b.WriteString(m.tail)
	return b.String()
}

// TestMakers: each format has a maker, whose files are read without a fault and
// with an entry for each.
func TestMakers(t *testing.T) {
	t.Parallel()
	all := makers()
	for _, e := range Extractors() {
		name := e.Format().Name
		m, ok := all[name]
		if !ok {
			t.Errorf("%s: no line in makers; bad input of it is not tested", name)
			continue
		}
		delete(all, name)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if !e.Wants(m.path) {
				t.Errorf("not a file of this format: %s", m.path)
			}
			file, err := e.Extract(t.Context(), extract.Input{Path: m.path, Data: []byte(m.file(20))})
			if err != nil || len(file.Problems) > 0 {
				t.Errorf("error %v, problems %v", err, file.Problems)
			}
			if n := len(file.Packages) + len(file.Declared) + len(file.Members); n < 20 && e.Format().Role != extract.Evidence {
				t.Errorf("read %d of 20 entries", n)
			}
		})
	}
	for name := range all {
		t.Errorf("%s is no format", name)
	}
}

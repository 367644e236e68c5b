package extract_test

import (
	"fmt"
	"strings"
	"testing"
)

// pairCase is a tree with the units that must come of it.
type pairCase struct {
	name     string
	contents map[string]string
	units    string
	ledger   string // beside those that are read without a remark
}

func TestPairNPM(t *testing.T) {
	t.Parallel()
	const manifest = `{"name":"app","dependencies":{"a":"^1.0.0"},"devDependencies":{"b":"~2.0.0"},"optionalDependencies":{"f":"^6.0.0"}}`
	testPairs(t, []pairCase{
		{
			name: "package-lock 3",
			contents: map[string]string{"package.json": manifest, "package-lock.json": `{"name":"app","lockfileVersion":3,"packages":{
				"":{"name":"app","dependencies":{"a":"^1.0.0"},"devDependencies":{"b":"~2.0.0"}},
				"node_modules/a":{"version":"1.1.0","dependencies":{"c":"^3.0.0"}},
				"node_modules/b":{"version":"2.0.1","dev":true,"dependencies":{"c":"^2.0.0","d":"*"}},
				"node_modules/b/node_modules/c":{"version":"2.9.0","dev":true},
				"node_modules/c":{"version":"3.0.0"},
				"node_modules/d":{"version":"4.0.0","dev":true}}}`},
			units: "package-lock:package-lock.json with package.json\n  a 1.1.0 direct runtime [\"^1.0.0\"]\n  b 2.0.1 direct dev [\"~2.0.0\"]\n" +
				"  c 2.9.0 dev\n  c 3.0.0 runtime\n  d 4.0.0 dev\n",
		},
		{
			name: "package-lock 1: the nested one is not what the project asks for",
			contents: map[string]string{"package.json": `{"dependencies":{"a":"^1.0.0","c":"^3.0.0"}}`, "package-lock.json": `{"lockfileVersion":1,"dependencies":{
				"a":{"version":"1.1.0","requires":{"c":"^2.0.0"},"dependencies":{"c":{"version":"2.9.0"}}},
				"c":{"version":"3.0.0"}}}`},
			units: "package-lock:package-lock.json with package.json\n  a 1.1.0 direct runtime [\"^1.0.0\"]\n  c 2.9.0 runtime\n  c 3.0.0 direct runtime [\"^3.0.0\"]\n",
		},
		{
			name: "yarn classic: the version that the request got",
			contents: map[string]string{
				"package.json": `{"dependencies":{"a":"^1.0.0","c":"^3.0.0"},"devDependencies":{"old":"npm:c@^1.0.0","g":"jane/g#v1"}}`,
				"yarn.lock": "a@^1.0.0:\n  version \"1.1.0\"\n  dependencies:\n    c \"^2.0.0\"\n\n" +
					"c@^2.0.0, c@^2.1.0:\n  version \"2.9.0\"\n\nc@^3.0.0:\n  version \"3.0.0\"\n  dependencies:\n    d \"*\"\n\n" +
					"d@*:\n  version \"4.0.0\"\n\n\"g@jane/g#v1\":\n  version \"0.1.0\"\n  resolved \"https://codeload.github.com/jane/g/tar.gz/0123456789012345678901234567890123456789\"\n  dependencies:\n    d \"*\"\n\n" +
					"\"old@npm:c@^1.0.0\":\n  version \"1.5.0\"\n",
			},
			units: "yarn.lock:yarn.lock with package.json\n  a 1.1.0 direct runtime [\"^1.0.0\"]\n  c 1.5.0 direct dev [\"^1.0.0\"]\n  c 2.9.0 runtime\n" +
				"  c 3.0.0 direct runtime [\"^3.0.0\"]\n  d 4.0.0 runtime\n  g 0.1.0 from git direct dev [\"jane/g#v1\"]\n",
		},
		{
			name: "yarn berry: scopes come from the manifest",
			contents: map[string]string{
				"package.json": `{"name":"app","dependencies":{"a":"^1.0.0"},"devDependencies":{"b":"^2.0.0","c":"^2.0.0"}}`,
				"yarn.lock": "__metadata:\n  version: 8\n\n\"a@npm:^1.0.0\":\n  version: 1.1.0\n  resolution: \"a@npm:1.1.0\"\n  dependencies:\n    c: \"npm:^3.0.0\"\n\n" +
					"\"app@workspace:.\":\n  version: 0.0.0-use.local\n  resolution: \"app@workspace:.\"\n  dependencies:\n    a: \"npm:^1.0.0\"\n    b: \"npm:^2.0.0\"\n    c: \"npm:^2.0.0\"\n\n" +
					"\"b@npm:^2.0.0\":\n  version: 2.0.0\n  resolution: \"b@npm:2.0.0\"\n\n" +
					"\"c@npm:^2.0.0\":\n  version: 2.9.0\n  resolution: \"c@npm:2.9.0\"\n\n\"c@npm:^3.0.0\":\n  version: 3.0.0\n  resolution: \"c@npm:3.0.0\"\n",
			},
			units: "yarn.lock:yarn.lock with package.json\n  a 1.1.0 direct runtime [\"^1.0.0\"]\n  b 2.0.0 direct dev [\"^2.0.0\"]\n" +
				"  c 2.9.0 direct dev [\"^2.0.0\"]\n  c 3.0.0 runtime\n",
		},
		{
			name: "pnpm",
			contents: map[string]string{
				"package.json": `{"dependencies":{"a":"^1.0.0"},"devDependencies":{"c":"^2.0.0"}}`,
				"pnpm-lock.yaml": "lockfileVersion: '9.0'\n\nimporters:\n\n  .:\n    dependencies:\n      a:\n        specifier: ^1.0.0\n        version: 1.1.0\n" +
					"    devDependencies:\n      c:\n        specifier: ^2.0.0\n        version: 2.9.0\n\npackages:\n\n  a@1.1.0:\n    resolution: {integrity: sha512-YQ==}\n\n" +
					"  c@2.9.0:\n    resolution: {integrity: sha512-Yg==}\n\n  c@3.0.0:\n    resolution: {integrity: sha512-Yw==}\n\n" +
					"snapshots:\n\n  a@1.1.0:\n    dependencies:\n      c: 3.0.0\n\n  c@2.9.0: {}\n\n  c@3.0.0: {}\n",
			},
			units: "pnpm-lock:pnpm-lock.yaml with package.json\n  a 1.1.0 direct runtime [\"^1.0.0\"]\n  c 2.9.0 direct dev [\"^2.0.0\"]\n  c 3.0.0 runtime\n",
		},
		{
			name: "bun",
			contents: map[string]string{
				"package.json": manifest,
				"bun.lock": `{"lockfileVersion":1,"workspaces":{"":{"name":"app","dependencies":{"a":"^1.0.0"},"devDependencies":{"b":"~2.0.0"}}},
					"packages":{"a":["a@1.1.0","",{},"sha512-YQ=="],"b":["b@2.0.1","",{},"sha512-Yg=="]}}`,
			},
			units: "bun.lock:bun.lock with package.json\n  a 1.1.0 direct runtime [\"^1.0.0\"]\n  b 2.0.1 direct dev [\"~2.0.0\"]\n",
		},
		{
			name: "two locks in one folder",
			contents: map[string]string{"package.json": `{"dependencies":{"a":"^1.0.0","z":"^9.0.0"}}`,
				"yarn.lock":         "a@^1.0.0:\n  version \"1.1.0\"\n\nz@^9.0.0:\n  version \"9.0.0\"\n",
				"package-lock.json": `{"lockfileVersion":1,"dependencies":{"a":{"version":"1.0.5"}}}`},
			units: "package-lock:package-lock.json with package.json\n  a 1.0.5 direct runtime [\"^1.0.0\"]\n  z ? direct runtime [\"^9.0.0\"]\n" +
				"yarn.lock:yarn.lock with package.json\n  a 1.1.0 direct runtime [\"^1.0.0\"]\n  z 9.0.0 direct runtime [\"^9.0.0\"]\n",
			ledger: "package-lock.json read: 1 dependency is declared but not locked\n",
		},
		{
			name: "declared but not locked",
			contents: map[string]string{
				"package.json": `{"dependencies":{"a":"^1.0.0","gone":"1.2.3","more":"*"},"optionalDependencies":{"opt":"*"},"peerDependencies":{"peer":"*"},"devDependencies":{"own":"file:../own"}}`,
				"yarn.lock":    "a@^1.0.0:\n  version \"1.1.0\"\n"},
			units:  "yarn.lock:yarn.lock with package.json\n  a 1.1.0 direct runtime [\"^1.0.0\"]\n  gone ? direct runtime [\"1.2.3\"]\n  more ? direct runtime [\"*\"]\n",
			ledger: "yarn.lock read: 2 dependencies are declared but not locked\n",
		},
		{
			name:     "a lock without a manifest: who is needed by nobody is direct",
			contents: map[string]string{"yarn.lock": "a@^1:\n  version \"1.1.0\"\n  dependencies:\n    b \"^2\"\n\nb@^2:\n  version \"2.0.0\"\n  dependencies:\n    b \"^2\"\n"},
			units:    "yarn.lock:yarn.lock\n  a 1.1.0 direct runtime\n  b 2.0.0 runtime\n",
			ledger:   "yarn.lock read: no manifest beside it tells what is direct: packages that no other depends on are taken as direct\n",
		},
		{
			name:     "a manifest without a lock",
			contents: map[string]string{"package.json": `{"dependencies":{"a":"1.2.3","b":"^2.0.0","c":"=3.0.0","d":"v4.0.0-next.1","e":"5.0","f":"6.x","g":"7.0.0 || 8.0.0","h":"latest","i":"","n":"npm:m@9.0.0"}}`},
			units: "package.json:package.json\n  a 1.2.3 direct runtime [\"1.2.3\"]\n  b ? direct runtime [\"^2.0.0\"]\n  c 3.0.0 direct runtime [\"=3.0.0\"]\n" +
				"  d 4.0.0-next.1 direct runtime [\"v4.0.0-next.1\"]\n  e ? direct runtime [\"5.0\"]\n  f ? direct runtime [\"6.x\"]\n" +
				"  g ? direct runtime [\"7.0.0 || 8.0.0\"]\n  h ? direct runtime [\"latest\"]\n  i ? direct runtime\n  m 9.0.0 direct runtime [\"9.0.0\"]\n",
			ledger: "package.json read: 6 of 10 dependencies have no pinned version and cannot be checked\n",
		},
	})
}

func TestPairWorkspaces(t *testing.T) {
	t.Parallel()
	testPairs(t, []pairCase{
		{
			name: "globs and negation; a lock of one's own goes before the root's",
			contents: map[string]string{
				"package.json":                `{"workspaces":["packages/*","!packages/out","tools/**"],"devDependencies":{"a":"^1.0.0"}}`,
				"yarn.lock":                   "a@^1.0.0:\n  version \"1.1.0\"\n\nb@^2.0.0:\n  version \"2.2.0\"\n",
				"packages/in/package.json":    `{"dependencies":{"b":"^2.0.0"}}`,
				"packages/out/package.json":   `{"dependencies":{"b":"2.0.0"}}`,
				"packages/in/x/package.json":  `{"dependencies":{"deeper":"3.0.0"}}`,
				"tools/deep/er/package.json":  `{"dependencies":{"a":"^1.0.0"}}`,
				"tools/own/package.json":      `{"dependencies":{"c":"^3.0.0"}}`,
				"tools/own/yarn.lock":         "c@^3.0.0:\n  version \"3.3.0\"\n",
				"elsewhere/sub/package.json":  `{"dependencies":{"d":"4.0.0"}}`,
				"elsewhere/sub/package.jsonx": `{`,
			},
			units: "package.json:elsewhere/sub/package.json\n  d 4.0.0 direct runtime [\"4.0.0\"]\n" +
				"package.json:packages/in/x/package.json\n  deeper 3.0.0 direct runtime [\"3.0.0\"]\n" +
				"package.json:packages/out/package.json\n  b 2.0.0 direct runtime [\"2.0.0\"]\n" +
				"yarn.lock:tools/own/yarn.lock with tools/own/package.json\n  c 3.3.0 direct runtime [\"^3.0.0\"]\n" +
				"yarn.lock:yarn.lock with package.json packages/in/package.json tools/deep/er/package.json\n" +
				"  a 1.1.0 direct runtime [\"^1.0.0\"]\n  b 2.2.0 direct runtime [\"^2.0.0\"]\n",
		},
		{
			name: "nested roots",
			contents: map[string]string{
				"package.json":               `{"workspaces":["apps/*"]}`,
				"yarn.lock":                  "a@^1.0.0:\n  version \"1.1.0\"\n",
				"apps/x/package.json":        `{"dependencies":{"a":"^1.0.0"}}`,
				"apps/y/package.json":        `{"workspaces":["lib"],"dependencies":{"a":"~1.0.0"}}`,
				"apps/y/yarn.lock":           "a@~1.0.0:\n  version \"1.0.9\"\n",
				"apps/y/lib/package.json":    `{"devDependencies":{"a":"~1.0.0"}}`,
				"apps/y/nolib/package.json":  `{"devDependencies":{"a":"1.0.0"}}`,
				"apps/z/lib/deep/.gitignore": "",
			},
			units: "package.json:apps/y/nolib/package.json\n  a 1.0.0 direct dev [\"1.0.0\"]\n" +
				"yarn.lock:apps/y/yarn.lock with apps/y/lib/package.json apps/y/package.json\n  a 1.0.9 direct runtime [\"~1.0.0\"]\n" +
				"yarn.lock:yarn.lock with apps/x/package.json package.json\n  a 1.1.0 direct runtime [\"^1.0.0\"]\n",
		},
		{
			name: "pnpm: each project's own version",
			contents: map[string]string{
				"package.json": `{}`, "p/package.json": `{"dependencies":{"c":"^2.0.0"}}`, "q/package.json": `{"devDependencies":{"c":"^3.0.0"}}`,
				"pnpm-lock.yaml": "lockfileVersion: '9.0'\n\nimporters:\n\n  .: {}\n\n  p:\n    dependencies:\n      c:\n        specifier: ^2.0.0\n        version: 2.9.0\n\n" +
					"  q:\n    devDependencies:\n      c:\n        specifier: ^3.0.0\n        version: 3.0.0\n\npackages:\n\n" +
					"  c@2.9.0:\n    resolution: {integrity: sha512-Yg==}\n\n  c@3.0.0:\n    resolution: {integrity: sha512-Yw==}\n\nsnapshots:\n\n  c@2.9.0: {}\n\n  c@3.0.0: {}\n",
			},
			units: "pnpm-lock:pnpm-lock.yaml with p/package.json package.json q/package.json\n  c 2.9.0 direct runtime [\"^2.0.0\"]\n  c 3.0.0 direct dev [\"^3.0.0\"]\n",
		},
		{
			name: "Cargo",
			contents: map[string]string{
				"Cargo.toml": "[workspace]\nmembers = [\"crates/*\"]\nexclude = [\"crates/out\"]\n",
				"crates/m/Cargo.toml": "[package]\nname = \"m\"\nversion = \"0.1.0\"\n[dependencies]\nserde = \"1\"\n[dev-dependencies]\nquick = \"2\"\n" +
					"[build-dependencies]\ncc = \"1\"\n",
				"crates/out/Cargo.toml": "[package]\nname = \"out\"\nversion = \"0.1.0\"\n[dependencies]\nserde = \"=1.0.5\"\nloose = \"1.0.5\"\n",
				"Cargo.lock": "version = 3\n\n[[package]]\nname = \"cc\"\nversion = \"1.2.0\"\nsource = \"registry+https://index.example.org\"\n\n" +
					"[[package]]\nname = \"m\"\nversion = \"0.1.0\"\ndependencies = [\"cc\", \"quick\", \"serde\"]\n\n" +
					"[[package]]\nname = \"quick\"\nversion = \"2.0.0\"\nsource = \"registry+https://index.example.org\"\ndependencies = [\"rand\"]\n\n" +
					"[[package]]\nname = \"rand\"\nversion = \"0.8.0\"\nsource = \"registry+https://index.example.org\"\n\n" +
					"[[package]]\nname = \"serde\"\nversion = \"1.0.9\"\nsource = \"registry+https://index.example.org\"\n",
			},
			units: "Cargo.lock:Cargo.lock with Cargo.toml crates/m/Cargo.toml\n  cc 1.2.0 direct build [\"1\"]\n  m 0.1.0 from path direct runtime\n" +
				"  quick 2.0.0 direct dev [\"2\"]\n  rand 0.8.0 dev\n  serde 1.0.9 direct runtime [\"1\"]\n" +
				"Cargo.toml:crates/out/Cargo.toml\n  loose ? direct runtime [\"1.0.5\"]\n  serde 1.0.5 direct runtime [\"=1.0.5\"]\n",
			ledger: "crates/out/Cargo.toml read: 1 of 2 dependencies have no pinned version and cannot be checked\n",
		},
	})
}

func testPairs(t *testing.T, cases []pairCase) {
	t.Helper()
	for _, test := range cases {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := run(t, mapFS(test.contents), options())
			same(t, test.units, units(r))
			var remarks strings.Builder
			for line := range strings.Lines(ledger(r)) {
				if !strings.HasSuffix(line, " read\n") {
					remarks.WriteString(line)
				}
			}
			same(t, test.ledger, remarks.String())
		})
	}
}

func TestPairOthers(t *testing.T) {
	t.Parallel()
	testPairs(t, []pairCase{
		{
			name: "Poetry",
			contents: map[string]string{
				"pyproject.toml": "[tool.poetry]\nname = \"app\"\n[tool.poetry.dependencies]\npython = \"^3.11\"\nDjango = \"^4.0\"\n[tool.poetry.group.dev.dependencies]\npytest = \"*\"\n",
				"poetry.lock": "[[package]]\nname = \"django\"\nversion = \"4.2\"\n[package.dependencies]\nsqlparse = \">=0.3\"\n\n[[package]]\nname = \"pytest\"\nversion = \"8.0\"\n" +
					"[package.dependencies]\npluggy = \"*\"\nsqlparse = \"*\"\n\n[[package]]\nname = \"pluggy\"\nversion = \"1.4\"\n\n[[package]]\nname = \"sqlparse\"\nversion = \"0.5\"\n\n" +
					"[metadata]\nlock-version = \"2.0\"\npython-versions = \"^3.11\"\n",
			},
			units: "poetry.lock:poetry.lock with pyproject.toml\n  django 4.2 direct runtime [\"^4.0\"]\n  pluggy 1.4 dev\n  pytest 8.0 direct dev [\"*\"]\n  sqlparse 0.5 runtime\n",
		},
		{
			name: "uv",
			contents: map[string]string{
				"pyproject.toml": "[project]\nname = \"app\"\ndependencies = [\"flask>=3\"]\n[dependency-groups]\ndev = [\"pytest\"]\n",
				"uv.lock": "version = 1\nrequires-python = \">=3.11\"\n\n[[package]]\nname = \"app\"\nversion = \"0\"\nsource = { virtual = \".\" }\ndependencies = [{ name = \"flask\" }]\n" +
					"[package.dev-dependencies]\ndev = [{ name = \"pytest\" }]\n\n[[package]]\nname = \"flask\"\nversion = \"3.0\"\nsource = { registry = \"https://index.example.org\" }\n" +
					"dependencies = [{ name = \"click\" }]\n\n[[package]]\nname = \"click\"\nversion = \"8.1\"\nsource = { registry = \"https://index.example.org\" }\n\n" +
					"[[package]]\nname = \"pytest\"\nversion = \"8.0\"\nsource = { registry = \"https://index.example.org\" }\n",
			},
			units: "uv.lock:uv.lock with pyproject.toml\n  click 8.1 runtime\n  flask 3.0 direct runtime [\">=3\"]\n  pytest 8.0 direct dev\n",
		},
		{
			name: "uv: what is declared speaks of the direct version only",
			contents: map[string]string{
				"pyproject.toml": "[project]\nname = \"app\"\ndependencies = [\"click~=8.0\", \"old\"]\n",
				"uv.lock": "version = 1\n\n[[package]]\nname = \"app\"\nversion = \"0\"\nsource = { virtual = \".\" }\ndependencies = [{ name = \"click\", version = \"8.1\", source = { registry = \"https://index.example.org\" } }, { name = \"old\" }]\n\n" +
					"[[package]]\nname = \"click\"\nversion = \"7.0\"\nsource = { registry = \"https://index.example.org\" }\n\n" +
					"[[package]]\nname = \"click\"\nversion = \"8.1\"\nsource = { registry = \"https://index.example.org\" }\n\n" +
					"[[package]]\nname = \"old\"\nversion = \"1.0\"\nsource = { registry = \"https://index.example.org\" }\n" +
					"dependencies = [{ name = \"click\", version = \"7.0\", source = { registry = \"https://index.example.org\" } }]\n",
			},
			units: "uv.lock:uv.lock with pyproject.toml\n  click 7.0 runtime\n  click 8.1 direct runtime [\"~=8.0\"]\n  old 1.0 direct runtime\n",
		},
		{
			name: "PDM",
			contents: map[string]string{
				"pyproject.toml": "[project]\nname = \"app\"\ndependencies = [\"flask>=3\"]\n[dependency-groups]\ntest = [\"pytest\"]\n",
				"pdm.lock": "[metadata]\ngroups = [\"default\", \"test\"]\nlock_version = \"4.5.0\"\n\n[[package]]\nname = \"flask\"\nversion = \"3.0\"\ngroups = [\"default\"]\ndependencies = [\"click>=8\"]\n\n" +
					"[[package]]\nname = \"click\"\nversion = \"8.1\"\ngroups = [\"default\"]\n\n[[package]]\nname = \"pytest\"\nversion = \"8.0\"\ngroups = [\"test\"]\n",
			},
			units: "pdm.lock:pdm.lock with pyproject.toml\n  click 8.1 runtime\n  flask 3.0 direct runtime [\">=3\"]\n  pytest 8.0 direct dev\n",
		},
		{
			name: "Pipfile",
			contents: map[string]string{
				"Pipfile":      "[packages]\nFlask = \"*\"\n[dev-packages]\npytest = \"==8.0\"\n",
				"Pipfile.lock": `{"_meta":{"pipfile-spec":6},"default":{"flask":{"version":"==3.0"},"click":{"version":"==8.1"}},"develop":{"pytest":{"version":"==8.0"}}}`,
			},
			units: "Pipfile.lock:Pipfile.lock with Pipfile\n  click 8.1 runtime\n  flask 3.0 direct runtime [\"*\"]\n  pytest 8.0 direct dev [\"==8.0\"]\n",
		},
		{
			name:     "Pipfile alone",
			contents: map[string]string{"Pipfile": "[packages]\nFlask = \"==3.0\"\nclick = \"==8.*\"\n"},
			units:    "Pipfile:Pipfile\n  click ? direct runtime [\"==8.*\"]\n  flask 3.0 direct runtime [\"==3.0\"]\n",
			ledger:   "Pipfile read: 1 of 2 dependencies have no pinned version and cannot be checked\n",
		},
		{
			name: "Composer",
			contents: map[string]string{
				"composer.json": `{"require":{"php":">=8","acme/a":"^1.0"},"require-dev":{"acme/b":"2.*"}}`,
				"composer.lock": `{"packages":[{"name":"acme/a","version":"v1.1.0","require":{"acme/c":"*"}},{"name":"acme/c","version":"3.0.0"}],"packages-dev":[{"name":"acme/b","version":"2.0.0"}]}`,
			},
			units: "composer.lock:composer.lock with composer.json\n  acme/a 1.1.0 direct runtime [\"^1.0\"]\n  acme/b 2.0.0 direct dev [\"2.*\"]\n  acme/c 3.0.0 runtime\n",
		},
		{
			name:     "Composer alone",
			contents: map[string]string{"composer.json": `{"require":{"acme/a":"1.2","acme/b":"1.2.x-dev","acme/c":"dev-main"}}`},
			units:    "composer.json:composer.json\n  acme/a 1.2 direct runtime [\"1.2\"]\n  acme/b ? direct runtime [\"1.2.x-dev\"]\n  acme/c ? direct runtime [\"dev-main\"]\n",
			ledger:   "composer.json read: 2 of 3 dependencies have no pinned version and cannot be checked\n",
		},
	})
}

// TestScopes: a package that is a dev dependency and needed by a runtime one is
// runtime, whatever the order in which anything is written.
func TestScopes(t *testing.T) {
	t.Parallel()
	declared := []string{`"dependencies":{"app":"1"}`, `"devDependencies":{"both":"1","tool":"1"}`, `"optionalDependencies":{"extra":"1"}`}
	entries := []string{
		"app@1:\n  version \"1.0.0\"\n  dependencies:\n    both \"1\"\n    deep \"1\"\n",
		"both@1:\n  version \"1.0.0\"\n  dependencies:\n    shared \"1\"\n",
		"tool@1:\n  version \"1.0.0\"\n  dependencies:\n    both \"1\"\n    only \"1\"\n    opt \"1\"\n",
		"extra@1:\n  version \"1.0.0\"\n  dependencies:\n    opt \"1\"\n    tool \"1\"\n",
		"deep@1, only@1, opt@1, shared@1:\n  version \"1.0.0\"\n",
	}
	entries = append(entries[:4], "deep@1:\n  version \"1.0.0\"\n", "only@1:\n  version \"1.0.0\"\n", "opt@1:\n  version \"1.0.0\"\n", "shared@1:\n  version \"1.0.0\"\n")
	want := "yarn.lock:yarn.lock with package.json sub/package.json\n  app 1.0.0 direct runtime [\"1\"]\n  both 1.0.0 direct runtime [\"1\"]\n  deep 1.0.0 runtime\n" +
		"  extra 1.0.0 direct optional [\"1\"]\n  only 1.0.0 optional\n  opt 1.0.0 optional\n  shared 1.0.0 runtime\n  tool 1.0.0 direct optional [\"1\"]\n"
	for i, d := range permutations(declared) {
		for j, e := range [][]string{entries, rotated(entries, 1+i), reversed(entries)} {
			t.Run(fmt.Sprint(i, " ", j), func(t *testing.T) {
				t.Parallel()
				r := run(t, mapFS(map[string]string{
					"package.json":     `{"workspaces":["sub"],` + strings.Join(d[:2], ",") + "}",
					"sub/package.json": "{" + d[2] + "}",
					"yarn.lock":        strings.Join(e, "\n"),
				}), options())
				same(t, want, units(r))
			})
		}
	}
}

func permutations(list []string) [][]string {
	if len(list) < 2 {
		return [][]string{list}
	}
	var out [][]string
	for i := range list {
		rest := append(append([]string{}, list[:i]...), list[i+1:]...)
		for _, tail := range permutations(rest) {
			out = append(out, append([]string{list[i]}, tail...))
		}
	}
	return out
}

func rotated(list []string, by int) []string {
	by %= len(list)
	return append(append([]string{}, list[by:]...), list[:by]...)
}

func reversed(list []string) []string {
	var out []string
	for _, item := range list {
		out = append([]string{item}, out...)
	}
	return out
}

// TestScopesOfBerry: where the lock tells what is direct but not its scope, the
// widest of all manifests holds.
func TestScopesOfBerry(t *testing.T) {
	t.Parallel()
	const lock = "__metadata:\n  version: 8\n\n\"a@npm:^1\":\n  version: 1.1.0\n  resolution: \"a@npm:1.1.0\"\n\n" +
		"\"app@workspace:.\":\n  version: 0.0.0-use.local\n  resolution: \"app@workspace:.\"\n  dependencies:\n    a: \"npm:^1\"\n\n" +
		"\"sub@workspace:sub\":\n  version: 0.0.0-use.local\n  resolution: \"sub@workspace:sub\"\n  dependencies:\n    a: \"npm:^1\"\n"
	const dev, runtime = `"devDependencies":{"a":"^1"}}`, `"dependencies":{"a":"^1"}}`
	for name, manifests := range map[string][2]string{"dev first": {dev, runtime}, "runtime first": {runtime, dev}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := run(t, mapFS(map[string]string{"package.json": `{"workspaces":["sub"],` + manifests[0], "sub/package.json": "{" + manifests[1], "yarn.lock": lock}), options())
			same(t, "yarn.lock:yarn.lock with package.json sub/package.json\n  a 1.1.0 direct runtime [\"^1\"]\n", units(r))
		})
	}
}

// TestSeveralUnits: one component may be direct here and a dev dependency's
// dependency there; the component has the widest of it.
func TestSeveralUnits(t *testing.T) {
	t.Parallel()
	r := run(t, mapFS(map[string]string{
		"a/package.json": `{"dependencies":{"x":"^1"}}`, "a/yarn.lock": "x@^1:\n  version \"1.0.0\"\n",
		"b/package.json": `{"devDependencies":{"y":"^1"}}`, "b/yarn.lock": "x@^1:\n  version \"1.0.0\"\n\ny@^1:\n  version \"1.0.0\"\n  dependencies:\n    x \"^1\"\n",
		"c/package.json": `{"devDependencies":{"x":"https://files.example.org/x-1.0.0.tgz"}}`,
		"c/yarn.lock":    "\"x@https://files.example.org/x-1.0.0.tgz\":\n  version \"1.0.0\"\n  resolved \"https://files.example.org/x-1.0.0.tgz\"\n",
	}), options())
	same(t, "yarn.lock:a/yarn.lock with a/package.json\n  x 1.0.0 direct runtime [\"^1\"]\n"+
		"yarn.lock:b/yarn.lock with b/package.json\n  x 1.0.0 dev\n  y 1.0.0 direct dev [\"^1\"]\n"+
		"yarn.lock:c/yarn.lock with c/package.json\n  x 1.0.0 from url direct dev [\"https://files.example.org/x-1.0.0.tgz\"]\n", units(r))
	var got []string
	for _, c := range r.Inventory.Components {
		got = append(got, fmt.Sprint(c.PURL, " ", c.Direct, " ", c.Scope))
	}
	same(t, "pkg:npm/x@1.0.0 true runtime\npkg:npm/x@1.0.0?download_url=https:%2F%2Ffiles.example.org%2Fx-1.0.0.tgz true dev\npkg:npm/y@1.0.0 true dev", strings.Join(got, "\n"))
}

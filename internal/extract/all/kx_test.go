package all

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/inventory"
)

// dependency is what a project asks for beside what it got.
type dependency struct {
	Name, Version string
	Declared      []string
	Scope         inventory.Scope
	Direct        bool
}

// read runs all extractors over files given as path, content, path, content.
func read(t *testing.T, files ...string) []dependency {
	t.Helper()
	tree := fstest.MapFS{}
	for i := 0; i < len(files); i += 2 {
		tree[files[i]] = &fstest.MapFile{Data: []byte(files[i+1])}
	}
	result, err := extract.Run(t.Context(), tree, extract.Options{Extractors: Extractors(), Limits: extract.DefaultLimits()})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range result.Ledger {
		if f.Status != inventory.Read {
			t.Errorf("%s is %s: %s", f.Path, f.Status, f.Reason)
		}
	}
	var found []dependency
	for _, u := range result.Inventory.Units {
		for _, o := range u.Occurrences {
			c := result.Inventory.Components[o.Component]
			found = append(found, dependency{c.Name, c.Version, o.Declared, o.Scope, o.Direct})
		}
	}
	return found
}

func expect(t *testing.T, got []dependency, want ...dependency) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

const npmLock = `{"name": "app", "lockfileVersion": 3, "packages": {
  "": {"name": "app", "dependencies": {"folder": "^1.0.0"}, "devDependencies": {"checker": "~2.1"}},
  "node_modules/checker": {"version": "2.1.5", "dev": true},
  "node_modules/folder": {"version": "1.4.2", "dependencies": {"inner": "*"}},
  "node_modules/inner": {"version": "0.3.0"}
}}`

const npmManifest = `{"name": "app", "dependencies": {"folder": "^1.0.0"}, "devDependencies": {"checker": "~2.1"}}`

func TestKX90NothingOfTheSourceIsRun(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	marker := filepath.Join(dir, "marker")
	for name, text := range map[string]string{
		"package.json": `{"scripts": {"preinstall": "touch ` + marker + `", "prepare": "touch ` + marker + `"}, "dependencies": {"folder": "1.0.0"}}`,
		"build.gradle": `"touch ` + marker + `".execute()` + "\ndependencies { implementation 'org.example:folder:1.0' }\n",
		"Gemfile":      "system('touch " + marker + "')\ngem 'folder', '1.0.0'\n",
		"mix.exs":      "System.cmd(\"touch\", [\"" + marker + "\"])\ndefp deps do\n  [{:folder, \"1.0.0\"}]\nend\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	result, err := extract.Run(t.Context(), root.FS(), extract.Options{Extractors: Extractors(), Limits: extract.DefaultLimits()})
	if err != nil || len(result.Inventory.Components) < 4 {
		t.Errorf("found %d components, %v", len(result.Inventory.Components), err)
	}
	if _, err := os.Stat(marker); err == nil {
		t.Error("a script of the source was run")
	}
}

func TestKX91DeclaredAndLockedOfOneFolderAreJoinedByName(t *testing.T) {
	t.Parallel()
	found := read(t, "package.json", npmManifest, "package-lock.json", npmLock)
	at := slices.IndexFunc(found, func(d dependency) bool { return d.Name == "folder" })
	expect(t, found[at:at+1], dependency{"folder", "1.4.2", []string{"^1.0.0"}, inventory.ScopeRuntime, true})
}

func TestKX92DirectIsToldFromTransitive(t *testing.T) {
	t.Parallel()
	for _, d := range read(t, "package.json", npmManifest, "package-lock.json", npmLock) {
		if d.Direct != (d.Name != "inner") {
			t.Errorf("%s: direct is %t", d.Name, d.Direct)
		}
	}
}

func TestKX93TheManagersFilesAreRead(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"Podfile", "Podfile.lock", "build.gradle", "package.json", "package-lock.json", "requirements.txt",
		"Pipfile", "Pipfile.lock", "pyproject.toml", "poetry.lock", "yarn.lock"} {
		if !slices.ContainsFunc(Extractors(), func(e extract.Extractor) bool { return e.Wants("some/folder/" + file) }) {
			t.Errorf("nobody reads %s", file)
		}
	}
}

func TestKX94DevelopmentDependenciesOfNPMAreToldApart(t *testing.T) {
	t.Parallel()
	expect(t, read(t, "package.json", npmManifest, "package-lock.json", npmLock),
		dependency{"checker", "2.1.5", []string{"~2.1"}, inventory.ScopeDev, true},
		dependency{"folder", "1.4.2", []string{"^1.0.0"}, inventory.ScopeRuntime, true},
		dependency{"inner", "0.3.0", nil, inventory.ScopeRuntime, false})
}

func TestKX95YarnLocksTheManifestsDependencies(t *testing.T) {
	t.Parallel()
	expect(t, read(t, "package.json", `{"dependencies": {"folder": "^1.0.0"}}`, "yarn.lock", `# yarn lockfile v1


folder@^1.0.0:
  version "1.4.2"
  resolved "https://registry.example.org/folder/-/folder-1.4.2.tgz#0123456789012345678901234567890123456789"
`), dependency{"folder", "1.4.2", []string{"^1.0.0"}, inventory.ScopeRuntime, true})
}

func TestKX96RequirementsPinOrDeclare(t *testing.T) {
	t.Parallel()
	expect(t, read(t, "requirements.txt", "folder==1.0.0\nchecker>=2,<3\nopen\n"),
		dependency{"folder", "1.0.0", []string{"==1.0.0"}, inventory.ScopeRuntime, true},
		dependency{"checker", "", []string{">=2,<3"}, inventory.ScopeRuntime, true},
		dependency{"open", "", nil, inventory.ScopeRuntime, true})
}

func TestKX97PipfilesPackagesAreToldFromItsDevPackages(t *testing.T) {
	t.Parallel()
	expect(t, read(t, "Pipfile", "[packages]\nfolder = \"*\"\n[dev-packages]\nchecker = \">=2\"\n", "Pipfile.lock",
		`{"_meta": {"pipfile-spec": 6}, "default": {"folder": {"version": "==1.4.2"}}, "develop": {"checker": {"version": "==2.1.5"}}}`),
		dependency{"folder", "1.4.2", []string{"*"}, inventory.ScopeRuntime, true},
		dependency{"checker", "2.1.5", []string{">=2"}, inventory.ScopeDev, true})
}

func TestKX98PoetryLeavesPythonOutAndLocksTheRest(t *testing.T) {
	t.Parallel()
	manifest := "[tool.poetry]\nname = \"app\"\n[tool.poetry.dependencies]\npython = \"^3.9\"\nfolder = \"^1.0\"\nopen = \"*\"\n"
	expect(t, read(t, "pyproject.toml", manifest, "poetry.lock",
		"[[package]]\nname = \"folder\"\nversion = \"1.4.2\"\n\n[[package]]\nname = \"open\"\nversion = \"3.0\"\n\n[metadata]\nlock-version = \"2.0\"\n"),
		dependency{"folder", "1.4.2", []string{"^1.0"}, inventory.ScopeRuntime, true},
		dependency{"open", "3.0", []string{"*"}, inventory.ScopeRuntime, true})
	// Without a lock any version will do.
	expect(t, read(t, "pyproject.toml", manifest),
		dependency{"folder", "", []string{"^1.0"}, inventory.ScopeRuntime, true},
		dependency{"open", "", []string{"*"}, inventory.ScopeRuntime, true})
}

const gradle = `
dependencies {
    implementation group: 'org.example', name: 'mapped', version: '1.0'
    implementation 'org.example:single:1.1'
    implementation(
        'org.example:first:1.2',
        'org.example:second:1.3'
    )
}
`

func TestKX99GradlesThreeForms(t *testing.T) {
	t.Parallel()
	expect(t, read(t, "build.gradle", gradle),
		dependency{"org.example:mapped", "1.0", []string{"1.0"}, inventory.ScopeRuntime, true},
		dependency{"org.example:single", "1.1", []string{"1.1"}, inventory.ScopeRuntime, true},
		dependency{"org.example:first", "1.2", []string{"1.2"}, inventory.ScopeRuntime, true},
		dependency{"org.example:second", "1.3", []string{"1.3"}, inventory.ScopeRuntime, true})
}

func TestKX100AVariableVersionIsListedNotGuessed(t *testing.T) {
	t.Parallel()
	expect(t, read(t, "build.gradle", "dependencies {\n    implementation \"javax.xml.bind:jaxb-api:${jaxb_version}\"\n}\n"),
		dependency{"javax.xml.bind:jaxb-api", "", []string{"${jaxb_version}"}, inventory.ScopeRuntime, true})
}

func TestKX101KotlinsScriptsAreReadToo(t *testing.T) {
	t.Parallel()
	expect(t, read(t, "build.gradle.kts", "dependencies {\n    implementation(\"org.example:single:1.1\")\n}\n"),
		dependency{"org.example:single", "1.1", []string{"1.1"}, inventory.ScopeRuntime, true})
}

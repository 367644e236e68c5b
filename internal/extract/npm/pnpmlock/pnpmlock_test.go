package pnpmlock

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/extracttest"
)

func TestGolden(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"v5.yaml", "v5-single.yaml", "v6.yaml", "v9.yaml", "other-yaml.yaml", "conflict.yaml"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			extracttest.Golden(t, New(), name)
		})
	}
}

func TestWants(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]bool{
		"pnpm-lock.yaml":         true,
		"web/app/pnpm-lock.yaml": true,
		"pnpm-lock.yml":          false,
		"my-pnpm-lock.yaml":      false,
		"pnpm-lock.yaml/readme":  false,
		"pnpm-workspace.yaml":    false,
		"":                       false,
	} {
		if got := New().Wants(path); got != want {
			t.Errorf("%q: got %t", path, got)
		}
	}
}

func TestHostile(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"v5.yaml", "v9.yaml", "other-yaml.yaml"} {
		extracttest.Hostile(t, New(), name)
	}
}

const head = "lockfileVersion: '9.0'\npackages:\n  a@1.0.0:\n    resolution: {integrity: sha512-YQ==}\n"

func TestFaults(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, content string
		line          int
		words         string
		keep          int
	}{
		{"nothing", "", 1, "no lockfileVersion", 0},
		{"another format", "{\"dependencies\": {}}\n", 1, "", 0},
		{"list at the top", "- lockfileVersion: '9.0'\n", 1, "not a mapping", 0},
		{"truncated in a key", head + "  b@1.0.", 5, "could not find expected ':'", 1},
		{"truncated in a value", head + "  b@1.0.0:\n    resolution: {integrity: sha5", 6, "did not find expected", 2},
		{"truncated in quotes", head + "  '@a/b@1.0.0", 5, "", 1},
		{"truncated between lines", head, 3, "1 packages have no snapshot", 1},
		{"dependency without package", head + "importers:\n  .:\n    dependencies:\n      b: {specifier: ^1, version: 1.0.0}\n", 8, `"b" has no package for its version "1.0.0"`, 1},
		{"reference without package", head + "snapshots:\n  a@1.0.0:\n    dependencies:\n      b: 1.0.0\n", 3, `the first "b@1.0.0"`, 1},
		{"duplicate package", head + "  a@1.0.0:\n    resolution: {integrity: sha512-YQ==}\n", 5, `duplicate package "a@1.0.0"`, 1},
		{"duplicate snapshot", head + "snapshots:\n  a@1.0.0: {}\n  a@1.0.0: {}\n", 7, `duplicate package "a@1.0.0"`, 1},
		{"duplicate section", head + "packages:\n  b@1.0.0: {}\n", 5, `duplicate section "packages"`, 2},
		{"duplicate importer", head + "importers:\n  a: {}\n  a: {}\n", 7, `duplicate importer "a"`, 1},
		{"duplicate dependency", head + "snapshots:\n  a@1.0.0:\n    dependencies:\n      a: 1.0.0\n      a: 1.0.0\n", 9, `duplicate dependency "a"`, 1},
		{"package without a name", head + "  '':\n    resolution: {}\n", 5, "without a name", 1},
		{"key without a name", "lockfileVersion: 5.4\npackages:\n  host/path:\n    dev: true\n", 3, `"host/path" has no name`, 1},
		{"alias", head + "x: &x {y: *x}\nz: *x\n", 5, "unexpected alias", 1},
		{"newer version", "lockfileVersion: '10.0'\n", 1, "newer than any", 0},
		{"older version", "lockfileVersion: 3\n", 1, "older than any", 0},
		{"odd version", "lockfileVersion: next\n", 1, "no number", 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			extracttest.FailsAt(t, New(), test.content, test.line, test.words, test.keep)
		})
	}
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, New()) }

func BenchmarkExtract(b *testing.B) {
	for _, fixture := range []string{"pnpm-v5-vue-core", "pnpm-v6-vue-core", "pnpm-v9-memos"} {
		b.Run(fixture, func(b *testing.B) {
			extracttest.Bench(b, New(), "shared:"+fixture+"/pnpm-lock.yaml")
		})
	}
}

// TestReal counts what is in real files, against counts taken by other means.
func TestReal(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		fixture                          string
		packages, edges, direct, members int
	}{
		{"pnpm-v5-vue-core", 784, 1197, 65, 17},
		{"pnpm-v6-vue-core", 787, 1184, 78, 20},
		{"pnpm-v9-vue-core", 620, 856, 70, 17},
		{"pnpm-v9-memos", 549, 1029, 77, 0},
	} {
		t.Run(test.fixture, func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(extracttest.Fixture(t, test.fixture+"/pnpm-lock.yaml"))
			if err != nil {
				t.Fatal(err)
			}
			file, err := New().Extract(context.Background(), extract.Input{Path: "pnpm-lock.yaml", Data: data})
			if err != nil || len(file.Problems) > 0 {
				t.Fatalf("error %v, problems %v", err, file.Problems)
			}
			for _, note := range file.Notes {
				if strings.HasPrefix(note, "read as YAML") {
					t.Error(note)
				}
			}
			direct := 0
			for _, p := range file.Packages {
				if p.Direct {
					direct++
				}
			}
			got := [...]int{len(file.Packages), len(file.Edges), direct, len(file.Members)}
			if want := [...]int{test.packages, test.edges, test.direct, test.members}; got != want {
				t.Errorf("got packages, edges, direct, members %v, want %v", got, want)
			}
		})
	}
}

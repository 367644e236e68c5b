package yarnlock

import (
	"context"
	"os"
	"testing"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/extracttest"
)

func TestGolden(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"classic.lock", "berry.lock", "berry-old.lock", "conflict.lock", "empty.lock"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			extracttest.Golden(t, New(), name)
		})
	}
}

func TestWants(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]bool{
		"yarn.lock":         true,
		"web/app/yarn.lock": true,
		"yarn.lock.bak":     false,
		"my-yarn.lock":      false,
		"yarn.lock/readme":  false,
		"Yarn.lock":         false,
		"":                  false,
	} {
		if got := New().Wants(path); got != want {
			t.Errorf("%q: got %t", path, got)
		}
	}
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, New(), "classic.lock")
	extracttest.Hostile(t, New(), "berry.lock")
}

func TestFaults(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, content string
		line          int
		words         string
		keep          int
	}{
		{"truncated in a name", "a@^1:\n  version \"1.0.0\"\n\n\"b@^", 4, "neither an entry", 1},
		{"truncated in a value", "a@^1:\n  version \"1.0.0\"\n\nb@^2:\n  version \"2.0", 5, "unbalanced quotes", 2},
		{"truncated before the version", "a@^1:\n  version \"1.0.0\"\n\nb@^2:\n", 4, `entry "b@^2" has no version`, 2},
		{"duplicate entry", "a@^1:\n  version \"1.0.0\"\n\na@^1:\n  version \"1.1.0\"\n", 4, `duplicate entry "a@^1"`, 2},
		{"duplicate dependency", "a@^1:\n  version \"1.0.0\"\n  dependencies:\n    b \"1\"\n    b \"2\"\n", 5, `duplicate dependency "b"`, 1},
		{"another format", "{\n  \"dependencies\": {}\n}\n", 1, "neither an entry", 0},
		{"many faults", "x\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\n", 20, "not read further", 0},
		{"conflict", "a@^1:\n<<<<<<< HEAD\n  version \"1.0.0\"\n=======\n  version \"1.1.0\"\n>>>>>>> x\n", 2, "merge conflict", 0},
		{"indentation", "a@^1:\n  version \"1.0.0\"\n   resolved \"x\"\n", 3, "indentation", 1},
		{"no name", "\"\":\n  version \"1.0.0\"\n", 1, "without a name", 0},
		{"no comma", "a@1 b@2:\n  version \"1.0.0\"\n", 1, "comma missing", 0},
		{"no resolution", "__metadata:\n  version: 8\n\n\"a@npm:^1\":\n  version: 1.0.0\n", 4, "no resolution", 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			extracttest.FailsAt(t, New(), test.content, test.line, test.words, test.keep)
		})
	}
}

// TestReal counts what is in real files, against counts taken by other means.
func TestReal(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		fixture                 string
		packages, edges, direct int
	}{
		{"yarn-v1-tailscale-web", 742, 1434, 0},
		{"yarn-v1-okhttp-kotlinjs", 288, 376, 0},
		{"yarn-berry-prettier", 1049, 1676, 149},     // one edge through an override
		{"yarn-v1-prettier-bundle-test", 70, 102, 1}, // berry in spite of its name
	} {
		t.Run(test.fixture, func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(extracttest.Fixture(t, test.fixture+"/yarn.lock"))
			if err != nil {
				t.Fatal(err)
			}
			file, err := New().Extract(context.Background(), extract.Input{Path: "yarn.lock", Data: data})
			if err != nil || len(file.Problems) > 0 {
				t.Fatalf("error %v, problems %v", err, file.Problems)
			}
			direct := 0
			for _, p := range file.Packages {
				if p.Direct {
					direct++
				}
			}
			if len(file.Packages) != test.packages || len(file.Edges) != test.edges || direct != test.direct {
				t.Errorf("got %d packages, %d edges, %d direct, want %d, %d, %d",
					len(file.Packages), len(file.Edges), direct, test.packages, test.edges, test.direct)
			}
		})
	}
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, New()) }

func BenchmarkExtractClassic(b *testing.B) {
	extracttest.Bench(b, New(), "shared:yarn-v1-tailscale-web/yarn.lock")
}

func BenchmarkExtractBerry(b *testing.B) {
	extracttest.Bench(b, New(), "shared:yarn-berry-prettier/yarn.lock")
}

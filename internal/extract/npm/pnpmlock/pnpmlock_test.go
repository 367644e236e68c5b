package pnpmlock

import (
	"context"
	"os"
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
		{"pnpm-v5-vue-core", 0, 0, 0, 0},
		{"pnpm-v6-vue-core", 0, 0, 0, 0},
		{"pnpm-v9-vue-core", 0, 0, 0, 0},
		{"pnpm-v9-memos", 0, 0, 0, 0},
	} {
		t.Run(test.fixture, func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(extracttest.Fixture(t, test.fixture+"/pnpm-lock.yaml"))
			if err != nil {
				t.Fatal(err)
			}
			file, err := New().Extract(context.Background(), extract.Input{Path: "pnpm-lock.yaml", Data: data})
			if err != nil || len(file.Problems) > 0 || len(file.Notes) > 0 {
				t.Fatalf("error %v, problems %v, notes %v", err, file.Problems, file.Notes)
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

package workflow_test

import (
	"context"
	"testing"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/actions/workflow"
	"github.com/assay-sca/assay/internal/extract/extracttest"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	extracttest.Goldens(t, workflow.New(), "anchors.yml", "workflow.yml", "action.yml", "image.yml")
}

func TestNoAction(t *testing.T) {
	t.Parallel()
	file, err := workflow.New().Extract(context.Background(), extract.Input{Path: "a/action.yml", Data: []byte("a: 1\n")})
	if err != nil || len(file.Notes) != 1 {
		t.Errorf("got %+v, %v", file, err)
	}
}

func TestWants(t *testing.T) {
	t.Parallel()
	extracttest.Wants(t, workflow.New(), map[string]bool{
		".github/workflows/ci.yml": true, "a/.github/workflows/ci.yaml": true, "action.yml": true, "a/b/action.yaml": true,
		".github/workflows/a/ci.yml": false, "x.github/workflows/ci.yml": false, ".github/ci.yml": false,
		".github/workflows/README.md": false, "transaction.yml": false, "ci.yml": false,
	})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	const head = "jobs:\n  a:\n    steps:\n      - uses: dials/checkout@v4\n"
	extracttest.Faults(t, workflow.New(), []extracttest.Fault{
		{Name: "truncated", Line: 5, Words: "not an action", Keep: 1, Content: head + "      - uses: dials/se"},
		{Name: "no version", Line: 5, Words: "not an action", Keep: 1, Content: head + "      - uses: dials/setup\n"},
		{Name: "twice", Line: 5, Words: "stands twice", Content: head + "    steps: []\n"},
		{Name: "no image", Line: 3, Words: "not an image", Content: "jobs:\n  a:\n    container: a b\n"},
		{Name: "another file", Line: 1, Words: "neither", Content: "a: 1\n"},
		{Name: "list", Line: 1, Words: "neither", Content: "- a\n"},
		{Name: "empty", Line: 1, Words: "neither", Content: ""},
		{Name: "alias", Line: 5, Words: "YAML", Content: head + "      - *a\n"},
	})
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, workflow.New(), "workflow.yml")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, workflow.New()) }

func BenchmarkExtract(b *testing.B) {
	extracttest.Bench(b, workflow.New(), "shared:actions-okhttp/.github/workflows/build.yml")
}

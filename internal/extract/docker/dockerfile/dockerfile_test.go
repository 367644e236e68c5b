package dockerfile_test

import (
	"context"
	"testing"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/docker/dockerfile"
	"github.com/assay-sca/assay/internal/extract/extracttest"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	extracttest.Goldens(t, dockerfile.New(), "Dockerfile", "windows.Dockerfile")
}

func TestNoDockerfile(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{"Dockerfile.md": "# How to\n", "Dockerfile.tmpl": "FROM {{ .Image }} AS a\nFROM a\n"} {
		file, err := dockerfile.New().Extract(context.Background(), extract.Input{Path: "a/" + name, Data: []byte(text)})
		if err != nil || len(file.Problems)+len(file.Packages) > 0 || len(file.Notes) != 1 {
			t.Errorf("%s: got %+v, %v", name, file, err)
		}
	}
}

func TestWants(t *testing.T) {
	t.Parallel()
	extracttest.Wants(t, dockerfile.New(), map[string]bool{
		"Dockerfile": true, "a/Dockerfile": true, "Dockerfile.dev": true, "web.Dockerfile": true, "web.dockerfile": true,
		"Containerfile": true, "Dockerfile.dockerignore": false, "myDockerfile": false, "Dockerfiles": false, "Dockerfile/x": false,
	})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	extracttest.Faults(t, dockerfile.New(), []extracttest.Fault{
		{Name: "truncated", Line: 2, Words: "not an image", Keep: 1, Content: "FROM a:1\nFROM"},
		{Name: "truncated text", Line: 2, Words: "does not end", Keep: 1, Content: "FROM a:1\nRUN <<EOF\nx\n"},
		{Name: "no image", Line: 1, Words: "not an image", Content: "FROM a@b\n"},
		{Name: "words", Line: 1, Words: "not an image", Content: "FROM a b\n"},
		{Name: "no FROM", Line: 1, Words: "no FROM", Content: "RUN make\n"},
		{Name: "empty", Line: 1, Words: "no FROM", Content: ""},
	})
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, dockerfile.New(), "Dockerfile")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, dockerfile.New()) }

func BenchmarkExtract(b *testing.B) { extracttest.Bench(b, dockerfile.New(), "Dockerfile") }

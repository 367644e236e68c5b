package requirements

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/extracttest"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"plain.txt", "compiled.txt", "oneline.txt"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			extracttest.Golden(t, New(), name)
		})
	}
}

func TestWants(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"requirements.txt":           true,
		"a/requirements-dev.txt":     true,
		"requirements_dev.txt":       true,
		"dev-requirements.txt":       true,
		"test_requirements.txt":      true,
		"requirements/base.txt":      true,
		"a/requirements/base.txt":    true,
		"requirements.in":            false,
		"requirements/base.in":       false,
		"constraints.txt":            false,
		"requirements":               false,
		"myrequirements/base.txt":    false,
		"requirements/deep/base.txt": false,
		"requirements.txt/other":     false,
	} {
		if got := New().Wants(name); got != want {
			t.Errorf("Wants(%q) = %t, want %t", name, got, want)
		}
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, content string
		line          int
		words         string
		keep          int
	}{
		{"prose", "anchor==1.0\nthis is prose\nbeacon==2.0\n", 2, "not a requirement", 2},
		{"truncated", "anchor==1.0\nbeacon==1 \\\n  --hash=sha256:11 \\\nunclosed[", 2, "neither an option", 1},
		{"remote include", "-r https://files.example.org/r.txt\nanchor==1\n", 1, "is not read", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			extracttest.FailsAt(t, New(), c.content, c.line, c.words, c.keep)
		})
	}
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, New(), "plain.txt")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, New()) }

func BenchmarkExtract(b *testing.B) {
	extracttest.Bench(b, New(), "shared:pip-psf-advisory-tools-hashes/requirements.txt")
}

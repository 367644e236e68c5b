package requirements_test

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/extracttest"
	"github.com/assay-sca/assay/internal/extract/pypi/requirements"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	extracttest.Goldens(t, requirements.New(), "plain.txt", "compiled.txt", "oneline.txt")
}

func TestWants(t *testing.T) {
	t.Parallel()
	extracttest.Wants(t, requirements.New(), map[string]bool{
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
	})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	extracttest.Faults(t, requirements.New(), []extracttest.Fault{
		{
			Name: "prose", Line: 2, Words: "not a requirement", Keep: 2,
			Content: "anchor==1.0\nthis is prose\nbeacon==2.0\n",
		},
		{
			Name: "truncated", Line: 2, Words: "neither an option", Keep: 1,
			Content: "anchor==1.0\nbeacon==1 \\\n  --hash=sha256:11 \\\nunclosed[",
		},
		{
			Name: "remote include", Line: 1, Words: "is not read", Keep: 1,
			Content: "-r https://files.example.org/r.txt\nanchor==1\n",
		},
	})
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, requirements.New(), "plain.txt")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, requirements.New()) }

func BenchmarkExtract(b *testing.B) {
	extracttest.Bench(b, requirements.New(), "shared:pip-psf-advisory-tools-hashes/requirements.txt")
}

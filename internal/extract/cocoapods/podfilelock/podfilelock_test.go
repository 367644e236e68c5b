package podfilelock_test

import (
	"context"
	"testing"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/cocoapods/podfilelock"
	"github.com/assay-sca/assay/internal/extract/extracttest"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	extracttest.Goldens(t, podfilelock.New(), "Podfile.lock")
}

// KX-103: the version comes from the section PODS, not from what is asked for.
func TestVersionFromPods(t *testing.T) {
	t.Parallel()
	file, err := podfilelock.New().Extract(context.Background(), extract.Input{
		Data: []byte("PODS:\n  - Gauge (1.2.3)\n\nDEPENDENCIES:\n  - Gauge (~> 1.0)\n\nCOCOAPODS: 1.16.2\n"),
	})
	if err != nil || len(file.Packages) != 1 {
		t.Fatalf("got %v, %v", file.Packages, err)
	}
	if p := file.Packages[0]; p.Name != "Gauge" || p.Version != "1.2.3" || !p.Direct || p.Declared[0] != "~> 1.0" {
		t.Errorf("got %+v", p)
	}
}

func TestWants(t *testing.T) {
	t.Parallel()
	extracttest.Wants(t, podfilelock.New(), map[string]bool{
		"Podfile.lock": true, "ios/Podfile.lock": true, "Podfile": false, "MyPodfile.lock": false, "Podfile.lock/x": false,
	})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	extracttest.Faults(t, podfilelock.New(), []extracttest.Fault{
		{Name: "truncated", Line: 3, Words: "not a pod", Keep: 1, Content: "PODS:\n  - Gauge (1.0)\n  - Nee (2."},
		{Name: "truncated between lines", Line: 2, Words: "ends before", Keep: 1, Content: "PODS:\n  - Gauge (1.0)\n"},
		{Name: "no version", Line: 2, Words: "with its version", Content: "PODS:\n  - Gauge\nCOCOAPODS: 1\n"},
		{Name: "twice", Line: 3, Words: "stands twice", Keep: 2, Content: "PODS:\n  - A (1)\n  - A (1)\nCOCOAPODS: 1\n"},
		{Name: "section twice", Line: 2, Words: "stands twice", Content: "PODS:\nPODS:\nCOCOAPODS: 1\n"},
		{Name: "not locked", Line: 2, Words: "is not locked", Content: "DEPENDENCIES:\n  - A (1)\nCOCOAPODS: 1\n"},
		{Name: "orphan", Line: 2, Words: "of no pod", Content: "PODS:\n    - A (1)\nCOCOAPODS: 1\n"},
		{Name: "option", Line: 2, Words: "not an option", Content: "EXTERNAL SOURCES:\n    :git: x\nCOCOAPODS: 1\n"},
		{Name: "checksum", Line: 2, Words: "checksum", Content: "SPEC CHECKSUMS:\n  A\nCOCOAPODS: 1\n"},
		{Name: "other syntax", Line: 1, Words: "not a known section", Content: "{}"},
		{Name: "empty", Line: 1, Words: "ends before", Content: ""},
		{Name: "merge conflict", Line: 3, Words: "merge conflict", Keep: 1, Content: "PODS:\n  - A (1)\n<<<<<<< HEAD\n"},
	})
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, podfilelock.New(), "Podfile.lock")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, podfilelock.New()) }

func BenchmarkExtract(b *testing.B) {
	extracttest.Bench(b, podfilelock.New(), "shared:cocoapods-localsend/app/ios/Podfile.lock")
}

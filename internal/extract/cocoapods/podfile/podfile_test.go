package podfile_test

import (
	"context"
	"slices"
	"testing"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/cocoapods/podfile"
	"github.com/assay-sca/assay/internal/extract/extracttest"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	extracttest.Goldens(t, podfile.New(), "Podfile")
}

// KX-102: subspecs give one dependency each.
func TestSubspecs(t *testing.T) {
	t.Parallel()
	file, err := podfile.New().Extract(context.Background(), extract.Input{
		Data: []byte("target 'App' do\n  pod 'React', :subspecs => ['Core', 'CxxBridge']\nend\n"),
	})
	var names []string
	for _, d := range file.Declared {
		names = append(names, d.Name)
	}
	if err != nil || !slices.Equal(names, []string{"React/Core", "React/CxxBridge"}) {
		t.Errorf("got %q, %v", names, err)
	}
}

func TestWants(t *testing.T) {
	t.Parallel()
	extracttest.Wants(t, podfile.New(), map[string]bool{
		"Podfile": true, "ios/Podfile": true, "Podfile.lock": false, "MyPodfile": false, "Podfile/x": false,
	})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	extracttest.Faults(t, podfile.New(), []extracttest.Fault{
		{Name: "truncated", Line: 2, Words: "does not end", Keep: 1, Content: "pod 'Gauge'\npod 'Need"},
		{Name: "truncated block", Line: 1, Words: "a block does not end", Keep: 1, Content: "target 'A' do\n  pod 'Gauge'\n"},
	})
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, podfile.New(), "Podfile")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, podfile.New()) }

func BenchmarkExtract(b *testing.B) {
	extracttest.Bench(b, podfile.New(), "shared:cocoapods-simplenote/Podfile")
}

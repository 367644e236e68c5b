package packageresolved_test

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/extracttest"
	"github.com/assay-sca/assay/internal/extract/swift/packageresolved"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	extracttest.Goldens(t, packageresolved.New(), "v1.resolved", "v3.resolved")
}

func TestWants(t *testing.T) {
	t.Parallel()
	extracttest.Wants(t, packageresolved.New(), map[string]bool{
		"Package.resolved": true, "App.xcodeproj/project.xcworkspace/xcshareddata/swiftpm/Package.resolved": true,
		"Package.swift": false, "MyPackage.resolved": false,
	})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	const gauge = `{"identity":"gauge","location":"https://git.example.org/a/gauge","state":{"version":"1.0.0"}}`
	extracttest.Faults(t, packageresolved.New(), []extracttest.Fault{
		{Name: "truncated", Line: 2, Words: "ends too early", Keep: 1, Content: "{\"pins\":[\n" + gauge + ","},
		{Name: "twice", Line: 3, Words: "pinned twice", Keep: 2, Content: "{\"pins\":[\n" + gauge + ",\n" + gauge + "], \"version\": 2}"},
		{Name: "pins twice", Line: 2, Words: "stands twice", Keep: 1, Content: "{\"pins\":[" + gauge + "],\n\"pins\":[]}"},
		{Name: "pins of another kind", Line: 1, Words: "not an array", Content: `{"pins":{}, "version": 2}`},
		{Name: "pin of another kind", Line: 1, Words: "not an object", Content: `{"pins":[3], "version": 2}`},
		{Name: "no state", Line: 1, Words: "without a name or a state", Keep: 1, Content: `{"pins":[{"identity":"a"}], "version": 2}`},
		{Name: "another version", Line: 1, Words: "not known", Content: `{"pins":[], "version": 9}`},
		{Name: "no pins", Line: 1, Words: "no pins", Content: `{}`},
		{Name: "array", Line: 1, Words: "not an object", Content: `[]`},
		{Name: "empty", Line: 1, Words: "too early", Content: ``},
	})
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, packageresolved.New(), "v3.resolved")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, packageresolved.New()) }

func BenchmarkExtract(b *testing.B) {
	extracttest.Bench(b, packageresolved.New(), "shared:swift-simplenote/Package.resolved")
}

package podspec_test

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/cocoapods/podspec"
	"github.com/assay-sca/assay/internal/extract/extracttest"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	extracttest.Goldens(t, podspec.New(), "Clock.podspec")
}

func TestWants(t *testing.T) {
	t.Parallel()
	extracttest.Wants(t, podspec.New(), map[string]bool{
		"Clock.podspec": true, "a/Clock.podspec": true, "Clock.podspec.json": false, "podspec": false,
	})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	extracttest.Faults(t, podspec.New(), []extracttest.Fault{
		{Name: "truncated", Line: 3, Words: "does not end", Keep: 1, Content: "Pod::Spec.new do |s|\ns.dependency 'A'\ns.dependency 'B"},
		{Name: "truncated block", Line: 1, Words: "a block does not end", Keep: 1, Content: "Pod::Spec.new do |s|\ns.dependency 'A'\n"},
	})
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, podspec.New(), "Clock.podspec")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, podspec.New()) }

func BenchmarkExtract(b *testing.B) { extracttest.Bench(b, podspec.New(), "Clock.podspec") }

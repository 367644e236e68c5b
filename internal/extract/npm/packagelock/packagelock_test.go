package packagelock

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/extracttest"
)

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, New()) }

func BenchmarkExtract(b *testing.B) {
	for _, name := range []string{
		"npm-v2-axios/package-lock.json",
		"npm-v1-dependencytrack-frontend/package-lock.json",
		"npm-v3-retirejs/package-lock.json",
	} {
		b.Run(name, func(b *testing.B) { extracttest.Bench(b, New(), "shared:"+name) })
	}
}

package bunlock

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/extracttest"
)

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, New()) }

func BenchmarkExtract(b *testing.B) { extracttest.Bench(b, New(), "shared:bun-hono/bun.lock") }

package extract_test

import (
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"testing"

	"github.com/assay-sca/assay/internal/extract"
)

// lister is a format that costs nothing: what is measured is the walk.
type lister struct{}

func (lister) Format() extract.Format {
	return extract.Format{Name: "list", Ecosystem: "npm", Role: extract.Lock, Files: "list.lock"}
}

func (lister) Wants(p string) bool { return path.Base(p) == "list.lock" }

func (lister) Extract(context.Context, extract.Input) (extract.File, error) {
	return extract.File{Packages: []extract.Package{{Name: "a", Version: "1.0.0"}}}, nil
}

// BenchmarkRun walks 5,000 files in 420 folders, of which 200 are read.
func BenchmarkRun(b *testing.B) {
	const folders, files = 400, 5000
	dir := b.TempDir()
	for i := range files {
		n := i % folders
		name := fmt.Sprintf("file-%d.txt", i)
		if i < folders/2 {
			name = "list.lock"
		}
		at := filepath.Join(dir, fmt.Sprintf("area-%d", n%20), fmt.Sprintf("project-%d", n))
		if err := os.MkdirAll(at, 0o700); err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(at, name), fmt.Appendf(nil, "file %d\n", i), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		b.Fatal(err)
	}
	defer root.Close()
	b.ReportAllocs()
	for b.Loop() {
		r, err := extract.Run(b.Context(), root.FS(), extract.Options{Extractors: []extract.Extractor{lister{}}, Limits: extract.DefaultLimits()})
		if err != nil || len(r.Ledger) != folders/2 {
			b.Fatalf("error %v, %d files read", err, len(r.Ledger))
		}
	}
	b.ReportMetric(float64(files)*float64(b.N)/b.Elapsed().Seconds(), "files/s")
}

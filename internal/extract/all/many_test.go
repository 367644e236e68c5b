package all_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/all"
	"github.com/assay-sca/assay/internal/extract/extracttest"
)

// Every format has a pattern by which benchmarks make large files of it: it is
// wanted, without a fault, and gives something for each entry.
func TestPatterns(t *testing.T) {
	for _, e := range all.Extractors() {
		t.Run(e.Format().Name, func(t *testing.T) {
			t.Parallel()
			p, err := extracttest.ReadPattern(filepath.Join("..", "..", "..", extracttest.LeafFolder(e)))
			if err != nil {
				t.Fatal(err)
			}
			path, err := p.Path(e)
			if err != nil {
				t.Fatal(err)
			}
			const entries = 50
			file, err := e.Extract(context.Background(), extract.Input{Path: path, Data: p.File(1000, entries)})
			extracttest.Check(t, file, err)
			if err != nil || len(file.Problems) > 0 {
				t.Errorf("error %v, problems %v", err, file.Problems)
			}
			if got := max(len(file.Packages), len(file.Declared)); got < entries && e.Format().Role != extract.Evidence && file.Basis == nil && len(file.Members) == 0 {
				t.Errorf("%d packages, %d declarations, want at least %d", len(file.Packages), len(file.Declared), entries)
			}
		})
	}
}

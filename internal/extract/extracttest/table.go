package extracttest

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract"
)

// Goldens runs Golden on several files of testdata.
func Goldens(t *testing.T, e extract.Extractor, names ...string) {
	t.Helper()
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			Golden(t, e, name)
		})
	}
}

// Wants checks which paths a format takes for its own.
func Wants(t *testing.T, e extract.Extractor, paths map[string]bool) {
	t.Helper()
	for path, want := range paths {
		if got := e.Wants(path); got != want {
			t.Errorf("Wants(%q) = %t, want %t", path, got, want)
		}
	}
}

// Fault is a text with a fault, as FailsAt takes it.
type Fault struct {
	Name, Content string
	Line          int
	Words         string
	Keep          int
}

// Faults runs FailsAt on each fault.
func Faults(t *testing.T, e extract.Extractor, faults []Fault) {
	t.Helper()
	for _, f := range faults {
		t.Run(f.Name, func(t *testing.T) {
			t.Parallel()
			FailsAt(t, e, f.Content, f.Line, f.Words, f.Keep)
		})
	}
}

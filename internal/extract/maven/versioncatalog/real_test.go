package versioncatalog_test

import (
	"context"
	"os"
	"regexp"
	"testing"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/extracttest"
	"github.com/assay-sca/assay/internal/extract/maven/versioncatalog"
)

var entry = regexp.MustCompile(`(?m)^[\w-]+ *= *(\{ *(module|id) *=|"[^":]+:)`)

// TestReal counts the entries of real catalogues by a pattern too.
func TestReal(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]int{
		"gradle-okhttp/gradle/libs.versions.toml":            106,
		"gradle-lock-kotlin-bip39/gradle/libs.versions.toml": 13,
	} {
		data, err := os.ReadFile(extracttest.Fixture(t, name))
		if err != nil {
			t.Fatal(err)
		}
		file, err := versioncatalog.New().Extract(context.Background(), extract.Input{Path: name, Data: data})
		if err != nil || len(file.Problems) > 0 {
			t.Errorf("%s: faults: %v %v", name, err, file.Problems)
		}
		if naive := len(entry.FindAll(data, -1)); len(file.Declared) != want || naive != want {
			t.Errorf("%s: %d entries, %d by the pattern, want %d", name, len(file.Declared), naive, want)
		}
		for _, d := range file.Declared {
			if d.Constraint == "" {
				t.Errorf("%s: %s has no version", name, d.Name)
			}
		}
	}
}

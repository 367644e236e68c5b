package httpapi

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestDocument keeps docs/openapi.json equal to what the API offers;
// ASSAY_UPDATE=1 writes it.
func TestDocument(t *testing.T) {
	t.Parallel()
	_, r := build(nil, Options{}, (*api).nouns)
	got := documentText(r)
	golden := filepath.Join("..", "..", "docs", "openapi.json")
	if os.Getenv("ASSAY_UPDATE") == "1" {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("docs/openapi.json is not what the API offers; ASSAY_UPDATE=1 rewrites it (-want +got):\n%s", diff)
	}
}

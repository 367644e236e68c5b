package extract_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/extract"
)

func TestFault(t *testing.T) {
	t.Parallel()
	var file extract.File
	file.Fault(7, "key %q stands twice", "a")
	for line := range 1000 {
		file.Fault(line, "odd")
	}
	if got := len(file.Problems); got != 101 {
		t.Errorf("kept %d problems, want 101", got)
	}
	want := []extract.Problem{
		{Line: 7, Message: `key "a" stands twice`},
		{Line: 99, Message: "more faults from here on are not listed"},
	}
	got := []extract.Problem{file.Problems[0], file.Problems[len(file.Problems)-1]}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

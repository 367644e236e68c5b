package gitref_test

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/gitref"
)

func TestIsCommit(t *testing.T) {
	t.Parallel()
	if !gitref.IsCommit("0123456789abcdef0123456789ABCDEF01234567") || gitref.IsCommit("main") ||
		gitref.IsCommit("x123456789abcdef0123456789ABCDEF01234567") {
		t.Error("a commit is told wrongly")
	}
}

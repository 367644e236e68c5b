package pipeline

import (
	"context"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/store"
)

// Findings joins what matching said with how the inventory uses the components:
// the list that MergeFindings takes, sorted by component and vulnerability.
func Findings(ctx context.Context, st store.Store, inv store.StoredInventory, matched store.Matched) ([]store.Found, error) {
	return nil, errs.E(errs.Unavailable, "not built yet")
}

// MergeFound makes one list of those of several analyzers: one finding a component
// and vulnerability, with the advisories and evidence of all.
func MergeFound(lists ...[]store.Found) []store.Found {
	return nil
}

package pipeline

import (
	"context"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/store"
)

// StoreInventory stores what a source is made of by its content: components,
// units and the inventory. What is there already is not written again. It needs no
// transaction and may run twice.
func StoreInventory(ctx context.Context, st store.Store, inv *inventory.Inventory) (store.StoredInventory, error) {
	return store.StoredInventory{}, errs.E(errs.Unavailable, "not built yet")
}

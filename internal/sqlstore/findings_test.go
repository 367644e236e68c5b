package sqlstore_test

import (
	"testing"

	"github.com/assay-sca/assay/internal/sqlstore"
	"github.com/assay-sca/assay/internal/sqlstore/sqlstoretest"
	"github.com/assay-sca/assay/internal/store/storetest"
)

func TestInventories(t *testing.T) {
	t.Parallel()
	sqlstoretest.Each(t, func(t *testing.T, db *sqlstore.DB) { storetest.Inventories(t, db) })
}

func TestFindings(t *testing.T) {
	t.Parallel()
	sqlstoretest.Each(t, func(t *testing.T, db *sqlstore.DB) { storetest.Findings(t, db) })
}

func TestDecidedMeanwhile(t *testing.T) {
	t.Parallel()
	sqlstoretest.Each(t, func(t *testing.T, db *sqlstore.DB) { storetest.DecidedMeanwhile(t, db) })
}

func TestInventoriesForgotten(t *testing.T) {
	t.Parallel()
	sqlstoretest.Each(t, func(t *testing.T, db *sqlstore.DB) { storetest.InventoriesForgotten(t, db) })
}

func TestReleases(t *testing.T) {
	t.Parallel()
	sqlstoretest.Each(t, func(t *testing.T, db *sqlstore.DB) { storetest.Releases(t, db) })
}

package sqlstore_test

import (
	"testing"

	"github.com/assay-sca/assay/internal/sqlstore"
	"github.com/assay-sca/assay/internal/sqlstore/sqlstoretest"
)

// TestUpDownUp: every migration can be taken back and applied again.
func TestUpDownUp(t *testing.T) {
	t.Parallel()
	sqlstoretest.Each(t, func(t *testing.T, db *sqlstore.DB) {
		all, err := db.Migrations(t.Context())
		if err != nil || len(all) == 0 {
			t.Fatalf("%d migrations, error %v", len(all), err)
		}
		for range all {
			if err := db.MigrateDown(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if current, err := db.Current(t.Context()); err != nil || current {
			t.Fatalf("after all are taken back: current %v, error %v", current, err)
		}
		if err := db.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		if current, err := db.Current(t.Context()); err != nil || !current {
			t.Fatalf("after all are applied again: current %v, error %v", current, err)
		}
	})
}

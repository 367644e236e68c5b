package sqlstore_test

import (
	"testing"

	"github.com/assay-sca/assay/internal/sqlstore"
	"github.com/assay-sca/assay/internal/sqlstore/sqlstoretest"
	"github.com/assay-sca/assay/internal/store"
	"github.com/assay-sca/assay/internal/store/storetest"
)

// TestProjects runs the specification of projects and of what is read across them.
func TestProjects(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]func(*testing.T, store.Store){
		"projects": storetest.Projects, "lists": storetest.ProjectLists, "repositories": storetest.Repositories,
		"schedules": storetest.Schedules, "portfolio": storetest.Portfolio,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sqlstoretest.Each(t, func(t *testing.T, db *sqlstore.DB) { test(t, db) })
		})
	}
}

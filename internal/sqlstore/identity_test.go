package sqlstore_test

import (
	"testing"

	"github.com/assay-sca/assay/internal/sqlstore"
	"github.com/assay-sca/assay/internal/sqlstore/sqlstoretest"
	"github.com/assay-sca/assay/internal/store"
	"github.com/assay-sca/assay/internal/store/storetest"
)

// TestIdentity runs the specification of people and their rights.
func TestIdentity(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]func(*testing.T, store.Store){
		"users": storetest.Users, "organisations": storetest.Organisations, "grants": storetest.Grants, "sessions": storetest.Sessions,
		"tokens": storetest.Tokens, "answers": storetest.Answers, "audits": storetest.Audits,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sqlstoretest.Each(t, func(t *testing.T, db *sqlstore.DB) { test(t, db) })
		})
	}
}

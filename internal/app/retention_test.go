package app_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/app/apptest"
	"github.com/assay-sca/assay/internal/sqlstore"
	"github.com/assay-sca/assay/internal/sqlstore/sqlstoretest"
)

// TestForget wants the old to go and what is named to stay.
func TestForget(t *testing.T) {
	t.Parallel()
	sqlstoretest.Each(t, func(t *testing.T, db *sqlstore.DB) {
		ctx, k := t.Context(), apptest.New(t, db)
		who := k.Actor(k.Organisation("acme"), app.Administrator)
		p, err := k.CreateProject(ctx, who, app.NewProject{
			ProjectSettings: app.ProjectSettings{Name: "shop"}, Repositories: []app.NewRepository{{URL: "https://git.example.org/shop.git"}},
		})
		if err != nil {
			t.Fatal(err)
		}
		var last string
		for range 5 {
			s, err := k.CreateScan(ctx, who, app.NewScan{Project: p.ID})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := k.CancelScan(ctx, who, s.ID); err != nil {
				t.Fatal(err)
			}
			last = s.ID
		}
		if _, _, err := k.Blobs.Put(ctx, strings.NewReader("nobody's")); err != nil {
			t.Fatal(err)
		}
		keep := app.Retention{Scans: 2, Logs: 90 * 24 * time.Hour, Blobs: 24 * time.Hour}
		got, err := k.Forget(ctx, keep)
		if err != nil || got.Scans != 3 || got.Blobs != 0 {
			t.Errorf("at first: got %+v, error %v", got, err)
		}
		if _, err := k.Scan(ctx, who, last); err != nil {
			t.Errorf("the last scan: %v", err)
		}
		k.Clock.Add(25 * time.Hour)
		got, err = k.Forget(ctx, keep)
		if diff := cmp.Diff(app.Forgotten{Blobs: 1}, got); diff != "" || err != nil {
			t.Errorf("a day later: error %v, mismatch (-want +got):\n%s", err, diff)
		}
	})
}

package server_test

import (
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/app/apptest"
	"github.com/assay-sca/assay/internal/auth"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/server"
	"github.com/assay-sca/assay/internal/sqlstore/sqlstoretest"
	"github.com/assay-sca/assay/internal/store"
)

// TestRotateKeys seals a credential anew: at once where one process serves, in two
// steps where there may be many.
func TestRotateKeys(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]server.Options{
		"embedded":   {Data: t.TempDir()},
		"scaled out": {Data: t.TempDir(), Database: sqlstoretest.Postgres(t).Migrated(t)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o.Clock, o.KeyFile = time.Now, filepath.Join(o.Data, "key")
			repository := withCredential(t, o)
			n, err := server.RotateKeys(t.Context(), o)
			want := 1
			if o.Database != "" {
				want = 0
			}
			if err != nil || n != want {
				t.Fatalf("rotated: %d, error %v", n, err)
			}
			if n, err = server.ResealSecrets(t.Context(), o); err != nil || n != 1-want {
				t.Errorf("resealed: %d, error %v", n, err)
			}
			db, err := server.OpenDatabase(t.Context(), o)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			keys, err := auth.OpenKeyring(o.KeyFile, false)
			if err != nil {
				t.Fatal(err)
			}
			r, err := db.Repository(t.Context(), repository)
			if err != nil || keys.Stale(r.Sealed) {
				t.Fatalf("the credential is sealed as before, error %v", err)
			}
			if c, err := keys.RepositoryCredential(r); err != nil || c.Secret != "s3cret" {
				t.Errorf("the credential is %q, error %v", c.Secret, err)
			}
		})
	}
	if _, err := server.RotateKeys(t.Context(), server.Options{Data: t.TempDir()}); errs.KindOf(err) == errs.Unknown {
		t.Errorf("without a key: error %v", err)
	}
}

// withCredential makes a database with a repository that has a credential, and
// returns its id.
func withCredential(t *testing.T, o server.Options) string {
	t.Helper()
	db, err := server.OpenDatabase(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := server.Migrate(t.Context(), db, server.Options{Log: slog.New(slog.DiscardHandler)}); err != nil {
		t.Fatal(err)
	}
	k := apptest.New(t, db)
	if k.Keys, err = auth.OpenKeyring(o.KeyFile, true); err != nil {
		t.Fatal(err)
	}
	who := k.Actor(k.Organisation("acme"), app.Administrator)
	p, err := k.CreateProject(t.Context(), who, app.NewProject{
		ProjectSettings: app.ProjectSettings{Name: "shop"},
		Repositories:    []app.NewRepository{{URL: "https://git.example.org/shop.git", Credential: app.NewCredential{Kind: store.CredentialToken, Secret: "s3cret"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	list, err := db.RepositoriesOf(t.Context(), p.ID)
	if err != nil || len(list) != 1 {
		t.Fatalf("repositories: %v, error %v", list, err)
	}
	return list[0].ID
}

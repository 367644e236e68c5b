package pipeline_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"testing/fstest"
	"time"

	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/pipeline"
	"github.com/assay-sca/assay/internal/sqlstore"
	"github.com/assay-sca/assay/internal/sqlstore/sqlstoretest"
	"github.com/assay-sca/assay/internal/store"
	"github.com/assay-sca/assay/internal/vulndb"
	"github.com/assay-sca/assay/internal/vulndb/build"
	"github.com/assay-sca/assay/internal/vulndb/feed"
	feeds "github.com/assay-sca/assay/internal/vulndb/feed/all"
)

// Inventories of 1,000 components, of which 300 are everybody's: what one upload
// costs the store when all of it is new, and when nothing changed.

const benchComponents = 1000

func benchInventory(project int) *inventory.Inventory {
	b := inventory.NewBuilder()
	u := b.Unit("package-lock", "package-lock.json")
	for i := range benchComponents {
		name := fmt.Sprintf("shared-%d", i)
		if i >= benchComponents*3/10 {
			name = fmt.Sprintf("own-%d-%d", project, i)
		}
		b.Add(u, inventory.Found{
			Ecosystem: "npm", Name: name, Version: "1.0.0", Path: "package-lock.json", Line: i * 8, Direct: i%20 == 0, Scope: inventory.ScopeRuntime,
			Integrity: []string{fmt.Sprintf("sha512-%064x", i*project)},
		})
		if i > 0 {
			u.Edges = append(u.Edges, inventory.Edge{From: i / 2, To: i})
		}
	}
	inv := b.Inventory()
	return &inv
}

// benchDatabase knows a vulnerability of every tenth shared component.
func benchDatabase(b *testing.B) *vulndb.DB {
	b.Helper()
	files := fstest.MapFS{}
	for i := 0; i < benchComponents*3/10; i += 10 {
		files[fmt.Sprintf("%d.json", i)] = &fstest.MapFile{Data: fmt.Appendf(nil, `{"id":"GHSA-0000-0000-%04d","modified":"2026-01-01T00:00:00Z","aliases":["CVE-2026-%d"],
"summary":"a fault of shared-%d","affected":[{"package":{"ecosystem":"npm","name":"shared-%d"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"2.0.0"}]}]}]}`, i, 10000+i, i, i)}
	}
	set, err := feeds.FromFS("test", files)
	if err != nil {
		b.Fatal(err)
	}
	file := filepath.Join(b.TempDir(), "test.db")
	if _, err := build.Run(b.Context(), file, []feed.Set{set}, build.Options{Built: time.Unix(1_800_000_000, 0)}, build.Limits{}, func(string) {}); err != nil {
		b.Fatal(err)
	}
	db, err := vulndb.Open(b.Context(), file)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	return db
}

type uploads struct {
	b       *testing.B
	db      *sqlstore.DB
	adv     *vulndb.DB
	release store.Release
	org     string
	seq     int64
	took    [4]time.Duration
}

func benchEach(b *testing.B, run func(u *uploads)) {
	for _, name := range []string{"sqlite", "postgres"} {
		b.Run(name, func(b *testing.B) {
			target := ""
			if name == "sqlite" {
				target = sqlstoretest.SQLite(b)
			} else {
				target = sqlstoretest.Postgres(b).Migrated(b)
			}
			db, err := sqlstore.Open(b.Context(), target, sqlstore.Options{})
			if err != nil {
				b.Fatal(err)
			}
			defer db.Close()
			u := &uploads{b: b, db: db, adv: benchDatabase(b), org: store.NewID()}
			u.must(db.CreateOrganisation(b.Context(), store.Organisation{ID: u.org, Slug: u.org, Name: "Example", CreatedAt: time.Unix(1, 0), Revision: 1}))
			u.must(db.Tx(b.Context(), func(tx store.Store) (err error) {
				u.release, err = tx.AddRelease(b.Context(), store.Release{Digest: "sha256:1", Schema: "2.0.0", Name: "r1", Built: time.Unix(1, 0), Imported: time.Unix(1, 0)})
				return err
			}))
			run(u)
			for i, name := range []string{"inventory", "match", "findings", "merge"} {
				b.ReportMetric(float64(u.took[i].Microseconds())/1000/float64(b.N), "ms/"+name)
			}
		})
	}
}

func (u *uploads) must(err error) {
	u.b.Helper()
	if err != nil {
		u.b.Fatal(err)
	}
}

func (u *uploads) version(n int) int64 {
	id := store.NewID()
	u.must(u.db.AddProject(u.b.Context(), store.Project{ID: id, Organisation: u.org, Name: fmt.Sprint("Project ", n), Visibility: store.VisibleToOrganisation, Created: time.Unix(1, 0), Updated: time.Unix(1, 0)}))
	v, err := u.db.EnsureVersion(u.b.Context(), store.Version{Project: id, Ref: "main", Main: true})
	u.must(err)
	return v.ID
}

func (u *uploads) upload(ctx context.Context, version int64, inv *inventory.Inventory) {
	u.seq++
	times := [5]time.Time{time.Now()}
	stored, err := pipeline.StoreInventory(ctx, u.db, inv)
	u.must(err)
	times[1] = time.Now()
	ids := make([]int64, len(stored.Components))
	for i := range ids {
		ids[i] = stored.Components[i].ID
	}
	matched, err := pipeline.Match(ctx, u.db, u.adv, u.release, ids)
	u.must(err)
	times[2] = time.Now()
	found, err := pipeline.Findings(ctx, u.db, stored, matched)
	u.must(err)
	times[3] = time.Now()
	u.must(u.db.Tx(ctx, func(tx store.Store) error {
		if _, err := tx.SetVersionInventory(ctx, version, stored, u.seq); err != nil {
			return err
		}
		got, err := tx.MergeFindings(ctx, store.Merge{Version: version, ScanSeq: u.seq, Release: u.release.Seq, At: time.Unix(2, 0), Found: found})
		if err == nil && got.Total() != benchComponents*3/100 {
			u.b.Fatalf("%d findings", got.Total())
		}
		return err
	}))
	times[4] = time.Now()
	for i := range u.took {
		u.took[i] += times[i+1].Sub(times[i])
	}
}

func BenchmarkUploadNew(b *testing.B) {
	benchEach(b, func(u *uploads) {
		n := 0
		for u.b.Loop() {
			u.b.StopTimer()
			n++
			version, inv := u.version(n), benchInventory(n)
			u.b.StartTimer()
			u.upload(u.b.Context(), version, inv)
		}
	})
}

func BenchmarkUploadAgain(b *testing.B) {
	benchEach(b, func(u *uploads) {
		version, inv := u.version(1), benchInventory(1)
		u.upload(u.b.Context(), version, inv)
		u.took = [4]time.Duration{}
		for u.b.Loop() {
			u.upload(u.b.Context(), version, inv)
		}
	})
}

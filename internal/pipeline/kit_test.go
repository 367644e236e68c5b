package pipeline_test

import (
	"context"
	"path/filepath"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/app/apptest"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/all"
	"github.com/assay-sca/assay/internal/finding"
	"github.com/assay-sca/assay/internal/pipeline"
	"github.com/assay-sca/assay/internal/source"
	"github.com/assay-sca/assay/internal/sqlstore"
	"github.com/assay-sca/assay/internal/sqlstore/sqlstoretest"
	"github.com/assay-sca/assay/internal/store"
	"github.com/assay-sca/assay/internal/vulndb"
	"github.com/assay-sca/assay/internal/vulndb/build"
	"github.com/assay-sca/assay/internal/vulndb/feed"
	feeds "github.com/assay-sca/assay/internal/vulndb/feed/all"
)

// bench is a pipeline over a real database, with sources in memory and one
// project of one repository.
type bench struct {
	*apptest.Kit
	t       *testing.T
	db      *sqlstore.DB
	p       *pipeline.Pipeline
	options pipeline.Options
	who     app.Actor
	project string
	tree    fstest.MapFS
	fetched atomic.Int64
	refs    []source.RemoteRef                                                 // of every repository
	fetch   func(ctx context.Context, r source.Remote) (*source.Source, error) // instead of the tree
}

const lock = `{"lockfileVersion":3,"packages":{"":{"dependencies":{"left":"^1.0.0"}},"node_modules/left":{"version":"1.0.0"}}}`

// onEach runs a test on a bench over each database.
func onEach(t *testing.T, test func(t *testing.T, b *bench)) {
	t.Helper()
	t.Parallel()
	sqlstoretest.Each(t, func(t *testing.T, db *sqlstore.DB) { test(t, newBench(t, db)) })
}

func newBench(t *testing.T, db *sqlstore.DB) *bench {
	t.Helper()
	b := &bench{Kit: apptest.New(t, db), t: t, db: db, tree: fstest.MapFS{"web/package-lock.json": {Data: []byte(lock)}}}
	b.who = b.Installation()
	b.project = b.addProject("shop")
	b.options = pipeline.Options{
		Store: db, Blobs: b.Blobs, Queue: b.Queue, Databases: b.release(), Clock: b.Clock.Now, Worker: "w",
		Extract: extract.Options{Extractors: all.Extractors(), Limits: extract.DefaultLimits()},
		Fetch:   b.fetchSource, List: b.listRefs, Poll: 5 * time.Millisecond,
	}
	b.p = pipeline.New(b.options)
	return b
}

// with returns a pipeline with other options.
func (b *bench) with(change func(o *pipeline.Options)) *pipeline.Pipeline {
	o := b.options
	change(&o)
	return pipeline.New(o)
}

// reaching is a pipeline that comes to a stage of a scan. A single analyzer's list is
// merged as it is stored; to merge is a stage of its own where there are several, of
// which another worker has run the others.
func (b *bench) reaching(stage store.Stage, scan string, change func(o *pipeline.Options)) *pipeline.Pipeline {
	b.t.Helper()
	if stage != store.StageMerge {
		return b.with(change)
	}
	two := func(change func(o *pipeline.Options)) *pipeline.Pipeline {
		return b.with(func(o *pipeline.Options) {
			o.Analyzers = []pipeline.Analyzer{pipeline.Advisories{Store: b.db, Databases: o.Databases}, silent{"silent"}}
			change(o)
		})
	}
	p := two(func(*pipeline.Options) {})
	b.must(p.Scan(b.t.Context(), scan))
	b.must(p.Analysis(b.t.Context(), scan, "silent"))
	return two(change)
}

// silent is an analyzer that finds nothing.
type silent struct{ name string }

func (s silent) Name() string { return s.name }

func (silent) Analyse(context.Context, store.Scan, store.StoredInventory) (pipeline.Analysis, error) {
	return pipeline.Analysis{}, nil
}

// addProject adds a project with a repository.
func (b *bench) addProject(name string) string {
	b.t.Helper()
	ctx := b.t.Context()
	organisation := b.Organisation("o" + store.NewID()[:8])
	p := store.Project{ID: store.NewID(), Organisation: organisation, Name: name, Visibility: store.VisibleToOrganisation, ReleasePattern: store.DefaultReleasePattern, Created: b.Clock.Now(), Updated: b.Clock.Now()}
	b.must(b.db.AddProject(ctx, p))
	b.must(b.db.AddRepository(ctx, store.Repository{ID: store.NewID(), Project: p.ID, URL: "https://git.example.org/" + p.ID, Key: "git.example.org/" + p.ID, Created: b.Clock.Now()}))
	return p.ID
}

func (b *bench) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) fetchSource(ctx context.Context, r source.Remote) (*source.Source, error) {
	b.fetched.Add(1)
	if b.fetch != nil {
		return b.fetch(ctx, r)
	}
	return b.open(), nil
}

func (b *bench) listRefs(context.Context, source.Remote) (source.Refs, error) {
	return source.Refs{Refs: b.refs}, nil
}

func (b *bench) open() *source.Source {
	return &source.Source{Tree: b.tree, Description: finding.Source{Kind: "git", Name: "shop", Ref: "refs/heads/main", Commit: "c0ffee"}}
}

// scan starts a scan of the project.
func (b *bench) start() store.Scan {
	b.t.Helper()
	s, err := b.CreateScan(b.t.Context(), b.who, app.NewScan{Project: b.project})
	b.must(err)
	return s
}

func (b *bench) reread(id string) store.Scan {
	b.t.Helper()
	s, err := b.db.Scan(b.t.Context(), id)
	b.must(err)
	return s
}

// scanned starts a scan and works it to its end.
func (b *bench) scanned() store.Scan {
	b.t.Helper()
	s := b.start()
	b.must(b.p.Scan(b.t.Context(), s.ID))
	return b.reread(s.ID)
}

// log is the whole log of a scan.
func (b *bench) log(id string) string {
	b.t.Helper()
	page, err := b.ScanLog(b.t.Context(), b.who, id, 0, 0)
	b.must(err)
	var out string
	for i, l := range page.Lines {
		if l.Seq != int64(i+1) {
			b.t.Errorf("line %d has the number %d", i+1, l.Seq)
		}
		out += l.Level + " " + l.Text + "\n"
	}
	return out
}

// logStages are the stages that the lines of a log are about.
func (b *bench) logStages(id string) []store.Stage {
	b.t.Helper()
	page, err := b.ScanLog(b.t.Context(), b.who, id, 0, 0)
	b.must(err)
	var out []store.Stage
	for _, l := range page.Lines {
		out = append(out, l.Stage)
	}
	return out
}

// events are the names of the outbox's events.
func (b *bench) events() []string {
	b.t.Helper()
	open, err := b.db.Announcements(b.t.Context(), 1000)
	b.must(err)
	var names []string
	for _, e := range open {
		names = append(names, e.Event)
	}
	return names
}

// advisories is a database that knows of one vulnerability, of npm's left before
// 2.0.0.
func advisories(t *testing.T) *vulndb.DB {
	t.Helper()
	set, err := feeds.FromFS("test", fstest.MapFS{"GHSA-1.json": {Data: []byte(`{"id":"GHSA-2222-3333-4444","modified":"2026-01-01T00:00:00Z",
		"aliases":["CVE-2026-10001"],"summary":"a fault","affected":[{"package":{"ecosystem":"npm","name":"left"},
		"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"2.0.0"}]}]}]}`)}})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "test.db")
	if _, err := build.Run(t.Context(), file, []feed.Set{set}, build.Options{Built: time.Unix(1_800_000_000, 0)}, build.Limits{}, func(string) {}); err != nil {
		t.Fatal(err)
	}
	db, err := vulndb.Open(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// releases is an app.Databases of one release.
type releases struct {
	db      *vulndb.DB
	release store.Release
	err     error
}

func (r *releases) Current(context.Context) (*vulndb.DB, store.Release, func(), error) {
	return r.db, r.release, func() {}, r.err
}

// release makes the advisories the current release.
func (b *bench) release() *releases {
	b.t.Helper()
	r := &releases{db: advisories(b.t)}
	b.must(b.db.Tx(b.t.Context(), func(tx store.Store) (err error) {
		r.release, err = tx.AddRelease(b.t.Context(), store.Release{Digest: "sha256:" + store.NewID(), Schema: "2.0.0", Name: "r1", Built: b.Clock.Now(), Imported: b.Clock.Now()})
		return err
	}))
	return r
}

// noRelease are databases of which none was loaded.
func noRelease() *releases { return &releases{err: errs.E(errs.NotFound, "no release was imported")} }

// analyzer is one for tests.
type analyzer struct {
	name string
	do   func(ctx context.Context) error
}

func (a analyzer) Name() string { return a.name }

func (a analyzer) Analyse(ctx context.Context, _ store.Scan, used store.StoredInventory) (pipeline.Analysis, error) {
	var out pipeline.Analysis
	for _, c := range used.Components {
		out.Found = append(out.Found, store.Found{Component: c.ID, Key: "left 1.0.0", Finding: store.ComponentFinding{Vulnerability: "X-" + a.name}})
	}
	if a.do != nil {
		return out, a.do(ctx)
	}
	return out, nil
}

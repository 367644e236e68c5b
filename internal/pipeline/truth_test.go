package pipeline_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/finding"
	"github.com/assay-sca/assay/internal/pipeline"
	"github.com/assay-sca/assay/internal/source"
	"github.com/assay-sca/assay/internal/store"
	"github.com/assay-sca/assay/internal/vulndb"
)

func (b *bench) reproject() store.Project {
	b.t.Helper()
	p, err := b.db.Project(b.t.Context(), b.project)
	b.must(err)
	return p
}

// work brings a scan to its end.
func (b *bench) work(s store.Scan, err error) store.Scan {
	b.t.Helper()
	b.must(err)
	b.must(b.p.Scan(b.t.Context(), s.ID))
	return b.reread(s.ID)
}

func (b *bench) scanOf(repository, ref string) store.Scan {
	b.t.Helper()
	s, err := b.CreateScan(b.t.Context(), b.who, app.NewScan{Project: b.project, Repository: repository, Ref: ref})
	return b.work(s, err)
}

func (b *bench) addRepository() store.Repository {
	b.t.Helper()
	r := store.Repository{ID: store.NewID(), Project: b.project, URL: "https://git.example.org/" + store.NewID(), Created: b.Clock.Now()}
	r.Key = r.URL
	b.must(b.db.AddRepository(b.t.Context(), r))
	return r
}

func (b *bench) repositories() []store.Repository {
	b.t.Helper()
	all, err := b.db.RepositoriesOf(b.t.Context(), b.project)
	b.must(err)
	return all
}

// TestArchived: a project that comes back from the archive has its figures again.
func TestArchived(t *testing.T) {
	onEach(t, func(t *testing.T, b *bench) {
		b.scanned()
		before := b.reproject()
		for _, archived := range []bool{true, false} {
			_, err := b.EditProject(t.Context(), b.who, b.project, b.reproject().Revision, app.ProjectEdit{Archived: &archived})
			b.must(err)
		}
		after := b.reproject()
		if before.Counts.Total() != 1 || after.Counts != before.Counts || after.Risk != before.Risk {
			t.Errorf("figures %+v before, %+v after", before.Counts, after.Counts)
		}
		list, err := b.Vulnerabilities(t.Context(), b.who, app.VulnerabilityQuery{Filter: store.VulnerabilityFilter{Organisation: b.org()}})
		b.must(err)
		if len(list.Items) != 1 {
			t.Errorf("vulnerabilities %+v", list.Items)
		}
	})
}

// TestPushedAndFetched: what pushes and what repositories say is counted once.
func TestPushedAndFetched(t *testing.T) {
	onEach(t, func(t *testing.T, b *bench) {
		b.work(b.push(pushed("left", "1.0.0"), "main"), nil)
		if p := b.reproject(); p.Counts.Total() != 1 || p.Components != 1 {
			t.Errorf("pushed: %+v %d", p.Counts, p.Components)
		}
		b.scanned()
		b.work(b.push(pushed("left", "1.0.0"), "main"), nil)
		if p := b.reproject(); p.Counts.Total() != 1 || p.Components != 1 {
			t.Errorf("pushed and fetched: %+v %d", p.Counts, p.Components)
		}
	})
}

// TestTroubleStays: what went wrong with one main version is not hidden by a scan of
// another.
func TestTroubleStays(t *testing.T) {
	onEach(t, func(t *testing.T, b *bench) {
		first, second := b.repositories()[0], b.addRepository()
		broken := fstest.MapFS{"package-lock.json": {Data: []byte("{")}}
		tree := b.tree
		bad, failing := true, false
		b.fetch = func(_ context.Context, r source.Remote) (*source.Source, error) {
			src := b.open()
			src.Tree = tree
			if r.URL == first.URL && r.Ref == "" {
				if failing {
					return nil, errors.New("away")
				}
				if bad {
					src.Tree = broken
				}
			}
			src.Description = finding.Source{Kind: "git", Name: "shop", Ref: "refs/heads/main", Commit: "c0ffee"}
			return src, nil
		}
		b.p = b.with(func(o *pipeline.Options) { o.Tries = 1 })
		check := func(what, state string, incomplete bool) {
			t.Helper()
			p := b.reproject()
			if p.LastScan.State != state || p.LastScan.Incomplete != incomplete {
				t.Errorf("%s: %+v", what, p.LastScan)
			}
		}
		b.scanOf(first.ID, "")
		check("incomplete", "done", true)
		b.scanOf(first.ID, "feature")
		check("another branch", "done", true)
		b.scanOf(second.ID, "")
		check("another repository", "done", true)
		b.work(b.push(pushed("left", "1.0.0"), "main"), nil)
		check("a push", "done", true)
		bad = false
		b.scanOf(first.ID, "")
		check("read", "done", false)
		bad = true
		b.scanOf(first.ID, "feature")
		bad = false
		check("read", "done", false)
		failing = true
		b.scanOf(first.ID, "")
		check("failed", "failed", false)
		b.scanOf(first.ID, "feature")
		check("failed, another branch", "failed", false)
		b.scanOf(second.ID, "")
		check("failed, another repository", "failed", false)
		failing = false
		b.scanOf(first.ID, "")
		check("well", "done", false)
	})
}

// TestCancelledHalfway: a version whose inventory is new and unmatched does not look
// checked.
func TestCancelledHalfway(t *testing.T) {
	onEach(t, func(t *testing.T, b *bench) {
		b.scanned()
		b.tree["web/package-lock.json"] = &fstest.MapFile{Data: []byte(`{"lockfileVersion":3,"packages":{"":{"dependencies":{"left":"^1.0.0"}},"node_modules/left":{"version":"1.5.0"}}}`)}
		s := b.start()
		cancelled := false
		o := b.options
		o.Probe = func(at string) bool {
			if at == "after compare" && !cancelled {
				cancelled = true
				if _, err := b.CancelScan(context.Background(), b.who, s.ID); err != nil {
					t.Error(err)
				}
			}
			return false
		}
		b.must(pipeline.New(o).Scan(t.Context(), s.ID))
		if got := b.reread(s.ID); got.State != store.ScanCancelled {
			t.Fatalf("%+v", got)
		}
		p := b.reproject()
		if !p.LastScan.Incomplete {
			t.Errorf("looks complete: %+v", p.LastScan)
		}
	})
}

// TestReleaseFile: a file that was damaged where it is kept is fetched anew, and one
// that is nowhere is not taken for a release that was never imported.
func TestReleaseFile(t *testing.T) {
	onEach(t, func(t *testing.T, b *bench) {
		b.imported()
		folder := t.TempDir()
		open := func() (found []string, err error) {
			r := pipeline.NewReleases(b.db, b.Blobs, folder)
			b.p = b.with(func(o *pipeline.Options) { o.Databases = r })
			s := b.scanned()
			if s.ReleaseSeq == 0 || s.Incomplete || s.Unknown != 1 {
				err = errors.New(strings.Join(s.Notices, " "))
			}
			return s.Notices, errors.Join(err, r.Close())
		}
		_, err := open()
		b.must(err)
		files, err := filepath.Glob(filepath.Join(folder, "*.db"))
		b.must(err)
		if len(files) != 1 {
			t.Fatalf("files %v", files)
		}
		sound, err := os.ReadFile(files[0])
		b.must(err)
		flipped := bytes.ReplaceAll(sound, []byte("left"), []byte("lefT"))
		for what, data := range map[string][]byte{"cut off": sound[:len(sound)/2], "empty": nil, "damaged": flipped} {
			b.must(os.WriteFile(files[0], data, 0o600))
			if _, err := open(); err != nil {
				t.Errorf("%s: %v", what, err)
			}
		}
		release, err := b.db.CurrentRelease(t.Context())
		b.must(err)
		b.must(b.Blobs.Delete(t.Context(), release.Blob))
		b.must(os.Remove(files[0]))
		if notices, err := open(); err == nil || !strings.Contains(strings.Join(notices, " "), "not among the blobs") {
			t.Errorf("nowhere: %v", notices)
		}
	})
}

// turning are databases of which another release becomes current while a scan
// matches.
type turning struct {
	*releases
	turn func() // once
}

func (r *turning) Current(ctx context.Context) (*vulndb.DB, store.Release, func(), error) {
	db, release, done, err := r.releases.Current(ctx)
	if r.turn != nil {
		r.turn()
		r.turn = nil
	}
	return db, release, done, err
}

// TestReleaseMeanwhile: what a scan says is of one release, and of the one that it
// names.
func TestReleaseMeanwhile(t *testing.T) {
	onEach(t, func(t *testing.T, b *bench) {
		r := &turning{releases: b.release()}
		b.p = b.with(func(o *pipeline.Options) { o.Databases = r })
		first := b.scanned()
		p, err := b.Project(t.Context(), b.who, b.project)
		b.must(err)
		if first.ReleaseSeq != r.release.Seq || p.Outdated != "" {
			t.Fatalf("%+v, outdated by %q", first, p.Outdated)
		}
		finding, err := b.Findings(t.Context(), b.who, app.FindingQuery{Project: b.project})
		b.must(err)
		r.turn = func() {
			b.must(b.db.Tx(t.Context(), func(tx store.Store) (err error) {
				r.release, err = tx.AddRelease(t.Context(), store.Release{Digest: "sha256:" + store.NewID(), Schema: "2.0.0", Name: "later", Built: b.Clock.Now(), Imported: b.Clock.Now()})
				return err
			}))
			matched := store.MatchResult{Release: r.release.Seq, Findings: map[int64][]store.ComponentFinding{}}
			used, err := b.db.Used(t.Context(), first.VersionID)
			b.must(err)
			for _, u := range used {
				matched.Components = append(matched.Components, u.ID)
			}
			b.must(b.db.SaveMatches(t.Context(), matched)) // all is well, it says
			if p, err = b.Project(t.Context(), b.who, b.project); err != nil || p.Outdated != "r1" {
				t.Errorf("outdated by %q, %v", p.Outdated, err)
			}
			view, err := b.Finding(t.Context(), b.who, b.project, finding.Items[0].ID)
			b.must(err)
			if view.Release != "r1" {
				t.Errorf("compared with %q", view.Release)
			}
		}
		if second := b.scanned(); second.ReleaseSeq != r.release.Seq || second.Unknown != 0 || second.Disappeared != 1 {
			t.Errorf("%+v", second)
		}
		if p, err = b.Project(t.Context(), b.who, b.project); err != nil || p.Outdated != "" {
			t.Errorf("outdated by %q, %v", p.Outdated, err)
		}
	})
}

// TestPushedLedger: what another's database knew of ecosystems says nothing of ours.
func TestPushedLedger(t *testing.T) {
	onEach(t, func(t *testing.T, b *bench) {
		document := strings.Replace(pushed("left", "1.0.0"), `"status":"read","reason":""`, `"status":"no-advisories","reason":"the database has no advisories for npm"`, 1)
		if got := b.work(b.push(document, "main"), nil); got.Incomplete || got.FilesRead != 1 || got.Unknown != 1 {
			t.Errorf("%+v", got)
		}
		other := strings.NewReplacer("pkg:npm", "pkg:hex", "npm", "Hex", "package-lock.json", "mix.lock", "package-lock", "mix.lock").Replace(pushed("left", "1.0.0"))
		if got := b.work(b.push(other, "elixir"), nil); !got.Incomplete || got.State != store.ScanDone {
			t.Errorf("%+v", got)
		}
	})
}

// TestForgotten: what a project used, and since when it was exposed, is known after
// its old scans were let go of.
func TestForgotten(t *testing.T) {
	onEach(t, func(t *testing.T, b *bench) {
		push := func(version string) {
			b.Clock.Add(time.Hour)
			b.work(b.push(pushed("left", version), "main"), nil)
		}
		push("3.0.0")
		push("1.0.0")
		b.Clock.Add(time.Minute)
		at := b.Clock.Now()
		for range 4 {
			push("1.0.0")
		}
		for range 4 {
			push("2.0.0")
		}
		ask := func(at time.Time) app.ExposureAnswer {
			answer, err := b.ExposedAt(t.Context(), b.who, b.project, "CVE-2026-10001", at)
			b.must(err)
			return answer
		}
		then, now := ask(at), ask(b.Clock.Now())
		if !then.Used || !then.Known || now.Used {
			t.Fatalf("then %+v, now %+v", then, now)
		}
		gone, err := b.Forget(t.Context(), app.Retention{Scans: 1, Logs: -1, Blobs: time.Hour})
		b.must(err)
		if gone.Scans == 0 {
			t.Error("nothing is forgotten")
		}
		if diff := cmp.Diff(then, ask(at)); diff != "" {
			t.Errorf("then: mismatch (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(now, ask(b.Clock.Now())); diff != "" {
			t.Errorf("now: mismatch (-want +got):\n%s", diff)
		}
	})
}

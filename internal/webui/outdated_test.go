package webui

import (
	"net/http"
	"strings"
	"testing"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/store"
)

// TestOutdatedIsShown: a project that was matched with an older release says so in
// every list, and the page of the database offers to scan it again.
func TestOutdatedIsShown(t *testing.T) {
	t.Parallel()
	f := scanned(t)
	f.end()
	for _, path := range []string{"/", "/projects", "/database"} {
		if page := f.get(path); strings.Contains(page.main(), "older release") || strings.Contains(page.main(), ">outdated<") {
			t.Errorf("%s says that something is outdated", path)
		}
	}
	err := f.kit.Store.Tx(t.Context(), func(tx store.Store) error {
		_, err := tx.AddRelease(t.Context(), store.Release{Digest: "sha256:newer", Name: "newer", Built: f.kit.Clock.Now(), Imported: f.kit.Clock.Now()})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	f.get("/").want(t, http.StatusOK, "1 project was matched with an older release", "/projects?state=outdated")
	f.get("/projects").want(t, http.StatusOK, ">outdated<")
	f.get("/projects?state=outdated").want(t, http.StatusOK, "/projects/"+f.project)
	f.get("/projects/"+f.project).want(t, http.StatusOK, ">outdated<")
	f.get("/database").want(t, http.StatusOK, "1 project", "/projects?state=outdated", "Scan it again")
	f.kit.Queue.Take()
	f.send("/database", "/database/rescan").want(t, http.StatusSeeOther)
	if jobs := f.kit.Queue.Take(); len(jobs) != 1 {
		t.Errorf("%d scans were queued", len(jobs))
	}
	f.get("/database").want(t, http.StatusOK, "1 scan of 1 project queued.")

	w := f.another()
	bob := f.kit.Actor(f.kit.Organisation("other"), app.Viewer)
	link, err := f.kit.NewPasswordLink(t.Context(), f.kit.Installation(), bob.UserID)
	if err != nil {
		t.Fatal(err)
	}
	w.send(app.LinkPath(link), "/welcome", "link", link.Secret, "password", "another long password").want(t, http.StatusSeeOther)
	w.send("/account", "/database/rescan").want(t, http.StatusForbidden)
}

// end ends the project's scan as one that was matched with the current release.
func (f *found) end() {
	f.t.Helper()
	ctx, s, now := f.t.Context(), f.kit.Store, f.kit.Clock.Now()
	versions, err := s.VersionsOf(ctx, f.project)
	f.must(err)
	release, err := s.CurrentRelease(ctx)
	f.must(err)
	f.must(s.Tx(ctx, func(tx store.Store) error {
		if _, err := tx.AdmitScans(ctx, store.ScanLimits{Global: 9, Project: 9}, now); err != nil {
			return err
		}
		scan, err := tx.TakeScan(ctx, f.scan, "w", now)
		if err != nil {
			return err
		}
		scan.State, scan.VersionID, scan.ReleaseSeq, scan.FinishedAt = store.ScanDone, versions[0].ID, release.Seq, now
		return tx.EndScan(ctx, scan.Fence(), scan)
	}))
}

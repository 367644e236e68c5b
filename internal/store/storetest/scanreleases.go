package storetest

import (
	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/store"
)

// releaseScan is a new scan of a release, of the repository "r".
func (d *scanDesk) releaseScan(project, release string) store.Scan {
	s := d.scan(project, "", store.TriggerManual)
	s.AskedRelease = release
	return s
}

// release wants who asks for a release to be joined with who asks for the same
// while its ref is not known, and with nobody else; and one whose ref is known to
// stand for its ref.
func (d *scanDesk) release() {
	p := d.project("release")
	first := d.add(d.releaseScan(p, "App v1.0"))
	for _, other := range []store.Scan{d.releaseScan(p, "App v2.0"), d.scan(p, "", store.TriggerManual)} {
		if stored := d.add(other); stored.ID != other.ID {
			d.t.Errorf("%q and %q were taken for one", first.AskedRelease, other.AskedRelease)
		}
	}
	if again := d.add(d.releaseScan(p, "App v1.0")); again.ID != first.ID {
		d.t.Error("the same release waits twice")
	}
	d.admit(store.ScanLimits{Global: 100, Project: 100})
	d.resolve(first.ID, "v1.0")
	if ordinary := d.add(d.scan(p, "v1.0", store.TriggerManual)); ordinary.ID != first.ID {
		d.t.Error("the ref waits twice")
	}
	if again := d.add(d.releaseScan(p, "App v1.0")); again.ID == first.ID {
		d.t.Error("a release that is asked for now was joined with one whose ref was looked for before")
	}
}

// resolve has a worker find the ref of a release, whose scan waits then.
func (d *scanDesk) resolve(id, ref string) {
	d.t.Helper()
	s, err := d.s.TakeScan(d.t.Context(), id, "w", d.now)
	d.must(err)
	s.Ref, s.State = ref, store.ScanWaiting
	d.must(d.s.SaveScan(d.t.Context(), s.Fence(), s))
}

// releaseTurn wants scans of one ref to come in their order although that of a
// release shows its ref only later: what is younger waits until it does, what is
// older is not waited for.
func (d *scanDesk) releaseTurn() {
	p, all := d.project("release turns"), store.ScanLimits{Global: 100, Project: 100}
	older := d.running(p, "v1.0")
	first, second := d.add(d.releaseScan(p, "App v1.0")), d.add(d.releaseScan(p, "App v2.0"))
	same, other := d.add(d.scan(p, "v1.0", store.TriggerManual)), d.add(d.scan(p, "next", store.TriggerManual))
	elsewhere := d.scan(p, "v1.0", store.TriggerManual)
	elsewhere.RepositoryID = "another"
	d.add(elsewhere)
	for _, step := range []struct {
		what string
		do   func()
		want []string
	}{
		{"neither ref is known", func() {}, []string{first.ID, elsewhere.ID}},
		{"the first is looked for", func() {}, nil},
		{"the first has the ref of one that runs", func() { d.resolve(first.ID, "v1.0") }, []string{second.ID}},
		{"the second has a ref of its own", func() { d.resolve(second.ID, "v2.0") }, []string{second.ID, other.ID}},
		{"the one that runs ends", func() { d.cancelRunning(older.ID) }, []string{first.ID}},
		{"the first ends", func() { d.cancelRunning(first.ID) }, []string{same.ID}},
	} {
		step.do()
		if diff := cmp.Diff(step.want, d.admit(all)); diff != "" {
			d.t.Errorf("%s: mismatch (-want +got):\n%s", step.what, diff)
		}
	}
}

// cancelRunning ends a scan that was admitted.
func (d *scanDesk) cancelRunning(id string) {
	d.t.Helper()
	_, err := d.s.CancelScan(d.t.Context(), id, d.now)
	d.must(err)
	_, err = d.s.EndCancelled(d.t.Context(), id, d.now)
	d.must(err)
}

// releaseEnd wants a release that was not found to say nothing of what its project
// is made of, which is the remote's HEAD.
func (d *scanDesk) releaseEnd() {
	p, ctx := d.project("release end"), d.t.Context()
	r := store.Repository{ID: "r" + p, Project: p, URL: "https://git.example.org/" + p, Key: "git.example.org/" + p, Credential: store.CredentialNone, Created: d.now}
	d.must(d.s.AddRepository(ctx, r))
	for _, step := range []struct {
		scan store.Scan
		want string
	}{{d.releaseScan(p, "App v1.0"), ""}, {d.scan(p, "", store.TriggerManual), "failed"}} {
		s := d.run(step.scan)
		fence := s.Fence()
		s.State, s.FinishedAt, s.Error = store.ScanFailed, d.now, "not there"
		d.must(d.s.EndScan(ctx, fence, s))
		project, err := d.s.Project(ctx, p)
		d.must(err)
		if project.LastScan.State != step.want {
			d.t.Errorf("after the scan of the release %q the project's last scan is %q, want %q", s.AskedRelease, project.LastScan.State, step.want)
		}
	}
}

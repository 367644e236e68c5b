package pipeline_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/pipeline"
	"github.com/assay-sca/assay/internal/store"
)

// newer makes another release the current one, and returns a pipeline that matches
// with it.
func (b *bench) newer() *pipeline.Pipeline {
	b.t.Helper()
	r := b.release()
	return b.with(func(o *pipeline.Options) { o.Databases = r })
}

// pushTo pushes an inventory with left 1.0.0 and works the scan.
func (b *bench) pushTo(p *pipeline.Pipeline, project string) store.Scan {
	b.t.Helper()
	s, err := b.PushScan(b.t.Context(), b.who, app.Push{Project: project, Ref: "main", Body: strings.NewReader(pushed("left", "1.0.0"))})
	b.must(err)
	b.must(p.Scan(b.t.Context(), s.ID))
	return b.reread(s.ID)
}

// outdated are the names of the projects that are behind, as a list and as counted.
func (b *bench) outdated(who app.Actor) []string {
	b.t.Helper()
	list, err := b.Projects(b.t.Context(), who, app.ProjectQuery{Behind: true})
	b.must(err)
	var names []string
	for _, p := range list.Items {
		if !p.Behind {
			b.t.Errorf("%s is listed and does not say that it is behind", p.Name)
		}
		names = append(names, p.Name)
	}
	count, err := b.CountOutdated(b.t.Context(), who)
	b.must(err)
	if count != int64(len(names)) {
		b.t.Errorf("%d projects are counted, %d listed", count, len(names))
	}
	return names
}

// TestOutdated: projects that were matched with an older release are told, and
// scanned again with the new one: fetched ones, and pushed ones from what was pushed.
func TestOutdated(t *testing.T) {
	onEach(t, func(t *testing.T, b *bench) {
		organisation := b.org()
		b.scanned()
		pushedTo := b.AddProject(organisation, "pushed", store.VisibleToOrganisation)
		b.pushTo(b.p, pushedTo)
		b.AddProject(organisation, "never", store.VisibleToOrganisation)
		viewer, boss := b.Actor(organisation, app.Viewer), b.Actor(organisation, app.Administrator)
		if names := b.outdated(b.who); len(names) > 0 {
			t.Errorf("outdated without a newer release: %v", names)
		}
		p := b.newer()
		if diff := cmp.Diff([]string{"pushed", "shop"}, b.outdated(viewer)); diff != "" {
			t.Errorf("outdated (-want +got):\n%s", diff)
		}
		for name, who := range map[string]app.Actor{"viewer": viewer, "administrator of another": b.Actor(b.Organisation("other"), app.Administrator)} {
			if _, err := b.RescanOutdated(t.Context(), who, organisation); errs.KindOf(err) != errs.Denied && errs.KindOf(err) != errs.NotFound {
				t.Errorf("by a %s: %v", name, err)
			}
		}
		if _, err := b.RescanOutdated(t.Context(), boss, ""); errs.KindOf(err) != errs.Denied {
			t.Errorf("of all organisations by an administrator of one: %v", err)
		}

		b.Queue.Take()
		done, err := b.RescanOutdated(t.Context(), boss, organisation)
		if diff := cmp.Diff(app.Rescan{Projects: 2, Scans: 2}, done); diff != "" || err != nil {
			t.Fatalf("rescan: error %v (-want +got):\n%s", err, diff)
		}
		if again, err := b.RescanOutdated(t.Context(), boss, organisation); again != (app.Rescan{}) || err != nil {
			t.Errorf("while they wait: %+v, error %v", again, err)
		}
		b.audited(boss, organisation, 2)
		for _, job := range b.Queue.Take() {
			b.must(p.Scan(t.Context(), job.Scan))
			s := b.reread(job.Scan)
			if s.State != store.ScanDone || s.Trigger != store.TriggerAdvisories || s.Priority != store.TriggerSchedule.Priority() || s.Components != 1 || s.High+s.Unknown+s.Critical+s.Medium != 1 {
				t.Errorf("the scan is %+v", s)
			}
		}
		if names := b.outdated(b.who); len(names) > 0 {
			t.Errorf("outdated after the rescans: %v", names)
		}
	})
}

// audited checks that the last events say who started scans because of the release.
func (b *bench) audited(who app.Actor, organisation string, scans int) {
	b.t.Helper()
	events, err := b.AuditEvents(b.t.Context(), who, store.AuditFilter{Organisation: organisation}, store.Page{})
	b.must(err)
	for i := range scans {
		if e := events.Items[i]; e.Action != "scan.create" || e.Actor != who.ID() || !strings.Contains(fmt.Sprint(e.Detail), "advisories") {
			b.t.Errorf("event %d is %+v", i, e)
		}
	}
}

// TestOutdatedEnds: a project whose main version changes hands is as old as what
// counts, and one that nothing counts of is not outdated.
func TestOutdatedEnds(t *testing.T) {
	onEach(t, func(t *testing.T, b *bench) {
		b.scanned()
		b.newer()
		if names := b.outdated(b.who); len(names) != 1 {
			t.Fatalf("outdated: %v", names)
		}
		repositories, err := b.db.RepositoriesOf(t.Context(), b.project)
		b.must(err)
		b.must(b.DeleteRepository(t.Context(), b.who, b.project, repositories[0].ID, repositories[0].Revision))
		if names := b.outdated(b.who); len(names) > 0 {
			t.Errorf("outdated without anything that counts: %v", names)
		}
	})
}

// TestHiddenFindings: what is in a private project is counted for administrators
// and for nobody else, also after the project was hidden or shown.
func TestHiddenFindings(t *testing.T) {
	onEach(t, func(t *testing.T, b *bench) {
		organisation := b.org()
		open, hidden := b.AddProject(organisation, "open", store.VisibleToOrganisation), b.AddProject(organisation, "hidden", store.Private)
		b.pushTo(b.p, open)
		b.pushTo(b.p, hidden)
		viewer, boss := b.Actor(organisation, app.Viewer), b.Actor(organisation, app.Administrator)
		check := func(when string, who app.Actor, projects int64) {
			t.Helper()
			list, err := b.Vulnerabilities(t.Context(), who, app.VulnerabilityQuery{Filter: store.VulnerabilityFilter{Organisation: organisation}})
			b.must(err)
			var findings, in int64
			for _, v := range list.Items {
				findings, in = findings+v.Findings, in+v.Projects
			}
			if findings != projects || in != projects || list.Shared == who.In(organisation).AtLeast(app.Administrator) {
				t.Errorf("%s: %s sees %d findings in %d projects, want %d; shared %v", when, who.Email, findings, in, projects, list.Shared)
			}
			v, err := b.Vulnerability(t.Context(), who, app.VulnerabilityWhere{ID: "CVE-2026-10001", Open: true})
			if projects == 0 && errs.KindOf(err) == errs.NotFound {
				return
			}
			b.must(err)
			if got := int64(len(v.Where.Items)); got != projects || len(v.Known) != min(1, int(projects)) || projects > 0 && v.Known[0].Projects != projects {
				t.Errorf("%s: the page of %s lists %d places and counts %+v, want %d", when, who.Email, got, v.Known, projects)
			}
		}
		show := func(project string, visibility store.Visibility) {
			t.Helper()
			p, err := b.Project(t.Context(), boss, project)
			b.must(err)
			_, err = b.EditProject(t.Context(), boss, project, p.Revision, app.ProjectEdit{Visibility: &visibility})
			b.must(err)
		}
		check("at first", viewer, 1)
		check("at first", boss, 2)
		show(hidden, store.VisibleToOrganisation)
		check("all shown", viewer, 2)
		show(open, store.Private)
		show(hidden, store.Private)
		check("all hidden", viewer, 0)
		check("all hidden", boss, 2)
	})
}

package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/finding"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/severity"
	"github.com/assay-sca/assay/internal/store"
)

// lab makes inventories, advisories and findings for the tests of what becomes of
// them.
type lab struct {
	t       *testing.T
	s       store.Store
	org     string
	project string
	version int64
	now     time.Time
	seq     int64 // of the last scan
	release store.Release
	ids     map[string]int64 // component by name
	partial bool             // scans are of analyzers of which one failed
}

func newLab(t *testing.T, s store.Store) *lab {
	t.Helper()
	l := &lab{t: t, s: s, org: store.NewID(), now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), ids: map[string]int64{}}
	l.must(s.CreateOrganisation(t.Context(), store.Organisation{ID: l.org, Slug: l.org, Name: "Example", CreatedAt: l.now, Revision: 1}))
	l.project, l.version = l.newProject("First")
	l.nextRelease()
	return l
}

func (l *lab) must(err error) {
	l.t.Helper()
	if err != nil {
		l.t.Fatal(err)
	}
}

func (l *lab) newProject(name string) (project string, version int64) {
	l.t.Helper()
	project = store.NewID()
	l.must(l.s.AddProject(l.t.Context(), store.Project{ID: project, Organisation: l.org, Name: name, Visibility: store.VisibleToOrganisation, Created: l.now, Updated: l.now}))
	return project, l.newVersion(project, "main", true)
}

func (l *lab) newVersion(project, ref string, main bool) int64 {
	l.t.Helper()
	v, err := l.s.EnsureVersion(l.t.Context(), store.Version{Project: project, Repository: "r" + project, Ref: ref, Main: main})
	l.must(err)
	return v.ID
}

// nextRelease imports a release a day after the last one.
func (l *lab) nextRelease() {
	l.t.Helper()
	l.now = l.now.Add(24 * time.Hour)
	l.tx(func(tx store.Store) (err error) {
		l.release, err = tx.AddRelease(l.t.Context(), store.Release{
			Digest: "sha256:" + store.NewID(), Schema: "2.0.0", Name: l.now.Format(time.DateOnly), Blob: "sha256:00", Size: 1, Built: l.now.Add(-time.Hour), Imported: l.now,
			Status: store.ReleaseStatus{Records: 3, Ecosystems: map[string]int{"npm": 3}},
		})
		return err
	})
}

func (l *lab) tx(do func(tx store.Store) error) {
	l.t.Helper()
	l.must(l.s.Tx(l.t.Context(), do))
}

// component stores a component of a name, in version 1.0.0.
func (l *lab) component(name string) int64 {
	l.t.Helper()
	if id := l.ids[name]; id != 0 {
		return id
	}
	ids, err := l.s.AddComponents(l.t.Context(), []store.Component{{PURL: "pkg:npm/" + l.org + "/" + name + "@1.0.0", Ecosystem: "npm", Name: name, Version: "1.0.0"}})
	l.must(err)
	l.ids[name] = ids[0]
	return ids[0]
}

// says is what a release says of a component: a vulnerability and the records
// that say so.
type says struct {
	component     string
	vulnerability string
	advisories    []string
	severity      severity.Level
	exploited     bool
	ignored       bool
}

func hit(component, vulnerability string, level severity.Level, advisories ...string) says {
	return says{component: component, vulnerability: vulnerability, severity: level, advisories: advisories}
}

func (s says) finding() store.ComponentFinding {
	f := store.ComponentFinding{
		Vulnerability: s.vulnerability, Severity: s.severity, Exploited: s.exploited, Summary: "About " + s.vulnerability, FixedIn: []string{"1.0.1"},
		CVSS: []severity.CVSS{{Type: "CVSS_V3", Vector: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", Score: float64(s.severity) * 2, Level: s.severity}},
	}
	for _, a := range s.advisories {
		f.Advisories = append(f.Advisories, store.FindingAdvisory{ID: a, Provider: "GitHub", Range: "<1.0.1"})
		f.Evidence = append(f.Evidence, finding.Evidence{Advisory: a, Interval: "<1.0.1", Version: "1.0.0", Scheme: "semver"})
	}
	if s.ignored {
		f.Ignored = &finding.Ignored{Rule: "DSA-1", Reason: "Debian says that this version is not affected"}
	}
	return f
}

// match stores what the current release says of components.
func (l *lab) match(components []string, list ...says) store.Matched {
	l.t.Helper()
	r := store.MatchResult{Release: l.release.Seq, Findings: map[int64][]store.ComponentFinding{}}
	for _, c := range components {
		r.Components = append(r.Components, l.component(c))
	}
	for _, s := range list {
		id := l.component(s.component)
		r.Findings[id] = append(r.Findings[id], s.finding())
	}
	l.must(l.s.SaveMatches(l.t.Context(), r))
	m, err := l.s.MatchesOf(l.t.Context(), r.Components)
	l.must(err)
	return m
}

// inventory stores an inventory of one unit with components; those whose name
// begins with "t-" are transitive.
func (l *lab) inventory(components ...string) store.StoredInventory {
	l.t.Helper()
	digest := []byte(fmt.Sprint("unit of ", l.org, components))
	inv := store.StoredInventory{Digest: []byte(fmt.Sprint("inventory of ", l.org, components))}
	for _, c := range components {
		inv.Components = append(inv.Components, store.UsedComponent{ID: l.component(c), Direct: c[:1] != "t", Scope: inventory.ScopeRuntime})
	}
	id, units, err := l.s.AddInventory(l.t.Context(), inv.Digest, len(inv.Components), 0, []store.NewUnit{{
		Digest: digest, Kind: "package-lock", Path: "package-lock.json", Components: len(components), Body: func() ([]byte, error) { return []byte("x"), nil },
	}})
	l.must(err)
	inv.ID, inv.Units = id, []store.StoredUnit{{ID: units[0], Digest: digest, Kind: "package-lock", Path: "package-lock.json"}}
	return inv
}

// scan is a scan of a version that uses components, of which the release says
// something. Every scan comes an hour after the one before.
func (l *lab) scan(version int64, components []string, list ...says) store.MergeCounts {
	l.t.Helper()
	l.now = l.now.Add(time.Hour)
	inv := l.inventory(components...)
	m := l.match(components, list...)
	v, err := l.s.Version(l.t.Context(), version)
	l.must(err)
	stored, _, err := l.s.AddScan(l.t.Context(), store.Scan{
		ID: store.NewID(), OrganisationID: l.org, ProjectID: v.Project, Trigger: store.TriggerPush, Priority: 1, RequestedBy: "system",
		Stage: store.StageCompare, CreatedAt: l.now, Ref: store.NewID(),
	})
	l.must(err)
	l.seq = stored.Seq
	var found []store.Found
	for _, u := range inv.Components {
		for _, f := range m.Findings[u.ID] {
			name := f.Vulnerability
			for n, id := range l.ids {
				if id == u.ID {
					name = n
				}
			}
			found = append(found, store.Found{Component: u.ID, Direct: u.Direct, Scope: u.Scope, Key: store.ComponentKey(name, "1.0.0"), Finding: f})
		}
	}
	var counts store.MergeCounts
	l.tx(func(tx store.Store) error {
		if _, err := tx.SetVersionInventory(l.t.Context(), version, inv, l.seq); err != nil {
			return err
		}
		counts, err = tx.MergeFindings(l.t.Context(), store.Merge{Version: version, ScanSeq: l.seq, Release: l.release.Seq, At: l.now, Found: found, Partial: l.partial})
		return err
	})
	return counts
}

// all lists a version's findings that are present, by vulnerability.
func (l *lab) all(f store.FindingFilter) []store.Finding {
	l.t.Helper()
	list, err := l.s.Findings(l.t.Context(), f, store.Page{Sort: "vulnerability", Limit: store.MaxLimit})
	l.must(err)
	return list.Items
}

func (l *lab) present() []store.Finding {
	l.t.Helper()
	return l.all(store.FindingFilter{Project: l.project, Version: l.version, All: true})
}

// one is the present finding of a vulnerability.
func (l *lab) one(vulnerability string) store.Finding {
	l.t.Helper()
	for _, f := range l.present() {
		if f.Vulnerability() == vulnerability {
			return f
		}
	}
	l.t.Fatalf("there is no finding of %s", vulnerability)
	return store.Finding{}
}

func (l *lab) decide(d store.Decision, findings ...int64) {
	l.t.Helper()
	d.At, d.Actor = l.now, "user:u"
	l.tx(func(tx store.Store) error {
		_, err := tx.Decide(l.t.Context(), l.project, findings, 0, d)
		return err
	})
}

func equal(t *testing.T, what string, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%s: mismatch (-want +got)\n%s", what, diff)
	}
}

// Findings specifies store.Findings, with matches and figures. It wants an empty
// store of which every sub-test uses its own organisation.
func Findings(t *testing.T, s store.Store) {
	for _, test := range []struct {
		name string
		run  func(l *lab)
	}{
		{"appear, change, go and come back", findingsComeAndGo},
		{"are merged and redirect", findingsMerge},
		{"fall apart", findingsSplit},
		{"of bundles stay apart", findingsOfBundles},
		{"keep what was decided", findingsKeepDecisions},
		{"of an authority's word", findingsAuthority},
		{"merge conflicting decisions", findingsConflict},
		{"merge many decisions", findingsConflictOfMany},
		{"end acceptances", findingsExpire},
		{"are decided once", findingsRevision},
		{"are listed by every column", findingsLists},
		{"are filtered", findingsFilters},
		{"are counted by difference", findingsFigures},
		{"tell since when", findingsExposure},
		{"are left alone without a database", findingsWithoutDatabase},
		{"stay where an analyzer failed", findingsPartial},
		{"are placed", findingsPlaces},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.run(newLab(t, s))
		})
	}
}

func findingsComeAndGo(l *lab) {
	t := l.t
	got := l.scan(l.version, []string{"a", "t-b"}, hit("a", "CVE-2026-1", severity.High, "GHSA-1"), hit("t-b", "CVE-2026-2", severity.Low, "GHSA-2"))
	equal(t, "first scan", store.MergeCounts{Counts: store.Counts{High: 1, Low: 1}, Appeared: 2}, got)
	first := l.one("CVE-2026-1")
	equal(t, "first seen", l.now, first.FirstSeen)
	equal(t, "known", l.release.Imported, first.Known)
	equal(t, "facts", []any{severity.High, 8.0, "About CVE-2026-1", "1.0.1", true, store.Open, true, "a"},
		[]any{first.Severity, first.Score, first.Summary, first.FixedIn, first.Direct, first.State, first.Counts, first.Component.Name})

	got = l.scan(l.version, []string{"a", "t-b"}, hit("a", "CVE-2026-1", severity.High, "GHSA-1"), hit("t-b", "CVE-2026-2", severity.Low, "GHSA-2"))
	equal(t, "nothing changed", store.MergeCounts{Counts: store.Counts{High: 1, Low: 1}}, got)
	equal(t, "revision", first.Revision, l.one("CVE-2026-1").Revision)

	l.nextRelease()
	got = l.scan(l.version, []string{"a", "t-b"}, hit("a", "CVE-2026-1", severity.Critical, "GHSA-1"), hit("t-b", "CVE-2026-2", severity.Low, "GHSA-2"))
	equal(t, "worse", store.MergeCounts{Counts: store.Counts{Critical: 1, Low: 1}, Changed: 1}, got)

	got = l.scan(l.version, []string{"t-b"}, hit("t-b", "CVE-2026-2", severity.Low, "GHSA-2"))
	equal(t, "gone", store.MergeCounts{Counts: store.Counts{Low: 1}, Disappeared: 1}, got)
	gone, err := l.s.Finding(t.Context(), l.project, first.ID)
	l.must(err)
	equal(t, "gone at", []any{l.now, l.seq, false}, []any{gone.Gone, gone.GoneScan, gone.Counts})

	got = l.scan(l.version, []string{"a", "t-b"}, hit("a", "CVE-2026-1", severity.Critical, "GHSA-1"))
	equal(t, "back", store.MergeCounts{Counts: store.Counts{Critical: 1, Low: 1}, Appeared: 1}, got)
	equal(t, "the same", first.ID, l.one("CVE-2026-1").ID)
	if _, err := l.s.Finding(t.Context(), "other", first.ID); errs.KindOf(err) != errs.NotFound {
		t.Errorf("another project's finding: %v", err)
	}
}

func findingsMerge(l *lab) {
	t := l.t
	l.scan(l.version, []string{"a"}, hit("a", "GHSA-1", severity.High, "GHSA-1"), hit("a", "CVE-2026-2", severity.High, "OSV-2"))
	older, younger := l.one("GHSA-1"), l.one("CVE-2026-2")
	if older.ID > younger.ID {
		older, younger = younger, older
	}
	l.nextRelease()
	got := l.scan(l.version, []string{"a"}, hit("a", "CVE-2026-2", severity.High, "GHSA-1", "OSV-2"))
	equal(t, "merge", store.MergeCounts{Counts: store.Counts{High: 1}, Changed: 1, Merged: 1}, got)
	equal(t, "the older stays", older.ID, l.one("CVE-2026-2").ID)
	redirected, err := l.s.Finding(t.Context(), l.project, younger.ID)
	l.must(err)
	equal(t, "the younger redirects", []any{older.ID, false}, []any{redirected.MergedInto, redirected.Counts})
	equal(t, "nothing is held twice", store.MergeCounts{Counts: store.Counts{High: 1}},
		l.scan(l.version, []string{"a"}))
}

func findingsSplit(l *lab) {
	t := l.t
	l.scan(l.version, []string{"a"}, hit("a", "CVE-2026-1", severity.High, "GHSA-1", "GHSA-2"))
	whole := l.one("CVE-2026-1")
	l.decide(store.Decision{State: store.Accepted, Comment: "soon gone", Until: l.now.Add(1000 * time.Hour)}, whole.ID)
	l.nextRelease()
	got := l.scan(l.version, []string{"a"}, hit("a", "CVE-2026-0", severity.High, "GHSA-2"), hit("a", "CVE-2026-1", severity.High, "GHSA-1"))
	equal(t, "split", store.MergeCounts{Changed: 1, Split: 1}, got)
	equal(t, "the id follows the first advisory", whole.ID, l.one("CVE-2026-1").ID)
	part := l.one("CVE-2026-0")
	equal(t, "what was decided of both holds of both", []any{store.Accepted, "soon gone"}, []any{part.State, part.Decision.Comment})
}

func findingsOfBundles(l *lab) {
	t := l.t
	l.scan(l.version, []string{"a"}, hit("a", "CVE-2026-1", severity.High, "DSA-1"), hit("a", "CVE-2026-2", severity.Low, "DSA-1"))
	one, two := l.one("CVE-2026-1"), l.one("CVE-2026-2")
	if one.ID == two.ID {
		t.Fatal("a bundle made one finding of two")
	}
	l.nextRelease()
	got := l.scan(l.version, []string{"a"}, hit("a", "CVE-2026-1", severity.High, "DSA-1", "GHSA-1"), hit("a", "CVE-2026-2", severity.Low, "DSA-1"))
	equal(t, "a record more", store.MergeCounts{Counts: store.Counts{High: 1, Low: 1}, Changed: 1}, got)
	l.nextRelease()
	got = l.scan(l.version, []string{"a"}, hit("a", "CVE-2026-2", severity.Low, "DSA-1"))
	equal(t, "a bundle no more", store.MergeCounts{Counts: store.Counts{Low: 1}, Changed: 1, Disappeared: 1}, got)
	equal(t, "the same by its name", two.ID, l.one("CVE-2026-2").ID)
}

func findingsKeepDecisions(l *lab) {
	t := l.t
	list := []says{hit("a", "CVE-2026-1", severity.High, "GHSA-1"), hit("a", "CVE-2026-2", severity.Low, "GHSA-2")}
	l.scan(l.version, []string{"a"}, list...)
	l.decide(store.Decision{State: store.NotAffected, Reason: "vulnerable_code_not_present"}, l.one("CVE-2026-1").ID)
	l.decide(store.Decision{State: store.Fixed, Comment: "in the next build"}, l.one("CVE-2026-2").ID)
	equal(t, "decided", []any{store.NotAffected, false, store.Fixed},
		[]any{l.one("CVE-2026-1").State, l.one("CVE-2026-1").Counts, l.one("CVE-2026-2").State})
	equal(t, "found again", store.MergeCounts{Counts: store.Counts{Low: 1}, Reopened: 1}, l.scan(l.version, []string{"a"}))
	f := l.one("CVE-2026-1")
	equal(t, "kept", []any{store.NotAffected, "vulnerable_code_not_present", "user:u"}, []any{f.State, f.Decision.Reason, f.Decision.Actor})
	equal(t, "about", []store.AdvisoryKey{{Provider: "GitHub", ID: "GHSA-1"}}, f.Decision.Advisories)
	reopened := l.one("CVE-2026-2")
	equal(t, "reopened", []any{store.Open, true, "system"}, []any{reopened.State, reopened.Counts, reopened.Decision.Actor})
	history, err := l.s.Decisions(t.Context(), reopened.ID)
	l.must(err)
	equal(t, "history", []store.State{store.Open, store.Fixed}, []store.State{history[0].State, history[1].State})
}

func findingsAuthority(l *lab) {
	t := l.t
	denied := hit("a", "CVE-2026-1", severity.High, "GHSA-1")
	denied.ignored = true
	equal(t, "denied", store.MergeCounts{Appeared: 1}, l.scan(l.version, []string{"a"}, denied))
	equal(t, "state", store.NotAffected, l.one("CVE-2026-1").State)
	l.nextRelease()
	equal(t, "no more", store.MergeCounts{Counts: store.Counts{High: 1}, Changed: 1}, l.scan(l.version, []string{"a"}, hit("a", "CVE-2026-1", severity.High, "GHSA-1")))
	l.nextRelease()
	l.decide(store.Decision{State: store.Open, Comment: "we patched it ourselves, and wrongly"}, l.one("CVE-2026-1").ID)
	equal(t, "a person's word", store.MergeCounts{Counts: store.Counts{High: 1}, Changed: 1}, l.scan(l.version, []string{"a"}, denied))
}

func findingsConflict(l *lab) {
	t := l.t
	l.scan(l.version, []string{"a", "b"},
		hit("a", "CVE-2026-1", severity.High, "GHSA-1"), hit("a", "CVE-2026-2", severity.High, "GHSA-2"),
		hit("b", "CVE-2026-3", severity.High, "GHSA-3"), hit("b", "CVE-2026-4", severity.High, "GHSA-4"))
	l.decide(store.Decision{State: store.NotAffected, Reason: "component_not_present"}, l.one("CVE-2026-1").ID)
	l.decide(store.Decision{State: store.Accepted, Until: l.now.Add(900 * time.Hour)}, l.one("CVE-2026-3").ID)
	sooner := l.now.Add(800 * time.Hour)
	l.decide(store.Decision{State: store.Accepted, Until: sooner}, l.one("CVE-2026-4").ID)
	l.nextRelease()
	got := l.scan(l.version, []string{"a", "b"}, hit("a", "CVE-2026-1", severity.High, "GHSA-1", "GHSA-2"), hit("b", "CVE-2026-3", severity.High, "GHSA-3", "GHSA-4"))
	equal(t, "merged", store.MergeCounts{Counts: store.Counts{High: 1}, Changed: 2, Merged: 2, Reopened: 1}, got)
	equal(t, "open wins", []any{store.Open, "system"}, []any{l.one("CVE-2026-1").State, l.one("CVE-2026-1").Decision.Actor})
	equal(t, "the acceptance that ends first", []any{store.Accepted, sooner}, []any{l.one("CVE-2026-3").State, l.one("CVE-2026-3").Until})
}

func findingsExpire(l *lab) {
	t := l.t
	list := []says{hit("a", "CVE-2026-1", severity.High, "GHSA-1"), hit("b", "CVE-2026-2", severity.Low, "GHSA-2")}
	l.scan(l.version, []string{"a", "b"}, list...)
	until := l.now.Add(90 * time.Minute)
	l.decide(store.Decision{State: store.Accepted, Until: until}, l.one("CVE-2026-1").ID, l.one("CVE-2026-2").ID)
	equal(t, "accepted", store.MergeCounts{}, l.scan(l.version, []string{"a", "b"}))
	projects, err := l.s.ExpiredAcceptances(t.Context(), until.Add(-time.Second))
	l.must(err)
	equal(t, "none yet", []string(nil), projects)
	equal(t, "a scan after the end", store.MergeCounts{Counts: store.Counts{High: 1, Low: 1}, Reopened: 2}, l.scan(l.version, []string{"a", "b"}))

	until = l.now.Add(time.Minute)
	l.decide(store.Decision{State: store.Accepted, Until: until}, l.one("CVE-2026-1").ID)
	projects, err = l.s.ExpiredAcceptances(t.Context(), until)
	l.must(err)
	equal(t, "ended", []string{l.project}, projects)
	l.tx(func(tx store.Store) error {
		n, err := tx.ReopenExpired(t.Context(), l.project, until)
		equal(t, "reopened", int64(1), n)
		return err
	})
	equal(t, "open", store.Open, l.one("CVE-2026-1").State)
	p, err := l.s.Project(t.Context(), l.project)
	l.must(err)
	equal(t, "counted", store.Counts{High: 1, Low: 1}, p.Counts)
}

func findingsRevision(l *lab) {
	l.scan(l.version, []string{"a"}, hit("a", "CVE-2026-1", severity.High, "GHSA-1"))
	f := l.one("CVE-2026-1")
	decide := func(id, revision int64) error {
		return l.s.Tx(l.t.Context(), func(tx store.Store) error {
			_, err := tx.Decide(l.t.Context(), l.project, []int64{id}, revision, store.Decision{At: l.now, Actor: "user:u", State: store.Fixed})
			return err
		})
	}
	l.must(decide(f.ID, f.Revision))
	if err := decide(f.ID, f.Revision); errs.KindOf(err) != errs.Conflict {
		l.t.Errorf("an old revision: %v", err)
	}
	if err := decide(f.ID+1000, 0); errs.KindOf(err) != errs.NotFound {
		l.t.Errorf("no such finding: %v", err)
	}
}

func findingsPartial(l *lab) {
	t := l.t
	l.scan(l.version, []string{"a", "b"}, hit("a", "CVE-2026-1", severity.High, "GHSA-1"), hit("a", "CVE-2026-2", severity.Low, "GHSA-2"), hit("b", "CVE-2026-3", severity.Low, "GHSA-3"))
	kept, gone := l.one("CVE-2026-2"), l.one("CVE-2026-3")
	l.nextRelease()
	l.partial = true
	got := l.scan(l.version, []string{"a"}, hit("a", "CVE-2026-1", severity.High, "GHSA-1"))
	equal(t, "not found, and not used any more", store.MergeCounts{Counts: store.Counts{High: 1, Low: 1}, Disappeared: 1}, got)
	equal(t, "stays", kept, l.one("CVE-2026-2"))
	ended, err := l.s.Finding(t.Context(), l.project, gone.ID)
	l.must(err)
	equal(t, "gone", l.seq, ended.GoneScan)
	l.partial = false
	got = l.scan(l.version, []string{"a"}, hit("a", "CVE-2026-1", severity.High, "GHSA-1"))
	equal(t, "all have told", store.MergeCounts{Counts: store.Counts{High: 1}, Disappeared: 1}, got)
}

func findingsWithoutDatabase(l *lab) {
	l.scan(l.version, []string{"a"}, hit("a", "CVE-2026-1", severity.High, "GHSA-1"))
	l.tx(func(tx store.Store) error {
		got, err := tx.MergeFindings(l.t.Context(), store.Merge{Version: l.version, ScanSeq: l.seq + 1, At: l.now})
		equal(l.t, "nothing is known, so nothing is gone", store.MergeCounts{Counts: store.Counts{High: 1}}, got)
		return err
	})
}

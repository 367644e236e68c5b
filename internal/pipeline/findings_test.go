package pipeline_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/blob"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/pipeline"
	"github.com/assay-sca/assay/internal/severity"
	"github.com/assay-sca/assay/internal/store"
	"github.com/assay-sca/assay/internal/vulndb/archive"
)

// imported loads the test's advisories as an administrator does, and returns the
// cache that opens them.
func (b *bench) imported() *pipeline.Releases {
	b.t.Helper()
	data, err := os.ReadFile(advisories(b.t).Path())
	b.must(err)
	_, err = b.ImportRelease(b.t.Context(), b.who, bytes.NewReader(data), false)
	b.must(err)
	r := pipeline.NewReleases(b.db, b.Blobs, b.t.TempDir())
	b.t.Cleanup(func() {
		if err := r.Close(); err != nil {
			b.t.Error(err)
		}
	})
	b.Databases = r
	b.p = b.with(func(o *pipeline.Options) { o.Databases = r })
	return r
}

// chain has a vulnerable component two steps below a direct one.
const chain = `{"lockfileVersion":3,"packages":{"":{"dependencies":{"top":"^1.0.0"}},
"node_modules/top":{"version":"1.0.0","dependencies":{"middle":"1"}},"node_modules/middle":{"version":"1.0.0","dependencies":{"left":"1"}},
"node_modules/left":{"version":"1.0.0"},"node_modules/other":{"version":"3.0.0"}}}`

func TestFindingExplained(t *testing.T) {
	onEach(t, func(t *testing.T, b *bench) {
		b.imported()
		b.tree["web/package-lock.json"].Data = []byte(chain)
		b.scanned()
		list, err := b.Findings(t.Context(), b.who, app.FindingQuery{Project: b.project})
		b.must(err)
		if len(list.Items) != 1 || list.Total != 1 || !list.MayDecide {
			t.Fatalf("got %+v", list)
		}
		v, err := b.Finding(t.Context(), b.who, b.project, list.Items[0].ID)
		b.must(err)
		var path []string
		for _, c := range v.Path {
			path = append(path, c.Name)
		}
		if diff := cmp.Diff([]string{"top", "middle", "left"}, path); diff != "" {
			t.Errorf("path (-want +got)\n%s", diff)
		}
		if v.Vulnerability() != "CVE-2026-10001" || v.FixedIn != "2.0.0" || v.Detail.Evidence[0].Interval != "<2.0.0" || len(v.Occurrences) != 1 || v.Occurrences[0].Path != "web/package-lock.json" {
			t.Errorf("got %+v", v)
		}
		if v.Exposure.Since.IsZero() || !v.Exposure.Until.IsZero() {
			t.Errorf("exposure: %+v", v.Exposure)
		}
		b.checkDependencies()
		b.checkGraph()
		b.checkVulnerability()
	})
}

func (b *bench) checkDependencies() {
	b.t.Helper()
	l, err := b.Dependencies(b.t.Context(), b.who, app.DependencyQuery{Project: b.project, Page: store.Page{Sort: "severity", Desc: true, Limit: 3}})
	b.must(err)
	if l.All != 4 || l.Direct != 1 || l.Affected != 1 || l.Items[0].Name != "left" || l.Items[0].Counts.Total() != 1 || l.Next == "" {
		b.t.Errorf("dependencies: %+v", l)
	}
	rest, err := b.Dependencies(b.t.Context(), b.who, app.DependencyQuery{Project: b.project, Page: store.Page{Sort: "severity", Desc: true, Limit: 3, Cursor: l.Next}})
	b.must(err)
	if len(rest.Items) != 1 || rest.Next != "" {
		b.t.Errorf("the rest: %+v", rest.List)
	}
	top, err := b.Dependencies(b.t.Context(), b.who, app.DependencyQuery{Project: b.project, Text: "TOP"})
	b.must(err)
	if len(top.Items) != 1 || len(top.Items[0].Declared) != 1 || top.Items[0].Declared[0].Constraint != "^1.0.0" {
		b.t.Errorf("declared: %+v", top.Items)
	}
	component, err := b.Component(b.t.Context(), b.who, l.Items[0].ID, store.Page{})
	b.must(err)
	if len(component.Uses.Items) != 1 || len(component.Findings) != 1 {
		b.t.Errorf("component: %+v", component)
	}
	b.checkStranger(component.ID)
}

// checkStranger: who sees no project that uses a component hears nothing of it,
// whatever the cursor.
func (b *bench) checkStranger(component int64) {
	b.t.Helper()
	made := base64.RawURLEncoding.EncodeToString([]byte(`{"s":"version","v":1000000000,"i":1000000000}`))
	stranger := b.Actor(b.Organisation("strangers"), app.Administrator)
	for _, cursor := range []string{"", made} {
		if c, err := b.Component(b.t.Context(), stranger, component, store.Page{Cursor: cursor}); errs.KindOf(err) != errs.NotFound {
			b.t.Errorf("a stranger with the cursor %q is told %+v, error %v", cursor, c, err)
		}
	}
	if _, err := b.Component(b.t.Context(), b.who, component, store.Page{Cursor: made}); err != nil {
		b.t.Errorf("behind the last use: %v", err)
	}
}

func (b *bench) checkGraph() {
	b.t.Helper()
	g, err := b.Graph(b.t.Context(), b.who, app.GraphQuery{Project: b.project, Vulnerable: true})
	b.must(err)
	var names []string
	for _, n := range g.Nodes {
		names = append(names, n.Name)
	}
	if diff := cmp.Diff([]string{"top", "middle", "left"}, names); diff != "" {
		b.t.Errorf("nodes (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]app.GraphEdge{{From: 0, To: 1}, {From: 1, To: 2}}, g.Edges); diff != "" {
		b.t.Errorf("edges (-want +got)\n%s", diff)
	}
	bounded, err := b.Graph(b.t.Context(), b.who, app.GraphQuery{Project: b.project, Limit: 2})
	b.must(err)
	if len(bounded.Nodes) != 2 || bounded.Total != 4 {
		b.t.Errorf("bounded: %+v", bounded)
	}
}

func (b *bench) checkVulnerability() {
	b.t.Helper()
	v, err := b.Vulnerability(b.t.Context(), b.who, app.VulnerabilityWhere{ID: "GHSA-2222-3333-4444", Open: true})
	b.must(err)
	if v.ID != "CVE-2026-10001" || len(v.Records) != 1 || len(v.Known) != 1 || len(v.Where.Items) != 1 || cmp.Diff([]string{"GHSA-2222-3333-4444"}, v.Aliases) != "" {
		b.t.Errorf("vulnerability: %+v", v)
	}
	if _, err := b.Vulnerability(b.t.Context(), b.who, app.VulnerabilityWhere{ID: "CVE-1999-1"}); errs.KindOf(err) != errs.NotFound {
		b.t.Errorf("an unknown one: %v", err)
	}
}

func TestDecide(t *testing.T) {
	onEach(t, func(t *testing.T, b *bench) {
		b.imported()
		b.scanned()
		developer := b.Actor(b.org(), app.Developer)
		decide := func(who app.Actor, d app.Decide) error {
			d.Project, d.Filter = b.project, &store.FindingFilter{Severity: []severity.Level{severity.Unknown}}
			_, err := b.Decide(t.Context(), who, d)
			return err
		}
		if err := decide(developer, app.Decide{State: store.Fixed}); errs.KindOf(err) != errs.Denied {
			t.Errorf("a developer: %v", err)
		}
		for name, d := range map[string]app.Decide{
			"no such state":          {State: "gone"},
			"no justification":       {State: store.NotAffected, Reason: "because"},
			"accepted for no reason": {State: store.Accepted, Until: b.Clock.Now().Add(time.Hour)},
			"accepted for ever":      {State: store.Accepted, Comment: "c"},
			"accepted until then":    {State: store.Accepted, Comment: "c", Until: b.Clock.Now().Add(-time.Hour)},
		} {
			if err := decide(b.who, d); errs.KindOf(err) != errs.Invalid {
				t.Errorf("%s: %v", name, err)
			}
		}
		b.must(decide(b.who, app.Decide{State: store.Accepted, Comment: "until the next release", Until: b.Clock.Now().Add(time.Hour)}))
		p, err := b.db.Project(t.Context(), b.project)
		b.must(err)
		if p.Counts.Total() != 0 {
			t.Errorf("an accepted finding counts: %+v", p.Counts)
		}
		b.Clock.Add(2 * time.Hour)
		if n, err := b.ReopenExpired(t.Context()); n != 1 || err != nil {
			t.Errorf("reopened %d, %v", n, err)
		}
		if p, err = b.db.Project(t.Context(), b.project); err != nil || p.Counts.Total() != 1 {
			t.Errorf("figures %+v, %v", p.Counts, err)
		}
		report, err := b.VerifyAudit(t.Context(), b.who)
		if err != nil || report.Broken != 0 || report.Events < 3 {
			t.Errorf("audit: %+v, %v", report, err)
		}
	})
}

func (b *bench) org() string {
	b.t.Helper()
	p, err := b.db.Project(b.t.Context(), b.project)
	b.must(err)
	return p.Organisation
}

func TestImportRelease(t *testing.T) {
	onEach(t, func(t *testing.T, b *bench) {
		r := b.imported()
		db, first, done, err := r.Current(t.Context())
		b.must(err)
		out := filepath.Join(t.TempDir(), "release.tar.zst")
		_, err = archive.Export(t.Context(), db, out, "test")
		b.must(err)
		data, err := os.ReadFile(out)
		b.must(err)
		again, err := b.ImportRelease(t.Context(), b.who, bytes.NewReader(data), false)
		b.must(err)
		if again.Seq != first.Seq || again.Status.Ecosystems["npm"] != 1 {
			t.Errorf("the same release: %+v, then %+v", first, again)
		}
		file, err := os.ReadFile(db.Path())
		b.must(err)
		damaged := bytes.ReplaceAll(file, []byte("GHSA-2222-3333-4444"), []byte("GHSA-2222-3333-4445"))
		for name, input := range map[string][]byte{"empty": nil, "a text": []byte("this is no database at all"), "cut short": file[:len(file)/2], "an archive cut short": data[:len(data)/2], "damaged": damaged} {
			if _, err := b.ImportRelease(t.Context(), b.who, bytes.NewReader(input), false); errs.KindOf(err) != errs.Invalid && errs.KindOf(err) != errs.Damaged {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := b.ImportRelease(t.Context(), b.Actor(b.org(), app.Administrator), bytes.NewReader(file), false); errs.KindOf(err) != errs.Denied {
			t.Errorf("an organisation's administrator: %v", err)
		}
		b.must(b.db.Tx(t.Context(), func(tx store.Store) error {
			_, err := tx.AddRelease(t.Context(), store.Release{Digest: "sha256:newer", Schema: "2.0.0", Name: "newer", Blob: first.Blob, Built: first.Built.Add(time.Hour), Imported: b.Clock.Now()})
			return err
		}))
		if _, err := b.ImportRelease(t.Context(), b.who, bytes.NewReader(file), false); errs.KindOf(err) != errs.Stale {
			t.Errorf("an older one: %v", err)
		}
		if _, _, _, err := r.Current(t.Context()); errs.KindOf(err) != errs.Damaged {
			t.Errorf("a file that holds another release: %v", err)
		}
		older, err := b.ImportRelease(t.Context(), b.who, bytes.NewReader(file), true)
		b.must(err)
		if older.Seq <= first.Seq {
			t.Errorf("going back did not make a new release: %+v", older)
		}
		if _, err := db.Ecosystems(t.Context()); err != nil {
			t.Errorf("a reader lost its file: %v", err)
		}
		done()
	})
}

// TestUploadsAtOnce: projects that share what they are made of are stored,
// matched and merged at the same time, and the figures add up.
func TestUploadsAtOnce(t *testing.T) {
	onEach(t, func(t *testing.T, b *bench) {
		b.imported()
		organisation := b.org()
		const projects = 8
		scans := make([]store.Scan, 0, 3*projects)
		for i := range projects {
			id := b.AddProject(organisation, fmt.Sprint("Project ", i), store.VisibleToOrganisation)
			for range 3 {
				s, err := b.PushScan(t.Context(), b.who, app.Push{Project: id, Ref: store.NewID(), Body: strings.NewReader(pushed("left", "1.0.0"))})
				b.must(err)
				scans = append(scans, s)
			}
		}
		var all sync.WaitGroup
		for _, s := range scans {
			all.Go(func() {
				if err := b.p.Scan(t.Context(), s.ID); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		list, err := b.Vulnerabilities(t.Context(), b.who, app.VulnerabilityQuery{Filter: store.VulnerabilityFilter{Organisation: organisation}})
		b.must(err)
		places, err := b.Vulnerability(t.Context(), b.who, app.VulnerabilityWhere{ID: "CVE-2026-10001", Page: store.Page{Limit: 100}})
		b.must(err)
		var main int64
		for _, p := range places.Where.Items {
			if p.Main {
				main++
			}
		}
		done := 0
		for _, s := range scans {
			if b.reread(s.ID).State == store.ScanDone {
				done++
			}
		}
		if len(list.Items) != 1 || list.Items[0].Findings != main || int64(done) != int64(len(places.Where.Items)) || done == 0 {
			t.Errorf("%d scans done, %d places, %d of main versions; counted: %+v", done, len(places.Where.Items), main, list.Items)
		}
	})
}

// TestRescanIsSmall: a scan that finds what the last one found leaves its own row,
// its log, and nothing else.
func TestRescanIsSmall(t *testing.T) {
	onEach(t, func(t *testing.T, b *bench) {
		b.imported()
		rescan := func() {
			s := b.push(pushed("left", "1.0.0"), "main")
			b.must(b.p.Scan(t.Context(), s.ID))
		}
		rescan()
		const times, bound = 40, 10_000
		before := b.size()
		for range times {
			rescan()
		}
		if grown := (b.size() - before) / times; grown > bound {
			t.Errorf("a scan without changes takes %d bytes, over %d", grown, bound)
		} else {
			t.Logf("a scan without changes takes %d bytes", grown)
		}
	})
}

// size is that of the database and of all blobs.
func (b *bench) size() (bytes int64) {
	b.t.Helper()
	if pool := b.db.Pool(); pool != nil {
		// Earlier versions of rows go as autovacuum lets them go, which tests have
		// turned off.
		_, err := pool.Exec(b.t.Context(), "vacuum full")
		b.must(err)
		b.must(pool.QueryRow(b.t.Context(), "select pg_database_size(current_database())").Scan(&bytes))
	} else {
		b.must(b.db.SQL().QueryRowContext(b.t.Context(), "select page_count * page_size from pragma_page_count(), pragma_page_size()").Scan(&bytes))
	}
	b.must(b.Blobs.List(b.t.Context(), func(i blob.Info) error {
		bytes += i.Size
		return nil
	}))
	return bytes
}

package pipeline_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/pipeline"
	"github.com/assay-sca/assay/internal/store"
)

// pushed is the document of one locked package of npm's.
func pushed(name, version string) string {
	return fmt.Sprintf(`{"schema":"assay.scan/v1","source":{"kind":"git","name":"shop","commit":"abc123"},
		"units":[{"id":"package-lock:package-lock.json","kind":"package-lock","path":"package-lock.json","manifests":[],"drift":[]}],
		"components":[{"id":"c1","purl":"pkg:npm/%[1]s@%[2]s","ecosystem":"npm","name":%[1]q,"version":%[2]q,"direct":true,"scope":"runtime","licences":[],
			"occurrences":[{"unit":"package-lock:package-lock.json","path":"package-lock.json","line":1,"direct":true,"scope":"runtime","declared":[]}]}],
		"edges":[],"coverage":{"files":[{"path":"package-lock.json","kind":"package-lock","status":"read","reason":""}]},"notices":[]}`, name, version)
}

func (b *bench) push(document, ref string) store.Scan {
	b.t.Helper()
	s, err := b.PushScan(b.t.Context(), b.who, app.Push{Project: b.project, Ref: ref, Body: strings.NewReader(document)})
	b.must(err)
	return s
}

// TestPush takes an inventory in and matches it.
func TestPush(t *testing.T) {
	onEach(t, func(t *testing.T, b *bench) {
		s := b.push(pushed("left", "1.0.0"), "")
		b.must(b.p.Scan(t.Context(), s.ID))
		got := b.reread(s.ID)
		if got.State != store.ScanDone || got.Ref != "main" || got.Commit != "abc123" || got.Components != 1 || got.Unknown != 1 || got.Incomplete || b.fetched.Load() != 0 {
			t.Errorf("%s: %+v", got.State, got)
		}
		again := b.push(pushed("left", "1.0.0"), "")
		b.must(b.p.Scan(t.Context(), again.ID))
		if more := b.reread(again.ID); more.Upload != got.Upload || more.Analysis != store.AnalysisSkipped || more.State != store.ScanDone {
			t.Errorf("again: %+v", more)
		}
	})
}

// TestPushHandedOver: what the worker of the same process is given is what the blob
// says, and gives the same inventory as the blob.
func TestPushHandedOver(t *testing.T) {
	onEach(t, func(t *testing.T, b *bench) {
		b.Uploads = &app.Uploads{}
		near := b.with(func(o *pipeline.Options) { o.Uploads = b.Uploads })
		document := pushed("left", "1.0.0")
		s := b.push(document, "near")
		read, err := app.ReadUpload(t.Context(), b.Blobs, s.Upload)
		b.must(err)
		given, ok := b.Uploads.Take(s.Upload)
		if diff := cmp.Diff(read, given); !ok || diff != "" {
			t.Errorf("handed over: %t, mismatch (-blob +given):\n%s", ok, diff)
		}
		if _, again := b.Uploads.Take(s.Upload); again {
			t.Error("it was handed over twice")
		}
		b.must(near.Scan(t.Context(), s.ID)) // taken: from the blob
		second := b.push(document, "near")
		b.must(near.Scan(t.Context(), second.ID))
		if _, left := b.Uploads.Take(second.Upload); left {
			t.Error("the worker did not take it")
		}
		far := b.push(document, "far")
		b.must(b.p.Scan(t.Context(), far.ID)) // by a worker elsewhere
		want := b.reread(s.ID)
		for _, id := range []string{second.ID, far.ID} {
			if got := b.reread(id); got.State != store.ScanDone || got.InventoryID != want.InventoryID || got.Unknown != 1 || got.Ledger != want.Ledger || got.Result != want.Result {
				t.Errorf("%s: %+v, want as %+v", got.State, got, want)
			}
		}
	})
}

// TestConfiguration narrows a scan as far as the project allows.
func TestConfiguration(t *testing.T) {
	gem := "GEM\n  remote: https://gems.example.org/\n  specs:\n    rack (2.0.0)\n\nDEPENDENCIES\n  rack\n"
	for _, tt := range []struct {
		name       string
		file       string
		include    []string
		exclude    []string
		language   string
		components int
		notice     string
	}{
		{name: "nothing said", components: 2},
		{name: "lang", file: "lang: ruby\n", components: 1, notice: "narrows the scan to ruby"},
		{name: "unknown lang", file: "lang: klingon\n", components: 2, notice: "not heeded"},
		{name: "no mapping", file: "- lang\n", components: 2, notice: "not heeded"},
		{name: "projects", file: "projects:\n  shop:\n    type: nodejs\n    config:\n      path: web\n", components: 1, notice: "web/**"},
		{name: "projects without path", file: "projects:\n  shop:\n    type: nodejs\n", components: 2},
		{name: "the project's word", file: "projects:\n  shop:\n    config:\n      path: web\n", include: []string{"gems/**"}, components: 1, notice: "this is not heeded"},
		{name: "exclude", exclude: []string{"gems/**"}, components: 1},
		{name: "language", language: "python", components: 0},
		{name: "language before lang", file: "lang: python\n", language: "ruby", components: 1},
		{name: "other", file: "color: red\n", components: 2, notice: "no meaning here: color"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			onEach(t, func(t *testing.T, b *bench) {
				ctx := t.Context()
				b.tree["gems/Gemfile.lock"] = &fstest.MapFile{Data: []byte(gem)}
				if tt.file != "" {
					b.tree[".deeptracy.yml"] = &fstest.MapFile{Data: []byte(tt.file)}
				}
				p, err := b.db.Project(ctx, b.project)
				b.must(err)
				p.Include, p.Exclude = tt.include, tt.exclude
				b.must(b.db.EditProject(ctx, p))
				s, err := b.CreateScan(ctx, b.who, app.NewScan{Project: b.project, Language: tt.language})
				b.must(err)
				b.must(b.p.Scan(ctx, s.ID))
				got := b.reread(s.ID)
				notices := strings.Join(got.Notices, "\n")
				if got.State != store.ScanDone || got.Components != tt.components || !strings.Contains(notices, tt.notice) {
					t.Errorf("%s with %d components, want %d; %s; notices:\n%s", got.State, got.Components, tt.components, got.Error, notices)
				}
			})
		})
	}
}

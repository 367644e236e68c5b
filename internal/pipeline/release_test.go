package pipeline_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/pipeline"
	"github.com/assay-sca/assay/internal/source"
	"github.com/assay-sca/assay/internal/store"
)

// tagged is a repository on disk whose releases 1.0 and 2.3.4 are tagged v1.0 and
// v2.3.4. It returns its path and the commit of v1.0.
func tagged(t *testing.T) (dir, commit string) {
	t.Helper()
	dir = t.TempDir()
	git := func(args ...string) string {
		cmd := exec.CommandContext(t.Context(), "git", args...)
		cmd.Dir = dir
		cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=" + os.DevNull,
			"GIT_AUTHOR_NAME=A", "GIT_AUTHOR_EMAIL=a@example.org", "GIT_COMMITTER_NAME=A", "GIT_COMMITTER_EMAIL=a@example.org"}
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("git %v: %v: %s", args, err, out)
		}
		return strings.TrimSpace(string(out))
	}
	commitLock := func(text string) {
		if err := os.WriteFile(filepath.Join(dir, "package-lock.json"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		git("add", "--all")
		git("commit", "--quiet", "-m", "a change")
	}
	git("init", "--quiet", "--initial-branch=main", "--template=")
	commitLock(lock)
	git("tag", "-a", "-m", "annotated", "v1.0")
	commit = git("rev-parse", "v1.0^{commit}")
	commitLock(strings.ReplaceAll(lock, "1.0.0", "2.0.0"))
	git("tag", "v2.3.4")
	git("tag", "v2")
	return dir, commit
}

// scanRelease asks for a release and has it looked for and, where it is found, scanned.
func (b *bench) scanRelease(in app.NewScan) store.Scan {
	b.t.Helper()
	in.Project = b.project
	s, err := b.CreateScan(b.t.Context(), b.who, in)
	b.must(err)
	b.must(b.p.Scan(b.t.Context(), s.ID))
	b.must(b.p.Scan(b.t.Context(), s.ID))
	return b.reread(s.ID)
}

// TestRelease scans releases of a repository by their names (KX-5, KX-6): by the tag that the
// pattern leads to, which is a version that a scan of the tag has, too.
func TestRelease(t *testing.T) {
	onEach(t, func(t *testing.T, b *bench) {
		dir, commit := tagged(t)
		repository := b.repositories()[0]
		repository.URL = dir
		b.must(b.db.EditRepository(t.Context(), repository))
		b.p = b.with(func(o *pipeline.Options) {
			o.Fetch, o.List = nil, nil
			o.Remote = source.Remote{Transports: []string{"file"}, Dir: t.TempDir()}
		})
		s := b.scanRelease(app.NewScan{Release: "App v1.0.0"})
		if s.State != store.ScanDone || s.AskedRelease != "App v1.0.0" || s.Ref != "v1.0" || s.Commit != commit || s.Unknown != 1 {
			t.Errorf("the release: %+v", s)
		}
		for _, line := range []string{
			`info Looking for the release "App v1.0.0" among the refs of ` + dir + ".\n",
			`info The release "App v1.0.0" is refs/tags/v1.0.` + "\n", "info Fetched the commit " + commit + " of refs/tags/v1.0.\n",
		} {
			if log := b.log(s.ID); !strings.Contains(log, line) {
				t.Errorf("the log does not say %q:\n%s", line, log)
			}
		}
		if same := b.scanOf(repository.ID, "v1.0"); same.VersionID != s.VersionID || same.Analysis != store.AnalysisSkipped {
			t.Errorf("the tag: %+v", same)
		}
		if later := b.scanRelease(app.NewScan{Release: "2.3.4"}); later.Ref != "v2.3.4" || later.Unknown != 0 || later.State != store.ScanDone {
			t.Errorf("another: %+v", later)
		}
		missing := b.scanRelease(app.NewScan{Release: "v2.3"})
		want := `the repository has no ref of the release "v2.3"; looked for refs/tags/v2.3.0, refs/tags/v2.3. ` +
			"Push the release's tag, or change the project's pattern of release refs, which is refs/tags/v#, and scan again"
		if missing.State != store.ScanFailed || missing.Error != want || missing.Tries != 1 || missing.Ref != "" {
			t.Errorf("a release that is not there: %+v", missing)
		}
		if p := b.reproject(); p.LastScan.ID != "" {
			t.Errorf("the releases say how the project stands: %+v", p.LastScan)
		}
	})
}

// TestReleaseRef wants the ref to be asked for as it was before, and never by a name
// that means another.
func TestReleaseRef(t *testing.T) {
	for name, tt := range map[string]struct {
		refs       string
		set        string   // what the repository is set to
		scanned    []string // before
		pattern    string
		language   string
		want       string
		main       bool
		wantOthers int // versions beside
	}{
		"a tag":                         {refs: "refs/tags/v1.0", want: "v1.0"},
		"a branch":                      {refs: "refs/heads/release/1.0", pattern: "refs/heads/release/#", want: "release/1.0"},
		"neither":                       {refs: "refs/changes/1.0", pattern: "refs/changes/#", want: "refs/changes/1.0"},
		"a branch of that name":         {refs: "refs/heads/v1.0 refs/tags/v1.0", want: "refs/tags/v1.0"},
		"a branch scanned before":       {refs: "refs/heads/v1.0 refs/tags/v1.0", scanned: []string{"v1.0"}, want: "refs/tags/v1.0", wantOthers: 1},
		"scanned in full before":        {refs: "refs/tags/v1.0", scanned: []string{"refs/tags/v1.0"}, want: "refs/tags/v1.0"},
		"a language scanned before":     {refs: "refs/tags/v1.0", scanned: []string{"refs/tags/v1.0"}, language: "npm", want: "refs/tags/v1.0"},
		"what the repository is set to": {refs: "refs/tags/v1.0", set: "refs/tags/v1.0", want: "refs/tags/v1.0", main: true},
		"a short name that is none":     {refs: "refs/tags/-1.0", pattern: "refs/tags/-#", want: "refs/tags/-1.0"},
	} {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(t *testing.T, b *bench) {
				for ref := range strings.FieldsSeq(tt.refs) {
					b.refs = append(b.refs, source.RemoteRef{Name: ref})
				}
				repository := b.repositories()[0]
				repository.Ref = tt.set
				b.must(b.db.EditRepository(t.Context(), repository))
				if p := b.reproject(); tt.pattern != "" {
					p.ReleasePattern = tt.pattern
					b.must(b.db.EditProject(t.Context(), p))
				}
				for _, ref := range tt.scanned {
					s, err := b.CreateScan(t.Context(), b.who, app.NewScan{Project: b.project, Ref: ref, Language: tt.language})
					b.work(s, err)
				}
				s := b.scanRelease(app.NewScan{Release: "App v1.0", Language: tt.language})
				if s.Ref != tt.want || s.State != store.ScanDone {
					t.Errorf("the ref %q, want %q: %+v", s.Ref, tt.want, s)
				}
				versions, err := b.db.VersionsOf(t.Context(), b.project)
				b.must(err)
				if len(versions) != 1+tt.wantOthers || tt.main != versions[0].Main {
					t.Errorf("versions %+v", versions)
				}
			})
		})
	}
}

// TestReleaseLooked wants refs to be listed as the repository is fetched, a list
// that fails for the moment to be tried again, and a refusal to end the scan.
func TestReleaseLooked(t *testing.T) {
	onEach(t, func(t *testing.T, b *bench) {
		var listed, fetched source.Remote
		answer := errors.New("away")
		b.fetch = func(_ context.Context, r source.Remote) (*source.Source, error) {
			fetched = r
			return b.open(), nil
		}
		b.p = b.with(func(o *pipeline.Options) {
			o.Remote = source.Remote{Transports: []string{"https"}, MaxFiles: 5, MaxBytes: 6, Dir: t.TempDir()}
			o.Fallback = source.Credential{SSHKey: "key", KnownHosts: "hosts"}
			o.List = func(_ context.Context, r source.Remote) (source.Refs, error) {
				listed = r
				return source.Refs{Refs: []source.RemoteRef{{Name: "refs/tags/v1.0"}}}, answer
			}
		})
		repository := b.repositories()[0]
		repository.URL = "git@git.example.org:shop.git"
		b.must(b.db.EditRepository(t.Context(), repository))
		s := b.scanRelease(app.NewScan{Release: "v1.0"})
		if s.State != store.ScanWaiting || s.Tries != 1 || s.Ref != "" || s.Error != "away" {
			t.Errorf("after a failure for the moment: %+v", s)
		}
		answer = nil
		b.Clock.Add(b.p.Delay)
		for range 2 {
			b.must(b.p.Tend(t.Context()))
			b.must(b.p.Scan(t.Context(), s.ID))
		}
		if s = b.reread(s.ID); s.State != store.ScanDone || s.Ref != "v1.0" {
			t.Errorf("tried again: %+v", s)
		}
		if fetched.Ref != "v1.0" || listed.Credential.SSHKey != "key" {
			t.Errorf("fetched %+v, listed %+v", fetched, listed)
		}
		fetched.Ref = ""
		if diff := cmp.Diff(fetched, listed); diff != "" {
			t.Errorf("fetched and listed: mismatch (-want +got):\n%s", diff)
		}
		answer = errs.E(errs.Denied, "the host refuses the credential, or wants one")
		if s = b.scanRelease(app.NewScan{Release: "v1.0"}); s.State != store.ScanFailed || s.Tries != 1 {
			t.Errorf("after a refusal: %+v", s)
		}
	})
}

// TestReleaseBesideItsRef wants a release to wait for the scan of its ref that runs,
// and to be admitted when that has ended.
func TestReleaseBesideItsRef(t *testing.T) {
	onEach(t, func(t *testing.T, b *bench) {
		b.refs = []source.RemoteRef{{Name: "refs/tags/v1.0"}}
		running, err := b.CreateScan(t.Context(), b.who, app.NewScan{Project: b.project, Ref: "refs/tags/v1.0"})
		b.must(err)
		s := b.scanRelease(app.NewScan{Release: "App v1.0"})
		if s.State != store.ScanWaiting || s.Ref != running.Ref {
			t.Errorf("beside a scan of its ref that has no version yet: %+v", s)
		}
		b.must(b.p.Scan(t.Context(), running.ID))
		if s = b.reread(s.ID); s.State != store.ScanQueued {
			t.Errorf("after that scan: %+v", s)
		}
		b.must(b.p.Scan(t.Context(), s.ID))
		if got := b.reread(s.ID); got.State != store.ScanDone || got.VersionID != b.reread(running.ID).VersionID {
			t.Errorf("in the end: %+v", got)
		}
	})
}

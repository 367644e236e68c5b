package extract_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/extract"
)

const leadsOut = "a link that leads out of the source, or stands in a commit, is not followed"

func TestLinks(t *testing.T) {
	t.Parallel()
	outside := t.TempDir()
	write(t, filepath.Join(outside, "secret", "requirements.txt"), "secret==1.0\n")
	write(t, filepath.Join(outside, "requirements.txt"), "outer==1.0\n")
	dir, tree := onDisk(t, map[string]string{"requirements.txt": "inner==1.0\n", "a/b/keep": ""})
	link(t, filepath.Join(outside, "secret"), filepath.Join(dir, "folder-out"))
	link(t, filepath.Join(outside, "requirements.txt"), filepath.Join(dir, "requirements-out.txt"))
	link(t, "../../../../../../../../../../etc", filepath.Join(dir, "a", "relative-out"))
	link(t, "requirements.txt", filepath.Join(dir, "requirements-in.txt"))
	link(t, "nowhere.txt", filepath.Join(dir, "requirements-dangling.txt"))
	link(t, "requirements-loop.txt", filepath.Join(dir, "requirements-loop.txt"))
	link(t, "..", filepath.Join(dir, "a", "up"))
	link(t, "../b", filepath.Join(dir, "a", "b", "self"))
	link(t, "nowhere", filepath.Join(dir, "a", "dangling"))
	r := run(t, tree, options())
	same(t, "a/relative-out skipped-by-rule: "+leadsOut+"\n"+
		"folder-out skipped-by-rule: "+leadsOut+"\n"+
		"requirements-dangling.txt failed: no such file or directory\n"+
		"requirements-in.txt read\n"+
		"requirements-loop.txt failed: too many levels of symbolic links\n"+
		"requirements-out.txt skipped-by-rule: "+leadsOut+"\n"+
		"requirements.txt read\n", ledger(r))
	same(t, "requirements:requirements-in.txt\n  inner 1.0 direct runtime [\"==1.0\"]\n"+
		"requirements:requirements.txt\n  inner 1.0 direct runtime [\"==1.0\"]\n", units(r))
}

// faulty is a tree of which some paths fail.
type faulty struct {
	fstest.MapFS
	faults map[string]error
}

func (f faulty) Open(name string) (fs.File, error) {
	if err := f.faults[name]; err != nil {
		return nil, &fs.PathError{Op: "open", Path: "/the/machine/" + name, Err: err}
	}
	return f.MapFS.Open(name)
}

func (f faulty) ReadDir(name string) ([]fs.DirEntry, error) {
	if err := f.faults[name]; err != nil {
		return nil, &fs.PathError{Op: "readdir", Path: "/the/machine/" + name, Err: err}
	}
	return f.MapFS.ReadDir(name)
}

func TestUnreadable(t *testing.T) {
	t.Parallel()
	tree := faulty{
		MapFS: mapFS(map[string]string{
			"a/x.fake": "x 1", "locked/y.fake": "y 1", "z/broken.fake": "z 1", "z/ok.fake": "w 1",
		}),
		faults: map[string]error{"locked": fs.ErrPermission, "z/broken.fake": errors.New("input/output error")},
	}
	r := run(t, tree, fakeOptions(fake{}))
	same(t, "a/x.fake read\nlocked failed: permission denied\nz/broken.fake failed: input/output error\nz/ok.fake read\n", ledger(r))
	same(t, "fake:a/x.fake\n  x 1\nfake:z/ok.fake\n  w 1\n", units(r))

	tree.faults["."] = fs.ErrPermission
	if _, err := extract.Run(t.Context(), tree, fakeOptions(fake{})); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("a source that cannot be read at all: got error %v", err)
	}
}

func (f faulty) Stat(name string) (fs.FileInfo, error) {
	if err := f.faults[name]; err != nil {
		return nil, &fs.PathError{Op: "stat", Path: "/the/machine/" + name, Err: err}
	}
	return f.MapFS.Stat(name)
}

// TestLinksOfACommit: where nothing is checked out, no link can be followed.
func TestLinksOfACommit(t *testing.T) {
	t.Parallel()
	refused := errors.New("a link of a repository is not followed")
	tree := faulty{
		MapFS:  mapFS(map[string]string{"requirements.txt": "a==1\n-r requirements/link.in"}),
		faults: map[string]error{"requirements-dev.txt": refused, "elsewhere": refused, "requirements/link.in": refused},
	}
	for name := range tree.faults {
		tree.MapFS[name] = &fstest.MapFile{Data: []byte("x"), Mode: fs.ModeSymlink}
	}
	same(t, "elsewhere skipped-by-rule: "+leadsOut+"\nrequirements-dev.txt skipped-by-rule: "+leadsOut+"\n"+
		"requirements.txt failed line 2: it includes \"requirements/link.in\", which cannot be read; the 1 dependencies read are kept\n"+
		"requirements/link.in skipped-by-rule: "+leadsOut+"\n", ledger(run(t, tree, options())))
}

func TestOddNames(t *testing.T) {
	t.Parallel()
	dir, tree := onDisk(t, map[string]string{"line\nbreak/requirements.txt": "a==1", "ünï/requirements.txt": "b==1", "requirements\".txt": "c==1"})
	for _, name := range []string{"requirements-\xff.txt", "folder-\xff/requirements.txt", "other-\xff.md"} {
		name = filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, nil, 0o644)); err != nil {
			t.Skipf("skipped: no such names here: %v", err)
		}
	}
	same(t, "folder-\xff failed: its name is not UTF-8 text\nline\nbreak/requirements.txt read\nrequirements\".txt read\n"+
		"requirements-\xff.txt failed: its name is not UTF-8 text\nünï/requirements.txt read\n", ledger(run(t, tree, options())))
}

func TestNoPermission(t *testing.T) {
	t.Parallel()
	if os.Geteuid() == 0 {
		t.Skip("skipped: nothing is forbidden to root")
	}
	dir, tree := onDisk(t, map[string]string{"closed/requirements.txt": "a==1", "requirements.txt": "b==1", "open/requirements.txt": "c==1"})
	for _, name := range []string{"closed", "requirements.txt"} {
		if err := os.Chmod(filepath.Join(dir, name), 0); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { os.Chmod(filepath.Join(dir, "closed"), 0o755) })
	same(t, "closed failed: permission denied\nopen/requirements.txt read\nrequirements.txt failed: permission denied\n",
		ledger(run(t, tree, options())))
}

func TestBounds(t *testing.T) {
	t.Parallel()
	tree := mapFS(map[string]string{
		"1/2/3/deep.fake": "a 1", "1/2/3.fake": "b 1", "big.fake": "c " + strings.Repeat("1", 100), "small.fake": "d 1",
	})
	o := fakeOptions(fake{})
	o.Limits = extract.Limits{FileBytes: 100, Files: 10, Depth: 2}
	same(t, "1/2/3 failed: folders are nested deeper than 2\n1/2/3.fake read\n"+
		"big.fake failed: it has 102 bytes, more than the limit of 100\nsmall.fake read\n", ledger(run(t, tree, o)))
}

// TestFilesLimit: it is always the same files that exceed the limit.
func TestFilesLimit(t *testing.T) {
	t.Parallel()
	contents := map[string]string{}
	for i := range 40 {
		contents[fmt.Sprintf("d%02d/%02d.fake", i%7, i)] = fmt.Sprintf("p%d 1", i)
	}
	contents["z/requirements.txt"] = "-r more.in\n-r again.in\n"
	contents["z/more.in"], contents["z/again.in"] = "more==1\n", "again==1\n"
	o := options()
	o.Extractors = append(o.Extractors, fake{})
	o.Limits.Files = 30
	first := run(t, mapFS(contents), o)
	failed := 0
	for _, f := range first.Ledger {
		if f.Status == "failed" {
			failed++
			if f.Reason != "there are over 30 manifests and lockfiles" {
				t.Errorf("%s: reason %q", f.Path, f.Reason)
			}
		}
	}
	if failed != 11 || len(first.Ledger) != 41 {
		t.Errorf("%d of %d files failed, want 11 of 41", failed, len(first.Ledger))
	}
	for range 20 {
		if diff := cmp.Diff(first, run(t, mapFS(contents), o)); diff != "" {
			t.Fatalf("another run differs (-first +this):\n%s", diff)
		}
	}
	o.Limits.Files = 42
	same(t, "z/again.in failed: there are over 42 manifests and lockfiles\nz/more.in read\n"+
		"z/requirements.txt failed line 2: it includes \"again.in\", which cannot be read\n",
		ledger(run(t, mapFS(contents), o))[len(strings.Repeat("d00/00.fake read\n", 40)):])
}

// grows is a file that is longer than it says.
type grows struct{ fstest.MapFS }

func (g grows) Open(name string) (fs.File, error) {
	f, err := g.MapFS.Open(name)
	if err == nil && strings.HasSuffix(name, "grow.fake") {
		return &growing{File: f}, nil
	}
	return f, err
}

type growing struct {
	fs.File
	read int
}

func (g *growing) Read(p []byte) (int, error) {
	g.read += len(p)
	for i := range p {
		p[i] = 'a'
	}
	return len(p), nil
}

func TestGrowingFile(t *testing.T) {
	t.Parallel()
	o := fakeOptions(fake{})
	o.Limits.FileBytes = 1000
	r := run(t, grows{mapFS(map[string]string{"grow.fake": "a 1", "ok.fake": "b 1"})}, o)
	same(t, "grow.fake failed: it has more than the limit of 1000 bytes\nok.fake read\n", ledger(r))
}

func TestPanicCostsOneFile(t *testing.T) {
	t.Parallel()
	r := run(t, mapFS(map[string]string{"bad.fake": "x 1\npanic truth", "good.fake": "y 1", "odd.fake": "fault a\nz 1\nfault b"}), fakeOptions(fake{}))
	same(t, "bad.fake failed: the reader of this format failed: \"at the\\nmoment of truth\"\ngood.fake read\n"+
		"odd.fake failed line 1: faulty a (and 1 more faults); the 1 dependencies read are kept\n", ledger(r))
	if got := len(r.Inventory.Components); got != 2 {
		t.Errorf("%d components, want 2", got)
	}
}

func TestEqualContentsAreParsedOnce(t *testing.T) {
	t.Parallel()
	contents := map[string]string{}
	for i := range 50 {
		contents[fmt.Sprintf("d%d/same.fake", i)] = "x 1"
		contents[fmt.Sprintf("d%d/x.fake", i)] = fmt.Sprintf("x %d", i%5)
	}
	var calls atomic.Int64
	r := run(t, mapFS(contents), fakeOptions(fake{calls: &calls}))
	if got := calls.Load(); got != 6 {
		t.Errorf("%d contents were parsed, want 6", got)
	}
	if len(r.Inventory.Units) != 100 || len(r.Ledger) != 100 || len(r.Inventory.Components) != 5 {
		t.Errorf("got %d units, %d files, %d components, want 100, 100, 5", len(r.Inventory.Units), len(r.Ledger), len(r.Inventory.Components))
	}
}

func TestInstalled(t *testing.T) {
	t.Parallel()
	contents := map[string]string{
		"requirements.txt":                      "a==1",
		"web/node_modules/x/requirements.txt":   "b==1",
		"env/pyvenv.cfg":                        "",
		"env/lib/requirements.txt":              "c==1",
		"vendor/modules.txt":                    "",
		"vendor/x/requirements.txt":             "d==1",
		"php/vendor/autoload.php":               "",
		"php/vendor/x/requirements.txt":         "e==1",
		"shop/vendor/requirements.txt":          "f==1", // only a name
		".git/requirements.txt":                 "g==1",
		"sub/.hg/requirements.txt":              "h==1",
		"modules/modules.txt":                   "",
		"modules/requirements.txt":              "i==1",
		"unread/bun.lockb":                      "",
		"unread/setup.cfg":                      "",
		"unread/README.md":                      "",
		"web/node_modules/.package-lock.json":   "{}",
		"web/node_modules/x/y/requirements.txt": "j==1",
	}
	const common = "modules/requirements.txt read\n"
	const unread = "unread/bun.lockb unsupported: this format is not read yet\nunread/setup.cfg unsupported: this format is not read yet\n"
	same(t, "env skipped-by-rule: a Python virtual environment; lockfiles describe what belongs in it\n"+
		common+"php/vendor skipped-by-rule: installed Composer packages; the lockfile describes them\n"+
		"requirements.txt read\nshop/vendor/requirements.txt read\n"+unread+
		"vendor skipped-by-rule: vendored Go modules; go.mod describes them\n"+
		"web/node_modules skipped-by-rule: installed npm packages; the lockfile describes them\n",
		ledger(run(t, mapFS(contents), options())))
	o := options()
	o.Installed = true
	same(t, "env/lib/requirements.txt read\n"+common+
		"php/vendor/x/requirements.txt read\nrequirements.txt read\nshop/vendor/requirements.txt read\n"+unread+
		"vendor/x/requirements.txt read\nweb/node_modules/x/requirements.txt read\nweb/node_modules/x/y/requirements.txt read\n",
		ledger(run(t, mapFS(contents), o)))
	inEnv, err := fs.Sub(mapFS(contents), "env")
	if err != nil {
		t.Fatal(err)
	}
	same(t, "lib/requirements.txt read\n", ledger(run(t, inEnv, options())))
}

func TestCancel(t *testing.T) {
	t.Parallel()
	contents := map[string]string{}
	for i := range 200 {
		contents[fmt.Sprintf("d%d/x%d.fake", i%20, i)] = fmt.Sprintf("x %d", i)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var calls atomic.Int64
	o := fakeOptions(fake{calls: &calls, each: cancel})
	if _, err := extract.Run(ctx, mapFS(contents), o); !errors.Is(err, context.Canceled) {
		t.Errorf("got error %v, want that of the context", err)
	}
	if calls.Load() > 20 {
		t.Errorf("%d files were read after the end", calls.Load())
	}
	if _, err := extract.Run(ctx, mapFS(contents), o); !errors.Is(err, context.Canceled) {
		t.Errorf("before it began: got error %v, want that of the context", err)
	}
	o.Only = []string{"d1/x1.fake"}
	if _, err := extract.Run(ctx, mapFS(contents), o); !errors.Is(err, context.Canceled) {
		t.Errorf("one file: got error %v, want that of the context", err)
	}
}

func TestDeterminism(t *testing.T) {
	t.Parallel()
	contents := map[string]string{}
	random := rand.New(rand.NewPCG(1, 2))
	for i := range 60 {
		dir := fmt.Sprintf("d%d/%d/", random.IntN(5), random.IntN(5))
		switch i % 4 {
		case 0:
			contents[dir+"requirements.txt"] = fmt.Sprintf("-r ../base.txt\n-c ../pins.txt\na==%d\nb\n", i%3)
		case 1:
			contents[dir+"package.json"] = fmt.Sprintf(`{"dependencies":{"x":"^%d.0.0","y":"1.2.3"}}`, i%3)
		case 2:
			contents[dir+"yarn.lock"] = fmt.Sprintf("x@^%d.0.0:\n  version \"%d.1.0\"\n\ny@1.2.3:\n  version \"1.2.3\"\n  dependencies:\n    x \"^%d.0.0\"\n", i%3, i%3, i%3)
		case 3:
			contents[fmt.Sprintf("d%d/base.txt", i%5)] = "a==0\nc==1\n"
			contents[fmt.Sprintf("d%d/pins.txt", (i+1)%5)] = fmt.Sprintf("b==%d\n", i%2)
		}
	}
	_, tree := onDisk(t, contents)
	first := run(t, tree, options())
	if len(first.Inventory.Components) < 8 || len(first.Inventory.Units) < 10 {
		t.Fatalf("the case is too small: %s", units(first))
	}
	for range 100 {
		if diff := cmp.Diff(first, run(t, tree, options())); diff != "" {
			t.Fatalf("another run differs (-first +this):\n%s", diff)
		}
	}
}

func TestCompanions(t *testing.T) {
	t.Parallel()
	tree := mapFS(map[string]string{
		"package.json": "{}", "package-lock.json": "{}", "pyproject.toml": "", "sub/package.json": "{}", "bun.lockb": "", "README.md": "",
	})
	for name, want := range map[string][]string{
		"package-lock.json": {"package-lock.json", "package.json"},
		"package.json":      {"package.json"},
		"sub/package.json":  {"sub/package.json"},
		"bun.lockb":         {"bun.lockb"},
	} {
		got, err := extract.Companions(tree, name, options().Extractors)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: error %v, mismatch (-want +got):\n%s", name, err, diff)
		}
	}
	_, err := extract.Companions(tree, "README.md", options().Extractors)
	if err == nil || !strings.Contains(err.Error(), "package-lock.json") || strings.Contains(err.Error(), "\n") {
		t.Errorf("unknown name: got error %v, want one line with the known names", err)
	}
	o := options()
	o.Only = []string{"bun.lockb", "package.json"}
	same(t, "bun.lockb unsupported: this format is not read yet\npackage.json read\n", ledger(run(t, tree, o)))
}

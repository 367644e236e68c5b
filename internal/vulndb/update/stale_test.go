package update

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/vulndb"
	"github.com/assay-sca/assay/internal/vulndb/feed"
	feeds "github.com/assay-sca/assay/internal/vulndb/feed/all"
)

const pypiPath = "/PyPI/all.zip"

// two is a setting with two archives that an update has taken in.
func two(t *testing.T) *setting {
	t.Helper()
	s := newSetting(t, map[string]served{npmPath: {data: archive(t, "A-1"), tag: `"n1"`}, pypiPath: {data: archive(t, "B-1"), tag: `"p1"`}})
	s.options.Ecosystems = []string{"npm", "PyPI"}
	s.must(t, npmPath+" 200", pypiPath+" 200")
	s.options.Now = now.Add(48 * time.Hour)
	return s
}

// failing answers every attempt of one download with an error.
func failing() []http.HandlerFunc {
	return []http.HandlerFunc{status(500), status(500), status(500), status(500), status(500)}
}

// outdated are the stored sources that are older than the database.
func (s *setting) outdated(t *testing.T) []string {
	t.Helper()
	file, err := s.options.Dir.Current()
	if err != nil {
		t.Fatal(err)
	}
	db, err := vulndb.Open(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	out, err := db.Outdated(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i := range out {
		out[i] = strings.ReplaceAll(out[i], s.options.Sources[0], "SERVER")
	}
	return out
}

// TestStale: what one download fails to renew stays as it was, and says so.
func TestStale(t *testing.T) {
	t.Parallel()
	const since = "the records of npm are of 2026-01-02T03:04:05Z: "
	gone := func(s *setting) { delete(s.source.files, npmPath) }
	for _, test := range []struct {
		name  string
		spoil func(t *testing.T, s *setting)
		want  string
	}{
		{"fails", func(_ *testing.T, s *setting) { s.source.first[npmPath] = failing() },
			"download SERVER/npm/all.zip: the server answered 500 Internal Server Error"},
		{"is gone", func(_ *testing.T, s *setting) { gone(s) },
			"download SERVER/npm/all.zip or SERVER/npm.zip: the server does not have it (the server answered 404 Not Found)"},
		{"a page instead", func(_ *testing.T, s *setting) { s.source.put(npmPath, served{data: []byte("<html>"), tag: `"x"`}) },
			"download SERVER/npm/all.zip: what came is no zip archive: zip: not a valid zip file"},
		{"cut before it came", func(t *testing.T, s *setting) {
			whole := archive(t, "A-2")
			s.source.put(npmPath, served{data: whole[:len(whole)-100], tag: `"x"`})
		}, "download SERVER/npm/all.zip: what came is no zip archive: zip: not a valid zip file"},
		{"bad records", func(t *testing.T, s *setting) {
			s.source.put(npmPath, served{data: archive(t, "A-2", "no id"), tag: `"x"`})
		},
			"what came cannot be used: 1 of 2 records cannot be used"},
		{"empty", func(t *testing.T, s *setting) { s.source.put(npmPath, served{data: archive(t), tag: `"x"`}) },
			"what came cannot be used: it has no records"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := two(t)
			s.source.put(pypiPath, served{data: archive(t, "B-1", "B-2"), tag: `"p2"`})
			test.spoil(t, s)
			if err := s.run(t); err != nil {
				t.Fatal(err)
			}
			s.want(t, "A-1 B-1 B-2")
			if diff := cmp.Diff([]string{since + test.want}, s.outdated(t)); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
			if len(s.progress.stale) != 1 || !strings.HasPrefix(s.progress.stale[0], "npm 2026-01-02 ") {
				t.Errorf("heard of %q", s.progress.stale)
			}
			// It stays as old as it is, and is renewed as soon as it can be.
			s.options.Now = now.Add(72 * time.Hour)
			s.source.first[npmPath] = failing()
			if err := s.run(t); err != nil {
				t.Fatal(err)
			}
			if got := s.outdated(t); len(got) != 1 || !strings.HasPrefix(got[0], since) {
				t.Errorf("a day later: %q", got)
			}
			s.source.put(npmPath, served{data: archive(t, "A-1", "A-3"), tag: `"n3"`})
			if err := s.run(t); err != nil {
				t.Fatal(err)
			}
			s.want(t, "A-1 A-3 B-1 B-2")
			if got := s.outdated(t); len(got) > 0 {
				t.Errorf("after it was renewed: %q", got)
			}
		})
	}
}

// TestAllStale: nothing new is no new database, however much there is of old.
func TestAllStale(t *testing.T) {
	t.Parallel()
	s := two(t)
	before, err := s.options.Dir.Current()
	if err != nil {
		t.Fatal(err)
	}
	s.source.asked()
	s.source.first[npmPath], s.source.first[pypiPath] = failing(), failing()
	if err := s.run(t); errs.KindOf(err) != errs.Unavailable || !strings.Contains(err.Error(), npmPath) {
		t.Errorf("error %v, want the first download's", err)
	}
	if after, err := s.options.Dir.Current(); after != before || err != nil {
		t.Errorf("%s is installed instead of %s, %v", after, before, err)
	}
	// A host that does not answer is not asked five times for each file.
	if got := len(s.source.asked()); got != 6 {
		t.Errorf("%d requests, want 5 and 1", got)
	}
}

// TestOptionalFails: of an optional part nothing may be there, and it is said.
func TestOptionalFails(t *testing.T) {
	t.Parallel()
	s := newSetting(t, map[string]served{npmPath: {data: archive(t, "A-1"), tag: `"n1"`}})
	s.options.Ecosystems, s.options.Optional = []string{"npm", "Hex"}, []string{"Hex"}
	s.source.first["/Hex/all.zip"] = failing()
	if err := s.run(t); err != nil {
		t.Fatal(err)
	}
	if len(s.progress.stale) != 1 || !strings.HasPrefix(s.progress.stale[0], "Hex 0001-01-01 download ") {
		t.Errorf("heard of %q", s.progress.stale)
	}
}

// TestManySources: folders, exports and other feeds together, each with its own
// place in the cache.
func TestManySources(t *testing.T) {
	t.Parallel()
	catalogue := []byte(`{"title":"x","catalogVersion":"2026.01.01","dateReleased":"2026-01-01T00:00:00Z","count":1,"vulnerabilities":[
		{"cveID":"CVE-2026-1000","vendorProject":"v","product":"p","vulnerabilityName":"n","dateAdded":"2026-01-01","shortDescription":"s","requiredAction":"r","dueDate":"2026-02-01","knownRansomwareCampaignUse":"Known","notes":""}]}`)
	s := newSetting(t, map[string]served{npmPath: {data: archive(t, "A-1"), tag: `"n1"`}, "/other/npm/all.zip": {data: archive(t, "A-2"), tag: `"n2"`}, "/kev.json": {data: catalogue, tag: `"k1"`}})
	server, folder := s.options.Sources[0], t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "A-3.json"), []byte(`{"id":"A-3","affected":[{"package":{"ecosystem":"npm","name":"x"},"versions":["1.0.0"]}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	s.options.Sources = []string{server, folder, server + "/other", "kev:" + server + "/kev.json", server}
	s.must(t, npmPath+" 200", "/other/npm/all.zip 200", "/kev.json 200")
	s.want(t, "A-1 A-3 A-2")
	s.must(t, npmPath+` If-None-Match:"n1" 304`, `/other/npm/all.zip If-None-Match:"n2" 304`, `/kev.json If-None-Match:"k1" 304`)
	// What is not used any more goes in time.
	s.options.Sources = []string{server}
	s.options.Now = now.Add(31 * 24 * time.Hour)
	s.must(t, npmPath+` If-None-Match:"n1" 304`)
	f, place := feeds.Named(server)
	if diff := cmp.Diff([]string{"lock", key(f, place)}, names(t, s.options.Cache)); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	for _, bad := range []string{"kev:", "https://", "osv:http://%zz"} {
		s.options.Sources = []string{bad}
		if err := s.run(t); errs.KindOf(err) != errs.Invalid {
			t.Errorf("%s: error %v, want one of the kind Invalid", bad, err)
		}
	}
}

func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}

// TestSecrets: what an address may hold of them is not repeated.
func TestSecrets(t *testing.T) {
	t.Parallel()
	s := newSetting(t, nil)
	secret := strings.Replace(s.options.Sources[0], "http://", "http://someone:hunter2@", 1)
	for _, source := range []string{secret, secret + "/a.zip?token=hunter2", "http://someone:hunter2@[::1", "kev:" + secret + "/kev.json?token=hunter2", "http://someone:hunter2@127.0.0.1:1/a.zip?token=hunter2"} {
		s.options.Sources = []string{source}
		if err := s.run(t); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("error %v", err)
		}
	}
}

func TestShown(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		"https://a:b@m.example.org/x?c=d#e": "https://m.example.org/x", "kev:http://a:b@m.example.org/k.json": "kev:http://m.example.org/k.json",
		"https://a:b@[::1": "the address", "/srv/http/osv": "/srv/http/osv", "osv": "osv", "kev:known.json": "kev:known.json",
	} {
		if got := Shown(source); got != want {
			t.Errorf("%s is shown as %s, want %s", source, got, want)
		}
	}
}

// TestRedirectInside: a mirror cannot send us to what only this machine reaches.
func TestRedirectInside(t *testing.T) {
	t.Parallel()
	inner := newSetting(t, map[string]served{npmPath: {data: archive(t, "A-1"), tag: ""}})
	s := newSetting(t, nil)
	s.source.first[npmPath] = []http.HandlerFunc{status(302, "Location", inner.options.Sources[0]+npmPath)}
	if err := s.run(t); errs.KindOf(err) != errs.Invalid || !strings.Contains(err.Error(), "nobody named it as a source") {
		t.Errorf("error %v, want that the address is refused", err)
	}
	if got := inner.source.asked(); len(got) > 0 {
		t.Errorf("the inner server was asked for %v", got)
	}
}

// TestDiedWhilePutting: an update that dies between two renames loses nothing.
func TestDiedWhilePutting(t *testing.T) {
	t.Parallel()
	s := two(t)
	f, place := feeds.Named(s.options.Sources[0])
	root := filepath.Join(s.options.Cache, key(f, place))
	file, work := filepath.Join(root, "files", "npm", "all.zip"), filepath.Join(root, "work", "npm", "all.zip")
	if err := move(file, work, work+".good", work+".good"); err != nil {
		t.Fatal(err)
	}
	s.source.first[npmPath] = failing()
	if err := s.run(t); err != nil {
		t.Fatal(err)
	}
	s.want(t, "A-1 B-1")
	if got := s.outdated(t); len(got) != 1 {
		t.Errorf("outdated: %q", got)
	}
}

// several is a feed of files that its own list names.
type several struct{ feed.Feed }

func (several) Name() string    { return "several" }
func (several) Files() []string { return []string{"one/a.json", "b.json"} }

// TestListedFiles: a feed's files are one: if one of them fails, all are as old as
// the oldest.
func TestListedFiles(t *testing.T) {
	t.Parallel()
	record := func(id string) []byte {
		return []byte(`{"id":"` + id + `","affected":[{"package":{"ecosystem":"npm","name":"x"},"versions":["1.0.0"]}]}`)
	}
	const a, b = "/mirror/one/a.json", "/mirror/b.json"
	s := newSetting(t, map[string]served{a: {data: record("A-1"), tag: `"a1"`}, b: {data: record("B-1"), tag: `"b1"`}, npmPath: {data: archive(t, "C-1"), tag: `"n"`}})
	server := s.options.Sources[0]
	s.options.Sources = append(s.options.Sources, "several:"+server+"/mirror/")
	s.options.Named = func(source string) (feed.Feed, string) {
		f, place := feeds.Named(source)
		if rest, ok := strings.CutPrefix(source, "several:"); ok {
			return several{f}, rest
		}
		return f, place
	}
	s.must(t, npmPath+" 200", a+" 200", b+" 200")
	s.want(t, "C-1 B-1 A-1")
	s.options.Now = now.Add(24 * time.Hour)
	s.source.put(a, served{data: record("A-2"), tag: `"a2"`})
	s.source.first[b] = failing()
	if err := s.run(t); err != nil {
		t.Fatal(err)
	}
	s.want(t, "C-1 B-1 A-2")
	if got := s.outdated(t); len(got) != 1 || !strings.HasPrefix(got[0], "the records of several are of 2026-01-02T03:04:05Z: download SERVER/mirror/b.json: ") {
		t.Errorf("outdated: %q", got)
	}
	// One that cannot be read: both are put back as they were.
	s.options.Now = now.Add(48 * time.Hour)
	s.source.put(a, served{data: []byte(`{"id": `), tag: `"a3"`})
	if err := s.run(t); err != nil {
		t.Fatal(err)
	}
	s.want(t, "C-1 B-1 A-2")
	if got := s.outdated(t); len(got) != 1 || !strings.Contains(got[0], "of 2026-01-03T03:04:05Z: what came cannot be used") {
		t.Errorf("outdated: %q", got)
	}
	// A file of the list that was never there is an error.
	s.source.asked()
	s.options.Sources[1] = "several:" + server + "/elsewhere"
	if err := s.run(t); errs.KindOf(err) != errs.Unavailable || !strings.Contains(err.Error(), "/elsewhere/one/a.json: the server does not have it") {
		t.Errorf("error %v, want that a file is not there", err)
	}
}

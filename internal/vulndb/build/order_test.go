package build

import (
	"archive/zip"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/vulndb/feed"
	feeds "github.com/assay-sca/assay/internal/vulndb/feed/all"
	"github.com/assay-sca/assay/internal/vulndb/feed/feedtest"
)

// held is a set whose records are in memory.
type held struct {
	name    string
	records []feed.Record
}

func (h held) Name() string { return h.name }

func (h held) Each(_ context.Context, yield func(feed.Record) error) (string, error) {
	for _, r := range h.records {
		if err := yield(r); err != nil {
			return "", err
		}
	}
	return "sha256:" + h.name, nil
}

// hold reads what is at a path with a feed. Fixtures of damage give nothing.
func hold(t *testing.T, f feed.Feed, path string) []held {
	t.Helper()
	sets, err := f.Sets(path)
	if err != nil {
		return nil
	}
	var out []held
	for _, set := range sets {
		h := held{name: f.Name() + " " + set.Name()}
		_, err := set.Each(t.Context(), func(r feed.Record) error {
			if r.Err == nil {
				h.records = append(h.records, r)
			}
			return nil
		})
		if err == nil && len(h.records) > 0 {
			out = append(out, h)
		}
	}
	return out
}

// fixtures are the records of every feed's own tests.
func fixtures(t *testing.T) []held {
	t.Helper()
	var out []held
	for _, f := range feeds.Feeds() {
		paths, err := filepath.Glob(filepath.Join("..", "feed", "*", "testdata", "*"))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			own := strings.EqualFold(filepath.Base(filepath.Dir(filepath.Dir(path))), f.Name())
			if own && filepath.Ext(path) != ".golden" && filepath.Base(path) != "fuzz" {
				out = append(out, hold(t, f, path)...)
			}
		}
	}
	return out
}

// content is all that a database says, in the tables that searches and matches
// read, without the numbers of rows.
const content = `
select 'advisory ' || p.name || ' ' || a.name || ' ' || a.status || ' ' || a.severity || ' ' || coalesce(a.published, '-') || ' ' || coalesce(a.modified, '-')
	|| ' ' || coalesce(a.withdrawn, '-') || ' ' || hex(a.digest) from advisories a join providers p on p.id = a.provider_id
union all select 'alias ' || l.name || ' ' || l.kind || ' ' || a.name || ' ' || a.provider_id * 0 from aliases l join advisories a on a.id = l.advisory_id
union all select 'vulnerability ' || v.name || ' ' || a.name from vulnerabilities v join advisories a on a.id = v.advisory_id
union all select 'affected ' || a.name || ' ' || f.sequence || ' ' || p.ecosystem || ' ' || p.name || ' ' || coalesce(s.name || ' ' || s.label, '-')
	|| ' ' || f.withdrawn || ' ' || f.fix_state || ' ' || f.intervals || ' ' || coalesce(f.severity, '-') || ' ' || coalesce(f.qualifiers, '-')
	from affected f join advisories a on a.id = f.advisory_id join packages p on p.id = f.package_id left join operating_systems s on s.id = f.operating_system_id
union all select 'unaffected ' || a.name || ' ' || f.sequence || ' ' || p.ecosystem || ' ' || p.name || ' ' || f.withdrawn || ' ' || f.intervals
	from unaffected f join advisories a on a.id = f.advisory_id join packages p on p.id = f.package_id
union all select 'product ' || a.name || ' ' || f.sequence || ' ' || c.part || ' ' || c.vendor || ' ' || c.product || ' ' || c.target_software || ' ' || f.withdrawn
	|| ' ' || f.unaffected || ' ' || f.intervals || ' ' || coalesce(f.platforms, '-')
	from affected_cpes f join advisories a on a.id = f.advisory_id join cpes c on c.id = f.cpe_id
union all select 'weakness ' || w.cwe || ' ' || a.name from weaknesses w join advisories a on a.id = w.advisory_id
union all select 'exploited ' || cve || ' ' || added || ' ' || due || ' ' || ransomware || ' ' || hex(digest) from known_exploited
union all select 'epss ' || cve || ' ' || score || ' ' || percentile || ' ' || date from epss
union all select 'end ' || product || ' ' || cycle || ' ' || ends || ' ' || hex(digest) from end_of_life
union all select 'provider ' || name || ' ' || records || ' ' || withdrawn || ' ' || coalesce(modified, '-') || ' ' || hex(digest) from providers
union all select 'ecosystem ' || name || ' ' || records from ecosystems
order by 1`

// sameContent builds sets in several orders and wants one content of all.
func sameContent(t *testing.T, sets []held) {
	t.Helper()
	file, report := run(t, Limits{}, asSets(sets)...)
	want := query(t, file, content)
	for seed := range uint64(3) {
		file, other := run(t, Limits{}, asSets(shuffled(sets, seed))...)
		if other.Metadata != report.Metadata {
			t.Errorf("order %d: %+v, want %+v", seed, other.Metadata, report.Metadata)
		}
		if diff := cmp.Diff(want, query(t, file, content)); diff != "" {
			t.Errorf("order %d: mismatch (-want +got):\n%s", seed, diff)
		}
		verify(t, file)
	}
}

func asSets(list []held) []feed.Set {
	out := make([]feed.Set, len(list))
	for i, h := range list {
		out[i] = h
	}
	return out
}

// shuffled deals the records out to as many sets, in another order.
func shuffled(sets []held, seed uint64) []held {
	random := rand.New(rand.NewPCG(seed, 4))
	var all []feed.Record
	out := make([]held, len(sets))
	for i, h := range sets {
		out[i].name = h.name
		all = append(all, h.records...)
	}
	random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	for _, r := range all {
		n := random.IntN(len(out))
		out[n].records = append(out[n].records, r)
	}
	return out
}

// TestRunDeterministicFeeds: the records of all feeds together give one content,
// in whatever order and sets they come.
func TestRunDeterministicFeeds(t *testing.T) {
	t.Parallel()
	sets := fixtures(t)
	kinds := map[string]bool{}
	for _, h := range sets {
		name, _, _ := strings.Cut(h.name, " ")
		kinds[name] = true
	}
	if len(kinds) < len(feeds.Feeds())/2 || !kinds["kev"] || !kinds["epss"] {
		t.Errorf("only the feeds %v have fixtures", kinds)
	}
	sameContent(t, sets)
}

// TestRunDeterministicShared: the same of real feeds, where they are.
func TestRunDeterministicShared(t *testing.T) {
	t.Parallel()
	var sets []held
	for _, source := range []string{"osv/crates.io.zip", "osv/Hackage.zip", "osv/Hex.zip", "kev.json", "epss.csv"} {
		kind := map[string]string{".json": "kev", ".csv": "epss"}[filepath.Ext(source)]
		f, _ := feeds.Named(kind + ":x")
		sets = append(sets, hold(t, f, feedtest.Shared(t, source))...)
	}
	if len(sets) != 5 {
		t.Fatalf("%d sets", len(sets))
	}
	sameContent(t, sets)
}

// TestRunDeterministicFolders: an archive, and its files in folders under other
// names, give the same digest.
func TestRunDeterministicFolders(t *testing.T) {
	t.Parallel()
	path := feedtest.Shared(t, "osv/Julia.zip")
	sets, err := feeds.Feeds()[0].Sets(path)
	if err != nil {
		t.Fatal(err)
	}
	_, want := run(t, Limits{}, sets...)
	archive, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	files := fstest.MapFS{}
	for i, place := range rand.New(rand.NewPCG(5, 6)).Perm(len(archive.File)) {
		r, err := archive.File[i].Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		files[fmt.Sprintf("%d/%05d.json", place%7, place)] = &fstest.MapFile{Data: data}
	}
	set, err := feeds.FromFS("loose", files)
	if err != nil {
		t.Fatal(err)
	}
	if _, got := run(t, Limits{}, set); got.Metadata != want.Metadata {
		t.Errorf("%+v, want %+v", got.Metadata, want.Metadata)
	}
	folder := t.TempDir()
	for name, f := range files {
		file := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, f.Data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	sets, err = feeds.Feeds()[0].Sets(folder)
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(sets)
	if _, got := run(t, Limits{}, sets...); got.Metadata != want.Metadata {
		t.Errorf("of a folder: %+v, want %+v", got.Metadata, want.Metadata)
	}
}

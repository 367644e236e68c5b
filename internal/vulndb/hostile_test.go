package vulndb_test

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/cpe"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/vulndb"
	"github.com/assay-sca/assay/internal/vulndb/build"
	"github.com/assay-sca/assay/internal/vulndb/feed"
)

// stored builds a database of records as feeds give them, and checks it whole.
func stored(t *testing.T, options build.Options, records ...feed.Record) *vulndb.DB {
	t.Helper()
	options.Built = built
	file := filepath.Join(t.TempDir(), "hostile.db")
	if _, err := build.Run(t.Context(), file, []feed.Set{given(records)}, options, build.Limits{}, func(string) {}); err != nil {
		t.Fatal(err)
	}
	db := openFile(t, file)
	if _, err := db.Verify(t.Context()); err != nil {
		t.Fatal(err)
	}
	return db
}

// TestFindWords: people paste ids and names with signs; no sign is an operator.
func TestFindWords(t *testing.T) {
	t.Parallel()
	db := stored(t, build.Options{}, feed.Record{Provider: "A", Advisory: advisory.Advisory{ID: "A-1",
		Summary: "As in CVE-2024-1, node.js and C++ read Ünicode", Affected: []advisory.Affected{below("npm", "a", "2")}}})
	for text, want := range map[string]int{
		"CVE-2024-1": 1, "node.js": 1, "C++ read": 1, "ünicode": 1, "CVE-2024-2": 0, "node.py": 0, `"node" AND`: 1, "read NOT": 0, "nod*": 0,
		"++": 0, `"`: 0, "-read": 1, "text:read": 0, "^as": 1,
	} {
		page, err := db.Find(t.Context(), vulndb.Query{Text: text})
		if err != nil || len(page.Rows) != want {
			t.Errorf("Find(%q) = %d rows, %v, want %d", text, len(page.Rows), err, want)
		}
	}
}

// TestFindQuotedProduct: Perl's modules have colons in their names.
func TestFindQuotedProduct(t *testing.T) {
	t.Parallel()
	const name = `cpe:2.3:a:perl:dbd\:\:mysql:*:*:*:*:*:*:*:*`
	db := stored(t, build.Options{}, feed.Record{Provider: "NVD", Advisory: advisory.Advisory{ID: "CVE-2024-1",
		Affected: []advisory.Affected{{CPE: name, Stated: []advisory.Interval{{Upper: "5"}}}}}})
	asked, err := cpe.Parse(`cpe:2.3:a:perl:dbd\:\:mysql:4.0`)
	if err != nil {
		t.Fatal(err)
	}
	page, err := db.Find(t.Context(), vulndb.Query{CPE: &asked})
	if err != nil || len(page.Rows) != 1 || page.Rows[0].CPE != name {
		t.Errorf("Find = %+v, %v, want the row of %s", page.Rows, err, name)
	}
}

// TestFindDeadEntries: a live record may keep entries that are withdrawn.
func TestFindDeadEntries(t *testing.T) {
	t.Parallel()
	db := stored(t, build.Options{},
		feed.Record{Provider: "A", Advisory: advisory.Advisory{ID: "A-1", Modified: "2024-01-02T00:00:00Z", Affected: []advisory.Affected{below("npm", "alive", "2")}}},
		feed.Record{Provider: "A", Advisory: advisory.Advisory{ID: "A-1", Modified: "2024-01-01T00:00:00Z", Withdrawn: "2024-01-01T00:00:00Z",
			Affected: []advisory.Affected{below("npm", "dead", "2")}}})
	for _, c := range []struct {
		dead bool
		want int
	}{{false, 0}, {true, 1}} {
		page, err := db.Find(t.Context(), vulndb.Query{Packages: []string{"dead"}, Affects: "1", Dead: c.dead})
		if err != nil || len(page.Rows) != c.want {
			t.Errorf("Find(dead %v) = %+v, %v, want %d rows", c.dead, page.Rows, err, c.want)
		}
	}
}

// TestFindPages: small pages give what one page gives, whatever filters leave out.
func TestFindPages(t *testing.T) {
	t.Parallel()
	db := openWorld(t)
	asked, err := cpe.Parse("cpe:2.3:a:acme:left:1.1")
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range []vulndb.Query{{}, {Dead: true}, {Affects: "1.1"}, {Affects: "8.0"}, {Provider: "nvd", Dead: true}, {CPE: &asked}, {Packages: []string{"curl"}, Affects: "7.60"}} {
		q.Limit = 1 << 62
		whole, err := db.Find(t.Context(), q)
		if err != nil || whole.Next != 0 {
			t.Fatal(whole.Next, err)
		}
		var rows []vulndb.Row
		for q.Limit = 1; ; {
			page, err := db.Find(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			rows = append(rows, page.Rows...)
			if q.After = page.Next; q.After == 0 {
				break
			}
		}
		if len(rows) != len(whole.Rows) {
			t.Errorf("%+v: %d rows by pages, %d in one", q, len(rows), len(whole.Rows))
			continue
		}
		for i := range rows {
			if rows[i].Advisory != whole.Rows[i].Advisory || rows[i].Package != whole.Rows[i].Package || rows[i].System != whole.Rows[i].System {
				t.Errorf("%+v: row %d is %+v by pages, %+v in one", q, i, rows[i], whole.Rows[i])
			}
		}
	}
}

// TestReplacedDecorations: a provider all of whose words others have replaced still
// stands in the database, and the database can be checked.
func TestReplacedDecorations(t *testing.T) {
	t.Parallel()
	db := stored(t, build.Options{},
		feed.Record{Provider: "OLD", KnownExploited: &advisory.KnownExploited{CVE: "CVE-2024-1", Added: "2024-01-01"}},
		feed.Record{Provider: "NEW", KnownExploited: &advisory.KnownExploited{CVE: "CVE-2024-1", Added: "2024-01-02"}},
		feed.Record{Provider: "OLD", EPSS: &advisory.EPSS{CVE: "CVE-2024-1", Score: 0, Percentile: 0, Date: "2024-01-01"}},
		feed.Record{Provider: "NEW", EPSS: &advisory.EPSS{CVE: "CVE-2024-1", Score: 0, Percentile: 0, Date: "2024-01-02"}})
	if got := db.Metadata().Records; got != 2 {
		t.Errorf("%d records, want 2", got)
	}
}

// TestConcurrentReaders runs many readers on one database, the first of which is
// given up: the frames' dictionary must be there for the others.
func TestConcurrentReaders(t *testing.T) {
	t.Parallel()
	records := world()
	for i := range 40 {
		id := "B-" + string(rune('a'+i%26)) + string(rune('a'+i/26))
		records = append(records, feed.Record{Provider: "B", Advisory: advisory.Advisory{ID: id, Summary: "The same long summary of every record, again and again: " + id,
			Details: "The same long text of every record, so that a frame of it is shorter than it is.", Affected: []advisory.Affected{below("npm", id, "2")}}})
	}
	db := stored(t, build.Options{FramesFrom: 1}, records...)
	other, err := vulndb.Open(t.Context(), db.Path())
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if err := other.FirstFrame(cancelled); err != nil {
		t.Logf("the first reader was given up: %v", err)
	}
	var group sync.WaitGroup
	for range 16 {
		group.Go(func() {
			numbers := make([]int64, 60)
			for i := range numbers {
				numbers[i] = int64(i + 1)
			}
			details, err := other.Details(t.Context(), numbers)
			if err != nil || len(details) < 40 {
				t.Errorf("%d details, %v", len(details), err)
			}
			if _, err := other.Find(t.Context(), vulndb.Query{Text: "list", Affects: "1"}); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
}

// TestDenials: only who says nothing of versions denies all of them.
func TestDenials(t *testing.T) {
	t.Parallel()
	deny := func(name string, ranges ...advisory.Range) advisory.Affected {
		return advisory.Affected{Ecosystem: "npm", Name: name, Unaffected: true, Ranges: ranges}
	}
	db := stored(t, build.Options{}, feed.Record{Provider: advisory.Private, Advisory: advisory.Advisory{ID: "A-1", Affected: []advisory.Affected{
		deny("all"), deny("commits", advisory.Range{Type: advisory.Git, Events: []advisory.Event{{Introduced: "0"}}}),
		deny("empty", advisory.Range{Type: advisory.SemVer, Events: []advisory.Event{{Introduced: "1.0.0"}, {Fixed: "1.0.0"}}}),
	}}})
	got := map[string]string{}
	err := db.Candidates(t.Context(), "npm", []string{"all", "commits", "empty"}, func(c advisory.Candidate) error {
		got[c.Name] = c.Intervals
		return nil
	})
	if want := map[string]string{"all": "", "commits": ">=0 <0", "empty": ">=0 <0"}; err != nil || !maps.Equal(got, want) {
		t.Errorf("%v, %v, want %v", got, err, want)
	}
}

// TestVerifyDecorations: what stands beside the records is checked as they are.
func TestVerifyDecorations(t *testing.T) {
	t.Parallel()
	whole := openWorld(t).Path()
	data, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	for i, change := range []string{
		`update epss set score = 0`, `update epss set percentile = percentile + 1e-12`, `delete from epss where cve = 'CVE-2024-2'`,
		`update known_exploited set cve = 'CVE-2024-7'`, `update known_exploited set ransomware = 0`, `delete from known_exploited`,
		`update end_of_life set ends = '2030-01-01'`, `delete from end_of_life`, `update weaknesses set cwe = 'CWE-95'`,
		`update affected_cpes set intervals = '<0'`, `update affected_cpes set platforms = null`, `update cpes set product = 'lefd'`,
		`update unaffected set intervals = '*'`, `delete from unaffected`, `update operating_systems set major = '13' where label = '12'`,
		`update operating_system_aliases set name = 'rhel'`, `update vulnerabilities set name = 'CVE-2024-7'`, `update sources set stale = 'x'`,
		`update advisories set status = 3 where name = 'GHSA-1'`, `update advisories set withdrawn = null`, `update providers set proven = 1 - proven`,
	} {
		t.Run(change, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), fmt.Sprint(i)+".db")
			if err := os.WriteFile(file, data, 0o600); err != nil {
				t.Fatal(err)
			}
			other(t, file, change)
			if _, err := openFile(t, file).Verify(t.Context()); errs.KindOf(err) != errs.Damaged {
				t.Errorf("%s: error %v, want damage", change, err)
			}
		})
	}
}

// TestProvidersByCase: an odd id gives a provider that differs from another in case
// alone. It must not sink the build, and is found with the other.
func TestProvidersByCase(t *testing.T) {
	t.Parallel()
	db := stored(t, build.Options{},
		feed.Record{Provider: "osv", Advisory: advisory.Advisory{ID: "osv-1", Affected: []advisory.Affected{below("npm", "a", "2")}}},
		feed.Record{Provider: "OSV", Advisory: advisory.Advisory{ID: "OSV-1", Affected: []advisory.Affected{below("npm", "a", "2")}}})
	page, err := db.Find(t.Context(), vulndb.Query{Provider: "Osv"})
	if err != nil || len(page.Rows) != 2 {
		t.Errorf("%+v, %v, want two rows", page.Rows, err)
	}
}

// TestFindProductVersions: versions of products may have an update, or be told not to be.
func TestFindProductVersions(t *testing.T) {
	t.Parallel()
	product := func(name string, i advisory.Interval) advisory.Affected {
		return advisory.Affected{CPE: "cpe:2.3:a:v:" + name + ":*:*:*:*:*:*:*:*", Stated: []advisory.Interval{i}}
	}
	db := stored(t, build.Options{}, feed.Record{Provider: "NVD", Advisory: advisory.Advisory{ID: "CVE-2024-1", Affected: []advisory.Affected{
		product("na", advisory.Interval{Lower: "-", Exact: true}), product("update", advisory.Interval{Lower: "1.0-rc1", Exact: true}),
		product("all", advisory.Interval{Lower: "1.0", Exact: true}), product("after", advisory.Interval{Lower: "1.0", After: true}),
	}}})
	for text, want := range map[string]int{
		"na:-": 1, "na:1.0": 0, "update:1.0:rc1": 1, "update:1.0-rc1": 1, "update:1.0:rc2": 0, "all:1.0:rc1": 1, "all:1.0": 1, "all:1.1": 0,
		"after:1.0": 0, "after:1.0.1": 1, "after": 1, "*": 4,
	} {
		asked, err := cpe.Parse("cpe:2.3:a:v:" + text)
		if err != nil {
			t.Fatal(err)
		}
		page, err := db.Find(t.Context(), vulndb.Query{CPE: &asked})
		if err != nil || len(page.Rows) != want {
			t.Errorf("%s: %d rows, %v, want %d", text, len(page.Rows), err, want)
		}
	}
}

// TestFindEcosystem: a record that only denies is found by its ecosystem, too.
func TestFindEcosystem(t *testing.T) {
	t.Parallel()
	db := stored(t, build.Options{}, feed.Record{Provider: "A", Advisory: advisory.Advisory{ID: "A-1",
		Affected: []advisory.Affected{{Ecosystem: "npm", Name: "a", Unaffected: true}}}})
	page, err := db.Find(t.Context(), vulndb.Query{Ecosystem: "npm"})
	if err != nil || len(page.Rows) != 1 || !page.Rows[0].Unaffected {
		t.Errorf("%+v, %v, want the denial", page.Rows, err)
	}
}

// TestMergedAlias: a record is found by what an earlier copy took for an alias.
func TestMergedAlias(t *testing.T) {
	t.Parallel()
	db := stored(t, build.Options{},
		feed.Record{Provider: "A", Advisory: advisory.Advisory{ID: "A-1", Modified: "2024-01-02T00:00:00Z", Related: []string{"CVE-2024-1"}, Affected: []advisory.Affected{below("npm", "a", "2")}}},
		feed.Record{Provider: "A", Advisory: advisory.Advisory{ID: "A-1", Modified: "2024-01-01T00:00:00Z", Aliases: []string{"CVE-2024-1"}, Affected: []advisory.Affected{below("npm", "a", "2")}}})
	rows, err := db.ByID(t.Context(), "CVE-2024-1")
	if err != nil || len(rows) != 1 {
		t.Errorf("%+v, %v, want the record", rows, err)
	}
}

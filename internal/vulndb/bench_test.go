package vulndb_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/distro"
	"github.com/assay-sca/assay/internal/version"
	"github.com/assay-sca/assay/internal/vulndb"
	"github.com/assay-sca/assay/internal/vulndb/build"
	"github.com/assay-sca/assay/internal/vulndb/feed"
	feeds "github.com/assay-sca/assay/internal/vulndb/feed/all"
)

// The invented set: a million affected rows, as a large release has them. Half
// of the packages are a distribution's at four releases, half npm's.
const (
	millionRecords = 250_000
	rowsEach       = 4
	npmPackages    = 100_000
	debianPackages = 20_000
	scores         = 200_000
)

// invented is the set of n records.
type invented int

func (invented) Name() string { return "invented" }

func (g invented) Each(_ context.Context, yield func(feed.Record) error) (string, error) {
	for i := range int(g) {
		if err := yield(g.record(i)); err != nil {
			return "", err
		}
	}
	for i := range min(int(g), scores) {
		e := &advisory.EPSS{CVE: cve(i), Score: float64(i%1000) / 1000, Percentile: float64(i%997) / 997, Date: "2026-01-01"}
		if err := yield(feed.Record{Provider: "EPSS", EPSS: e}); err != nil {
			return "", err
		}
		if i%100 == 0 {
			k := &advisory.KnownExploited{CVE: cve(i), Added: "2026-01-01", Due: "2026-01-22", Name: "A vulnerability of product " + fmt.Sprint(i)}
			if err := yield(feed.Record{Provider: "KEV", KnownExploited: k}); err != nil {
				return "", err
			}
		}
	}
	return "sha256:invented", nil
}

func cve(i int) string { return fmt.Sprintf("CVE-%d-%d", 2016+i%10, 10_000+i) }

func (invented) record(i int) feed.Record {
	words := []string{"heap overflow", "path traversal", "request smuggling", "prototype pollution", "use after free", "missing check"}
	a := advisory.Advisory{
		ID: fmt.Sprintf("GEN-%d", i), Modified: "2026-01-01T00:00:00Z", Published: "2025-06-01T00:00:00Z", Aliases: []string{cve(i)},
		Summary:    fmt.Sprintf("A %s in the function %d lets an attacker read %d", words[i%6], i, i*7),
		Details:    fmt.Sprintf("### Impact\n\nA crafted input of %d bytes reaches the parser, which leads to a %s.\n\n### Patches\n\nUpgrade to release %d.%d or later.", i*13, words[i%6], i%40, i%7),
		Severity:   []advisory.Severity{{Type: "CVSS_V3", Score: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:" + "NLH"[i%3:i%3+1] + "/I:N/A:H"}},
		References: []advisory.Reference{{URL: fmt.Sprintf("https://advisories.example.org/%d", i), Tags: []string{"advisory"}}},
		Weaknesses: []string{fmt.Sprintf("CWE-%d", 20+i%700)},
	}
	for n := range rowsEach {
		f := below("npm", fmt.Sprintf("package-%d", (i*7+n*13)%npmPackages), fmt.Sprintf("%d.%d.%d", i%9, n, i%50))
		if i%2 == 0 {
			f = below(fmt.Sprintf("Debian:%d", 10+n), fmt.Sprintf("source-%d", i/2%debianPackages), fmt.Sprintf("%d.%d-%d", i%9, i%50, n))
		}
		a.Affected = append(a.Affected, f)
	}
	return feed.Record{Provider: "GEN", Advisory: a}
}

// million builds the invented set once, in a folder that the run's own temporary
// folder holds.
var million = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp(os.Getenv("ASSAY_BENCH_DIR"), "assay-million-")
	if err != nil {
		return "", err
	}
	file := filepath.Join(dir, "million.db")
	_, err = build.Run(context.Background(), file, []feed.Set{invented(millionRecords)}, build.Options{Built: built}, build.Limits{}, func(string) {})
	return file, err
})

// TestMain removes what million made.
func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "assay-bench-")
	if err == nil {
		err = os.Setenv("ASSAY_BENCH_DIR", dir)
	}
	if err != nil {
		panic(err)
	}
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

func openMillion(b *testing.B) *vulndb.DB {
	b.Helper()
	file, err := million()
	if err != nil {
		b.Fatal(err)
	}
	db, err := vulndb.Open(b.Context(), file)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	return db
}

// BenchmarkBuildMillion: records a second, peak of the heap, and the size of the
// file against the same records in the tables of the original design.
func BenchmarkBuildMillion(b *testing.B) {
	for b.Loop() {
		file := filepath.Join(b.TempDir(), "a.db")
		stop := watchHeap()
		start := time.Now()
		if _, err := build.Run(b.Context(), file, []feed.Set{invented(millionRecords)}, build.Options{Built: built}, build.Limits{}, func(string) {}); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(millionRecords/time.Since(start).Seconds(), "records/s")
		b.ReportMetric(stop(), "MB-heap-peak")
		b.ReportMetric(peakResident(), "MB-resident-peak")
		info, err := os.Stat(file)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(info.Size())/1e6, "MB-file")
	}
}

// BenchmarkSeedTables writes the same records as the original design has them:
// plain JSON blobs, one for each row.
func BenchmarkSeedTables(b *testing.B) {
	for b.Loop() {
		file := filepath.Join(b.TempDir(), "seed.db")
		if err := seedTables(b.Context(), file, invented(millionRecords)); err != nil {
			b.Fatal(err)
		}
		info, err := os.Stat(file)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(info.Size())/1e6, "MB-file")
	}
}

const seedDDL = `
create table blobs (id integer primary key autoincrement, value text not null);
create table vulnerability_handles (id integer primary key, name text not null, status text not null, published_date datetime, modified_date datetime,
	withdrawn_date datetime, provider_id text not null, blob_id integer);
create table vulnerability_aliases (name text, alias text, primary key (name, alias));
create table packages (id integer primary key, ecosystem text, name text);
create table affected_package_handles (id integer primary key, vulnerability_id integer not null, operating_system_id integer, package_id integer, blob_id integer);
create table epss_handles (id integer primary key, cve text, epss real, percentile real);`

const seedIndexes = `
create index v1 on vulnerability_handles (name collate nocase, provider_id collate nocase);
create index v2 on vulnerability_handles (provider_id);
create index v3 on vulnerability_handles (published_date);
create index v4 on vulnerability_handles (modified_date);
create index v5 on vulnerability_handles (withdrawn_date);
create unique index p1 on packages (ecosystem collate nocase, name collate nocase);
create index p2 on packages (name collate nocase);
create index a1 on affected_package_handles (vulnerability_id);
create index a2 on affected_package_handles (operating_system_id);
create index a3 on affected_package_handles (package_id);
create index e1 on epss_handles (cve);`

func seedTables(ctx context.Context, file string, set feed.Set) error {
	db, err := sql.Open("sqlite", "file:"+file+"?_pragma=journal_mode(off)&_pragma=synchronous(off)")
	if err != nil {
		return err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(ctx, seedDDL); err != nil {
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	s := seed{ctx: ctx, tx: tx, packages: map[string]int{}}
	if _, err := set.Each(ctx, s.add); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, seedIndexes); err != nil {
		return err
	}
	return tx.Commit()
}

type seed struct {
	ctx           context.Context
	tx            *sql.Tx
	records, rows int
	blobs         int
	packages      map[string]int
}

func (s *seed) exec(text string, args ...any) error {
	_, err := s.tx.ExecContext(s.ctx, text, args...)
	return err
}

func (s *seed) blob(value []byte) (int, error) {
	s.blobs++
	return s.blobs, s.exec(`insert into blobs values ($1, $2)`, s.blobs, string(value))
}

func (s *seed) add(r feed.Record) error {
	if r.EPSS != nil {
		return s.exec(`insert into epss_handles (cve, epss, percentile) values ($1, $2, $3)`, r.EPSS.CVE, r.EPSS.Score, r.EPSS.Percentile)
	}
	if r.Advisory.ID == "" {
		return nil
	}
	s.records++
	a := &r.Advisory
	head, err := vulndb.EncodeVulnerability(r.Provider, a)
	if err != nil {
		return err
	}
	blob, err := s.blob(head)
	if err != nil {
		return err
	}
	if err := s.exec(`insert into vulnerability_handles values ($1, $2, 'active', $3, $4, null, $5, $6)`, s.records, a.ID, a.Published, a.Modified, r.Provider, blob); err != nil {
		return err
	}
	for _, alias := range a.Aliases {
		if err := s.exec(`insert or ignore into vulnerability_aliases values ($1, $2)`, a.ID, alias); err != nil {
			return err
		}
	}
	for i := range a.Affected {
		f := &a.Affected[i]
		if err := s.affected(f); err != nil {
			return err
		}
	}
	return nil
}

func (s *seed) affected(f *advisory.Affected) error {
	value, err := vulndb.EncodeAffected(f, version.SchemeOf(f.Ecosystem))
	if err != nil {
		return err
	}
	blob, err := s.blob(value)
	if err != nil {
		return err
	}
	id, ok := s.packages[f.Ecosystem+" "+f.Name]
	if !ok {
		id = len(s.packages) + 1
		s.packages[f.Ecosystem+" "+f.Name] = id
		if err := s.exec(`insert into packages values ($1, $2, $3)`, id, f.Ecosystem, f.Name); err != nil {
			return err
		}
	}
	s.rows++
	return s.exec(`insert into affected_package_handles values ($1, $2, null, $3, $4)`, s.rows, s.records, id, blob)
}

// watchHeap samples the heap until the function that it returns gives the peak in
// megabytes.
func watchHeap() func() float64 {
	done, peak := make(chan struct{}), make(chan uint64)
	go func() {
		var most uint64
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapAlloc)
			select {
			case <-done:
				peak <- most
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	}()
	return func() float64 {
		close(done)
		return float64(<-peak) / 1e6
	}
}

// peakResident is the most memory that the process ever had resident, in megabytes,
// where the system tells (proc(5)): SQLite's pages are not in the heap. Run the
// benchmark alone for it.
func peakResident() float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	var kilobytes float64
	_, _ = fmt.Sscan(rest, &kilobytes)
	return kilobytes / 1024
}

// BenchmarkColdOpen opens the file and looks one package up.
func BenchmarkColdOpen(b *testing.B) {
	file, err := million()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		db, err := vulndb.Open(b.Context(), file)
		if err != nil {
			b.Fatal(err)
		}
		n := 0
		err = db.Candidates(b.Context(), "npm", []string{"package-77"}, func(advisory.Candidate) error { n++; return nil })
		if err != nil || n == 0 {
			b.Fatal(err, n)
		}
		if err := db.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkLookups10000 asks for 10,000 packages in one process, half of them
// unknown.
func BenchmarkLookups10000(b *testing.B) {
	db := openMillion(b)
	var names []string
	for i := range 10_000 {
		if i%2 == 0 {
			names = append(names, fmt.Sprintf("package-%d", i*5))
		} else {
			names = append(names, fmt.Sprintf("unknown-%d", i))
		}
	}
	stop := watchHeap()
	n := 0
	for b.Loop() {
		n = 0
		if err := db.Candidates(b.Context(), "npm", names, func(advisory.Candidate) error { n++; return nil }); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(n), "candidates")
	b.ReportMetric(stop(), "MB-heap-peak")
}

// BenchmarkDistribution400 asks for 400 packages of a distribution, with the
// details of every record that names them and all their decorations.
func BenchmarkDistribution400(b *testing.B) {
	db := openMillion(b)
	asked := distro.System{Name: "debian", Major: "12"}
	var names []string
	for i := range 400 {
		names = append(names, fmt.Sprintf("source-%d", i*31))
	}
	candidates, decorated := 0, 0
	for b.Loop() {
		seen := map[int64]bool{}
		var numbers []int64
		candidates = 0
		err := db.SystemCandidates(b.Context(), asked, names, func(c advisory.Candidate) error {
			candidates++
			if !seen[c.Advisory] {
				seen[c.Advisory] = true
				numbers = append(numbers, c.Advisory)
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
		details, err := db.Details(b.Context(), numbers)
		if err != nil {
			b.Fatal(err)
		}
		var vulnerabilities []string
		for _, d := range details {
			vulnerabilities = append(vulnerabilities, d.Vulnerabilities...)
		}
		decorations, err := db.Decorations(b.Context(), vulnerabilities)
		if err != nil {
			b.Fatal(err)
		}
		decorated = len(decorations)
	}
	b.ReportMetric(float64(candidates), "candidates")
	b.ReportMetric(float64(decorated), "decorated")
}

// BenchmarkBuildReal builds the real data beside the checkout.
func BenchmarkBuildReal(b *testing.B) {
	folder := filepath.Join("..", "..", "..", "shared", "data", "osv")
	if _, err := os.Stat(folder); err != nil {
		b.Skip("skipped: the real advisories are not present")
	}
	var input int64
	zips, err := filepath.Glob(filepath.Join(folder, "*.zip"))
	if err != nil {
		b.Fatal(err)
	}
	for _, zip := range zips {
		if info, err := os.Stat(zip); err == nil {
			input += info.Size()
		}
	}
	for b.Loop() {
		sets, err := feeds.Sets(folder)
		if err != nil {
			b.Fatal(err)
		}
		file := filepath.Join(b.TempDir(), "a.db")
		start := time.Now()
		r, err := build.Run(b.Context(), file, sets, build.Options{Built: built}, build.Limits{SkippedShare: 1}, func(string) {})
		if err != nil {
			b.Fatal(err)
		}
		info, err := os.Stat(file)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(r.Metadata.Records)/time.Since(start).Seconds(), "records/s")
		b.ReportMetric(float64(info.Size())/1e6, "MB-file")
		b.ReportMetric(float64(input)/1e6, "MB-input-zips")
	}
}

package scan_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/assay-sca/assay/internal/extract"
	extractors "github.com/assay-sca/assay/internal/extract/all"
	"github.com/assay-sca/assay/internal/match"
	"github.com/assay-sca/assay/internal/policy"
	"github.com/assay-sca/assay/internal/scan"
	"github.com/assay-sca/assay/internal/source"
	"github.com/assay-sca/assay/internal/vulndb"
	"github.com/assay-sca/assay/internal/vulndb/build"
	"github.com/assay-sca/assay/internal/vulndb/feed"
	feeds "github.com/assay-sca/assay/internal/vulndb/feed/all"
)

// benchDatabase has one advisory for every third of n packages.
func benchDatabase(b *testing.B, n int) *vulndb.DB {
	b.Helper()
	records := fstest.MapFS{}
	for i := 0; i < n; i += 3 {
		id := fmt.Sprintf("BENCH-%d", i)
		records[id+".json"] = &fstest.MapFile{Data: fmt.Appendf(nil, `{"id":%q,"modified":"2026-01-01T00:00:00Z","aliases":["CVE-2026-%d"],
			"summary":"a fault","affected":[{"package":{"ecosystem":"npm","name":"package-%06d"},
			"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"1.%d.0"}]}]}]}`, id, 10_000+i, i, i%5)}
	}
	set, err := feeds.FromFS("bench", records)
	if err != nil {
		b.Fatal(err)
	}
	file := filepath.Join(b.TempDir(), "bench.db")
	if _, err := build.Run(b.Context(), file, []feed.Set{set}, build.Options{Built: time.Unix(1_800_000_000, 0)}, build.Limits{}, func(string) {}); err != nil {
		b.Fatal(err)
	}
	db, err := vulndb.Open(b.Context(), file)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	return db
}

// benchLock writes a package-lock.json of n packages.
func benchLock(b *testing.B, n int) string {
	b.Helper()
	var text strings.Builder
	text.WriteString(`{"name":"bench","lockfileVersion":3,"packages":{"":{"dependencies":{"package-000000":"^1.0.0"}}`)
	for i := range n {
		fmt.Fprintf(&text, ",\n\"node_modules/package-%06d\": {\"version\": \"1.2.3\", \"resolved\": \"https://npm.example.org/p/-/p-1.2.3.tgz\", "+
			"\"integrity\": \"sha512-%s\", \"license\": \"MIT\", \"dependencies\": {\"package-%06d\": \"^1.0.0\", \"package-%06d\": \"^1.0.0\"}}",
			i, strings.Repeat("A", 88), 2*i%n, (2*i+1)%n)
	}
	text.WriteString("}}\n")
	file := filepath.Join(b.TempDir(), "package-lock.json")
	if err := os.WriteFile(file, []byte(text.String()), 0o600); err != nil {
		b.Fatal(err)
	}
	return file
}

// BenchmarkRun scans a lockfile of 2,000 packages in a warm process: the
// database is open.
func BenchmarkRun(b *testing.B) {
	const n = 2000
	db, file := benchDatabase(b, n), benchLock(b, n)
	b.ReportAllocs()
	for b.Loop() {
		src, err := source.Open(b.Context(), file, "")
		if err != nil {
			b.Fatal(err)
		}
		r, err := scan.Run(b.Context(), scan.Request{
			Source: src, Rules: policy.Rules{}, Extract: extract.Options{Extractors: extractors.Extractors(), Limits: extract.DefaultLimits()},
			Open: func(context.Context) (scan.Database, error) { return db, nil },
		})
		if err != nil || len(r.Inventory.Components) != n || len(r.Findings) == 0 {
			b.Fatalf("error %v, %d components, %d findings", err, len(r.Inventory.Components), len(r.Findings))
		}
		src.Close()
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "components/s")
}

// BenchmarkMatch matches 10,000 components with a database on disk.
func BenchmarkMatch(b *testing.B) {
	const n = 10_000
	db, file := benchDatabase(b, n), benchLock(b, n)
	read, err := extract.Run(b.Context(), os.DirFS(filepath.Dir(file)), extract.Options{Extractors: extractors.Extractors(), Limits: extract.DefaultLimits()})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	compared := 0
	for b.Loop() {
		r, err := match.Run(b.Context(), db, &read.Inventory)
		if err != nil || len(r.Findings) == 0 {
			b.Fatalf("error %v, %d findings", err, len(r.Findings))
		}
		compared += r.Candidates
	}
	b.ReportMetric(float64(compared)/b.Elapsed().Seconds(), "advisories/s")
}

package vulndb_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/vulndb"
	"github.com/assay-sca/assay/internal/vulndb/build"
)

// generated builds a database of records with two affected packages each, of
// which every changed-th differs from the same with changed 0.
func generated(tb testing.TB, records, changed int) *vulndb.DB {
	tb.Helper()
	file := filepath.Join(tb.TempDir(), "a.db")
	b, err := build.New(tb.Context(), file, build.Options{Built: time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)})
	if err != nil {
		tb.Fatal(err)
	}
	for i := range records {
		fix := "2.0.0"
		if changed > 0 && i%changed == 0 {
			fix = "2.0.1"
		}
		entry := func(name string) advisory.Affected {
			return advisory.Affected{Ecosystem: "npm", Name: name, Ranges: []advisory.Range{
				{Type: advisory.SemVer, Events: []advisory.Event{{Introduced: "0"}, {Fixed: fix}}}}}
		}
		a := advisory.Advisory{ID: fmt.Sprintf("GHSA-%07d", i), Modified: "2026-01-01T00:00:00Z", Aliases: []string{fmt.Sprintf("CVE-2026-%d", i)},
			Summary: fmt.Sprintf("A crafted input of kind %d is not refused", i%97), Severity: []advisory.Severity{{Type: "CVSS_V3", Score: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}},
			Affected: []advisory.Affected{entry(fmt.Sprintf("package-%d", i/3)), entry(fmt.Sprintf("other-%d", i/5))}}
		if err := b.Add(tb.Context(), "GHSA", &a); err != nil {
			tb.Fatal(err)
		}
	}
	if _, err := b.Finish(tb.Context(), nil); err != nil {
		tb.Fatal(err)
	}
	db, err := vulndb.Open(tb.Context(), file)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { db.Close() })
	return db
}

// BenchmarkDiff compares two releases of a million affected packages, of which
// one in a hundred differs.
func BenchmarkDiff(b *testing.B) {
	const records = 500_000
	old, current := generated(b, records, 0), generated(b, records, 100)
	for b.Loop() {
		d, err := vulndb.Diff(b.Context(), old, current, vulndb.DiffOptions{}, func(vulndb.Change) error { return nil })
		if err != nil || d.Records.Changed != records/100 {
			b.Fatalf("%+v, %v", d, err)
		}
	}
}

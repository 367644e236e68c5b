package sample_test

import (
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/purl"
	"github.com/assay-sca/assay/internal/severity"
	"github.com/assay-sca/assay/internal/version"
	"github.com/assay-sca/assay/internal/vulndb"
	"github.com/assay-sca/assay/internal/vulndb/build"
	"github.com/assay-sca/assay/internal/vulndb/feed"
	feeds "github.com/assay-sca/assay/internal/vulndb/feed/all"
	"github.com/assay-sca/assay/internal/vulndb/sample"
)

func set(t *testing.T) feed.Set {
	t.Helper()
	s, err := feeds.FromFS("sample", sample.Advisories())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestRecords: each record is read whole, its ranges too, and says what a reader
// of the examples needs.
func TestRecords(t *testing.T) {
	t.Parallel()
	files, err := fs.Glob(sample.Advisories(), "*")
	if err != nil {
		t.Fatal(err)
	}
	var read []string
	_, err = set(t).Each(t.Context(), func(r feed.Record) error {
		read = append(read, r.Entry)
		if r.Err != nil {
			t.Errorf("%s: %v", r.Entry, r.Err)
			return nil
		}
		check(t, r)
		return nil
	})
	if diff := cmp.Diff(files, read); err != nil || diff != "" || len(files) < 30 {
		t.Errorf("error %v, %d files, mismatch (-there +read):\n%s", err, len(files), diff)
	}
}

func check(t *testing.T, r feed.Record) {
	t.Helper()
	a := &r.Advisory
	if r.Entry != a.ID+".json" || a.Summary == "" || a.Modified == "" || len(a.Affected) == 0 {
		t.Errorf("%s: id %s, summary %q, modified %q, %d packages", r.Entry, a.ID, a.Summary, a.Modified, len(a.Affected))
	}
	for _, at := range []string{a.Modified, a.Published, a.Withdrawn} {
		if _, err := time.Parse(time.RFC3339, at); at != "" && err != nil {
			t.Errorf("%s: %v", a.ID, err)
		}
	}
	if len(advisory.Scores(a.Severity)) != len(a.Severity) {
		t.Errorf("%s: a rating among %+v cannot be read", a.ID, a.Severity)
	}
	for i := range a.Affected {
		f := &a.Affected[i]
		if !slices.Contains(purl.Ecosystems(), f.Ecosystem) || f.Name != purl.Normalize(f.Ecosystem, f.Name) {
			t.Errorf("%s: the package %s of %s", a.ID, f.Name, f.Ecosystem)
		}
		scheme := version.SchemeOf(f.Ecosystem)
		intervals := f.Intervals(scheme)
		if len(intervals) == 0 {
			t.Errorf("%s: no version of %s is affected", a.ID, f.Name)
		}
		for _, interval := range intervals {
			if _, err := interval.Bounds(scheme); err != nil {
				t.Errorf("%s: %v", a.ID, err)
			}
		}
	}
}

// TestBuild makes a database of the sample as the commands do: without putting up
// with a single record that cannot be used.
func TestBuild(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "sample.db")
	options := build.Options{Built: time.Date(2026, time.November, 21, 0, 0, 0, 0, time.UTC), Sample: true}
	report, err := build.Run(t.Context(), file, []feed.Set{set(t)}, options, build.Limits{}, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	if report.Skipped() != 0 || report.Metadata.Records != report.Records() {
		t.Errorf("%d records, %d skipped, %d in the database", report.Records(), report.Skipped(), report.Metadata.Records)
	}
	db, err := vulndb.Open(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if n, err := db.Verify(t.Context()); n != report.Records() || err != nil {
		t.Errorf("%d records verified, %v", n, err)
	}
	if r := db.Release(); !r.Sample || !strings.HasPrefix(r.Release, "sample-") {
		t.Errorf("it does not say that it is the sample: %+v", r)
	}
	ecosystems, err := db.Ecosystems(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range purl.Ecosystems() {
		if ecosystems[e] == 0 && slices.Contains([]string{purl.NPM, purl.PyPI, purl.Go, purl.Cargo, purl.RubyGems, purl.Packagist}, e) {
			t.Errorf("it says nothing of %s", e)
		}
	}
}

// TestSeverities: the table of the examples shows more than one level.
func TestSeverities(t *testing.T) {
	t.Parallel()
	levels := map[severity.Level]int{}
	_, err := set(t).Each(t.Context(), func(r feed.Record) error {
		levels[r.Advisory.Level()]++
		return nil
	})
	if err != nil || levels[severity.Critical] == 0 || levels[severity.High] == 0 || levels[severity.Medium] == 0 {
		t.Errorf("error %v, levels %v", err, levels)
	}
}

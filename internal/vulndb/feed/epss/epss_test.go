package epss

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/vulndb/feed"
	"github.com/assay-sca/assay/internal/vulndb/feed/feedtest"
)

func TestGolden(t *testing.T) {
	t.Parallel()
	feedtest.Golden(t, New(), "scores.csv")
	feedtest.Golden(t, New(), "epss_scores-2021-04-14.csv") // the first model: no comment line, no percentile
	feedtest.Golden(t, New(), "columns.csv")
}

// The README of the shared data says 1,556 real and 4,000 made-up scores.
func TestReal(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		file, date string
		want       int
	}{{"epss.csv", "2026-08-22", 1556}, {"epss-synthetic.csv", "2026-01-01", 4000}} {
		records, failed, err := count(t, feedtest.Shared(t, c.file), c.date)
		if err != nil || failed != 0 || records != c.want {
			t.Errorf("%s: %d records, %d failed, error %v; want %d records", c.file, records, failed, err, c.want)
		}
	}
}

func count(t *testing.T, path, date string) (records, failed int, err error) {
	t.Helper()
	sets, err := New().Sets(path)
	if err != nil {
		return 0, 0, err
	}
	for _, set := range sets {
		_, err = set.Each(context.Background(), func(r feed.Record) error {
			if r.Err != nil {
				failed++
				return nil
			}
			if r.EPSS.Date != date {
				t.Errorf("%s has the date %q, want %q", r.Entry, r.EPSS.Date, date)
			}
			records++
			return nil
		})
	}
	return records, failed, err
}

func TestNoScores(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", "it ends before there are scores"},
		{"comment only", "#model_version:1,score_date:2024-01-31T00:00:00+0000\n", "it ends before there are scores"},
		{"other columns", "cveID,dateAdded\n", "no columns cve and epss"},
		{"no date", "#score_date:today\ncve,epss,percentile\n", `score_date "today" is none`},
		{"page", "<html>\n", "no columns"},
		{"cut", "cve,epss,percentile\nCVE-2024-1000,0.5,0.7", "in the middle of line 2"},
		{"cut head", "#model_ver", "in the middle of line 1"},
		{"long line", "cve,epss,percentile\n" + strings.Repeat("x", maxLine+1), "line 2 has over 65536 bytes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "a.csv")
			if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, _, err := count(t, path, ""); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
}

func TestCompressed(t *testing.T) {
	t.Parallel()
	whole := compressed(t, []byte("#score_date:2026-03-01T00:00:00+0000\ncve,epss,percentile\nCVE-2024-1000,0.5,0.7\n"))
	path := filepath.Join(t.TempDir(), "epss_scores-current.csv.gz")
	if err := os.WriteFile(path, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	if records, failed, err := count(t, path, "2026-03-01"); err != nil || records != 1 || failed != 0 {
		t.Errorf("%d records, %d failed, error %v; want one record", records, failed, err)
	}
	if err := os.WriteFile(path, whole[:len(whole)-9], 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := count(t, path, "2026-03-01"); err == nil {
		t.Error("a cut archive gives no error")
	}
}

func compressed(t *testing.T, text []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func FuzzSets(f *testing.F) { feedtest.Fuzz(f, New(), "scores.csv") }

// BenchmarkRead reads as many scores as a file of a day has.
func BenchmarkRead(b *testing.B) {
	var text bytes.Buffer
	text.WriteString("#model_version:v2025.03.14,score_date:2026-03-01T00:00:00+0000\ncve,epss,percentile\n")
	for i := range 300_000 {
		fmt.Fprintf(&text, "CVE-%d-%04d,0.%05d,0.%05d\n", 1999+i%27, 1000+i, i%100_000, i*7%100_000)
	}
	b.SetBytes(int64(text.Len()))
	b.ReportAllocs()
	for b.Loop() {
		var last *advisory.EPSS
		err := read("a.csv", io.Reader(bytes.NewReader(text.Bytes())), func(r feed.Record) error {
			last = r.EPSS
			return r.Err
		})
		if err != nil || last == nil {
			b.Fatal(err)
		}
	}
}

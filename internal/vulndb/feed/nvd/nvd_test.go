package nvd

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	gocmp "github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/vulndb/feed"
	"github.com/assay-sca/assay/internal/vulndb/feed/feedtest"
)

func TestGolden(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"nvdcve-2.0-2024.json", "page.json", "record.json", "items.json", "element.json"} {
		feedtest.Golden(t, New(), name)
	}
}

// TestBeside compares what the golden file of the records cannot show: who rates
// and how, and the fields without a place.
func TestBeside(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	data, err := os.ReadFile("testdata/nvdcve-2.0-2024.json")
	if err != nil {
		t.Fatal(err)
	}
	err = read("", bytes.NewReader(data), func(r feed.Record) error {
		for _, s := range r.Advisory.Severity {
			fmt.Fprintf(&out, "%s rated by %s, rank %d: %s\n", r.Advisory.ID, s.Source, s.Rank, s.Score)
		}
		if r.Err != nil || r.Advisory.Extra == nil {
			return nil
		}
		text := jsontext.Value(bytes.Clone(r.Advisory.Extra))
		err := text.Indent(jsontext.WithIndent("  "))
		fmt.Fprintf(&out, "%s besides %s\n", r.Advisory.ID, text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	const golden = "testdata/nvdcve-2.0-2024.beside.golden"
	if os.Getenv("ASSAY_UPDATE") == "1" {
		if err := os.WriteFile(golden, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(string(want), out.String()); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

func each(t *testing.T, path string, yield func(feed.Record) error) error {
	t.Helper()
	sets, err := New().Sets(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, set := range sets {
		_, one := set.Each(context.Background(), yield)
		err = cmp.Or(err, one)
	}
	return err
}

func TestNothing(t *testing.T) {
	t.Parallel()
	whole, err := os.ReadFile("testdata/nvdcve-2.0-2024.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", "it is empty"},
		{"another object", `{"cveID": "CVE-2024-1000"}`, "nothing of the NVD's CVE API 2.0"},
		{"version 1.1", `{"CVE_Items": [{"cve": {}}]}`, "nothing of the NVD's CVE API 2.0"},
		{"a list", `[{"cve": {"id": "CVE-2024-1000"}}]`, "nothing of the NVD's CVE API 2.0"},
		{"no list", `{"vulnerabilities": {}}`, "nothing of the NVD's CVE API 2.0"},
		{"a page that says no", `error code: 1015`, "not valid JSON"},
		{"cut", string(whole[:len(whole)/2]), "it ends in the middle"},
		{"cut at the end", string(whole[:len(whole)-2]), "it ends in the middle"},
		{"cut record", `{"id": "CVE-2024-1000", `, "no whole JSON document"},
		{"large", `{"vulnerabilities": ["` + strings.Repeat("x", maxRecord+200_000) + `"]}`, "one record has over"},
		{"large record", `{"id": "CVE-2024-1000", "a": "` + strings.Repeat("x", maxRecord) + `"}`, "one record has over"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "a.json")
			if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := each(t, path, func(feed.Record) error { return nil }); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
}

// endless gives a yearly file of so many records without holding it.
type endless struct {
	left, number int
	rest         []byte
}

func (e *endless) Read(p []byte) (int, error) {
	if len(e.rest) == 0 {
		switch {
		case e.number == 0:
			e.rest = []byte(`{"vulnerabilities": [`)
		case e.left < 0:
			return 0, io.EOF
		case e.left == 0:
			e.rest = []byte(`{}]}`)
			e.left = -1
		default:
			e.rest = fmt.Appendf(nil, `{"cve": {"id": "CVE-2024-%05d", "descriptions": [{"lang": "en", "value": %q}]}},`, e.number, strings.Repeat("x", 2000))
			e.left--
		}
		e.number++
	}
	n := copy(p, e.rest)
	e.rest = e.rest[n:]
	return n, nil
}

// The memory that reading takes does not depend on the size of the file.
func TestMemory(t *testing.T) {
	before := live()
	records := 0
	err := read("a.json", &endless{left: 8_000}, func(feed.Record) error {
		if records++; records%2_000 == 0 {
			if now := live(); now > before+24<<20 {
				t.Errorf("%d MB are held after %d records", (now-before)>>20, records)
			}
		}
		return nil
	})
	if err != nil || records != 8_001 {
		t.Errorf("%d records, error %v", records, err)
	}
}

func live() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func FuzzSets(f *testing.F) { feedtest.Fuzz(f, New(), "nvdcve-2.0-2024.json") }

func FuzzRecord(f *testing.F) { feedtest.Fuzz(f, New(), "record.json") }

// The yearly files come compressed; a cut one is the set's error, and what stands
// before the cut is still read.
func TestCompressed(t *testing.T) {
	t.Parallel()
	plain := year(t, 1<<20)
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := w.Write(plain); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "nvdcve-2.0-2024.json.gz")
	ids := func(data []byte) (out []string, err error) {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		err = each(t, path, func(r feed.Record) error {
			out = append(out, r.Advisory.ID)
			return r.Err
		})
		return out, err
	}
	whole, err := ids(packed.Bytes())
	if err != nil || len(whole) < 500 || !slices.IsSorted(whole) {
		t.Fatalf("%d records, error %v; want all, in order", len(whole), err)
	}
	part, err := ids(packed.Bytes()[:packed.Len()/2])
	if errs.KindOf(err) != errs.Damaged || len(part) == 0 || len(part) >= len(whole) || !slices.Equal(part, whole[:len(part)]) {
		t.Errorf("%d of %d records of a cut file, error %v; want the first ones and one of damage", len(part), len(whole), err)
	}
}

// A consumer's error ends the reading and comes back as it is.
func TestRefused(t *testing.T) {
	t.Parallel()
	own := errors.New("enough")
	if err := each(t, "testdata/nvdcve-2.0-2024.json", func(feed.Record) error { return own }); !errors.Is(err, own) || errs.KindOf(err) == errs.Damaged {
		t.Errorf("got %v, want the consumer's own error", err)
	}
}

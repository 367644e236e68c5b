package nvd

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/assay-sca/assay/internal/vulndb/feed"
	"github.com/assay-sca/assay/internal/vulndb/feed/jsonlist"
)

// year is a made-up yearly file of over size bytes, of records that can be used.
func year(tb testing.TB, size int) []byte {
	tb.Helper()
	fixture, err := os.ReadFile("testdata/nvdcve-2.0-2024.json")
	if err != nil {
		tb.Fatal(err)
	}
	var records [][]byte
	err = jsonlist.Read(bytes.NewReader(fixture), maxRecord, func(_ string, index int, value jsontext.Value) error {
		if index >= 0 && index < 10 {
			records = append(records, bytes.Clone(value))
		}
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
	var out bytes.Buffer
	out.WriteString(`{"format": "NVD_CVE", "vulnerabilities": [`)
	for i := 0; out.Len() < size; i++ {
		if i > 0 {
			out.WriteByte(',')
		}
		id := fmt.Sprintf("CVE-2024-%05d", 20_000+i)
		from := fmt.Sprintf("CVE-2024-%05d", 10_001+i%10)
		out.Write(bytes.ReplaceAll(records[i%10], []byte(from), []byte(id)))
	}
	out.WriteString("]}")
	return out.Bytes()
}

func BenchmarkRead(b *testing.B) {
	text := year(b, 32<<20)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		records := 0
		err := read("a.json", io.Reader(bytes.NewReader(text)), func(r feed.Record) error {
			records++
			return r.Err
		})
		if err != nil || records == 0 {
			b.Fatal(err)
		}
	}
}

package sqlstore_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/assay-sca/assay/internal/sqlstore"
	"github.com/assay-sca/assay/internal/sqlstore/sqlstoretest"
)

// TestRows: what goes into a statement as rows is there as it was, whatever is in it.
func TestRows(t *testing.T) {
	sqlstoretest.Each(t, func(t *testing.T, db *sqlstore.DB) {
		nine := int64(-9)
		want := []sqlstore.Row{{Number: -1 << 62, Maybe: &nine, Real: 0.1, Truth: true, Bytes: []byte{0, 255, '"', '\\'}}}
		for i, text := range []string{
			"", "null", "NULL", " blank ", `"quoted"`, `back\slash`, `\"`, `\\x00`, "{a,b}", "line\nbreak\ttab", "ü€𝄞", "'; --", "$1", "'{}'",
		} {
			want = append(want, sqlstore.Row{Number: int64(i), Real: float64(i) * 1e300, Text: text, Bytes: []byte(text)})
		}
		for _, rows := range [][]sqlstore.Row{nil, want[:1], want} {
			got, err := db.Rows(t.Context(), rows)
			if diff := cmp.Diff(rows, got, cmpopts.EquateEmpty()); diff != "" || err != nil {
				t.Errorf("error %v, mismatch (-want +got):\n%s", err, diff)
			}
		}
		// What neither database can hold becomes what both can.
		got, err := db.Rows(t.Context(), []sqlstore.Row{{Text: "zero \x00, no UTF-8 \xff"}})
		if err != nil || len(got) != 1 || got[0].Text != "zero \uFFFD, no UTF-8 \uFFFD" {
			t.Errorf("got %+v, error %v", got, err)
		}
	})
}

package store_test

import (
	"bytes"
	"testing"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/store"
)

// TestPack: what was packed is there again, and what never was is told.
func TestPack(t *testing.T) {
	t.Parallel()
	for _, text := range [][]byte{nil, []byte("a"), bytes.Repeat([]byte("as it is "), 100_000)} {
		slow, err := store.Pack(text)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := store.Unpack(slow); err != nil || !bytes.Equal(got, text) {
			t.Errorf("%d bytes: got %d, error %v", len(text), len(got), err)
		}
		quick := store.PackQuick(text)
		if got, err := store.UnpackQuick(quick); err != nil || !bytes.Equal(got, text) {
			t.Errorf("%d bytes, quickly: got %d, error %v", len(text), len(got), err)
		}
		if len(text) > 1000 && (len(slow) > len(text)/100 || len(quick) > len(text)/10) {
			t.Errorf("%d bytes take %d, and quickly %d", len(text), len(slow), len(quick))
		}
	}
	for name, data := range map[string][]byte{
		"text": []byte("no such thing"), "half": store.PackQuick(bytes.Repeat([]byte("abc"), 1000))[:20],
		"too large": {0xff, 0xff, 0xff, 0xff, 0x0f}, // says that it is 4 GB
	} {
		if got, err := store.UnpackQuick(data); errs.KindOf(err) != errs.Damaged {
			t.Errorf("%s: got %d bytes, error %v", name, len(got), err)
		}
		if got, err := store.Unpack(data); errs.KindOf(err) != errs.Damaged {
			t.Errorf("%s: got %d bytes, error %v", name, len(got), err)
		}
	}
}

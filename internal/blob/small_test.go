package blob_test

import (
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/blob"
)

// TestSmall: short texts are their own names and need no file; all else is the
// store's.
func TestSmall(t *testing.T) {
	t.Parallel()
	under := folder(t, t.TempDir())
	s := blob.Small(under)
	for _, c := range []struct {
		name, content string
		own           bool
	}{
		{"nothing", "", true},
		{"a text", "one line\nand \"another\": ü", true},
		{"as long as may be", strings.Repeat("x", 1000), true},
		{"longer", strings.Repeat("x", 1001), false},
		{"much longer", strings.Repeat("x", 1<<20), false},
		{"no text", "\xff\xfe", false},
		{"a zero byte, which PostgreSQL has not in texts", "a\x00b", false},
	} {
		digest, size, err := s.Put(t.Context(), strings.NewReader(c.content))
		if err != nil || size != int64(len(c.content)) || strings.HasPrefix(digest, "data:") != c.own || !c.own && !strings.HasPrefix(digest, "sha256:") {
			t.Errorf("%s: got %.20q, %d, error %v", c.name, digest, size, err)
			continue
		}
		if kept := len(list(t, under)); kept != map[bool]int{true: 0, false: 1}[c.own] {
			t.Errorf("%s: the store has %d", c.name, kept)
		}
		r, err := s.Open(t.Context(), digest)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		got, err := io.ReadAll(r)
		if diff := cmp.Diff(c.content, string(got)); diff != "" || err != nil {
			t.Errorf("%s: error %v, mismatch (-put +got):\n%s", c.name, err, diff)
		}
		if err := s.Delete(t.Context(), digest); err != nil || len(list(t, under)) > 0 {
			t.Errorf("%s: deleted with error %v", c.name, err)
		}
	}
}

func list(t *testing.T, s blob.Store) []string {
	t.Helper()
	var all []string
	if err := s.List(t.Context(), func(i blob.Info) error {
		all = append(all, i.Digest)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return all
}

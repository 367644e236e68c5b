package jsonfile_test

import (
	"slices"
	"testing"

	"github.com/assay-sca/assay/internal/extract/jsonfile"
	"github.com/assay-sca/assay/internal/jsonstream"
)

func TestObject(t *testing.T) {
	t.Parallel()
	for text, fails := range map[string]bool{
		`{"a":1}`: false, `{}`: false, `[]`: true, ``: true, `{"a":1} x`: true, `{"a":`: true, `"a`: true,
	} {
		r := jsonstream.New([]byte(text))
		err := jsonfile.Object(r, func(string) error { return r.Skip() })
		if (err != nil) != fails {
			t.Errorf("Object(%q) = %v", text, err)
		}
	}
}

func TestStrings(t *testing.T) {
	t.Parallel()
	var got []string
	err := jsonfile.Strings(jsonstream.New([]byte(`["a",1,{"b":[]},"c"]`)), func(s string) { got = append(got, s) })
	if err != nil || !slices.Equal(got, []string{"a", "c"}) {
		t.Errorf("got %q, %v", got, err)
	}
}

package reference_test

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/conan/reference"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]reference.Reference{
		"zlib/1.3.1":                        {Name: "zlib", Version: "1.3.1"},
		"zlib/1.3.1#f52e%1712584843.618":    {Name: "zlib", Version: "1.3.1", Revision: "f52e"},
		"zlib/1.3.1@user/stable#ab:cd#ef%1": {Name: "zlib", Version: "1.3.1", Remote: "user/stable", Revision: "ab"},
		"zlib/1.3.1@":                       {Name: "zlib", Version: "1.3.1"},
		"zlib/1.3.1@_/_":                    {Name: "zlib", Version: "1.3.1"},
		"zlib/[>=1.0 <2 #x]@u/c":            {Name: "zlib", Version: "[>=1.0 <2 #x]", Remote: "u/c"},
		"zlib/cci.20230101":                 {Name: "zlib", Version: "cci.20230101"},
	} {
		if got, ok := reference.Parse(s); got != want || !ok {
			t.Errorf("Parse(%q) = %+v, %t, want %+v", s, got, ok, want)
		}
	}
	for _, s := range []string{"", "zlib", "zlib/", "/1.0", "zlib/[>1", "a b/1.0"} {
		if got, ok := reference.Parse(s); ok {
			t.Errorf("Parse(%q) = %+v, want nothing", s, got)
		}
	}
}

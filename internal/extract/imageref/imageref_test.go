package imageref_test

import (
	"slices"
	"testing"

	"github.com/assay-sca/assay/internal/extract/imageref"
)

func TestPackage(t *testing.T) {
	t.Parallel()
	tests := []struct {
		ref, name, version string
		integrity          []string
	}{
		{"clock", "clock", "", nil},
		{"clock:1.2-slim", "clock", "1.2-slim", nil},
		{"images.example.org:5000/a/clock", "images.example.org:5000/a/clock", "", nil},
		{"images.example.org:5000/a/clock:1@sha256:ab", "images.example.org:5000/a/clock", "1", []string{"sha256:ab"}},
		{"clock@sha256:ab", "clock", "", []string{"sha256:ab"}},
	}
	for _, tt := range tests {
		p, ok := imageref.Package(tt.ref)
		if !ok || p.Name != tt.name || p.Version != tt.version || !slices.Equal(p.Integrity, tt.integrity) {
			t.Errorf("Package(%q) = %+v, %t", tt.ref, p, ok)
		}
	}
	for _, ref := range []string{"", ":1", "a b", "${X}:1", "a@b", "a/", "/a"} {
		if p, ok := imageref.Package(ref); ok {
			t.Errorf("Package(%q) = %+v, want nothing", ref, p)
		}
	}
}

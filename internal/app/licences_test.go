package app

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/store"
)

func TestCountLicences(t *testing.T) {
	t.Parallel()
	with := func(licences ...string) Dependency {
		return Dependency{Component: store.Component{Licences: licences}}
	}
	got := countLicences([]Dependency{with("MIT"), with("MIT", "Apache-2.0"), with(), with("BSD-3-Clause")})
	want := []LicenceCount{{"MIT", 2}, {"", 1}, {"Apache-2.0", 1}, {"BSD-3-Clause", 1}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

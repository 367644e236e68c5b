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

func TestLicenceFilter(t *testing.T) {
	t.Parallel()
	both := Dependency{Component: store.Component{Licences: []string{"MIT", "Apache-2.0"}}}
	for licence, want := range map[string][2]bool{"": {true, true}, "Apache-2.0": {true, false}, "apache": {false, false}, LicenceNotStated: {false, true}} {
		q := DependencyQuery{Licence: licence}
		if got := [2]bool{q.admits(&both), q.admits(&Dependency{})}; got != want {
			t.Errorf("licence %q admits %v, want %v", licence, got, want)
		}
	}
}

package gomod_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/modfile"
	"golang.org/x/mod/semver"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/extracttest"
	"github.com/assay-sca/assay/internal/extract/golang/gomod"
)

// TestSameAsModfile holds the reader to the go command's own on real files.
func TestSameAsModfile(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"go-guac", "go-miniflux", "go-old-miniflux-2018", "go-pkgsite", "go-pocketbase"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(extracttest.Fixture(t, name+"/go.mod"))
			if err != nil {
				t.Fatal(err)
			}
			if !sameAsModfile(t, data) {
				t.Error("modfile cannot read it")
			}
		})
	}
}

// FuzzSameAsModfile checks that whatever the go command accepts gives the same
// modules here, and no problems.
func FuzzSameAsModfile(f *testing.F) {
	for _, name := range []string{"full.mod", "old.mod", "gocommand.mod", "language.mod", "faults.mod"} {
		data, err := os.ReadFile("testdata/" + name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) { sameAsModfile(t, data) })
}

func sameAsModfile(t *testing.T, data []byte) (comparable bool) {
	t.Helper()
	mod, err := modfile.Parse("go.mod", slices.Clone(data), nil)
	if err != nil || mod.Module == nil || mod.Module.Mod.Path == "" {
		return false
	}
	file, err := gomod.New().Extract(context.Background(), extract.Input{Path: "go.mod", Data: data})
	if err != nil {
		t.Fatalf("error for a file that modfile accepts: %v", err)
	}
	var got []string
	for _, p := range file.Packages {
		if p.Name != "stdlib" {
			got = append(got, fmt.Sprintf("%d %s %s direct=%t path=%q", p.Line, p.Name, p.Version, p.Direct, p.Origin.Ref))
		}
	}
	slices.Sort(got)
	if diff := cmp.Diff(naive(mod), got); diff != "" {
		t.Errorf("mismatch (-modfile +got):\n%s", diff)
	}
	return true
}

// naive lists what modfile read, with the highest of the versions of a module.
func naive(mod *modfile.File) []string {
	var want []string
	for i, r := range mod.Require {
		superseded, direct := false, false
		for j, other := range mod.Require {
			if other.Mod.Path != r.Mod.Path {
				continue
			}
			direct = direct || !other.Indirect
			order := semver.Compare(other.Mod.Version, r.Mod.Version)
			superseded = superseded || order > 0 || order == 0 && j < i
		}
		if superseded || r.Mod.Path == "" {
			continue
		}
		name, version, folder := r.Mod.Path, r.Mod.Version, ""
		if to := replacement(mod, r); to != nil && modfile.IsDirectoryPath(to.New.Path) {
			folder = to.New.Path
		} else if to != nil {
			name, version = to.New.Path, to.New.Version
		}
		want = append(want, fmt.Sprintf("%d %s %s direct=%t path=%q",
			r.Syntax.Start.Line, name, strings.TrimPrefix(version, "v"), direct, folder))
	}
	slices.Sort(want)
	return want
}

// replacement is the first one of the very version, else of all versions.
func replacement(mod *modfile.File, r *modfile.Require) *modfile.Replace {
	var all *modfile.Replace
	for _, to := range mod.Replace {
		if to.Old == r.Mod {
			return to
		}
		if all == nil && to.Old.Path == r.Mod.Path && to.Old.Version == "" {
			all = to
		}
	}
	return all
}

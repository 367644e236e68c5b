package gradlelock_test

import (
	"context"
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/extracttest"
	"github.com/assay-sca/assay/internal/extract/maven/gradlelock"
)

var module = regexp.MustCompile(`(?m)^([^#:=\s]+:[^:=\s]+):([^:=\s]+)=`)

// TestReal compares the modules of real lockfiles with those that a pattern finds.
func TestReal(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		extractor extract.Extractor
		modules   int
	}{
		"gradle-lock-terra/service/gradle.lockfile":                                    {gradlelock.New(), 569},
		"gradle-lock-kotlin-bip39/gradle.lockfile":                                     {gradlelock.New(), 97},
		"gradle-lock-kotlin-bip39/bip39-lib/gradle.lockfile":                           {gradlelock.New(), 244},
		"gradle-lock-kotlin-bip39/build-conventions-bip39/gradle.lockfile":             {gradlelock.New(), 49},
		"gradle-lock-kotlin-bip39/buildscript-gradle.lockfile":                         {gradlelock.NewBuildscript(), 44},
		"gradle-lock-kotlin-bip39/settings-gradle.lockfile":                            {gradlelock.NewBuildscript(), 0},
		"gradle-lock-kotlin-bip39/build-conventions-bip39/buildscript-gradle.lockfile": {gradlelock.NewBuildscript(), 27},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(extracttest.Fixture(t, name))
			if err != nil {
				t.Fatal(err)
			}
			file, err := tt.extractor.Extract(context.Background(), extract.Input{Path: name, Data: data})
			if err != nil || len(file.Problems) > 0 {
				t.Fatalf("faults: %v %v", err, file.Problems)
			}
			var got, want []string
			for _, p := range file.Packages {
				got = append(got, p.Name+" "+p.Version)
			}
			for _, m := range module.FindAllStringSubmatch(string(data), -1) {
				want = append(want, m[1]+" "+m[2])
			}
			slices.Sort(got)
			slices.Sort(want)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
			if len(got) != tt.modules {
				t.Errorf("got %d modules, want %d", len(got), tt.modules)
			}
		})
	}
}

package gradleproperties_test

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/extracttest"
	"github.com/assay-sca/assay/internal/extract/maven/gradleproperties"
	"github.com/assay-sca/assay/internal/extract/maven/gradlevalues"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/gradle.properties")
	if err != nil {
		t.Fatal(err)
	}
	file, err := gradleproperties.New().Extract(context.Background(), extract.Input{Path: "gradle.properties", Data: data})
	want := extract.File{Basis: gradlevalues.Properties{
		"forgeVersion": "2.1.1", "anvilVersion": "1.7.25", "bellowsVersion": "3.0", "coalVersion": "0.9", "empty": "", "notContinued": "1.0",
	}}
	if diff := cmp.Diff(want, file); diff != "" || err != nil {
		t.Errorf("error %v, mismatch (-want +got):\n%s", err, diff)
	}
}

func TestWants(t *testing.T) {
	t.Parallel()
	extracttest.Wants(t, gradleproperties.New(), map[string]bool{
		"gradle.properties":                        true,
		"a/gradle.properties":                      true,
		"mygradle.properties":                      false,
		"gradle/wrapper/gradle-wrapper.properties": false,
		"gradle.properties/x":                      false,
	})
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, gradleproperties.New(), "gradle.properties")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, gradleproperties.New()) }

func BenchmarkExtract(b *testing.B) {
	data := []byte(strings.Repeat("# a comment\norg.example.forgeVersion=2.1.0\n", 2000))
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, err := gradleproperties.New().Extract(context.Background(), extract.Input{Path: "gradle.properties", Data: data}); err != nil {
			b.Fatal(err)
		}
	}
}

package gradlebuild_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/extracttest"
	"github.com/assay-sca/assay/internal/extract/maven/gradlebuild"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	extracttest.Goldens(t, gradlebuild.New(), "build.gradle", "build.gradle.kts", "settings.gradle", "settings.gradle.kts")
}

// declared reads a script and lists "name constraint".
func declared(t *testing.T, path, content string) []string {
	t.Helper()
	file, err := gradlebuild.New().Extract(context.Background(), extract.Input{Path: path, Data: []byte(content)})
	if err != nil || len(file.Problems) > 0 {
		t.Errorf("faults: %v %v", err, file.Problems)
	}
	var all []string
	for _, d := range file.Declared {
		all = append(all, d.Name+" "+d.Constraint)
	}
	return all
}

// TestKX99 is the three literal forms, in files of exactly one name.
func TestKX99(t *testing.T) {
	t.Parallel()
	got := declared(t, "build.gradle", `dependencies {
    implementation group: 'g', name: 'a', version: 'v'
    implementation 'g:b:v'
    implementation(
        'g:c:v',
        'g:d:v'
    )
}`)
	if diff := cmp.Diff([]string{"g:a v", "g:b v", "g:c v", "g:d v"}, got); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	if gradlebuild.New().Wants("build.gradle.txt") || gradlebuild.New().Wants("rebuild.gradle") {
		t.Error("a file of another name is taken for a build script")
	}
}

// TestKX100 is a dependency whose version is a variable: it is listed, its version
// is not guessed.
func TestKX100(t *testing.T) {
	t.Parallel()
	got := declared(t, "build.gradle", "dependencies {\n  implementation \"javax.xml.bind:jaxb-api:${jaxb_version}\"\n  implementation 'g:a:' + v()\n}")
	if diff := cmp.Diff([]string{"javax.xml.bind:jaxb-api ${jaxb_version}", "g:a ${v()}"}, got); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

// TestKX101 goes beyond the seed: build.gradle.kts is read too.
func TestKX101(t *testing.T) {
	t.Parallel()
	got := declared(t, "build.gradle.kts", "val v = \"1.0\"\ndependencies {\n  implementation(\"g:a:$v\")\n}")
	if diff := cmp.Diff([]string{"g:a 1.0"}, got); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

func TestWants(t *testing.T) {
	t.Parallel()
	extracttest.Wants(t, gradlebuild.New(), map[string]bool{
		"build.gradle":          true,
		"a/b/build.gradle":      true,
		"build.gradle.kts":      true,
		"a/build.gradle.kts":    true,
		"mybuild.gradle":        false,
		"build.gradle/x":        false,
		"settings.gradle":       true,
		"a/settings.gradle.kts": true,
		"init.gradle":           false,
		"dependencies.gradle":   false,
		"build.gradle.kts.bak":  false,
	})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	var many strings.Builder
	for i := range 30 {
		fmt.Fprintf(&many, "c%d { library('a', 'g:a:1') };", i)
	}
	extracttest.Faults(t, gradlebuild.New(), []extracttest.Fault{
		{
			Name: "truncated", Line: 1, Words: "a block without an end", Keep: 1,
			Content: "dependencies {\n  implementation 'g:a:1'\n  implementation ",
		},
		{
			Name: "truncated in a string", Line: 3, Words: "a string without an end", Keep: 1,
			Content: "dependencies {\n  implementation 'g:a:1'\n  implementation 'g:b",
		},
		{
			Name: "truncated in a long string", Line: 3, Words: "a string without an end", Keep: 1,
			Content: "dependencies {\n  implementation 'g:a:1'\n  implementation '''g:b\n'",
		},
		{
			Name: "truncated in a comment", Line: 3, Words: "a comment without an end", Keep: 1,
			Content: "dependencies {\n  implementation 'g:a:1'\n /* ...\n",
		},
		{
			Name: "closed and not open", Line: 4, Words: "not open", Keep: 1,
			Content: "dependencies {\n  implementation 'g:a:1'\n}\n}\n",
		},
		{
			Name: "a very long statement", Line: 1, Words: "not read to its end", Keep: 1,
			Content: "dependencies { implementation(" + strings.Repeat("'g:a:1',", 5000) + ") }",
		},
		{
			Name: "many catalogues", Line: 1, Words: "more than 20 version catalogues",
			Content: "versionCatalogs {" + many.String() + "}", Keep: 20,
		},
		{
			Name: "deep", Line: 1, Words: "nested deeper", Content: strings.Repeat("a {", 2000),
		},
	})
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, gradlebuild.New(), "build.gradle")
	extracttest.Hostile(t, gradlebuild.New(), "build.gradle.kts")
	extracttest.Hostile(t, gradlebuild.New(), "settings.gradle")
	extracttest.Hostile(t, gradlebuild.New(), "settings.gradle.kts")
}

// TestDoubling is a value that would double with each line.
func TestDoubling(t *testing.T) {
	t.Parallel()
	content := "def v = 'xxxxxxxxxx'\n" + strings.Repeat("v = \"$v$v\"\n", 100) + "dependencies { implementation \"g:a:$v\" }"
	file, err := gradlebuild.New().Extract(context.Background(), extract.Input{Path: "build.gradle", Data: []byte(content)})
	if err != nil || len(file.Declared) != 1 || len(file.Declared[0].Constraint) > 5000 {
		t.Errorf("error %v, %d declarations", err, len(file.Declared))
	}
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, gradlebuild.New()) }

func BenchmarkExtract(b *testing.B) {
	extracttest.Bench(b, gradlebuild.New(), "shared:gradle-okhttp/okhttp/build.gradle.kts")
}

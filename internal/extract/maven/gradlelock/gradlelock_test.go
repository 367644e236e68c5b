package gradlelock_test

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/extracttest"
	"github.com/assay-sca/assay/internal/extract/maven/gradlelock"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	extracttest.Goldens(t, gradlelock.New(), "gradle.lockfile")
	extracttest.Goldens(t, gradlelock.NewBuildscript(), "buildscript-gradle.lockfile")
}

func TestWants(t *testing.T) {
	t.Parallel()
	extracttest.Wants(t, gradlelock.New(), map[string]bool{
		"gradle.lockfile":             true,
		"a/b/gradle.lockfile":         true,
		"buildscript-gradle.lockfile": false,
		"mygradle.lockfile":           false,
		"gradle.lockfile/x":           false,
	})
	extracttest.Wants(t, gradlelock.NewBuildscript(), map[string]bool{
		"buildscript-gradle.lockfile": true,
		"a/settings-gradle.lockfile":  true,
		"gradle.lockfile":             false,
		"my-gradle.lockfile":          false,
	})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	extracttest.Faults(t, gradlelock.New(), []extracttest.Fault{
		{
			Name: "truncated", Line: 2, Words: "ends before its last line", Keep: 1,
			Content: "org.example:anvil:1.0=runtimeClasspath\norg.example:bel",
		},
		{
			Name: "truncated in a line", Line: 2, Words: "not a module with its version", Keep: 1,
			Content: "org.example:anvil:1.0=runtimeClasspath\norg.example:bel",
		},
		{
			Name: "the same module twice", Line: 2, Words: "stands twice", Keep: 2,
			Content: "org.example:anvil:1.0=runtimeClasspath\norg.example:anvil:1.0=testRuntimeClasspath\nempty=\n",
		},
		{
			Name: "after the end", Line: 2, Words: "is not the last", Keep: 1,
			Content: "empty=\norg.example:anvil:1.0=runtimeClasspath\n",
		},
		{
			Name: "no version", Line: 1, Words: "not a module", Content: "org.example:anvil=runtimeClasspath\nempty=\n",
		},
		{
			Name: "no group", Line: 1, Words: "not a module", Content: ":anvil:1.0=runtimeClasspath\nempty=\n",
		},
		{
			Name: "another syntax", Line: 1, Words: "not a module", Content: "{}",
		},
		{
			Name: "empty", Line: 1, Words: "ends before", Content: "",
		},
	})
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, gradlelock.New(), "gradle.lockfile")
	extracttest.Hostile(t, gradlelock.NewBuildscript(), "buildscript-gradle.lockfile")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, gradlelock.New()) }

func BenchmarkExtract(b *testing.B) {
	extracttest.Bench(b, gradlelock.New(), "shared:gradle-lock-terra/service/gradle.lockfile")
}

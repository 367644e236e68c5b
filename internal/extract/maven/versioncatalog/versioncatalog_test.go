package versioncatalog_test

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/extracttest"
	"github.com/assay-sca/assay/internal/extract/maven/versioncatalog"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	extracttest.Goldens(t, versioncatalog.New(), "libs.versions.toml")
}

func TestWants(t *testing.T) {
	t.Parallel()
	extracttest.Wants(t, versioncatalog.New(), map[string]bool{
		"gradle/libs.versions.toml":    true,
		"libs.versions.toml":           true,
		"a/libs.versions.toml":         true,
		"gradle/tools.versions.toml":   true,
		"a/gradle/tools.versions.toml": true,
		"tools.versions.toml":          false,
		"mygradle/tools.versions.toml": false,
		"gradle/versions.toml":         false,
		"libs.versions.toml/x":         false,
		"mylibs.versions.toml":         false,
	})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	extracttest.Faults(t, versioncatalog.New(), []extracttest.Fault{
		{
			Name: "truncated", Line: 3, Words: "not valid TOML", Keep: 1,
			Content: "[libraries]\na = \"g:a:1\"\nb = \"g:b",
		},
		{
			Name: "an alias twice", Line: 3, Words: "defined twice", Keep: 1,
			Content: "[libraries]\na = \"g:a:1\"\na = \"g:b:1\"\n",
		},
		{
			Name: "wrong type", Line: 1, Words: "not a table", Content: "libraries = [\"g:a:1\"]\n",
		},
		{
			Name: "no such version", Line: 3, Words: `the version "x"`, Keep: 2,
			Content: "[libraries]\na = \"g:a:1\"\nb = { module = \"g:b\", version.ref = \"x\" }\n",
		},
		{
			Name: "no such library", Line: 4, Words: `names the library "b"`, Keep: 1,
			Content: "[libraries]\na = \"g:a:1\"\n[bundles]\nx = [\"a\", \"b\"]\n",
		},
		{
			Name: "no module", Line: 2, Words: "no group and artifact", Content: "[libraries]\na = { version = \"1\" }\n",
		},
		{
			Name: "no group", Line: 2, Words: "no group and artifact", Content: "[libraries]\na = \"a\"\n",
		},
		{
			Name: "no plugin", Line: 2, Words: "no identifier", Content: "[plugins]\na = { version = \"1\" }\n",
		},
	})
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, versioncatalog.New(), "libs.versions.toml")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, versioncatalog.New()) }

func BenchmarkExtract(b *testing.B) {
	extracttest.Bench(b, versioncatalog.New(), "shared:gradle-okhttp/gradle/libs.versions.toml")
}

package packagesprops_test

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/extracttest"
	"github.com/assay-sca/assay/internal/extract/nuget/packagesprops"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	extracttest.Goldens(t, packagesprops.New(), "Directory.Packages.props")
}

func TestWants(t *testing.T) {
	t.Parallel()
	extracttest.Wants(t, packagesprops.New(), map[string]bool{
		"Directory.Packages.props": true, "a/b/Directory.Packages.props": true, "myDirectory.Packages.props": false, "Directory.Packages.props/x": false,
	})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	extracttest.Faults(t, packagesprops.New(), []extracttest.Fault{
		{Name: "truncated", Line: 4, Words: "file ends within", Keep: 1,
			Content: "<Project>\n<ItemGroup>\n<PackageVersion Include='A' Version='1'/>\n"},
		{Name: "truncated in a tag", Line: 3, Words: "without an end", Keep: 1,
			Content: "<Project><ItemGroup>\n<PackageVersion Include='A' Version='1'/>\n<PackageVersion Inclu"},
		{Name: "wrong nesting", Line: 3, Words: "is closed by", Keep: 1,
			Content: "<Project><ItemGroup>\n<PackageVersion Include='A' Version='1'/>\n</Project>"},
		{Name: "wrong root", Line: 1, Words: "not a project", Content: "<html/>"},
		{Name: "an attribute without quotes", Line: 2, Words: "without quotes", Content: "<Project><ItemGroup>\n<PackageReference Include=A/></ItemGroup></Project>"},
		{Name: "two roots", Line: 2, Words: "more than one element", Content: "<Project/>\n<Project/>"},
		{Name: "entities", Line: 2, Words: "is not known", Content: "<!DOCTYPE a [<!ENTITY b 'c'>]>\n<Project>&b;</Project>"},
		{Name: "empty", Line: 1, Words: "no element"},
		{Name: "no XML", Line: 1, Words: "text outside", Content: "{}"},
	})
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, packagesprops.New(), "Directory.Packages.props")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, packagesprops.New()) }

func BenchmarkExtract(b *testing.B) {
	extracttest.Bench(b, packagesprops.New(), "shared:nuget-jellyfin/Directory.Packages.props")
}

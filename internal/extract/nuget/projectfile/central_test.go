package projectfile_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/nuget/packagesprops"
	"github.com/assay-sca/assay/internal/extract/nuget/projectfile"
)

func read(t *testing.T, e extract.Extractor, name, items string) extract.File {
	t.Helper()
	data := []byte("<Project><ItemGroup>" + items + "</ItemGroup></Project>")
	file, err := e.Extract(context.Background(), extract.Input{Path: name, Data: data})
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func TestNeeds(t *testing.T) {
	t.Parallel()
	e := projectfile.New()
	open := read(t, e, "src/web/Shop.csproj", `<PackageReference Include="A"/>`)
	want := []string{"src/web/Directory.Packages.props", "src/Directory.Packages.props", "Directory.Packages.props"}
	if diff := cmp.Diff(want, e.Needs("src/web/Shop.csproj", open)); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	known := read(t, e, "Shop.csproj", `<PackageReference Include="A" Version="1.0.0"/>`)
	if got := e.Needs("Shop.csproj", known); got != nil {
		t.Errorf("got %q, want nothing", got)
	}
}

func TestJoin(t *testing.T) {
	t.Parallel()
	e := projectfile.New()
	file := read(t, e, "src/Shop.csproj", `<PackageReference Include="Near"/><PackageReference Include="Far"/>
		<PackageReference Include="None"/><PackageReference Include="Own" VersionOverride="9.0.0"/>
		<PackageReference Include="Two" PrivateAssets="all"/>`)
	near := read(t, packagesprops.New(), "src/Directory.Packages.props", `<PackageVersion Include="near" Version="1.0.0"/>
		<PackageVersion Include="Own" Version="1.0.0"/>`)
	far := read(t, packagesprops.New(), "Directory.Packages.props", `<PackageVersion Include="Near" Version="2.0.0"/>
		<PackageVersion Include="Far" Version="2.0.0"/>
		<PackageVersion Include="Two" Version="3.0.0" Condition="'$(F)' == 'a'"/>
		<PackageVersion Include="Two" Version="4.0.0" Condition="'$(F)' == 'b'"/>`)
	before := len(file.Declared)
	var got []string
	for _, d := range e.Join(file, []extract.File{near, far}).Declared {
		got = append(got, d.Name+" "+d.Constraint+" "+string(d.Scope))
	}
	want := []string{
		"Near 1.0.0 runtime", "Far 2.0.0 runtime", "None  runtime", "Own 9.0.0 runtime", "Two 3.0.0 build", "Two 4.0.0 build",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	if len(file.Declared) != before || file.Declared[0].Constraint != "" {
		t.Error("the file itself was changed")
	}
}

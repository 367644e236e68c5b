// Package projectfile reads .NET's project files: which packages a project asks
// for.
package projectfile

import (
	"context"
	"path"
	"strings"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/nuget/msbuild"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/purl"
)

// Extractor reads *.csproj, *.fsproj and *.vbproj, and what all projects of a
// folder share.
type Extractor struct{}

var _ extract.Joiner = (*Extractor)(nil)

// New returns the extractor.
func New() Extractor { return Extractor{} }

// Format describes the project files.
func (Extractor) Format() extract.Format {
	return extract.Format{
		Name:      "project file",
		Ecosystem: purl.NuGet,
		Role:      extract.Manifest,
		Files:     "*.csproj, *.fsproj, *.vbproj, Directory.Build.props, Directory.Build.targets",
		Scopes:    true,
		Real:      true,
	}
}

// Wants accepts project files in any folder.
func (Extractor) Wants(name string) bool {
	base := name[strings.LastIndexByte(name, '/')+1:]
	if base == "Directory.Build.props" || base == "Directory.Build.targets" {
		return true
	}
	dot := strings.LastIndexByte(base, '.')
	if dot <= 0 {
		return false
	}
	switch base[dot:] {
	case ".csproj", ".fsproj", ".vbproj":
		return true
	}
	return false
}

// Extract reads one project file.
func (Extractor) Extract(_ context.Context, in extract.Input) (extract.File, error) {
	file, err := msbuild.Read(in.Data, map[string]inventory.Scope{
		"PackageReference":       inventory.ScopeRuntime,
		"GlobalPackageReference": inventory.ScopeBuild,
		"DotNetCliToolReference": inventory.ScopeBuild,
		"PackageDownload":        inventory.ScopeBuild,
	})
	if file.Name == "" {
		base := in.Path[strings.LastIndexByte(in.Path, '/')+1:]
		if name, ok := strings.CutSuffix(base, "proj"); ok {
			file.Name = name[:max(0, strings.LastIndexByte(name, '.'))]
		}
	}
	return file, err
}

// maxFolders bounds how far above a project its versions may be.
const maxFolders = 50

// Needs is where the versions of packages may be that all projects below a folder
// share: the nearest file comes first.
func (Extractor) Needs(name string, file extract.File) []string {
	open := false
	for _, d := range file.Declared {
		open = open || d.Constraint == ""
	}
	if !open {
		return nil
	}
	var files []string
	for range maxFolders {
		name = path.Dir(name)
		files = append(files, path.Join(name, "Directory.Packages.props"))
		if name == "." {
			break
		}
	}
	return files
}

// Join gives packages without a version the one that the projects share. Where it
// depends on a condition there are several, and each may be what is built with.
func (Extractor) Join(file extract.File, needed []extract.File) extract.File {
	declared := make([]extract.Declaration, 0, len(file.Declared))
	for _, d := range file.Declared {
		versions := []string{d.Constraint}
		for _, central := range needed {
			shared, _ := central.Basis.(msbuild.Shared)
			if found := shared[strings.ToLower(d.Name)]; d.Constraint == "" && len(found) > 0 {
				versions = found
				break
			}
		}
		for _, version := range versions {
			d.Constraint = version
			declared = append(declared, d)
		}
	}
	file.Declared = declared
	return file
}

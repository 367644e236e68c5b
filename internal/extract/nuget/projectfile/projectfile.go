// Package projectfile reads .NET's project files: which packages a project asks
// for.
package projectfile

import (
	"context"
	"strings"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/nuget/msbuild"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/purl"
)

// Extractor reads *.csproj, *.fsproj and *.vbproj, and what all projects of a
// folder share.
type Extractor struct{}

var _ extract.Extractor = (*Extractor)(nil)

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
func (Extractor) Wants(path string) bool {
	base := path[strings.LastIndexByte(path, '/')+1:]
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

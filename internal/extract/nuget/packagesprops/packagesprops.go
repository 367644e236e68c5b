// Package packagesprops reads Directory.Packages.props: the versions that all .NET
// projects below a folder share.
package packagesprops

import (
	"context"
	"strings"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/nuget/msbuild"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/purl"
)

// Extractor reads Directory.Packages.props.
type Extractor struct{}

var _ extract.Extractor = (*Extractor)(nil)

// New returns the extractor.
func New() Extractor { return Extractor{} }

// Format describes Directory.Packages.props.
func (Extractor) Format() extract.Format {
	return extract.Format{
		Name:      "Directory.Packages.props",
		Ecosystem: purl.NuGet,
		Role:      extract.Manifest,
		Files:     "Directory.Packages.props",
		Scopes:    true,
		Real:      true,
	}
}

// Wants accepts Directory.Packages.props in any folder.
func (Extractor) Wants(path string) bool {
	return path == "Directory.Packages.props" || strings.HasSuffix(path, "/Directory.Packages.props")
}

// Extract reads one file. A version in it is of every project that asks for the
// package; GlobalPackageReference asks for it everywhere.
func (Extractor) Extract(_ context.Context, in extract.Input) (extract.File, error) {
	file, err := msbuild.Read(in.Data, map[string]inventory.Scope{
		"PackageVersion":         inventory.ScopeRuntime,
		"PackageReference":       inventory.ScopeRuntime,
		"GlobalPackageReference": inventory.ScopeBuild,
	})
	file.Basis = msbuild.Share(file.Declared)
	return file, err
}

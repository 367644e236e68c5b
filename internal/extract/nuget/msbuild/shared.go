package msbuild

import (
	"slices"
	"strings"

	"github.com/assay-sca/assay/internal/extract"
)

// Shared are the versions that projects below a folder share, by the package's
// name in lower case: mostly one, several where it depends on a condition.
type Shared map[string][]string

// maxVersions bounds the shared versions of one package.
const maxVersions = 10

// Share collects the versions that a file gives its projects.
func Share(declared []extract.Declaration) Shared {
	shared := make(Shared, len(declared))
	for _, d := range declared {
		name := strings.ToLower(d.Name)
		versions := shared[name]
		if d.Constraint != "" && len(versions) < maxVersions && !slices.Contains(versions, d.Constraint) {
			shared[name] = append(versions, d.Constraint)
		}
	}
	return shared
}

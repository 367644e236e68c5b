// Package fedora reads the updates of Fedora from the lists of its repositories,
// updateinfo.xml (https://fedoraproject.org/wiki/Bodhi). Those of its Extra
// Packages for Enterprise Linux are for other systems and are refused.
package fedora

import (
	"strings"

	"github.com/assay-sca/assay/internal/vulndb/feed"
	"github.com/assay-sca/assay/internal/vulndb/feed/updateinfo"
)

// Feed is Fedora's lists of updates.
type Feed struct{}

var _ feed.Feed = Feed{}

// New returns the feed.
func New() Feed { return Feed{} }

// Name is "fedora".
func (Feed) Name() string { return "fedora" }

// Files are none: the lists stand under changing names below the repositories.
func (Feed) Files() []string { return nil }

// Providers is Fedora alone.
func (Feed) Providers() []feed.Provider {
	return []feed.Provider{
		{Name: "FEDORA", Title: "Fedora updates", Licence: "none stated", Covers: "Fedora"},
	}
}

// Sets finds updateinfo.xml files, one for each repository.
func (Feed) Sets(path string) ([]feed.Set, error) {
	return updateinfo.Sets(updateinfo.Distribution{
		Feed: "fedora", What: "lists of updates (updateinfo.xml, updateinfo.xml.gz, updateinfo.xml.zst)", Epoch: "0",
		Provider: func(id string) string {
			if strings.HasPrefix(id, "FEDORA-") && !strings.HasPrefix(id, "FEDORA-EPEL-") {
				return "FEDORA"
			}
			return ""
		},
		Ecosystem: ecosystem,
	}, path)
}

// ecosystem is told by the update's release ("Fedora 40"), else by the
// collection's name ("Fedora 40", short "F40").
func ecosystem(p updateinfo.Place) string {
	for _, text := range []string{p.Release, p.Name} {
		if release := updateinfo.Release(text, "fedora"); release != "" {
			return "Fedora:" + release
		}
	}
	if release := strings.TrimPrefix(strings.TrimSuffix(p.Short, "M"), "F"); release != "" && strings.Trim(release, "0123456789") == "" {
		return "Fedora:" + release
	}
	return ""
}

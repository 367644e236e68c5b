// Package amazon reads the advisories of Amazon Linux from the lists of updates
// of its repositories, updateinfo.xml (https://alas.aws.amazon.com/faqs.html).
package amazon

import (
	"strings"

	"github.com/assay-sca/assay/internal/vulndb/feed"
	"github.com/assay-sca/assay/internal/vulndb/feed/updateinfo"
)

// Feed is the Amazon Linux security center.
type Feed struct{}

var _ feed.Feed = Feed{}

// New returns the feed.
func New() Feed { return Feed{} }

// Name is "amazon".
func (Feed) Name() string { return "amazon" }

// Files are none: the lists stand under changing names below the repositories.
func (Feed) Files() []string { return nil }

// Providers is Amazon alone.
func (Feed) Providers() []feed.Provider {
	return []feed.Provider{
		{Name: "ALAS", Title: "Amazon Linux security center", Licence: "none stated", Covers: "Amazon Linux"},
	}
}

// Sets finds updateinfo.xml files, one for each repository.
func (Feed) Sets(path string) ([]feed.Set, error) {
	return updateinfo.Sets(updateinfo.Distribution{
		Feed: "amazon", What: "lists of updates (updateinfo.xml, updateinfo.xml.gz)", Epoch: "0",
		Provider: func(id string) string {
			if strings.HasPrefix(id, "ALAS") {
				return "ALAS"
			}
			return ""
		},
		Ecosystem: ecosystem,
	}, path)
}

// first is what advisories of the first Amazon Linux, which had no number, are of.
const first = "2018.03"

// ecosystem is told by the collection's name, else by the advisory's id, else by
// the file's place.
func ecosystem(p updateinfo.Place) string {
	for _, text := range []string{p.Short, p.Name} {
		if release := updateinfo.Release(text, "amazon linux"); release != "" {
			return "Amazon Linux:" + release
		}
	}
	if release := byID(p.ID); release != "" {
		return "Amazon Linux:" + release
	}
	for _, part := range strings.FieldsFunc(p.Path, func(r rune) bool { return r == '/' || r == '-' || r == '_' }) {
		switch part = strings.ToLower(part); part {
		case "al1", first:
			return "Amazon Linux:" + first
		case "al2", "al2022", "al2023", "2", "2022", "2023":
			return "Amazon Linux:" + strings.TrimPrefix(part, "al")
		}
	}
	if strings.Contains(strings.ToLower(p.Short+p.Name), "ami") {
		return "Amazon Linux:" + first
	}
	return ""
}

// byID reads "ALAS2-2024-1", "ALAS2023-2024-1", and "ALAS2DOCKER-2024-1" of an
// extra repository of Amazon Linux 2. "ALAS-2024-1" does not tell.
func byID(id string) string {
	rest := strings.TrimPrefix(id, "ALAS")
	for _, release := range []string{"2022", "2023", "2"} {
		if strings.HasPrefix(rest, release) {
			return release
		}
	}
	return ""
}

package cli

import (
	"context"
	"slices"

	"github.com/assay-sca/assay/internal/purl"
	"github.com/assay-sca/assay/internal/vulndb"
)

// covered is a database that speaks of an ecosystem only if one of its sources may
// have all of the ecosystem's records. A record of another ecosystem may name
// packages of several: the few that have come with it are matched, but are not
// enough to call anything clean.
type covered struct{ *vulndb.DB }

func (c covered) Ecosystems(ctx context.Context) (map[string]int, error) {
	known, err := c.DB.Ecosystems(ctx)
	if err != nil {
		return nil, err
	}
	sources, err := c.Sources(ctx)
	if err != nil {
		return nil, err
	}
	own := ecosystemsOf(sources)
	for _, name := range purl.Ecosystems() {
		if len(own) > 0 && !slices.Contains(own, name) {
			delete(known, name)
		}
	}
	return known, nil
}

// ecosystemsOf are the ecosystems whose exports a database was built from; none if
// other sources may have records of any.
func ecosystemsOf(sources []vulndb.SourceStatus) []string {
	var own []string
	for _, s := range sources {
		switch {
		case slices.Contains([]string{"kev", "epss", "endoflife", "private"}, s.Feed): // they do not say what is known of an ecosystem
		case s.Feed == "osv" && slices.Contains(purl.Ecosystems(), s.Name):
			own = append(own, s.Name)
		default:
			return nil
		}
	}
	return own
}

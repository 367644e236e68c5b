package cli

import (
	"context"

	"github.com/assay-sca/assay/internal/purl"
	"github.com/assay-sca/assay/internal/vulndb"
	feeds "github.com/assay-sca/assay/internal/vulndb/feed/all"
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
	own := map[string]bool{}
	for _, s := range sources {
		ecosystems, all := feeds.Covers(s.Feed, s.Name)
		if all {
			return known, nil
		}
		for _, name := range ecosystems {
			own[name] = true
		}
	}
	for _, name := range purl.Ecosystems() {
		if !own[name] {
			delete(known, name)
		}
	}
	return known, nil
}

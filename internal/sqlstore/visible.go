package sqlstore

import (
	"strings"

	"github.com/assay-sca/assay/internal/store"
)

// visible adds the condition that somebody may see a project that the query
// calls p.
func (f *filter) visible(d dialect, who store.Visible) {
	if who.All {
		return
	}
	var ways []string
	among := func(column string, ids []string, more string) {
		if len(ids) == 0 {
			return
		}
		f.args = append(f.args, list(ids))
		ways = append(ways, "p."+column+d.texts(len(f.args))+more)
	}
	among("organisation_id", who.Administers, "")
	among("organisation_id", who.Organisations, " and p.visibility = 'organisation'")
	among("id", who.Projects, "")
	if len(ways) == 0 {
		ways = []string{"1 = 0"}
	}
	f.terms = append(f.terms, "("+strings.Join(ways, " or ")+")")
}

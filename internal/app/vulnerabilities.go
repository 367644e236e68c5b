package app

import (
	"context"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/store"
	"github.com/assay-sca/assay/internal/vulndb"
)

func errLater() error { return errs.E(errs.Unavailable, "not built yet") }

// VulnerabilityQuery says which vulnerabilities of an organisation are wanted.
type VulnerabilityQuery struct {
	Filter store.VulnerabilityFilter // its Organisation empty: the actor's only one
	Page   store.Page                // sorts: store.VulnerabilitySorts
}

// Vulnerabilities lists the vulnerabilities in an organisation's portfolio. Its
// figures are those of all the organisation's projects.
func (a *App) Vulnerabilities(ctx context.Context, who Actor, q VulnerabilityQuery) (store.List[store.Vulnerability], error) {
	return store.List[store.Vulnerability]{}, errLater()
}

// VulnerabilityView answers "where is it in my portfolio?".
type VulnerabilityView struct {
	ID      string
	Known   []store.Vulnerability // by organisation that the actor sees; none: it was never found there
	Aliases []string
	Records []vulndb.Record // of the current release; none: it does not know the id
	Release store.Release   // the zero one: none was imported
	Missing string          // why there are no records, if the database could not be used
	Where   store.List[store.Place]
}

// VulnerabilityWhere narrows where a vulnerability is.
type VulnerabilityWhere struct {
	ID   string
	Open bool // only where it counts
	Page store.Page
}

// Vulnerability reads a vulnerability by any of its ids, with its records from the
// current release, and where it is.
func (a *App) Vulnerability(ctx context.Context, who Actor, q VulnerabilityWhere) (VulnerabilityView, error) {
	return VulnerabilityView{}, errLater()
}

package app

import (
	"context"
	"slices"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/store"
	"github.com/assay-sca/assay/internal/vulndb"
)

// VulnerabilityQuery says which vulnerabilities of an organisation are wanted.
type VulnerabilityQuery struct {
	Filter store.VulnerabilityFilter // its Organisation empty: the actor's only one
	Page   store.Page                // sorts: store.VulnerabilitySorts
}

// VulnerabilityList is a page of vulnerabilities.
type VulnerabilityList struct {
	store.List[store.Vulnerability]
	Shared bool // what is in private projects is not listed and not counted
}

// Vulnerabilities lists the vulnerabilities in an organisation's portfolio. For its
// administrators, who see all projects, they are those of all; for others of the
// projects that all members see: the counters know no single person, and private
// projects that are granted to one do not count in them.
func (a *App) Vulnerabilities(ctx context.Context, who Actor, q VulnerabilityQuery) (VulnerabilityList, error) {
	if q.Filter.Organisation == "" {
		organisation, err := a.onlyOrganisation(ctx, who)
		if err != nil {
			return VulnerabilityList{}, err
		}
		q.Filter.Organisation = organisation
	}
	if err := who.needIn(q.Filter.Organisation, Viewer, ScopeRead); err != nil {
		return VulnerabilityList{}, err
	}
	q.Filter.Shared = !who.In(q.Filter.Organisation).AtLeast(Administrator)
	list, err := a.Store.Vulnerabilities(ctx, q.Filter, q.Page)
	return VulnerabilityList{list, q.Filter.Shared}, err
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
	if !who.may(ScopeRead) {
		return VulnerabilityView{}, errs.E(errs.Denied, "this needs a token with the scope %q", ScopeRead)
	}
	v := VulnerabilityView{ID: q.ID}
	if err := a.describe(ctx, &v); err != nil {
		return v, err
	}
	visible := who.visible()
	var err error
	if v.Known, err = a.Store.VulnerabilityIn(ctx, visible, v.ID); err != nil {
		return v, err
	}
	if v.Where, err = a.Store.Places(ctx, v.ID, q.Open, visible, q.Page); err != nil {
		return v, err
	}
	if len(v.Known) == 0 && len(v.Records) == 0 && len(v.Where.Items) == 0 && q.Page.Cursor == "" {
		return v, errs.E(errs.NotFound, "neither the advisory database nor a project knows this vulnerability")
	}
	return v, nil
}

// describe reads the records and finds the name by which the vulnerability is
// listed. A database that cannot be used is no reason not to tell where it is.
func (a *App) describe(ctx context.Context, v *VulnerabilityView) error {
	if a.Databases == nil {
		v.Missing = "There is no advisory database."
		return nil
	}
	db, release, done, err := a.Databases.Current(ctx)
	switch {
	case errs.KindOf(err) == errs.NotFound:
		v.Missing = "No release of the advisory database was imported yet."
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		v.Missing = "The advisory database cannot be read now."
		return nil
	}
	defer done()
	v.Release = release
	if v.Records, err = db.Records(ctx, v.ID); err != nil {
		return err
	}
	names := map[string]bool{}
	asked, shown := v.ID, ""
	for i := range v.Records {
		r := &v.Records[i]
		if r.Dead || len(r.Vulnerabilities) != 1 {
			continue // a bundle names several, and is nobody's alias
		}
		names[r.Vulnerability.ID] = true
		for _, alias := range r.Vulnerability.Aliases {
			names[alias] = true
		}
		if shown == "" || r.Vulnerability.ID == asked {
			shown = r.Vulnerabilities[0]
		}
	}
	if shown != "" {
		v.ID = shown
	}
	delete(names, v.ID)
	for name := range names {
		v.Aliases = append(v.Aliases, name)
	}
	slices.SortFunc(v.Aliases, advisory.CompareIDs)
	return nil
}

// onlyOrganisation is the one that an actor means who names none.
func (a *App) onlyOrganisation(ctx context.Context, who Actor) (string, error) {
	v := who.visible()
	ids := slices.Concat(v.Administers, v.Organisations)
	if v.All {
		list, err := a.Store.Organisations(ctx)
		if err != nil {
			return "", err
		}
		ids = nil
		for _, o := range list {
			ids = append(ids, o.ID)
		}
	}
	if len(ids) != 1 {
		return "", Faults{{"organisation", "is missing: you see several, or none"}}.Err()
	}
	return ids[0], nil
}

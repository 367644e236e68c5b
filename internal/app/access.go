package app

import (
	"context"
	"slices"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/store"
)

// projectFor reads a project if the actor has at least a role for it, and the
// scope. One that they may not see is errs.NotFound, like one that is not there.
func projectFor(ctx context.Context, st store.Store, who Actor, id string, least Role, scope Scope) (store.Project, error) {
	const what = "such project"
	p, err := st.Project(ctx, id)
	if errs.KindOf(err) == errs.NotFound {
		return p, who.need(Nobody, least, scope, what)
	}
	if err != nil {
		return p, err
	}
	return p, who.need(who.For(p.Organisation, p.ID, p.Visibility == store.Private), least, scope, what)
}

// visible says which projects the actor sees, for lists.
func (who Actor) visible() store.Visible {
	v := store.Visible{All: who.System || who.Installation}
	for organisation, role := range who.Members {
		switch {
		case role.AtLeast(Administrator):
			v.Administers = append(v.Administers, organisation)
		case role.AtLeast(Viewer):
			v.Organisations = append(v.Organisations, organisation)
		}
	}
	for project, role := range who.Grants {
		if role.AtLeast(Viewer) {
			v.Projects = append(v.Projects, project)
		}
	}
	for _, ids := range [][]string{v.Administers, v.Organisations, v.Projects} {
		slices.Sort(ids)
	}
	return v
}

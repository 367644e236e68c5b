package app

import (
	"context"
	"strings"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/store"
)

// AuditNames finds the names of who and what events speak of: people, projects,
// groups and tokens, by how events write them, such as user:ID. What is no longer
// there has none. It is for those who may read the events.
func (a *App) AuditNames(ctx context.Context, who Actor, events []store.AuditEvent) (map[string]string, error) {
	ids := map[string][]string{} // by kind
	add := func(reference string) {
		if kind, id, ok := strings.Cut(reference, ":"); ok {
			ids[kind] = append(ids[kind], id)
		}
	}
	for i := range events {
		e := &events[i]
		if who.needInstallation(ScopeRead) != nil && who.needIn(e.Organisation, Administrator, ScopeRead) != nil {
			continue
		}
		add(e.Actor)
		add(e.Object)
		if e.Project != "" {
			add("project:" + e.Project)
		}
	}
	return a.namesOf(ctx, ids)
}

func (a *App) namesOf(ctx context.Context, ids map[string][]string) (map[string]string, error) {
	names := map[string]string{}
	users, err := a.Store.UsersByID(ctx, ids["user"])
	if err != nil {
		return nil, err
	}
	for id, u := range users {
		names["user:"+id] = u.Name
	}
	groups, err := a.Store.GroupsByID(ctx, ids["group"])
	if err != nil {
		return nil, err
	}
	for id, g := range groups {
		names["group:"+id] = g.Name
	}
	projects, err := a.Store.ProjectsByID(ctx, ids["project"])
	if err != nil {
		return nil, err
	}
	for i := range projects {
		names["project:"+projects[i].ID] = projects[i].Name
	}
	for _, id := range ids["token"] {
		if _, ok := names["token:"+id]; ok {
			continue
		}
		t, err := a.Store.Token(ctx, id)
		if err != nil && errs.KindOf(err) != errs.NotFound {
			return nil, err
		}
		if t.Name != "" {
			names["token:"+id] = "the token " + t.Name
		}
	}
	return names, nil
}

package app

import (
	"context"
	"net/mail"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/store"
)

// audit appends an event to the log, with the instant and who it was. It comes
// last in the transaction that makes the change.
func (a *App) audit(ctx context.Context, tx store.Store, who Actor, e store.Event) error {
	e.At, e.Actor, e.Address = a.Clock(), who.ID(), who.Address
	return tx.Audit(ctx, e)
}

// roleFor reads what an actor is for a project.
func (a *App) roleFor(ctx context.Context, who Actor, project string) (Role, store.ProjectPlace, error) {
	place, err := a.Store.ProjectPlace(ctx, project)
	if errs.KindOf(err) == errs.NotFound {
		return Nobody, place, nil // need says the same of both
	}
	return who.For(place.Organisation, place.ID, place.Private), place, err
}

// needProject is the refusal unless the actor has at least a role for a project;
// else it returns the project's place and the role.
func (a *App) needProject(ctx context.Context, who Actor, project string, least Role, scope Scope) (store.ProjectPlace, Role, error) {
	role, place, err := a.roleFor(ctx, who, project)
	if err != nil {
		return place, role, err
	}
	return place, role, who.need(role, least, scope, "project with this id")
}

// needIn is the refusal unless the actor has at least a role in an organisation.
func (who Actor) needIn(organisation string, least Role, scope Scope) error {
	return who.need(who.In(organisation), least, scope, "organisation with this id")
}

// needInstallation is the refusal unless the actor administers the installation.
func (who Actor) needInstallation(scope Scope) error {
	switch {
	case !who.Installation && !who.System:
		return errs.E(errs.Denied, "this needs an administrator of the installation")
	case !who.may(scope):
		return errs.E(errs.Denied, "this needs a token with the scope %q", scope)
	}
	return nil
}

// needPerson is the refusal of those who have no account.
func (who Actor) needPerson(scope Scope) error {
	switch {
	case who.UserID == "":
		return errs.E(errs.Denied, "this is about a person's account, and you are none")
	case !who.may(scope):
		return errs.E(errs.Denied, "this needs a token with the scope %q", scope)
	}
	return nil
}

// needSession is the refusal of tokens: what gives lasting power over an account
// is not done with one, as it would outlive the token's revocation.
func (who Actor) needSession() error {
	if err := who.needPerson(ScopeManage); err != nil {
		return err
	}
	if who.TokenID != "" {
		return errs.E(errs.Denied, "this cannot be done with a token: sign in")
	}
	return nil
}

// known tells whether a role is one that can be given.
func (r Role) known() bool { return slices.Contains(Roles(), r) }

// checkRole notes a fault unless a role can be given by somebody with another.
func (f *Faults) checkRole(field string, role, own Role) {
	switch {
	case !role.known():
		f.Add(field, "is none of viewer, developer, approver, manager and administrator")
	case !own.AtLeast(role):
		f.Add(field, "is higher than your own, which is %s", own)
	}
}

// Lengths in characters.
const (
	maxName  = 100
	maxEmail = 254
)

// cleanEmail is the form in which addresses are compared.
func cleanEmail(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// checkEmail notes a fault unless a clean address is one.
func (f *Faults) checkEmail(field, email string) {
	parsed, err := mail.ParseAddress(email)
	switch {
	case email == "":
		f.Add(field, "is empty")
	case len(email) > maxEmail || err != nil || parsed.Address != email || strings.ContainsFunc(email, unicode.IsSpace):
		f.Add(field, "is not an e-mail address")
	}
}

// checkName notes a fault unless a name can be shown in one line.
func (f *Faults) checkName(field, name string) {
	switch {
	case name == "":
		f.Add(field, "is empty")
	case utf8.RuneCountInString(name) > maxName:
		f.Add(field, "is longer than %d characters", maxName)
	case !utf8.ValidString(name) || strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsGraphic(r) }):
		f.Add(field, "has characters that cannot be shown")
	}
}

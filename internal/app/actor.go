package app

import (
	"slices"

	"github.com/assay-sca/assay/internal/errs"
)

// Role is what somebody is in an organisation or for a project.
type Role string

// The roles, each with all rights of those before it.
const (
	Nobody        Role = ""
	Viewer        Role = "viewer"        // reads
	Developer     Role = "developer"     // starts scans, pushes inventories
	Approver      Role = "approver"      // decides on findings
	Manager       Role = "manager"       // creates and changes projects
	Administrator Role = "administrator" // users, groups, settings; sees private projects
)

// Roles lists the roles, least first.
func Roles() []Role { return []Role{Viewer, Developer, Approver, Manager, Administrator} }

// AtLeast tells whether r has the rights of other.
func (r Role) AtLeast(other Role) bool {
	return slices.Index(Roles(), r) >= slices.Index(Roles(), other)
}

// Scope narrows what a token may do of what its owner may.
type Scope string

// The scopes.
const (
	ScopeRead   Scope = "read"
	ScopeScan   Scope = "scan"   // start scans, push inventories
	ScopeTriage Scope = "triage" // decide on findings
	ScopeManage Scope = "manage" // all else
)

// Actor is who asks, as far as rights go. It is made from a session or a token
// for each request, never kept.
type Actor struct {
	UserID  string // empty: a project's token, or the system
	TokenID string // empty: a session
	Name    string // to show
	Email   string
	Address string // where the request came from
	CSRF    string // of a session: what its forms carry
	Session string // of a session: its ID, see App.Sessions
	Project string // of a project's token: the only project it is for

	Installation bool            // administrator of the whole installation
	Members      map[string]Role // organisation -> role
	Grants       map[string]Role // project -> role, by user or group
	Scopes       []Scope         // nil: not narrowed
	System       bool            // the server itself
}

// System is the actor of what the server does by itself.
func System() Actor { return Actor{System: true, Name: "system"} }

// ID is how the audit log names the actor.
func (who Actor) ID() string {
	switch {
	case who.System:
		return "system"
	case who.TokenID != "":
		return "token:" + who.TokenID
	}
	return "user:" + who.UserID
}

// In is the actor's role in an organisation.
func (who Actor) In(organisation string) Role {
	if who.System || who.Installation {
		return Administrator
	}
	return who.Members[organisation]
}

// For is the actor's role for a project: the higher of what the project grants
// and what the organisation does, which for a private project counts from
// administrator on.
func (who Actor) For(organisation, project string, private bool) Role {
	role, granted := who.In(organisation), who.Grants[project]
	if private && !role.AtLeast(Administrator) {
		role = Nobody
	}
	if granted.AtLeast(role) {
		return granted
	}
	return role
}

// may tells whether the token's scopes, if there are any, allow.
func (who Actor) may(scope Scope) bool {
	return who.Scopes == nil || slices.Contains(who.Scopes, scope)
}

// need is the refusal unless role is enough and the scope is allowed. What the
// actor may not even see is reported as absent.
func (who Actor) need(role, least Role, scope Scope, what string) error {
	switch {
	case role == Nobody:
		return errs.E(errs.NotFound, "there is no %s, or you may not see it", what)
	case !role.AtLeast(least):
		return errs.E(errs.Denied, "this needs the role %s; you are %s here", least, role)
	case !who.may(scope):
		return errs.E(errs.Denied, "this needs a token with the scope %q", scope)
	}
	return nil
}

package store

import "context"

// Grant is what a project allows a user or a group beyond what the organisation
// does.
type Grant struct {
	Project string
	Subject string // user:ID or group:ID
	Role    string
}

// ProjectPlace is what rights for a project depend on.
type ProjectPlace struct {
	ID           string
	Organisation string
	Name         string
	Private      bool
}

// Grants keeps who may do what on which project.
type Grants interface {
	// ProjectPlace tells where a project belongs.
	ProjectPlace(ctx context.Context, project string) (ProjectPlace, error)
	// SetGrant gives a subject a role for a project, instead of the one it has.
	SetGrant(ctx context.Context, g Grant) error
	// RemoveGrant takes it away; errs.NotFound if there is none.
	RemoveGrant(ctx context.Context, project, subject string) error
	// ProjectGrants lists a project's grants by subject.
	ProjectGrants(ctx context.Context, project string) ([]Grant, error)
	// UserGrants lists what projects grant a user, alone or in a group; a project may
	// come several times. Organisation, if not empty, narrows it to projects of one.
	UserGrants(ctx context.Context, user, organisation string) ([]Grant, error)
}

package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/assay-sca/assay/internal/app"
)

// Token is a program's key, without its secret.
type Token struct {
	ID           string    `json:"id"`
	Name         string    `json:"name"`
	Project      string    `json:"project,omitempty" doc:"The only project that it is for; absent: it is a person's."`
	Organisation string    `json:"organisation,omitempty" doc:"The only organisation that it is for."`
	Scopes       []string  `json:"scopes" nullable:"false"`
	CreatedBy    string    `json:"created_by"`
	CreatedAt    time.Time `json:"created_at"`
	ExpiresAt    time.Time `json:"expires_at,omitzero" doc:"Absent: never."`
	UsedAt       time.Time `json:"used_at,omitzero" doc:"To the minute; absent: never."`
}

func tokenOf(t app.Token) Token {
	scopes := each(t.Scopes, func(s app.Scope) string { return string(s) })
	return Token{t.ID, t.Name, t.Project, t.Organisation, scopes, t.CreatedBy, t.CreatedAt, t.ExpiresAt, t.UsedAt}
}

// NewToken is a token with its secret.
type NewToken struct {
	Token
	Secret string `json:"secret" doc:"What a program sends as bearer. It is not shown again."`
}

// TokenBody is what a new token is to be.
type TokenBody struct {
	Name    string    `json:"name" maxLength:"100"`
	Scopes  []string  `json:"scopes" minItems:"1" maxItems:"4" enum:"read,scan,triage,manage"`
	Expires time.Time `json:"expires,omitzero" doc:"When it expires. Absent: a project's never, a person's in a year."`
}

func (b TokenBody) input() app.TokenInput {
	return app.TokenInput{Name: b.Name, Expires: b.Expires, Scopes: each(b.Scopes, func(s string) app.Scope { return app.Scope(s) })}
}

// ProjectPath names a project in the path.
type ProjectPath struct {
	Project string `path:"project" maxLength:"40" doc:"The project's id."`
}

func (a *api) tokens(r huma.API) {
	tags := []string{"tokens"}
	register(a, r, huma.Operation{OperationID: "list-account-tokens", Method: http.MethodGet, Path: "/account/tokens", Tags: tags, Summary: "List one's own tokens"},
		func(ctx context.Context, who app.Actor, in *Paging) (*Listed[Token], error) {
			found, err := a.app.Tokens(ctx, who, "", in.page())
			return listed(ctx, found, tokenOf), err
		})
	type ownInput struct {
		Body struct {
			TokenBody
			Organisation string `json:"organisation,omitempty" maxLength:"40" doc:"Narrows the token to one organisation."`
		}
	}
	register(a, r, huma.Operation{
		OperationID: "create-account-token", Method: http.MethodPost, Path: "/account/tokens", Tags: tags, DefaultStatus: http.StatusCreated,
		Summary: "Create a token of one's own", Description: "Needs a session. The token has its owner's rights of the moment, narrowed by its scopes.",
	}, func(ctx context.Context, who app.Actor, in *ownInput) (*Secret[NewToken], error) {
		want := in.Body.input()
		want.Organisation = in.Body.Organisation
		return a.newToken(ctx, who, want)
	})
	a.projectTokens(r, tags)
}

func (a *api) newToken(ctx context.Context, who app.Actor, want app.TokenInput) (*Secret[NewToken], error) {
	made, err := a.app.CreateToken(ctx, who, want)
	return secret(NewToken{tokenOf(made.Token), made.Secret}), err
}

func (a *api) projectTokens(r huma.API, tags []string) {
	type listInput struct {
		ProjectPath
		Paging
	}
	register(a, r, huma.Operation{OperationID: "list-project-tokens", Method: http.MethodGet, Path: "/projects/{project}/tokens", Tags: tags, Summary: "List a project's tokens"},
		func(ctx context.Context, who app.Actor, in *listInput) (*Listed[Token], error) {
			found, err := a.app.Tokens(ctx, who, in.Project, in.page())
			return listed(ctx, found, tokenOf), err
		})
	type createInput struct {
		ProjectPath
		Body TokenBody
	}
	register(a, r, huma.Operation{
		OperationID: "create-project-token", Method: http.MethodPost, Path: "/projects/{project}/tokens", Tags: tags, DefaultStatus: http.StatusCreated,
		Summary: "Create a token of a project", Description: "It is for this project alone and does not depend on a person's account.",
	}, func(ctx context.Context, who app.Actor, in *createInput) (*Secret[NewToken], error) {
		want := in.Body.input()
		want.Project = in.Project
		return a.newToken(ctx, who, want)
	})
	type tokenPath struct {
		Token string `path:"token" maxLength:"40" doc:"The token's id."`
	}
	register(a, r, huma.Operation{OperationID: "revoke-token", Method: http.MethodDelete, Path: "/tokens/{token}", Tags: tags, Summary: "Revoke a token"},
		func(ctx context.Context, who app.Actor, in *tokenPath) (*struct{}, error) {
			return nil, a.app.RevokeToken(ctx, who, in.Token)
		})
}

// Grant is what a project allows a user or a group.
type Grant struct {
	Subject string `json:"subject" doc:"user:ID or group:ID"`
	Name    string `json:"name"`
	Role    string `json:"role"`
}

func (a *api) grants(r huma.API) {
	tags := []string{"grants"}
	type all struct{ Body Items[Grant] }
	register(a, r, huma.Operation{OperationID: "list-grants", Method: http.MethodGet, Path: "/projects/{project}/grants", Tags: tags, Summary: "List what a project allows beyond its organisation"},
		func(ctx context.Context, who app.Actor, in *ProjectPath) (*all, error) {
			found, err := a.app.Grants(ctx, who, in.Project)
			return &all{Items[Grant]{Items: each(found, func(g app.Grant) Grant { return Grant{g.Subject, g.Name, string(g.Role)} })}}, err
		})
	type GrantPath struct {
		ProjectPath
		Subject string `path:"subject" maxLength:"60" doc:"user:ID or group:ID"`
	}
	type setInput struct {
		GrantPath
		Body RoleBody
	}
	register(a, r, huma.Operation{OperationID: "set-grant", Method: http.MethodPut, Path: "/projects/{project}/grants/{subject}", Tags: tags, Summary: "Give a member or a group a role for a project"},
		func(ctx context.Context, who app.Actor, in *setInput) (*struct{}, error) {
			return nil, a.app.SetGrant(ctx, who, in.Project, in.Subject, app.Role(in.Body.Role))
		})
	register(a, r, huma.Operation{OperationID: "remove-grant", Method: http.MethodDelete, Path: "/projects/{project}/grants/{subject}", Tags: tags, Summary: "Take a role for a project away"},
		func(ctx context.Context, who app.Actor, in *GrantPath) (*struct{}, error) {
			return nil, a.app.RemoveGrant(ctx, who, in.Project, in.Subject)
		})
}

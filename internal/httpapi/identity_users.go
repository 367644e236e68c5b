package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/store"
)

// User is a person with an account.
type User struct {
	ID            string    `json:"id"`
	Email         string    `json:"email"`
	Name          string    `json:"name"`
	Administrator bool      `json:"administrator" doc:"Of the whole installation."`
	Disabled      bool      `json:"disabled"`
	CreatedAt     time.Time `json:"created_at"`
	LastSeenAt    time.Time `json:"last_seen_at,omitzero" doc:"Absent: never."`
}

func userOf(u app.User) User {
	return User{u.ID, u.Email, u.Name, u.Administrator, u.Disabled, u.CreatedAt, u.LastSeenAt}
}

// UserDetail is a user with what belongs to them.
type UserDetail struct {
	User
	Organisations []Membership `json:"organisations" nullable:"false"`
	Groups        []Group      `json:"groups" nullable:"false"`
	Providers     []string     `json:"providers" nullable:"false" doc:"The services that the user has signed in with."`
}

func userDetailOf(u app.UserDetail) UserDetail {
	return UserDetail{userOf(u.User), each(u.Memberships, membershipOf), each(u.Groups, groupOf), append([]string{}, u.Providers...)}
}

// each translates all of a list; the result is never nil.
func each[S, T any](from []S, translate func(S) T) []T {
	out := make([]T, len(from))
	for i, v := range from {
		out[i] = translate(v)
	}
	return out
}

// Secret answers with a secret that is shown this once, and kept nowhere.
type Secret[T any] struct {
	ShownOnce string `header:"Assay-Shown-Once" doc:"Says that the answer holds a secret that is not shown again; it is not repeated for an Idempotency-Key either."`
	Body      T
}

func secret[T any](body T) *Secret[T] { return &Secret[T]{"true", body} }

// Link is a secret for an address that works once.
type Link struct {
	Secret  string    `json:"secret" doc:"What stands behind link= in the address of the page."`
	Path    string    `json:"path" doc:"The path of the page."`
	Expires time.Time `json:"expires"`
}

func linkOf(l app.Link) *Link {
	if l.Secret == "" {
		return nil
	}
	return &Link{l.Secret, app.LinkPath(l), l.Expires}
}

// UserPath names a user in the path.
type UserPath struct {
	User string `path:"user" maxLength:"40" doc:"The user's id."`
}

func (a *api) users(r huma.API) {
	tags := []string{"users"}
	register(a, r, huma.Operation{OperationID: "list-users", Method: http.MethodGet, Path: "/users", Tags: tags, Summary: "List users"}, a.listUsers)
	register(a, r, huma.Operation{OperationID: "get-user", Method: http.MethodGet, Path: "/users/{user}", Tags: tags, Summary: "Get a user"},
		func(ctx context.Context, who app.Actor, in *UserPath) (*userAnswer, error) {
			return userAnswered(a.app.User(ctx, who, in.User))
		})
	register(a, r, huma.Operation{
		OperationID: "update-user", Method: http.MethodPatch, Path: "/users/{user}", Tags: tags, Summary: "Change a user",
		Description: "Disabling ends all sessions and tokens of the user. The last administrator of the installation can neither be disabled nor cease to be one.",
	}, a.updateUser)
	register(a, r, huma.Operation{
		OperationID: "create-password-link", Method: http.MethodPost, Path: "/users/{user}/password-link", Tags: tags, DefaultStatus: http.StatusCreated,
		Summary: "Make a link with which a user chooses a new password", Description: "The link works once and ends those made before.",
	}, func(ctx context.Context, who app.Actor, in *UserPath) (*Secret[*Link], error) {
		l, err := a.app.NewPasswordLink(ctx, who, in.User)
		return secret(linkOf(l)), err
	})
	a.account(r)
}

type listUsersInput struct {
	Paging
	Organisation string `query:"organisation" maxLength:"40" doc:"Members of this organisation only. Needed by all but administrators of the installation."`
	Search       string `query:"search" maxLength:"100" doc:"A part of the name or the address."`
	State        string `query:"state" enum:"enabled,disabled" doc:"Only these."`
}

func (a *api) listUsers(ctx context.Context, who app.Actor, in *listUsersInput) (*Listed[User], error) {
	f := store.UserFilter{Organisation: in.Organisation, Search: in.Search}
	if in.State != "" {
		disabled := in.State == "disabled"
		f.Disabled = &disabled
	}
	found, err := a.app.Users(ctx, who, f, in.page())
	return listed(ctx, found, userOf), err
}

type userAnswer struct {
	ETag string `header:"ETag"`
	Body UserDetail
}

func userAnswered(u app.UserDetail, err error) (*userAnswer, error) {
	return &userAnswer{etag(u.Revision), userDetailOf(u)}, err
}

type updateUserInput struct {
	UserPath
	IfMatch
	Body struct {
		Name          *string `json:"name,omitempty" maxLength:"100"`
		Disabled      *bool   `json:"disabled,omitempty"`
		Administrator *bool   `json:"administrator,omitempty" doc:"Of the whole installation; only its administrators may say so."`
	}
}

func (a *api) updateUser(ctx context.Context, who app.Actor, in *updateUserInput) (*userAnswer, error) {
	revision, err := in.revision()
	if err != nil {
		return nil, err
	}
	change := app.UserChange{Name: in.Body.Name, Disabled: in.Body.Disabled, Administrator: in.Body.Administrator}
	if _, err := a.app.UpdateUser(ctx, who, in.User, revision, change); err != nil {
		return nil, err
	}
	return userAnswered(a.app.User(ctx, who, in.User))
}

// Session is a signed-in browser.
type Session struct {
	ID        string    `json:"id"`
	Current   bool      `json:"current" doc:"Whether it is the one that asks."`
	Address   string    `json:"address"`
	Agent     string    `json:"agent" doc:"As the browser calls itself."`
	CreatedAt time.Time `json:"created_at"`
	SeenAt    time.Time `json:"seen_at"`
	ExpiresAt time.Time `json:"expires_at"`
}

func (a *api) account(r huma.API) {
	tags := []string{"account"}
	register(a, r, huma.Operation{OperationID: "get-account", Method: http.MethodGet, Path: "/account", Tags: tags, Summary: "Get the user who asks"},
		func(ctx context.Context, who app.Actor, _ *struct{}) (*userAnswer, error) {
			return userAnswered(a.app.Account(ctx, who))
		})
	type renameInput struct {
		Body struct {
			Name string `json:"name" maxLength:"100"`
		}
	}
	register(a, r, huma.Operation{OperationID: "rename-account", Method: http.MethodPatch, Path: "/account", Tags: tags, Summary: "Change one's own name"},
		func(ctx context.Context, who app.Actor, in *renameInput) (*userAnswer, error) {
			if err := a.app.Rename(ctx, who, in.Body.Name); err != nil {
				return nil, err
			}
			return userAnswered(a.app.Account(ctx, who))
		})
	type passwordInput struct {
		Body struct {
			Old string `json:"old,omitempty" maxLength:"256" doc:"Absent if there is none yet."`
			New string `json:"new" maxLength:"256"`
		}
	}
	register(a, r, huma.Operation{
		OperationID: "change-password", Method: http.MethodPut, Path: "/account/password", Tags: tags, Summary: "Change one's own password",
		Description: "Needs a session, and ends all others.",
	}, func(ctx context.Context, who app.Actor, in *passwordInput) (*struct{}, error) {
		return nil, a.app.ChangePassword(ctx, who, app.ChangePasswordInput{Old: in.Body.Old, New: in.Body.New})
	})
	type joinInput struct {
		Body struct {
			Link string `json:"link" maxLength:"100" doc:"What stands behind link= in the address that one was sent."`
		}
	}
	type joinAnswer struct{ Body Membership }
	register(a, r, huma.Operation{
		OperationID: "join-organisation", Method: http.MethodPost, Path: "/account/join", Tags: tags, Summary: "Join the organisation that a link asks one into",
		Description: "Needs a session of the account that was asked.",
	}, func(ctx context.Context, who app.Actor, in *joinInput) (*joinAnswer, error) {
		m, err := a.app.Join(ctx, who, in.Body.Link)
		return &joinAnswer{membershipOf(m)}, err
	})
	a.sessions(r, tags)
}

func (a *api) sessions(r huma.API, tags []string) {
	type sessionsAnswer struct{ Body Items[Session] }
	register(a, r, huma.Operation{OperationID: "list-sessions", Method: http.MethodGet, Path: "/account/sessions", Tags: tags, Summary: "List one's own sessions"},
		func(ctx context.Context, who app.Actor, _ *struct{}) (*sessionsAnswer, error) {
			found, err := a.app.Sessions(ctx, who)
			return &sessionsAnswer{Items[Session]{Items: each(found, func(s app.Session) Session { return Session(s) })}}, err
		})
	type sessionPath struct {
		Session string `path:"session" maxLength:"40"`
	}
	register(a, r, huma.Operation{OperationID: "end-session", Method: http.MethodDelete, Path: "/account/sessions/{session}", Tags: tags, Summary: "End one of one's own sessions"},
		func(ctx context.Context, who app.Actor, in *sessionPath) (*struct{}, error) {
			return nil, a.app.EndSession(ctx, who, in.Session)
		})
	register(a, r, huma.Operation{OperationID: "end-other-sessions", Method: http.MethodDelete, Path: "/account/sessions", Tags: tags, Summary: "End all of one's own sessions but the one that asks"},
		func(ctx context.Context, who app.Actor, _ *struct{}) (*struct{}, error) {
			return nil, a.app.EndOtherSessions(ctx, who)
		})
}

package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/store"
)

// Organisation owns projects and isolates them from those of others.
type Organisation struct {
	ID        string    `json:"id"`
	Slug      string    `json:"slug"`
	Name      string    `json:"name"`
	CreatedAt time.Time `json:"created_at"`
}

// Membership is an organisation with somebody's role in it.
type Membership struct {
	Organisation
	Role string `json:"role"`
}

func membershipOf(m app.Membership) Membership {
	o := m.Organisation
	return Membership{Organisation{o.ID, o.Slug, o.Name, o.CreatedAt}, string(m.Role)}
}

// Member is somebody in an organisation.
type Member struct {
	User User   `json:"user"`
	Role string `json:"role"`
}

// OrganisationPath names an organisation in the path.
type OrganisationPath struct {
	Organisation string `path:"organisation" maxLength:"40" doc:"The organisation's id."`
}

type organisationBody struct {
	Name string `json:"name" maxLength:"100"`
	Slug string `json:"slug,omitempty" maxLength:"40" doc:"A short name for addresses. Absent: made from the name, or left as it is."`
}

type organisationAnswer struct {
	ETag     string `header:"ETag"`
	Location string `header:"Location"`
	Body     Membership
}

func organisationAnswered(m app.Membership, err error) (*organisationAnswer, error) {
	return &organisationAnswer{etag(m.Organisation.Revision), Prefix + "/organisations/" + m.Organisation.ID, membershipOf(m)}, err
}

func (a *api) organisations(r huma.API) {
	tags := []string{"organisations"}
	type all struct{ Body Items[Membership] }
	register(a, r, huma.Operation{OperationID: "list-organisations", Method: http.MethodGet, Path: "/organisations", Tags: tags, Summary: "List the organisations that one is in"},
		func(ctx context.Context, who app.Actor, _ *struct{}) (*all, error) {
			found, err := a.app.Organisations(ctx, who)
			return &all{Items[Membership]{Items: each(found, membershipOf)}}, err
		})
	type createInput struct{ Body organisationBody }
	register(a, r, huma.Operation{OperationID: "create-organisation", Method: http.MethodPost, Path: "/organisations", Tags: tags, DefaultStatus: http.StatusCreated, Summary: "Create an organisation"},
		func(ctx context.Context, who app.Actor, in *createInput) (*organisationAnswer, error) {
			o, err := a.app.CreateOrganisation(ctx, who, app.OrganisationInput(in.Body))
			return organisationAnswered(app.Membership{Organisation: o, Role: app.Administrator}, err)
		})
	register(a, r, huma.Operation{OperationID: "get-organisation", Method: http.MethodGet, Path: "/organisations/{organisation}", Tags: tags, Summary: "Get an organisation"},
		func(ctx context.Context, who app.Actor, in *OrganisationPath) (*organisationAnswer, error) {
			return organisationAnswered(a.app.Organisation(ctx, who, in.Organisation))
		})
	type updateInput struct {
		OrganisationPath
		IfMatch
		Body organisationBody
	}
	register(a, r, huma.Operation{OperationID: "update-organisation", Method: http.MethodPut, Path: "/organisations/{organisation}", Tags: tags, Summary: "Rename an organisation"},
		func(ctx context.Context, who app.Actor, in *updateInput) (*organisationAnswer, error) {
			revision, err := in.revision()
			if err != nil {
				return nil, err
			}
			o, err := a.app.UpdateOrganisation(ctx, who, in.Organisation, revision, app.OrganisationInput(in.Body))
			return organisationAnswered(app.Membership{Organisation: o, Role: who.In(o.ID)}, err)
		})
	a.members(r, tags)
}

// MemberPath names a member in the path.
type MemberPath struct {
	OrganisationPath
	UserPath
}

func (a *api) members(r huma.API, tags []string) {
	type listInput struct {
		OrganisationPath
		Paging
	}
	register(a, r, huma.Operation{OperationID: "list-members", Method: http.MethodGet, Path: "/organisations/{organisation}/members", Tags: tags, Summary: "List an organisation's members"},
		func(ctx context.Context, who app.Actor, in *listInput) (*Listed[Member], error) {
			found, err := a.app.Members(ctx, who, in.Organisation, in.page())
			return listed(ctx, found, func(m app.Member) Member { return Member{userOf(m.User), string(m.Role)} }), err
		})
	register(a, r, huma.Operation{
		OperationID: "invite-member", Method: http.MethodPost, Path: "/organisations/{organisation}/members", Tags: tags, DefaultStatus: http.StatusCreated,
		Summary:     "Ask a person into an organisation",
		Description: "A new account is a member at once, and the link is to choose its password. Who has an account already joins by opening the link, signed in.",
	}, a.invite)
	type invitationsAnswer struct{ Body Items[PendingMember] }
	register(a, r, huma.Operation{
		OperationID: "list-invitations", Method: http.MethodGet, Path: "/organisations/{organisation}/invitations", Tags: tags,
		Summary: "List who was asked into an organisation and has not answered", Description: "At most 200. To take one back, remove its user from the members.",
	}, func(ctx context.Context, who app.Actor, in *OrganisationPath) (*invitationsAnswer, error) {
		found, err := a.app.PendingMembers(ctx, who, in.Organisation)
		return &invitationsAnswer{Items[PendingMember]{Items: each(found, pendingMemberOf)}}, err
	})
	type roleInput struct {
		MemberPath
		Body RoleBody
	}
	register(a, r, huma.Operation{OperationID: "set-member", Method: http.MethodPut, Path: "/organisations/{organisation}/members/{user}", Tags: tags, Summary: "Change a member's role"},
		func(ctx context.Context, who app.Actor, in *roleInput) (*struct{}, error) {
			return nil, a.app.SetMember(ctx, who, in.Organisation, in.User, app.Role(in.Body.Role))
		})
	register(a, r, huma.Operation{
		OperationID: "remove-member", Method: http.MethodDelete, Path: "/organisations/{organisation}/members/{user}", Tags: tags,
		Summary: "Take a member out of an organisation, its groups and projects", Description: "Of somebody who was asked and has not answered, the invitation is taken back.",
	}, func(ctx context.Context, who app.Actor, in *MemberPath) (*struct{}, error) {
		return nil, a.app.RemoveMember(ctx, who, in.Organisation, in.User)
	})
}

// RoleBody is a role.
type RoleBody struct {
	Role string `json:"role" enum:"viewer,developer,approver,manager,administrator"`
}

// Invitation is what came of asking a person into an organisation.
type Invitation struct {
	Email  string `json:"email"`
	Joined bool   `json:"joined" doc:"The person is a member now. If not, there is an account with this address, and who has it joins by opening the link."`
	User   *User  `json:"user,omitempty" doc:"Of who joined."`
	Link   *Link  `json:"link"`
}

// PendingMember is somebody who was asked into an organisation and has not answered.
type PendingMember struct {
	User    string    `json:"user" doc:"The id."`
	Email   string    `json:"email"`
	Role    string    `json:"role"`
	Expires time.Time `json:"expires"`
}

func pendingMemberOf(m store.PendingMember) PendingMember {
	return PendingMember{m.UserID, m.Email, m.Role, m.ExpiresAt}
}

type inviteInput struct {
	OrganisationPath
	Body struct {
		RoleBody
		Email string `json:"email" maxLength:"254"`
		Name  string `json:"name,omitempty" maxLength:"100"`
	}
}

func (a *api) invite(ctx context.Context, who app.Actor, in *inviteInput) (*Secret[Invitation], error) {
	made, err := a.app.InviteUser(ctx, who, app.InviteInput{
		Organisation: in.Organisation, Email: in.Body.Email, Name: in.Body.Name, Role: app.Role(in.Body.Role),
	})
	out := Invitation{Email: made.Email, Joined: made.Joined, Link: linkOf(made.Link)}
	if made.Joined {
		user := userOf(made.User)
		out.User = &user
	}
	return secret(out), err
}

// Group is a set of an organisation's members.
type Group struct {
	ID           string `json:"id"`
	Organisation string `json:"organisation"`
	Name         string `json:"name"`
	Members      int64  `json:"members"`
}

func groupOf(g store.Group) Group { return Group{g.ID, g.Organisation, g.Name, g.Members} }

// GroupPath names a group in the path.
type GroupPath struct {
	Group string `path:"group" maxLength:"40" doc:"The group's id."`
}

type groupBody struct {
	Name string `json:"name" maxLength:"100"`
}

type groupAnswer struct {
	ETag     string `header:"ETag"`
	Location string `header:"Location"`
	Body     Group
}

func groupAnswered(g store.Group, err error) (*groupAnswer, error) {
	return &groupAnswer{etag(g.Revision), Prefix + "/groups/" + g.ID, groupOf(g)}, err
}

func (a *api) groups(r huma.API) {
	tags := []string{"groups"}
	type listInput struct {
		OrganisationPath
		Paging
	}
	register(a, r, huma.Operation{OperationID: "list-groups", Method: http.MethodGet, Path: "/organisations/{organisation}/groups", Tags: tags, Summary: "List an organisation's groups"},
		func(ctx context.Context, who app.Actor, in *listInput) (*Listed[Group], error) {
			found, err := a.app.Groups(ctx, who, in.Organisation, in.page())
			return listed(ctx, found, groupOf), err
		})
	type createInput struct {
		OrganisationPath
		Body groupBody
	}
	register(a, r, huma.Operation{OperationID: "create-group", Method: http.MethodPost, Path: "/organisations/{organisation}/groups", Tags: tags, DefaultStatus: http.StatusCreated, Summary: "Create a group"},
		func(ctx context.Context, who app.Actor, in *createInput) (*groupAnswer, error) {
			return groupAnswered(a.app.CreateGroup(ctx, who, in.Organisation, in.Body.Name))
		})
	register(a, r, huma.Operation{OperationID: "get-group", Method: http.MethodGet, Path: "/groups/{group}", Tags: tags, Summary: "Get a group"},
		func(ctx context.Context, who app.Actor, in *GroupPath) (*groupAnswer, error) {
			return groupAnswered(a.app.Group(ctx, who, in.Group))
		})
	type renameInput struct {
		GroupPath
		IfMatch
		Body groupBody
	}
	register(a, r, huma.Operation{OperationID: "rename-group", Method: http.MethodPut, Path: "/groups/{group}", Tags: tags, Summary: "Rename a group"},
		func(ctx context.Context, who app.Actor, in *renameInput) (*groupAnswer, error) {
			revision, err := in.revision()
			if err != nil {
				return nil, err
			}
			return groupAnswered(a.app.RenameGroup(ctx, who, in.Group, revision, in.Body.Name))
		})
	register(a, r, huma.Operation{OperationID: "delete-group", Method: http.MethodDelete, Path: "/groups/{group}", Tags: tags, Summary: "Delete a group and what projects grant it"},
		func(ctx context.Context, who app.Actor, in *GroupPath) (*struct{}, error) {
			return nil, a.app.DeleteGroup(ctx, who, in.Group)
		})
	a.groupMembers(r, tags)
}

func (a *api) groupMembers(r huma.API, tags []string) {
	type listInput struct {
		GroupPath
		Paging
	}
	register(a, r, huma.Operation{OperationID: "list-group-members", Method: http.MethodGet, Path: "/groups/{group}/members", Tags: tags, Summary: "List who is in a group"},
		func(ctx context.Context, who app.Actor, in *listInput) (*Listed[User], error) {
			found, err := a.app.GroupMembers(ctx, who, in.Group, in.page())
			return listed(ctx, found, userOf), err
		})
	type memberInput struct {
		GroupPath
		UserPath
	}
	register(a, r, huma.Operation{OperationID: "add-group-member", Method: http.MethodPut, Path: "/groups/{group}/members/{user}", Tags: tags, Summary: "Put a member of the organisation into a group"},
		func(ctx context.Context, who app.Actor, in *memberInput) (*struct{}, error) {
			return nil, a.app.AddToGroup(ctx, who, in.Group, in.User)
		})
	register(a, r, huma.Operation{OperationID: "remove-group-member", Method: http.MethodDelete, Path: "/groups/{group}/members/{user}", Tags: tags, Summary: "Take a user out of a group"},
		func(ctx context.Context, who app.Actor, in *memberInput) (*struct{}, error) {
			return nil, a.app.RemoveFromGroup(ctx, who, in.Group, in.User)
		})
}

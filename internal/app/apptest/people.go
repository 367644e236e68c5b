package apptest

import (
	"fmt"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/store"
)

// Organisation makes an organisation with this slug and returns its id.
func (k *Kit) Organisation(slug string) string {
	k.t.Helper()
	o := store.Organisation{ID: store.NewID(), Slug: slug, Name: slug + " Ltd", CreatedAt: k.Clock.Now(), Revision: 1}
	if err := k.Store.CreateOrganisation(k.t.Context(), o); err != nil {
		k.t.Fatal(err)
	}
	return o.ID
}

// Actor makes a user with a role in an organisation and returns them, signed in.
// With app.Nobody it is a user of no organisation.
func (k *Kit) Actor(organisation string, role app.Role) app.Actor {
	k.t.Helper()
	u := k.user(fmt.Sprintf("%s-%s", role, store.NewID()[:6]), false)
	if role != app.Nobody {
		if err := k.Store.SetMember(k.t.Context(), organisation, u.ID, string(role)); err != nil {
			k.t.Fatal(err)
		}
	}
	return k.Reload(app.Actor{UserID: u.ID})
}

// Installation makes an administrator of the whole installation.
func (k *Kit) Installation() app.Actor {
	k.t.Helper()
	return k.Reload(app.Actor{UserID: k.user("root-"+store.NewID()[:6], true).ID})
}

// Address is where the kit's people come from.
const Address = "192.0.2.7"

// Reload reads an actor's rights anew, as every request does.
func (k *Kit) Reload(who app.Actor) app.Actor {
	k.t.Helper()
	actor, err := k.ActorOfUser(k.t.Context(), who.UserID, app.Client{Address: Address})
	if err != nil {
		k.t.Fatal(err)
	}
	return actor
}

func (k *Kit) user(name string, administrator bool) store.User {
	k.t.Helper()
	u := store.User{ID: store.NewID(), Email: name + "@example.org", Name: name, Administrator: administrator, CreatedAt: k.Clock.Now(), Revision: 1}
	if err := k.Store.CreateUser(k.t.Context(), u); err != nil {
		k.t.Fatal(err)
	}
	return u
}

// AddProject makes a project in an organisation, without a repository, and returns
// its id.
func (k *Kit) AddProject(organisation, name string, visibility store.Visibility) string {
	k.t.Helper()
	p := store.Project{
		ID: store.NewID(), Organisation: organisation, Name: name, Visibility: visibility,
		ReleasePattern: "refs/tags/v#", Created: k.Clock.Now(), Updated: k.Clock.Now(),
	}
	if err := k.Store.AddProject(k.t.Context(), p); err != nil {
		k.t.Fatal(err)
	}
	return p.ID
}

package app

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/store"
)

// User is a person with an account, without secrets.
type User struct {
	ID            string
	Email         string
	Name          string
	Administrator bool // of the installation
	Disabled      bool
	HasPassword   bool // as far as is told: not in lists
	CreatedAt     time.Time
	LastSeenAt    time.Time // zero: never
	Revision      int64
}

func userOf(u store.User) User {
	return User{u.ID, u.Email, u.Name, u.Administrator, u.Disabled, u.Password != "", u.CreatedAt, u.LastSeenAt, u.Revision}
}

// UserDetail is a user with what belongs to them, as far as the actor may know.
type UserDetail struct {
	User
	Memberships []Membership
	Groups      []store.Group
	Providers   []string // that the user can sign in with
	// Administered tells whether the actor has power over the account: may rename
	// and disable it and make a link for a new password.
	Administered bool
}

// Membership is a role in an organisation.
type Membership struct {
	Organisation store.Organisation
	Role         Role
}

// InviteInput is who is to join an organisation.
type InviteInput struct {
	Organisation string // id
	Email        string
	Name         string // empty: the address
	Role         Role
}

// Invitation is what came of it. Nobody who has an account joins unasked: then the
// link is for that person, who confirms it signed in.
type Invitation struct {
	Email  string
	Joined bool // is a member now, and chooses a password by the link
	User   User // of who joined; of another's account nothing is told
	Link   Link
}

// UserChange is what is to change; nil is left as it is.
type UserChange struct {
	Name          *string
	Disabled      *bool
	Administrator *bool
}

// ChangePasswordInput is what the form of the account asks.
type ChangePasswordInput struct {
	Old string // empty if there is none yet
	New string
}

// Users lists users: all for the installation's administrators, for others the
// members of f.Organisation, whose administrators they must be. Sort: email.
func (a *App) Users(ctx context.Context, who Actor, f store.UserFilter, p store.Page) (store.List[User], error) {
	err := who.needInstallation(ScopeRead)
	if f.Organisation != "" {
		err = who.needIn(f.Organisation, Administrator, ScopeRead)
	}
	if err != nil {
		return store.List[User]{}, err
	}
	found, err := a.Store.Users(ctx, f, p)
	return mapped(found, userOf), err
}

// standing is what an actor is to another user.
type standing int

const (
	stranger   standing = iota
	related             // administers an organisation that the user is in
	superior            // administers the whole account
	themselves          // is the user
)

// standingTo tells what an actor is to a user. Power over an account is power over
// everything that its user may do: so an organisation's administrators have it
// only over those who are nowhere but in organisations that they administer, and
// never over administrators of the installation.
func standingTo(who Actor, u store.User, roles map[string]string) standing {
	switch {
	case who.UserID != "" && who.UserID == u.ID:
		return themselves
	case who.Installation || who.System:
		return superior
	}
	in, administered := 0, 0
	for organisation := range roles {
		in++
		if who.In(organisation) == Administrator {
			administered++
		}
	}
	switch {
	case administered == 0:
		return stranger
	case administered < in || u.Administrator:
		return related
	}
	return superior
}

// subject reads a user and what the actor is to them; strangers are told that
// there is none.
func (a *App) subject(ctx context.Context, st store.Store, who Actor, id string) (store.User, map[string]string, standing, error) {
	absent := errs.E(errs.NotFound, "there is no user with this id, or you may not see it")
	u, err := st.User(ctx, id)
	if errs.KindOf(err) == errs.NotFound {
		return u, nil, stranger, absent
	}
	if err != nil {
		return u, nil, stranger, err
	}
	roles, err := st.Memberships(ctx, id)
	if err != nil {
		return u, nil, stranger, err
	}
	is := standingTo(who, u, roles)
	if is == stranger {
		return store.User{}, nil, stranger, absent
	}
	return u, roles, is, nil
}

// User reads one user, whom the actor administers or is.
func (a *App) User(ctx context.Context, who Actor, id string) (UserDetail, error) {
	if !who.may(ScopeRead) {
		return UserDetail{}, errs.E(errs.Denied, "this needs a token with the scope %q", ScopeRead)
	}
	u, roles, is, err := a.subject(ctx, a.Store, who, id)
	if err != nil {
		return UserDetail{}, err
	}
	out := UserDetail{User: userOf(u), Administered: is == superior}
	all, err := a.Store.Organisations(ctx)
	if err != nil {
		return UserDetail{}, err
	}
	for _, o := range all {
		if role := Role(roles[o.ID]); role != Nobody && who.In(o.ID) != Nobody {
			out.Memberships = append(out.Memberships, Membership{o, role})
		}
	}
	groups, err := a.Store.UserGroups(ctx, id)
	if err != nil {
		return UserDetail{}, err
	}
	out.Groups = slices.DeleteFunc(groups, func(g store.Group) bool { return who.In(g.Organisation) == Nobody })
	if is == related {
		return out, nil
	}
	identities, err := a.Store.Identities(ctx, id)
	for _, i := range identities {
		out.Providers = append(out.Providers, i.Provider)
	}
	return out, err
}

// Account is the actor's own user; Denied for a project's token.
func (a *App) Account(ctx context.Context, who Actor) (UserDetail, error) {
	if err := who.needPerson(ScopeRead); err != nil {
		return UserDetail{}, err
	}
	return a.User(ctx, who, who.UserID)
}

// InviteUser asks a person into an organisation. A new account is a member at once,
// and the link is to choose its password. Who has one already joins by the link:
// an address says nothing of who holds the account that was made for it, as any
// organisation's administrators can make one.
func (a *App) InviteUser(ctx context.Context, who Actor, in InviteInput) (Invitation, error) {
	if err := who.needIn(in.Organisation, Administrator, ScopeManage); err != nil {
		return Invitation{}, err
	}
	in.Email, in.Name = cleanEmail(in.Email), strings.TrimSpace(in.Name)
	if in.Name == "" {
		in.Name = clip(in.Email, maxName)
	}
	var faults Faults
	faults.checkEmail("email", in.Email)
	faults.checkName("name", in.Name)
	faults.checkRole("role", in.Role, who.In(in.Organisation))
	if err := faults.Err(); err != nil {
		return Invitation{}, err
	}
	var made Invitation
	err := a.Store.Tx(ctx, func(tx store.Store) (err error) {
		made, err = a.invite(ctx, tx, who, in)
		return err
	})
	return made, err
}

func (a *App) invite(ctx context.Context, tx store.Store, who Actor, in InviteInput) (Invitation, error) {
	if _, err := tx.Organisation(ctx, in.Organisation); err != nil { // an administrator of the installation is in any
		return Invitation{}, err
	}
	user, err := tx.UserByEmail(ctx, in.Email)
	if errs.KindOf(err) == errs.NotFound {
		user = store.User{ID: store.NewID(), Email: in.Email, Name: in.Name, CreatedAt: a.Clock().UTC(), Revision: 1}
		err = tx.CreateUser(ctx, user)
	}
	if err != nil {
		return Invitation{}, err
	}
	roles, err := tx.Memberships(ctx, user.ID)
	if err != nil {
		return Invitation{}, err
	}
	if roles[in.Organisation] != "" {
		return Invitation{}, errs.E(errs.Conflict, "this person is in the organisation already")
	}
	own, err := held(ctx, tx, who, user, roles)
	if err != nil {
		return Invitation{}, err
	}
	made := Invitation{Email: user.Email}
	if own {
		made.Link, err = a.askIn(ctx, tx, in, user)
	} else {
		made.User, made.Joined = userOf(user), true
		made.Link, err = a.takeIntoOrganisation(ctx, tx, in, user)
	}
	if err != nil {
		return Invitation{}, err
	}
	return made, a.audit(ctx, tx, who, store.Event{
		Organisation: in.Organisation, Action: "member.invite", Object: "user:" + user.ID,
		Detail: map[string]any{"email": user.Email, "role": string(in.Role), "joined": made.Joined},
	})
}

// held tells whether an account may be in somebody's hands already: it was signed
// in with, or others than the actor have a link to it.
func held(ctx context.Context, tx store.Store, who Actor, user store.User, roles map[string]string) (bool, error) {
	identities, err := tx.Identities(ctx, user.ID)
	settled := user.Password != "" || len(identities) > 0 || user.Disabled || user.Administrator
	free := len(roles) == 0 || standingTo(who, user, roles) == superior
	return settled || !free, err
}

// takeIntoOrganisation makes somebody a member who chooses a password by the link.
func (a *App) takeIntoOrganisation(ctx context.Context, tx store.Store, in InviteInput, user store.User) (Link, error) {
	if _, err := tx.DeleteJoins(ctx, in.Organisation, user.ID); err != nil {
		return Link{}, err
	}
	if err := tx.SetMember(ctx, in.Organisation, user.ID, string(in.Role)); err != nil {
		return Link{}, err
	}
	return a.makeLink(ctx, tx, store.LinkInvitation, user.ID)
}

// askIn makes the link by which somebody who has an account joins; the one of
// before works no more.
func (a *App) askIn(ctx context.Context, tx store.Store, in InviteInput, user store.User) (Link, error) {
	if _, err := tx.DeleteJoins(ctx, in.Organisation, user.ID); err != nil {
		return Link{}, err
	}
	return a.addLink(ctx, tx, store.Link{Purpose: store.LinkJoin, UserID: user.ID, Organisation: in.Organisation, Role: string(in.Role)})
}

// UpdateUser changes a user. Disabling ends all sessions and tokens. The last
// administrator of the installation stays: Conflict.
func (a *App) UpdateUser(ctx context.Context, who Actor, id string, revision int64, c UserChange) (User, error) {
	var changed store.User
	err := a.Store.Tx(ctx, func(tx store.Store) error {
		old, roles, is, err := a.subject(ctx, tx, who, id)
		if err != nil {
			return err
		}
		if err := mayChange(who, is, c); err != nil {
			return err
		}
		if changed, err = changedUser(old, c); err != nil {
			return err
		}
		changed.Revision = revision
		if err := staysAdministered(ctx, tx, who, old, changed, roles); err != nil {
			return err
		}
		if err := tx.UpdateUser(ctx, changed); err != nil {
			return err
		}
		changed.Revision++
		if changed.Disabled && !old.Disabled {
			if err := a.shutOut(ctx, tx, id); err != nil {
				return err
			}
		}
		return a.auditUser(ctx, tx, who, old, changed, roles)
	})
	return userOf(changed), err
}

// mayChange is the refusal of a change that the actor's standing does not allow.
func mayChange(who Actor, is standing, c UserChange) error {
	if c.Administrator != nil {
		if err := who.needInstallation(ScopeManage); err != nil {
			return err
		}
	}
	switch {
	case !who.may(ScopeManage):
		return errs.E(errs.Denied, "this needs a token with the scope %q", ScopeManage)
	case is == related:
		return errs.E(errs.Denied, "this person is in other organisations too: only an administrator of all of them, or of the installation, may change the account")
	case is == themselves && who.TokenID != "" && (c.Disabled != nil || c.Administrator != nil):
		return errs.E(errs.Denied, "this cannot be done with a token: sign in")
	}
	return nil
}

// changedUser returns a user with a change applied.
func changedUser(u store.User, c UserChange) (store.User, error) {
	if c.Name != nil {
		u.Name = strings.TrimSpace(*c.Name)
		var faults Faults
		if faults.checkName("name", u.Name); len(faults) > 0 {
			return u, faults.Err()
		}
	}
	if c.Disabled != nil {
		u.Disabled = *c.Disabled
	}
	if c.Administrator != nil {
		u.Administrator = *c.Administrator
	}
	return u, nil
}

// staysAdministered is the refusal to take the last administrator from the
// installation, and, but by an administrator of the installation, who can appoint
// others, from an organisation.
func staysAdministered(ctx context.Context, tx store.Store, who Actor, old, changed store.User, roles map[string]string) error {
	acted := func(u store.User) bool { return u.Administrator && !u.Disabled }
	if acted(old) && !acted(changed) {
		all, err := tx.Administrators(ctx)
		if err != nil {
			return err
		}
		if slices.Equal(all, []string{old.ID}) {
			return errs.E(errs.Conflict, "this is the last administrator of the installation; appoint another first")
		}
	}
	if !changed.Disabled || old.Disabled || who.Installation || who.System {
		return nil
	}
	for organisation, role := range roles {
		if err := lastAdministrator(ctx, tx, organisation, old.ID, Role(role), Nobody); err != nil {
			return err
		}
	}
	return nil
}

// shutOut ends everything that a user could come in with.
func (a *App) shutOut(ctx context.Context, tx store.Store, user string) error {
	if err := tx.DeleteSessions(ctx, user, nil); err != nil {
		return err
	}
	if err := tx.DeleteLinks(ctx, user); err != nil {
		return err
	}
	return tx.RevokeTokens(ctx, user, "", a.Clock())
}

// auditUser writes what changed, into the log of the organisation if there is but
// one.
func (a *App) auditUser(ctx context.Context, tx store.Store, who Actor, old, changed store.User, roles map[string]string) error {
	detail := map[string]any{}
	if old.Name != changed.Name {
		detail["name"] = []string{old.Name, changed.Name}
	}
	if old.Disabled != changed.Disabled {
		detail["disabled"] = changed.Disabled
	}
	if old.Administrator != changed.Administrator {
		detail["administrator"] = changed.Administrator
	}
	return a.audit(ctx, tx, who, store.Event{Organisation: only(roles), Action: "user.update", Object: "user:" + old.ID, Detail: detail})
}

// only is the key of a map that has but one, else empty.
func only(roles map[string]string) string {
	if len(roles) != 1 {
		return ""
	}
	for organisation := range roles {
		return organisation
	}
	return ""
}

// NewPasswordLink makes a link with which a user chooses a new password.
func (a *App) NewPasswordLink(ctx context.Context, who Actor, id string) (link Link, err error) {
	err = a.Store.Tx(ctx, func(tx store.Store) error {
		user, roles, is, err := a.subject(ctx, tx, who, id)
		if err != nil {
			return err
		}
		switch {
		case is == themselves:
			return errs.E(errs.Denied, "change your own password on the page of your account")
		case user.Disabled:
			return errs.E(errs.Conflict, "this account is disabled")
		}
		if err := mayChange(who, is, UserChange{}); err != nil {
			return err
		}
		purpose := store.LinkPassword
		if user.Password == "" && user.LastSeenAt.IsZero() {
			purpose = store.LinkInvitation
		}
		if link, err = a.makeLink(ctx, tx, purpose, id); err != nil {
			return err
		}
		return a.audit(ctx, tx, who, store.Event{Organisation: only(roles), Action: "user.link", Object: "user:" + id, Detail: map[string]any{"purpose": purpose}})
	})
	return link, err
}

// ChangePassword changes the actor's own password, by a session, and ends all
// other sessions.
func (a *App) ChangePassword(ctx context.Context, who Actor, in ChangePasswordInput) error {
	if err := who.needSession(); err != nil {
		return err
	}
	user, err := a.Store.User(ctx, who.UserID)
	if err != nil {
		return err
	}
	if user.Password != "" {
		if err := a.attempts.pair.Try(a.Clock(), "password "+user.ID); err != nil {
			return err
		}
		good, err := a.Passwords.Verify(ctx, user.Password, in.Old)
		if err != nil {
			return err
		}
		if !good {
			return Faults{{"old", "is not your password"}}.Err()
		}
		a.attempts.pair.Forgive("password " + user.ID)
	}
	var faults Faults
	faults.checkPassword("new", in.New, user.Name, user.Email)
	if err := faults.Err(); err != nil {
		return err
	}
	encoded, err := a.Passwords.Hash(ctx, in.New)
	if err != nil {
		return err
	}
	return a.Store.Tx(ctx, func(tx store.Store) error {
		if err := tx.SetPassword(ctx, user.ID, encoded); err != nil {
			return err
		}
		if err := tx.DeleteLinks(ctx, user.ID); err != nil {
			return err
		}
		if err := a.endOthers(ctx, tx, who); err != nil {
			return err
		}
		return a.audit(ctx, tx, who, store.Event{Action: "user.password", Object: "user:" + user.ID, Detail: map[string]any{"by": "account"}})
	})
}

// Rename changes the actor's own name.
func (a *App) Rename(ctx context.Context, who Actor, name string) error {
	if err := who.needPerson(ScopeManage); err != nil {
		return err
	}
	user, err := a.Store.User(ctx, who.UserID)
	if err != nil {
		return err
	}
	_, err = a.UpdateUser(ctx, who, user.ID, user.Revision, UserChange{Name: &name})
	return err
}

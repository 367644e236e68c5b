package app

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/assay-sca/assay/internal/auth"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/store"
)

// SetupInput is what the first page asks.
type SetupInput struct {
	Link         string // the secret of the one-time link
	Organisation string // a name
	Name         string
	Email        string
	Password     string
}

// Link is a secret for an address that works once. It is shown when it is made
// and never again.
type Link struct {
	Secret  string
	Expires time.Time
}

// LinkInfo is what the page of a link says.
type LinkInfo struct {
	Purpose      string // store.LinkSetup, LinkInvitation, LinkPassword, LinkJoin
	UserID       string // whom it is for; empty: setup
	Email        string
	Name         string
	Organisation string // the name of the one to join
	Role         Role   // as what
	Expires      time.Time
}

// UseLinkInput is what the page of an invitation or a new password asks.
type UseLinkInput struct {
	Link     string
	Name     string // empty: as it is
	Password string
}

// linkLife is how long a link of each purpose works.
func linkLife(purpose string) time.Duration {
	if purpose == store.LinkInvitation || purpose == store.LinkJoin {
		return 7 * 24 * time.Hour
	}
	return 24 * time.Hour
}

// SetupNeeded tells whether there is no user yet.
func (a *App) SetupNeeded(ctx context.Context) (bool, error) {
	some, err := a.Store.HasUsers(ctx)
	return !some, err
}

// SetupLink makes a link for the first administrator. Those made before work too,
// until one is used: several hosts may start on one database, and each prints its
// own. Its secret is empty if there is a user already.
func (a *App) SetupLink(ctx context.Context) (link Link, err error) {
	err = a.Store.Tx(ctx, func(tx store.Store) error {
		link = Link{}
		if some, err := tx.HasUsers(ctx); err != nil || some {
			return err
		}
		link, err = a.addLink(ctx, tx, store.Link{Purpose: store.LinkSetup})
		return err
	})
	return link, err
}

// makeLink makes a link to an account, which ends those that the user had.
func (a *App) makeLink(ctx context.Context, tx store.Store, purpose, user string) (Link, error) {
	if err := tx.DeleteLinks(ctx, user); err != nil {
		return Link{}, err
	}
	return a.addLink(ctx, tx, store.Link{Purpose: purpose, UserID: user})
}

func (a *App) addLink(ctx context.Context, tx store.Store, l store.Link) (Link, error) {
	now, secret := a.Clock(), auth.NewSecret()
	l.Hash, l.CreatedAt, l.ExpiresAt = auth.HashSecret(secret), now, now.Add(linkLife(l.Purpose))
	return Link{secret, l.ExpiresAt}, tx.CreateLink(ctx, l)
}

// goodLink reads a link that can be used for one of some purposes.
func (a *App) goodLink(ctx context.Context, secret string, purposes ...string) (store.Link, error) {
	l, err := a.Store.Link(ctx, auth.HashSecret(secret))
	bad := err == nil && (!l.UsedAt.IsZero() || !a.Clock().Before(l.ExpiresAt) || !slices.Contains(purposes, l.Purpose))
	if bad || errs.KindOf(err) == errs.NotFound {
		return store.Link{}, errs.E(errs.NotFound, "this link does not work: it was used, has expired or was replaced")
	}
	return l, err
}

// Setup creates the installation's administrator and the first organisation.
// NotFound: the link is not good; Conflict: it was done before.
func (a *App) Setup(ctx context.Context, in SetupInput, c Client) (SignedIn, error) {
	l, err := a.goodLink(ctx, in.Link, store.LinkSetup)
	if err != nil {
		return SignedIn{}, err
	}
	in.Email, in.Name, in.Organisation = cleanEmail(in.Email), strings.TrimSpace(in.Name), strings.TrimSpace(in.Organisation)
	var faults Faults
	faults.checkName("organisation", in.Organisation)
	faults.checkName("name", in.Name)
	faults.checkEmail("email", in.Email)
	faults.checkPassword("password", in.Password, in.Name, in.Email)
	if err := faults.Err(); err != nil {
		return SignedIn{}, err
	}
	encoded, err := a.Passwords.Hash(ctx, in.Password)
	if err != nil {
		return SignedIn{}, err
	}
	user := store.User{ID: store.NewID(), Email: in.Email, Name: in.Name, Password: encoded, Administrator: true, CreatedAt: a.Clock()}
	o := store.Organisation{ID: store.NewID(), Name: in.Organisation, Slug: slugOf(in.Organisation), CreatedAt: a.Clock()}
	var signed SignedIn
	err = a.Store.Tx(ctx, func(tx store.Store) error {
		if err := a.firstUser(ctx, tx, l, user, o); err != nil {
			return err
		}
		who := Actor{UserID: user.ID, Address: c.Address}
		if err := a.audit(ctx, tx, who, store.Event{Organisation: o.ID, Action: "installation.setup", Object: "user:" + user.ID}); err != nil {
			return err
		}
		signed, err = a.startSession(ctx, tx, user, c, "setup")
		return err
	})
	return signed, err
}

func (a *App) firstUser(ctx context.Context, tx store.Store, l store.Link, user store.User, o store.Organisation) error {
	if err := tx.SpendLink(ctx, l.Hash, a.Clock()); err != nil {
		return err
	}
	// Of two that use two links at once, the second waits for this row and finds its
	// own link gone, or somebody there.
	if err := tx.DeleteLinks(ctx, ""); err != nil {
		return err
	}
	if some, err := tx.HasUsers(ctx); err != nil || some {
		return firstErr(err, errs.E(errs.Conflict, "this installation has an administrator already"))
	}
	if err := tx.CreateUser(ctx, user); err != nil {
		return err
	}
	if err := tx.CreateOrganisation(ctx, o); err != nil {
		return err
	}
	return tx.SetMember(ctx, o.ID, user.ID, string(Administrator))
}

func firstErr(all ...error) error {
	for _, err := range all {
		if err != nil {
			return err
		}
	}
	return nil
}

// checkPassword notes a fault unless a password is good enough for a new one.
func (f *Faults) checkPassword(field, password string, about ...string) {
	if weakness := auth.Weakness(password, about...); weakness != "" {
		f.Add(field, "%s", weakness)
	}
}

// OpenLink tells what a link is for, without using it; NotFound if it is unknown,
// used or expired.
func (a *App) OpenLink(ctx context.Context, secret string) (LinkInfo, error) {
	l, err := a.goodLink(ctx, secret, store.LinkSetup, store.LinkInvitation, store.LinkPassword, store.LinkJoin)
	info := LinkInfo{Purpose: l.Purpose, UserID: l.UserID, Role: Role(l.Role), Expires: l.ExpiresAt}
	if err != nil || l.UserID == "" {
		return info, err
	}
	user, err := a.Store.User(ctx, l.UserID)
	info.Email, info.Name = user.Email, user.Name
	if err != nil || l.Organisation == "" {
		return info, err
	}
	o, err := a.Store.Organisation(ctx, l.Organisation)
	info.Organisation = o.Name
	return info, err
}

// UseLink sets the password that a link allows to set, ends the user's other
// sessions and signs in.
func (a *App) UseLink(ctx context.Context, in UseLinkInput, c Client) (SignedIn, error) {
	l, err := a.goodLink(ctx, in.Link, store.LinkInvitation, store.LinkPassword)
	if err != nil {
		return SignedIn{}, err
	}
	user, err := a.Store.User(ctx, l.UserID)
	if err != nil {
		return SignedIn{}, err
	}
	if user.Disabled {
		return SignedIn{}, errs.E(errs.Denied, "this account is disabled")
	}
	if name := strings.TrimSpace(in.Name); name != "" {
		user.Name = name
	}
	var faults Faults
	faults.checkName("name", user.Name)
	faults.checkPassword("password", in.Password, user.Name, user.Email)
	if err := faults.Err(); err != nil {
		return SignedIn{}, err
	}
	encoded, err := a.Passwords.Hash(ctx, in.Password)
	if err != nil {
		return SignedIn{}, err
	}
	var signed SignedIn
	err = a.Store.Tx(ctx, func(tx store.Store) error {
		if err := a.spendForPassword(ctx, tx, l, user, encoded); err != nil {
			return err
		}
		who := Actor{UserID: user.ID, Address: c.Address}
		if err := a.audit(ctx, tx, who, store.Event{Action: "user.password", Object: "user:" + user.ID, Detail: map[string]any{"by": l.Purpose}}); err != nil {
			return err
		}
		signed, err = a.startSession(ctx, tx, user, c, l.Purpose)
		return err
	})
	return signed, err
}

func (a *App) spendForPassword(ctx context.Context, tx store.Store, l store.Link, user store.User, encoded string) error {
	if err := tx.SpendLink(ctx, l.Hash, a.Clock()); err != nil {
		return err
	}
	if err := tx.UpdateUser(ctx, user); err != nil {
		return err
	}
	if err := tx.SetPassword(ctx, user.ID, encoded); err != nil {
		return err
	}
	if err := tx.DeleteLinks(ctx, user.ID); err != nil {
		return err
	}
	return tx.DeleteSessions(ctx, user.ID, nil)
}

// LinkPath is the path of the page that a link opens.
func LinkPath(l Link) string { return "/welcome?link=" + l.Secret }

// PasswordLinkFor is NewPasswordLink by the user's address, for the operator of
// the server: whoever can read the database may let in whom they like anyway.
func (a *App) PasswordLinkFor(ctx context.Context, who Actor, email string) (Link, error) {
	if err := who.needInstallation(ScopeManage); err != nil {
		return Link{}, err
	}
	user, err := a.Store.UserByEmail(ctx, cleanEmail(email))
	if err != nil {
		return Link{}, err
	}
	return a.NewPasswordLink(ctx, who, user.ID)
}

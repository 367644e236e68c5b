package webui

import (
	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/store"
)

// setupPage is where the first administrator is made, by the link that the
// server printed at its first start.
type setupPage struct {
	Frame frame
	Form  form
	Link  string
}

func (r *request) setupPage(f form, link string) setupPage {
	p := setupPage{Frame: r.frame("Set up Assay"), Form: f, Link: link}
	p.Frame.Bare = true
	if link != "" {
		p.Frame.Lead = "This makes you the administrator. It takes a minute, and works once."
	}
	return p
}

func (u *ui) setup(r *request) (reply, error) {
	needed, err := u.app.SetupNeeded(r.Context())
	if err != nil {
		return nil, err
	}
	if !needed {
		return goTo("/sign-in"), nil
	}
	f, secret := r.form("/setup"), r.URL.Query().Get("link")
	if secret != "" {
		if _, err := u.app.OpenLink(r.Context(), secret); errs.KindOf(err) == errs.NotFound {
			f.Fault, secret = sentence(err.Error()), ""
		} else if err != nil {
			return nil, err
		}
	}
	return show("setup", r.setupPage(f, secret)), nil
}

func (u *ui) doSetup(r *request) (reply, error) {
	in := app.SetupInput{
		Link: r.field("link"), Organisation: r.field("organisation"), Name: r.field("name"),
		Email: r.field("email"), Password: r.secret("password"),
	}
	session, err := u.app.Setup(r.Context(), in, r.client())
	if err != nil {
		f, err := r.refused("/setup", err)
		if err != nil {
			return nil, err
		}
		return showAgain("setup", r.setupPage(f, in.Link)), nil
	}
	return u.opened(session, "/"), nil
}

// welcomePage is where a link leads that lets somebody choose a password: an
// invitation, or instead of one that was forgotten.
type welcomePage struct {
	Frame      frame
	Form       form
	Link       string
	Email      string
	Invitation bool
}

func (r *request) welcomePage(f form, secret string) (welcomePage, error) {
	info, err := r.ui.app.OpenLink(r.Context(), secret)
	if err != nil {
		return welcomePage{}, err
	}
	if info.Purpose == store.LinkJoin {
		return welcomePage{}, errs.E(errs.NotFound, "this link does not set a password")
	}
	p := welcomePage{Form: f, Link: secret, Email: info.Email, Invitation: info.Purpose == store.LinkInvitation}
	if p.Invitation {
		p.Frame = r.frame("Welcome to Assay")
		p.Frame.Lead = "Choose a password for " + info.Email + "."
		if f.Value("name") == "" {
			f.with("name", info.Name)
		}
	} else {
		p.Frame = r.frame("Choose a new password")
		p.Frame.Lead = "For " + info.Email + ". Other browsers are signed out."
	}
	p.Frame.Bare = true
	return p, nil
}

func (u *ui) welcome(r *request) (reply, error) {
	secret := r.URL.Query().Get("link")
	if info, err := u.app.OpenLink(r.Context(), secret); err == nil && info.Purpose == store.LinkJoin {
		return u.askedIn(r, secret, info), nil
	}
	p, err := r.welcomePage(r.form("/welcome"), secret)
	if errs.KindOf(err) == errs.NotFound {
		return nil, errs.E(errs.NotFound, "this link was used before, has expired, or is not whole; ask for a new one")
	}
	if err != nil {
		return nil, err
	}
	return show("welcome", p), nil
}

func (u *ui) doWelcome(r *request) (reply, error) {
	in := app.UseLinkInput{Link: r.field("link"), Name: r.field("name"), Password: r.secret("password")}
	session, err := u.app.UseLink(r.Context(), in, r.client())
	if err == nil {
		return u.opened(session, "/"), nil
	}
	f, err := r.refused("/welcome", err)
	if err != nil {
		return nil, err
	}
	p, err := r.welcomePage(f, in.Link)
	if err != nil {
		return nil, err
	}
	return showAgain("welcome", p), nil
}

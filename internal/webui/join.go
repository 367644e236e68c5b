package webui

import (
	"github.com/assay-sca/assay/internal/app"
)

// joinPage is where a link leads that asks somebody who has an account into an
// organisation.
type joinPage struct {
	Frame frame
	Link  string
	Asked app.LinkInfo
	May   string // what the role may do
	Other bool   // the browser is signed in to another account
}

// askedIn asks who is signed in whether they want to join; others are asked to sign
// in first.
func (u *ui) askedIn(r *request, secret string, asked app.LinkInfo) reply {
	if r.actor.UserID == "" {
		return r.askToSignIn()
	}
	return show("join", r.joinPage(secret, asked))
}

func (r *request) joinPage(secret string, asked app.LinkInfo) joinPage {
	p := joinPage{Frame: r.frame("Join " + asked.Organisation), Link: secret, Asked: asked, Other: asked.UserID != r.actor.UserID}
	p.Frame.Bare = true
	for _, role := range roleOptions() {
		if role.Value == string(asked.Role) {
			p.May = role.Label
		}
	}
	if !p.Other {
		p.Frame.Lead = "You are asked to become a member."
	}
	return p
}

func (u *ui) doJoin(r *request) (reply, error) {
	joined, err := u.app.Join(r.Context(), r.actor, r.field("link"))
	if err != nil {
		return nil, err
	}
	return goSaying("/account", "You are a member of "+joined.Organisation.Name+" now."), nil
}

func (u *ui) withdrawInvitation(r *request) (reply, error) {
	if err := u.app.RemoveMember(r.Context(), r.actor, r.field("organisation"), r.field("user")); err != nil {
		return nil, err
	}
	return goSaying("/users", "The invitation is taken back: its link does not work any more."), nil
}

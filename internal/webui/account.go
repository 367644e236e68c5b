package webui

import (
	"strings"

	"github.com/assay-sca/assay/internal/app"
)

// accountPage is a person's own account.
type accountPage struct {
	Frame    frame
	User     app.UserDetail
	Name     form
	Password form
	Sessions []sessionRow
}

// sessionRow is a browser that is signed in.
type sessionRow struct {
	app.Session
	Browser string
}

func (u *ui) account(r *request) (reply, error) {
	p, err := r.accountPage()
	if err != nil {
		return nil, err
	}
	return show("account", p), nil
}

func (r *request) accountPage() (accountPage, error) {
	user, err := r.ui.app.Account(r.Context(), r.actor)
	if err != nil {
		return accountPage{}, err
	}
	sessions, err := r.ui.app.Sessions(r.Context(), r.actor)
	if err != nil {
		return accountPage{}, err
	}
	p := accountPage{
		Frame: r.frame("Account"), User: user,
		Name: r.form("/account/name").with("name", user.Name), Password: r.form("/account/password"),
	}
	for _, s := range sessions {
		p.Sessions = append(p.Sessions, sessionRow{s, browserOf(s.Agent)})
	}
	return p, nil
}

func (u *ui) rename(r *request) (reply, error) {
	err := u.app.Rename(r.Context(), r.actor, r.field("name"))
	if err == nil {
		return goSaying("/account", "Your name was changed."), nil
	}
	return r.accountAgain(err, func(p *accountPage, f form) { p.Name = f })
}

func (u *ui) changePassword(r *request) (reply, error) {
	in := app.ChangePasswordInput{Old: r.secret("old_password"), New: r.secret("new_password")}
	err := u.app.ChangePassword(r.Context(), r.actor, in)
	if err == nil {
		return goSaying("/account", "Your password was changed. Your other browsers were signed out."), nil
	}
	return r.accountAgain(err, func(p *accountPage, f form) {
		f.atField("old", "old_password")
		f.atField("new", "new_password")
		p.Password = f
	})
}

// accountAgain shows the account with one of its forms refused.
func (r *request) accountAgain(err error, set func(*accountPage, form)) (reply, error) {
	f, err := r.refused(r.URL.Path, err)
	if err != nil {
		return nil, err
	}
	p, err := r.accountPage()
	if err != nil {
		return nil, err
	}
	set(&p, f)
	return showAgain("account", p), nil
}

func (u *ui) endSession(r *request) (reply, error) {
	if r.field("id") == "" {
		if err := u.app.EndOtherSessions(r.Context(), r.actor); err != nil {
			return nil, err
		}
		return goSaying("/account#sessions", "All other browsers were signed out."), nil
	}
	if err := u.app.EndSession(r.Context(), r.actor, r.field("id")); err != nil {
		return nil, err
	}
	return goSaying("/account#sessions", "The browser was signed out."), nil
}

// browserOf makes a name for a browser out of how it calls itself.
func browserOf(agent string) string {
	program, system := "A program", ""
	for _, known := range []string{"Edg", "OPR", "Firefox", "Chrome", "Safari", "curl"} {
		if strings.Contains(agent, known+"/") {
			program = map[string]string{"Edg": "Edge", "OPR": "Opera"}[known]
			if program == "" {
				program = known
			}
			break
		}
	}
	for _, known := range []struct{ word, name string }{
		{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"}, {"Mac OS X", "macOS"}, {"Linux", "Linux"},
	} {
		if strings.Contains(agent, known.word) {
			system = " on " + known.name
			break
		}
	}
	return program + system
}

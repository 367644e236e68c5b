package webui

import "slices"

// access is who may open a page at all; what of it they may see and do is the
// app's to say.
type access int

const (
	signedIn  access = iota // others are sent to the sign-in page
	open                    // anybody
	uploading               // as signedIn; the handler reads the body, and checks its token
)

// route is a page or a form's target.
type route struct {
	pattern string
	do      handler
	access  access
}

// routes lists everything that is served, in the order of the rail.
func (u *ui) routes() []route {
	return slices.Concat(u.entrance(), u.portfolio(), u.pages())
}

// entrance lists what is open to those who are not signed in, and leaving again.
func (u *ui) entrance() []route {
	return []route{
		{"GET /setup", u.setup, open},
		{"POST /setup", u.doSetup, open},
		{"GET /welcome", u.welcome, open},
		{"POST /welcome", u.doWelcome, open},
		{"POST /join", u.doJoin, signedIn},
		{"GET /sign-in", u.signIn, open},
		{"POST /sign-in", u.doSignIn, open},
		{"GET /sign-in/{provider}", u.signInElsewhere, open},
		{"GET /sign-in/{provider}/callback", u.backFromElsewhere, open},
		{"POST /sign-out", u.doSignOut, signedIn},
		{"POST /theme", u.doTheme, open},
	}
}

// portfolio lists the overview, projects and what a person has.
func (u *ui) portfolio() []route {
	return []route{
		{"GET /{$}", u.overview, signedIn},
		{"POST /looked", u.lookedAtOverview, signedIn},
		{"GET /live", u.live, signedIn},
		{"GET /search", u.search, signedIn},
		{"GET /account", u.account, signedIn},
		{"POST /account/name", u.rename, signedIn},
		{"POST /account/password", u.changePassword, signedIn},
		{"POST /account/sessions", u.endSession, signedIn},

		{"GET /projects", u.projects, signedIn},
		{"GET /projects/new", u.newProject, signedIn},
		{"POST /projects/new", u.createProject, signedIn},
		{"GET /projects/{project}", u.project, signedIn},
		{"GET /projects/{project}/scans", u.projectScans, signedIn},
		{"POST /projects/{project}/scans", u.startScan, signedIn},

		{"GET /projects/{project}/settings", u.projectSettings, signedIn},
		{"POST /projects/{project}/settings", u.editProject, signedIn},
		{"POST /projects/{project}/settings/repositories", u.addRepository, signedIn},
		{"POST /projects/{project}/settings/repositories/{repository}", u.editRepository, signedIn},
		{"POST /projects/{project}/settings/repositories/{repository}/delete", u.deleteRepository, signedIn},
		{"POST /projects/{project}/settings/channels", u.changeChannels, signedIn},
		{"POST /projects/{project}/settings/members", u.changeMember, signedIn},
		{"POST /projects/{project}/settings/archive", u.archiveProject, signedIn},
		{"POST /projects/{project}/settings/delete", u.deleteProject, signedIn},
	}
}

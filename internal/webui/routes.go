package webui

// access is who may open a page at all; what of it they may see and do is the
// app's to say.
type access int

const (
	signedIn access = iota // others are sent to the sign-in page
	open                   // anybody
)

// route is a page or a form's target.
type route struct {
	pattern string
	do      handler
	access  access
}

// routes lists everything that is served, in the order of the rail.
func (u *ui) routes() []route {
	return []route{
		{"GET /setup", u.setup, open},
		{"POST /setup", u.doSetup, open},
		{"GET /welcome", u.welcome, open},
		{"POST /welcome", u.doWelcome, open},
		{"GET /sign-in", u.signIn, open},
		{"POST /sign-in", u.doSignIn, open},
		{"GET /sign-in/{provider}", u.signInElsewhere, open},
		{"GET /sign-in/{provider}/callback", u.backFromElsewhere, open},
		{"POST /sign-out", u.doSignOut, signedIn},
		{"POST /theme", u.doTheme, open},
		{"GET /live", u.live, signedIn},
	}
}

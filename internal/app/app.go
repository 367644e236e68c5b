// Package app is what the server can do: its use-cases, a file for each noun.
// Who may do what, and what is valid, is decided here and only here; the edges
// translate, the store remembers.
package app

import (
	"log/slog"
	"time"

	"github.com/assay-sca/assay/internal/auth"
	"github.com/assay-sca/assay/internal/blob"
	"github.com/assay-sca/assay/internal/jobs"
	"github.com/assay-sca/assay/internal/store"
)

// Deps is what the use-cases work with.
type Deps struct {
	Store store.Store
	Blobs blob.Store
	Queue jobs.Queue
	Clock func() time.Time
	Log   *slog.Logger

	Limits    store.ScanLimits // of scans at once; 0: 32, and 4 of a project
	Databases Databases        // nil: there are no advisories
	Uploads   *Uploads         // hands pushes to workers of this process; nil: there are none
	Scratch   string           // a folder for files that are checked before they are stored; empty: the system's

	Keys              *auth.Keyring // seals credentials; nil: none can be stored
	LocalRepositories bool          // folders of this host may be scanned
	PlainRepositories bool          // http may be used, which anybody on the way can read and change

	Passwords   *auth.Passwords // nil: hashed at the usual cost
	SignInWith  []auth.Provider // beside passwords
	SessionIdle time.Duration   // ends a session that is not used. 0: 12 hours
	SessionLife time.Duration   // ends every session. 0: 14 days
	FollowCheck time.Duration   // how often it is asked whether who follows a log still may. 0: 15 seconds
}

// App has the use-cases as methods. It is safe for concurrent use.
type App struct {
	Deps
	attempts attempts
	streams  streams
	entering chan struct{} // bounds the transactions that pushes begin at once
	large    chan struct{} // bounds the large documents that are taken in at once
}

// entrances is how many pushes are stored at once.
const entrances = 3

// New returns the use-cases over what they work with.
func New(d Deps) *App {
	return &App{Deps: d.signInDefaults(), attempts: newAttempts(), entering: make(chan struct{}, entrances), large: make(chan struct{}, largePushes)}
}

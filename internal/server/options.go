// Package server puts the server together: the data folder, the database and its
// migrations, blobs, use-cases, workers, API and pages, and brings it up and down.
// It decides nothing about projects or people.
package server

import (
	"io"
	"log/slog"
	"net/netip"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/assay-sca/assay/internal/errs"
)

// Role is a part of the server that a process plays.
type Role string

// The roles. By default a process plays all.
const (
	API       Role = "api"       // API and pages
	Worker    Role = "worker"    // works scans
	Scheduler Role = "scheduler" // starts scans by their schedules, tidies up
)

// Roles lists all roles.
func Roles() []Role { return []Role{API, Worker, Scheduler} }

// ParseRoles reads names of roles.
func ParseRoles(names []string) ([]Role, error) {
	var out []Role
	for _, name := range names {
		role := Role(strings.TrimSpace(name))
		if !slices.Contains(Roles(), role) {
			return nil, errs.E(errs.Invalid, "a role is api, worker or scheduler, not %q", name)
		}
		out = append(out, role)
	}
	if len(out) == 0 {
		return nil, errs.E(errs.Invalid, "a server needs at least one role: api, worker or scheduler")
	}
	return out, nil
}

// Options say what a server is made of and how it behaves.
type Options struct {
	Data     string // folder for what is kept on this host
	Database string // URL of PostgreSQL; empty: SQLite in the data folder
	Blobs    string // a folder, or a bucket as blob.ParseBucket reads it; empty: in the data folder
	KeyFile  string // the key that seals credentials; empty: made in the data folder
	Cache    string // folder for what can be fetched again; empty: in the data folder
	Roles    []Role // empty: all

	Listen         string         // address; empty: 127.0.0.1:8080
	PublicURL      *url.URL       // as people reach the server; nil: http and the address that it listens on
	TrustedProxies []netip.Prefix // whose X-Forwarded-For is believed

	Import string // a file of the advisory database that is made the current one at start, unless there is one as new

	Workers       int           // scans and analyses at once in this process; 0: 8
	GlobalLimit   int           // scans at once on all workers; 0: 32
	ProjectLimit  int           // scans at once of one project; 0: 4
	StageTimeout  time.Duration // of one stage of a scan; 0: 30 min
	Grace         time.Duration // for requests and jobs to end; 0: 20 s
	PrivateHosts  []string      // hosts inside the network that repositories may be at; "*": all
	AllowLocal    bool          // repositories may be folders of this host
	AllowPlain    bool          // repositories may be reached by http
	SSHKey        string        // file: for repositories without a key of their own
	KnownHosts    string        // file: the hosts' keys, for repositories without such lines of their own
	MaxUpload     int64         // bytes of a pushed inventory; 0: 64 MiB
	ActorRate     float64       // requests a second; 0: 50
	AddressRate   float64       // requests a second; 0: 100
	KeepScans     int           // of each version; 0: 100
	KeepDays      int           // of logs of scans; 0: 90
	KeepBlobs     time.Duration // how long blobs that nothing names are kept; 0: a day
	SecretAccess  Access        // to the bucket
	SignIn        []SignIn      // ways to sign in elsewhere
	SessionIdle   time.Duration // ends a session that is not used, at least leastIdle; 0: 12 h
	SessionLife   time.Duration // ends every session, at least SessionIdle; 0: 14 days
	Tick          time.Duration // of the scheduler; 0: 10 s
	LostAfter     time.Duration // after which a scan whose worker is silent is worked again; 0: 1 min
	RetryAfter    time.Duration // before a stage that failed is tried again, doubled each time; 0: 10 s
	HandBackAfter time.Duration // the age at which a job is taken for lost; 0: 2 h

	// Demo are inventories that a server without anybody yet is filled with, as a
	// demonstration.
	Demo []Demo

	Version string
	Log     *slog.Logger
	Getenv  func(string) string // for what libraries read by themselves; nil: nothing is set
	Out     io.Writer           // where the address and the first link are told; nil: nowhere
	Clock   func() time.Time    // nil: the clock
	// Ready is told the address once the server answers.
	Ready func(address string)
}

// Access is what a bucket is used with.
type Access struct{ Key, Secret, Session string }

// Demo is a project of a demonstration.
type Demo struct {
	Name string
	File string // what assay scan -o json wrote
}

// The kinds of SignIn.
const (
	SignInOIDC   = "oidc"
	SignInGoogle = "google"
	SignInGitHub = "github"
)

// SignIn is a way to sign in elsewhere.
type SignIn struct {
	Kind, ID, Name, Issuer, ClientID, ClientSecret string
	Domains                                        []string // of addresses that may; empty: those with an invitation only
}

func (o Options) filled() (Options, error) {
	if o.Data == "" {
		return o, errs.E(errs.Invalid, "a server needs a data folder")
	}
	data, err := filepath.Abs(o.Data)
	if err != nil {
		return o, errs.E(errs.Invalid, "the data folder: %w", err)
	}
	o.Data = data
	fill(&o.Blobs, filepath.Join(o.Data, "blobs"))
	fill(&o.KeyFile, filepath.Join(o.Data, "key"))
	fill(&o.Cache, filepath.Join(o.Data, "cache"))
	fill(&o.Listen, "127.0.0.1:8080")
	fill(&o.Workers, 8)
	fill(&o.StageTimeout, 30*time.Minute)
	fill(&o.Grace, 20*time.Second)
	fill(&o.KeepScans, 100)
	fill(&o.KeepDays, 90)
	fill(&o.KeepBlobs, 24*time.Hour)
	fill(&o.SessionIdle, 12*time.Hour)
	fill(&o.SessionLife, 14*24*time.Hour)
	fill(&o.Tick, 10*time.Second)
	fill(&o.HandBackAfter, 2*time.Hour)
	if len(o.Roles) == 0 {
		o.Roles = Roles()
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Getenv == nil {
		o.Getenv = func(string) string { return "" }
	}
	if o.Out == nil {
		o.Out = io.Discard
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	return o, o.check()
}

func fill[T comparable](field *T, otherwise T) {
	var zero T
	if *field == zero {
		*field = otherwise
	}
}

func (o Options) check() error {
	if u := o.PublicURL; u != nil && ((u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || strings.Trim(u.Path, "/") != "") {
		return errs.E(errs.Invalid, "the public URL is one such as https://assay.example.org, without a path")
	}
	if o.Database == "" && len(o.Roles) < len(Roles()) {
		return errs.E(errs.Invalid, "roles apart need a database that the processes share: PostgreSQL")
	}
	switch {
	case o.SessionIdle < leastIdle:
		return errs.E(errs.Invalid, "a session that is not used must last at least %s: its use is noted by the minute", leastIdle)
	case o.SessionLife < o.SessionIdle:
		return errs.E(errs.Invalid, "a session cannot end sooner (%s) than one that is not used (%s)", o.SessionLife, o.SessionIdle)
	}
	return nil
}

// leastIdle is the shortest time after which an unused session may end. When it was
// last used is only known to the minute.
const leastIdle = 5 * time.Minute

func (o Options) plays(r Role) bool { return slices.Contains(o.Roles, r) }

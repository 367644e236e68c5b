package store

import (
	"context"
	"time"

	"github.com/assay-sca/assay/internal/severity"
)

// Figures are what an organisation's projects come to.
type Figures struct {
	Counts
	Components        int64
	Projects          int64 // not archived
	ExploitedProjects int64 // that have an exploited finding
	CriticalProjects  int64 // that have a critical finding
	Failed            int64 // whose last scan failed
	Incomplete        int64 // whose last scan did not cover everything
	Never             int64 // that were never scanned
	Behind            int64 // that were last matched with an older release than the current one
}

// Day is an organisation's figures on a day.
type Day struct {
	Day        time.Time // at midnight, UTC
	Projects   int64
	Components int64
	Counts
}

// NewFinding is a finding that appeared.
type NewFinding struct {
	ID            int64
	Project       string
	ProjectName   string
	Vulnerability string
	Severity      severity.Level
	Summary       string
	Component     string // its name
	Version       string // of the component
	FixedIn       string
	Exploited     bool
	At            time.Time // when it was first seen
}

// FoundComponent is a component that a search found.
type FoundComponent struct {
	ID        int64
	PURL      string
	Ecosystem string
	Name      string
	Version   string
	Projects  int64 // that use it and are seen; at most FoundProjects
}

// FoundProjects bounds what searches count: more is "100+".
const FoundProjects = 100

// FoundVulnerability is a vulnerability that a search found.
type FoundVulnerability struct {
	ID        string
	Severity  severity.Level
	Summary   string
	Exploited bool
	Projects  int64 // that have it and are seen; at most FoundProjects
}

// FoundPerson is a member that a search found.
type FoundPerson struct {
	ID, Name, Email string
}

// Portfolio reads across an organisation's projects.
type Portfolio interface {
	// Figures sums the projects that are seen; of all organisations if none is
	// named, here and below.
	Figures(ctx context.Context, organisation string, who Visible) (Figures, error)
	// Days lists an organisation's days from one on, the oldest first: of the
	// projects that all members see, with private ones if so asked.
	Days(ctx context.Context, organisation string, private bool, from time.Time) ([]Day, error)
	// SnapDay writes the day's figures of every organisation as they are now.
	SnapDay(ctx context.Context, day time.Time) error
	// NewFindings lists open findings that appeared after a time, the last first.
	NewFindings(ctx context.Context, organisation string, who Visible, since time.Time, limit int) ([]NewFinding, error)

	// FindComponents finds used components by the beginning of their purl or by
	// a part of their name, those whose name begins with it first.
	FindComponents(ctx context.Context, organisation string, who Visible, text string, limit int) ([]FoundComponent, error)
	// FindVulnerabilities finds those with open findings by the beginning of
	// their id, or by a whole alias.
	FindVulnerabilities(ctx context.Context, organisation string, who Visible, text string, limit int) ([]FoundVulnerability, error)
	// FindPeople finds members of the organisation, or of all that somebody is in,
	// by a part of their name or address.
	FindPeople(ctx context.Context, organisation string, who Visible, text string, limit int) ([]FoundPerson, error)
}

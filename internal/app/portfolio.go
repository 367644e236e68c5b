package app

import (
	"context"
	"time"

	"github.com/assay-sca/assay/internal/store"
)

// OverviewDays is how far back the overview compares.
const OverviewDays = 30

// Overview is what needs attention in an organisation's projects, as far as the
// actor sees them.
type Overview struct {
	Organisation string
	Figures      store.Figures
	Change       *OverviewChange // nil: there is nothing to compare with yet
	Days         []store.Day     // the oldest first, the last is today's as of now
	New          []store.NewFinding
	NewMore      bool            // there are more new ones than are listed
	Since        time.Time       // what New is new since
	Troubled     []store.Project // whose last scan failed or was incomplete, by name
	Worst        []store.Project // what is worst first
}

// OverviewChange is how figures differ from those of some days ago.
type OverviewChange struct {
	Days       int // how many
	Counts     store.Counts
	Projects   int64
	Components int64
}

// Overview reads it; organisation may be empty, as in NewProject.
func (a *App) Overview(ctx context.Context, who Actor, organisation string) (Overview, error) {
	return Overview{}, errUnbuilt()
}

// SeenOverview notes that the person has looked: what is new from now on is new.
func (a *App) SeenOverview(ctx context.Context, who Actor) error { return errUnbuilt() }

// SearchResult is what a search found, each kind at most as many as asked for.
type SearchResult struct {
	Text            string
	Projects        []store.Project
	Components      []store.FoundComponent
	Vulnerabilities []store.FoundVulnerability
	People          []store.FoundPerson
}

// Empty tells whether nothing was found.
func (r SearchResult) Empty() bool {
	return len(r.Projects)+len(r.Components)+len(r.Vulnerabilities)+len(r.People) == 0
}

// Search finds projects, packages by name or purl, vulnerabilities by id and
// people by name or address, as far as the actor sees them. Limit is for each
// kind; 0: 8.
func (a *App) Search(ctx context.Context, who Actor, organisation, text string, limit int) (SearchResult, error) {
	return SearchResult{}, errUnbuilt()
}

// SnapDays writes today's figures of all organisations; it may be called as often
// as wanted.
func (a *App) SnapDays(ctx context.Context) error { return errUnbuilt() }

// RunSchedules starts the scans of projects whose schedule says so, and tells how
// many. Several schedulers may call it at once: each scan is started by one.
func (a *App) RunSchedules(ctx context.Context) (int, error) { return 0, errUnbuilt() }

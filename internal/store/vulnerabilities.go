package store

import (
	"context"
	"time"

	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/severity"
)

// Vulnerability is a vulnerability in an organisation's portfolio.
type Vulnerability struct {
	OrganisationID string
	ID             string
	Severity       severity.Level
	Score          float64
	Summary        string
	Exploited      bool
	EPSS           float64
	Findings       int64 // of main versions, that count; see VulnerabilityFilter.Shared
	Projects       int64 // that have one of those
	FirstSeen      time.Time
}

// VulnerabilityFilter says which are wanted. They are those of one organisation.
type VulnerabilityFilter struct {
	Organisation string
	Severity     []severity.Level
	Exploited    bool
	Text         string // the beginning of the id
	Shared       bool   // count and list only what is in projects that all members see
}

// VulnerabilitySorts are the columns of Page.Sort for vulnerabilities.
func VulnerabilitySorts() []string { return []string{"severity", "projects", "epss", "since", "id"} }

// Place is a finding of a vulnerability, somewhere in the portfolio.
type Place struct {
	FindingID      int64
	ProjectID      string
	ProjectName    string
	OrganisationID string
	VersionID      int64
	Ref            string
	Main           bool
	Component      Component // without matching
	FixedIn        string
	Direct         bool
	Scope          inventory.Scope
	State          State
	Counts         bool
	FirstSeen      time.Time
}

// Vulnerabilities says what is wrong with the portfolio.
type Vulnerabilities interface {
	// Vulnerabilities lists those that an organisation has; sorts: VulnerabilitySorts.
	Vulnerabilities(ctx context.Context, f VulnerabilityFilter, page Page) (List[Vulnerability], error)
	// VulnerabilityIn reads one of each of somebody's organisations where they see a
	// finding of it, decided or gone too. It counts all projects for who administers
	// the organisation, for others those that all members see.
	VulnerabilityIn(ctx context.Context, who Visible, id string) ([]Vulnerability, error)
	// Places lists where a vulnerability is, as far as somebody may see it, by
	// project; with open only where it counts.
	Places(ctx context.Context, id string, open bool, who Visible, page Page) (List[Place], error)
}

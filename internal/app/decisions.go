package app

import (
	"context"
	"time"

	"github.com/assay-sca/assay/internal/store"
)

// Decide is a decision on findings of a project.
type Decide struct {
	Project  string
	IDs      []int64              // which
	Filter   *store.FindingFilter // or: all that a filter admits, at most DecideLimit
	Revision int64                // of a single finding: what it must be; 0: whatever

	State   store.State
	Reason  string    // of not_affected: one of Justifications
	Comment string    // needed for accepted; at most 2,000 characters
	Until   time.Time // needed for accepted: the day it ends
}

// DecideLimit bounds what one decision by a filter is about.
const DecideLimit = 1000

// Justification is a reason why a component is not affected, as VEX documents
// state it.
type Justification struct{ ID, Title string }

// Justifications lists the reasons.
func Justifications() []Justification {
	return []Justification{
		{"component_not_present", "The component is not in the product"},
		{"vulnerable_code_not_present", "The vulnerable code is not in the product"},
		{"vulnerable_code_not_in_execute_path", "The vulnerable code is never executed"},
		{"vulnerable_code_cannot_be_controlled_by_adversary", "An attacker cannot control the vulnerable code"},
		{"inline_mitigations_already_exist", "Mitigations against it are built in"},
	}
}

// Decide enters a decision and returns how many findings it changed. It needs an
// approver, and a token's scope "triage".
func (a *App) Decide(ctx context.Context, who Actor, in Decide) (int64, error) {
	return 0, errLater()
}

// ReopenExpired opens the findings of which the acceptance ended, in all projects.
// The server's scheduler calls it; it returns how many those were.
func (a *App) ReopenExpired(ctx context.Context) (int64, error) { return 0, errLater() }

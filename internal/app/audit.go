package app

import (
	"context"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/store"
)

// AuditReport is the result of verifying the audit log.
type AuditReport struct {
	Events int64
	Head   string // the last event's hash, to be kept elsewhere
	// Broken is the sequence number of the first event that is not what was written,
	// 0 if all are; Reason says what is wrong with it.
	Broken int64
	Reason string
}

// AuditEvents lists what was done in an organisation, newest first, for its
// administrators; with an empty organisation all of the installation, for its own.
func (a *App) AuditEvents(ctx context.Context, who Actor, f store.AuditFilter, p store.Page) (out0 store.List[store.AuditEvent], err error) {
	err = errs.E(errs.Unavailable, "not built yet")
	return
}

// VerifyAudit reads the whole audit log and proves that nothing in it was changed,
// removed or inserted.
func (a *App) VerifyAudit(ctx context.Context, who Actor) (out0 AuditReport, err error) {
	err = errs.E(errs.Unavailable, "not built yet")
	return
}

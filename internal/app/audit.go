package app

import (
	"context"
	"fmt"

	"github.com/assay-sca/assay/internal/audit"
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
func (a *App) AuditEvents(ctx context.Context, who Actor, f store.AuditFilter, p store.Page) (store.List[store.AuditEvent], error) {
	err := who.needInstallation(ScopeRead)
	if f.Organisation != "" {
		err = who.needIn(f.Organisation, Administrator, ScopeRead)
	}
	if err != nil {
		return store.List[store.AuditEvent]{}, err
	}
	return a.Store.AuditEvents(ctx, f, p)
}

// auditStep is how many events are read at once when all are.
const auditStep = 1000

// VerifyAudit reads the whole audit log and proves that nothing in it was changed,
// removed or inserted, at least up to where it stood at the beginning. It is for
// administrators of the installation. What it cannot see is a log that was
// rewritten as a whole with its head: for that, keep heads elsewhere.
func (a *App) VerifyAudit(ctx context.Context, who Actor) (AuditReport, error) {
	if err := who.needInstallation(ScopeRead); err != nil {
		return AuditReport{}, err
	}
	head, err := a.Store.AuditHead(ctx)
	if err != nil {
		if errs.KindOf(err) == errs.Damaged {
			return AuditReport{Broken: 1, Reason: err.Error()}, nil
		}
		return AuditReport{}, err
	}
	var v audit.Verifier
	for {
		events, err := a.Store.AuditChain(ctx, v.Last(), auditStep)
		if err != nil {
			return AuditReport{}, err
		}
		for _, e := range events {
			if err := v.Next(e.Event, e.Previous, e.Hash); err != nil {
				return brokenReport(v, err), nil
			}
			if e.Seq == head.Seq && e.Hash != head.Hash {
				return AuditReport{Events: v.Last(), Broken: e.Seq, Reason: "it is not the event that the head of the log names"}, nil
			}
		}
		if len(events) < auditStep {
			return finished(v, head), nil
		}
	}
}

func brokenReport(v audit.Verifier, err error) AuditReport {
	return AuditReport{Events: v.Last(), Head: fmt.Sprintf("%x", v.Hash()), Broken: v.Last() + 1, Reason: err.Error()}
}

// finished compares what was read with where the log should end.
func finished(v audit.Verifier, head store.AuditHead) AuditReport {
	r := AuditReport{Events: v.Last(), Head: fmt.Sprintf("%x", v.Hash())}
	switch {
	case v.Last() < head.Seq:
		r.Broken, r.Reason = v.Last()+1, fmt.Sprintf("the log ends here, but its head is event %d", head.Seq)
	case head.Seq == 0 && v.Last() > 0:
		r.Broken, r.Reason = 1, "the head of the log is missing"
	}
	return r
}

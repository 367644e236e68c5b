package app

import (
	"context"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/assay-sca/assay/internal/errs"
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

// DecideLimit bounds what one decision is about.
const DecideLimit = 1000

const (
	maxComment    = 2000
	maxAcceptance = 5 * 366 * 24 * time.Hour
)

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
	p, err := projectFor(ctx, a.Store, who, in.Project, Approver, ScopeTriage)
	if err != nil {
		return 0, err
	}
	if err := in.check(a.Clock()); err != nil {
		return 0, err
	}
	if in.Filter != nil {
		if in.IDs, err = a.chosen(ctx, p.ID, *in.Filter); err != nil || len(in.IDs) == 0 {
			return 0, err
		}
	}
	var changed int64
	err = a.Store.Tx(ctx, func(tx store.Store) error {
		changed, err = tx.Decide(ctx, p.ID, in.IDs, in.Revision, store.Decision{
			At: a.Clock(), Actor: who.ID(), State: in.State, Reason: in.Reason, Comment: in.Comment, Until: in.Until,
		})
		if err != nil {
			return err
		}
		return a.audit(ctx, tx, who, store.Event{
			Organisation: p.Organisation, Project: p.ID, Action: "finding.decide", Object: "project:" + p.ID, Detail: in.detail(),
		})
	})
	return changed, err
}

func (in *Decide) detail() map[string]any {
	ids := make([]any, len(in.IDs))
	for i, id := range in.IDs {
		ids[i] = id
	}
	d := map[string]any{"findings": ids, "state": string(in.State)}
	if in.Reason != "" {
		d["reason"] = in.Reason
	}
	if in.Comment != "" {
		d["comment"] = in.Comment
	}
	if !in.Until.IsZero() {
		d["until"] = in.Until.UTC().Format(time.RFC3339)
	}
	return d
}

// check finds all that is wrong with a decision, and clears what its state has no
// use for.
func (in *Decide) check(now time.Time) error {
	var f Faults
	f.Unless(slices.Contains(store.States(), in.State), "state", "is none of open, accepted, not_affected and fixed")
	f.Unless(len(in.IDs) > 0 || in.Filter != nil, "ids", "names no finding")
	f.Unless(len(in.IDs) <= DecideLimit, "ids", "names more than %d findings", DecideLimit)
	f.Unless(in.Filter == nil || len(in.IDs) == 0, "filter", "stands beside ids: give one of them")
	f.Unless(in.Revision == 0 || len(in.IDs) == 1, "revision", "is of a single finding")
	f.Unless(utf8.RuneCountInString(in.Comment) <= maxComment, "comment", "is longer than %d characters", maxComment)
	if in.State == store.NotAffected {
		f.Unless(slices.ContainsFunc(Justifications(), func(j Justification) bool { return j.ID == in.Reason }), "reason", "is none of the justifications")
	} else {
		in.Reason = ""
	}
	if in.State == store.Accepted {
		f.Unless(in.Comment != "", "comment", "is empty: say why the risk is accepted")
		f.Unless(in.Until.After(now), "until", "is not in the future")
		f.Unless(!in.Until.After(now.Add(maxAcceptance)), "until", "is more than five years away")
	} else {
		in.Until = time.Time{}
	}
	return f.Err()
}

// chosen lists the findings that a filter admits.
func (a *App) chosen(ctx context.Context, project string, f store.FindingFilter) ([]int64, error) {
	f.Project = project
	var ids []int64
	for page := (store.Page{Limit: store.MaxLimit}); ; {
		list, err := a.Store.Findings(ctx, f, page)
		if err != nil {
			return nil, err
		}
		for i := range list.Items {
			ids = append(ids, list.Items[i].ID)
		}
		if len(ids) > DecideLimit {
			return nil, errs.E(errs.TooLarge, "more than %d findings would be decided at once: narrow the filter", DecideLimit)
		}
		if page.Cursor = list.Next; page.Cursor == "" {
			return ids, nil
		}
	}
}

// ReopenExpired opens the findings of which the acceptance ended, in all projects.
// The server's scheduler calls it; it returns how many those were.
func (a *App) ReopenExpired(ctx context.Context) (int64, error) {
	now := a.Clock()
	projects, err := a.Store.ExpiredAcceptances(ctx, now)
	if err != nil {
		return 0, err
	}
	var all int64
	for _, project := range projects {
		var n int64
		err := a.Store.Tx(ctx, func(tx store.Store) error {
			place, err := tx.ProjectPlace(ctx, project)
			if err != nil {
				return err
			}
			if n, err = tx.ReopenExpired(ctx, project, now); err != nil || n == 0 {
				return err
			}
			return a.audit(ctx, tx, System(), store.Event{
				Organisation: place.Organisation, Project: project, Action: "finding.expire", Object: "project:" + project, Detail: map[string]any{"findings": n},
			})
		})
		if err != nil {
			return all, err
		}
		all += n
	}
	return all, nil
}

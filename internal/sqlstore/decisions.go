package sqlstore

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/store"
)

// Decisions implements store.Findings.
func (n *nouns) Decisions(ctx context.Context, finding int64) ([]store.Decision, error) {
	return collect(ctx, n.read, scanDecision, "select "+decisionColumns+" from decisions d where d.finding_id = $1 order by d.id desc", finding)
}

// lockDecisions lets merges of a project's findings and decisions on them come one
// after the other: each reads what the other has written.
func (n *nouns) lockDecisions(ctx context.Context, project string) error {
	lock := n.dialect.forUpdate()
	if lock == "" {
		return nil
	}
	_, err := n.write.ExecContext(ctx, "select id from projects where id = $1"+lock, project)
	return unavailable(err)
}

// subject is a finding that is decided of.
type subject struct {
	id, revision  int64
	vulnerability string
	present       bool
	detail        store.ComponentFinding
}

// Decide implements store.Findings.
func (n *nouns) Decide(ctx context.Context, project string, findings []int64, revision int64, d store.Decision) (int64, error) {
	if err := n.lockDecisions(ctx, project); err != nil {
		return 0, err
	}
	subjects, err := n.subjects(ctx, "f.project_id = $1 and f.id"+n.dialect.ints(2), project, list(findings))
	if err != nil {
		return 0, err
	}
	if len(subjects) == 0 {
		return 0, errs.E(errs.NotFound, "there is no such finding in this project")
	}
	if revision != 0 && (len(subjects) != 1 || subjects[0].revision != revision) {
		return 0, errs.Changed("finding")
	}
	return n.decideAll(ctx, project, subjects, d)
}

func (n *nouns) subjects(ctx context.Context, where string, args ...any) ([]subject, error) {
	return collect(ctx, n.write, func(row func(...any) error) (s subject, err error) {
		var body []byte
		if err := row(&s.id, &s.revision, &s.vulnerability, &s.present, &body); err != nil {
			return s, err
		}
		return s, json.Unmarshal(body, &s.detail)
	}, "select f.id, f.revision, f.vulnerability, f.gone_at is null, f.body from findings f where "+where+" and f.merged_into is null order by f.id"+n.dialect.forUpdate(), args...)
}

// decideAll enters a decision on each of the findings and moves the figures.
func (n *nouns) decideAll(ctx context.Context, project string, subjects []subject, d store.Decision) (int64, error) {
	vulns := make([]string, len(subjects))
	decisions := make([]store.Decision, len(subjects))
	for i, s := range subjects {
		vulns[i], decisions[i] = s.vulnerability, d
		decisions[i].FindingID, decisions[i].Advisories = s.id, keysOf(&s.detail)
	}
	figures, err := n.count(ctx, project, vulns)
	if err != nil {
		return 0, err
	}
	ids, err := n.addDecisions(ctx, decisions)
	if err != nil {
		return 0, err
	}
	from, args := table(n.dialect, 3, subjects, func(s subject) []any { return []any{s.id, ids[s.id], s.present && d.State == store.Open} },
		"id bigint", "decision bigint", "counts boolean")
	_, err = n.write.ExecContext(ctx, "update findings set state = $1, state_until = $2, decision_id = r.decision, counts = r.counts, revision = findings.revision + 1 from "+
		from+" r where findings.id = r.id", append([]any{string(d.State), millis(d.Until)}, args...)...)
	if err != nil {
		return 0, fmt.Errorf("decide: %w", unavailable(err))
	}
	return int64(len(subjects)), figures.move(ctx, nil)
}

// ExpiredAcceptances implements store.Findings.
func (n *nouns) ExpiredAcceptances(ctx context.Context, at time.Time) ([]string, error) {
	return collect(ctx, n.read, func(row func(...any) error) (id string, err error) {
		err = row(&id)
		return id, err
	}, "select distinct project_id from findings where state_until <= $1 and state_until is not null and state = 'accepted' and merged_into is null order by project_id", at.UnixMilli())
}

// ReopenExpired implements store.Findings.
func (n *nouns) ReopenExpired(ctx context.Context, project string, at time.Time) (int64, error) {
	if err := n.lockDecisions(ctx, project); err != nil {
		return 0, err
	}
	subjects, err := n.subjects(ctx, "f.state_until <= $1 and f.state_until is not null and f.state = 'accepted' and f.project_id = $2", at.UnixMilli(), project)
	if err != nil || len(subjects) == 0 {
		return 0, err
	}
	return n.decideAll(ctx, project, subjects, store.Decision{At: at, Actor: system, State: store.Open, Comment: "the acceptance ended"})
}

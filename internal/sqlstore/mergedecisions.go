package sqlstore

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/assay-sca/assay/internal/store"
)

// verdicts are the decisions that a merge has to look at: only findings that
// meet or fall apart, and those that are decided, have any.
type verdicts map[int64]store.Decision // by id

const decisionColumns = "d.id, d.finding_id, d.at, d.actor, d.state, d.reason, d.comment, d.until, d.advisories"

func scanDecision(row func(...any) error) (store.Decision, error) {
	var d decisionRow
	if err := row(d.into()...); err != nil {
		return store.Decision{}, err
	}
	return d.decision()
}

// decisionRow is where a decision's columns go; all are null where there is none.
type decisionRow struct {
	id, finding, at, until                    *int64
	actor, state, reason, comment, advisories *string
}

func (r *decisionRow) into() []any {
	return []any{&r.id, &r.finding, &r.at, &r.actor, &r.state, &r.reason, &r.comment, &r.until, &r.advisories}
}

func (r *decisionRow) decision() (store.Decision, error) {
	d := store.Decision{
		ID: *r.id, FindingID: *r.finding, At: instant(r.at), Actor: *r.actor, State: store.State(*r.state),
		Reason: *r.reason, Comment: *r.comment, Until: instant(r.until),
	}
	return d, unmarshal(*r.advisories, &d.Advisories)
}

// readDecisions reads what holds of the findings that meet or fall apart.
func (g *merging) readDecisions(ctx context.Context) error {
	g.verdict = verdicts{}
	var ids []int64
	for i := range g.steps {
		s := &g.steps[i]
		of := slices.Concat(s.Absorbed, s.Split)
		if len(s.Absorbed) > 0 {
			of = append(of, s.ID)
		}
		for _, id := range of {
			if o := g.old[id]; o != nil && o.decision != nil {
				ids = append(ids, *o.decision)
			}
		}
	}
	if len(ids) == 0 {
		return nil
	}
	list, err := collect(ctx, g.n.write, scanDecision, "select "+decisionColumns+" from decisions d where d.id"+g.n.dialect.ints(1), list(ids))
	for _, d := range list {
		g.verdict[d.ID] = d
	}
	return err
}

// undecided is the state of a finding of which nobody decided anything: open,
// unless an authority says that the version is not affected.
func undecided(f *store.ComponentFinding) store.State {
	if f.Ignored != nil {
		return store.NotAffected
	}
	return store.Open
}

// decided gives a finding its state from what was decided of those that it was.
func (g *merging) decided(s *store.MergeStep, r *mergedRow) {
	o := g.old[s.ID]
	switch {
	case o == nil:
		r.state = undecided(&r.found.Finding)
		g.inherit(s, r)
	case o.decision != nil:
		r.state, r.until, r.decision = o.state, o.until, o.decision
	default:
		r.state = undecided(&r.found.Finding)
	}
	if len(s.Absorbed) > 0 && g.conflict(s, r) {
		g.reopen(r, "its records were merged with those of others, of which something else was decided")
		return
	}
	switch {
	case expired(r.state, r.until, g.m.At):
		g.reopen(r, "the acceptance ended")
	case r.state == store.Fixed:
		g.reopen(r, "a scan found it again")
	}
}

// system is the actor of what follows from rules.
const system = "system"

// reopen opens a finding and says why. The decision gets its id when it is
// written: see decide.
func (g *merging) reopen(r *mergedRow, why string) {
	r.state, r.until, r.decision = store.Open, nil, nil
	r.changed = true
	r.pending = &store.Decision{At: g.m.At, Actor: system, State: store.Open, Comment: why, Advisories: keysOf(&r.found.Finding)}
	g.out.Reopened++
}

func keysOf(f *store.ComponentFinding) []store.AdvisoryKey {
	out := make([]store.AdvisoryKey, len(f.Advisories))
	for i, a := range f.Advisories {
		out[i] = store.AdvisoryKey{Provider: a.Provider, ID: a.ID}
	}
	return out
}

// voice is what was said of a finding that meets others in one, or of which one
// fell off.
type voice struct {
	id       int64
	state    store.State
	until    *int64
	decision *store.Decision // nil: it follows from the records
}

// agreed is what voices say together: the state of all, until the first of them
// ends. Where they differ they do not agree. ok is false, too, if there are none.
func agreed(voices []voice) (first voice, ok bool) {
	for i, v := range voices {
		switch {
		case i == 0:
			first = v
		case v.state != first.state:
			return voice{}, false
		case first.decision == nil, v.until != nil && (first.until == nil || *v.until < *first.until):
			first = v
		}
	}
	return first, len(voices) > 0
}

// inherit gives the part of a finding that fell apart the decision on the whole,
// if that was about one of its records. Of several wholes that were decided
// differently it inherits nothing.
func (g *merging) inherit(s *store.MergeStep, r *mergedRow) {
	own := keysOf(&r.found.Finding)
	v, ok := agreed(g.voices(s.Split, r, func(d *store.Decision) bool {
		return slices.ContainsFunc(d.Advisories, func(k store.AdvisoryKey) bool { return slices.Contains(own, k) })
	}))
	if ok && v.decision != nil {
		r.state, r.until, r.pending = v.state, v.until, v.decision
	}
}

// voices are those of findings that have a say: one that is gone and undecided has
// none, and a decision that is not heard is none.
func (g *merging) voices(findings []int64, r *mergedRow, heard func(*store.Decision) bool) []voice {
	var out []voice
	for _, id := range findings {
		o := g.old[id]
		if o == nil {
			continue
		}
		if o.decision != nil {
			if d, ok := g.verdict[*o.decision]; ok && heard(&d) {
				out = append(out, voice{id, o.state, o.until, &d})
				continue
			}
		}
		if o.present {
			out = append(out, voice{id: id, state: undecided(&r.found.Finding)})
		}
	}
	return out
}

// conflict tells whether findings that meet were decided differently. Where they
// agree, the acceptance that ends first holds.
func (g *merging) conflict(s *store.MergeStep, r *mergedRow) bool {
	voices := g.voices(slices.Concat([]int64{s.ID}, s.Absorbed), r, func(*store.Decision) bool { return true })
	v, ok := agreed(voices)
	if ok && v.decision != nil && v.id != s.ID {
		r.state, r.until, r.decision, r.pending = v.state, v.until, nil, v.decision
	}
	return !ok && len(voices) > 0
}

// decide writes the decisions that came with the merge, and what they are about.
func (g *merging) decide(ctx context.Context) error {
	var decisions []store.Decision
	for i := range g.now {
		if p := g.now[i].pending; p != nil {
			d := *p
			d.FindingID = g.now[i].id
			decisions = append(decisions, d)
		}
	}
	ids, err := g.n.addDecisions(ctx, decisions)
	if err != nil || len(ids) == 0 {
		return err
	}
	from, args := table(g.n.dialect, 1, decisions, func(d store.Decision) []any { return []any{d.FindingID, ids[d.FindingID]} }, "id bigint", "decision bigint")
	_, err = g.n.write.ExecContext(ctx, "update findings set decision_id = r.decision from "+from+" r where findings.id = r.id", args...)
	return err
}

// addDecisions stores decisions, at most one a finding, and returns their ids by
// finding.
func (n *nouns) addDecisions(ctx context.Context, decisions []store.Decision) (map[int64]int64, error) {
	if len(decisions) == 0 {
		return nil, nil
	}
	ids := make(map[int64]int64, len(decisions))
	from, args := table(n.dialect, 1, decisions, func(d store.Decision) []any {
		return []any{d.FindingID, d.At.UnixMilli(), d.Actor, string(d.State), d.Reason, d.Comment, millis(d.Until), advisoryText(d.Advisories)}
	}, "finding_id bigint", "at bigint", "actor text", "state text", "reason text", "comment text", "until bigint", "advisories text")
	_, err := collect(ctx, n.write, func(row func(...any) error) (struct{}, error) {
		var id, finding int64
		err := row(&id, &finding)
		ids[finding] = id
		return struct{}{}, err
	}, "insert into decisions (finding_id, at, actor, state, reason, comment, until, advisories) select finding_id, at, actor, state, reason, comment, until, advisories from "+from+
		" r where true returning id, finding_id", args...)
	if err != nil {
		return nil, fmt.Errorf("store decisions: %w", unavailable(err))
	}
	return ids, nil
}

func advisoryText(keys []store.AdvisoryKey) string {
	text, err := json.Marshal(keys)
	if err != nil {
		panic(err) // texts always can
	}
	return strings.TrimSpace(string(text))
}

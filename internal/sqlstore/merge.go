package sqlstore

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/store"
)

// standing is a finding as it stands before a merge.
type standing struct {
	store.HeldFinding
	severity  int64
	exploited bool
	body      []byte
	direct    bool
	scope     string
	present   bool
	state     store.State
	until     *int64
	decision  *int64
	counts    bool
}

// merging is the state of one MergeFindings.
type merging struct {
	n       *nouns
	m       store.Merge
	project string
	old     map[int64]*standing // by id
	used    map[int64]bool      // components of which nothing ends
	steps   []store.MergeStep
	now     []mergedRow // of steps
	verdict verdicts
	out     store.MergeCounts
}

// mergedRow is a finding as it is to stand.
type mergedRow struct {
	id       int64 // 0: it is new
	found    *store.Found
	body     []byte
	state    store.State
	until    *int64
	decision *int64
	changed  bool
	pending  *store.Decision // that comes with the merge and is not stored yet
}

func (r *mergedRow) counts() bool { return r.state == store.Open }

// MergeFindings implements store.Findings.
func (n *nouns) MergeFindings(ctx context.Context, m store.Merge) (store.MergeCounts, error) {
	g := &merging{n: n, m: m}
	if err := g.read(ctx); err != nil {
		return g.out, fmt.Errorf("read the findings of the version: %w", err)
	}
	if m.Release == 0 {
		g.countOld() // without a database nothing is known: nothing changes
		return g.out, nil
	}
	if err := g.plan(ctx); err != nil {
		return g.out, err
	}
	if err := g.readUsed(ctx); err != nil {
		return g.out, fmt.Errorf("read what the version uses: %w", err)
	}
	if err := g.write(ctx); err != nil {
		return g.out, fmt.Errorf("merge findings: %w", unavailable(err))
	}
	return g.out, nil
}

func (g *merging) countOld() {
	for _, o := range g.old {
		if o.counts {
			g.out.Add(store.Level(o.severity), o.exploited, 1)
		}
	}
}

// read gets the version's findings that are present, and those of the components
// that were found: what is not found any more may come back.
func (g *merging) read(ctx context.Context) error {
	v, err := g.n.versionForInventory(ctx, g.m.Version)
	if err != nil {
		return err
	}
	g.project = v.project
	if err := g.n.lockDecisions(ctx, v.project); err != nil {
		return err
	}
	seen := map[int64]bool{}
	var components []int64
	for i := range g.m.Found {
		if c := g.m.Found[i].Component; !seen[c] {
			seen[c] = true
			components = append(components, c)
		}
	}
	rows, err := collect(ctx, g.n.write, scanHeld, `select id, component_id, vulnerability, severity, exploited, body, direct, scope, gone_at is null, state, state_until, decision_id, counts
from findings where version_id = $1 and merged_into is null and (gone_at is null or component_id`+g.n.dialect.ints(2)+")", g.m.Version, list(components))
	if err != nil {
		return err
	}
	g.old = make(map[int64]*standing, len(rows))
	for _, r := range rows {
		g.old[r.ID] = r
	}
	_, err = collect(ctx, g.n.write, func(row func(...any) error) (struct{}, error) {
		var id int64
		var h store.Handle
		if err := row(&id, &h.Advisory, &h.Part); err != nil {
			return struct{}{}, err
		}
		if o := g.old[id]; o != nil {
			o.Held = append(o.Held, h)
		}
		return struct{}{}, nil
	}, "select finding_id, advisory_id, part from finding_advisories where version_id = $1 and component_id"+g.n.dialect.ints(2)+" order by finding_id, place",
		g.m.Version, list(components))
	return err
}

func scanHeld(row func(...any) error) (*standing, error) {
	h := &standing{}
	return h, row(&h.ID, &h.Component, &h.Vulnerability, &h.severity, &h.exploited, &h.body, &h.direct, &h.scope, &h.present, &h.state, &h.until, &h.decision, &h.counts)
}

// plan says what every finding of the scan is to be.
func (g *merging) plan(ctx context.Context) error {
	existing := make([]store.HeldFinding, 0, len(g.old))
	for _, o := range g.old {
		existing = append(existing, o.HeldFinding)
	}
	g.steps = store.MergePlan(existing, g.m.Found)
	if err := g.readDecisions(ctx); err != nil {
		return err
	}
	g.now = make([]mergedRow, len(g.steps))
	for i := range g.steps {
		if err := g.step(&g.steps[i], &g.now[i]); err != nil {
			return err
		}
	}
	return nil
}

// step works out one finding: its facts from the scan, its state from what was
// decided of those that it was.
func (g *merging) step(s *store.MergeStep, r *mergedRow) error {
	r.id, r.found = s.ID, &g.m.Found[s.Found]
	body, err := json.Marshal(&r.found.Finding)
	if err != nil {
		return err
	}
	r.body = body
	g.decided(s, r)
	severity := store.Severity(r.found.Finding.Severity)
	if r.counts() {
		g.out.Add(r.found.Finding.Severity, r.found.Finding.Exploited, 1)
	}
	o := g.old[s.ID]
	switch {
	case o == nil:
		r.changed = true
		g.out.Appeared++
		if len(s.Split) > 0 {
			g.out.Split++
			g.out.Appeared-- // it was part of another
		}
	case !o.present:
		r.changed = true
		g.out.Appeared++
	case !bytes.Equal(o.body, r.body) || o.severity != severity || o.direct != r.found.Direct || o.scope != string(r.found.Scope):
		r.changed = true
		g.out.Changed++
	}
	if o != nil && (o.state != r.state || !same(o.until, r.until) || !same(o.decision, r.decision) || o.counts != r.counts()) {
		r.changed = true
	}
	g.out.Merged += int64(len(s.Absorbed))
	return nil
}

func same(a, b *int64) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}

// write stores what differs, and moves the figures.
func (g *merging) write(ctx context.Context) error {
	gone, absorbed := g.ended()
	vulns := g.touched(gone, absorbed)
	if len(vulns) == 0 && !g.moved() {
		return nil
	}
	f, err := g.n.count(ctx, g.project, vulns)
	if err != nil {
		return err
	}
	for _, do := range []func(context.Context) error{
		func(ctx context.Context) error { return g.end(ctx, gone) },
		g.insert, g.update, g.hold,
		func(ctx context.Context) error { return g.absorb(ctx, absorbed) },
		g.decide,
	} {
		if err := do(ctx); err != nil {
			return err
		}
	}
	return f.move(ctx, g.facts())
}

// readUsed gets the components of which findings stay: those that the version uses,
// if not every analyzer could tell of them.
func (g *merging) readUsed(ctx context.Context) error {
	if !g.m.Partial {
		return nil
	}
	g.used = map[int64]bool{}
	var components []int64
	for _, o := range g.old {
		components = append(components, o.Component)
	}
	_, err := collect(ctx, g.n.write, func(row func(...any) error) (struct{}, error) {
		var id int64
		err := row(&id)
		g.used[id] = true
		return struct{}{}, err
	}, "select component_id from usages where "+usedBy(1)+" and component_id"+g.n.dialect.ints(2), g.m.Version, list(components))
	return err
}

// ended lists findings that are present and were not found, and what others have
// taken the place of, by those.
func (g *merging) ended() (gone []int64, absorbed map[int]*store.MergeStep) {
	taken := map[int64]bool{}
	absorbed = map[int]*store.MergeStep{}
	for i := range g.steps {
		s := &g.steps[i]
		taken[s.ID] = true
		for _, id := range s.Absorbed {
			taken[id] = true
		}
		if len(s.Absorbed) > 0 {
			absorbed[i] = s
		}
	}
	for id, o := range g.old {
		switch {
		case !o.present || taken[id]:
		case !g.used[o.Component]:
			gone = append(gone, id)
			g.out.Disappeared++
		case o.counts:
			g.out.Add(store.Level(o.severity), o.exploited, 1)
		}
	}
	return gone, absorbed
}

// touched are the vulnerabilities of which the figures may change.
func (g *merging) touched(gone []int64, absorbed map[int]*store.MergeStep) []string {
	var names []string
	for _, id := range gone {
		names = append(names, g.old[id].Vulnerability)
	}
	for _, s := range absorbed {
		for _, id := range s.Absorbed {
			names = append(names, g.old[id].Vulnerability)
		}
	}
	for i := range g.now {
		if !g.now[i].changed {
			continue
		}
		names = append(names, g.now[i].found.Finding.Vulnerability)
		if o := g.old[g.now[i].id]; o != nil {
			names = append(names, o.Vulnerability)
		}
	}
	return names
}

// moved tells whether a finding is held by others than before.
func (g *merging) moved() bool {
	for i := range g.steps {
		if g.handed(&g.steps[i]) {
			return true
		}
	}
	return false
}

func (g *merging) handed(s *store.MergeStep) bool {
	o := g.old[s.ID]
	if o == nil || len(o.Held) != len(s.Hold) {
		return true
	}
	for i := range s.Hold {
		if s.Hold[i] != o.Held[i] {
			return true
		}
	}
	return false
}

// facts are what the scan says of vulnerabilities.
func (g *merging) facts() map[string]store.Vulnerability {
	out := map[string]store.Vulnerability{}
	for i := range g.now {
		f := &g.now[i].found.Finding
		if v, known := out[f.Vulnerability]; g.now[i].changed || known {
			out[f.Vulnerability] = store.Vulnerability{
				Severity: max(f.Severity, v.Severity), Score: max(f.Score(), v.Score), Summary: f.Summary,
				Exploited: f.Exploited || v.Exploited, EPSS: max(f.EPSS, v.EPSS), FirstSeen: g.m.At,
			}
		}
	}
	return out
}

func (g *merging) end(ctx context.Context, gone []int64) error {
	if len(gone) == 0 {
		return nil
	}
	_, err := g.n.write.ExecContext(ctx, "update findings set gone_at = $1, gone_scan = $2, counts = false, revision = revision + 1 where id"+g.n.dialect.ints(3),
		g.m.At.UnixMilli(), g.m.ScanSeq, list(gone))
	return err
}

// factColumns are what a scan says of a finding, in the order of cells.
var factColumns = []string{
	"id bigint", "component_id bigint", "vulnerability text", "severity bigint", "score double precision", "summary text", "fixed_in text", "exploited boolean",
	"epss double precision", "component_key text", "direct boolean", "scope text", "body bytes", "state text", "state_until bigint", "decision_id bigint", "counts boolean", "known_at bigint",
}

func (r *mergedRow) cells(known int64) []any {
	f := &r.found.Finding
	fixed := ""
	if len(f.FixedIn) > 0 {
		fixed = f.FixedIn[0]
	}
	return []any{
		r.id, r.found.Component, f.Vulnerability, store.Severity(f.Severity), f.Score(), f.Summary, fixed, f.Exploited,
		f.EPSS, r.found.Key, r.found.Direct, string(r.found.Scope), r.body, string(r.state), r.until, r.decision, r.counts(), known,
	}
}

func (g *merging) insert(ctx context.Context) error {
	var fresh []*mergedRow
	for i := range g.now {
		if g.now[i].id == 0 {
			fresh = append(fresh, &g.now[i])
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	known, err := g.known(ctx, fresh)
	if err != nil {
		return err
	}
	type key struct {
		component     int64
		vulnerability string
	}
	ids := map[key]int64{}
	from, args := table(g.n.dialect, 5, fresh, func(r *mergedRow) []any { return r.cells(g.knownAt(known, r)) }, factColumns...)
	_, err = collect(ctx, g.n.write, func(row func(...any) error) (struct{}, error) {
		var k key
		var id int64
		err := row(&id, &k.component, &k.vulnerability)
		ids[k] = id
		return struct{}{}, err
	}, `insert into findings (project_id, version_id, component_id, vulnerability, severity, score, summary, fixed_in, exploited, epss, component_key, direct, scope, body,
 first_scan, first_seen_at, known_at, state, state_until, decision_id, counts)
select $1, $2, component_id, vulnerability, severity, score, summary, fixed_in, exploited, epss, component_key, direct, scope, body,
 $3, $4, known_at, state, state_until, decision_id, counts from `+from+` r where true returning id, component_id, vulnerability`,
		append([]any{g.project, g.m.Version, g.m.ScanSeq, g.m.At.UnixMilli()}, args...)...)
	if err != nil {
		return err
	}
	for i := range g.now {
		if r := &g.now[i]; r.id == 0 {
			r.id = ids[key{r.found.Component, r.found.Finding.Vulnerability}]
			g.steps[i].ID = r.id
			if r.id == 0 {
				return errs.E(errs.Conflict, "a finding has no id") // the list has one vulnerability twice
			}
		}
	}
	return nil
}

// known tells of matches when the first release that said so was imported.
func (g *merging) known(ctx context.Context, fresh []*mergedRow) (map[[2]int64]int64, error) {
	components := make([]int64, len(fresh))
	for i, r := range fresh {
		components[i] = r.found.Component
	}
	out := map[[2]int64]int64{}
	_, err := collect(ctx, g.n.write, func(row func(...any) error) (struct{}, error) {
		var k [2]int64
		var at int64
		err := row(&k[0], &k[1], &at)
		if was, ok := out[k]; !ok || at < was {
			out[k] = at
		}
		return struct{}{}, err
	}, "select m.component_id, m.advisory_id, r.imported_at from matches m join releases r on r.seq = m.release_from where m.component_id"+g.n.dialect.ints(1), list(components))
	return out, err
}

func (g *merging) knownAt(known map[[2]int64]int64, r *mergedRow) int64 {
	at := g.m.At.UnixMilli()
	for _, a := range r.found.Finding.Advisories {
		if k, ok := known[[2]int64{r.found.Component, a.Number}]; ok {
			at = min(at, k)
		}
	}
	return at
}

func (g *merging) update(ctx context.Context) error {
	var changed []*mergedRow
	for i := range g.now {
		if r := &g.now[i]; r.changed && g.old[r.id] != nil {
			changed = append(changed, r)
		}
	}
	if len(changed) == 0 {
		return nil
	}
	from, args := table(g.n.dialect, 1, changed, func(r *mergedRow) []any { return r.cells(0) }, factColumns...)
	_, err := g.n.write.ExecContext(ctx, `update findings set vulnerability = r.vulnerability, severity = r.severity, score = r.score, summary = r.summary, fixed_in = r.fixed_in,
 exploited = r.exploited, epss = r.epss, component_key = r.component_key, direct = r.direct, scope = r.scope, body = r.body,
 state = r.state, state_until = r.state_until, decision_id = r.decision_id, counts = r.counts, gone_at = null, gone_scan = null, revision = findings.revision + 1
from `+from+` r where findings.id = r.id`, args...)
	return err
}

// hold stores by which advisories findings are held, where that changed.
func (g *merging) hold(ctx context.Context) error {
	type handle struct {
		store.Handle
		component, finding int64
		place              int
	}
	var ids []int64
	var handles []handle
	for i := range g.steps {
		s := &g.steps[i]
		if !g.handed(s) {
			continue
		}
		if g.old[s.ID] != nil { // what is new holds nothing yet
			ids = append(ids, s.ID)
		}
		ids = append(ids, s.Absorbed...)
		for place, h := range s.Hold {
			handles = append(handles, handle{h, g.m.Found[s.Found].Component, s.ID, place})
		}
	}
	if len(ids) > 0 {
		if _, err := g.n.write.ExecContext(ctx, "delete from finding_advisories where finding_id"+g.n.dialect.ints(1), list(ids)); err != nil {
			return err
		}
	}
	if len(handles) == 0 {
		return nil
	}
	from, args := table(g.n.dialect, 2, handles, func(h handle) []any { return []any{h.component, h.Advisory, h.Part, h.finding, h.place} },
		"component_id bigint", "advisory_id bigint", "part text", "finding_id bigint", "place bigint")
	_, err := g.n.write.ExecContext(ctx, "insert into finding_advisories (version_id, component_id, advisory_id, part, finding_id, place) select $1, component_id, advisory_id, part, finding_id, place from "+from+" r where true",
		append([]any{g.m.Version}, args...)...)
	return err
}

// absorb redirects findings to those that took their place, and what was
// redirected to them before.
func (g *merging) absorb(ctx context.Context, absorbed map[int]*store.MergeStep) error {
	for _, s := range absorbed { // rare: a merge of aliases
		_, err := g.n.write.ExecContext(ctx, `update findings set merged_into = $1, counts = false, gone_at = coalesce(gone_at, $2), gone_scan = coalesce(gone_scan, $3), revision = revision + 1
where version_id = $4 and (id`+g.n.dialect.ints(5)+` or merged_into`+g.n.dialect.ints(5)+")",
			s.ID, g.m.At.UnixMilli(), g.m.ScanSeq, g.m.Version, list(s.Absorbed))
		if err != nil {
			return err
		}
	}
	return nil
}

// expired tells whether an acceptance has ended.
func expired(state store.State, until *int64, at time.Time) bool {
	return state == store.Accepted && until != nil && *until <= at.UnixMilli()
}

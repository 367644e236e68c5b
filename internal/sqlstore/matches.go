package sqlstore

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/store"
)

// Unmatched implements store.Matches.
func (n *nouns) Unmatched(ctx context.Context, components []int64, release int64) ([]store.Component, error) {
	return collect(ctx, n.read, scanMatched, "select "+matchedComponents+" where c.id"+n.dialect.ints(1)+
		" and (m.release is null or m.release < $2) order by c.id", list(components), release)
}

// MatchesOf implements store.Matches. It is one statement: what it reads is of one
// moment.
func (n *nouns) MatchesOf(ctx context.Context, components []int64) (store.Matched, error) {
	m := store.Matched{Findings: map[int64][]store.ComponentFinding{}, Uncompared: map[int64][]store.Uncompared{}}
	_, err := collect(ctx, n.read, func(row func(...any) error) (struct{}, error) {
		var id, release int64
		var uncompared string
		var body []byte
		if err := row(&id, &release, &uncompared, &body); err != nil {
			return struct{}{}, err
		}
		m.Newest = max(m.Newest, release)
		return struct{}{}, fillMatched(&m, id, uncompared, body)
	}, "select component_id, release, uncompared, body from component_findings where component_id"+n.dialect.ints(1), list(components))
	return m, err
}

// fillMatched adds what is stored of a component.
func fillMatched(m *store.Matched, id int64, uncompared string, body []byte) error {
	if uncompared != "" {
		var list []store.Uncompared
		if err := unmarshal(uncompared, &list); err != nil {
			return err
		}
		m.Uncompared[id] = list
	}
	if len(body) == 0 {
		return nil
	}
	var list []store.ComponentFinding
	if err := json.Unmarshal(body, &list); err != nil {
		return errs.E(errs.Damaged, "read the findings of component %d: %w", id, err)
	}
	m.Findings[id] = list
	return nil
}

// SaveMatches implements store.Matches.
func (n *nouns) SaveMatches(ctx context.Context, r store.MatchResult) error {
	// Numbers of records are for ever, and given outside the transaction that many
	// scans may wait for.
	numbers, err := n.advisories(ctx, r.Findings)
	if err != nil {
		return fmt.Errorf("store advisories: %w", err)
	}
	return n.Tx(ctx, func(tx store.Store) error {
		w := tx.(*nouns) //nolint:forcetypeassert // Tx gives no other
		if err := w.saveMatches(ctx, r, numbers); err != nil {
			return fmt.Errorf("store what the release says of components: %w", unavailable(err))
		}
		return nil
	})
}

// advisories gives every record in findings its number.
func (n *nouns) advisories(ctx context.Context, findings map[int64][]store.ComponentFinding) (map[store.AdvisoryKey]int64, error) {
	keys := map[store.AdvisoryKey]bool{}
	for _, list := range findings {
		for i := range list {
			for _, a := range list[i].Advisories {
				keys[store.AdvisoryKey{Provider: a.Provider, ID: a.ID}] = true
			}
		}
	}
	numbers, others := n.records.of(slices.SortedFunc(maps.Keys(keys), compareAdvisories))
	found, err := n.advisoryNumbers(ctx, n.read, others)
	if err != nil {
		return nil, err
	}
	maps.Copy(numbers, found)
	if missing := lacking(others, func(k store.AdvisoryKey) bool { return numbers[k] != 0 }); len(missing) > 0 {
		from, args := advisoryTable(n.dialect, missing)
		if _, err := n.write.ExecContext(ctx, "insert into advisories (provider, advisory) select provider, advisory from "+from+
			" r where true order by provider, advisory on conflict (provider, advisory) do nothing", args...); err != nil {
			return nil, unavailable(err)
		}
		if found, err = n.advisoryNumbers(ctx, n.write, missing); err != nil {
			return nil, err
		}
		maps.Copy(numbers, found)
	}
	n.records.add(numbers)
	return numbers, nil
}

func compareAdvisories(a, b store.AdvisoryKey) int {
	return cmp.Or(strings.Compare(a.Provider, b.Provider), strings.Compare(a.ID, b.ID))
}

func advisoryTable(d dialect, keys []store.AdvisoryKey) (string, []any) {
	return table(d, 1, keys, func(k store.AdvisoryKey) []any { return []any{k.Provider, k.ID} }, "provider text", "advisory text")
}

func (n *nouns) advisoryNumbers(ctx context.Context, c conn, keys []store.AdvisoryKey) (map[store.AdvisoryKey]int64, error) {
	out := make(map[store.AdvisoryKey]int64, len(keys))
	if len(keys) == 0 {
		return out, nil
	}
	from, args := advisoryTable(n.dialect, keys)
	_, err := collect(ctx, c, func(row func(...any) error) (struct{}, error) {
		var k store.AdvisoryKey
		var id int64
		err := row(&k.Provider, &k.ID, &id)
		out[k] = id
		return struct{}{}, err
	}, "select a.provider, a.advisory, a.id from "+from+" r join advisories a on a.provider = r.provider and a.advisory = r.advisory", args...)
	return out, err
}

// numbered gives the records of a component's findings their numbers. One that
// contributes to several is a bundle.
func numbered(list []store.ComponentFinding, numbers map[store.AdvisoryKey]int64) []store.ComponentFinding {
	uses := map[int64]int{}
	out := slices.Clone(list)
	for i := range out {
		out[i].Advisories = slices.Clone(out[i].Advisories)
		for j := range out[i].Advisories {
			a := &out[i].Advisories[j]
			a.Number = numbers[store.AdvisoryKey{Provider: a.Provider, ID: a.ID}]
			uses[a.Number]++
		}
	}
	for i := range out {
		for j := range out[i].Advisories {
			a := &out[i].Advisories[j]
			a.Bundle = uses[a.Number] > 1
		}
	}
	return out
}

func (n *nouns) saveMatches(ctx context.Context, r store.MatchResult, numbers map[store.AdvisoryKey]int64) error {
	findings := make(map[int64][]store.ComponentFinding, len(r.Findings))
	for id, list := range r.Findings {
		findings[id] = numbered(list, numbers)
	}
	rows, err := matchedRows(r, findings)
	if err != nil {
		return err
	}
	fresh, err := n.claim(ctx, r.Release, lacking(rows, func(m matchedRow) bool { return !r.New[m.component] }), "nothing")
	if err != nil {
		return err
	}
	again, err := n.claim(ctx, r.Release, lacking(rows, func(m matchedRow) bool { return fresh[m.component] }),
		"update set release = excluded.release, uncompared = excluded.uncompared, body = excluded.body where component_findings.release < excluded.release")
	if err != nil || len(fresh)+len(again) == 0 {
		return err
	}
	return n.saveIntervals(ctx, slices.Collect(maps.Keys(fresh)), slices.Collect(maps.Keys(again)), findings, r.Release)
}

// matchedRows are in the order of components.
func matchedRows(r store.MatchResult, findings map[int64][]store.ComponentFinding) ([]matchedRow, error) {
	rows := make([]matchedRow, 0, len(r.Components))
	for _, id := range slices.Sorted(slices.Values(r.Components)) {
		row := matchedRow{component: id, uncompared: uncomparedText(r.Uncompared[id])}
		if list := findings[id]; len(list) > 0 {
			var err error
			if row.body, err = json.Marshal(list); err != nil {
				return nil, err
			}
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// claim stores what the release says of components and returns those of which it
// was not known yet: of those that have a row already as conflict says. Whoever comes
// at the same time waits here, in the order of ids, and then finds nothing left to do.
func (n *nouns) claim(ctx context.Context, release int64, rows []matchedRow, conflict string) (map[int64]bool, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	own := make(map[int64]bool, len(rows))
	from, args := table(n.dialect, 2, rows, func(m matchedRow) []any { return []any{m.component, m.uncompared, m.body} },
		"id bigint", "uncompared text", "body bytes")
	_, err := collect(ctx, n.write, func(row func(...any) error) (struct{}, error) {
		var id int64
		err := row(&id)
		own[id] = true
		return struct{}{}, err
	}, "insert into component_findings (component_id, release, uncompared, body) select id, $1, uncompared, body from "+from+` r where true order by id
on conflict (component_id) do `+conflict+" returning component_id", append([]any{release}, args...)...)
	return own, err
}

// matchedRow is a row of component_findings.
type matchedRow struct {
	component  int64
	uncompared string
	body       []byte
}

func uncomparedText(list []store.Uncompared) string {
	if len(list) == 0 {
		return ""
	}
	text, err := json.Marshal(list)
	if err != nil {
		panic(err) // texts always can
	}
	return string(text)
}

// interval is an open match: what of a record covers a component's version.
type interval struct {
	component, advisory int64
	covers              string
}

// saveIntervals ends and begins matches by difference: fresh components were never
// matched before.
func (n *nouns) saveIntervals(ctx context.Context, fresh, again []int64, findings map[int64][]store.ComponentFinding, release int64) error {
	was, err := n.openIntervals(ctx, again)
	if err != nil {
		return err
	}
	end, begin := intervalChanges(was, intervalsOf(append(fresh, again...), findings))
	if len(end) > 0 {
		from, args := table(n.dialect, 2, end, func(m interval) []any { return []any{m.component, m.advisory} }, "component_id bigint", "advisory_id bigint")
		if _, err := n.write.ExecContext(ctx, "update matches set release_to = $1 from "+from+
			" r where matches.component_id = r.component_id and matches.advisory_id = r.advisory_id and matches.release_to is null",
			append([]any{release}, args...)...); err != nil {
			return err
		}
	}
	if len(begin) == 0 {
		return nil
	}
	from, args := table(n.dialect, 2, begin, func(m interval) []any { return []any{m.component, m.advisory, m.covers} },
		"component_id bigint", "advisory_id bigint", "covers text")
	_, err = n.write.ExecContext(ctx, "insert into matches (component_id, advisory_id, release_from, interval) select component_id, advisory_id, $1, covers from "+from+
		" r where true on conflict (component_id, advisory_id, release_from) do update set interval = excluded.interval, release_to = null",
		append([]any{release}, args...)...)
	return err
}

// openIntervals are the matches of components that have not ended.
func (n *nouns) openIntervals(ctx context.Context, components []int64) ([]interval, error) {
	if len(components) == 0 {
		return nil, nil
	}
	return collect(ctx, n.write, func(row func(...any) error) (m interval, err error) {
		err = row(&m.component, &m.advisory, &m.covers)
		return m, err
	}, "select m.component_id, m.advisory_id, m.interval from matches m where m.component_id"+n.dialect.ints(1)+" and m.release_to is null", list(components))
}

// intervalsOf are the matches behind findings. A record that contributes to
// several of them matched once.
func intervalsOf(components []int64, findings map[int64][]store.ComponentFinding) map[[2]int64]interval {
	out := map[[2]int64]interval{}
	for _, id := range components {
		list := findings[id]
		for i := range list {
			for _, a := range list[i].Advisories {
				out[[2]int64{id, a.Number}] = interval{id, a.Number, covering(&list[i], a.ID)}
			}
		}
	}
	return out
}

// covering are the intervals of a record that cover the component's version.
func covering(f *store.ComponentFinding, advisory string) string {
	var parts []string
	for _, e := range f.Evidence {
		if e.Advisory == advisory && !slices.Contains(parts, e.Interval) {
			parts = append(parts, e.Interval)
		}
	}
	return strings.Join(parts, " || ")
}

// intervalChanges: one that says something else ends and begins anew.
func intervalChanges(was []interval, now map[[2]int64]interval) (end, begin []interval) {
	for _, m := range was {
		key := [2]int64{m.component, m.advisory}
		if now[key] == m {
			delete(now, key)
			continue
		}
		end = append(end, m)
	}
	for _, m := range now {
		begin = append(begin, m)
	}
	slices.SortFunc(begin, func(a, b interval) int {
		return cmp.Or(cmp.Compare(a.component, b.component), cmp.Compare(a.advisory, b.advisory))
	})
	return end, begin
}

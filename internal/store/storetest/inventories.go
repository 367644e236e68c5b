package storetest

import (
	"slices"
	"strings"
	"testing"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/severity"
	"github.com/assay-sca/assay/internal/store"
)

// Inventories specifies store.Inventories and store.Matches.
func Inventories(t *testing.T, s store.Store) {
	for _, test := range []struct {
		name string
		run  func(l *lab)
	}{
		{"components are stored once", componentsOnce},
		{"inventories are stored by content", inventoriesByContent},
		{"usage goes by intervals", usageIntervals},
		{"matches go by difference", matchesByDifference},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(newLab(t, s)) })
	}
}

func componentsOnce(l *lab) {
	t := l.t
	list := []store.Component{
		{PURL: "pkg:npm/zeta@2", Ecosystem: "npm", Name: "Zeta", Version: "2", Licences: []string{"MIT"}},
		{PURL: "pkg:npm/alpha@1", Ecosystem: "npm", Name: "alpha", Version: "1", Origin: inventory.Origin{Kind: inventory.OriginGit, Ref: "https://git.example.org/a@1"}},
		{PURL: "pkg:npm/zero%00@1", Ecosystem: "npm", Name: "zero\x00", Version: "1\xff"},
	}
	ids, err := l.s.AddComponents(t.Context(), list)
	l.must(err)
	again, err := l.s.AddComponents(t.Context(), []store.Component{list[1], list[0]})
	l.must(err)
	equal(t, "the same", []int64{ids[1], ids[0]}, again)
	got, err := l.s.Components(t.Context(), []int64{ids[1], ids[0], 1 << 40})
	l.must(err)
	list[0].ID, list[1].ID = ids[0], ids[1]
	equal(t, "read", []store.Component{list[1], list[0]}, got)
	found, err := l.s.ComponentIDs(t.Context(), []string{"pkg:npm/alpha@1", "pkg:npm/none@1"})
	l.must(err)
	equal(t, "found", map[string]int64{"pkg:npm/alpha@1": ids[1]}, found)
	counts, err := l.s.CountEcosystems(t.Context(), ids)
	l.must(err)
	equal(t, "counted", map[string]int{"npm": 3}, counts)
}

func inventoriesByContent(l *lab) {
	t := l.t
	inv := l.inventory("one", "two")
	again := l.inventory("one", "two")
	equal(t, "the same", inv, again)
	id, units, err := l.s.Inventory(t.Context(), inv.Digest)
	l.must(err)
	equal(t, "found", []any{inv.ID, inv.Units}, []any{id, units})
	if _, _, err := l.s.Inventory(t.Context(), []byte("none")); errs.KindOf(err) != errs.NotFound {
		t.Errorf("no such inventory: %v", err)
	}
	bodies, err := l.s.UnitBodies(t.Context(), []int64{units[0].ID})
	l.must(err)
	equal(t, "content", map[int64][]byte{units[0].ID: []byte("x")}, bodies)
}

func usageIntervals(l *lab) {
	t := l.t
	set := func(inv store.StoredInventory, seq int64) (change store.InventoryChange) {
		t.Helper()
		l.tx(func(tx store.Store) (err error) {
			change, err = tx.SetVersionInventory(t.Context(), l.version, inv, seq)
			return err
		})
		return change
	}
	unit := func(change string) []store.UnitChange {
		return []store.UnitChange{{Unit: "package-lock:package-lock.json", Change: change}}
	}
	first, second := l.inventory("one", "two"), l.inventory("two", "three", "four")
	equal(t, "new", store.InventoryChange{Units: unit(store.UnitNew), Added: 2}, set(first, 1))
	equal(t, "same", store.InventoryChange{Same: true, Units: unit(store.UnitUnchanged)}, set(first, 2))
	equal(t, "changed", store.InventoryChange{Units: unit(store.UnitChanged), Added: 2, Removed: 1}, set(second, 3))
	used, err := l.s.Used(t.Context(), l.version)
	l.must(err)
	want := slices.SortedFunc(slices.Values(second.Components), func(a, b store.UsedComponent) int { return int(a.ID - b.ID) })
	equal(t, "used", want, used)
	p, err := l.s.Project(t.Context(), l.project)
	l.must(err)
	equal(t, "counted", int64(3), p.Components)
	equal(t, "gone", store.InventoryChange{Units: []store.UnitChange{{Unit: "package-lock:package-lock.json", Change: store.UnitGone}}, Removed: 3},
		set(store.StoredInventory{ID: l.empty()}, 4))
	v, err := l.s.Version(t.Context(), l.version)
	l.must(err)
	equal(t, "current", l.empty(), v.Inventory)
}

// empty is the inventory of nothing.
func (l *lab) empty() int64 {
	l.t.Helper()
	id, _, err := l.s.AddInventory(l.t.Context(), []byte("of nothing"), 0, 0, nil)
	l.must(err)
	return id
}

func matchesByDifference(l *lab) {
	t := l.t
	a, b := l.component("match-a"), l.component("match-b")
	open, err := l.s.Unmatched(t.Context(), []int64{a, b}, l.release.Seq)
	l.must(err)
	equal(t, "none is matched", 2, len(open))
	m := l.match([]string{"match-a", "match-b"}, hit("match-a", "CVE-2026-1", severity.High, "GHSA-1"))
	equal(t, "with findings", 1, len(m.Findings))
	first := m.Findings[a][0].Advisories[0].Number
	if first == 0 {
		t.Error("a record has no number")
	}
	open, err = l.s.Unmatched(t.Context(), []int64{a, b}, l.release.Seq)
	l.must(err)
	equal(t, "all are matched", 0, len(open))

	m = l.match([]string{"match-a"}, hit("match-a", "CVE-2026-9", severity.Low, "GHSA-9"))
	equal(t, "a release is asked once", "CVE-2026-1", m.Findings[a][0].Vulnerability)
	l.nextRelease()
	l.must(l.s.SaveMatches(t.Context(), store.MatchResult{
		Release: l.release.Seq, Components: []int64{a, b},
		Findings:   map[int64][]store.ComponentFinding{b: {hit("match-b", "CVE-2026-1", severity.Low, "GHSA-1").finding()}},
		Uncompared: map[int64][]store.Uncompared{a: {{Advisories: []string{"GHSA-3"}, Reason: "the version cannot be compared"}}},
	}))
	m, err = l.s.MatchesOf(t.Context(), []int64{a, b})
	l.must(err)
	equal(t, "numbers are for ever", first, m.Findings[b][0].Advisories[0].Number)
	equal(t, "gone", 0, len(m.Findings[a]))
	equal(t, "not compared", map[int64][]store.Uncompared{a: {{Advisories: []string{"GHSA-3"}, Reason: "the version cannot be compared"}}}, m.Uncompared)
	got, err := l.s.Components(t.Context(), []int64{a})
	l.must(err)
	if got[0].Matched != l.release.Seq || !strings.Contains(got[0].Uncompared[0].Reason, "compared") {
		t.Errorf("the component does not know how it was matched: %+v", got[0])
	}
}

// Releases specifies store.Releases.
func Releases(t *testing.T, s store.Store) {
	if _, err := s.CurrentRelease(t.Context()); errs.KindOf(err) != errs.NotFound {
		t.Errorf("before any import: %v", err)
	}
	l := newLab(t, s)
	first := l.release
	l.nextRelease()
	current, err := s.CurrentRelease(t.Context())
	l.must(err)
	equal(t, "current", l.release, current)
	list, err := s.Releases(t.Context(), store.Page{Limit: 1})
	l.must(err)
	equal(t, "the last first", []store.Release{l.release}, list.Items)
	list, err = s.Releases(t.Context(), store.Page{Limit: 1, Cursor: list.Next})
	l.must(err)
	first.Current = false
	equal(t, "then the other", []store.Release{first}, list.Items)
	one, err := s.Release(t.Context(), first.Seq)
	l.must(err)
	equal(t, "one", first, one)
	if _, err := s.Release(t.Context(), 1000); errs.KindOf(err) != errs.NotFound {
		t.Errorf("no such release: %v", err)
	}
}

// InventoriesForgotten specifies what of store.Retention is about inventories. It
// wants a store to itself.
func InventoriesForgotten(t *testing.T, s store.Store) {
	l := newLab(t, s)
	named, scanned, unnamed := l.inventory("one", "two"), l.inventory("three"), l.inventory("two", "four")
	l.tx(func(tx store.Store) error {
		_, err := tx.SetVersionInventory(t.Context(), l.version, named, 1)
		return err
	})
	l.nameByScan(scanned.ID)
	forget := func(upTo store.ContentMark) [2]int64 {
		t.Helper()
		inventories, units, err := s.ForgetInventories(t.Context(), upTo, 100)
		l.must(err)
		return [2]int64{inventories, units}
	}
	mark, err := s.ContentMark(t.Context())
	l.must(err)
	equal(t, "marked", store.ContentMark{Inventory: unnamed.ID, Unit: unnamed.Units[0].ID}, mark)
	equal(t, "young ones stay", [2]int64{}, forget(store.ContentMark{Inventory: unnamed.ID - 1, Unit: unnamed.Units[0].ID - 1}))
	equal(t, "what nothing names goes", [2]int64{1, 1}, forget(mark))
	equal(t, "once", [2]int64{}, forget(mark))
	for name, inv := range map[string]store.StoredInventory{"a version's": named, "a scan's": scanned} {
		id, units, err := s.Inventory(t.Context(), inv.Digest)
		l.must(err)
		equal(t, name, []any{inv.ID, inv.Units}, []any{id, units})
	}
	err = s.Tx(t.Context(), func(tx store.Store) error {
		_, err := tx.SetVersionInventory(t.Context(), l.version, unnamed, 2)
		return err
	})
	if errs.KindOf(err) != errs.Unavailable {
		t.Errorf("a forgotten inventory was used: error %v", err)
	}
	again := l.inventory("two", "four")
	l.tx(func(tx store.Store) error {
		_, err := tx.SetVersionInventory(t.Context(), l.version, again, 2)
		return err
	})
	equal(t, "the one before goes", [2]int64{1, 1}, forget(store.ContentMark{Inventory: again.ID, Unit: again.Units[0].ID}))
}

// nameByScan makes a running scan that names an inventory.
func (l *lab) nameByScan(inventory int64) {
	l.t.Helper()
	ctx := l.t.Context()
	s, _, err := l.s.AddScan(ctx, store.Scan{
		ID: store.NewID(), OrganisationID: l.org, ProjectID: l.project, RepositoryID: "r" + l.project, Ref: "next", Trigger: store.TriggerManual,
		RequestedBy: "user:u", Stage: store.StagePrepare, CreatedAt: l.now,
	})
	l.must(err)
	l.tx(func(tx store.Store) error {
		_, err := tx.AdmitScans(ctx, store.ScanLimits{Global: 1, Project: 1}, l.now)
		return err
	})
	s, err = l.s.TakeScan(ctx, s.ID, "worker", l.now)
	l.must(err)
	s.InventoryID = inventory
	l.must(l.s.SaveScan(ctx, s.Fence(), s))
}

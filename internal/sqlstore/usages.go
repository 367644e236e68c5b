package sqlstore

import (
	"context"
	"fmt"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/store"
)

// usedBy is the condition of what the version in parameter n uses. It does not say
// "scan_to is null": PostgreSQL would take the index of what is used for that, which
// begins with the component, and go through all that all versions use.
func usedBy(n int) string {
	return fmt.Sprintf("version_id = $%d and coalesce(scan_to, 0) = 0", n)
}

// SetVersionInventory implements store.Inventories.
func (n *nouns) SetVersionInventory(ctx context.Context, version int64, inv store.StoredInventory, scanSeq int64) (store.InventoryChange, error) {
	v, err := n.versionForInventory(ctx, version)
	if err != nil {
		return store.InventoryChange{}, err
	}
	if v.inventory == inv.ID {
		return store.InventoryChange{Same: true, Units: unitChanges(inv.Units, inv.Units)}, nil
	}
	if err := n.holdInventory(ctx, inv.ID); err != nil {
		return store.InventoryChange{}, err
	}
	var before []store.StoredUnit
	if v.inventory != 0 {
		if before, err = n.InventoryUnits(ctx, v.inventory); err != nil {
			return store.InventoryChange{}, err
		}
	}
	change := store.InventoryChange{Units: unitChanges(before, inv.Units)}
	used, err := n.Used(ctx, version)
	if err != nil {
		return change, err
	}
	d := usageChanges(used, inv.Components)
	change.Added, change.Removed = d.added, d.removed
	if err := n.saveUsages(ctx, version, d, scanSeq); err != nil {
		return change, err
	}
	if _, err := n.write.ExecContext(ctx, "update versions set inventory_id = $2 where id = $1", version, inv.ID); err != nil {
		return change, unavailable(err)
	}
	if grown := d.added - d.removed; v.main && grown != 0 {
		_, err = n.write.ExecContext(ctx, "update projects set components = components + $2 where id = $1", v.project, grown)
	}
	return change, unavailable(err)
}

// holdInventory keeps an inventory from being forgotten until the transaction ends.
// One that nothing named may have been forgotten since it was found: then it is to
// be stored again.
func (n *nouns) holdInventory(ctx context.Context, id int64) error {
	_, err := one(ctx, n.write, func(row func(...any) error) (id int64, err error) { return id, row(&id) },
		"inventory", "select id from inventories where id = $1"+n.dialect.forShare(), id)
	if errs.KindOf(err) == errs.NotFound {
		return errs.E(errs.Unavailable, "the inventory was forgotten before it was used")
	}
	return err
}

// versionHead is what of a version its inventory's change needs.
type versionHead struct {
	project   string
	main      bool
	inventory int64 // 0: none yet
}

func (n *nouns) versionForInventory(ctx context.Context, version int64) (versionHead, error) {
	return one(ctx, n.write, func(row func(...any) error) (v versionHead, err error) {
		err = row(&v.project, &v.main, &v.inventory)
		return v, err
	}, "version of a project", "select project_id, main, coalesce(inventory_id, 0) from versions where id = $1"+n.dialect.forUpdate(), version)
}

// unitChanges tells by name what became of units.
func unitChanges(before, after []store.StoredUnit) []store.UnitChange {
	old := make(map[string]string, len(before))
	for i := range before {
		old[before[i].Name()] = string(before[i].Digest)
	}
	var out []store.UnitChange
	for i := range after {
		name := after[i].Name()
		change := store.UnitNew
		if digest, ok := old[name]; ok {
			change = store.UnitChanged
			if digest == string(after[i].Digest) {
				change = store.UnitUnchanged
			}
		}
		delete(old, name)
		out = append(out, store.UnitChange{Unit: name, Change: change})
	}
	for i := range before {
		if name := before[i].Name(); old[name] != "" {
			out = append(out, store.UnitChange{Unit: name, Change: store.UnitGone})
		}
	}
	return out
}

// usageChange is what ends and what begins: a component that is used otherwise
// does both.
type usageChange struct {
	end            []int64
	begin          []store.UsedComponent
	added, removed int
}

func usageChanges(before, after []store.UsedComponent) usageChange {
	var d usageChange
	old := make(map[int64]store.UsedComponent, len(before))
	for _, u := range before {
		old[u.ID] = u
	}
	for _, u := range after {
		was, ok := old[u.ID]
		delete(old, u.ID)
		switch {
		case !ok:
			d.added++
		case was != u:
			d.end = append(d.end, u.ID)
		default:
			continue
		}
		d.begin = append(d.begin, u)
	}
	for _, u := range before {
		if _, gone := old[u.ID]; gone {
			d.removed++
			d.end = append(d.end, u.ID)
		}
	}
	return d
}

func (n *nouns) saveUsages(ctx context.Context, version int64, d usageChange, seq int64) error {
	if len(d.end) > 0 {
		// What this scan itself began, if it comes twice, was never used: it would be an
		// interval of no length, in the way of the next one that begins here.
		for _, end := range []string{"delete from usages where scan_from = $2 and ", "update usages set scan_to = $2 where "} {
			if _, err := n.write.ExecContext(ctx, end+usedBy(1)+" and component_id"+n.dialect.ints(3), version, seq, list(d.end)); err != nil {
				return fmt.Errorf("end the use of components: %w", unavailable(err))
			}
		}
	}
	if len(d.begin) == 0 {
		return nil
	}
	from, args := table(n.dialect, 3, d.begin, func(u store.UsedComponent) []any { return []any{u.ID, u.Direct, string(u.Scope)} },
		"component_id bigint", "direct boolean", "scope text")
	_, err := n.write.ExecContext(ctx, "insert into usages (version_id, component_id, scan_from, direct, scope) select $1, component_id, $2, direct, scope from "+from+" r",
		append([]any{version, seq}, args...)...)
	if err != nil {
		return fmt.Errorf("begin the use of components: %w", unavailable(err))
	}
	return nil
}

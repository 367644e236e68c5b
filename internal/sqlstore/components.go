package sqlstore

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/store"
)

// AddComponents implements store.Inventories.
func (n *nouns) AddComponents(ctx context.Context, components []store.Component) ([]int64, error) {
	purls := make([]string, len(components))
	for i := range components {
		purls[i] = components[i].PURL
	}
	ids, others := n.components.of(purls)
	found, err := n.componentIDs(ctx, n.read, others)
	if err != nil {
		return nil, err
	}
	if missing := lacking(components, func(c store.Component) bool { return ids[c.PURL] != 0 || found[c.PURL] != 0 }); len(missing) > 0 {
		inserted, err := n.insertComponents(ctx, missing)
		if err != nil {
			return nil, err
		}
		maps.Copy(found, inserted)
		// What another transaction has just committed is there as well.
		if inserted, err = n.componentIDs(ctx, n.write, lacking(others, func(p string) bool { return found[p] != 0 })); err != nil {
			return nil, err
		}
		maps.Copy(found, inserted)
	}
	n.components.add(found)
	maps.Copy(ids, found)
	out := make([]int64, len(components))
	for i, p := range purls {
		if out[i] = ids[p]; out[i] == 0 {
			return nil, errs.E(errs.Conflict, "the component %s vanished while it was stored", p)
		}
	}
	return out, nil
}

func lacking[T any](values []T, has func(T) bool) []T {
	var out []T
	for _, v := range values {
		if !has(v) {
			out = append(out, v)
		}
	}
	return out
}

// insertComponents returns the numbers of those that were not there yet. It inserts
// in the order of purls, so that two transactions that insert the same wait for one
// another and never in a circle.
func (n *nouns) insertComponents(ctx context.Context, components []store.Component) (map[string]int64, error) {
	from, args := table(n.dialect, 1, components, func(c store.Component) []any {
		return []any{c.PURL, c.Ecosystem, c.Name, c.Version, string(c.Origin.Kind), c.Origin.Ref, list(c.Licences)}
	}, "purl text", "ecosystem text", "name text", "version text", "origin_kind text", "origin_ref text", "licences text")
	ids, err := collectIDs(ctx, n.write, len(components), `insert into components (purl, ecosystem, name, version, name_key, origin_kind, origin_ref, licences)
select purl, ecosystem, name, version, lower(name), origin_kind, origin_ref, licences from `+from+` r
where true order by purl on conflict (purl) do nothing returning purl, id`, args...)
	if err != nil {
		return nil, fmt.Errorf("store components: %w", err)
	}
	return ids, nil
}

// ComponentIDs implements store.Inventories.
func (n *nouns) ComponentIDs(ctx context.Context, purls []string) (map[string]int64, error) {
	return n.componentIDs(ctx, n.read, purls)
}

func (n *nouns) componentIDs(ctx context.Context, c conn, purls []string) (map[string]int64, error) {
	if len(purls) == 0 {
		return map[string]int64{}, nil
	}
	return collectIDs(ctx, c, len(purls), "select purl, id from components where purl"+n.dialect.texts(1), list(purls))
}

// collectIDs reads at most so many names and their numbers.
func collectIDs(ctx context.Context, c conn, most int, query string, args ...any) (map[string]int64, error) {
	ids := make(map[string]int64, most)
	_, err := collect(ctx, c, func(row func(...any) error) (struct{}, error) {
		var name string
		var id int64
		err := row(&name, &id)
		ids[name] = id
		return struct{}{}, err
	}, query, args...)
	return ids, err
}

// componentColumns are what componentRow takes, of components c.
const componentColumns = "c.id, c.purl, c.ecosystem, c.name, c.version, c.origin_kind, c.origin_ref, c.licences"

// matchedComponents are the columns and the table of components with how they were
// matched: what scanMatched reads.
const matchedComponents = componentColumns + ", coalesce(m.release, 0), coalesce(m.uncompared, '') from components c left join component_findings m on m.component_id = c.id"

// componentRow is where a component's columns go.
type componentRow struct {
	c        store.Component
	licences string
}

func (r *componentRow) into() []any {
	return []any{&r.c.ID, &r.c.PURL, &r.c.Ecosystem, &r.c.Name, &r.c.Version, &r.c.Origin.Kind, &r.c.Origin.Ref, &r.licences}
}

func (r *componentRow) component() (store.Component, error) {
	if r.licences != "[]" { // as most are: lists of thousands are read
		if err := unmarshal(r.licences, &r.c.Licences); err != nil {
			return r.c, err
		}
	}
	return r.c, nil
}

// unmarshal reads stored JSON; nothing is stored as an empty text.
func unmarshal(text string, into any) error {
	if text == "" {
		return nil
	}
	if err := json.Unmarshal([]byte(text), into); err != nil {
		return errs.E(errs.Damaged, "what is stored cannot be read: %w", err)
	}
	return nil
}

func scanMatched(row func(...any) error) (store.Component, error) {
	var r componentRow
	var uncompared string
	if err := row(append(r.into(), &r.c.Matched, &uncompared)...); err != nil {
		return r.c, err
	}
	if err := unmarshal(uncompared, &r.c.Uncompared); err != nil {
		return r.c, err
	}
	return r.component()
}

// Components implements store.Inventories.
func (n *nouns) Components(ctx context.Context, ids []int64) ([]store.Component, error) {
	found, err := collect(ctx, n.read, scanMatched, "select "+matchedComponents+" where c.id"+n.dialect.ints(1), list(ids))
	if err != nil {
		return nil, err
	}
	at := make(map[int64]int, len(found))
	for i := range found {
		at[found[i].ID] = i
	}
	out := make([]store.Component, 0, len(found))
	for _, id := range ids {
		if i, ok := at[id]; ok {
			out = append(out, found[i])
		}
	}
	return out, nil
}

// CountEcosystems implements store.Inventories.
func (n *nouns) CountEcosystems(ctx context.Context, ids []int64) (map[string]int, error) {
	out := map[string]int{}
	_, err := collect(ctx, n.read, func(row func(...any) error) (struct{}, error) {
		var name string
		var count int
		err := row(&name, &count)
		out[name] = count
		return struct{}{}, err
	}, "select ecosystem, count(*) from components where id"+n.dialect.ints(1)+" group by ecosystem", list(ids))
	return out, err
}

// absent makes the content of the units that are not there: not within the
// transaction that stores it, which others may wait for.
func (n *nouns) absent(ctx context.Context, units []store.NewUnit) ([]unitContent, error) {
	ids, err := n.unitIDs(ctx, n.read, units)
	if err != nil {
		return nil, err
	}
	var contents []unitContent
	for _, u := range lacking(units, func(u store.NewUnit) bool { return ids[string(u.Digest)] != 0 }) {
		body, err := u.Body()
		if err != nil {
			return nil, fmt.Errorf("write the unit %s:%s: %w", u.Kind, u.Path, err)
		}
		contents = append(contents, unitContent{u, body})
	}
	return contents, nil
}

// addUnits stores contents and returns the numbers of all units.
func (n *nouns) addUnits(ctx context.Context, units []store.NewUnit, contents []unitContent) ([]int64, error) {
	ids, err := n.insertUnits(ctx, contents)
	if err != nil {
		return nil, err
	}
	// What was there before, or another transaction has just committed.
	found, err := n.unitIDs(ctx, n.write, lacking(units, func(u store.NewUnit) bool { return ids[string(u.Digest)] != 0 }))
	if err != nil {
		return nil, err
	}
	maps.Copy(ids, found)
	out := make([]int64, len(units))
	for i, u := range units {
		if out[i] = ids[string(u.Digest)]; out[i] == 0 {
			return nil, errs.E(errs.Unavailable, "the unit %s:%s was forgotten while it was stored", u.Kind, u.Path)
		}
	}
	return out, nil
}

func (n *nouns) unitIDs(ctx context.Context, c conn, units []store.NewUnit) (map[string]int64, error) {
	if len(units) == 0 {
		return map[string]int64{}, nil
	}
	from, args := table(n.dialect, 1, units, func(u store.NewUnit) []any { return []any{u.Digest} }, "digest bytes")
	return collectIDs(ctx, c, len(units), "select digest, id from units where digest in (select digest from "+from+" r)", args...)
}

// unitContent is a unit with its content made.
type unitContent struct {
	store.NewUnit
	body []byte
}

// insertUnits returns the numbers of those that were not there yet.
func (n *nouns) insertUnits(ctx context.Context, contents []unitContent) (map[string]int64, error) {
	if len(contents) == 0 {
		return map[string]int64{}, nil
	}
	from, args := table(n.dialect, 1, contents, func(u unitContent) []any { return []any{u.Digest, u.Kind, u.Path, u.Components, u.body} },
		"digest bytes", "kind text", "path text", "components bigint", "body bytes")
	ids, err := collectIDs(ctx, n.write, len(contents), `insert into units (digest, kind, path, components, body)
select digest, kind, path, components, body from `+from+` r
where true order by digest on conflict (digest) do nothing returning digest, id`, args...)
	if err != nil {
		return nil, fmt.Errorf("store units: %w", err)
	}
	return ids, nil
}

// AddInventory implements store.Inventories.
func (n *nouns) AddInventory(ctx context.Context, digest []byte, components, edges int, units []store.NewUnit) (id int64, unitIDs []int64, err error) {
	contents, err := n.absent(ctx, units)
	if err != nil {
		return 0, nil, err
	}
	err = n.within(ctx, func(in *nouns) error {
		if unitIDs, err = in.addUnits(ctx, units, contents); err != nil {
			return err
		}
		id, err = in.addInventory(ctx, digest, components, edges, unitIDs)
		return err
	})
	return id, unitIDs, err
}

func (n *nouns) addInventory(ctx context.Context, digest []byte, components, edges int, units []int64) (int64, error) {
	names, err := collectIDs(ctx, n.write, 1, "insert into inventories (digest, components, edges) values ($1, $2, $3) on conflict (digest) do nothing returning digest, id",
		digest, components, edges)
	if err != nil {
		return 0, fmt.Errorf("store an inventory: %w", err)
	}
	id := names[string(digest)]
	if id == 0 { // another transaction has just committed it, with its units
		err = n.write.QueryRowContext(ctx, "select id from inventories where digest = $1", digest).Scan(&id)
		return id, unavailable(err)
	}
	from, args := table(n.dialect, 2, units, func(u int64) []any { return []any{u} }, "id bigint")
	_, err = n.write.ExecContext(ctx, `insert into inventory_units (inventory_id, unit_id)
select $1, id from (select distinct id from `+from+` r) u where true on conflict do nothing`, append([]any{id}, args...)...)
	return id, unavailable(err)
}

// Inventory implements store.Inventories.
func (n *nouns) Inventory(ctx context.Context, digest []byte) (int64, []store.StoredUnit, error) {
	var id int64
	if err := n.read.QueryRowContext(ctx, "select id from inventories where digest = $1", digest).Scan(&id); err != nil {
		return 0, nil, found(err, "inventory of this digest")
	}
	units, err := n.InventoryUnits(ctx, id)
	return id, units, err
}

// InventoryUnits implements store.Inventories.
func (n *nouns) InventoryUnits(ctx context.Context, id int64) ([]store.StoredUnit, error) {
	return collect(ctx, n.read, func(row func(...any) error) (u store.StoredUnit, err error) {
		err = row(&u.ID, &u.Digest, &u.Kind, &u.Path)
		return u, err
	}, `select u.id, u.digest, u.kind, u.path from inventory_units i join units u on u.id = i.unit_id
where i.inventory_id = $1 order by u.path, u.kind, u.id`, id)
}

// UnitBodies implements store.Inventories.
func (n *nouns) UnitBodies(ctx context.Context, units []int64) (map[int64][]byte, error) {
	out := make(map[int64][]byte, len(units))
	_, err := collect(ctx, n.read, func(row func(...any) error) (struct{}, error) {
		var id int64
		var body []byte
		err := row(&id, &body)
		out[id] = body
		return struct{}{}, err
	}, "select id, body from units where id"+n.dialect.ints(1), list(units))
	return out, err
}

// Used implements store.Inventories.
func (n *nouns) Used(ctx context.Context, version int64) ([]store.UsedComponent, error) {
	return collect(ctx, n.read, func(row func(...any) error) (u store.UsedComponent, err error) {
		err = row(&u.ID, &u.Direct, &u.Scope)
		return u, err
	}, "select component_id, direct, scope from usages where "+usedBy(1)+" order by component_id", version)
}

// Uses implements store.Inventories.
func (n *nouns) Uses(ctx context.Context, component int64, who store.Visible, page store.Page) (store.List[store.Use], error) {
	var f filter
	f.and("u.component_id = ?", component)
	f.and("u.scan_to is null")
	f.visible(n.dialect, who)
	page.Sort, page.Desc = "", false
	return keyset[store.Use]{
		columns: "p.id, p.name, p.organisation_id, v.id, v.ref, v.main, u.direct, u.scope",
		from:    "usages u join versions v on v.id = u.version_id join projects p on p.id = v.project_id",
		id:      byNumber("u.component_id"),
		sorts:   map[string]column{"version": byNumber("u.version_id")},
		first:   "version",
		scan: func(row func(...any) error) (u store.Use, err error) {
			err = row(&u.ProjectID, &u.ProjectName, &u.OrganisationID, &u.VersionID, &u.Ref, &u.Main, &u.Direct, &u.Scope)
			return u, err
		},
	}.list(ctx, n.read, page, f)
}

package build

import (
	"cmp"
	"context"
	"crypto/sha256"
	"slices"

	"github.com/assay-sca/assay/internal/vulndb"
)

// mergeVariants makes one record of those that share an id and differ: archives
// that were exported at different times, or makers who describe one CVE for
// different ecosystems. The latest (by modification, then by digest, so that the
// order of the input does not matter) is the record; packages that only an
// earlier one names are added to it. Dropping them could make a vulnerable package
// look clean.
func (b *Builder) mergeVariants(ctx context.Context) error {
	if len(b.variants) == 0 {
		return nil
	}
	for _, table := range mergedTables() {
		if _, err := b.tx.ExecContext(ctx, `create index merging_`+table+` on `+table+` (advisory_id)`); err != nil {
			return err
		}
	}
	for _, key := range sortedRecords(b.variants) {
		all := append(b.variants[key], b.seen[key])
		slices.SortFunc(all, func(x, y seen) int {
			return cmp.Or(cmp.Compare(y.modified, x.modified), slices.Compare(y.digest[:], x.digest[:]))
		})
		merged := all[0]
		for _, earlier := range all[1:] {
			if err := b.mergeInto(ctx, &merged, earlier); err != nil {
				return err
			}
		}
		if err := b.revive(ctx, &merged); err != nil {
			return err
		}
		if err := b.redigest(ctx, &merged); err != nil {
			return err
		}
		b.seen[key] = merged
	}
	for _, table := range mergedTables() {
		if _, err := b.tx.ExecContext(ctx, `drop index merging_`+table); err != nil {
			return err
		}
	}
	return nil
}

// mergedTables are those whose rows are found by their record while merging.
func mergedTables() []string {
	names := []string{"aliases"}
	for _, table := range entryTables() {
		names = append(names, table.name)
	}
	return names
}

// entryTable is a table of a record's affected entries, with the columns that say
// what an entry is about, and those whose entries of the same go before it.
type entryTable struct {
	name, same string
	yields     []string
}

// entryTables are in the order in which they are merged. That a package is not
// affected is only taken from an earlier record if the later says nothing of it:
// the denial would silence the later word.
func entryTables() []entryTable {
	pkg := "m.package_id = t.package_id and m.operating_system_id = t.operating_system_id"
	return []entryTable{{"unaffected", pkg, []string{"unaffected", "affected"}}, {"affected", pkg, []string{"affected"}},
		{"affected_cpes", "m.cpe_id = t.cpe_id", []string{"affected_cpes"}}}
}

const nextSequence = `(select 1 + max(s) from (
	select -1 as s
	union all select max(sequence) from affected where advisory_id = $1
	union all select max(sequence) from unaffected where advisory_id = $1
	union all select max(sequence) from affected_cpes where advisory_id = $1))`

// mergeInto moves what only the earlier record names to the merged one and drops
// the rest of it.
func (b *Builder) mergeInto(ctx context.Context, merged *seen, earlier seen) error {
	var next int64
	if err := b.tx.QueryRowContext(ctx, `select `+nextSequence, merged.row).Scan(&next); err != nil {
		return err
	}
	for _, table := range entryTables() {
		text := `update ` + table.name + ` as t set advisory_id = $1, sequence = sequence + $3 where advisory_id = $2`
		for _, other := range table.yields {
			text += ` and not exists (select 1 from ` + other + ` m where m.advisory_id = $1 and ` + table.same + `)`
		}
		if _, err := b.tx.ExecContext(ctx, text, merged.row, earlier.row, next); err != nil {
			return err
		}
		if _, err := b.tx.ExecContext(ctx, `delete from `+table.name+` where advisory_id = $1`, earlier.row); err != nil {
			return err
		}
	}
	for _, text := range []string{
		// What either takes for the same is found by that name.
		`update aliases as m set kind = min(kind, (select kind from aliases e where e.name = m.name and e.advisory_id = $2))
			where advisory_id = $1 and exists (select 1 from aliases e where e.name = m.name and e.advisory_id = $2)`,
		`update or ignore aliases set advisory_id = $1 where advisory_id = $2`,
		`delete from aliases where advisory_id = $2 and $1 <> $2`,
		`update or ignore weaknesses set advisory_id = $1 where advisory_id = $2`,
		`delete from weaknesses where advisory_id = $2 and $1 <> $2`,
		`update advisories set severity = max(severity, (select severity from advisories e where e.id = $2)) where id = $1`,
		`delete from advisories where id = $2 and $1 <> $2`,
	} {
		if _, err := b.tx.ExecContext(ctx, text, merged.row, earlier.row); err != nil {
			return err
		}
	}
	for _, alias := range earlier.aliases {
		if !slices.Contains(merged.aliases, alias) {
			merged.aliases = append(slices.Clone(merged.aliases), alias)
		}
	}
	return nil
}

// revive makes a withdrawn record live if a package of it is: its makers may
// differ, and each speaks for the packages that it names. What is rejected stays so.
func (b *Builder) revive(ctx context.Context, merged *seen) error {
	return b.tx.QueryRowContext(ctx, `
update advisories set withdrawn = case
	when exists (select 1 from affected where advisory_id = $1 and withdrawn = 0) then null else withdrawn end
where id = $1 returning withdrawn is null and status <> 3`, merged.row).Scan(&merged.live)
}

// redigest computes a merged record's digest from its blobs, as encoded.digest
// does for a record that came whole.
func (b *Builder) redigest(ctx context.Context, merged *seen) error {
	rows, err := b.tx.QueryContext(ctx, `
select -1 as place, blob_id, not $2 from advisories where id = $1
union all select sequence, blob_id, withdrawn from affected where advisory_id = $1
union all select sequence, blob_id, withdrawn from unaffected where advisory_id = $1
union all select sequence, blob_id, withdrawn from affected_cpes where advisory_id = $1
order by 1`, merged.row, merged.live)
	if err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // ends with the transaction
	sum := sha256.New()
	for rows.Next() {
		var place, blob int64
		var dead bool
		if err := rows.Scan(&place, &blob, &dead); err != nil {
			return err
		}
		digest, err := b.blobs.digest(blob)
		if err != nil {
			return err
		}
		sum.Write(vulndb.EntryDigest(digest, dead, !merged.live))
	}
	if err := rows.Err(); err != nil {
		return err
	}
	merged.digest = [sha256.Size]byte(sum.Sum(nil))
	_, err = b.tx.ExecContext(ctx, `update advisories set digest = $2 where id = $1`, merged.row, merged.digest[:])
	return err
}

package build

import (
	"cmp"
	"context"
	"crypto/sha256"
	"slices"
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
	if _, err := b.tx.ExecContext(ctx, `create index affected_by_advisory on affected (advisory_id, sequence)`); err != nil {
		return err
	}
	for _, id := range sortedKeys(b.variants) {
		all := append(b.variants[id], b.seen[id])
		slices.SortFunc(all, func(x, y seen) int {
			return cmp.Or(cmp.Compare(millis(y.modified), millis(x.modified)), slices.Compare(y.digest[:], x.digest[:]))
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
		b.seen[id] = merged
	}
	for _, text := range []string{
		`delete from blobs where id not in (select blob_id from advisories union select blob_id from affected)`,
		`drop index affected_by_advisory`,
	} {
		if _, err := b.tx.ExecContext(ctx, text); err != nil {
			return err
		}
	}
	return nil
}

// mergeInto moves what only the earlier record names to the merged one and drops
// the rest of it.
func (b *Builder) mergeInto(ctx context.Context, merged *seen, earlier seen) error {
	for _, text := range []string{
		`update affected set advisory_id = $1,
			sequence = sequence + 1 + (select coalesce(max(sequence), -1) from affected where advisory_id = $1)
		 where advisory_id = $2 and not exists (select 1 from affected m where m.advisory_id = $1
			and m.package_id = affected.package_id and m.operating_system_id = affected.operating_system_id)`,
		`delete from affected where advisory_id = $2 and $1 <> $2`,
		`update or ignore aliases set advisory_id = $1 where advisory_id = $2`,
		`delete from aliases where advisory_id = $2 and $1 <> $2`,
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
// differ, and each speaks for the packages that it names.
func (b *Builder) revive(ctx context.Context, merged *seen) error {
	return b.tx.QueryRowContext(ctx, `
update advisories set withdrawn = case
	when exists (select 1 from affected where advisory_id = $1 and withdrawn = 0) then null else withdrawn end
where id = $1 returning withdrawn is null`, merged.row).Scan(&merged.live)
}

// redigest computes a merged record's digest from its blobs, as recordDigest does
// for a record that came whole.
func (b *Builder) redigest(ctx context.Context, merged *seen) error {
	rows, err := b.tx.QueryContext(ctx, `
select digest from (
	select -1 as place, b.digest from advisories a join blobs b on b.id = a.blob_id where a.id = $1
	union all
	select f.sequence, b.digest from affected f join blobs b on b.id = f.blob_id where f.advisory_id = $1
) order by place`, merged.row)
	if err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // ends with the transaction
	sum := sha256.New()
	for rows.Next() {
		var digest []byte
		if err := rows.Scan(&digest); err != nil {
			return err
		}
		sum.Write(digest)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	merged.digest = [sha256.Size]byte(sum.Sum(nil))
	_, err = b.tx.ExecContext(ctx, `update advisories set digest = $2 where id = $1`, merged.row, merged.digest[:])
	return err
}

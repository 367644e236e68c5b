package vulndb

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
)

// rowQueries give, in a fixed order, every row that deciding and searching read
// and that the records' own digests do not cover: one flipped bit in an interval
// would make a vulnerable version look clean. A later addition to the schema has
// its own entry, so that an older reader checks what it knows.
func rowQueries() map[string]string {
	return map[string]string{
		"affected": `select format('%d %d %d %d %d %d %s %s %s %d', package_id, operating_system_id, advisory_id, sequence, withdrawn, fix_state, intervals,
			coalesce(severity, ''), coalesce(qualifiers, ''), blob_id) from affected order by package_id, operating_system_id, advisory_id, sequence`,
		"unaffected": `select format('%d %d %d %d %d %s %s %d', package_id, operating_system_id, advisory_id, sequence, withdrawn, intervals,
			coalesce(qualifiers, ''), blob_id) from unaffected order by package_id, operating_system_id, advisory_id, sequence`,
		"affected_cpes": `select format('%d %d %d %d %d %s %s %d', cpe_id, advisory_id, sequence, withdrawn, unaffected, intervals,
			coalesce(platforms, ''), blob_id) from affected_cpes order by cpe_id, advisory_id, sequence`,
		"cpes": `select format('%d %s %s %s %s %s %s %s %s %s', id, part, vendor, product, edition, language, software_edition, target_software,
			target_hardware, other) from cpes order by id`,
		"packages": `select format('%d %s %s', id, ecosystem, name) from packages order by id`,
		"operating_systems": `select format('%d %s %s %s %s %s %s %d', id, name, label, major, minor, codename, channel, rolling)
			from operating_systems order by id`,
		"operating_system_aliases": `select format('%s %s', alias, name) from operating_system_aliases order by alias`,
		"advisories": `select format('%d %s %d %d %d %s %s %s %d', id, name, provider_id, status, severity, coalesce(published, ''), coalesce(modified, ''),
			coalesce(withdrawn, ''), blob_id) from advisories order by id`,
		"aliases":         `select format('%s %d %d', name, advisory_id, kind) from aliases order by name, advisory_id`,
		"vulnerabilities": `select format('%d %s', advisory_id, name) from vulnerabilities order by advisory_id, name`,
		"weaknesses":      `select format('%d %s', advisory_id, cwe) from weaknesses order by advisory_id, cwe`,
		"known_exploited": `select format('%s %d %s %s %d %d', cve, provider_id, added, due, ransomware, blob_id) from known_exploited order by cve`,
		"epss":            `select format('%s %d %!.17g %!.17g %s', cve, provider_id, score, percentile, date) from epss order by cve`,
		"end_of_life":     `select format('%s %s %d %s %d', product, cycle, provider_id, ends, blob_id) from end_of_life order by product, cycle`,
		"ecosystems":      `select format('%s %d', name, records) from ecosystems order by name`,
		"providers": `select format('%d %s %s %s %s %d %d %d %s %s', id, name, title, licence, covers, proven, records, withdrawn, coalesce(modified, ''),
			hex(digest)) from providers order by id`,
		"sources": `select format('%s %s %s %d %d %s %s', name, feed, digest, records, skipped, coalesce(captured, ''), coalesce(stale, ''))
			from sources order by name`,
		"metadata": `select format('%s %s', name, value) from metadata where name not like 'rows:%' order by name`,
	}
}

// RowTables lists the tables whose rows have a digest.
func RowTables() []string {
	var names []string
	for name := range rowQueries() {
		names = append(names, name)
	}
	return names
}

// RowsKey is the name in the metadata of a table's digest.
func RowsKey(table string) string { return "rows:" + table }

// Each runs a query of one text column and hands over each row.
type Each func(ctx context.Context, query string, row func(text []byte) error) error

// RowsDigest is a digest over a table's rows as they are in one file. A build
// stores it in the metadata, Verify compares it. The same content in another file
// may have another: it covers the numbers of the rows.
func RowsDigest(ctx context.Context, each Each, table string) (string, error) {
	sum := sha256.New()
	err := each(ctx, rowQueries()[table], func(text []byte) error {
		fmt.Fprintf(sum, "%d:%s\n", len(text), text)
		return nil
	})
	if err != nil {
		return "", err
	}
	return "sha256:" + hex.EncodeToString(sum.Sum(nil)), nil
}

func (db *DB) eachText(ctx context.Context, query string, row func([]byte) error) error {
	return db.each(ctx, query, func(scan func(...any) error) error {
		var text []byte
		if err := scan(&text); err != nil {
			return err
		}
		return row(text)
	})
}

// verifyRows checks the file's structure, indexes included, and its rows.
func (db *DB) verifyRows(ctx context.Context) error {
	err := db.eachText(ctx, `pragma integrity_check(1)`, func(text []byte) error {
		if string(text) != "ok" {
			return errors.New("its tables and indexes do not agree")
		}
		return nil
	})
	if err != nil {
		return err
	}
	values, err := db.metadataValues(ctx)
	if err != nil {
		return err
	}
	for _, table := range RowTables() {
		got, err := RowsDigest(ctx, db.eachText, table)
		if err != nil {
			return err
		}
		if got != values[RowsKey(table)] {
			return db.damaged(fmt.Errorf("the rows of its %s are not what was stored", table))
		}
	}
	return nil
}

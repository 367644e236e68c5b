package vulndb

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
)

// rowsQueries give, in a fixed order, every row that deciding and searching read
// and that the records' own digests do not cover: one flipped bit in an interval
// would make a vulnerable version look clean.
func rowsQueries() []string {
	return []string{
		`select format('%d %d %d %d %d %s %s %d', package_id, operating_system_id, advisory_id, sequence, withdrawn, intervals, coalesce(severity, ''), blob_id)
			from affected order by package_id, operating_system_id, advisory_id, sequence`,
		`select format('%d %s %s', id, ecosystem, name) from packages order by id`,
		`select format('%d %s %s', id, name, version) from operating_systems order by id`,
		`select format('%d %s %d %d %s %s %s %d', id, name, provider_id, severity, coalesce(published, ''), coalesce(modified, ''), coalesce(withdrawn, ''), blob_id)
			from advisories order by id`,
		`select format('%s %d', name, advisory_id) from aliases order by name, advisory_id`,
		`select format('%d %s', advisory_id, name) from vulnerabilities order by advisory_id, name`,
		`select format('%s %d', name, records) from ecosystems order by name`,
		`select format('%d %s %d %d %s', id, name, records, withdrawn, coalesce(modified, '')) from providers order by id`,
		`select format('%s %s %d %d', name, digest, records, skipped) from sources order by name`,
		`select format('%s %s', name, value) from metadata where name <> 'rows' order by name`,
	}
}

// Each runs a query of one text column and hands over each row.
type Each func(ctx context.Context, query string, row func(text []byte) error) error

// RowsDigest is a digest over the rows as they are in one file. A build stores it
// in the metadata as "rows", Verify compares it. The same content in another file
// may have another: it covers the numbers of the rows.
func RowsDigest(ctx context.Context, each Each) (string, error) {
	sum := sha256.New()
	for _, query := range rowsQueries() {
		err := each(ctx, query, func(text []byte) error {
			fmt.Fprintf(sum, "%d:%s\n", len(text), text)
			return nil
		})
		if err != nil {
			return "", err
		}
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
	var want string
	err = db.eachText(ctx, `select value from metadata where name = 'rows'`, func(text []byte) error {
		want = string(text)
		return nil
	})
	if err != nil {
		return err
	}
	got, err := RowsDigest(ctx, db.eachText)
	if err != nil {
		return err
	}
	if got != want {
		return db.damaged(errors.New("its rows are not what was stored"))
	}
	return nil
}

package sqlstore

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/assay-sca/assay/internal/store"
)

const releaseColumns = "seq, digest, schema, release, blob, size, built_at, imported_at, sample, current, status"

func scanRelease(row func(...any) error) (store.Release, error) {
	var r store.Release
	var built, imported int64
	var status string
	if err := row(&r.Seq, &r.Digest, &r.Schema, &r.Name, &r.Blob, &r.Size, &built, &imported, &r.Sample, &r.Current, &status); err != nil {
		return r, err
	}
	r.Built, r.Imported = instant(&built), instant(&imported)
	return r, unmarshal(status, &r.Status)
}

// AddRelease implements store.Releases.
func (n *nouns) AddRelease(ctx context.Context, r store.Release) (store.Release, error) {
	status, err := json.Marshal(r.Status)
	if err != nil {
		return r, err
	}
	if _, err := n.write.ExecContext(ctx, "update releases set current = false where current"); err != nil {
		return r, unavailable(err)
	}
	r.Current = true
	err = n.write.QueryRowContext(ctx, `insert into releases (digest, schema, release, blob, size, built_at, imported_at, sample, current, status)
values ($1, $2, $3, $4, $5, $6, $7, $8, true, $9) returning seq`,
		r.Digest, r.Schema, r.Name, r.Blob, r.Size, r.Built.UnixMilli(), r.Imported.UnixMilli(), r.Sample, string(status)).Scan(&r.Seq)
	if err != nil {
		return r, fmt.Errorf("enter the release %s: %w", r.Name, unavailable(err))
	}
	return r, nil
}

// CurrentRelease implements store.Releases.
func (n *nouns) CurrentRelease(ctx context.Context) (store.Release, error) {
	return one(ctx, n.read, scanRelease, "release of the advisory database here",
		"select "+releaseColumns+" from releases where current order by seq desc limit 1")
}

// Release implements store.Releases.
func (n *nouns) Release(ctx context.Context, seq int64) (store.Release, error) {
	return one(ctx, n.read, scanRelease, "such release of the advisory database", "select "+releaseColumns+" from releases where seq = $1", seq)
}

// Releases implements store.Releases.
func (n *nouns) Releases(ctx context.Context, page store.Page) (store.List[store.Release], error) {
	page.Sort, page.Desc = "", true
	return keyset[store.Release]{
		columns: releaseColumns, from: "releases", id: byNumber("seq"),
		sorts: map[string]column{"seq": byNumber("seq")}, first: "seq", scan: scanRelease,
	}.list(ctx, n.read, page, filter{})
}

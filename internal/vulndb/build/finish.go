package build

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/distro"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/vulndb"
	"github.com/assay-sca/assay/internal/vulndb/feed"
)

// Source is what a build says of one set of records that it read.
type Source struct {
	Name    string
	Feed    string // its kind
	Digest  string
	Records int
	Skipped []Skipped
	Age     feed.Age
}

func captured(a feed.Age) any {
	if a.Captured.IsZero() {
		return nil
	}
	return a.Captured.UnixMilli()
}

func stale(a feed.Age) any {
	if a.Reason == "" {
		return nil
	}
	return a.Reason
}

// Skipped is a record that could not be used.
type Skipped struct {
	Entry  string
	Reason string
}

// Finish completes the database and puts it in its place. The file appears under
// its name whole or not at all.
func (b *Builder) Finish(ctx context.Context, sources []Source) (vulndb.Metadata, error) {
	meta, err := b.finish(ctx, sources)
	if err != nil {
		return meta, errors.Join(fmt.Errorf("build %s: %w", b.out, err), b.Abort())
	}
	return meta, nil
}

func (b *Builder) finish(ctx context.Context, sources []Source) (vulndb.Metadata, error) {
	if len(b.seen)+len(b.decorated) == 0 && !b.scored {
		return vulndb.Metadata{}, errs.E(errs.Invalid, "there is no record to store")
	}
	for _, step := range []func(context.Context) error{b.mergeVariants, b.storeDecorations, b.index, b.storeVulnerabilities,
		b.storeProviders, b.storeEcosystems, b.storeAliases, b.storeBlobs} {
		if err := step(ctx); err != nil {
			return vulndb.Metadata{}, err
		}
	}
	if err := b.storeSources(ctx, sources); err != nil {
		return vulndb.Metadata{}, err
	}
	meta, err := b.storeMetadata(ctx)
	if err != nil {
		return meta, err
	}
	if err := b.tx.Commit(); err != nil {
		return meta, err
	}
	// Merged records leave free pages, which would make the size depend on the order
	// of the input.
	if len(b.variants) > 0 {
		if _, err := b.db.ExecContext(ctx, `vacuum`); err != nil {
			return meta, err
		}
	}
	return meta, b.publish()
}

// storeBlobs stores those that some row names: merged records leave others.
func (b *Builder) storeBlobs(ctx context.Context) error {
	used := make([]int64, 0, len(b.blobs.places))
	err := b.each(ctx, `
select blob_id from advisories union select blob_id from affected union select blob_id from unaffected
union select blob_id from affected_cpes union select blob_id from known_exploited union select blob_id from end_of_life
order by 1`, func(text []byte) error {
		id, err := strconv.ParseInt(string(text), 10, 64)
		used = append(used, id)
		return err
	})
	if err != nil {
		return err
	}
	b.blobs.index = nil // nothing is added any more
	if err := b.blobs.write(ctx, b.tx, used); err != nil {
		return err
	}
	return b.blobs.close()
}

func (b *Builder) storeAliases(ctx context.Context) error {
	for _, a := range distro.Aliases() {
		if _, err := b.tx.ExecContext(ctx, `insert into operating_system_aliases values ($1, $2)`, a.Alias, a.Name); err != nil {
			return err
		}
	}
	return nil
}

func (b *Builder) index(ctx context.Context) error {
	_, err := b.tx.ExecContext(ctx, vulndb.Indexes)
	return err
}

// publish makes the file durable before it gets its name.
func (b *Builder) publish() error {
	if err := b.db.Close(); err != nil {
		return err
	}
	b.db = nil
	f, err := os.OpenFile(b.temporary, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(b.temporary, b.out); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(b.out))
	if err != nil {
		return err
	}
	err = errors.Join(dir.Sync(), dir.Close(), release(b.lock))
	b.lock = nil
	return err
}

func (b *Builder) storeVulnerabilities(ctx context.Context) error {
	clusters := advisory.NewClusters()
	keys := sortedRecords(b.seen)
	for _, key := range keys {
		if s := b.seen[key]; s.live {
			clusters.Add(key.id, s.aliases)
		}
	}
	insert, err := b.tx.PrepareContext(ctx, `insert into vulnerabilities values ($1, $2)`)
	if err != nil {
		return err
	}
	defer insert.Close() //nolint:errcheck // ends with the transaction
	for _, key := range keys {
		if !b.seen[key].live {
			continue
		}
		for _, name := range clusters.Vulnerabilities(key.id, b.seen[key].aliases) {
			if _, err := insert.ExecContext(ctx, b.seen[key].row, name); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *Builder) storeProviders(ctx context.Context) error {
	for key, s := range b.seen {
		p := b.providers[key.provider]
		p.records++
		if !s.live {
			p.withdrawn++
		}
		p.modified = max(p.modified, s.modified)
	}
	if err := b.digestProviders(ctx); err != nil {
		return err
	}
	for _, name := range sortedKeys(b.providers) {
		p, d := b.providers[name], b.describe(name)
		if _, err := b.tx.ExecContext(ctx, `insert into providers values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
			p.id, name, d.Title, d.Licence, d.Covers, d.Proven, p.records, p.withdrawn, orNull(p.modified), p.digest); err != nil {
			return err
		}
	}
	return nil
}

// describe takes the words of the first feed, by name, in which a provider speaks;
// it is proven if it is in all of them.
func (b *Builder) describe(name string) feed.Provider {
	var out feed.Provider
	for i, f := range sortedKeys(b.providers[name].feeds) {
		d := b.options.Describe(f, name)
		if i == 0 {
			out = d
		}
		out.Proven = out.Proven && d.Proven
	}
	return out
}

// digestProviders computes each provider's digest: over its records, sorted, and
// what it decorates with. A difference of two releases descends the same tree.
func (b *Builder) digestProviders(ctx context.Context) error {
	lines := map[string][]string{}
	for key, s := range b.seen {
		lines[key.provider] = append(lines[key.provider], vulndb.DigestLine(key.id, s.digest[:]))
	}
	for at, d := range b.decorated {
		lines[d.provider] = append(lines[d.provider], vulndb.DigestLine(at, d.digest[:]))
	}
	if err := b.scoreLines(ctx, lines); err != nil {
		return err
	}
	for name, p := range b.providers { // one whose words others replaced has no line
		p.digest = vulndb.ProviderDigest(lines[name])
	}
	return nil
}

func (b *Builder) storeEcosystems(ctx context.Context) error {
	_, err := b.tx.ExecContext(ctx, `
insert into ecosystems
select p.ecosystem, count(distinct a.advisory_id)
from affected a join packages p on p.id = a.package_id
where a.withdrawn = 0 and p.ecosystem <> ''
group by p.ecosystem`)
	return err
}

func (b *Builder) storeSources(ctx context.Context, sources []Source) error {
	for _, s := range sources {
		if _, err := b.tx.ExecContext(ctx, `insert into sources values ($1, $2, $3, $4, $5, $6, $7)`,
			s.Name, s.Feed, s.Digest, s.Records, len(s.Skipped), captured(s.Age), stale(s.Age)); err != nil {
			return err
		}
		for _, skipped := range s.Skipped {
			if _, err := b.tx.ExecContext(ctx, `insert or ignore into skipped values ($1, $2, $3)`,
				s.Name, skipped.Entry, skipped.Reason); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *Builder) storeMetadata(ctx context.Context) (vulndb.Metadata, error) {
	meta := vulndb.Metadata{Schema: vulndb.Schema, Digest: b.rootDigest(), Built: b.options.Built.UTC().Truncate(time.Second),
		Sample: b.options.Sample, Sequence: b.options.Sequence, Records: len(b.seen) + len(b.decorated) + b.scores, Unaffected: b.unaffected}
	meta.Release = meta.Built.Format("2006-01-02") + "-" + strings.TrimPrefix(meta.Digest, "sha256:")[:8]
	if meta.Sample {
		meta.Release = "sample-" + strings.TrimPrefix(meta.Digest, "sha256:")[:8]
	}
	for name, value := range map[string]string{
		"schema": meta.Schema, "digest": meta.Digest, "release": meta.Release, "built": meta.Built.Format(time.RFC3339),
		"sample": fmt.Sprint(meta.Sample), "records": fmt.Sprint(meta.Records), "sequence": fmt.Sprint(meta.Sequence),
		"unaffected": fmt.Sprint(meta.Unaffected),
	} {
		if _, err := b.tx.ExecContext(ctx, `insert into metadata values ($1, $2)`, name, value); err != nil {
			return meta, err
		}
	}
	return meta, b.storeRowsDigest(ctx)
}

// rootDigest is the database's content digest, over the providers, sorted.
func (b *Builder) rootDigest() string {
	var digests []vulndb.NamedDigest
	for _, name := range sortedKeys(b.providers) {
		digests = append(digests, vulndb.NamedDigest{Name: name, Digest: b.providers[name].digest})
	}
	return vulndb.RootDigest(digests)
}

// storeRowsDigest comes last: it covers what is in the tables by then.
func (b *Builder) storeRowsDigest(ctx context.Context) error {
	for _, table := range vulndb.RowTables() {
		digest, err := vulndb.RowsDigest(ctx, b.each, table)
		if err != nil {
			return err
		}
		if _, err := b.tx.ExecContext(ctx, `insert into metadata values ($1, $2)`, vulndb.RowsKey(table), digest); err != nil {
			return err
		}
	}
	return nil
}

func (b *Builder) each(ctx context.Context, query string, row func(text []byte) error) error {
	rows, err := b.tx.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // ends with the transaction
	for rows.Next() {
		var text sql.RawBytes
		if err := rows.Scan(&text); err != nil {
			return err
		}
		if err := row(text); err != nil {
			return err
		}
	}
	return rows.Err()
}

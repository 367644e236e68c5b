// Package build writes an advisory database from records. A build is atomic (a
// temporary file, then a rename) and deterministic: the same records give the
// same content digest, in whatever order and archives they come.
package build

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"time"

	_ "modernc.org/sqlite" // the pure Go driver, registered as "sqlite"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/vulndb"
	"github.com/assay-sca/assay/internal/vulndb/feed"
)

// Options of a build.
type Options struct {
	Built time.Time // the build time that the database states
	// FramesFrom is the number of blobs from which they are compressed; 0: the default.
	FramesFrom int
	Sample     bool  // marks the embedded demonstration data
	Sequence   int64 // the release's number in its line; 0: it is of none
	Describe   func(feedName, provider string) feed.Provider
}

// Builder takes in records and writes the database. It is for one goroutine.
type Builder struct {
	options   Options
	out       string
	temporary string
	lock      *os.File // tells other processes that the temporary is in use
	db        *sql.DB
	tx        *sql.Tx
	insert    statements
	blobs     *spool

	seen      map[recordKey]seen    // the record of each key
	variants  map[recordKey][]seen  // further records that came under a key, with other content
	packages  map[[2]string]int64   // by ecosystem and name
	systems   map[[2]string]int64   // by name and label
	cpes      map[string]int64      // by name
	providers map[string]*provider  // by name
	decorated map[string]decoration // by table and key
	ids       lastIDs
	feed      string // that is read

	scored     bool // some EPSS score was stored
	scores     int  // how many, when all are there
	unaffected int  // entries of no operating system that say what is not affected
}

// recordKey: two providers may each have a record of an id.
type recordKey struct{ provider, id string }

func (k recordKey) compare(l recordKey) int {
	return slices.Compare([]string{k.provider, k.id}, []string{l.provider, l.id})
}

type seen struct {
	row      int64
	modified int64
	digest   [sha256.Size]byte
	aliases  []string
	live     bool
}

type provider struct {
	id                 int64
	records, withdrawn int
	modified           int64
	digest             []byte
	feeds              map[string]bool // in which it spoke
}

type lastIDs struct{ advisory, pkg, system, cpe int64 }

type statements struct {
	advisory, pkg, system, alias, affected, unaffected, cpe, affectedCPE, weakness, summary, score *sql.Stmt
}

// New starts a build that will become the file out.
func New(ctx context.Context, out string, options Options) (*Builder, error) {
	b := &Builder{
		options: options, out: out,
		seen: map[recordKey]seen{}, variants: map[recordKey][]seen{}, packages: map[[2]string]int64{}, systems: map[[2]string]int64{},
		cpes: map[string]int64{}, providers: map[string]*provider{}, decorated: map[string]decoration{},
	}
	if b.options.Describe == nil {
		b.options.Describe = func(_, name string) feed.Provider { return feed.Provider{Name: name} }
	}
	if err := b.open(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("build %s: %w", out, err), b.Abort())
	}
	return b, nil
}

func (b *Builder) open(ctx context.Context) error {
	if err := sweep(b.out); err != nil {
		return errs.E(errs.Unavailable, "remove what an earlier build has left: %w", err)
	}
	var err error
	if b.temporary, b.lock, err = claim(b.out); err != nil {
		return errs.E(errs.Unavailable, "make a temporary file: %w", err)
	}
	if err := os.WriteFile(b.temporary, nil, 0o644); err != nil {
		return err
	}
	if b.blobs, err = newSpool(b.temporary+".blobs", b.options.FramesFrom); err != nil {
		return err
	}
	// Nothing is lost if the process dies: the file has no name that anyone reads.
	// So no journal and no syncing until the end.
	source := url.URL{Scheme: "file", OmitHost: true, Path: filepath.ToSlash(b.temporary),
		RawQuery: "_pragma=journal_mode(off)&_pragma=synchronous(off)&_pragma=locking_mode(exclusive)&_pragma=cache_size(-32768)"}
	if b.db, err = sql.Open("sqlite", source.String()); err != nil {
		return err
	}
	b.db.SetMaxOpenConns(1)
	header := fmt.Sprintf("pragma application_id = %d; pragma user_version = %d;", vulndb.ApplicationID, vulndb.Model)
	if _, err = b.db.ExecContext(ctx, header+vulndb.DDL); err != nil {
		return err
	}
	if b.tx, err = b.db.BeginTx(ctx, nil); err != nil {
		return err
	}
	return b.prepare(ctx)
}

func (b *Builder) prepare(ctx context.Context) error {
	for _, s := range []struct {
		to   **sql.Stmt
		text string
	}{
		{&b.insert.advisory, `insert into advisories values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`},
		{&b.insert.pkg, `insert into packages values ($1, $2, $3)`},
		{&b.insert.system, `insert into operating_systems values ($1, $2, $3, $4, $5, $6, $7, $8)`},
		{&b.insert.alias, `insert or ignore into aliases values ($1, $2, $3)`},
		{&b.insert.affected, `insert into affected values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`},
		{&b.insert.unaffected, `insert into unaffected values ($1, $2, $3, $4, $5, $6, $7, $8)`},
		{&b.insert.cpe, `insert into cpes values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`},
		{&b.insert.affectedCPE, `insert into affected_cpes values ($1, $2, $3, $4, $5, $6, $7, $8)`},
		{&b.insert.weakness, `insert or ignore into weaknesses values ($1, $2)`},
		// Of two scores of one CVE the later holds, of one day the greater.
		{&b.insert.score, `insert into epss values ($1, $2, $3, $4, $5) on conflict (cve) do update
			set provider_id = excluded.provider_id, score = excluded.score, percentile = excluded.percentile, date = excluded.date
			where (excluded.date, excluded.score, excluded.percentile) > (date, score, percentile)`},
		{&b.insert.summary, `insert into summaries (rowid, text) values ($1, $2)`},
	} {
		var err error
		if *s.to, err = b.tx.PrepareContext(ctx, s.text); err != nil { //nolint:sqlclosecheck // closed with the transaction
			return err
		}
	}
	return nil
}

// Add takes in one record. The same record may come again from another archive;
// records of a provider that share an id and differ are merged at the end, see
// mergeVariants.
func (b *Builder) Add(ctx context.Context, providerName string, a *advisory.Advisory) error {
	e, err := encode(providerName, a)
	if err != nil {
		return fmt.Errorf("store %s: %w", a.ID, err)
	}
	key := recordKey{providerName, a.ID}
	s := seen{modified: millis(a.Modified), digest: e.digest(), aliases: a.Aliases, live: !a.Dead()}
	earlier, known := b.seen[key]
	if known && (earlier.digest == s.digest ||
		slices.ContainsFunc(b.variants[key], func(v seen) bool { return v.digest == s.digest })) {
		return nil
	}
	b.ids.advisory++
	s.row = b.ids.advisory
	if known {
		b.variants[key] = append(b.variants[key], s)
	} else {
		b.seen[key] = s
	}
	if err := b.store(ctx, s.row, providerName, a, e); err != nil {
		return fmt.Errorf("store %s: %w", a.ID, err)
	}
	return nil
}

func (b *Builder) store(ctx context.Context, row int64, providerName string, a *advisory.Advisory, e encoded) error {
	if err := b.addHead(ctx, row, providerName, a, e); err != nil {
		return err
	}
	for i := range a.Affected {
		if err := b.addAffected(ctx, row, i, a, e.parts[i]); err != nil {
			return err
		}
	}
	return nil
}

func (b *Builder) addHead(ctx context.Context, row int64, providerName string, a *advisory.Advisory, e encoded) error {
	blob, err := b.blobs.add(e.head)
	if err != nil {
		return err
	}
	digest := e.digest()
	if _, err := b.insert.advisory.ExecContext(ctx, row, a.ID, b.provider(providerName).id, status(a.Status), int(a.Level()),
		orNull(millis(a.Published)), orNull(millis(a.Modified)), orNull(withdrawn(a)), digest[:], blob); err != nil {
		return err
	}
	for kind, names := range [][]string{{a.ID}, a.Aliases, a.Upstream, a.Related} {
		for _, name := range names {
			if name == "" {
				continue
			}
			if _, err := b.insert.alias.ExecContext(ctx, name, row, kind); err != nil {
				return err
			}
		}
	}
	for _, cwe := range a.Weaknesses {
		if _, err := b.insert.weakness.ExecContext(ctx, row, cwe); err != nil {
			return err
		}
	}
	return b.addSummary(ctx, row, a)
}

// maxSearched bounds what of the details of a record without a summary is found
// by free text, in bytes.
const maxSearched = 400

func (b *Builder) addSummary(ctx context.Context, row int64, a *advisory.Advisory) error {
	text := a.Summary
	if text == "" {
		text = a.Details[:min(len(a.Details), maxSearched)]
	}
	if text == "" {
		return nil
	}
	_, err := b.insert.summary.ExecContext(ctx, row, text)
	return err
}

// provider counts happen at the end, when it is known which records stay.
func (b *Builder) provider(name string) *provider {
	p, ok := b.providers[name]
	if !ok {
		p = &provider{id: int64(len(b.providers) + 1), feeds: map[string]bool{}}
		b.providers[name] = p
	}
	p.feeds[b.feed] = true
	return p
}

// status is a status's number: the order is the schema's.
func status(s advisory.Status) int {
	return slices.Index([]advisory.Status{advisory.Active, advisory.Analyzing, advisory.Disputed, advisory.Rejected}, s)
}

func millis(rfc3339 string) int64 {
	t, err := time.Parse(time.RFC3339, rfc3339)
	if err != nil || t.Year() <= 1 {
		return 0
	}
	return t.UnixMilli()
}

// withdrawn keeps a withdrawal whose time cannot be read a withdrawal.
func withdrawn(a *advisory.Advisory) int64 {
	if a.Withdrawn == "" {
		return 0
	}
	return max(millis(a.Withdrawn), 1)
}

func orNull(ms int64) any {
	if ms == 0 {
		return nil
	}
	return ms
}

// Abort gives the build up and removes the temporary files. After Finish it does
// nothing.
func (b *Builder) Abort() error {
	var err error
	if b.tx != nil {
		if e := b.tx.Rollback(); e != nil && !errors.Is(e, sql.ErrTxDone) {
			err = e
		}
	}
	if b.db != nil {
		err = errors.Join(err, b.db.Close())
	}
	if b.blobs != nil {
		err = errors.Join(err, b.blobs.close())
	}
	if b.temporary != "" {
		if e := os.Remove(b.temporary); e != nil && !errors.Is(e, os.ErrNotExist) {
			err = errors.Join(err, e)
		}
	}
	if b.lock != nil {
		err = errors.Join(err, release(b.lock))
		b.lock = nil
	}
	return err
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func sortedRecords[V any](m map[recordKey]V) []recordKey {
	keys := make([]recordKey, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, recordKey.compare)
	return keys
}

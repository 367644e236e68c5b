// Package build writes an advisory database from records. A build is atomic (a
// temporary file, then a rename) and deterministic: the same records give the
// same content digest, in whatever order and archives they come.
package build

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	_ "modernc.org/sqlite" // the pure Go driver, registered as "sqlite"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/purl"
	"github.com/assay-sca/assay/internal/version"
	"github.com/assay-sca/assay/internal/vulndb"
)

// Options of a build.
type Options struct {
	Built  time.Time // the build time that the database states
	Sample bool      // marks the embedded demonstration data
}

// Builder takes in records and writes the database. It is for one goroutine.
type Builder struct {
	options   Options
	out       string
	temporary string
	db        *sql.DB
	tx        *sql.Tx
	insert    statements

	seen      map[string]seen      // by record id
	variants  map[string][]seen    // further records that came under an id, with other content
	blobs     map[[16]byte]int64   // by the digest's first half
	packages  map[[2]string]int64  // by ecosystem and name
	systems   map[[2]string]int64  // by name and version
	providers map[string]*provider // by name
	ids       lastIDs
}

type seen struct {
	row      int64
	modified string
	digest   [sha256.Size]byte
	provider string
	aliases  []string
	live     bool
}

type provider struct {
	id                 int64
	records, withdrawn int
	modified           int64
}

type lastIDs struct{ advisory, blob, pkg, system int64 }

type statements struct {
	advisory, blob, pkg, system, alias, affected *sql.Stmt
}

// New starts a build that will become the file out.
func New(ctx context.Context, out string, options Options) (*Builder, error) {
	b := &Builder{
		options: options, out: out,
		seen: map[string]seen{}, variants: map[string][]seen{}, blobs: map[[16]byte]int64{}, packages: map[[2]string]int64{},
		systems: map[[2]string]int64{}, providers: map[string]*provider{},
	}
	if err := b.open(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("build %s: %w", out, err), b.Abort())
	}
	return b, nil
}

func (b *Builder) open(ctx context.Context) error {
	f, err := os.CreateTemp(filepath.Dir(b.out), filepath.Base(b.out)+".*.building")
	if err != nil {
		return errs.E(errs.Unavailable, "make a temporary file: %w", err)
	}
	b.temporary = f.Name()
	if err := errors.Join(f.Chmod(0o644), f.Close()); err != nil {
		return err
	}
	// Nothing is lost if the process dies: the file has no name that anyone reads.
	// So no journal and no syncing until the end.
	source := url.URL{Scheme: "file", OmitHost: true, Path: filepath.ToSlash(b.temporary),
		RawQuery: "_pragma=journal_mode(off)&_pragma=synchronous(off)&_pragma=locking_mode(exclusive)&_pragma=cache_size(-65536)"}
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
		{&b.insert.advisory, `insert into advisories values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`},
		{&b.insert.blob, `insert into blobs values ($1, $2, $3)`},
		{&b.insert.pkg, `insert into packages values ($1, $2, $3)`},
		{&b.insert.system, `insert into operating_systems values ($1, $2, $3)`},
		{&b.insert.alias, `insert or ignore into aliases values ($1, $2)`},
		{&b.insert.affected, `insert into affected values ($1, $2, $3, $4, $5, $6, $7, $8)`},
	} {
		var err error
		if *s.to, err = b.tx.PrepareContext(ctx, s.text); err != nil { //nolint:sqlclosecheck // closed with the transaction
			return err
		}
	}
	return nil
}

// Add takes in one record. The same record may come again from another archive;
// records that share an id and differ are merged at the end, see mergeVariants.
func (b *Builder) Add(ctx context.Context, providerName string, a *advisory.Advisory) error {
	s := seen{modified: a.Modified, digest: recordDigest(a), provider: providerName, aliases: a.Aliases, live: a.Withdrawn == ""}
	earlier, known := b.seen[a.ID]
	if known && (earlier.digest == s.digest ||
		slices.ContainsFunc(b.variants[a.ID], func(v seen) bool { return v.digest == s.digest })) {
		return nil
	}
	b.ids.advisory++
	s.row = b.ids.advisory
	if known {
		b.variants[a.ID] = append(b.variants[a.ID], s)
	} else {
		b.seen[a.ID] = s
	}
	if err := b.addHead(ctx, s.row, providerName, a, s.digest); err != nil {
		return fmt.Errorf("store %s: %w", a.ID, err)
	}
	for i := range a.Affected {
		if err := b.addAffected(ctx, s.row, i, a); err != nil {
			return fmt.Errorf("store %s: %w", a.ID, err)
		}
	}
	return nil
}

// recordDigest covers a record's content by the digests of its parts.
func recordDigest(a *advisory.Advisory) [sha256.Size]byte {
	sum := sha256.New()
	head := sha256.Sum256(a.Body)
	sum.Write(head[:])
	for i := range a.Affected {
		part := sha256.Sum256(a.Affected[i].Body)
		sum.Write(part[:])
	}
	return [sha256.Size]byte(sum.Sum(nil))
}

func (b *Builder) addHead(ctx context.Context, row int64, providerName string, a *advisory.Advisory, digest [sha256.Size]byte) error {
	blob, err := b.blob(ctx, a.Body)
	if err != nil {
		return err
	}
	p := b.provider(providerName)
	if _, err := b.insert.advisory.ExecContext(ctx, row, a.ID, p.id, int(a.Level()),
		orNull(millis(a.Published)), orNull(millis(a.Modified)), orNull(withdrawn(a)), digest[:], blob); err != nil {
		return err
	}
	for _, name := range append([]string{a.ID}, a.Aliases...) {
		if name == "" {
			continue
		}
		if _, err := b.insert.alias.ExecContext(ctx, name, row); err != nil {
			return err
		}
	}
	return nil
}

func (b *Builder) addAffected(ctx context.Context, row int64, sequence int, a *advisory.Advisory) error {
	f := &a.Affected[sequence]
	ecosystem, system, release := splitEcosystem(f.Ecosystem)
	pkg, err := b.pkg(ctx, ecosystem, purl.Normalize(ecosystem, f.Name))
	if err != nil {
		return err
	}
	os, err := b.system(ctx, system, release)
	if err != nil {
		return err
	}
	blob, err := b.blob(ctx, f.Body)
	if err != nil {
		return err
	}
	intervals := advisory.EncodeIntervals(f.Intervals(version.SchemeOf(f.Ecosystem)))
	// Rare, so they stand in the hot row instead of a blob to be fetched for all.
	var ratings any
	if len(f.Severity) > 0 {
		ratings = advisory.EncodeRatings(f.Severity)
	}
	_, err = b.insert.affected.ExecContext(ctx, pkg, os, row, sequence, a.Withdrawn != "",
		intervals, ratings, blob)
	return err
}

// blob stores a value once and returns its number.
func (b *Builder) blob(ctx context.Context, value []byte) (int64, error) {
	digest := sha256.Sum256(value)
	key := [16]byte(digest[:16])
	if id, ok := b.blobs[key]; ok {
		return id, nil
	}
	b.ids.blob++
	b.blobs[key] = b.ids.blob
	_, err := b.insert.blob.ExecContext(ctx, b.ids.blob, digest[:], value)
	return b.ids.blob, err
}

func (b *Builder) pkg(ctx context.Context, ecosystem, name string) (int64, error) {
	key := [2]string{ecosystem, name}
	if id, ok := b.packages[key]; ok {
		return id, nil
	}
	b.ids.pkg++
	b.packages[key] = b.ids.pkg
	_, err := b.insert.pkg.ExecContext(ctx, b.ids.pkg, ecosystem, name)
	return b.ids.pkg, err
}

// system returns the number of an operating system; none is 0.
func (b *Builder) system(ctx context.Context, name, release string) (int64, error) {
	if name == "" {
		return 0, nil
	}
	key := [2]string{name, release}
	if id, ok := b.systems[key]; ok {
		return id, nil
	}
	b.ids.system++
	b.systems[key] = b.ids.system
	_, err := b.insert.system.ExecContext(ctx, b.ids.system, name, release)
	return b.ids.system, err
}

// provider counts happen at the end, when it is known which records stay.
func (b *Builder) provider(name string) *provider {
	p, ok := b.providers[name]
	if !ok {
		p = &provider{id: int64(len(b.providers) + 1)}
		b.providers[name] = p
	}
	return p
}

// splitEcosystem takes apart what OSV joins: "Debian:12" is the packages of an
// operating system at a release, "Packagist:https://…" a further registry of an
// ecosystem. Only the former depends on the system that a package runs on.
func splitEcosystem(name string) (ecosystem, system, release string) {
	base, suffix, _ := strings.Cut(name, ":")
	if slices.Contains(distributions(), base) {
		return base, base, suffix
	}
	return base, "", ""
}

func distributions() []string {
	return []string{"AlmaLinux", "Alpaquita", "Alpine", "Azure Linux", "BellSoft Hardened Containers", "Chainguard",
		"Debian", "Echo", "Linux", "Mageia", "MinimOS", "Photon OS", "Red Hat", "Rocky Linux", "SUSE", "Ubuntu",
		"Wolfi", "openEuler", "openSUSE"}
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

// Abort gives the build up and removes the temporary file. After Finish it does
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
	if b.temporary != "" {
		if e := os.Remove(b.temporary); e != nil && !errors.Is(e, os.ErrNotExist) {
			err = errors.Join(err, e)
		}
	}
	return err
}

// rootDigest is the database's content digest: over each provider's records,
// sorted, then over the providers, sorted. A later difference of two releases
// descends the same tree.
func rootDigest(records map[string]seen) string {
	byProvider := map[string][]string{}
	for id, s := range records {
		byProvider[s.provider] = append(byProvider[s.provider], id)
	}
	root := sha256.New()
	for _, name := range sortedKeys(byProvider) {
		ids := byProvider[name]
		slices.Sort(ids)
		part := sha256.New()
		for _, id := range ids {
			digest := records[id].digest
			fmt.Fprintf(part, "%s\x00%x\n", id, digest)
		}
		fmt.Fprintf(root, "%s\x00%x\n", name, part.Sum(nil))
	}
	return "sha256:" + hex.EncodeToString(root.Sum(nil))
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

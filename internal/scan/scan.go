// Package scan joins the stages: what is read from a source is matched with the
// database and judged by the rules. It is the only place that does; the command
// line calls it now, a server's job later. Its result holds no clock and no path
// of the machine.
package scan

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/finding"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/match"
	"github.com/assay-sca/assay/internal/policy"
	"github.com/assay-sca/assay/internal/source"
)

// Database is what a scan needs of an advisory database.
type Database interface {
	match.ProductAdvisories
	// Release says which release it is; State is not looked at.
	Release() finding.Database
	// Ecosystems gives the number of live records by ecosystem.
	Ecosystems(ctx context.Context) (map[string]int, error)
	// HasProducts tells whether it has records of products at all.
	HasProducts(ctx context.Context) (bool, error)
	// Outdated says which records are older than the database, in a line each.
	Outdated(ctx context.Context) ([]string, error)
}

// Request says what to scan and how.
type Request struct {
	Source  *source.Source
	Extract extract.Options
	Rules   policy.Rules
	// Open opens the database. Its error does not stop the scan: the inventory is
	// reported with the reason why nothing could be matched.
	Open func(ctx context.Context) (Database, error)
	// ByProduct matches components of ecosystems without advisories by the name of a
	// product: see match.Products.
	ByProduct bool
	// Stage is told what begins: "read", "match"; nil for none.
	Stage func(name string)
}

// Run scans. The error is for what leaves nothing to report; everything else is
// in the result.
func Run(ctx context.Context, req Request) (*finding.Result, error) {
	if err := req.Rules.Check(); err != nil {
		return nil, err
	}
	stage := req.Stage
	if stage == nil {
		stage = func(string) {}
	}
	stage("read")
	read, err := readSource(ctx, req)
	if err != nil {
		return nil, err
	}
	result := &finding.Result{Source: req.Source.Description, Inventory: read.Inventory}
	result.Coverage.Files = read.Ledger
	for i := range result.Inventory.Components {
		if result.Inventory.Components[i].Version == "" {
			result.Coverage.Unpinned = append(result.Coverage.Unpinned, i)
		}
	}
	stage("match")
	if err := matchAll(ctx, req, result); err != nil {
		return nil, err
	}
	policy.Apply(result, req.Rules)
	return result, nil
}

func readSource(ctx context.Context, req Request) (extract.Result, error) {
	options := req.Extract
	var err error
	if options.Only, err = Files(req.Source, options.Extractors); err != nil {
		return extract.Result{}, err
	}
	return extract.Run(ctx, req.Source.Tree, options)
}

// Files lists what is to be read of a source that is one file: itself and what
// extract.Companions adds. Of any other source it is nil: everything. A file that
// is known by its folders too is named with them.
func Files(s *source.Source, extractors []extract.Extractor) ([]string, error) {
	if s.File == "" {
		return nil, nil
	}
	if err := s.Locate(func(name string) bool { return extract.Known(name, extractors) }); err != nil {
		return nil, err
	}
	return extract.Companions(s.Tree, s.File, extractors)
}

// matchAll matches the inventory. A database that cannot be used, or fails while
// it is read, leaves the result without findings and says so.
func matchAll(ctx context.Context, req Request, result *finding.Result) error {
	db, err := req.Open(ctx)
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		result.Database = unusable(err)
		return nil
	}
	result.Database = db.Release()
	result.Database.State = finding.DatabaseOK
	judgeAge(&result.Database, req.Rules)
	if err := matchWith(ctx, req, db, result); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		unusable := unusable(err)
		result.Database.State, result.Database.Reason = unusable.State, unusable.Reason
		result.Findings, result.Coverage.Uncompared = nil, nil
	}
	return nil
}

func matchWith(ctx context.Context, req Request, db Database, result *finding.Result) error {
	known, err := db.Ecosystems(ctx)
	if err != nil {
		return err
	}
	outdated, err := db.Outdated(ctx)
	if err != nil {
		return err
	}
	result.Notices = append(result.Notices, outdated...)
	coverEcosystems(result, known)
	matched, err := match.Run(ctx, db, &result.Inventory)
	if err != nil {
		return err
	}
	result.Findings, result.Coverage.Uncompared = matched.Findings, matched.Uncompared
	if !req.ByProduct {
		return nil
	}
	return matchProducts(ctx, db, result, known)
}

// matchProducts adds what is found by the names of products, or says that nothing
// could be.
func matchProducts(ctx context.Context, db Database, result *finding.Result, known map[string]int) error {
	has, err := db.HasProducts(ctx)
	if err != nil {
		return err
	}
	if !has {
		result.Notices = append(result.Notices, "nothing was matched by product: the database has no records of products, such as the NVD's")
		return nil
	}
	products, err := match.Products(ctx, db, &result.Inventory, known)
	if err != nil {
		return err
	}
	result.Findings = append(result.Findings, products.Findings...)
	result.Coverage.Uncompared = append(result.Coverage.Uncompared, products.Uncompared...)
	slices.SortStableFunc(result.Findings, func(a, b finding.Finding) int { return a.Component - b.Component })
	slices.SortStableFunc(result.Coverage.Uncompared, func(a, b finding.Uncompared) int { return a.Component - b.Component })
	return nil
}

func unusable(err error) finding.Database {
	state := finding.DatabaseDamaged
	if errs.KindOf(err) == errs.NotFound {
		state = finding.DatabaseMissing
	}
	return finding.Database{State: state, Reason: err.Error()}
}

// judgeAge marks a database that is older than the rules allow. The instant is
// named, since it changed the result.
func judgeAge(d *finding.Database, rules policy.Rules) {
	if rules.MaxAge <= 0 || d.Sample || rules.At.Sub(d.Built) <= rules.MaxAge {
		return
	}
	d.State = finding.DatabaseStale
	d.Reason = fmt.Sprintf("the advisory database was built on %s, over %s before %s: run `assay db update`, or allow more with --db-max-age",
		d.Built.UTC().Format(time.RFC3339), days(rules.MaxAge), rules.At.UTC().Format(time.RFC3339))
}

func days(d time.Duration) string {
	const day = 24 * time.Hour
	if d%day == 0 {
		return fmt.Sprintf("%d days", d/day)
	}
	return d.String()
}

// coverEcosystems sets what the database knows beside what the inventory uses,
// and marks the files of ecosystems that it knows nothing of.
func coverEcosystems(result *finding.Result, known map[string]int) {
	components := result.Inventory.Components
	unknown := map[string]bool{}
	for start := 0; start < len(components); {
		name, end := components[start].Ecosystem, start
		for end < len(components) && components[end].Ecosystem == name {
			end++
		}
		result.Coverage.Ecosystems = append(result.Coverage.Ecosystems,
			finding.EcosystemCoverage{Name: name, Components: end - start, Advisories: known[name]})
		unknown[name] = known[name] == 0
		start = end
	}
	for i := range result.Coverage.Files {
		f := &result.Coverage.Files[i]
		if f.Status == inventory.Read && unknown[f.Ecosystem] {
			f.Status = inventory.NoAdvisories
			f.Reason = "the database has no advisories for " + f.Ecosystem
		}
	}
}

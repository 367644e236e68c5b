package cli

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/cpe"
	"github.com/assay-sca/assay/internal/distro"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/purl"
	"github.com/assay-sca/assay/internal/severity"
	versions "github.com/assay-sca/assay/internal/version"
	"github.com/assay-sca/assay/internal/vulndb"
)

// searched is what the command line asks for.
type searched struct {
	term, ecosystem, system, provider, weakness, text, fix, severity, affects string

	exploited, withdrawn bool
	epss                 float64

	publishedAfter, publishedBefore, modifiedAfter, modifiedBefore string

	limit int
	after int64

	looked vulndb.Query // what was looked for last
}

func (s *searched) bind(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&s.ecosystem, "ecosystem", "", "only packages of this `ECOSYSTEM`, by its OSV name")
	f.StringVar(&s.system, "os", "", "only packages of this operating `SYSTEM`: ubuntu@22.04, debian:bookworm, alpine")
	f.StringVar(&s.affects, "affects", "", "only what affects this `VERSION`")
	f.StringVar(&s.provider, "provider", "", "only records of this `PROVIDER`: GHSA, NVD; see db status")
	f.StringVar(&s.fix, "fix-state", "", "only entries of this `STATE`: fixed, not-fixed, wont-fix, unknown")
	f.StringVar(&s.severity, "min-severity", "", "only records at or above this `LEVEL`: low, medium, high, critical")
	f.BoolVar(&s.exploited, "kev", false, "only vulnerabilities that are known to be exploited")
	f.Float64Var(&s.epss, "min-epss", 0, "only vulnerabilities whose EPSS `SCORE`, 0 to 1, is at least this")
	f.StringVar(&s.weakness, "cwe", "", "only records of this weakness, such as `CWE-79`")
	f.StringVar(&s.text, "text", "", "only records whose summary has these `WORDS`")
	f.StringVar(&s.publishedAfter, "published-after", "", "only records published on this `DAY` or later")
	f.StringVar(&s.publishedBefore, "published-before", "", "only records published before this `DAY`")
	f.StringVar(&s.modifiedAfter, "modified-after", "", "only records modified on this `DAY` or later")
	f.StringVar(&s.modifiedBefore, "modified-before", "", "only records modified before this `DAY`")
	f.BoolVar(&s.withdrawn, "withdrawn", true, "show withdrawn and rejected records too, marked as such")
	f.IntVar(&s.limit, "limit", defaultPage, "greatest `NUMBER` of records in an answer")
	f.Int64Var(&s.after, "after", 0, "go on after this `CURSOR`, which the page before has told")
}

const (
	defaultPage = 200
	maxPage     = 10_000
)

// query puts together what does not depend on the term.
func (s *searched) query(ctx context.Context, db *vulndb.DB) (vulndb.Query, error) {
	q := vulndb.Query{Ecosystem: s.ecosystem, Provider: s.provider, Text: s.text, Exploited: s.exploited, EPSS: s.epss,
		Affects: s.affects, Dead: s.withdrawn, Limit: s.limit, After: s.after}
	if s.limit < 1 || s.limit > maxPage {
		return q, errs.E(errs.Invalid, "--limit %d is no number from 1 to %d", s.limit, maxPage)
	}
	if s.epss < 0 || s.epss > 1 {
		return q, errs.E(errs.Invalid, "--min-epss %g is no score between 0 and 1", s.epss)
	}
	if s.severity != "" {
		level, ok := severity.ParseLevel(s.severity)
		if !ok {
			return q, errs.E(errs.Invalid, "--min-severity %q is no level: use low, medium, high or critical", s.severity)
		}
		q.Severity = level
	}
	if err := s.setFix(&q); err != nil {
		return q, err
	}
	if err := s.setWeakness(&q); err != nil {
		return q, err
	}
	if err := s.setDates(&q); err != nil {
		return q, err
	}
	if err := s.checkKnown(ctx, db); err != nil {
		return q, err
	}
	if s.system == "" {
		return q, nil
	}
	system, err := systemOf(ctx, db, s.system)
	q.System = &system
	return q, err
}

// systemOf reads an operating system; if the database knows nothing of it, the
// error says of which it does.
func systemOf(ctx context.Context, db *vulndb.DB, text string) (distro.System, error) {
	system, err := db.System(ctx, text)
	if err == nil || errs.KindOf(err) != errs.NotFound {
		return system, err
	}
	known, e := db.Systems(ctx)
	if e != nil {
		return system, e
	}
	var names, releases []string
	for _, k := range known {
		names = append(names, k.Name)
		if k.Name == system.Name && k.Label != "" && !slices.Contains(releases, k.Label) {
			releases = append(releases, k.Label)
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	switch {
	case len(names) == 0:
		return system, errs.E(errs.NotFound, "%w, nor of any other operating system", err)
	case len(releases) > 0:
		return system, errs.E(errs.NotFound, "%w: of %s it knows the releases %s", err, system.Name, strings.Join(releases, ", "))
	}
	return system, errs.E(errs.NotFound, "%w: it knows those of %s", err, strings.Join(names, ", "))
}

// checkKnown refuses names of which the database knows nothing: an empty answer
// to a slip of the pen would be taken for good news.
func (s *searched) checkKnown(ctx context.Context, db *vulndb.DB) error {
	if s.ecosystem != "" {
		known, err := db.Ecosystems(ctx)
		if err != nil {
			return err
		}
		names := purl.Ecosystems()
		for name := range known {
			names = append(names, name)
		}
		if !slices.Contains(names, s.ecosystem) {
			slices.SortFunc(names, func(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) })
			return errs.E(errs.Invalid, "unknown ecosystem %q: use %s", s.ecosystem, strings.Join(slices.Compact(names), ", "))
		}
	}
	if s.provider == "" {
		return nil
	}
	providers, err := db.Providers(ctx)
	if err != nil {
		return err
	}
	names := make([]string, len(providers))
	for i, p := range providers {
		names[i] = p.Name
	}
	if !slices.ContainsFunc(names, func(name string) bool { return strings.EqualFold(name, s.provider) }) {
		return errs.E(errs.NotFound, "the database has no records of a provider %q: it has those of %s", s.provider, strings.Join(names, ", "))
	}
	return nil
}

// setWeakness reads the number of a weakness, with or without its prefix.
func (s *searched) setWeakness(q *vulndb.Query) error {
	if s.weakness == "" {
		return nil
	}
	number := strings.TrimPrefix(strings.ToUpper(s.weakness), "CWE-")
	if _, err := strconv.ParseUint(number, 10, 32); err != nil {
		return errs.E(errs.Invalid, "--cwe %q is no weakness such as CWE-79", s.weakness)
	}
	q.Weakness = "CWE-" + number
	return nil
}

func (s *searched) setFix(q *vulndb.Query) error {
	if s.fix == "" {
		return nil
	}
	state := advisory.FixState(s.fix)
	if s.fix == "unknown" {
		state = advisory.FixUnknown
	}
	if !slices.Contains(advisory.FixStates(), state) {
		return errs.E(errs.Invalid, "--fix-state %q is none: use fixed, not-fixed, wont-fix or unknown", s.fix)
	}
	q.Fix, q.AnyFix = state, true
	return nil
}

func (s *searched) setDates(q *vulndb.Query) error {
	for _, d := range []struct {
		flag, text string
		to         *time.Time
	}{
		{"published-after", s.publishedAfter, &q.PublishedAfter}, {"published-before", s.publishedBefore, &q.PublishedBefore},
		{"modified-after", s.modifiedAfter, &q.ModifiedAfter}, {"modified-before", s.modifiedBefore, &q.ModifiedBefore},
	} {
		if d.text == "" {
			continue
		}
		at, err := time.Parse(time.DateOnly, d.text)
		if err != nil {
			if at, err = time.Parse(time.RFC3339, d.text); err != nil {
				return errs.E(errs.Invalid, "--%s %q is no day such as 2026-01-31", d.flag, d.text)
			}
		}
		*d.to = at
	}
	return nil
}

// find looks for the term: as what its form says it is, else first as an id, then
// as a package.
func (s *searched) find(ctx context.Context, db *vulndb.DB) (vulndb.Page, error) {
	q, err := s.query(ctx, db)
	if err != nil {
		return vulndb.Page{}, err
	}
	switch {
	case s.term == "":
		return s.look(ctx, db, q)
	case strings.HasPrefix(s.term, "pkg:"):
		return s.byPURL(ctx, db, q)
	case strings.HasPrefix(s.term, "cpe:"):
		name, err := cpe.Parse(s.term)
		if err != nil {
			return vulndb.Page{}, err
		}
		q.CPE = &name
		has, err := db.HasProducts(ctx)
		if err == nil && !has {
			err = errs.E(errs.NotFound, "the database has no records of products: build it with the NVD's, nvd:FOLDER")
		}
		if err != nil {
			return vulndb.Page{}, err
		}
		return s.look(ctx, db, q)
	}
	for _, form := range idForms(s.term) {
		q.ID = form
		if page, err := s.look(ctx, db, q); err != nil || len(page.Rows) > 0 {
			return page, err
		}
	}
	q.ID, q.Packages = "", packageForms(s.term, s.ecosystem)
	return s.look(ctx, db, q)
}

// look asks the database, and remembers what for.
func (s *searched) look(ctx context.Context, db *vulndb.DB, q vulndb.Query) (vulndb.Page, error) {
	s.looked = q
	return db.Find(ctx, q)
}

// undecided are the records of what a term names whose ranges cannot be compared
// with the version that was asked for: to leave them out in silence would be to
// call the version not affected.
func (s *searched) undecided(ctx context.Context, db *vulndb.DB) ([]string, error) {
	q := s.looked
	asked := q.Affects
	if asked == "" || s.term == "" {
		return nil, nil
	}
	q.Affects, q.Limit = "", maxPage
	page, err := db.Find(ctx, q)
	if err != nil {
		return nil, err
	}
	var numbers []int64
	for i := range page.Rows {
		if r := &page.Rows[i]; !r.Withdrawn && !r.Unaffected && r.Package != "" && !comparableWith(r, asked) {
			numbers = append(numbers, r.Advisory)
		}
	}
	details, err := db.Details(ctx, slices.Compact(numbers))
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, d := range details {
		ids = append(ids, d.ID)
	}
	slices.SortFunc(ids, advisory.CompareIDs)
	return ids, nil
}

// comparableWith tells whether each interval of an entry can be compared with a
// version, or one covers it.
func comparableWith(r *vulndb.Row, text string) bool {
	if r.Covers(text) {
		return true
	}
	scheme := versions.SchemeOf(r.Ecosystem)
	v, err := versions.Parse(scheme, text)
	if err != nil {
		return !slices.ContainsFunc(r.Intervals, func(i advisory.Interval) bool { return !i.Exact })
	}
	for _, i := range r.Intervals {
		bounds, err := i.Bounds(scheme)
		if err == nil {
			_, err = bounds.Contains(v)
		}
		if err != nil && !i.Exact {
			return false
		}
	}
	return true
}

// byPURL keeps all that a purl says: group, scope and path are part of the name,
// the version is what must be affected, the distribution the system.
func (s *searched) byPURL(ctx context.Context, db *vulndb.DB, q vulndb.Query) (vulndb.Page, error) {
	if d, ok := purl.ParseDistributed(s.term); ok {
		return s.byDistributed(ctx, db, q, d)
	}
	p, err := purl.Parse(s.term)
	if err != nil {
		return vulndb.Page{}, err
	}
	if q.Ecosystem != "" && q.Ecosystem != p.Ecosystem {
		return vulndb.Page{}, errs.E(errs.Invalid, "--ecosystem %s: %s is a package of %s", q.Ecosystem, s.term, p.Ecosystem)
	}
	q.Ecosystem, q.Packages, q.Affects = p.Ecosystem, []string{p.Name}, cmp.Or(q.Affects, p.Version)
	return s.look(ctx, db, q)
}

func (s *searched) byDistributed(ctx context.Context, db *vulndb.DB, q vulndb.Query, d purl.Distributed) (vulndb.Page, error) {
	if q.System == nil {
		text := d.Vendor
		if release := strings.TrimPrefix(d.Distro, d.Vendor+"-"); release != "" {
			text += "@" + release
		}
		system, err := systemOf(ctx, db, text)
		if err != nil {
			return vulndb.Page{}, err
		}
		q.System = &system
	}
	q.Ecosystem = distro.Ecosystem(q.System.Name)
	q.Packages, q.Affects = []string{d.Name}, cmp.Or(q.Affects, d.Version)
	return s.look(ctx, db, q)
}

// idForms are the cases in which an id may be written: most are upper case, the
// letters of a GHSA lower.
func idForms(id string) []string {
	upper := strings.ToUpper(id)
	forms := []string{id, upper}
	if rest, ok := strings.CutPrefix(upper, "GHSA-"); ok {
		forms[1] = "GHSA-" + strings.ToLower(rest)
	}
	return slices.Compact(forms)
}

// packageForms are the names that a package may have by the rules of its
// ecosystem, or of all.
func packageForms(name, ecosystem string) []string {
	if ecosystem != "" {
		return []string{purl.Normalize(ecosystem, name)}
	}
	names := []string{name}
	for _, e := range purl.Ecosystems() {
		if n := purl.Normalize(e, name); !slices.Contains(names, n) {
			names = append(names, n)
		}
	}
	return names
}

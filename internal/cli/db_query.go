package cli

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/cpe"
	"github.com/assay-sca/assay/internal/distro"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/purl"
	"github.com/assay-sca/assay/internal/severity"
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
	q := vulndb.Query{Ecosystem: s.ecosystem, Provider: s.provider, Weakness: s.weakness, Text: s.text, Exploited: s.exploited, EPSS: s.epss,
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
	if err := s.setDates(&q); err != nil {
		return q, err
	}
	if s.system == "" {
		return q, nil
	}
	system, err := db.System(ctx, s.system)
	q.System = &system
	return q, err
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
		return db.Find(ctx, q)
	case strings.HasPrefix(s.term, "pkg:"):
		return s.byPURL(ctx, db, q)
	case strings.HasPrefix(s.term, "cpe:"):
		name, err := cpe.Parse(s.term)
		if err != nil {
			return vulndb.Page{}, err
		}
		q.CPE = &name
		return db.Find(ctx, q)
	}
	for _, form := range idForms(s.term) {
		q.ID = form
		if page, err := db.Find(ctx, q); err != nil || len(page.Rows) > 0 {
			return page, err
		}
	}
	q.ID, q.Packages = "", packageForms(s.term, s.ecosystem)
	return db.Find(ctx, q)
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
	q.Ecosystem, q.Packages, q.Affects = p.Ecosystem, []string{p.Name}, cmp.Or(q.Affects, p.Version)
	return db.Find(ctx, q)
}

func (s *searched) byDistributed(ctx context.Context, db *vulndb.DB, q vulndb.Query, d purl.Distributed) (vulndb.Page, error) {
	if q.System == nil {
		text := d.Vendor
		if release := strings.TrimPrefix(d.Distro, d.Vendor+"-"); release != "" {
			text += "@" + release
		}
		system, err := db.System(ctx, text)
		if err != nil {
			return vulndb.Page{}, err
		}
		q.System = &system
	}
	q.Ecosystem = distro.Ecosystem(q.System.Name)
	q.Packages, q.Affects = []string{d.Name}, cmp.Or(q.Affects, d.Version)
	return db.Find(ctx, q)
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

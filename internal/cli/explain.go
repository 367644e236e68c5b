package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/extract"
	extractors "github.com/assay-sca/assay/internal/extract/all"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/match"
	"github.com/assay-sca/assay/internal/policy"
	"github.com/assay-sca/assay/internal/purl"
	"github.com/assay-sca/assay/internal/scan"
	"github.com/assay-sca/assay/internal/source"
	"github.com/assay-sca/assay/internal/vulndb"
)

func (a *app) explainCommand() *cobra.Command {
	var d database
	var ecosystem, in string
	cmd := &cobra.Command{
		Use:   "explain VULNERABILITY COMPONENT",
		Short: "Say why a vulnerability is or is not reported for a component",
		Long: `Compares COMPONENT, a purl or name@version, with every range of every advisory that
VULNERABILITY names (an id or an alias), and says what came of each. With --in the
versions are those that a folder's or lockfile's components have.

Exit codes: 0 the component is not affected, 1 it is, 2 something named is unknown,
3 it could not be compared.`,
		Example: `  assay explain CVE-2021-23337 pkg:npm/lodash@4.17.20
  assay explain GHSA-35jh-r3h4-6jhm lodash@4.17.21 --ecosystem npm
  assay explain CVE-2021-23337 lodash --in .`,
		Args: cobra.ExactArgs(2),
	}
	d.bind(cmd)
	cmd.Flags().StringVar(&ecosystem, "ecosystem", "", "the component's `ECOSYSTEM`, when it is not written as a purl")
	cmd.Flags().StringVar(&in, "in", "", "folder or lockfile whose `TARGET` components are meant")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if _, err := a.settings(cmd, nil); err != nil {
			return err
		}
		return a.explain(cmd, &d, args[0], args[1], ecosystem, in)
	}
	return cmd
}

func (a *app) explain(cmd *cobra.Command, d *database, id, text, ecosystem, in string) error {
	want, err := componentOf(text, ecosystem)
	if err != nil {
		return err
	}
	db, closeDB, err := a.open(cmd.Context(), d)
	if err != nil {
		return lacking(d, err)
	}
	defer closeDB() //nolint:errcheck // only read
	if err := a.sayOutdated(cmd.Context(), db); err != nil {
		return err
	}
	rows, err := byID(cmd.Context(), db, id)
	if err != nil {
		return err
	}
	if len(rows) == 0 {
		return errs.E(errs.NotFound, "the database (release %s) knows no advisory %s: nothing can be reported under this id", db.Metadata().Release, id)
	}
	components, err := a.meant(cmd, want, in)
	if err != nil {
		return err
	}
	e := explanation{a: a, db: db, rows: rows, id: id}
	for _, c := range components {
		if err := e.component(cmd, c); err != nil {
			return err
		}
	}
	return e.verdict()
}

// meant lists the components that a user's words mean: the one written, or those
// of that name in a source.
func (a *app) meant(cmd *cobra.Command, want purl.Package, in string) ([]purl.Package, error) {
	if in == "" {
		if want.Version == "" {
			return nil, errs.E(errs.Invalid, "%q has no version: write name@version, a purl with a version, or name a source with --in", want.Name)
		}
		return []purl.Package{want}, nil
	}
	src, err := source.Open(cmd.Context(), in, "")
	if err != nil {
		return nil, err
	}
	defer src.Close() //nolint:errcheck // only read
	options := extract.Options{Extractors: extractors.Extractors(), Limits: extract.DefaultLimits()}
	if options.Only, err = scan.Files(src, options.Extractors); err != nil {
		return nil, err
	}
	read, err := extract.Run(cmd.Context(), src.Tree, options)
	if err != nil {
		return nil, err
	}
	found := named(read.Inventory.Components, want)
	if len(found) == 0 {
		return nil, errs.E(errs.NotFound, "%s has no component %s: nothing can be reported for it", in, want)
	}
	return found, nil
}

func named(components []inventory.Component, want purl.Package) []purl.Package {
	var found []purl.Package
	for i := range components {
		c := &components[i]
		if c.Name == purl.Normalize(c.Ecosystem, want.Name) && (want.Ecosystem == "" || want.Ecosystem == c.Ecosystem) &&
			(want.Version == "" || want.Version == c.Version) {
			found = append(found, purl.Package{Ecosystem: c.Ecosystem, Name: c.Name, Version: c.Version})
		}
	}
	return slices.Compact(found)
}

// explanation prints the comparison of components with one vulnerability.
type explanation struct {
	a    *app
	db   *vulndb.DB
	rows []vulndb.Row
	id   string
	all  outcome
}

func (e *explanation) component(cmd *cobra.Command, c purl.Package) error {
	var numbers []int64
	for _, r := range e.rows {
		numbers = append(numbers, r.Advisory)
	}
	slices.Sort(numbers)
	details, err := e.db.Details(cmd.Context(), slices.Compact(numbers))
	if err != nil {
		return err
	}
	var b strings.Builder
	var seen outcome
	for _, r := range e.rows {
		if r.Package != purl.Normalize(r.Ecosystem, c.Name) || c.Ecosystem != "" && c.Ecosystem != r.Ecosystem {
			continue
		}
		seen.named = true
		d := details[r.Advisory]
		fmt.Fprintf(&b, "  %s (%s) on %s %s\n", d.ID, d.Provider, r.Ecosystem, r.Package)
		if d.Withdrawn {
			fmt.Fprintf(&b, "    it was withdrawn: it affects nothing\n")
			continue
		}
		if r.Unaffected {
			fmt.Fprintf(&b, "    it says explicitly that these versions are not affected: %s\n", unaffectedText(r))
			continue
		}
		seen.add(compareRanges(&b, c, r))
	}
	e.all.add(seen)
	_, err = fmt.Fprintf(cleaner{e.a.Stdout}, "%s: %s\n%s", c, e.headline(seen), b.String())
	return err
}

func unaffectedText(r vulndb.Row) string {
	if len(r.Intervals) == 0 {
		return "all"
	}
	var texts []string
	for _, i := range r.Intervals {
		texts = append(texts, i.String())
	}
	return strings.Join(texts, " || ")
}

// outcome is what comparing gave.
type outcome struct {
	named      bool // an advisory names the package
	affected   bool
	uncompared bool
}

func (o *outcome) add(p outcome) {
	o.named = o.named || p.named
	o.affected = o.affected || p.affected
	o.uncompared = o.uncompared || p.uncompared
}

// compareRanges writes a line for every range of a row.
func compareRanges(b *strings.Builder, c purl.Package, r vulndb.Row) outcome {
	if c.Version == "" {
		fmt.Fprintf(b, "    no version is known, so nothing can be compared\n")
		return outcome{uncompared: true}
	}
	if len(r.Intervals) == 0 {
		fmt.Fprintf(b, "    it states commits only, no versions: nothing can be compared\n")
	}
	var o outcome
	for _, v := range match.Explain(r.Ecosystem, c.Version, r.Intervals) {
		mark := "no"
		switch {
		case v.Covers:
			mark, o.affected = "YES", true
		case v.Uncompared:
			mark, o.uncompared = "?", true
		}
		fmt.Fprintf(b, "    %-3s  %s: %s\n", mark, v.Interval, v.Why)
	}
	return o
}

func (e *explanation) headline(o outcome) string {
	switch {
	case o.affected:
		return e.id + " is reported"
	case o.uncompared:
		return e.id + " is neither reported nor ruled out: it could not be compared"
	case !o.named:
		return e.id + " is not reported: no advisory of it names this package"
	}
	return e.id + " is not reported"
}

func (e *explanation) verdict() error {
	switch {
	case e.all.affected:
		return exitError(policy.ExitFindings)
	case e.all.uncompared:
		return exitError(policy.ExitIncomplete)
	}
	return nil
}

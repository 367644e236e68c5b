package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/purl"
	"github.com/assay-sca/assay/internal/vulndb"
)

type foundJSON struct {
	ID              string          `json:"id"`
	Provider        string          `json:"provider"`
	Vulnerabilities []string        `json:"vulnerabilities"`
	Aliases         []string        `json:"aliases"`
	Severity        string          `json:"severity"`
	Withdrawn       bool            `json:"withdrawn"`
	Published       string          `json:"published"`
	Modified        string          `json:"modified"`
	Summary         string          `json:"summary"`
	Affected        []foundAffected `json:"affected"`
}

type foundAffected struct {
	Ecosystem string   `json:"ecosystem"`
	Package   string   `json:"package"`
	System    string   `json:"system,omitempty"`
	Ranges    []string `json:"ranges"`
	FixedIn   []string `json:"fixed_in"`
}

func (a *app) dbSearchCommand() *cobra.Command {
	var d database
	var ecosystem string
	var f format
	cmd := &cobra.Command{
		Use:   "search PACKAGE|ID",
		Short: "Find advisories by package name, purl, or any id",
		Long: `Shows the advisories that name a package (a name or a purl), or that an id names: the
record itself, those that have it as an alias, and those merged with them. Withdrawn
records are shown as such. The exit code is 1 when nothing is found.`,
		Example: `  assay db search lodash
  assay db search --ecosystem PyPI requests
  assay db search pkg:npm/%40babel/traverse
  assay db search CVE-2021-44228 -o json`,
		Args: cobra.ExactArgs(1),
	}
	d.bind(cmd)
	f.bind(cmd)
	cmd.Flags().StringVar(&ecosystem, "ecosystem", "", "only packages of this `ECOSYSTEM`, by its OSV name")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if _, err := a.settings(cmd, nil); err != nil {
			return err
		}
		if err := checkEcosystem(ecosystem); err != nil {
			return err
		}
		return a.dbSearch(cmd, &d, searched{args[0], ecosystem}, f)
	}
	return cmd
}

// searched is what is looked for.
type searched struct{ term, ecosystem string }

func (a *app) dbSearch(cmd *cobra.Command, d *database, want searched, f format) error {
	db, closeDB, err := a.open(cmd.Context(), d)
	if err != nil {
		return lacking(d, err)
	}
	defer closeDB() //nolint:errcheck // only read
	rows, err := search(cmd.Context(), db, want)
	if err != nil {
		return err
	}
	found, err := describeRows(cmd.Context(), db, rows)
	if err != nil {
		return err
	}
	err = a.show(f, found, func(w io.Writer) error { return printFound(w, found) })
	if err == nil && len(found) == 0 {
		a.message("nothing is known of %q in release %s", want.term, db.Metadata().Release)
		return exitError(1)
	}
	return err
}

// search looks for a term first as an id, then as a package.
func search(ctx context.Context, db *vulndb.DB, want searched) ([]vulndb.Row, error) {
	if strings.HasPrefix(want.term, "pkg:") {
		p, err := purl.Parse(want.term)
		if err != nil {
			return nil, err
		}
		return db.ByPackage(ctx, p.Ecosystem, p.Name)
	}
	rows, err := byID(ctx, db, want.term)
	if err != nil || len(rows) > 0 {
		return rows, err
	}
	names := []string{want.term}
	for _, e := range purl.Ecosystems() {
		if name := purl.Normalize(e, want.term); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for _, name := range names {
		more, err := db.ByPackage(ctx, want.ecosystem, name)
		if err != nil {
			return nil, err
		}
		rows = append(rows, more...)
	}
	return rows, nil
}

// byID finds the advisories that an id names, in whatever case it is typed: most
// ids are upper case, the letters of a GHSA lower.
func byID(ctx context.Context, db *vulndb.DB, id string) ([]vulndb.Row, error) {
	upper := strings.ToUpper(id)
	forms := []string{id, upper}
	if rest, ok := strings.CutPrefix(upper, "GHSA-"); ok {
		forms[1] = "GHSA-" + strings.ToLower(rest)
	}
	for _, form := range slices.Compact(forms) {
		if rows, err := db.ByID(ctx, form); err != nil || len(rows) > 0 {
			return rows, err
		}
	}
	return nil, nil
}

// describeRows joins the rows of a record and adds what its blob says.
func describeRows(ctx context.Context, db *vulndb.DB, rows []vulndb.Row) ([]foundJSON, error) {
	var numbers []int64
	byRecord := map[int64][]vulndb.Row{}
	for _, r := range rows {
		if byRecord[r.Advisory] == nil {
			numbers = append(numbers, r.Advisory)
		}
		byRecord[r.Advisory] = append(byRecord[r.Advisory], r)
	}
	details, err := db.Details(ctx, numbers)
	if err != nil {
		return nil, err
	}
	found := []foundJSON{}
	for _, n := range numbers {
		d := details[n]
		f := foundJSON{ID: d.ID, Provider: d.Provider, Vulnerabilities: orEmpty(d.Vulnerabilities), Aliases: orEmpty(d.Aliases), Severity: d.Severity.String(),
			Withdrawn: d.Withdrawn, Published: d.Published, Modified: d.Modified, Summary: d.Summary, Affected: []foundAffected{}}
		for _, r := range byRecord[n] {
			if r.Package != "" {
				f.Affected = append(f.Affected, affectedOf(r))
			}
		}
		found = append(found, f)
	}
	slices.SortStableFunc(found, func(a, b foundJSON) int { return advisory.CompareIDs(a.ID, b.ID) })
	return found, nil
}

// orEmpty keeps null out of JSON.
func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

func affectedOf(r vulndb.Row) foundAffected {
	out := foundAffected{Ecosystem: r.Ecosystem, Package: r.Package, System: r.System, Ranges: []string{}, FixedIn: []string{}}
	for _, i := range r.Intervals {
		out.Ranges = append(out.Ranges, i.String())
		if fix := i.Fix(); fix != "" {
			out.FixedIn = append(out.FixedIn, fix)
		}
	}
	return out
}

const maxRangeShown = 60

func printFound(out io.Writer, found []foundJSON) error {
	if len(found) == 0 {
		return nil
	}
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "ADVISORY\tSEVERITY\tECOSYSTEM\tPACKAGE\tAFFECTED\tSUMMARY")
	for _, f := range found {
		severity := f.Severity
		if f.Withdrawn {
			severity = "withdrawn"
		}
		if len(f.Affected) == 0 {
			fmt.Fprintf(w, "%s\t%s\t\t\t\t%s\n", f.ID, severity, brief(f.Summary))
		}
		for _, x := range f.Affected {
			ranges := strings.Join(x.Ranges, " || ")
			if r := []rune(ranges); len(r) > maxRangeShown {
				ranges = string(r[:maxRangeShown-1]) + "…"
			}
			ecosystem := x.Ecosystem
			if x.System != "" {
				ecosystem = x.System
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", f.ID, severity, ecosystem, x.Package, ranges, brief(f.Summary))
		}
	}
	return w.Flush()
}

const maxSummaryShown = 70

// brief takes line breaks and length off a text of strangers.
func brief(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if r := []rune(text); len(r) > maxSummaryShown {
		return string(r[:maxSummaryShown-1]) + "…"
	}
	return text
}

func checkEcosystem(name string) error {
	if name != "" && !slices.Contains(purl.Ecosystems(), name) {
		return errs.E(errs.Invalid, "unknown ecosystem %q: use %s", name, strings.Join(purl.Ecosystems(), ", "))
	}
	return nil
}

// componentOf reads what a user writes for a component: a purl, or
// "name@version" with the ecosystem given apart.
func componentOf(text, ecosystem string) (purl.Package, error) {
	if strings.HasPrefix(text, "pkg:") {
		return purl.Parse(text)
	}
	name, version := text, ""
	if at := strings.LastIndexByte(text, '@'); at > 0 {
		name, version = text[:at], text[at+1:]
	}
	if err := checkEcosystem(ecosystem); err != nil {
		return purl.Package{}, err
	}
	return purl.Package{Ecosystem: ecosystem, Name: purl.Normalize(ecosystem, name), Version: version}, nil
}

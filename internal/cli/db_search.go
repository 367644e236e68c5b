package cli

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/policy"
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
	Exploited       bool            `json:"known_exploited"`
	EPSS            float64         `json:"epss,omitempty"`
	Summary         string          `json:"summary"`
	Affected        []foundAffected `json:"affected"`
}

type foundAffected struct {
	Ecosystem  string   `json:"ecosystem"`
	Package    string   `json:"package"`
	CPE        string   `json:"cpe,omitempty"`
	System     string   `json:"system,omitempty"`
	Unaffected bool     `json:"unaffected,omitempty"`
	Ranges     []string `json:"ranges"`
	FixedIn    []string `json:"fixed_in"`
	FixState   string   `json:"fix_state"`
}

func (a *app) dbSearchCommand() *cobra.Command {
	var d database
	var want searched
	var f format
	cmd := &cobra.Command{
		Use:   "search [PACKAGE|PURL|CPE|ID]",
		Short: "Find advisories by package, product, id, operating system, dates, severity and more",
		Long: `Shows the advisories that name a package (a name or a purl) or a product (a CPE name), or
that an id names: the record itself, those that have it as an alias or upstream, and those
merged with them. Flags narrow the answer, and ask without a term: all that is asked must
hold. Withdrawn records are shown as such. The exit code is 1 when nothing is found.

The version in a purl or a CPE name is the one that must be affected, like --affects. If it
cannot be compared with a record's range, that is said, and the exit code is 3 if no other
record is found.`,
		Example: `  assay db search lodash
  assay db search --ecosystem PyPI requests --affects 2.30.0
  assay db search pkg:npm/%40babel/traverse@7.22.0
  assay db search pkg:deb/debian/curl?distro=debian-12
  assay db search --os ubuntu@22.04 openssl --fix-state wont-fix
  assay db search cpe:2.3:a:openbsd:openssh:9.3
  assay db search --kev --min-severity critical --published-after 2026-01-01
  assay db search CVE-2021-44228 -o json`,
		Args: cobra.MaximumNArgs(1),
	}
	d.bind(cmd)
	f.bind(cmd)
	want.bind(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if _, err := a.settings(cmd, nil); err != nil {
			return err
		}
		if len(args) > 0 {
			want.term = strings.TrimSpace(args[0])
		}
		if len(args) > 0 && want.term == "" || len(args) == 0 && !narrowed(cmd) {
			return errs.E(errs.Invalid, "nothing is asked: give a package, a purl, a CPE name or an id, or a flag such as --os or --text")
		}
		return a.dbSearch(cmd, &d, &want, f)
	}
	return cmd
}

// narrowed tells whether a flag asks for something by itself.
func narrowed(cmd *cobra.Command) bool {
	for _, name := range []string{"ecosystem", "os", "provider", "fix-state", "min-severity", "kev", "min-epss", "cwe", "text",
		"published-after", "published-before", "modified-after", "modified-before"} {
		if f := cmd.Flags().Lookup(name); f.Changed && !slices.Contains([]string{"", "false", "0"}, strings.TrimSpace(f.Value.String())) {
			return true
		}
	}
	return false
}

func (a *app) dbSearch(cmd *cobra.Command, d *database, want *searched, f format) error {
	db, closeDB, err := a.open(cmd.Context(), d)
	if err != nil {
		return lacking(d, err)
	}
	defer closeDB() //nolint:errcheck // only read
	page, err := want.find(cmd.Context(), db)
	if err != nil {
		return err
	}
	found, err := describeRows(cmd.Context(), db, page.Rows)
	if err != nil {
		return err
	}
	err = a.show(f, found, func(w io.Writer) error { return printFound(w, found) })
	if err := a.warnOfEnd(cmd.Context(), db, want.system); err != nil {
		return err
	}
	if err := a.sayOutdated(cmd.Context(), db); err != nil {
		return err
	}
	if page.Next != 0 {
		a.message("there is more: go on with --after %d", page.Next)
	}
	if err != nil {
		return err
	}
	undecided, err := want.undecided(cmd.Context(), db)
	if err != nil {
		return err
	}
	if len(undecided) > 0 {
		a.message("not ruled out, since the version cannot be compared with %d more of the records: %s", len(undecided), some(undecided))
	}
	if len(found) == 0 && len(undecided) > 0 {
		return exitError(policy.ExitIncomplete)
	}
	if len(found) == 0 {
		if told, err := a.sayDecorated(cmd.Context(), db, want.term); err != nil {
			return err
		} else if !told {
			a.message("nothing is known of %s in release %s", want, db.Metadata().Release)
		}
		return exitError(1)
	}
	return nil
}

// sayDecorated tells what is known of an id that no record has: that it is
// exploited, or how likely that is.
func (a *app) sayDecorated(ctx context.Context, db *vulndb.DB, id string) (bool, error) {
	id = strings.ToUpper(id)
	known, err := db.Decorations(ctx, []string{id})
	d := known[id]
	if err != nil || !d.Exploited && d.EPSS == 0 {
		return false, err
	}
	var facts []string
	if d.Exploited {
		facts = append(facts, "known to be exploited since "+d.Added)
	}
	if d.EPSS > 0 {
		facts = append(facts, fmt.Sprintf("EPSS %g", d.EPSS))
	}
	a.message("release %s has no record of what %s affects; it is in the catalogues: %s", db.Metadata().Release, id, strings.Join(facts, ", "))
	return true, nil
}

// some lists the first of many ids.
func some(ids []string) string {
	const shown = 5
	if len(ids) <= shown {
		return strings.Join(ids, ", ")
	}
	return strings.Join(ids[:shown], ", ") + ", …"
}

// warnOfEnd tells that a system which is asked for has no support any more: then
// no advisory says little.
func (a *app) warnOfEnd(ctx context.Context, db *vulndb.DB, system string) error {
	if system == "" {
		return nil
	}
	asked, err := db.System(ctx, system)
	if err != nil {
		return err
	}
	product, cycles := asked.Cycle()
	for _, cycle := range cycles {
		end, ok, err := db.EndOfLife(ctx, product, cycle)
		if err != nil {
			return err
		}
		if ok && (end.Ended || end.Ends != "" && end.Ends < a.Now().Format(time.DateOnly)) {
			a.message("%s %s is at its end of life since %s: not finding an advisory means little", product, cycle, cmp.Or(end.Ends, "some time"))
		}
	}
	return nil
}

// String writes what was asked for.
func (s *searched) String() string {
	if s.term != "" {
		return strconv.Quote(s.term)
	}
	return "what was asked for"
}

// byID finds the advisories that an id names, in whatever case it is typed.
func byID(ctx context.Context, db *vulndb.DB, id string) ([]vulndb.Row, error) {
	for _, form := range idForms(id) {
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
	decorations, err := decorationsOf(ctx, db, details)
	if err != nil {
		return nil, err
	}
	found := []foundJSON{}
	for _, n := range numbers {
		d := details[n]
		f := foundJSON{ID: d.ID, Provider: d.Provider, Vulnerabilities: orEmpty(d.Vulnerabilities), Aliases: orEmpty(d.Aliases), Severity: d.Severity.String(),
			Withdrawn: d.Withdrawn, Published: d.Published, Modified: d.Modified, Summary: d.Summary, Affected: []foundAffected{}}
		for _, name := range append(d.Vulnerabilities, d.Upstream...) {
			f.Exploited = f.Exploited || decorations[name].Exploited
			f.EPSS = max(f.EPSS, decorations[name].EPSS)
		}
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

// decorationsOf asks once for all the vulnerabilities that the records are about.
func decorationsOf(ctx context.Context, db *vulndb.DB, details map[int64]advisory.Detail) (map[string]advisory.Decoration, error) {
	var names []string
	for _, d := range details {
		names = append(append(names, d.Vulnerabilities...), d.Upstream...)
	}
	slices.Sort(names)
	return db.Decorations(ctx, slices.Compact(names))
}

// orEmpty keeps null out of JSON.
func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

func affectedOf(r vulndb.Row) foundAffected {
	out := foundAffected{Ecosystem: r.Ecosystem, Package: r.Package, CPE: r.CPE, System: r.System, Unaffected: r.Unaffected,
		Ranges: []string{}, FixedIn: []string{}, FixState: cmp.Or(string(r.Fix), "unknown")}
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
			ecosystem := cmp.Or(x.System, x.Ecosystem, "CPE")
			if x.Unaffected {
				ranges = strings.TrimSpace("not affected: " + cmp.Or(ranges, "all"))
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

package cli

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/assay-sca/assay/internal/policy"
	"github.com/assay-sca/assay/internal/report"
	"github.com/assay-sca/assay/internal/vulndb"
)

type statusJSON struct {
	Path       string         `json:"path"`
	Release    string         `json:"release"`
	Digest     string         `json:"digest"`
	Schema     string         `json:"schema"`
	Built      string         `json:"built"`
	AgeSeconds int64          `json:"age_seconds"`
	Sample     bool           `json:"sample"`
	Sequence   int64          `json:"sequence"`
	Records    int            `json:"records"`
	Valid      bool           `json:"valid"`
	Problem    string         `json:"problem,omitempty"`
	Providers  []providerJSON `json:"providers"`
	Ecosystems map[string]int `json:"ecosystems"`
	Sources    []sourceJSON   `json:"sources"`
}

type providerJSON struct {
	Name      string `json:"name"`
	Title     string `json:"title"`
	Licence   string `json:"licence"`
	Covers    string `json:"covers"`
	Proven    bool   `json:"proven"`
	Records   int    `json:"records"`
	Withdrawn int    `json:"withdrawn"`
	Modified  string `json:"modified"`
}

type sourceJSON struct {
	Name     string `json:"name"`
	Feed     string `json:"feed"`
	Digest   string `json:"digest"`
	Records  int    `json:"records"`
	Skipped  int    `json:"skipped"`
	Captured string `json:"captured,omitempty"`
	Stale    string `json:"stale,omitempty"`
}

func (a *app) dbStatusCommand() *cobra.Command {
	var d database
	var f format
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Say which database is in use, how old it is, and whether it is sound",
		Long: `Reads the whole database and checks every record against its digest. The exit code is 2
when there is no database or it is damaged.`,
		Example: "  assay db status\n  assay db status --db advisories.db -o json",
		Args:    cobra.NoArgs,
	}
	d.bind(cmd)
	f.bind(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if _, err := a.settings(cmd, nil); err != nil {
			return err
		}
		return a.dbStatus(cmd, &d, f)
	}
	return cmd
}

func (a *app) dbStatus(cmd *cobra.Command, d *database, f format) error {
	db, closeDB, err := a.open(cmd.Context(), d)
	if err != nil {
		err = lacking(d, err)
		if f == formatJSON { // one who reads by machine gets an answer, too
			s := statusJSON{Problem: err.Error(), Providers: []providerJSON{}, Sources: []sourceJSON{}, Ecosystems: map[string]int{}}
			err = errors.Join(err, a.show(f, s, nil))
		}
		return err
	}
	defer closeDB() //nolint:errcheck // only read
	s, err := a.gatherStatus(cmd, db)
	if err != nil {
		return err
	}
	err = a.show(f, s, func(w io.Writer) error { return printStatus(w, &s) })
	if err == nil && !s.Valid {
		err = exitError(policy.ExitInput)
	}
	return err
}

func (a *app) gatherStatus(cmd *cobra.Command, db *vulndb.DB) (statusJSON, error) {
	ctx, m := cmd.Context(), db.Metadata()
	s := statusJSON{Path: db.Path(), Release: m.Release, Digest: m.Digest, Schema: m.Schema, Built: m.Built.Format(time.RFC3339),
		AgeSeconds: int64(a.Now().Sub(m.Built) / time.Second), Sample: m.Sample, Sequence: m.Sequence, Records: m.Records, Valid: true,
		Providers: []providerJSON{}, Sources: []sourceJSON{}}
	if _, err := db.Verify(ctx); err != nil {
		if ctx.Err() != nil {
			return s, ctx.Err()
		}
		s.Valid, s.Problem = false, err.Error()
	}
	providers, err1 := db.Providers(ctx)
	sources, err2 := db.Sources(ctx)
	ecosystems, err3 := db.Ecosystems(ctx)
	if err := errors.Join(err1, err2, err3); err != nil && s.Valid {
		return s, err
	}
	s.Ecosystems = ecosystems
	for _, p := range providers {
		s.Providers = append(s.Providers, providerJSON{p.Name, p.Title, p.Licence, p.Covers, p.Proven, p.Records, p.Withdrawn, instant(p.Modified)})
	}
	for _, x := range sources {
		s.Sources = append(s.Sources, sourceJSON{x.Name, x.Feed, x.Digest, x.Records, x.Skipped, instant(x.Captured), x.Stale})
	}
	return s, nil
}

// instant writes a time; none is empty.
func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}

// dayOf is a time's day, for people.
func dayOf(instant string) string { return instant[:min(len(instant), len(time.DateOnly))] }

func printStatus(out io.Writer, s *statusJSON) error {
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	valid := "yes: every record is what its digest says"
	if !s.Valid {
		valid = "NO: " + s.Problem
	}
	sample := ""
	if s.Sample {
		sample = " (SAMPLE DATA: a demonstration, not a database)"
	}
	if s.Sequence > 0 {
		sample += fmt.Sprintf(", number %d of its line", s.Sequence)
	}
	fmt.Fprintf(w, "Release\t%s%s\nFile\t%s\nBuilt\t%s, %s ago\nRecords\t%d\nDigest\t%s\nSchema\t%s\nValid\t%s\n", s.Release, sample, s.Path,
		s.Built, report.Age(time.Duration(s.AgeSeconds)*time.Second), s.Records, s.Digest, s.Schema, valid)
	fmt.Fprintf(w, "\nPROVIDER\tRECORDS\tWITHDRAWN\tNEWEST\tLICENCE\tCOVERS\tIS\n")
	unproven := false
	for _, p := range s.Providers {
		mark := ""
		if !p.Proven {
			mark, unproven = " *", true
		}
		fmt.Fprintf(w, "%s%s\t%d\t%d\t%s\t%s\t%s\t%s\n", p.Name, mark, p.Records, p.Withdrawn, dayOf(p.Modified), p.Licence, p.Covers, p.Title)
	}
	if unproven {
		fmt.Fprintf(w, "* its reader was never run on the feed as it is published, only on files made by its schema\n")
	}
	fmt.Fprintf(w, "\nECOSYSTEM\tLIVE RECORDS\n")
	for _, name := range slices.Sorted(maps.Keys(s.Ecosystems)) {
		fmt.Fprintf(w, "%s\t%d\n", name, s.Ecosystems[name])
	}
	fmt.Fprintf(w, "\nSOURCE\tFEED\tRECORDS\tSKIPPED\tSTATE\n")
	for _, x := range s.Sources {
		state := "read for this build"
		if x.Stale != "" {
			state = fmt.Sprintf("STALE, of %s: %s", dayOf(x.Captured), x.Stale)
		}
		fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%s\n", x.Name, x.Feed, x.Records, x.Skipped, state)
	}
	return w.Flush()
}

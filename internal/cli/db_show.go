package cli

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/assay-sca/assay/internal/vulndb"
)

func (a *app) dbShowCommand() *cobra.Command {
	var d database
	var f format
	cmd := &cobra.Command{
		Use:   "show ID",
		Short: "Show all that is stored of an advisory, and of those merged with it",
		Long: `Shows every field of the records that an id names: the record itself, those that have it as
an alias or upstream, and those merged with them into one vulnerability; each with its
source, side by side where they disagree. The exit code is 1 when nothing is found.`,
		Example: "  assay db show CVE-2021-44228\n  assay db show GHSA-jfh8-c2jp-5v3q -o json",
		Args:    cobra.ExactArgs(1),
	}
	d.bind(cmd)
	f.bind(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if _, err := a.settings(cmd, nil); err != nil {
			return err
		}
		return a.dbShow(cmd, &d, args[0], f)
	}
	return cmd
}

func (a *app) dbShow(cmd *cobra.Command, d *database, id string, f format) error {
	db, closeDB, err := a.open(cmd.Context(), d)
	if err != nil {
		return lacking(d, err)
	}
	defer closeDB() //nolint:errcheck // only read
	records := []vulndb.Record{}
	for _, form := range idForms(id) {
		if found, err := db.Records(cmd.Context(), form); err != nil {
			return err
		} else if len(found) > 0 {
			records = found
			break
		}
	}
	err = a.show(f, records, func(w io.Writer) error {
		for i := range records {
			if err := printRecord(w, &records[i]); err != nil {
				return err
			}
		}
		return nil
	})
	if err := a.sayOutdated(cmd.Context(), db); err != nil {
		return err
	}
	if err == nil && len(records) == 0 {
		if told, err := a.sayDecorated(cmd.Context(), db, id); err != nil {
			return err
		} else if !told {
			a.message("nothing is known of %q as an id in release %s: for a package use `assay db search`", id, db.Metadata().Release)
		}
		return exitError(1)
	}
	return err
}

func printRecord(out io.Writer, r *vulndb.Record) error {
	v := &r.Vulnerability
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	line := func(label string, values ...string) {
		if text := strings.Join(slices.DeleteFunc(values, func(s string) bool { return s == "" }), ", "); text != "" {
			fmt.Fprintf(w, "  %s\t%s\n", label, strings.ReplaceAll(text, "\n", " "))
		}
	}
	dead := ""
	if r.Dead {
		dead = "  (" + cmp.Or(string(v.Status), "withdrawn") + ": never matched)"
	}
	fmt.Fprintf(w, "%s  %s%s\n", v.ID, v.Provider, dead)
	line("summary", v.Summary)
	line("vulnerability", r.Vulnerabilities...)
	line("aliases", v.Aliases...)
	line("upstream", v.Upstream...)
	line("related", v.Related...)
	line("status", string(v.Status))
	line("assigned by", v.Assigners...)
	line("published", v.Published)
	line("modified", v.Modified)
	line("withdrawn", v.Withdrawn)
	for _, s := range v.Severities {
		line("severity", strings.TrimSpace(s.Scheme+" "+s.Value+" "+s.Source))
	}
	line("weaknesses", v.Weaknesses...)
	printDecorations(line, r)
	for i := range v.References {
		line("reference", strings.TrimSpace(v.References[i].URL+" "+strings.Join(v.References[i].Tags, " ")))
	}
	for i := range r.Affected {
		line(affectedLabel(&r.Affected[i]), describeAffected(&r.Affected[i])...)
	}
	if v.Description != "" {
		fmt.Fprintf(w, "\n%s\n", strings.TrimSpace(v.Description))
	}
	fmt.Fprintln(w)
	return w.Flush()
}

func printDecorations(line func(string, ...string), r *vulndb.Record) {
	for _, name := range append(slices.Clone(r.Vulnerabilities), r.Vulnerability.Upstream...) {
		d, ok := r.Decorations[name]
		if !ok {
			continue
		}
		if k := d.KnownExploited; k != nil {
			line("known exploited", name, "since "+k.Added, "ransomware: "+strings.ToLower(k.Ransomware))
		}
		if d.EPSS > 0 {
			line("EPSS", fmt.Sprintf("%s %.5f, above %.1f %% of all, on %s", name, d.EPSS, 100*d.Percentile, d.Date))
		}
	}
}

func affectedLabel(a *vulndb.AffectedBlob) string {
	if a.Unaffected {
		return "not affected"
	}
	return "affected"
}

// describeAffected writes an entry: what, which versions, what fixes it.
func describeAffected(a *vulndb.AffectedBlob) []string {
	parts := []string{strings.TrimSpace(cmp.Or(a.CPE, a.Ecosystem+" "+a.Name))}
	for _, r := range a.Ranges {
		parts = append(parts, strings.TrimSpace(r.Version.Type+" "+r.Version.Constraint))
		if r.Fix != nil {
			parts = append(parts, fixText(r.Fix))
		}
	}
	if a.Fix != nil {
		parts = append(parts, fixText(a.Fix))
	}
	if len(a.Ranges) == 0 && len(a.Versions) == 0 {
		parts = append(parts, "all versions")
	}
	if n := len(a.Versions); n > 0 {
		parts = append(parts, fmt.Sprintf("%d listed versions", n))
	}
	if q := a.Qualifiers; q != nil {
		if q.RpmModularity != "" {
			parts = append(parts, "module "+q.RpmModularity)
		}
		parts = append(parts, q.Architectures...)
		for _, group := range q.PlatformCPEs {
			parts = append(parts, "only with "+strings.Join(group, " or "))
		}
	}
	return append(parts, a.CVEs...)
}

func fixText(f *vulndb.FixBlob) string {
	text := strings.TrimSpace(cmp.Or(string(f.State), "fix") + " " + f.Version)
	if f.Detail != nil && f.Detail.Advisory != "" {
		text += " by " + f.Detail.Advisory
	}
	return text
}

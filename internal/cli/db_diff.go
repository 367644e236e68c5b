package cli

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/assay-sca/assay/internal/vulndb"
)

// diffSchema names the documents of db diff.
const diffSchema = "assay.db-diff/v1"

// diffed is what the command line asks for.
type diffed struct {
	inventory     string
	epss, summary bool
}

func (a *app) dbDiffCommand() *cobra.Command {
	var f format
	var want diffed
	cmd := &cobra.Command{
		Use:   "diff [OLD] NEW",
		Short: "Say how two databases differ, or what of it touches an inventory",
		Long: `Compares two database files, or the installed one with NEW: the records that came and
went, were withdrawn or revived, and of those that changed each field with both values;
then known exploited vulnerabilities, ends of life and EPSS. Only what differs is read.

With --inventory, a document of "assay scan -o json", it shows only what touches its
components: their versions are compared with both databases.

Exit codes: 0 there is no difference, 1 there is, 2 something could not be read.`,
		Example: `  assay db diff old.db new.db
  assay db diff new.db --summary
  assay db diff old.db new.db --inventory scan.json -o json`,
		Args: cobra.RangeArgs(1, 2),
	}
	f.bind(cmd)
	cmd.Flags().StringVar(&want.inventory, "inventory", "", "show only what touches the components of this `FILE`, a document of scan -o json")
	cmd.Flags().BoolVar(&want.epss, "epss", false, "show each EPSS score that changed, not only how many")
	cmd.Flags().BoolVar(&want.summary, "summary", false, "show the numbers of changes alone")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if _, err := a.settings(cmd, nil); err != nil {
			return err
		}
		return a.dbDiff(cmd, args, want, f)
	}
	return cmd
}

// dbDiff opens both databases; of one that is named, the installed is the older.
func (a *app) dbDiff(cmd *cobra.Command, args []string, want diffed, f format) error {
	files := append([]string{""}, args...)
	var dbs [2]*vulndb.DB
	for i, file := range files[len(files)-2:] {
		d := database{file: file}
		db, closeDB, err := a.open(cmd.Context(), &d)
		if err != nil {
			return lacking(&d, err)
		}
		defer closeDB() //nolint:errcheck // only read
		dbs[i] = db
	}
	if want.inventory != "" {
		return a.diffInventory(cmd.Context(), dbs[0], dbs[1], want, f)
	}
	return a.diffAll(cmd.Context(), dbs[0], dbs[1], want, f)
}

// diffAll writes changes as they are found: there may be very many.
func (a *app) diffAll(ctx context.Context, old, current *vulndb.DB, want diffed, f format) error {
	out := bufio.NewWriter(a.Stdout)
	var show changeWriter = &changeText{w: cleaner{out}}
	if f == formatJSON {
		show = &changeJSON{w: out}
	}
	if err := show.begin(old.Metadata(), current.Metadata()); err != nil {
		return err
	}
	d, err := vulndb.Diff(ctx, old, current, vulndb.DiffOptions{EPSS: want.epss && !want.summary}, func(c vulndb.Change) error {
		if want.summary {
			return nil
		}
		return show.change(&c)
	})
	if err != nil {
		return errors.Join(err, out.Flush())
	}
	if err := errors.Join(show.end(&d), out.Flush()); err != nil {
		return err
	}
	if !d.Equal() {
		return exitError(1)
	}
	return nil
}

// changeWriter writes a comparison in one of the formats.
type changeWriter interface {
	begin(old, current vulndb.Metadata) error
	change(c *vulndb.Change) error
	end(d *vulndb.Difference) error
}

// releaseJSON is one side of a comparison.
type releaseJSON struct {
	Release  string `json:"release"`
	Sequence int64  `json:"sequence"`
	Built    string `json:"built"`
	Digest   string `json:"digest"`
	Records  int    `json:"records"`
}

func releaseOf(m vulndb.Metadata) releaseJSON {
	return releaseJSON{m.Release, m.Sequence, m.Built.Format(time.RFC3339), m.Digest, m.Records}
}

// changeJSON writes one document, a line for each change.
type changeJSON struct {
	w       io.Writer
	changes int
}

func (j *changeJSON) begin(old, current vulndb.Metadata) error {
	before, err := compact(releaseOf(old))
	if err != nil {
		return err
	}
	now, err := compact(releaseOf(current))
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(j.w, `{"schema":%q,"old":%s,"new":%s,"changes":[`, diffSchema, before, now)
	return err
}

// compact writes a value on one line.
func compact(v any) ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), err
}

func (j *changeJSON) change(c *vulndb.Change) error {
	text, err := compact(c)
	if err != nil {
		return err
	}
	comma := ","
	if j.changes == 0 {
		comma = ""
	}
	j.changes++
	_, err = fmt.Fprintf(j.w, "%s\n%s", comma, text)
	return err
}

func (j *changeJSON) end(d *vulndb.Difference) error {
	text, err := compact(d)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(j.w, "],\n\"summary\":%s}\n", text)
	return err
}

// changeText writes lines for people: of a change one, and one for each field.
type changeText struct {
	w     io.Writer
	begun bool
}

func (t *changeText) begin(old, current vulndb.Metadata) error {
	_, err := fmt.Fprintf(t.w, "old  %s, %d records\nnew  %s, %d records\n", old.Release, old.Records, current.Release, current.Records)
	return err
}

func (t *changeText) change(c *vulndb.Change) error {
	var b strings.Builder
	if !t.begun {
		b.WriteByte('\n')
		t.begun = true
	}
	fmt.Fprintf(&b, "%-9s %s", c.Kind, c.ID)
	if c.Subject == vulndb.SubjectRecord {
		fmt.Fprintf(&b, "  %s %s", c.Provider, levels(c))
	} else {
		fmt.Fprintf(&b, "  %s", strings.ReplaceAll(string(c.Subject), "_", " "))
	}
	b.WriteByte('\n')
	for _, f := range c.Fields {
		fmt.Fprintf(&b, "  %s%s: %s -> %s\n", aboutPackage(f.Package), brief(f.Field), valueText(f.Old), valueText(f.New))
	}
	_, err := io.WriteString(t.w, b.String())
	return err
}

func aboutPackage(name string) string {
	if name == "" {
		return ""
	}
	return brief(name) + " "
}

// levels are the severities, and both where they differ.
func levels(c *vulndb.Change) string {
	switch {
	case c.Old == nil:
		return c.New.Severity
	case c.New == nil || c.Old.Severity == c.New.Severity:
		return c.Old.Severity
	}
	return c.Old.Severity + " -> " + c.New.Severity
}

func valueText(v []byte) string {
	if v == nil {
		return "-"
	}
	return brief(string(v))
}

func (t *changeText) end(d *vulndb.Difference) error {
	if d.Equal() {
		_, err := io.WriteString(t.w, "no difference\n")
		return err
	}
	w := tabwriter.NewWriter(t.w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "\nPROVIDER\tADDED\tREMOVED\tCHANGED\tWITHDRAWN\tREVIVED")
	for _, p := range d.Providers {
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%d\n", p.Name, p.Added, p.Removed, p.Changed, p.Withdrawn, p.Revived)
	}
	if d.EPSSRenewed > 0 {
		fmt.Fprintf(w, "\n%d EPSS scores are the same on another day\n", d.EPSSRenewed)
	}
	return w.Flush()
}

package cli

import (
	"encoding/json"
	"io"

	"github.com/spf13/cobra"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/report"
)

// format is the -o of the commands that print one answer: table or json.
type format string

const (
	formatTable format = "table"
	formatJSON  format = "json"
)

func (f *format) bind(cmd *cobra.Command) {
	*f = formatTable
	cmd.Flags().VarP(f, "output", "o", "`FORMAT`: table or json")
}

func (f *format) String() string { return string(*f) }

// Type is the value's name in messages.
func (f *format) Type() string { return "format" }

// Set reads a command line's word.
func (f *format) Set(word string) error {
	if word != string(formatTable) && word != string(formatJSON) {
		return errs.E(errs.Invalid, "use table or json")
	}
	*f = format(word)
	return nil
}

// prefer takes the first of the outputs that a variable or a file asks for which
// this command can give: those that go to a file are meant for a scan.
func (f *format) prefer(words []string) {
	for _, word := range words {
		if f.Set(word) == nil {
			return
		}
	}
}

// show prints one answer: value as JSON, or what text writes.
func (a *app) show(f format, value any, text func(io.Writer) error) error {
	if f != formatJSON {
		return text(cleaner{a.Stdout})
	}
	enc := json.NewEncoder(a.Stdout)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(value)
}

// cleaner takes out of text what would steer a terminal.
type cleaner struct{ w io.Writer }

func (c cleaner) Write(p []byte) (int, error) {
	if _, err := io.WriteString(c.w, report.CleanLines(string(p))); err != nil {
		return 0, err
	}
	return len(p), nil
}

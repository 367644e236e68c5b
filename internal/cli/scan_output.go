package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/finding"
	"github.com/assay-sca/assay/internal/report"
	reports "github.com/assay-sca/assay/internal/report/all"
)

// output is one -o.
type output struct {
	writer report.Writer
	file   string // empty: Stdout
}

func parseOutputs(texts []string) ([]output, error) {
	var outputs []output
	toStdout := 0
	for _, text := range texts {
		name, file, named := strings.Cut(text, "=")
		writers := reports.Writers()
		at := slices.IndexFunc(writers, func(w report.Writer) bool { return w.Name() == name })
		if at < 0 {
			return nil, errs.E(errs.Invalid, "unknown output format %q: use %s", name, strings.Join(formatNames(), " or "))
		}
		if named && file == "" {
			return nil, errs.E(errs.Invalid, "the output %q names no file", text)
		}
		if !named {
			toStdout++
		}
		if named && slices.ContainsFunc(outputs, func(o output) bool { return filepath.Clean(o.file) == filepath.Clean(file) }) {
			return nil, errs.E(errs.Invalid, "two outputs go to %s", file)
		}
		outputs = append(outputs, output{writer: writers[at], file: file})
	}
	if toStdout > 1 {
		return nil, errs.E(errs.Invalid, "several outputs would mix on the terminal: give all but one a file, as in -o json=result.json")
	}
	return outputs, nil
}

func (a *app) writeOutputs(outputs []output, result *finding.Result, verbose bool) error {
	for _, o := range outputs {
		options := report.Options{Now: a.Now(), Verbose: verbose}
		if o.file == "" {
			options.Color, options.Width = a.Color, a.Width
			if err := o.writer.Write(a.Stdout, result, options); err != nil {
				return fmt.Errorf("write %s: %w", o.writer.Name(), err)
			}
			continue
		}
		write := func(w io.Writer) error { return o.writer.Write(w, result, options) }
		if err := writeFile(o.file, write); err != nil {
			return errs.E(errs.Invalid, "write %s: %w", o.file, err)
		}
	}
	return nil
}

// writeFile puts a file in its place whole or not at all. What is no regular
// file, such as /dev/null or a pipe, is written to as it is.
func writeFile(name string, write func(io.Writer) error) error {
	if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() {
		f, err := os.OpenFile(name, os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		return errors.Join(write(f), f.Close())
	}
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*")
	if err != nil {
		return err
	}
	if err := errors.Join(write(f), f.Chmod(0o644), f.Close()); err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	if err := os.Rename(f.Name(), name); err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

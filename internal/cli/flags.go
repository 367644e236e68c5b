package cli

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/assay-sca/assay/internal/config"
	"github.com/assay-sca/assay/internal/errs"
)

// settings completes a command's flags from the environment and a configuration
// file: the one named by --config, else .assay.yaml in tree, which may be nil.
func (a *app) settings(cmd *cobra.Command, tree fs.FS) (config.File, error) {
	if err := a.environment(cmd); err != nil {
		return config.File{}, err
	}
	file, name, err := a.configFile(tree)
	if err != nil {
		return file, err
	}
	nothing := func(string) string { return "" }
	if err := config.Apply(commandFlags(cmd), nothing, file, name, knownFlags(cmd.Root())); err != nil {
		return file, err
	}
	return file, settle(cmd, name)
}

// environment completes the flags from variables alone: --config may be one.
func (a *app) environment(cmd *cobra.Command) error {
	if err := settle(cmd, "the command line"); err != nil {
		return err
	}
	if err := config.Apply(commandFlags(cmd), a.Getenv, config.File{}, "", nil); err != nil {
		return err
	}
	return settle(cmd, "the environment")
}

// settle decides the flags that exclude each other: once one is set, the other is
// no longer open to what speaks later and counts less. Both at once are an error.
func settle(cmd *cobra.Command, place string) error {
	const one, other = "allow-incomplete", "fail-on-incomplete"
	a, b := cmd.Flags().Lookup(one), cmd.Flags().Lookup(other)
	if a == nil || b == nil {
		return nil
	}
	if a.Value.String() == "true" && b.Value.String() == "true" {
		return errs.E(errs.Invalid, "%s: %s and %s exclude each other", place, one, other)
	}
	a.Changed = a.Changed || b.Changed
	b.Changed = a.Changed
	return nil
}

func (a *app) configFile(tree fs.FS) (config.File, string, error) {
	if a.config != "" {
		name := filepath.Base(a.config)
		file, err := config.Read(os.DirFS(filepath.Dir(a.config)), name)
		if errs.KindOf(err) == errs.NotFound {
			return file, name, errs.E(errs.NotFound, "--config: there is no file %s", a.config)
		}
		return file, name, err
	}
	if tree == nil {
		return config.File{}, "", nil
	}
	file, err := config.Read(tree, config.FileName)
	if errs.KindOf(err) == errs.NotFound {
		return config.File{}, "", nil
	}
	if err != nil {
		return file, config.FileName, err
	}
	return file, config.FileName, checkFound(file)
}

// checkFound refuses what a configuration file that merely lies beside the
// scanned files must not decide: where this machine's files are written, and what
// the database of all other scans is made of.
func checkFound(file config.File) error {
	for _, name := range []string{"cache-dir", "db-source", "output"} {
		values := file.Settings[name]
		if name == "output" {
			values = slices.DeleteFunc(slices.Clone(values), func(v string) bool { return !strings.Contains(v, "=") })
		}
		if len(values) > 0 {
			return errs.E(errs.Invalid, "%s: %s: %s is not taken from a file that is found beside what is scanned: name the file with --config, or use the flag or %s",
				config.FileName, name, values[0], config.Variable(name))
		}
	}
	return nil
}

// boundFlag is a cobra flag that counts as changed once it was set from anywhere.
type boundFlag struct{ *pflag.Flag }

func (f boundFlag) Name() string  { return f.Flag.Name }
func (f boundFlag) Changed() bool { return f.Flag.Changed }

// Set takes what a variable or a file says. A list is several values, or one text
// with commas.
func (f boundFlag) Set(values []string) error {
	f.Flag.Changed = true
	switch v := f.Value.(type) {
	case *format:
		v.prefer(split(values))
		return nil
	case pflag.SliceValue:
		if values = split(values); len(values) == 0 {
			return errs.E(errs.Invalid, "it names nothing")
		}
		return v.Replace(values)
	}
	if len(values) != 1 {
		return errs.E(errs.Invalid, "one value is expected, not a list")
	}
	return f.Value.Set(values[0])
}

// split takes lists apart at their commas, but not inside the braces of a glob.
func split(values []string) []string {
	var parts []string
	for _, v := range values {
		depth := 0
		for part := range strings.FieldsFuncSeq(v, func(r rune) bool {
			switch r {
			case '{':
				depth++
			case '}':
				depth--
			}
			return r == ',' && depth <= 0
		}) {
			if part = strings.TrimSpace(part); part != "" {
				parts = append(parts, part)
			}
		}
	}
	return parts
}

// commandLineOnly tells whether a flag makes no sense as a setting.
func commandLineOnly(name string) bool { return name == "help" || name == "version" }

func commandFlags(cmd *cobra.Command) []config.Flag {
	var flags []config.Flag
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if !commandLineOnly(f.Name) {
			flags = append(flags, boundFlag{f})
		}
	})
	return flags
}

// knownFlags are the settings of all commands: a configuration file serves all.
func knownFlags(root *cobra.Command) []string {
	var names []string
	eachCommand(root, func(cmd *cobra.Command) {
		for _, set := range []*pflag.FlagSet{cmd.Flags(), cmd.PersistentFlags()} {
			set.VisitAll(func(f *pflag.Flag) {
				if !commandLineOnly(f.Name) && f.Name != "config" {
					names = append(names, f.Name)
				}
			})
		}
	})
	return names
}

package cli

import (
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/assay-sca/assay/internal/config"
	"github.com/assay-sca/assay/internal/errs"
)

// settings completes a command's flags from the environment and a configuration
// file: the one named by --config, else .assay.yaml in tree, which may be nil.
func (a *app) settings(cmd *cobra.Command, tree fs.FS) (config.File, error) {
	flags := commandFlags(cmd)
	// --config itself may come from the environment.
	if err := config.Apply(flags, a.Getenv, config.File{}, "", nil); err != nil {
		return config.File{}, err
	}
	file, name, err := a.configFile(tree)
	if err != nil {
		return file, err
	}
	return file, config.Apply(flags, func(string) string { return "" }, file, name, knownFlags(cmd.Root()))
}

func (a *app) configFile(tree fs.FS) (config.File, string, error) {
	name := config.FileName
	if a.config != "" {
		name = filepath.Base(a.config)
		tree = os.DirFS(filepath.Dir(a.config))
	}
	if tree == nil {
		return config.File{}, "", nil
	}
	file, err := config.Read(tree, name)
	if errs.KindOf(err) == errs.NotFound && a.config == "" {
		return config.File{}, "", nil
	}
	return file, name, err
}

// boundFlag is a cobra flag that counts as changed once it was set from anywhere.
type boundFlag struct{ *pflag.Flag }

func (f boundFlag) Name() string  { return f.Flag.Name }
func (f boundFlag) Changed() bool { return f.Flag.Changed }

func (f boundFlag) Set(values []string) error {
	if list, ok := f.Value.(pflag.SliceValue); ok {
		f.Flag.Changed = true
		return list.Replace(values)
	}
	for _, v := range values {
		if err := f.Value.Set(v); err != nil {
			return err
		}
	}
	f.Flag.Changed = true
	return nil
}

func commandFlags(cmd *cobra.Command) []config.Flag {
	var flags []config.Flag
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if f.Name != "help" && f.Name != "version" {
			flags = append(flags, boundFlag{f})
		}
	})
	return flags
}

// knownFlags are the names of all commands: a configuration file serves all.
func knownFlags(root *cobra.Command) []string {
	var names []string
	var visit func(*cobra.Command)
	visit = func(cmd *cobra.Command) {
		cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		cmd.PersistentFlags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		for _, child := range cmd.Commands() {
			visit(child)
		}
	}
	visit(root)
	return names
}

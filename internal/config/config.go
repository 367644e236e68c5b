// Package config reads what a user may set outside the command line: a
// configuration file (.assay.yaml) and environment variables (ASSAY_*). A flag
// goes before a variable, a variable before the file. It knows no commands.
package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/policy"
)

// FileName is the configuration file that is looked for beside what is scanned.
const FileName = ".assay.yaml"

const maxFile = 1 << 20

// File is a configuration file's content.
type File struct {
	Settings map[string][]string // by flag name; several values for lists
	Ignores  []policy.Ignore
}

// Read reads name from tree. A missing file is errs.NotFound; a file that cannot
// be understood whole is an error: half a configuration would be a surprise.
func Read(tree fs.FS, name string) (File, error) {
	f, err := tree.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return File{}, errs.E(errs.NotFound, "there is no %s", name)
	}
	if err != nil {
		return File{}, errs.E(errs.Invalid, "read configuration: %w", err)
	}
	defer f.Close() //nolint:errcheck // only read
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return File{}, errs.E(errs.Invalid, "read configuration %s: %w", name, err)
	}
	if len(data) > maxFile {
		return File{}, errs.E(errs.TooLarge, "configuration %s has over %d bytes", name, maxFile)
	}
	return Parse(name, data)
}

// Parse reads a configuration file's text. Its keys are the names of flags, and
// "ignore" for the list of ignore rules.
func Parse(name string, data []byte) (File, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return File{}, errs.E(errs.Invalid, "read configuration %s: %s", name, oneLine(err))
	}
	out := File{Settings: map[string][]string{}}
	if len(doc.Content) == 0 {
		return out, nil // an empty file
	}
	top := doc.Content[0]
	if top.Kind != yaml.MappingNode {
		return File{}, errs.E(errs.Invalid, "%s:%d: settings are written as `name: value`", name, top.Line)
	}
	for i := 0; i+1 < len(top.Content); i += 2 {
		key, value := top.Content[i], top.Content[i+1]
		var err error
		if key.Value == "ignore" {
			out.Ignores, err = ignores(name, value)
		} else {
			out.Settings[key.Value], err = values(name, value)
		}
		if err != nil {
			return File{}, err
		}
	}
	return out, nil
}

func oneLine(err error) string {
	return strings.Join(strings.Fields(strings.TrimPrefix(err.Error(), "yaml: ")), " ")
}

func values(name string, n *yaml.Node) ([]string, error) {
	switch n.Kind {
	case yaml.ScalarNode:
		return []string{n.Value}, nil
	case yaml.SequenceNode:
		var list []string
		for _, item := range n.Content {
			if item.Kind != yaml.ScalarNode {
				return nil, errs.E(errs.Invalid, "%s:%d: a list of plain values is expected", name, item.Line)
			}
			list = append(list, item.Value)
		}
		return list, nil
	}
	return nil, errs.E(errs.Invalid, "%s:%d: a value or a list of values is expected", name, n.Line)
}

func ignores(name string, n *yaml.Node) ([]policy.Ignore, error) {
	if n.Kind != yaml.SequenceNode {
		return nil, errs.E(errs.Invalid, "%s:%d: ignore is a list of rules with id and reason", name, n.Line)
	}
	var rules []policy.Ignore
	for _, item := range n.Content {
		rule, err := ignore(name, item)
		if err != nil {
			return nil, err
		}
		rules = append(rules, rule)
	}
	return rules, nil
}

func ignore(name string, n *yaml.Node) (policy.Ignore, error) {
	rule := policy.Ignore{Place: fmt.Sprintf("%s:%d", name, n.Line)}
	if n.Kind != yaml.MappingNode {
		return rule, errs.E(errs.Invalid, "%s: an ignore rule has an id and a reason", rule.Place)
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		field := map[string]*string{"id": &rule.ID, "package": &rule.Package, "reason": &rule.Reason, "expires": &rule.Expires}[key.Value]
		if field == nil || value.Kind != yaml.ScalarNode {
			return rule, errs.E(errs.Invalid, "%s:%d: an ignore rule has id, package, reason and expires, not %q", name, key.Line, key.Value)
		}
		*field = value.Value
	}
	return rule, nil
}

// Flag is a flag as this package needs it.
type Flag interface {
	Name() string
	Changed() bool // set on the command line
	Set(values []string) error
}

// Apply sets the flags that the command line left open from the environment and
// the file. known are the names that any command has: a file may serve several,
// but a name that none has is an error.
func Apply(flags []Flag, getenv func(string) string, file File, fileName string, known []string) error {
	for name := range file.Settings {
		if !slices.Contains(known, name) {
			return errs.E(errs.Invalid, "%s: there is no setting %q", fileName, name)
		}
	}
	for _, f := range flags {
		if f.Changed() {
			continue
		}
		variable := Variable(f.Name())
		if text := getenv(variable); text != "" {
			if err := f.Set([]string{text}); err != nil {
				return errs.E(errs.Invalid, "%s=%s: %w", variable, text, err)
			}
			continue
		}
		if values, ok := file.Settings[f.Name()]; ok {
			if err := f.Set(values); err != nil {
				return errs.E(errs.Invalid, "%s: %s: %w", fileName, f.Name(), err)
			}
		}
	}
	return nil
}

// Variable is the environment variable of a flag.
func Variable(flag string) string {
	return "ASSAY_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

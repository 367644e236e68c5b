// Package config reads what a user may set outside the command line: a
// configuration file (.assay.yaml) and environment variables (ASSAY_*). A flag
// goes before a variable, a variable before the file. It knows no commands.
package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
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
	Lines    map[string]int      // where each setting stands
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
	out := File{Settings: map[string][]string{}, Lines: map[string]int{}}
	top, err := document(name, data)
	if top == nil || err != nil {
		return File{}, err
	}
	if top.Kind != yaml.MappingNode {
		return File{}, errs.E(errs.Invalid, "%s:%d: settings are written as `name: value`", name, top.Line)
	}
	for i := 0; i+1 < len(top.Content); i += 2 {
		key, value := top.Content[i], top.Content[i+1]
		switch _, twice := out.Lines[key.Value]; {
		case key.Kind != yaml.ScalarNode || key.Value == "":
			err = errs.E(errs.Invalid, "%s:%d: settings are written as `name: value`", name, key.Line)
		case twice:
			err = errs.E(errs.Invalid, "%s:%d: %q stands here for the second time", name, key.Line, key.Value)
		case key.Value == "ignore":
			out.Ignores, err = ignores(name, value)
		default:
			out.Settings[key.Value], err = values(name, value)
		}
		if err != nil {
			return File{}, err
		}
		out.Lines[key.Value] = key.Line
	}
	return out, nil
}

// document reads the one document of a file; nil for an empty one. Aliases are
// refused: few of them stand for very much.
func document(name string, data []byte) (*yaml.Node, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var first, second yaml.Node
	if err := decoder.Decode(&first); errors.Is(err, io.EOF) {
		return nil, nil //nolint:nilnil // an empty file is a file without settings
	} else if err != nil {
		return nil, errs.E(errs.Invalid, "read configuration %s: %s", name, oneLine(err))
	}
	if err := decoder.Decode(&second); err == nil {
		return nil, errs.E(errs.Invalid, "%s:%d: a second document begins here; only one is read", name, second.Line)
	} else if !errors.Is(err, io.EOF) {
		return nil, errs.E(errs.Invalid, "read configuration %s: %s", name, oneLine(err))
	}
	if alias := findAlias(&first); alias != nil {
		return nil, errs.E(errs.Invalid, "%s:%d: aliases (*%s) are not allowed: write the value itself", name, alias.Line, alias.Value)
	}
	top := first.Content[0]
	if isNull(top) {
		return nil, nil //nolint:nilnil // only comments
	}
	return top, nil
}

func findAlias(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return n
	}
	for _, child := range n.Content {
		if found := findAlias(child); found != nil {
			return found
		}
	}
	return nil
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }

func oneLine(err error) string {
	return strings.Join(strings.Fields(strings.TrimPrefix(err.Error(), "yaml: ")), " ")
}

func values(name string, n *yaml.Node) ([]string, error) {
	switch {
	case n.Kind == yaml.ScalarNode && !isNull(n):
		return []string{n.Value}, nil
	case n.Kind == yaml.SequenceNode:
		list := []string{}
		for _, item := range n.Content {
			if item.Kind != yaml.ScalarNode || isNull(item) {
				return nil, errs.E(errs.Invalid, "%s:%d: a list of plain values is expected", name, item.Line)
			}
			list = append(list, item.Value)
		}
		return list, nil
	}
	return nil, errs.E(errs.Invalid, "%s:%d: a value or a list of values is expected", name, n.Line)
}

func ignores(name string, n *yaml.Node) ([]policy.Ignore, error) {
	if isNull(n) {
		return nil, nil // all rules are commented out
	}
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
		switch {
		case field == nil:
			return rule, errs.E(errs.Invalid, "%s:%d: an ignore rule has id, package, reason and expires, not %q", name, key.Line, key.Value)
		case value.Kind != yaml.ScalarNode || isNull(value) || value.Value == "":
			return rule, errs.E(errs.Invalid, "%s:%d: %s has no value", name, key.Line, key.Value)
		case *field != "":
			return rule, errs.E(errs.Invalid, "%s:%d: %q stands here for the second time", name, key.Line, key.Value)
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
	for _, name := range slices.Sorted(maps.Keys(file.Settings)) {
		if !slices.Contains(known, name) {
			return errs.E(errs.Invalid, "%s: there is no setting %q", file.place(fileName, name), name)
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
				return errs.E(errs.Invalid, "%s: %s: %w", file.place(fileName, f.Name()), f.Name(), err)
			}
		}
	}
	return nil
}

// place is where a setting stands, for messages.
func (f File) place(fileName, setting string) string {
	if line := f.Lines[setting]; line > 0 {
		return fmt.Sprintf("%s:%d", fileName, line)
	}
	return fileName
}

// Variable is the environment variable of a flag.
func Variable(flag string) string {
	return "ASSAY_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

package pnpmlock

import (
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/assay-sca/assay/internal/errs"
)

// readTree reads data with a YAML parser. Only what readLines gives up on comes
// here.
func readTree(data []byte, to sink) error {
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	for {
		var node yaml.Node
		err := decoder.Decode(&node)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return syntaxError(err)
		}
		to.document()
		for _, root := range node.Content {
			if err := walk(0, root, to); err != nil {
				return err
			}
		}
	}
}

// syntaxError brings the parser's "yaml: line 7: words" into our form.
func syntaxError(err error) error {
	words, _, _ := strings.Cut(strings.TrimPrefix(err.Error(), "yaml: "), "\n")
	if rest, ok := strings.CutPrefix(words, "line "); ok {
		number, message, _ := strings.Cut(rest, ": ")
		if line, err := strconv.Atoi(number); err == nil {
			return errs.AtLine(line, "%s", message)
		}
	}
	return errors.New(words)
}

// maxDepth is how deep a lock's fields are that tell anything.
const maxDepth = 4

// walk gives a mapping's fields to the sink. An alias could make a small file into
// an endless one, and pnpm writes none.
func walk(depth int, node *yaml.Node, to sink) error {
	if node.Kind == yaml.AliasNode {
		return errs.AtLine(node.Line, "unexpected alias %q", node.Value)
	}
	if node.Kind != yaml.MappingNode {
		if depth == 0 {
			return errs.AtLine(node.Line, "not a mapping")
		}
		return nil
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		if key.Kind != yaml.ScalarNode || key.Tag == "!!merge" {
			return errs.AtLine(key.Line, "unexpected key")
		}
		text := ""
		if value.Kind == yaml.ScalarNode && value.Tag != "!!null" {
			text = value.Value
		}
		to.field(depth, key.Line, key.Value, text)
		if depth < maxDepth {
			if err := walk(depth+1, value, to); err != nil {
				return err
			}
		}
	}
	return nil
}

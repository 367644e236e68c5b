package cli

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"

	"github.com/assay-sca/assay/internal/config"
)

// secretVariables are variables that are no flags.
var secretVariables = []string{
	"ASSAY_TOKEN", "ASSAY_OIDC_CLIENT_SECRET", "ASSAY_GOOGLE_CLIENT_SECRET", "ASSAY_GITHUB_CLIENT_SECRET",
}

// TestDeployments reads the files that deploy a server, which nothing here can
// run: they are what they say they are, and the commands, flags and variables in
// them exist.
func TestDeployments(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	files, err := filepath.Glob(filepath.Join(root, "deploy", "kubernetes", "*.yaml"))
	if err != nil || len(files) < 3 {
		t.Fatalf("found %v, error %v", files, err)
	}
	files = append(files, filepath.Join(root, "deploy", "compose.yaml"), filepath.Join(root, "deploy", "assay.service"), filepath.Join(root, "Dockerfile"))
	commands := 0
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, line := range commandsOf(t, file, text) {
				commands++
				checkCommand(t, line)
			}
			checkVariables(t, text)
		})
	}
	if commands < 6 {
		t.Errorf("only %d commands were checked", commands)
	}
}

// commandsOf are the arguments of the program in a file.
func commandsOf(t *testing.T, file string, text []byte) [][]string {
	t.Helper()
	var out [][]string
	switch {
	case strings.HasSuffix(file, ".yaml"):
		d := yaml.NewDecoder(bytes.NewReader(text))
		for {
			var doc yaml.Node
			if err := d.Decode(&doc); errors.Is(err, io.EOF) {
				return out
			} else if err != nil {
				t.Fatal(err)
			}
			out = append(out, lists(&doc)...)
		}
	case strings.HasSuffix(file, ".service"):
		for _, m := range regexp.MustCompile(`(?m)^ExecStart=\S*/assay (.*)$`).FindAllStringSubmatch(string(text), -1) {
			out = append(out, strings.Fields(m[1]))
		}
	default:
		for _, m := range regexp.MustCompile(`(?m)^CMD \[(.*)\]$`).FindAllStringSubmatch(string(text), -1) {
			out = append(out, strings.Split(strings.ReplaceAll(m[1], `"`, ""), ", "))
		}
	}
	return out
}

// lists are the lists of texts in a document that begin with "serve".
func lists(n *yaml.Node) [][]string {
	var out [][]string
	if n.Kind == yaml.SequenceNode && len(n.Content) > 0 && n.Content[0].Value == "serve" {
		var words []string
		for _, c := range n.Content {
			words = append(words, c.Value)
		}
		return [][]string{words}
	}
	for _, c := range n.Content {
		out = append(out, lists(c)...)
	}
	return out
}

func checkCommand(t *testing.T, words []string) {
	t.Helper()
	cmd, rest, err := new(app).root().Find(words)
	if err != nil || cmd.Name() != words[0] {
		t.Errorf("%q: there is no such command: %v", words, err)
		return
	}
	if err := cmd.ParseFlags(rest); err != nil {
		t.Errorf("%q: %v", words, err)
	}
}

// checkVariables wants every ASSAY_ variable to be a flag's, a secret's, or a file's
// of one of them.
func checkVariables(t *testing.T, text []byte) {
	t.Helper()
	known := slices.Clone(secretVariables)
	eachCommand(new(app).root(), func(cmd *cobra.Command) {
		for _, f := range commandFlags(cmd) {
			known = append(known, config.Variable(f.Name()))
		}
	})
	for _, name := range regexp.MustCompile(`\bASSAY_[A-Z_]+`).FindAllString(string(text), -1) {
		if !slices.Contains(known, name) && !slices.Contains(known, strings.TrimSuffix(name, "_FILE")) {
			t.Errorf("there is no variable %s", name)
		}
	}
}

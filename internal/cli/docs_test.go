package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/assay-sca/assay/internal/config"
)

// TestCommandsExplainThemselves: every command says what it does, at length, and
// shows how.
func TestCommandsExplainThemselves(t *testing.T) {
	t.Parallel()
	eachCommand(new(app).root(), func(cmd *cobra.Command) {
		for name, text := range map[string]string{"Short": cmd.Short, "Long": cmd.Long, "Example": cmd.Example} {
			if text == "" {
				t.Errorf("%s has no %s", cmd.CommandPath(), name)
			}
		}
		if !strings.Contains(cmd.Example, cmd.CommandPath()) {
			t.Errorf("no example of %s uses it", cmd.CommandPath())
		}
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if f.Usage == "" {
				t.Errorf("%s --%s is not explained", cmd.CommandPath(), f.Name)
			}
		})
	})
}

// TestFlagsAreDocumented keeps the table of docs/configuration.md equal to the
// commands' flags; ASSAY_UPDATE=1 writes it.
func TestFlagsAreDocumented(t *testing.T) {
	t.Parallel()
	section(t, "configuration.md", "flags", flagTable(new(app).root()))
}

// flagTable is every flag once, with the commands that have it.
func flagTable(root *cobra.Command) string {
	users := map[string][]string{}
	flags := map[string]*pflag.Flag{}
	keys := knownFlags(root)
	eachCommand(root, func(cmd *cobra.Command) {
		for _, set := range []*pflag.FlagSet{cmd.LocalNonPersistentFlags(), cmd.PersistentFlags()} {
			set.VisitAll(func(f *pflag.Flag) {
				if commandLineOnly(f.Name) {
					return
				}
				name := strings.TrimPrefix(cmd.CommandPath(), "assay ")
				if cmd == root {
					name = "all"
				}
				users[f.Name] = append(users[f.Name], name)
				if flags[f.Name] == nil || name == "scan" {
					flags[f.Name] = f
				}
			})
		}
	})
	var b strings.Builder
	b.WriteString("| flag | variable | commands | default | meaning |\n|---|---|---|---|---|\n")
	for _, name := range slices.Sorted(maps.Keys(flags)) {
		f := flags[name]
		value, usage := pflag.UnquoteUsage(f)
		if f.Value.Type() == "bool" {
			value = ""
		}
		flag := strings.TrimSpace("--" + name + " " + value)
		if f.Shorthand != "" {
			flag = "-" + f.Shorthand + ", " + flag
		}
		if !slices.Contains(keys, name) {
			usage += " (no key in a file)"
		}
		byDefault := strings.Trim(f.DefValue, "[]")
		if byDefault != "" {
			byDefault = "`" + byDefault + "`"
		}
		slices.Sort(users[name])
		fmt.Fprintf(&b, "| `%s` | `%s` | %s | %s | %s |\n", flag, config.Variable(name), strings.Join(users[name], ", "), byDefault, usage)
	}
	return b.String()
}

// section compares what stands between <!-- name --> and <!-- end --> in a file of
// docs/ with want.
func section(t *testing.T, file, name, want string) {
	t.Helper()
	path := filepath.Join("..", "..", "docs", file)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	begin, end := "<!-- "+name+" -->\n", "<!-- end -->"
	before, rest, ok := strings.Cut(string(data), begin)
	got, after, ended := strings.Cut(rest, end)
	if !ok || !ended {
		t.Fatalf("%s has no section %s", file, name)
	}
	if os.Getenv("ASSAY_UPDATE") == "1" {
		if err := os.WriteFile(path, []byte(before+begin+want+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("docs/%s is not what the program does; ASSAY_UPDATE=1 rewrites it (-want +got):\n%s", file, diff)
	}
}

// TestScanDocumentExample: the example of docs/scan-json.md is what a scan writes,
// but for the release, which changes with the schema of the database.
func TestScanDocumentExample(t *testing.T) {
	t.Parallel()
	base := filepath.Join(t.TempDir(), "base")
	buildBase(t, base)
	const lock = `{
  "name": "shop",
  "lockfileVersion": 3,
  "packages": {
    "": {"dependencies": {"left-fold": "^1.0.0"}},
    "node_modules/left-fold": {
      "version": "1.2.2",
      "license": "MIT"
    }
  }
}
`
	dir := filepath.Join(base, "shop")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "package-lock.json"), []byte(lock), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, messages, indented bytes.Buffer
	code := Main(context.Background(), Env{Args: []string{"scan", "--db", filepath.Join(base, "a.db"), "-o", "json", dir}, Stdout: &out, Stderr: &messages,
		Getenv: func(string) string { return "" }, Now: func() time.Time { return time.Date(2026, 1, 10, 0, 0, 0, 0, time.UTC) }})
	if code != 1 {
		t.Fatalf("exit code %d\n%s", code, messages.String())
	}
	if err := json.Indent(&indented, out.Bytes(), "", "  "); err != nil {
		t.Fatal(err)
	}
	text := regexp.MustCompile(`sha256:[0-9a-f]{64}`).ReplaceAllString(indented.String(), "sha256:"+strings.Repeat("0f", 32))
	text = regexp.MustCompile(`(2026-01-09-)[0-9a-f]{8}`).ReplaceAllString(text, "${1}0f0f0f0f")
	section(t, "scan-json.md", "example", "```json\n"+text+"```\n")
}

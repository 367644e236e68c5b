package quality

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// pins are what a file fixes; true are those that the project itself asks for.
type pins map[pin]bool

// add notes a pin. Once direct it stays so.
func (p pins) add(ecosystem, name, version string, direct bool) {
	if name == "" || version == "" {
		return
	}
	k := newPin(ecosystem, name, version)
	p[k] = p[k] || direct
}

// allDirect are the same pins, all of them direct or none.
func (p pins) allDirect(direct bool) pins {
	out := pins{}
	for k := range p {
		out[k] = direct
	}
	return out
}

func (p pins) direct() int {
	n := 0
	for _, d := range p {
		n += b2i(d)
	}
	return n
}

// object and array walk decoded JSON and YAML without complaint: what is missing
// is empty.
func object(v any, keys ...string) map[string]any {
	for _, k := range keys {
		m, _ := v.(map[string]any)
		v = m[k]
	}
	m, _ := v.(map[string]any)
	return m
}

func array(v any, key string) []any {
	a, _ := object(v)[key].([]any)
	return a
}

func text(v any, key string) string {
	s, _ := object(v)[key].(string)
	return s
}

func readText(t testing.TB, path ...string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func readJSON(t testing.TB, path ...string) any {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(readText(t, path...)), &v); err != nil {
		t.Fatalf("%s: %v", filepath.Join(path...), err)
	}
	return v
}

// beside returns the content of a file beside path, empty if there is none.
func beside(path, name string) string {
	data, err := os.ReadFile(filepath.Join(filepath.Dir(path), name))
	if err != nil {
		return ""
	}
	return string(data)
}

// table is one table of a TOML file: its header and its lines.
type table struct {
	header string
	lines  []string
}

var (
	tomlHeader = regexp.MustCompile(`^\s*\[{1,2}\s*([^\[\]]+?)\s*\]{1,2}\s*(#.*)?$`)
	tomlString = regexp.MustCompile(`^\s*([\w"'.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')`)
	tomlKey    = regexp.MustCompile(`^\s*([\w"'.-]+)\s*=`)
	tomlQuoted = regexp.MustCompile(`"((?:[^"\\]|\\.)*)"|'([^']*)'`)
)

// tables cuts a TOML file at its headers. It is no parser: it does for files as
// the tools write them.
func tables(content string) []table {
	out := []table{{}}
	for line := range strings.Lines(content) {
		line = strings.TrimRight(line, "\r\n")
		if m := tomlHeader.FindStringSubmatch(line); m != nil {
			out = append(out, table{header: m[1]})
			continue
		}
		out[len(out)-1].lines = append(out[len(out)-1].lines, line)
	}
	return out
}

// text is the string value of a key.
func (t table) text(key string) string {
	for _, line := range t.lines {
		if m := tomlString.FindStringSubmatch(line); m != nil && strings.Trim(m[1], `"'`) == key {
			return m[2] + m[3]
		}
	}
	return ""
}

// value is all lines of a key's value, joined.
func (t table) value(key string) string {
	var b strings.Builder
	inside := false
	for _, line := range t.lines {
		if m := tomlKey.FindStringSubmatch(line); m != nil && !strings.HasPrefix(line, " ") && !strings.HasPrefix(line, "\t") {
			inside = strings.Trim(m[1], `"'`) == key
		}
		if inside {
			b.WriteString(line + "\n")
		}
		if strings.HasPrefix(line, "]") {
			inside = false
		}
	}
	return b.String()
}

// keys are the keys of a table.
func (t table) keys() []string {
	var out []string
	for _, line := range t.lines {
		if m := tomlKey.FindStringSubmatch(line); m != nil && !strings.HasPrefix(line, " ") && !strings.HasPrefix(line, "\t") {
			out = append(out, strings.Trim(m[1], `"'`))
		}
	}
	return out
}

// quoted are the strings in a piece of TOML.
func quoted(s string) []string {
	var out []string
	for _, m := range tomlQuoted.FindAllStringSubmatch(s, -1) {
		out = append(out, m[1]+m[2])
	}
	return out
}

func hasAnySuffix(s string, suffixes ...string) bool {
	return slices.ContainsFunc(suffixes, func(x string) bool { return strings.HasSuffix(s, x) })
}

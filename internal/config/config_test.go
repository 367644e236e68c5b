package config_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/config"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/policy"
)

const example = `# what this project decided
fail-on: high
output: [table, json=result.json]
offline: true
db-max-age: 72h
ignore:
  - id: CVE-2026-1
    reason: |
      not reachable:
      we never parse XML
  - {id: GHSA-x, package: pkg:npm/y, reason: only in tests, expires: 2026-06-30}
`

func TestParse(t *testing.T) {
	t.Parallel()
	for name, content := range map[string]string{"as it is": example, "CRLF": strings.ReplaceAll(example, "\n", "\r\n"), "with a mark": "\ufeff" + example} {
		got, err := config.Parse(".assay.yaml", []byte(content))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		want := config.File{
			Settings: map[string][]string{"fail-on": {"high"}, "output": {"table", "json=result.json"}, "offline": {"true"}, "db-max-age": {"72h"}},
			Lines:    map[string]int{"fail-on": 2, "output": 3, "offline": 4, "db-max-age": 5, "ignore": 6},
			Ignores: []policy.Ignore{
				{ID: "CVE-2026-1", Reason: "not reachable:\nwe never parse XML\n", Place: ".assay.yaml:7"},
				{ID: "GHSA-x", Package: "pkg:npm/y", Reason: "only in tests", Expires: "2026-06-30", Place: ".assay.yaml:11"},
			},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: mismatch (-want +got):\n%s", name, diff)
		}
	}
	for _, empty := range []string{"", "# nothing\n", "---\n", "{}", "ignore:\n", "ignore: []"} {
		got, err := config.Parse("f", []byte(empty))
		if err != nil || len(got.Settings)+len(got.Ignores) > 0 {
			t.Errorf("%q: got %v, error %v", empty, got, err)
		}
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("[", 100_000)
	bomb := "a: &a [x, x, x, x]\n"
	for c := 'b'; c < 'k'; c++ {
		bomb += fmt.Sprintf("%c: &%c [*%c, *%c, *%c, *%c]\n", c, c, c-1, c-1, c-1, c-1)
	}
	for _, test := range []struct{ name, content, words string }{
		{"a list", "- fail-on\n", "f:1: settings are written as `name: value`"},
		{"a word", "\nhigh\n", "f:2: settings are written"},
		{"a key that is none", "fail-on: high\n? [a, b]\n: c\n", "f:2: settings are written"},
		{"no value", "fail-on: high\noffline:\n", "f:2: a value or a list of values is expected"},
		{"a mapping as value", "fail-on:\n  level: high\n", "f:2: a value or a list of values is expected"},
		{"a list in a list", "output:\n  - table\n  - [json]\n", "f:3: a list of plain values is expected"},
		{"twice", "fail-on: high\noffline: true\nfail-on: none\n", `f:3: "fail-on" stands here for the second time`},
		{"ignore twice", "ignore: []\nignore: []\n", `f:2: "ignore" stands here`},
		{"two documents", "fail-on: high\n---\nfail-on: none\n", "f:2: a second document begins here"},
		{"not YAML", "fail-on: high\n  offline: [", "read configuration f: line 2: "},
		{"not YAML behind", "fail-on: high\n---\n\t[", "read configuration f: "},
		{"binary", "\x00\x01\x02", "read configuration f: "},
		{"not UTF-8", "fail-on: \xff\n", "read configuration f: "},
		{"deep", deep, "read configuration f: "},
		{"an alias", "a: &x high\nfail-on: *x\n", "f:2: aliases (*x) are not allowed"},
		{"a merge", "base: &b {a: c}\nignore:\n  - <<: *b\n", "f:3: aliases (*b) are not allowed"},
		{"a bomb", bomb, "f:2: aliases (*a) are not allowed"},
		{"an alias of itself", "a: &a [*a]\n", "f:1: "},
		{"ignore is no list", "ignore: CVE-1\n", "f:1: ignore is a list of rules"},
		{"a rule is no mapping", "ignore:\n  - CVE-1\n", "f:2: an ignore rule has an id and a reason"},
		{"an unknown field", "ignore:\n  - id: CVE-1\n    because: x\n", `f:3: an ignore rule has id, package, reason and expires, not "because"`},
		{"a field without value", "ignore:\n  - id: CVE-1\n    reason:\n", "f:3: reason has no value"},
		{"an empty field", "ignore:\n  - id: CVE-1\n    package: ''\n", "f:3: package has no value"},
		{"a list as field", "ignore:\n  - id: [CVE-1]\n", "f:2: id has no value"},
		{"a field twice", "ignore:\n  - id: CVE-1\n    reason: x\n    id: CVE-2\n", `f:4: "id" stands here for the second time`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := config.Parse("f", []byte(test.content))
			if errs.KindOf(err) != errs.Invalid || !strings.HasPrefix(err.Error(), test.words) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %v, error %v; want one line that begins with %q", got, err, test.words)
			}
		})
	}
}

func TestRead(t *testing.T) {
	t.Parallel()
	tree := fstest.MapFS{
		"good.yaml":   {Data: []byte("fail-on: low")},
		"large.yaml":  {Data: []byte("#" + strings.Repeat("x", 1<<20))},
		"folder.yaml": {Mode: os.ModeDir},
	}
	got, err := config.Read(tree, "good.yaml")
	if diff := cmp.Diff(map[string][]string{"fail-on": {"low"}}, got.Settings); diff != "" || err != nil {
		t.Errorf("error %v, mismatch (-want +got):\n%s", err, diff)
	}
	for name, want := range map[string]errs.Kind{"none.yaml": errs.NotFound, "large.yaml": errs.TooLarge, "folder.yaml": errs.Invalid} {
		if _, err := config.Read(tree, name); errs.KindOf(err) != want || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: got error %v", name, err)
		}
	}
	// A link out of the project must not bring in another's settings.
	dir := t.TempDir()
	if err := errors.Join(os.WriteFile(filepath.Join(dir, "outside"), []byte("fail-on: none"), 0o644),
		os.Mkdir(filepath.Join(dir, "project"), 0o755), os.Symlink("../outside", filepath.Join(dir, "project", config.FileName))); err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(filepath.Join(dir, "project"))
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	if got, err := config.Read(root.FS(), config.FileName); errs.KindOf(err) != errs.Invalid {
		t.Errorf("a link out: got %v, error %v", got, err)
	}
}

// flag is a flag of a test.
type flag struct {
	name    string
	changed bool
	values  []string
}

func (f *flag) Name() string  { return f.name }
func (f *flag) Changed() bool { return f.changed }

func (f *flag) Set(values []string) error {
	if values[0] == "bad" {
		return errors.New("not this")
	}
	f.values = values
	return nil
}

func TestPrecedence(t *testing.T) {
	t.Parallel()
	flags := []*flag{
		{name: "on-line", changed: true, values: []string{"line"}}, {name: "in-env"}, {name: "in-file"}, {name: "nowhere"}, {name: "empty-env"}, {name: "list"},
	}
	var all []config.Flag
	for _, f := range flags {
		all = append(all, f)
	}
	env := map[string]string{"ASSAY_ON_LINE": "env", "ASSAY_IN_ENV": "env", "ASSAY_EMPTY_ENV": ""}
	file := config.File{Settings: map[string][]string{"on-line": {"file"}, "in-env": {"file"}, "in-file": {"file"}, "empty-env": {"file"}, "list": {"a", "b"}, "others": {"x"}}}
	known := []string{"on-line", "in-env", "in-file", "empty-env", "list", "others"}
	if err := config.Apply(all, func(name string) string { return env[name] }, file, "f", known); err != nil {
		t.Fatal(err)
	}
	got := map[string][]string{}
	for _, f := range flags {
		got[f.name] = f.values
	}
	want := map[string][]string{"on-line": {"line"}, "in-env": {"env"}, "in-file": {"file"}, "nowhere": nil, "empty-env": {"file"}, "list": {"a", "b"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

func TestApplyFaults(t *testing.T) {
	t.Parallel()
	file, err := config.Parse("f", []byte("good: x\nunheard: y\nodd: bad\nabsent: z\n"))
	if err != nil {
		t.Fatal(err)
	}
	none := func(string) string { return "" }
	for range 20 { // whatever the order of the map
		err := config.Apply(nil, none, file, "f", []string{"good", "odd"})
		if errs.KindOf(err) != errs.Invalid || err.Error() != `f:4: there is no setting "absent"` {
			t.Fatalf("unknown settings: got error %v", err)
		}
	}
	all := []string{"good", "odd", "unheard", "absent"}
	err = config.Apply([]config.Flag{&flag{name: "odd"}}, none, file, "f", all)
	if errs.KindOf(err) != errs.Invalid || err.Error() != "f:3: odd: not this" {
		t.Errorf("a bad value in the file: got error %v", err)
	}
	err = config.Apply([]config.Flag{&flag{name: "some-flag"}}, func(string) string { return "bad" }, file, "f", all)
	if errs.KindOf(err) != errs.Invalid || err.Error() != "ASSAY_SOME_FLAG=bad: not this" {
		t.Errorf("a bad variable: got error %v", err)
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{example, "", "a: &a [*a]", "ignore:\n- id: x\n  reason: y", "? [a]\n: b", "a: b\n---\nc: d", "- x", "\xff\xfe", "<<: {a: b}", "a: !!binary x", "a: |\n  b\n c"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := config.Parse("f", data)
		switch {
		case err == nil:
			for name, values := range file.Settings {
				if name == "" || values == nil || file.Lines[name] == 0 {
					t.Errorf("setting %q: values %v on line %d", name, values, file.Lines[name])
				}
			}
		case errs.KindOf(err) != errs.Invalid || strings.ContainsAny(err.Error(), "\n\r"):
			t.Errorf("error %q", err)
		}
	})
}

package private

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/vulndb/feed/feedtest"
)

func TestFeed(t *testing.T) {
	t.Parallel()
	feedtest.Golden(t, New(), "feed")
}

// TestSameInBoth: how a record is written does not matter.
func TestSameInBoth(t *testing.T) {
	t.Parallel()
	var both [2]any
	for i, name := range []string{"testdata/feed/ACME-2024-1.json", "testdata/both/ACME-2024-1.yaml"} {
		data, err := os.ReadFile(filepath.FromSlash(name))
		if err != nil {
			t.Fatal(err)
		}
		if both[i], err = decode(name, data); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(both[0], both[1]); diff != "" {
		t.Errorf("JSON and YAML differ (-json +yaml):\n%s", diff)
	}
}

func TestNothingToRead(t *testing.T) {
	t.Parallel()
	if _, err := New().Sets(t.TempDir()); errs.KindOf(err) != errs.Invalid {
		t.Errorf("an empty folder: %v", err)
	}
}

// TestFaults: each slip is told with its field.
func TestFaults(t *testing.T) {
	t.Parallel()
	pkg := `"package":{"ecosystem":"PyPI","name":"frob"}`
	with := func(rest string) string {
		return `{"id":"A-1","modified":"2024-01-01T00:00:00Z","affected":[{` + pkg + `,` + rest + `}]}`
	}
	events := func(list string) string { return with(`"ranges":[{"type":"ECOSYSTEM","events":[` + list + `]}]`) }
	top := func(rest string) string {
		return `{"id":"A-1","modified":"2024-01-01T00:00:00Z","affected":[{` + pkg + `,"versions":["1"]}],` + rest + `}`
	}
	tests := []struct{ text, want string }{
		{``, "not valid JSON at byte 0: unexpected EOF"},
		{`[]`, "it is not an object with the fields of an advisory"},
		{`{}`, `id: it is missing; modified: it is missing`},
		{`{"id":1,"modified":""}`, `id: it is no text; modified: it is empty`},
		{`{"id":"A-1","id":"A-2"}`, `duplicate object member name`},
		{`{"id":"a b","modified":"2024-01-01","affected":[]}`, `id: "a b" has blanks, slashes or signs that ids do not have; modified: "2024-01-01" is no time like 2024-01-31T00:00:00Z`},
		{`{"id":"A-1","modified":"2024-01-01T00:00:00Z"}`, "affected: it is missing or empty: nothing would ever be found"},
		{top(`"sumary":"x"`), `"sumary": the schema has no such field; what is your own goes below database_specific`},
		{top(`"aliases":["A-1",7,"x y"]`), `aliases[1]: it is no text; aliases[0]: "A-1" is no id of another record; aliases[2]: "x y" is no id of another record`},
		{top(`"aliases":"CVE-2024-1"`), `aliases: it is no list`},
		{top(`"severity":[{"type":"CVSS_V3","score":"9.8"},{"type":"CVSS_V4","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"},{"score":"x"}]`),
			`severity[0]: "9.8" is no vector of CVSS_V3 (known are CVSS_V2, CVSS_V3, CVSS_V4); severity[1]: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H" is no vector of CVSS_V4 (known are CVSS_V2, CVSS_V3, CVSS_V4); severity[2].type: it is missing`},
		{top(`"references":[{"type":"web","url":"frob"},3]`), `references[1]: it is no object; references[0].type: "web" is none of`},
		{top(`"database_specific":{"severity":"awful","cwe_ids":["79"]}`), `database_specific.severity: "awful" is none of low, medium, high, critical; database_specific.cwe_ids[0]: "79" is no id like CWE-79`},
		{top(`"database_specific":7`), `database_specific: it is no object`},
		{top(`"withdrawn":"soon"`), `withdrawn: "soon" is no time like`},
		{`{"id":"A-1","modified":"2024-01-01T00:00:00Z","affected":[{"versions":["1"]}]}`, `affected[0].package: it is missing, or no object`},
		{`{"id":"A-1","modified":"2024-01-01T00:00:00Z","affected":[{"package":{"ecosystem":"pypi","name":""}}]}`,
			`affected[0].package.name: it is empty; affected[0].package.ecosystem: "pypi" is not known, is "PyPI" meant?; affected[0]: it has neither ranges nor versions; for all versions write a range with introduced "0"`},
		{`{"id":"A-1","modified":"2024-01-01T00:00:00Z","affected":[{"package":{"ecosystem":"conda","name":"x"},"versions":["1"]}]}`, `"conda" is not known; the names are those of the OSV schema`},
		{`{"id":"A-1","modified":"2024-01-01T00:00:00Z","affected":[{"package":{"ecosystem":"npm","name":"x","purl":"pkg:npm/y"},"versions":["1"]}]}`, `affected[0].package.purl: "pkg:npm/y" is another package than npm x`},
		{`{"id":"A-1","modified":"2024-01-01T00:00:00Z","affected":[{"package":{"ecosystem":"npm","name":"x","purl":"npm/x"},"versions":["1"]}]}`, `affected[0].package.purl: "npm/x" is no package URL`},
		{with(`"versions":["1.0","one"]`), `affected[0].versions[1]: "one" is no version of PyPI`},
		{with(`"versions":"1.0"`), `affected[0].versions: it is no list`},
		{with(`"ranges":[{"type":"PyPI","events":[{"introduced":"0"}]}]`), `affected[0].ranges[0].type: "PyPI" is none of SEMVER, ECOSYSTEM, GIT`},
		{with(`"ranges":[{"type":"GIT","events":[{"introduced":"0"}]}]`), `affected[0].ranges[0].repo: it is missing`},
		{events(``), `affected[0].ranges[0].events: no event introduces it; from the first version on is introduced "0"`},
		{events(`{"fixed":"1"}`), `no event introduces it`},
		{events(`{"introduced":"0","fixed":"1"}`), `affected[0].ranges[0].events[0]: it has 2 of introduced, fixed, last_affected and limit instead of one`},
		{events(`{"introduced":"0"},{"fixd":"1"}`), `affected[0].ranges[0].events[1]."fixd": the schema has no such field`},
		{events(`{"introduced":"0"},{"fixed":"1.x"}`), `affected[0].ranges[0].events[1].fixed: "1.x" is no version of PyPI`},
		{events(`{"introduced":"0"},{"fixed":1.2}`), `affected[0].ranges[0].events[1].fixed: it is no text`},
		{events(`{"introduced":"0"},{"fixed":"2"},{"last_affected":"1"}`), `fixed and last_affected exclude each other in one range; write two`},
		{events(`{"introduced":"2"},{"fixed":"1"}`), `affected[0].ranges[0].events[1]: "1" ends nothing: no introduced version stands before it`},
		{events(`{"introduced":"1"},{"fixed":"1.0"}`), `"1.0" ends nothing`},
		{with(`"database_specific":{"unaffected":"yes"}`), `affected[0].database_specific.unaffected: it is neither true nor false`},
		{with(`"database_specific":[]`), `affected[0].database_specific: it is no object`},
		{top(`"credits":[` + strings.TrimSuffix(strings.Repeat("1,", 30), ",") + `]`), `credits[9]: it is no object; and more`},
	}
	for _, test := range tests {
		a, err := decode("x.json", []byte(test.text))
		if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s\n got %v (%s)\nwant %s", test.text, err, a.ID, test.want)
		}
	}
}

func FuzzSets(f *testing.F) {
	seed, err := os.ReadFile(filepath.FromSlash("testdata/both/ACME-2024-1.yaml"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(seed)
	feedtest.Fuzz(f, New(), "ACME-2024-1.yaml")
}

// TestGuide: the examples of the guide are advisories.
func TestGuide(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.FromSlash("../../../../docs/howto/private-advisories.md"))
	if err != nil {
		t.Fatal(err)
	}
	blocks := strings.Split(string(text), "```yaml\n")[1:]
	for _, block := range blocks {
		example, _, _ := strings.Cut(block, "```")
		a, err := decode("example.yaml", []byte(example))
		if err != nil || !strings.Contains(example, "id: "+a.ID) {
			t.Errorf("%s\n%v", example, err)
		}
	}
	if len(blocks) != 2 {
		t.Errorf("%d examples, want 2", len(blocks))
	}
}

package build

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/vulndb"
	"github.com/assay-sca/assay/internal/vulndb/feed"
	feeds "github.com/assay-sca/assay/internal/vulndb/feed/all"
)

var built = time.Date(2026, time.January, 2, 3, 4, 5, 6, time.UTC)

// records are the material of most tests: several ecosystems, a distribution, an
// alias, a bundle, a withdrawn one, one without versions, one of commits alone.
func records() []string {
	return []string{
		`{"id":"CVE-2024-1","modified":"2024-01-01T00:00:00Z","summary":"one","severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],"affected":[` + in("npm", "left", "0", "1.0.0") + `,` + in("npm", "right", "0", "2.0.0") + `]}`,
		`{"id":"GHSA-1","modified":"2024-01-02T00:00:00Z","aliases":["CVE-2024-1"],"affected":[` + in("npm", "left", "0", "1.0.0") + `]}`,
		`{"id":"PYSEC-1","modified":"2024-01-03T00:00:00Z","aliases":["CVE-2024-2"],"affected":[` + in("PyPI", "Zope_Page", "1", "2") + `]}`,
		`{"id":"DSA-1","modified":"2024-01-04T00:00:00Z","aliases":["CVE-2024-1","CVE-2024-2"],"affected":[` + in("Debian:12", "left", "0", "1-1") + `]}`,
		`{"id":"GHSA-2","modified":"2024-01-05T00:00:00Z","withdrawn":"2024-02-01T00:00:00Z","affected":[` + in("npm", "left", "0", "9.0.0") + `]}`,
		`{"id":"GHSA-3","modified":"2024-01-06T00:00:00Z","affected":[]}`,
		`{"id":"OSV-1","modified":"2024-01-07T00:00:00Z","affected":[{"ranges":[{"type":"GIT","repo":"https://git.example.org/x","events":[{"introduced":"0"}]}]}]}`,
	}
}

// in is an affected entry; an empty fix leaves the range open.
func in(ecosystem, name, introduced, fixed string) string {
	events := fmt.Sprintf(`{"introduced":%q}`, introduced)
	if fixed != "" {
		events += fmt.Sprintf(`,{"fixed":%q}`, fixed)
	}
	return fmt.Sprintf(`{"package":{"ecosystem":%q,"name":%q},"ranges":[{"type":"ECOSYSTEM","events":[%s]}]}`, ecosystem, name, events)
}

// set is records in their order.
func set(t *testing.T, name string, records ...string) feed.Set {
	t.Helper()
	files := fstest.MapFS{}
	for i, text := range records {
		files[fmt.Sprintf("%03d.json", i)] = &fstest.MapFile{Data: []byte(text)}
	}
	s, err := feeds.FromFS(name, files)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func run(t *testing.T, limits Limits, sets ...feed.Set) (file string, report Report) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "a.db")
	report, err := Run(t.Context(), file, sets, Options{Built: built}, limits, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	left(t, filepath.Dir(file), "a.db")
	return file, report
}

// left fails unless the folder holds just these names.
func left(t *testing.T, dir string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("files mismatch (-want +got):\n%s", diff)
	}
}

// logical is all that a database says, without its row numbers: the same content
// gives the same lines, however it came.
const logical = `
select 'metadata ' || name || ' ' || value from metadata where name not like 'rows:%'
union all select 'provider ' || name || ' ' || records || ' ' || withdrawn || ' ' || coalesce(modified, '-') from providers
union all select 'ecosystem ' || name || ' ' || records from ecosystems
union all select 'package ' || ecosystem || ' ' || name from packages
union all select 'system ' || name || ' ' || label from operating_systems
union all select 'blob ' || value from blobs
union all select 'advisory ' || a.name || ' ' || p.name || ' ' || a.severity || ' ' || coalesce(a.published, '-') || ' ' || coalesce(a.modified, '-')
	|| ' ' || coalesce(a.withdrawn, '-') || ' ' || hex(a.digest) || ' ' || b.value
	from advisories a join providers p on p.id = a.provider_id join blobs b on b.id = a.blob_id
union all select 'alias ' || l.name || ' ' || a.name from aliases l join advisories a on a.id = l.advisory_id
union all select 'vulnerability ' || v.name || ' ' || a.name from vulnerabilities v join advisories a on a.id = v.advisory_id
union all select 'affected ' || a.name || ' ' || f.sequence || ' ' || p.ecosystem || ' ' || p.name || ' ' || coalesce(s.name || ' ' || s.label, '-')
	|| ' ' || f.withdrawn || ' ' || f.intervals || ' ' || coalesce(f.severity, '-') || ' ' || b.value
	from affected f join advisories a on a.id = f.advisory_id join packages p on p.id = f.package_id
	left join operating_systems s on s.id = f.operating_system_id join blobs b on b.id = f.blob_id
order by 1`

func dump(t *testing.T, file string) []string { return query(t, file, logical) }

func query(t *testing.T, file, text string) []string {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+file+"?mode=ro&immutable=1")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.QueryContext(t.Context(), text)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			t.Fatal(err)
		}
		out = append(out, line)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// verify opens a file as a scan does and checks all of it.
func verify(t *testing.T, file string) vulndb.Metadata {
	t.Helper()
	db, err := vulndb.Open(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Verify(t.Context()); err != nil {
		t.Fatal(err)
	}
	return db.Metadata()
}

// rest are the statements about one table.
func rest(lines []string, table string) []string {
	var out []string
	for _, line := range lines {
		if text, ok := strings.CutPrefix(line, table+" "); ok {
			out = append(out, text)
		}
	}
	return out
}

func TestRun(t *testing.T) {
	t.Parallel()
	file, report := run(t, Limits{}, set(t, "all", records()...))
	if diff := cmp.Diff(report.Metadata, verify(t, file)); diff != "" {
		t.Errorf("metadata mismatch (-report +file):\n%s", diff)
	}
	if m := report.Metadata; m.Records != 7 || !m.Built.Equal(built.Truncate(time.Second)) || m.Release != "2026-01-02-"+m.Digest[7:15] || m.Sample {
		t.Errorf("metadata %+v", m)
	}
	if report.Records() != 7 || report.Skipped() != 0 {
		t.Errorf("%d records, %d skipped", report.Records(), report.Skipped())
	}
	lines := dump(t, file)
	for table, want := range map[string][]string{
		"provider":      {"CVE 1 0 1704067200000", "DSA 1 0 1704326400000", "GHSA 3 1 1704499200000", "OSV 1 0 1704585600000", "PYSEC 1 0 1704240000000"},
		"ecosystem":     {"Debian 1", "PyPI 1", "npm 2"},
		"package":       {" ", "Debian left", "PyPI zope-page", "npm left", "npm right"},
		"system":        {"debian 12"},
		"vulnerability": {"CVE-2024-1 CVE-2024-1", "CVE-2024-1 DSA-1", "CVE-2024-1 GHSA-1", "CVE-2024-2 DSA-1", "CVE-2024-2 PYSEC-1", "GHSA-3 GHSA-3", "OSV-1 OSV-1"},
		"alias": {"CVE-2024-1 CVE-2024-1", "CVE-2024-1 DSA-1", "CVE-2024-1 GHSA-1", "CVE-2024-2 DSA-1", "CVE-2024-2 PYSEC-1", "DSA-1 DSA-1",
			"GHSA-1 GHSA-1", "GHSA-2 GHSA-2", "GHSA-3 GHSA-3", "OSV-1 OSV-1", "PYSEC-1 PYSEC-1"},
	} {
		if diff := cmp.Diff(want, rest(lines, table)); diff != "" {
			t.Errorf("%s mismatch (-want +got):\n%s", table, diff)
		}
	}
	// The same entry for npm's left stands in two records and is stored once.
	if got := len(rest(lines, "blob")); got != 7+6 {
		t.Errorf("%d blobs, want %d", got, 7+6)
	}
}

// TestRunDeterministic: order, archives and repetition do not change the content.
func TestRunDeterministic(t *testing.T) {
	t.Parallel()
	all := records()
	file, report := run(t, Limits{}, set(t, "all", all...))
	want := dump(t, file)
	backwards := slices.Clone(all)
	slices.Reverse(backwards)
	for name, sets := range map[string][]feed.Set{
		"again":     {set(t, "all", all...)},
		"backwards": {set(t, "all", backwards...)},
		"apart":     {set(t, "a", all[:3]...), set(t, "b", all[3:]...)},
		"repeated":  {set(t, "a", all...), set(t, "a", backwards...), set(t, "b", all[2])},
	} {
		file, other := run(t, Limits{}, sets...)
		if other.Metadata != report.Metadata {
			t.Errorf("%s: %+v, want %+v", name, other.Metadata, report.Metadata)
		}
		if diff := cmp.Diff(want, dump(t, file)); diff != "" {
			t.Errorf("%s: mismatch (-want +got):\n%s", name, diff)
		}
		verify(t, file)
	}
	all[3] = strings.Replace(all[3], `"1-1"`, `"1-2"`, 1)
	if _, other := run(t, Limits{}, set(t, "all", all...)); other.Metadata.Digest == report.Metadata.Digest {
		t.Error("other content has the same digest")
	}
}

// TestRunSame: the same input gives the same bytes.
func TestRunSame(t *testing.T) {
	t.Parallel()
	var files [2][]byte
	for i := range files {
		file, _ := run(t, Limits{}, set(t, "all", append(records(), variants()...)...))
		var err error
		if files[i], err = os.ReadFile(file); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(files[0], files[1]) {
		t.Error("two builds differ")
	}
}

func TestRunSkips(t *testing.T) {
	t.Parallel()
	bad := []string{`{"id":"A-1","affected":[{}]}`, `{`}
	sets := []feed.Set{set(t, "one", append(bad, records()...)...), set(t, "two", records()[0]), set(t, "one", records()[1]), set(t, "one 2", records()[2])}
	file, report := run(t, Limits{SkippedShare: 0.2}, sets...)
	if report.Skipped() != 2 || report.Records() != 12 || report.Metadata.Records != 7 {
		t.Errorf("%d skipped of %d, %d in the database", report.Skipped(), report.Records(), report.Metadata.Records)
	}
	want := []string{"one 000.json affected[0]: it names no package", "one 001.json not valid JSON at byte 1: unexpected EOF"}
	got := query(t, file, `select source || ' ' || entry || ' ' || reason from skipped order by 1`)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("skipped mismatch (-want +got):\n%s", diff)
	}
	got = query(t, file, `select name || ' ' || records || ' ' || skipped from sources order by 1`)
	if diff := cmp.Diff([]string{"one 2 1 0", "one 2 2 1 0", "one 7 2", "two 1 0"}, got); diff != "" {
		t.Errorf("sources mismatch (-want +got):\n%s", diff)
	}
}

// failing is a set that gives some records and then an error.
type failing struct {
	feed.Set
	err error
}

func (f failing) Each(ctx context.Context, yield func(feed.Record) error) (string, error) {
	if _, err := f.Set.Each(ctx, yield); err != nil {
		return "", err
	}
	return "", f.err
}

// TestRunFails: a build that fails leaves what was there, and nothing else.
func TestRunFails(t *testing.T) {
	t.Parallel()
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	broken := errors.New("the disk is gone")
	good := set(t, "good", records()...)
	tests := []struct {
		name string
		ctx  context.Context
		sets []feed.Set
		want func(error) bool
	}{
		{"beyond the share", t.Context(), []feed.Set{good, set(t, "bad", "{", "{")}, func(err error) bool {
			return errs.KindOf(err) == errs.Damaged && strings.HasPrefix(err.Error(), "2 of 9 records cannot be used, more than the share of 0.2: ")
		}},
		{"nothing", t.Context(), nil, func(err error) bool { return errs.KindOf(err) == errs.Invalid }},
		{"no record", t.Context(), []feed.Set{set(t, "empty")}, func(err error) bool { return errs.KindOf(err) == errs.Invalid }},
		{"a set that breaks", t.Context(), []feed.Set{good, failing{good, broken}}, func(err error) bool {
			return errors.Is(err, broken) && strings.HasPrefix(err.Error(), "read good: ")
		}},
		{"cancelled", cancelled, []feed.Set{good}, func(err error) bool { return errors.Is(err, context.Canceled) }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "a.db")
			if err := os.WriteFile(file, []byte("old"), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := Run(test.ctx, file, test.sets, Options{Built: built}, Limits{SkippedShare: 0.2}, func(string) {})
			if err == nil || !test.want(err) || strings.Contains(err.Error(), "\n") {
				t.Errorf("error %v", err)
			}
			left(t, filepath.Dir(file), "a.db")
			if data, err := os.ReadFile(file); err != nil || string(data) != "old" {
				t.Errorf("the old file has become %.20q, %v", data, err)
			}
		})
	}
}

func TestRunNoFolder(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "missing", "a.db")
	_, err := Run(t.Context(), file, []feed.Set{set(t, "all", records()...)}, Options{}, Limits{}, func(string) {})
	if errs.KindOf(err) != errs.Unavailable || !strings.Contains(err.Error(), file) {
		t.Errorf("error %v, want one of the kind Unavailable with the path", err)
	}
}

// TestRunOddPath: nothing in a path means anything to the database library.
func TestRunOddPath(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "a b?mode=memory#c%41&.db")
	if _, err := Run(t.Context(), file, []feed.Set{set(t, "all", records()...)}, Options{Built: built}, Limits{}, func(string) {}); err != nil {
		t.Fatal(err)
	}
	left(t, filepath.Dir(file), filepath.Base(file))
	verify(t, file)
}

// TestDeadSet: a set of which most is unusable fails the build, however large the
// others are; a few strange files do not.
func TestDeadSet(t *testing.T) {
	t.Parallel()
	var bad, good []string
	for i := range 20 {
		bad = append(bad, `{"no":"record"}`)
		good = append(good, fmt.Sprintf(`{"id":"A-%d"}`, i))
	}
	file := filepath.Join(t.TempDir(), "a.db")
	sets := []feed.Set{set(t, "good", good...), set(t, "dead", bad...)}
	_, err := Run(t.Context(), file, sets, Options{Built: built}, Limits{SkippedShare: 1}, func(string) {})
	if errs.KindOf(err) != errs.Damaged || !strings.Contains(err.Error(), "read dead: 20 of 20 records cannot be used") {
		t.Errorf("the error is %v", err)
	}
	left(t, filepath.Dir(file))
	run(t, Limits{SkippedShare: 1}, set(t, "good", good...), set(t, "strange", bad[0]))
}

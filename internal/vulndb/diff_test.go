package vulndb_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/vulndb"
	"github.com/assay-sca/assay/internal/vulndb/build"
	"github.com/assay-sca/assay/internal/vulndb/feed"
)

// handed is a set of records as they stand.
type handed []feed.Record

func (handed) Name() string { return "given" }

func (g handed) Each(_ context.Context, yield func(feed.Record) error) (string, error) {
	for _, r := range g {
		if err := yield(r); err != nil {
			return "", err
		}
	}
	return "sha256:0", nil
}

// openGiven builds a database of records and opens it.
func openGiven(t *testing.T, records ...feed.Record) *vulndb.DB {
	t.Helper()
	file := filepath.Join(t.TempDir(), "a.db")
	if _, err := build.Run(t.Context(), file, []feed.Set{handed(records)}, build.Options{Built: built}, build.Limits{}, func(string) {}); err != nil {
		t.Fatal(err)
	}
	return openFile(t, file)
}

// changes are what a comparison yields, one line a change and one a field.
func changes(t *testing.T, a, b *vulndb.DB, o vulndb.DiffOptions) ([]string, vulndb.Difference) {
	t.Helper()
	out := []string{}
	d, err := vulndb.Diff(t.Context(), a, b, o, func(c vulndb.Change) error {
		line := fmt.Sprintf("%s %s %s %s", c.Kind, c.Subject, c.Provider, c.ID)
		for _, s := range []*vulndb.State{c.Old, c.New} {
			if s != nil {
				line += fmt.Sprintf(" %s/%t", s.Severity, s.Withdrawn)
			}
		}
		out = append(out, line)
		for _, f := range c.Fields {
			out = append(out, fmt.Sprintf("  [%s] %s: %s -> %s", f.Package, f.Field, plain(f.Old), plain(f.New)))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out, d
}

// plain leaves out members of no value, which a blob may have or not.
func plain(v []byte) string {
	return strings.NewReplacer(`,"unaffected":false`, "", `,"rank":0`, "").Replace(string(v))
}

func record(provider string, a advisory.Advisory) feed.Record {
	return feed.Record{Provider: provider, Advisory: a}
}

// upTo is an affected package with one range.
func upTo(name, fix string) advisory.Affected {
	return advisory.Affected{Ecosystem: "npm", Name: name, Ranges: []advisory.Range{
		{Type: advisory.SemVer, Events: []advisory.Event{{Introduced: "0"}, {Fixed: fix}}}}}
}

const (
	critical = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
	low      = "CVSS:3.1/AV:L/AC:H/PR:L/UI:R/S:U/C:N/I:N/A:L"
)

// TestDiffFields: each field that differs is told with both values, entries are
// matched by what they are about.
func TestDiffFields(t *testing.T) {
	t.Parallel()
	old := advisory.Advisory{
		ID: "A-1", Modified: "2026-01-01T00:00:00Z", Summary: "one", Aliases: []string{"CVE-1", "CVE-2"}, Weaknesses: []string{"CWE-79"}, Details: "gone",
		Severity:   []advisory.Severity{{Type: "CVSS_V3", Score: critical}, {Type: "CVSS_V3", Score: low, Source: "NVD"}},
		References: []advisory.Reference{{URL: "https://a.example.org", Tags: []string{"web"}}, {URL: "https://b.example.org"}, {URL: "https://d.example.org"}},
		Extra:      []byte(`{"kept":{"a":1},"own":{"b":[1,2]}}`),
		Affected: []advisory.Affected{
			upTo("same", "1.0.0"), upTo("left", "1.0.0"), upTo("left", "3.0.0"), upTo("gone", "1.0.0"),
			{Ecosystem: "npm", Name: "listed", Versions: []string{"1.0.0", "1.1.0"}},
			{CPE: "cpe:2.3:a:maker:thing:*:*:*:*:*:*:*:*", Stated: []advisory.Interval{{Upper: "2"}}, Platforms: [][]string{{"cpe:2.3:o:a:b:*:*:*:*:*:*:*:*"}}},
			{Ecosystem: "npm", Name: "safe", Unaffected: true, Ranges: upTo("", "1.0.0").Ranges},
			{Ecosystem: "Debian:12", Name: "deb", Fix: advisory.Fix{State: advisory.NotFixed}, Ranges: []advisory.Range{
				{Type: advisory.Ecosystem, Events: []advisory.Event{{Introduced: "0"}}, Extra: []byte(`{"x":[1]}`)},
				{Type: advisory.Git, Repo: "https://git.example.org/x.extra", Events: []advisory.Event{{Introduced: "0"}}}}},
		},
	}
	current := advisory.Advisory{
		ID: "A-1", Modified: "2026-01-02T00:00:00Z", Summary: "two", Aliases: []string{"CVE-2", "CVE-3"}, Weaknesses: []string{"CWE-79"},
		Severity:   []advisory.Severity{{Type: "CVSS_V3", Score: low}, {Type: "CVSS_V3", Score: low, Source: "NVD"}},
		References: []advisory.Reference{{URL: "https://a.example.org", Tags: []string{"advisory"}}, {URL: "https://c.example.org"}, {URL: "https://d.example.org"}},
		Extra:      []byte(`{"kept":{"a":1},"own":{"b":[1,3]}}`),
		Affected: []advisory.Affected{
			upTo("left", "1.0.1"), upTo("left", "3.0.0"), upTo("came", "1.0.0"), upTo("same", "1.0.0"),
			{Ecosystem: "npm", Name: "listed", Versions: []string{"1.1.0", "1.2.0"}, Severity: []advisory.Severity{{Type: "CVSS_V3", Score: critical}}},
			{CPE: "cpe:2.3:a:maker:thing:*:*:*:*:*:*:*:*", Stated: []advisory.Interval{{Upper: "3"}}, Platforms: [][]string{{"cpe:2.3:o:a:c:*:*:*:*:*:*:*:*"}}},
			{Ecosystem: "npm", Name: "safe", Unaffected: true, Ranges: upTo("", "1.0.1").Ranges},
			{Ecosystem: "Debian:12", Name: "deb", Fix: advisory.Fix{Advisory: "DSA-1"}, Ranges: []advisory.Range{
				{Type: advisory.Ecosystem, Events: []advisory.Event{{Introduced: "0"}, {Fixed: "1-2"}}, Extra: []byte(`{"x":[2]}`)},
				{Type: advisory.Git, Repo: "https://git.example.org/x.extra", Events: []advisory.Event{{Introduced: "0"}}}}},
		},
	}
	other := record("A", advisory.Advisory{ID: "A-2"})
	got, d := changes(t, openGiven(t, record("A", old), other), openGiven(t, other, record("A", current)), vulndb.DiffOptions{})
	want := []string{
		"changed record A A-1 critical/false critical/false",
		`  [] aliases: ["CVE-1"] -> ["CVE-3"]`,
		`  [] description: "gone" -> `,
		`  [] extra.own: {"b":[1,2]} -> {"b":[1,3]}`,
		`  [] modified: "2026-01-01T00:00:00Z" -> "2026-01-02T00:00:00Z"`,
		`  [] references[https://a.example.org].tags: ["web"] -> ["advisory"]`,
		`  [] references[https://b.example.org]: {"url":"https://b.example.org"} -> `,
		`  [] references[https://c.example.org]:  -> {"url":"https://c.example.org"}`,
		`  [] severities[CVSS_V3].value: "` + critical + `" -> "` + low + `"`,
		`  [] summary: "one" -> "two"`,
		`  [Debian:12 deb] affected.ranges[ECOSYSTEM].extra.x: [1] -> [2]`,
		`  [Debian:12 deb] affected.ranges[ECOSYSTEM].fix.detail:  -> {"advisory":"DSA-1"}`,
		`  [Debian:12 deb] affected.ranges[ECOSYSTEM].fix.state: "not-fixed" -> "fixed"`,
		`  [Debian:12 deb] affected.ranges[ECOSYSTEM].fix.version:  -> "1-2"`,
		`  [Debian:12 deb] affected.ranges[ECOSYSTEM].version.constraint: "*" -> "<1-2"`,
		`  [Debian:12 deb] affected.ranges[GIT https://git.example.org/x.extra].fix.detail:  -> {"advisory":"DSA-1"}`,
		`  [Debian:12 deb] affected.ranges[GIT https://git.example.org/x.extra].fix.state: "not-fixed" -> `,
		`  [cpe:2.3:a:maker:thing:*:*:*:*:*:*:*:*] affected.qualifiers.platform_cpes: [["cpe:2.3:o:a:b:*:*:*:*:*:*:*:*"]] -> [["cpe:2.3:o:a:c:*:*:*:*:*:*:*:*"]]`,
		`  [cpe:2.3:a:maker:thing:*:*:*:*:*:*:*:*] affected.ranges[ECOSYSTEM].fix.version: "2" -> "3"`,
		`  [cpe:2.3:a:maker:thing:*:*:*:*:*:*:*:*] affected.ranges[ECOSYSTEM].version.constraint: "<2" -> "<3"`,
		`  [npm came] affected:  -> {"ecosystem":"npm","name":"came","ranges":[{"version":{"type":"SEMVER","constraint":"<1.0.0"},"fix":{"version":"1.0.0","state":"fixed"}}]}`,
		`  [npm gone] affected: {"ecosystem":"npm","name":"gone","ranges":[{"version":{"type":"SEMVER","constraint":"<1.0.0"},"fix":{"version":"1.0.0","state":"fixed"}}]} -> `,
		`  [npm left] affected.ranges[SEMVER].fix.version: "1.0.0" -> "1.0.1"`,
		`  [npm left] affected.ranges[SEMVER].version.constraint: "<1.0.0" -> "<1.0.1"`,
		`  [npm listed] affected.severities:  -> [{"scheme":"CVSS_V3","value":"` + critical + `"}]`,
		`  [npm listed] affected.versions: ["1.0.0"] -> ["1.2.0"]`,
		`  [npm safe] unaffected.ranges[SEMVER].fix.version: "1.0.0" -> "1.0.1"`,
		`  [npm safe] unaffected.ranges[SEMVER].version.constraint: "<1.0.0" -> "<1.0.1"`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	counts := vulndb.Counts{Changed: 1}
	if diff := cmp.Diff(vulndb.Difference{Providers: []vulndb.ProviderDifference{{Name: "A", Counts: counts}}, Records: counts}, d); diff != "" {
		t.Errorf("sum mismatch (-want +got):\n%s", diff)
	}
}

// TestDiffKinds: what came, went, died and came back, of providers old and new,
// in order; backwards each is its opposite.
func TestDiffKinds(t *testing.T) {
	t.Parallel()
	of := func(provider, id string, a advisory.Advisory) feed.Record {
		a.ID = id
		return record(provider, a)
	}
	dead, alive, rejected := advisory.Advisory{Withdrawn: "2026-01-01T00:00:00Z"}, advisory.Advisory{}, advisory.Advisory{Status: advisory.Rejected}
	a := openGiven(t, of("SAME", "S-1", alive), of("GONE", "G-1", alive), of("B", "B-9", alive), of("B", "B-1", alive), of("B", "B-2", dead),
		of("B", "B-3", alive), of("B", "B-5", dead), of("B", "B-6", advisory.Advisory{Affected: []advisory.Affected{upTo("x", "1"), upTo("y", "1")}}))
	b := openGiven(t, of("B", "B-6", advisory.Advisory{Affected: []advisory.Affected{upTo("y", "1"), upTo("x", "1")}}), of("B", "B-5", rejected), of("B", "B-4", dead),
		of("B", "B-3", rejected), of("B", "B-2", alive), of("B", "B-1", dead), of("NEW", "N-1", advisory.Advisory{Word: "high"}), of("B", "B-9", alive), of("SAME", "S-1", alive))
	want := []string{
		"withdrawn record B B-1 unknown/false unknown/true", `  [] withdrawn:  -> "2026-01-01T00:00:00Z"`,
		"revived record B B-2 unknown/true unknown/false", `  [] withdrawn: "2026-01-01T00:00:00Z" -> `,
		"withdrawn record B B-3 unknown/false unknown/true", `  [] status:  -> "rejected"`,
		"added record B B-4 unknown/true",
		"changed record B B-5 unknown/true unknown/true", `  [] status:  -> "rejected"`, `  [] withdrawn: "2026-01-01T00:00:00Z" -> `,
		"changed record B B-6 unknown/false unknown/false", "  [] affected.order:  -> ",
		"removed record GONE G-1 unknown/false",
		"added record NEW N-1 high/false",
	}
	got, d := changes(t, a, b, vulndb.DiffOptions{})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(vulndb.Counts{Added: 2, Removed: 1, Changed: 2, Withdrawn: 2, Revived: 1}, d.Records); diff != "" || d.Equal() || len(d.Providers) != 3 {
		t.Errorf("sum %+v, mismatch (-want +got):\n%s", d, diff)
	}
	_, d = changes(t, b, a, vulndb.DiffOptions{})
	if diff := cmp.Diff(vulndb.Counts{Added: 1, Removed: 2, Changed: 2, Withdrawn: 1, Revived: 2}, d.Records); diff != "" {
		t.Errorf("backwards: mismatch (-want +got):\n%s", diff)
	}
	if got, d := changes(t, a, a, vulndb.DiffOptions{}); len(got) != 0 || !d.Equal() {
		t.Errorf("with itself: %v, %+v", got, d)
	}
}

func TestDiffDecorations(t *testing.T) {
	t.Parallel()
	kev := func(cve, due string) feed.Record {
		return feed.Record{Provider: "KEV", KnownExploited: &advisory.KnownExploited{CVE: cve, Added: "2026-01-01", Due: due}}
	}
	epss := func(cve string, score, percentile float64, date string) feed.Record {
		return feed.Record{Provider: "EPSS", EPSS: &advisory.EPSS{CVE: cve, Score: score, Percentile: percentile, Date: date}}
	}
	cycle := func(name, ends string) feed.Record {
		return feed.Record{Provider: "EOL", EndOfLife: &advisory.EndOfLife{Product: "go", Cycle: name, Ends: ends}}
	}
	a := openGiven(t, kev("CVE-1", "2026-02-01"), kev("CVE-2", "2026-02-01"), epss("CVE-1", 0.5, 0.9, "2026-01-01"), epss("CVE-2", 0.25, 0.5, "2026-01-01"),
		epss("CVE-3", 0.1, 0.2, "2026-01-01"), cycle("1.1", "2026-03-01"), cycle("1.2", ""))
	b := openGiven(t, kev("CVE-1", "2026-02-02"), kev("CVE-3", "2026-02-01"), epss("CVE-1", 0.5, 0.91, "2026-01-02"), epss("CVE-2", 0.00001, 0.6, "2026-01-02"),
		epss("CVE-4", 1, 1, "2026-01-02"), cycle("1.1", "2026-04-01"), cycle("1.3", ""))
	small := []string{
		"changed known_exploited KEV CVE-1", `  [] due: "2026-02-01" -> "2026-02-02"`,
		"removed known_exploited KEV CVE-2", "added known_exploited KEV CVE-3",
		"changed end_of_life EOL go 1.1", `  [] ends: "2026-03-01" -> "2026-04-01"`,
		"removed end_of_life EOL go 1.2", "added end_of_life EOL go 1.3",
	}
	got, d := changes(t, a, b, vulndb.DiffOptions{})
	if diff := cmp.Diff(small, got); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	one := vulndb.Counts{Added: 1, Removed: 1, Changed: 1}
	want := vulndb.Difference{KnownExploited: one, EndOfLife: one, EPSS: one, EPSSRenewed: 1,
		Providers: []vulndb.ProviderDifference{{Name: "EOL", Counts: one}, {Name: "EPSS", Counts: one}, {Name: "KEV", Counts: one}}}
	if diff := cmp.Diff(want, d); diff != "" {
		t.Errorf("sum mismatch (-want +got):\n%s", diff)
	}
	got, _ = changes(t, a, b, vulndb.DiffOptions{EPSS: true})
	if diff := cmp.Diff(append(small, "changed epss EPSS CVE-2", "  [] score: 0.25 -> 1e-05", "  [] percentile: 0.5 -> 0.6",
		"removed epss EPSS CVE-3", "  [] score: 0.1 -> ", "added epss EPSS CVE-4", "  [] score:  -> 1"), got); diff != "" {
		t.Errorf("with EPSS: mismatch (-want +got):\n%s", diff)
	}
}

// TestDiffMany: more than one portion, in whatever order the records lie.
func TestDiffMany(t *testing.T) {
	t.Parallel()
	var old, current []feed.Record
	const n = 900
	for i := range n {
		a := advisory.Advisory{ID: fmt.Sprintf("A-%04d", i), Summary: fmt.Sprint("text ", i), Affected: []advisory.Affected{upTo(fmt.Sprint("p", i), "1.0.0")}}
		old = append(old, record("A", a))
		if i%3 == 0 {
			a.Summary += " more"
		}
		current = append([]feed.Record{record("A", a)}, current...)
	}
	got, d := changes(t, openGiven(t, old...), openGiven(t, current...), vulndb.DiffOptions{})
	var want []string
	for i := 0; i < n; i += 3 {
		want = append(want, fmt.Sprintf("changed record A A-%04d unknown/false unknown/false", i), fmt.Sprintf(`  [] summary: "text %d" -> "text %d more"`, i, i))
	}
	if diff := cmp.Diff(want, got); diff != "" || d.Records.Changed != n/3 {
		t.Errorf("%+v, mismatch (-want +got):\n%s", d, diff)
	}
}

func TestDiffFails(t *testing.T) {
	t.Parallel()
	a := openGiven(t, record("A", advisory.Advisory{ID: "A-1"}), feed.Record{Provider: "E", EPSS: &advisory.EPSS{CVE: "CVE-1", Score: 0.1}})
	b := openGiven(t, record("A", advisory.Advisory{ID: "A-2"}), feed.Record{Provider: "E", EPSS: &advisory.EPSS{CVE: "CVE-1", Score: 0.2}})
	refused := errors.New("enough")
	for _, subject := range []vulndb.Subject{vulndb.SubjectRecord, vulndb.SubjectEPSS} {
		_, err := vulndb.Diff(t.Context(), a, b, vulndb.DiffOptions{EPSS: true}, func(c vulndb.Change) error {
			if c.Subject == subject {
				return refused
			}
			return nil
		})
		if !errors.Is(err, refused) {
			t.Errorf("%s: error %v, want the caller's", subject, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := vulndb.Diff(ctx, a, b, vulndb.DiffOptions{}, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that it was cancelled", err)
	}
}

// TestDiffDamaged: what a comparison needs and is not there is an error, never a
// difference.
func TestDiffDamaged(t *testing.T) {
	t.Parallel()
	for _, damage := range []string{
		`update advisories set digest = x'00'`, `delete from blobs where id = (select blob_id from advisories)`,
		`update blobs set value = x'28b52ffd00'`, `update blobs set value = '{'`, `drop table affected_cpes`, `drop table known_exploited`,
	} {
		file := filepath.Join(t.TempDir(), "a.db")
		create(t, file, build.Options{Built: built}, `{"id":"A-1","summary":"x","affected":[`+in("npm", "left", "0", "1")+`]}`)
		harm(t, file, damage)
		b := open(t, `{"id":"A-1","summary":"y","affected":[`+in("npm", "left", "0", "2")+`]}`)
		_, err := vulndb.Diff(t.Context(), openFile(t, file), b, vulndb.DiffOptions{}, func(vulndb.Change) error { return nil })
		if errs.KindOf(err) != errs.Damaged {
			t.Errorf("%s: error %v, want one of the kind Damaged", damage, err)
		}
	}
}

// TestDiffPlans: only the digests and what is shown whole are read from end to end.
func TestDiffPlans(t *testing.T) {
	t.Parallel()
	db := open(t, records()...)
	for name, query := range vulndb.DiffQueries() {
		rows, err := db.SQL().QueryContext(t.Context(), "explain query plan "+query, "[]")
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		defer rows.Close()
		for rows.Next() {
			var id, parent, unused int
			var detail string
			if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
				t.Fatal(err)
			}
			if regexp.MustCompile(`^SCAN [afb]\b`).MatchString(detail) || strings.Contains(detail, "AUTOMATIC") || strings.Contains(detail, "TEMP B-TREE") && name == "digestsQuery" {
				t.Errorf("%s: %s", name, detail)
			}
		}
		if err := rows.Err(); err != nil {
			t.Error(err)
		}
	}
}

// TestChangeJSON: the document of a change says what is absent by leaving it out.
func TestChangeJSON(t *testing.T) {
	t.Parallel()
	data, err := json.Marshal(vulndb.Change{Kind: vulndb.KindAdded, Subject: vulndb.SubjectRecord, Provider: "A", ID: "A-1", New: &vulndb.State{Severity: "high"},
		Fields: []vulndb.FieldChange{{Field: "x", New: []byte(`1`)}}})
	want := `{"kind":"added","subject":"record","provider":"A","id":"A-1","new":{"severity":"high","withdrawn":false},"fields":[{"field":"x","new":1}]}`
	if err != nil || string(data) != want {
		t.Errorf("%s, %v, want %s", data, err, want)
	}
}

// FuzzCompareParts: whatever blobs hold, equal ones have no field that differs,
// others have one, and backwards as many.
func FuzzCompareParts(f *testing.F) {
	f.Add([]byte(`{"aliases":["a"],"severities":[{"scheme":"x"}],"extra":{"a":[1]}}`), []byte(`{"aliases":["b"],"severities":[{"scheme":"x","value":"y"}]}`), []byte(`{"name":"x"}`))
	f.Add([]byte(`{"references":[{"url":"a"},{"url":"a"},[]]}`), []byte(`{"references":[1,null]}`), []byte(`null`))
	f.Fuzz(func(t *testing.T, x, y, entry []byte) {
		there, err := vulndb.CompareParts([][]byte{x, entry}, [][]byte{y, entry})
		back, failed := vulndb.CompareParts([][]byte{y, entry}, [][]byte{x, entry})
		if (err == nil) != (failed == nil) {
			t.Errorf("one way the error %v, the other %v", err, failed)
		}
		if err == nil && (len(there) != len(back) || len(there) == 0) {
			t.Errorf("%d fields, backwards %d", len(there), len(back))
		}
		_, _ = vulndb.CompareParts([][]byte{x, entry}, [][]byte{x, y})
	})
}

// harm changes a finished file.
func harm(t *testing.T, file, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+file)
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.ExecContext(t.Context(), statement)
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}

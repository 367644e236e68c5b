package vulndb_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/severity"
	"github.com/assay-sca/assay/internal/vulndb"
)

// numbers are the database's numbers of records by id; 1 to n in the order of the
// build.
func names(t *testing.T, db *vulndb.DB) map[int64]string {
	t.Helper()
	var numbers []int64
	for n := range int64(20) {
		numbers = append(numbers, n)
	}
	details, err := db.Details(t.Context(), numbers)
	if err != nil {
		t.Fatal(err)
	}
	out := map[int64]string{}
	for n, d := range details {
		out[n] = d.ID
	}
	return out
}

// candidates gives "package record sequence intervals".
func candidates(t *testing.T, db *vulndb.DB, ecosystem string, packages ...string) []string {
	t.Helper()
	ids := names(t, db)
	var out []string
	err := db.Candidates(t.Context(), ecosystem, packages, func(c advisory.Candidate) error {
		out = append(out, fmt.Sprintf("%s %s %d %s", c.Name, ids[c.Advisory], c.Sequence, c.Intervals))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestCandidates(t *testing.T) {
	t.Parallel()
	db := open(t, records()...)
	tests := []struct {
		name, ecosystem string
		packages, want  []string
	}{
		{"of two", "npm", []string{"left", "right"}, []string{"left CVE-2024-1 0 <1.0.0", "left CVE-2024-1 2 >=1.5.0", "left GHSA-1 0 <1.0.0", "right CVE-2024-1 1 <2.0.0"}},
		{"the other way round", "npm", []string{"right", "none", "left"}, []string{"right CVE-2024-1 1 <2.0.0", "left CVE-2024-1 0 <1.0.0", "left CVE-2024-1 2 >=1.5.0", "left GHSA-1 0 <1.0.0"}},
		{"of another ecosystem", "PyPI", []string{"left", "right"}, []string{"left PYSEC-1 0 >=1 <2"}},
		{"not of an operating system", "Debian", []string{"left"}, nil},
		{"of an ecosystem that is not there", "Hex", []string{"left"}, nil},
		{"odd names", "npm", []string{"", `"`, `\u0041`, "'", "%", "\x00", "\xff", "left' or 1=1"}, nil},
		{"none", "npm", nil, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, candidates(t, db, test.ecosystem, test.packages...)); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

// TestCandidatesChunks: over several statements none is lost, none comes twice,
// and they come in the order of the names.
func TestCandidatesChunks(t *testing.T) {
	t.Parallel()
	const n = 2*vulndb.Chunk + 7
	var affected, packages, want []string
	for i := range n {
		packages = append(packages, fmt.Sprintf("p%05d", i))
		if i%5 == 0 {
			affected = append(affected, in("npm", packages[i], "0", "1.0.0"))
			want = append(want, packages[i])
		}
	}
	slices.Reverse(affected)
	db := open(t, `{"id":"A-1","affected":[`+strings.Join(affected, ",")+`]}`)
	var got []string
	err := db.Candidates(t.Context(), "npm", packages, func(c advisory.Candidate) error {
		got = append(got, c.Name)
		return nil
	})
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("error %v, mismatch (-want +got):\n%s", err, diff)
	}
	details, err := db.Details(t.Context(), make([]int64, n))
	if len(details) != 0 || err != nil {
		t.Errorf("%d details of numbers that are none, %v", len(details), err)
	}
}

// TestCandidatesRefused: the caller's error comes back as it is.
func TestCandidatesRefused(t *testing.T) {
	t.Parallel()
	db := open(t, records()...)
	refusal := errors.New("no more")
	n := 0
	err := db.Candidates(t.Context(), "npm", []string{"left", "right"}, func(advisory.Candidate) error { n++; return refusal })
	if !errors.Is(err, refusal) || errs.KindOf(err) != errs.Unknown || n != 1 {
		t.Errorf("after %d candidates %v, want the caller's error", n, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := db.Candidates(ctx, "npm", []string{"left"}, nil); !errors.Is(err, context.Canceled) || errs.KindOf(err) == errs.Damaged {
		t.Errorf("error %v, want that it was cancelled", err)
	}
}

// TestCandidatesSeverity: ratings of one package stand beside its intervals.
func TestCandidatesSeverity(t *testing.T) {
	t.Parallel()
	rated := strings.Replace(in("npm", "left", "0", ""), `"ranges"`, `"severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N"},{"type":"CVSS_V4","score":"CVSS:4.0/AV:N"}],"ranges"`, 1)
	db := open(t, `{"id":"A-1","affected":[`+rated+`,`+in("npm", "left", "1.0.0", "")+`]}`)
	var got [][]advisory.Severity
	err := db.Candidates(t.Context(), "npm", []string{"left"}, func(c advisory.Candidate) error {
		got = append(got, advisory.DecodeRatings(c.Severity))
		return nil
	})
	want := [][]advisory.Severity{{{Type: "CVSS_V3", Score: "CVSS:3.1/AV:N"}, {Type: "CVSS_V4", Score: "CVSS:4.0/AV:N"}}, nil}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("error %v, mismatch (-want +got):\n%s", err, diff)
	}
}

func TestDetails(t *testing.T) {
	t.Parallel()
	db := open(t, records()...)
	got, err := db.Details(t.Context(), []int64{5, 1, 2, 4, 2, 99})
	if err != nil {
		t.Fatal(err)
	}
	want := map[int64]advisory.Detail{
		1: {ID: "CVE-2024-1", Provider: "CVE", Severity: severity.Critical, Vulnerabilities: []string{"CVE-2024-1"}, Summary: "one", Modified: "2024-01-01T00:00:00Z",
			Ratings: []advisory.Severity{{Type: "CVSS_V3", Score: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}}},
		2: {ID: "GHSA-1", Provider: "GHSA", Severity: severity.Low, Aliases: []string{"CVE-2024-1"}, Vulnerabilities: []string{"CVE-2024-1"}, Text: "Text",
			Published: "2023-01-02T00:00:00Z", Modified: "2024-01-02T00:00:00Z"},
		4: {ID: "DSA-1", Provider: "DSA", Aliases: []string{"CVE-2024-1", "CVE-2024-2"}, Vulnerabilities: []string{"CVE-2024-1", "CVE-2024-2"}, Modified: "2024-01-04T00:00:00Z"},
		5: {ID: "GHSA-2", Provider: "GHSA", Withdrawn: true, Aliases: []string{"CVE-2024-3"}, Vulnerabilities: []string{}, Modified: "2024-01-05T00:00:00Z"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

func TestRelatives(t *testing.T) {
	t.Parallel()
	db := open(t, records()...)
	got, err := db.Relatives(t.Context(), []string{"CVE-2024-2", "CVE-2024-1", "CVE-2024-3", "none"})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]advisory.Relative{
		"CVE-2024-1": {{ID: "CVE-2024-1", Severity: severity.Critical}, {ID: "GHSA-1", Severity: severity.Low}, {ID: "DSA-1", Bundle: true}},
		"CVE-2024-2": {{ID: "PYSEC-1"}, {ID: "DSA-1", Bundle: true}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

// lines writes rows as "record ecosystem package system intervals", withdrawn ones
// in brackets.
func lines(t *testing.T, db *vulndb.DB, rows []vulndb.Row, err error) []string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	ids := names(t, db)
	var out []string
	for _, r := range rows {
		text := fmt.Sprintf("%s %s %s %s %s", ids[r.Advisory], r.Ecosystem, r.Package, r.System, advisory.EncodeIntervals(r.Intervals))
		if r.Withdrawn {
			text = "(" + text + ")"
		}
		out = append(out, text)
	}
	return out
}

func TestByPackage(t *testing.T) {
	t.Parallel()
	db := open(t, records()...)
	npm := []string{"CVE-2024-1 npm left  <1.0.0", "CVE-2024-1 npm left  >=1.5.0", "GHSA-1 npm left  <1.0.0", "(GHSA-2 npm left  <9.0.0)"}
	tests := []struct {
		ecosystem, name string
		want            []string
	}{
		{"npm", "left", npm},
		{"Debian", "left", []string{"DSA-1 Debian left debian 12 <1-1"}},
		{"", "left", slices.Concat(npm[:3], []string{"PYSEC-1 PyPI left  >=1 <2", "DSA-1 Debian left debian 12 <1-1"}, npm[3:])},
		{"npm", "none", nil},
		{"none", "left", nil},
	}
	for _, test := range tests {
		rows, err := db.ByPackage(t.Context(), test.ecosystem, test.name)
		if diff := cmp.Diff(test.want, lines(t, db, rows, err)); diff != "" {
			t.Errorf("%s %s: mismatch (-want +got):\n%s", test.ecosystem, test.name, diff)
		}
	}
}

func TestByID(t *testing.T) {
	t.Parallel()
	db := open(t, records()...)
	first := []string{"CVE-2024-1 npm left  <1.0.0", "CVE-2024-1 npm right  <2.0.0", "CVE-2024-1 npm left  >=1.5.0", "GHSA-1 npm left  <1.0.0", "DSA-1 Debian left debian 12 <1-1"}
	second := []string{"PYSEC-1 PyPI left  >=1 <2", "DSA-1 Debian left debian 12 <1-1"}
	tests := map[string][]string{
		"CVE-2024-1": first, "GHSA-1": first, // merged by alias
		"CVE-2024-2": second, "PYSEC-1": second, // a bundle does not lead from one to the other
		"DSA-1":      {"DSA-1 Debian left debian 12 <1-1"},
		"GHSA-2":     {"(GHSA-2 npm left  <9.0.0)"},
		"CVE-2024-3": {"(GHSA-2 npm left  <9.0.0)"}, // by the alias of a withdrawn one
		"GHSA-3":     {"GHSA-3    "},                // names no package
		"cve-2024-1": nil,
		"none":       nil,
	}
	for id, want := range tests {
		rows, err := db.ByID(t.Context(), id)
		if diff := cmp.Diff(want, lines(t, db, rows, err)); diff != "" {
			t.Errorf("%s: mismatch (-want +got):\n%s", id, diff)
		}
	}
}

func TestStatus(t *testing.T) {
	t.Parallel()
	db := open(t, records()...)
	at := func(day int) time.Time { return time.Date(2024, time.January, day, 0, 0, 0, 0, time.UTC) }
	providers, err := db.Providers(t.Context())
	want := []vulndb.Provider{{Name: "CVE", Records: 1, Modified: at(1)}, {Name: "DSA", Records: 1, Modified: at(4)},
		{Name: "GHSA", Records: 3, Withdrawn: 1, Modified: at(6)}, {Name: "PYSEC", Records: 1, Modified: at(3)}}
	if diff := cmp.Diff(want, providers); err != nil || diff != "" {
		t.Errorf("error %v, mismatch (-want +got):\n%s", err, diff)
	}
	ecosystems, err := db.Ecosystems(t.Context())
	if diff := cmp.Diff(map[string]int{"npm": 2, "PyPI": 1, "Debian": 1}, ecosystems); err != nil || diff != "" {
		t.Errorf("error %v, mismatch (-want +got):\n%s", err, diff)
	}
	sources, err := db.Sources(t.Context())
	if err != nil || len(sources) != 1 || sources[0].Name != "test" || sources[0].Records != 6 || sources[0].Skipped != 0 || !strings.HasPrefix(sources[0].Digest, "sha256:") {
		t.Errorf("error %v, sources %+v", err, sources)
	}
}

// TestQueriesListed: every statement of the package stands in the list that
// TestPlans goes through.
func TestQueriesListed(t *testing.T) {
	t.Parallel()
	var declared []string
	for _, file := range []string{"candidates.go", "details.go", "search.go", "status.go", "open.go", "frame.go", "find.go", "systems.go", "decorations.go", "record.go", "products.go"} {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`(\w+Query)\s+= `).FindAllStringSubmatch(string(source), -1) {
			declared = append(declared, m[1])
		}
		if bare := regexp.MustCompile("db\\.(each|search)\\(ctx, `").FindString(string(source)); bare != "" {
			t.Errorf("%s has a statement without a name", file)
		}
	}
	var listed []string
	for name := range vulndb.Queries() {
		listed = append(listed, name)
	}
	slices.Sort(declared)
	slices.Sort(listed)
	if diff := cmp.Diff(declared, listed); diff != "" {
		t.Errorf("mismatch (-declared +listed):\n%s", diff)
	}
}

// TestPlans: no statement reads a table from end to end, but for those that show
// a small table whole and the one that checks everything.
func TestPlans(t *testing.T) {
	t.Parallel()
	whole := []string{"ecosystemsQuery", "metadataQuery", "providersQuery", "providerDigestsQuery", "sourcesQuery", "verifyQuery", "verifyBlobsQuery", "verifyEPSSQuery", "dictionariesQuery", "vendorsQuery", "systemsQuery", "systemAliasesQuery"}
	db := open(t, records()...)
	for name, query := range vulndb.Queries() {
		rows, err := db.SQL().QueryContext(t.Context(), "explain query plan "+query, "[]", "x", "[]")
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		defer rows.Close()
		var plan []string
		for rows.Next() {
			var id, parent, unused int
			var detail string
			if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
				t.Fatal(err)
			}
			plan = append(plan, detail)
			if table, ok := strings.CutPrefix(detail, "SCAN "); ok && !slices.Contains(whole, name) && !regexp.MustCompile(`^([ns] VIRTUAL TABLE INDEX|m$|n$|CONSTANT ROW)`).MatchString(table) {
				t.Errorf("%s reads a whole table: %s", name, detail)
			}
			if strings.HasPrefix(detail, "SEARCH ") && !strings.Contains(detail, "USING PRIMARY KEY (") && !strings.Contains(detail, "USING INTEGER PRIMARY KEY (") &&
				!strings.Contains(detail, "USING INDEX ") && !strings.Contains(detail, "USING COVERING INDEX ") || strings.Contains(detail, "AUTOMATIC") {
				t.Errorf("%s finds rows without an index: %s", name, detail)
			}
		}
		if err := rows.Err(); err != nil || len(plan) == 0 {
			t.Errorf("%s: %v", name, err)
		}
		if name == "candidatesQuery" {
			want := []string{"SCAN n VIRTUAL TABLE INDEX 1:", "SEARCH p USING COVERING INDEX packages_by_name (ecosystem=? AND name=?)", "SEARCH a USING PRIMARY KEY (package_id=? AND operating_system_id=?)"}
			if diff := cmp.Diff(want, plan); diff != "" {
				t.Errorf("%s: mismatch (-want +got):\n%s", name, diff)
			}
		}
		t.Logf("%s:\n  %s", name, strings.Join(plan, "\n  "))
	}
}

package vulndb_test

import (
	"context"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/cpe"
	"github.com/assay-sca/assay/internal/distro"
	"github.com/assay-sca/assay/internal/severity"
	"github.com/assay-sca/assay/internal/vulndb"
	"github.com/assay-sca/assay/internal/vulndb/build"
	"github.com/assay-sca/assay/internal/vulndb/feed"
)

// given is a set of records as a feed would give them.
type given []feed.Record

func (given) Name() string { return "given" }

func (g given) Each(_ context.Context, yield func(feed.Record) error) (string, error) {
	for _, r := range g {
		if err := yield(r); err != nil {
			return "", err
		}
	}
	return "sha256:given", nil
}

// below is an entry of a package whose versions below a bound are affected.
func below(ecosystem, name, bound string) advisory.Affected {
	return advisory.Affected{Ecosystem: ecosystem, Name: name,
		Ranges: []advisory.Range{{Type: advisory.Ecosystem, Events: []advisory.Event{{Introduced: "0"}, {Fixed: bound}}}}}
}

// world has something for every question.
func world() given {
	record := func(provider string, a advisory.Advisory) feed.Record {
		return feed.Record{Provider: provider, Advisory: a}
	}
	wontFix := advisory.Affected{Ecosystem: "Red Hat:enterprise_linux:9", Name: "curl", Fix: advisory.Fix{State: advisory.WontFix}, Modularity: "web:1"}
	unaffected := below("Ubuntu:22.04:LTS", "curl", "")
	unaffected.Unaffected, unaffected.Ranges = true, nil
	return given{
		record("GHSA", advisory.Advisory{ID: "GHSA-1", Aliases: []string{"CVE-2024-1"}, Summary: "Folding a crafted list runs code", Published: "2024-01-02T00:00:00Z",
			Modified: "2024-02-01T00:00:00Z", Word: "CRITICAL", Weaknesses: []string{"CWE-94"}, Affected: []advisory.Affected{below("npm", "left", "1.2.0"), below("PyPI", "left", "2")}}),
		record("NVD", advisory.Advisory{ID: "CVE-2024-1", Summary: "A list runs code", Published: "2024-01-01T00:00:00Z", Modified: "2024-03-01T00:00:00Z", Word: "HIGH",
			Affected: []advisory.Affected{
				{CPE: "cpe:2.3:a:acme:left:*:*:*:*:*:node.js:*:*", Stated: []advisory.Interval{{Lower: "1.0", After: true, Upper: "1.2.0"}}, Platforms: [][]string{{"cpe:2.3:o:acme:os:*:*:*:*:*:*:*:*"}}},
				{CPE: "cpe:2.3:a:other:right:*:*:*:*:*:*:*:*", Stated: []advisory.Interval{{Lower: "3.0", Exact: true}}},
			}}),
		record("DEBIAN", advisory.Advisory{ID: "DEBIAN-CVE-2024-1", Upstream: []string{"CVE-2024-1"}, Modified: "2024-01-05T00:00:00Z",
			Affected: []advisory.Affected{below("Debian:12", "curl", "7.88-1"), below("Debian:11", "curl", "7.74-1"), below("Debian:sid", "curl", "8.0-1")}}),
		record("UBUNTU", advisory.Advisory{ID: "UBUNTU-CVE-2024-2", Upstream: []string{"CVE-2024-2"}, Modified: "2024-01-06T00:00:00Z",
			Affected: []advisory.Affected{below("Ubuntu:20.04:LTS", "curl", "7.68-1"), below("Ubuntu:Pro:16.04:LTS", "curl", "7.47-1"), unaffected}}),
		record("RHSA", advisory.Advisory{ID: "RHSA-2024:1", Upstream: []string{"CVE-2024-2", "CVE-2024-3"}, Modified: "2024-01-07T00:00:00Z",
			Affected: []advisory.Affected{wontFix, below("Red Hat:enterprise_linux:9.4", "curl", "7.76-2")}}),
		record("GHSA", advisory.Advisory{ID: "GHSA-2", Withdrawn: "2024-05-01T00:00:00Z", Summary: "Withdrawn list", Affected: []advisory.Affected{below("npm", "left", "9")}}),
		record("NVD", advisory.Advisory{ID: "CVE-2024-9", Status: advisory.Rejected, Summary: "Rejected list", Affected: []advisory.Affected{below("npm", "left", "9")}}),
		{Provider: "KEV", KnownExploited: &advisory.KnownExploited{CVE: "CVE-2024-1", Added: "2024-02-02", Due: "2024-03-02", Ransomware: "Known", Name: "List"}},
		{Provider: "EPSS", EPSS: &advisory.EPSS{CVE: "CVE-2024-1", Score: 0.9, Percentile: 0.99, Date: "2024-04-01"}},
		{Provider: "EPSS", EPSS: &advisory.EPSS{CVE: "CVE-2024-2", Score: 0.1, Percentile: 0.5, Date: "2024-04-01"}},
		{Provider: "EOL", EndOfLife: &advisory.EndOfLife{Product: "debian", Cycle: "11", Ends: "2024-08-14"}},
	}
}

func openWorld(t *testing.T) *vulndb.DB {
	t.Helper()
	file := filepath.Join(t.TempDir(), "world.db")
	if _, err := build.Run(t.Context(), file, []feed.Set{world()}, build.Options{Built: built}, build.Limits{}, func(string) {}); err != nil {
		t.Fatal(err)
	}
	db, err := vulndb.Open(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if _, err := db.Verify(t.Context()); err != nil {
		t.Fatal(err)
	}
	return db
}

func system(t *testing.T, db *vulndb.DB, text string) *distro.System {
	t.Helper()
	s, err := db.System(t.Context(), text)
	if err != nil {
		t.Fatal(err)
	}
	return &s
}

// found writes rows as "record package system-or-CPE intervals fix".
func found(t *testing.T, db *vulndb.DB, rows []vulndb.Row) []string {
	t.Helper()
	ids := names(t, db)
	var out []string
	for _, r := range rows {
		text := fmt.Sprintf("%s %s%s %s", ids[r.Advisory], strings.TrimPrefix(r.Ecosystem+" "+r.Package, " "), r.System, advisory.EncodeIntervals(r.Intervals))
		if r.Unaffected {
			text += " unaffected"
		}
		out = append(out, strings.TrimSpace(text+" "+string(r.Fix)))
	}
	return out
}

func TestFind(t *testing.T) {
	t.Parallel()
	db := openWorld(t)
	product := func(text string) *cpe.Name {
		n, err := cpe.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		return &n
	}
	day := func(text string) time.Time {
		at, err := time.Parse(time.DateOnly, text)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	npm, pypi := "GHSA-1 npm left <1.2.0 fixed", "GHSA-1 PyPI left <2 fixed"
	left, right := "CVE-2024-1 acme left >1.0 <1.2.0", "CVE-2024-1 other right =3.0"
	bookworm, bullseye, sid := "DEBIAN-CVE-2024-1 Debian curldebian 12 <7.88-1 fixed", "DEBIAN-CVE-2024-1 Debian curldebian 11 <7.74-1 fixed", "DEBIAN-CVE-2024-1 Debian curldebian sid <8.0-1 fixed"
	focal, xenial, jammy := "UBUNTU-CVE-2024-2 Ubuntu curlubuntu 20.04:LTS <7.68-1 fixed", "UBUNTU-CVE-2024-2 Ubuntu curlubuntu Pro:16.04:LTS <7.47-1 fixed", "UBUNTU-CVE-2024-2 Ubuntu curlubuntu 22.04:LTS  unaffected"
	rhel9, rhel94 := "RHSA-2024:1 Red Hat curlrhel enterprise_linux:9  wont-fix", "RHSA-2024:1 Red Hat curlrhel enterprise_linux:9.4 <7.76-2 fixed"
	for name, c := range map[string]struct {
		query vulndb.Query
		want  []string
	}{
		"package":                {vulndb.Query{Packages: []string{"left"}}, []string{npm, pypi}},
		"package, dead too":      {vulndb.Query{Packages: []string{"left"}, Ecosystem: "npm", Dead: true}, []string{npm, "GHSA-2 npm left <9 fixed", "CVE-2024-9 npm left <9 fixed"}},
		"ecosystem":              {vulndb.Query{Ecosystem: "PyPI"}, []string{pypi}},
		"affects":                {vulndb.Query{Packages: []string{"left"}, Affects: "1.5"}, []string{pypi}},
		"affects none":           {vulndb.Query{Packages: []string{"left"}, Affects: "7"}, nil},
		"id":                     {vulndb.Query{ID: "GHSA-1"}, []string{npm, pypi, left, right}},
		"alias and upstream":     {vulndb.Query{ID: "CVE-2024-1"}, []string{npm, pypi, left, right, bookworm, bullseye, sid}},
		"upstream of several":    {vulndb.Query{ID: "CVE-2024-2"}, []string{focal, xenial, jammy, rhel9, rhel94}},
		"system":                 {vulndb.Query{System: system(t, db, "debian@12")}, []string{bookworm}},
		"codename":               {vulndb.Query{System: system(t, db, "debian:bullseye")}, []string{bullseye}},
		"rolling":                {vulndb.Query{System: system(t, db, "debian:sid")}, []string{sid}},
		"all releases":           {vulndb.Query{System: system(t, db, "debian")}, []string{bookworm, bullseye, sid}},
		"minor":                  {vulndb.Query{System: system(t, db, "ubuntu@20.04")}, []string{focal}},
		"major only":             {vulndb.Query{System: system(t, db, "ubuntu@22")}, []string{jammy}},
		"channel":                {vulndb.Query{System: system(t, db, "ubuntu@16.04:pro")}, []string{xenial}},
		"without the channel":    {vulndb.Query{System: system(t, db, "ubuntu")}, []string{focal, jammy}},
		"major holds for minor":  {vulndb.Query{System: system(t, db, "redhat@9.4")}, []string{rhel9, rhel94}},
		"not another minor":      {vulndb.Query{System: system(t, db, "el 9.3")}, []string{rhel9}},
		"product":                {vulndb.Query{CPE: product("cpe:2.3:a:acme:left")}, []string{left}},
		"product of a version":   {vulndb.Query{CPE: product("cpe:2.3:a:*:left:1.1")}, []string{left}},
		"product, other version": {vulndb.Query{CPE: product("cpe:2.3:a:*:left:1.0")}, nil},
		"product, exact":         {vulndb.Query{CPE: product("cpe:/a:other:right:3.0")}, []string{right}},
		"vendor":                 {vulndb.Query{CPE: product("cpe:2.3:a:other:*")}, []string{right}},
		"target software":        {vulndb.Query{CPE: product("cpe:2.3:a:acme:left:*:*:*:*:*:python:*:*")}, nil},
		"provider":               {vulndb.Query{Provider: "nvd"}, []string{left, right}},
		"weakness":               {vulndb.Query{Weakness: "cwe-94"}, []string{npm, pypi}},
		"text":                   {vulndb.Query{Text: "list code"}, []string{npm, pypi, left, right}},
		"text, other word":       {vulndb.Query{Text: "FOLDING list"}, []string{npm, pypi}},
		"text, hostile":          {vulndb.Query{Text: `" OR NEAR( *`}, nil},
		"fix state":              {vulndb.Query{AnyFix: true, Fix: advisory.WontFix}, []string{rhel9}},
		"severity":               {vulndb.Query{Severity: severity.Critical}, []string{npm, pypi}},
		"exploited":              {vulndb.Query{Exploited: true, Ecosystem: "npm"}, []string{npm}},
		"exploited, upstream":    {vulndb.Query{Exploited: true, System: system(t, db, "debian@11")}, []string{bullseye}},
		"EPSS":                   {vulndb.Query{EPSS: 0.5, Provider: "NVD"}, []string{left, right}},
		"low EPSS":               {vulndb.Query{EPSS: 0.05, Provider: "UBUNTU"}, []string{focal, xenial, jammy}},
		"published":              {vulndb.Query{PublishedAfter: day("2024-01-02"), PublishedBefore: day("2024-01-03")}, []string{npm, pypi}},
		"modified":               {vulndb.Query{ModifiedAfter: day("2024-01-07"), ModifiedBefore: day("2024-02-01")}, []string{rhel9, rhel94}},
		"nothing":                {vulndb.Query{Packages: []string{"none"}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			page, err := db.Find(t.Context(), c.query)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, found(t, db, page.Rows)); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
			if again := pages(t, db, c.query); !slices.Equal(found(t, db, again), found(t, db, page.Rows)) {
				t.Errorf("page by page: %q", found(t, db, again))
			}
		})
	}
	if _, err := db.System(t.Context(), "plan9@4"); err == nil {
		t.Error("a system of which nothing is known gives no error")
	}
}

// pages asks for one record a page.
func pages(t *testing.T, db *vulndb.DB, q vulndb.Query) []vulndb.Row {
	t.Helper()
	q.Limit = 1
	var rows []vulndb.Row
	for {
		page, err := db.Find(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, page.Rows...)
		if page.Next == 0 {
			return rows
		}
		q.After = page.Next
	}
}

// TestConditionPlans: none of the questions reads another table than that of the
// records from end to end, and that one only in its order.
func TestConditionPlans(t *testing.T) {
	t.Parallel()
	db := openWorld(t)
	fine := regexp.MustCompile(`^SCAN ([ncs]|json_each|summaries) VIRTUAL TABLE INDEX|^SCAN k( USING COVERING INDEX .*)?$|^SCAN CONSTANT ROW`)
	for name, query := range vulndb.Conditions() {
		rows, err := db.SQL().QueryContext(t.Context(), "explain query plan "+query, 0, "[]", 1)
		if err != nil {
			t.Fatalf("%s: %v\n%s", name, err, query)
		}
		defer rows.Close()
		for rows.Next() {
			var id, parent, unused int
			var detail string
			if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
				t.Fatal(err)
			}
			if strings.HasPrefix(detail, "SCAN ") && !fine.MatchString(detail) || strings.Contains(detail, "AUTOMATIC") {
				t.Errorf("%s: %s", name, detail)
			}
			t.Logf("%s: %s", name, detail)
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestSystemCandidates: what a scan of packages of an operating system asks.
func TestSystemCandidates(t *testing.T) {
	t.Parallel()
	db := openWorld(t)
	ids := names(t, db)
	for asked, want := range map[string][]string{
		"debian@12":    {"DEBIAN-CVE-2024-1 <7.88-1"},
		"ubuntu@22.04": {"UBUNTU-CVE-2024-2  unaffected"},
		"rhel@9.4":     {"RHSA-2024:1  web:1", "RHSA-2024:1 <7.76-2"},
		"rhel@9.2":     {"RHSA-2024:1  web:1"},
	} {
		var got []string
		err := db.SystemCandidates(t.Context(), *system(t, db, asked), []string{"curl", "none"}, func(c advisory.Candidate) error {
			text := ids[c.Advisory] + " " + c.Intervals
			if c.Unaffected {
				text += " unaffected"
			}
			if c.Qualifiers != "" {
				text += " " + advisory.DecodeQualifiers(c.Qualifiers).Modularity
			}
			got = append(got, text)
			return nil
		})
		slices.Sort(got)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%s: %v, mismatch (-want +got):\n%s", asked, err, diff)
		}
	}
}

package build

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/vulndb/feed"
)

// variants share an id and differ: older, newest, and one of another maker.
func variants() []string {
	return []string{
		`{"id":"CVE-2024-9","modified":"2024-01-01T00:00:00Z","summary":"old","aliases":["GHSA-9"],"severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],` +
			`"affected":[` + in("npm", "both", "0", "1.0.0") + `,` + in("npm", "gone", "0", "1.0.0") + `,` + in("npm", "gone", "2.0.0", "3.0.0") + `]}`,
		`{"id":"CVE-2024-9","modified":"2024-01-03T00:00:00Z","summary":"new","aliases":["GO-9"],"affected":[` + in("npm", "both", "0", "1.5.0") + `]}`,
		`{"id":"CVE-2024-9","modified":"2024-01-02T00:00:00Z","summary":"other","affected":[` + in("PyPI", "both", "0", "2") + `,` + in("Debian:12", "both", "0", "2") + `,` + in("npm", "both", "0", "7.0.0") + `]}`,
	}
}

// permutations of up to a few strings.
func permutations(list []string) [][]string {
	if len(list) < 2 {
		return [][]string{list}
	}
	var out [][]string
	for i := range list {
		others := slices.Delete(slices.Clone(list), i, i+1)
		for _, p := range permutations(others) {
			out = append(out, append([]string{list[i]}, p...))
		}
	}
	return out
}

// merged builds the records in every order (of the first three, where there are
// more), wants one content, and gives it.
func merged(t *testing.T, records ...string) []string {
	t.Helper()
	var first []string
	n := min(3, len(records))
	for _, order := range permutations(records[:n]) {
		file, _ := run(t, Limits{}, set(t, "all", append(order, records[n:]...)...))
		verify(t, file)
		lines := dump(t, file)
		if first == nil {
			first = lines
		}
		if diff := cmp.Diff(first, lines); diff != "" {
			t.Fatalf("another order gives other content (-first +other):\n%s", diff)
		}
	}
	return first
}

// brief cuts a line's blobs and digests off.
func brief(lines []string) []string {
	out := make([]string, len(lines))
	for i, line := range lines {
		out[i], _, _ = strings.Cut(line, " {")
	}
	return out
}

func TestMergeVariants(t *testing.T) {
	t.Parallel()
	lines := merged(t, append(variants(), `{"id":"GHSA-9","modified":"2024-01-01T00:00:00Z","affected":[`+in("npm", "both", "0", "1.5.0")+`]}`)...)
	want := []string{
		"CVE-2024-9 0 npm both - 0 <1.5.0 -",
		"CVE-2024-9 1 PyPI both - 0 <2 -",
		"CVE-2024-9 2 Debian both debian 12 0 <2 -",
		"CVE-2024-9 4 npm gone - 0 <1.0.0 -",
		"CVE-2024-9 5 npm gone - 0 >=2.0.0 <3.0.0 -",
		"GHSA-9 0 npm both - 0 <1.5.0 -",
	}
	if diff := cmp.Diff(want, brief(rest(lines, "affected"))); diff != "" {
		t.Errorf("affected mismatch (-want +got):\n%s", diff)
	}
	want = []string{"CVE-2024-9 CVE-2024-9", "GHSA-9 CVE-2024-9", "GHSA-9 GHSA-9", "GO-9 CVE-2024-9"}
	if diff := cmp.Diff(want, rest(lines, "alias")); diff != "" {
		t.Errorf("aliases mismatch (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"CVE-2024-9 CVE-2024-9", "CVE-2024-9 GHSA-9"}, rest(lines, "vulnerability")); diff != "" {
		t.Errorf("vulnerabilities mismatch (-want +got):\n%s", diff)
	}
	advisories := rest(lines, "advisory")
	if len(advisories) != 2 || !strings.HasPrefix(advisories[0], "CVE-2024-9 CVE 5 - 1704240000000 - ") || !strings.Contains(advisories[0], `"summary":"new"`) {
		t.Errorf("advisories %q, want the newest with the worst severity", advisories)
	}
	// Two heads, npm's both once for two records, PyPI's, Debian's, two of gone.
	if got := len(rest(lines, "blob")); got != 2+5 {
		t.Errorf("%d blobs, want %d: none that nothing names", got, 2+5)
	}
}

// TestMergeTie: where the times are equal the content decides, not the order.
func TestMergeTie(t *testing.T) {
	t.Parallel()
	var records []string
	for _, name := range []string{"a", "b", "c"} {
		records = append(records, `{"id":"A-1","modified":"2024-01-01T00:00:00Z","summary":"`+name+`","affected":[`+in("npm", name, "0", "")+`]}`)
	}
	if got := rest(merged(t, records...), "affected"); len(got) != 3 {
		t.Errorf("affected %q", got)
	}
}

// TestMergeWithdrawn: a record is live as long as something that it says is.
func TestMergeWithdrawn(t *testing.T) {
	t.Parallel()
	record := func(day, rest, affected string) string {
		return `{"id":"A-1","modified":"2024-01-0` + day + `T00:00:00Z",` + rest + `"affected":[` + affected + `]}`
	}
	const gone = `"withdrawn":"2024-01-05T00:00:00Z",`
	a, a2, b := in("npm", "a", "0", "1.0.0"), in("npm", "a", "0", "2.0.0"), in("npm", "b", "0", "1.0.0")
	tests := []struct {
		name     string
		records  []string
		affected []string
		live     bool
	}{
		{"withdrawn after an older copy", []string{record("1", "", a), record("2", gone, a)}, []string{"A-1 0 npm a - 1 <1.0.0 -"}, false},
		{"withdrawn here, live of another package", []string{record("1", "", b), record("2", gone, a)},
			[]string{"A-1 0 npm a - 1 <1.0.0 -", "A-1 1 npm b - 0 <1.0.0 -"}, true},
		{"live again", []string{record("1", gone, a), record("2", "", a2)}, []string{"A-1 0 npm a - 0 <2.0.0 -"}, true},
		{"live, an older one of another package withdrawn", []string{record("1", gone, b), record("2", "", a)},
			[]string{"A-1 0 npm a - 0 <1.0.0 -", "A-1 1 npm b - 1 <1.0.0 -"}, true},
		{"all withdrawn", []string{record("1", gone, a), record("2", gone, b)},
			[]string{"A-1 0 npm b - 1 <1.0.0 -", "A-1 1 npm a - 1 <1.0.0 -"}, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			lines := merged(t, test.records...)
			if diff := cmp.Diff(test.affected, brief(rest(lines, "affected"))); diff != "" {
				t.Errorf("affected mismatch (-want +got):\n%s", diff)
			}
			if got := len(rest(lines, "vulnerability")) > 0; got != test.live {
				t.Errorf("it is live: %t, want %t", got, test.live)
			}
			withdrawn := strings.Contains(rest(lines, "advisory")[0], " 1704412800000 ")
			if withdrawn == test.live || strings.HasPrefix(rest(lines, "provider")[0], "A 1 0") != test.live {
				t.Errorf("%q, %q: want it live: %t", rest(lines, "advisory"), rest(lines, "provider"), test.live)
			}
		})
	}
}

// TestMergedDigestCoversEntries: whether an entry that an earlier record gave is
// withdrawn makes another content, though no blob differs.
func TestMergedDigestCoversEntries(t *testing.T) {
	t.Parallel()
	later := `{"id":"CVE-2024-9","modified":"2024-02-01T00:00:00Z","affected":[` + in("npm", "left", "0", "1") + `]}`
	live := `{"id":"CVE-2024-9","modified":"2024-01-01T00:00:00Z","affected":[` + in("npm", "right", "0", "1") + `]}`
	dead := strings.Replace(live, `"affected"`, `"withdrawn":"2024-01-02T00:00:00Z","affected"`, 1)
	_, one := run(t, Limits{}, set(t, "a", later, live))
	file, other := run(t, Limits{}, set(t, "a", later, dead))
	if one.Metadata.Digest == other.Metadata.Digest {
		t.Error("both have the same digest")
	}
	verify(t, file)
}

// contents builds records of one provider in every order, and wants one content.
func contents(t *testing.T, records ...advisory.Advisory) []string {
	t.Helper()
	var first []string
	for i := range records {
		h := held{name: "held"}
		for j := range records {
			h.records = append(h.records, feed.Record{Provider: "DEBIAN", Advisory: records[(i+j)%len(records)]})
		}
		file, _ := run(t, Limits{}, h)
		verify(t, file)
		lines := dump(t, file)
		if first == nil {
			first = lines
		}
		if diff := cmp.Diff(first, lines); diff != "" {
			t.Fatalf("another order gives other content (-first +other):\n%s", diff)
		}
	}
	return first
}

// entry is one package of Debian 12, affected below 2 or not at all.
func entry(name string, unaffected bool) advisory.Affected {
	f := advisory.Affected{Ecosystem: "Debian:12", Name: name, Unaffected: unaffected}
	if !unaffected {
		f.Ranges = []advisory.Range{{Type: advisory.Ecosystem, Events: []advisory.Event{{Introduced: "0"}, {Fixed: "2"}}}}
	}
	return f
}

// TestMergeRejected: what its provider rejects stays rejected, whatever an earlier
// record says, and the file can be checked.
func TestMergeRejected(t *testing.T) {
	t.Parallel()
	lines := contents(t,
		advisory.Advisory{ID: "CVE-1", Modified: "2024-01-01T00:00:00Z", Affected: []advisory.Affected{entry("a", false), entry("b", false)}},
		advisory.Advisory{ID: "CVE-1", Modified: "2024-01-02T00:00:00Z", Status: advisory.Rejected, Affected: []advisory.Affected{entry("a", false)}},
		advisory.Advisory{ID: "CVE-2", Modified: "2024-01-02T00:00:00Z", Affected: []advisory.Affected{entry("a", false)}})
	if diff := cmp.Diff([]string{"CVE-2 CVE-2"}, rest(lines, "vulnerability")); diff != "" {
		t.Errorf("vulnerabilities mismatch (-want +got):\n%s", diff)
	}
}

// TestMergeUnaffected: an earlier "not affected" does not silence what the latest
// record says of the package; of others it holds.
func TestMergeUnaffected(t *testing.T) {
	t.Parallel()
	h := held{name: "held", records: []feed.Record{
		{Provider: "DEBIAN", Advisory: advisory.Advisory{ID: "CVE-1", Modified: "2024-01-01T00:00:00Z", Affected: []advisory.Affected{entry("a", true), entry("b", true), entry("b", false)}}},
		{Provider: "DEBIAN", Advisory: advisory.Advisory{ID: "CVE-1", Modified: "2024-01-02T00:00:00Z", Affected: []advisory.Affected{entry("a", false)}}}}}
	file, _ := run(t, Limits{}, h)
	verify(t, file)
	for table, want := range map[string][]string{"affected": {"a", "b"}, "unaffected": {"b"}} {
		got := query(t, file, `select p.name from `+table+` f join packages p on p.id = f.package_id order by 1`)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s mismatch (-want +got):\n%s", table, diff)
		}
	}
}

// TestMergeMany: many copies of one record, live, withdrawn and denying, of two
// providers, give one content in any order.
func TestMergeMany(t *testing.T) {
	t.Parallel()
	h := held{name: "held"}
	for i := range 7 {
		a := advisory.Advisory{ID: "CVE-1", Modified: "2024-01-0" + strconv.Itoa(1+i/2) + "T00:00:00Z", Summary: strconv.Itoa(i), Aliases: []string{"X-" + strconv.Itoa(i)},
			Affected: []advisory.Affected{entry("p"+strconv.Itoa(i%3), i%2 == 0), entry("p"+strconv.Itoa(i%4), false),
				{CPE: "cpe:2.3:a:v:p" + strconv.Itoa(i%2) + ":*:*:*:*:*:*:*:*", Stated: []advisory.Interval{{Upper: strconv.Itoa(i + 1)}}}}}
		if i%3 == 0 {
			a.Withdrawn = a.Modified
		}
		h.records = append(h.records, feed.Record{Provider: []string{"DEBIAN", "NVD"}[i%2], Advisory: a})
	}
	first := ""
	for seed := range uint64(12) {
		rand.New(rand.NewPCG(seed, 1)).Shuffle(len(h.records), func(i, j int) { h.records[i], h.records[j] = h.records[j], h.records[i] })
		file, report := run(t, Limits{}, h)
		verify(t, file)
		if first == "" {
			first = report.Metadata.Digest
		}
		if report.Metadata.Digest != first {
			t.Fatalf("seed %d gives %s, want %s", seed, report.Metadata.Digest, first)
		}
	}
}

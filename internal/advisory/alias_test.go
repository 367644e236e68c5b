package advisory

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestClusters(t *testing.T) {
	t.Parallel()
	records := map[string][]string{
		"GHSA-aaaa":  {"CVE-2021-10"},
		"PYSEC-1":    {"CVE-2021-10", "GHSA-aaaa"},
		"CVE-2021-9": nil,
		"GHSA-bbbb":  {"PYSEC-2"},
		"GO-1":       {"CVE-2021-9", "CVE-2021-10", "GHSA-cccc"}, // a bundle joins nothing
		"GHSA-cccc":  nil,
	}
	want := map[string][]string{
		"GHSA-aaaa":  {"CVE-2021-10"},
		"PYSEC-1":    {"CVE-2021-10"},
		"CVE-2021-9": {"CVE-2021-9"},
		"GHSA-bbbb":  {"GHSA-bbbb"},
		"PYSEC-2":    {"GHSA-bbbb"},
		"GO-1":       {"CVE-2021-10", "CVE-2021-9"},
		"GHSA-cccc":  {"GHSA-cccc"},
		"unknown":    {"unknown"},
	}
	for range 20 { // the map's order changes, the clusters must not
		c := NewClusters()
		for id, aliases := range records {
			c.Add(id, aliases)
		}
		got := map[string][]string{}
		for id := range want {
			got[id] = c.Vulnerabilities(id, records[id])
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("mismatch (-want +got):\n%s", diff)
		}
	}
}

// TestClustersSameID: of two records of one id, one names two CVEs.
func TestClustersSameID(t *testing.T) {
	t.Parallel()
	c := NewClusters()
	c.Add("FOO-1", []string{"CVE-2024-1"})
	c.Add("FOO-1", []string{"CVE-2024-2", "CVE-2024-3"})
	if diff := cmp.Diff([]string{"CVE-2024-1"}, c.Vulnerabilities("FOO-1", []string{"CVE-2024-1"})); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"CVE-2024-2", "CVE-2024-3"}, c.Vulnerabilities("FOO-1", []string{"CVE-2024-2", "CVE-2024-3"})); diff != "" {
		t.Errorf("bundle mismatch (-want +got):\n%s", diff)
	}
}

func TestCompareIDs(t *testing.T) {
	t.Parallel()
	order := []string{"CVE-2009-1", "CVE-2021-9", "CVE-2021-10", "CVE-2021-10000", "GHSA-aaaa", "GHSA-bbbb", "GO-1", "PYSEC-1"}
	for i := range order[1:] {
		if CompareIDs(order[i], order[i+1]) >= 0 {
			t.Errorf("%s is not before %s", order[i], order[i+1])
		}
	}
}

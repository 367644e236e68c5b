package quality

import (
	"archive/zip"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// status is what `assay db status -o json` says, as far as it is checked.
type status struct {
	Digest    string
	Valid     bool
	Providers []struct {
		Name, Title, Licence, Covers string
		Proven                       bool
		Records, Withdrawn           int
	}
	Sources []struct {
		Name, Feed       string
		Records, Skipped int
	}
}

// feedsOf are all the feeds of the shared data, as a user names them.
func feedsOf(data string) []string {
	return []string{
		"osv:" + filepath.Join(data, "osv"), "kev:" + filepath.Join(data, "kev.json"),
		"epss:" + filepath.Join(data, "epss.csv"), "epss:" + filepath.Join(data, "epss-synthetic.csv"),
		"alpine:" + filepath.Join(data, "secdb", "alpine"), "wolfi:" + filepath.Join(data, "secdb", "wolfi", "security.json"),
		"wolfiadvisories:" + filepath.Join(data, "secdb", "wolfi", "advisories.zip"), "debian:" + filepath.Join(data, "debian"),
	}
}

// TestEveryFeedBuildsIntoOneDatabase counts the records of every feed by another
// way and compares.
func TestEveryFeedBuildsIntoOneDatabase(t *testing.T) {
	data := sharedData(t)
	s := buildAll(t, feedsOf(data))
	sources, providers := map[string]int{}, map[string]int{}
	for _, source := range s.Sources {
		sources[source.Name] += source.Records
	}
	for _, p := range s.Providers {
		providers[p.Name] = p.Records
		if p.Licence == "" || p.Title == "" {
			t.Errorf("%s has no licence or title", p.Name)
		}
	}
	for ecosystem, want := range osvCounts(t, data) {
		if got := sources[ecosystem]; got != want {
			t.Errorf("%s: %d records, its folder's list says %d", ecosystem, got, want)
		}
	}
	for name, want := range map[string]int{
		"KEV":    countKEV(t, data),
		"EPSS":   countLines(t, filepath.Join(data, "epss.csv"), filepath.Join(data, "epss-synthetic.csv")),
		"DEBIAN": len(trackerIDs(t, osvIDs(t, data, "Debian", "DEBIAN-"), filepath.Join(data, "debian", "tracker*.json"))),
		"ALPINE": len(secdbIDs(t, osvIDs(t, data, "Alpine", "ALPINE-"), filepath.Join(data, "secdb", "alpine", "*", "*.json"))),
	} {
		if got := providers[name]; got != want {
			t.Errorf("%s: %d records, counted another way %d", name, got, want)
		}
	}
}

// TestFeedsInAnyOrder: feeds that have records in common give the same content
// whichever is read first.
func TestFeedsInAnyOrder(t *testing.T) {
	data := sharedData(t)
	sources := []string{filepath.Join(data, "osv", "Alpine.zip"), "kev:" + filepath.Join(data, "kev.json"), "alpine:" + filepath.Join(data, "secdb", "alpine")}
	first := buildAll(t, sources)
	slices.Reverse(sources)
	if again := buildAll(t, sources); again.Digest != first.Digest {
		t.Errorf("the other way round the digest is %s, not %s", again.Digest, first.Digest)
	}
}

func buildAll(t *testing.T, sources []string) status {
	t.Helper()
	db := filepath.Join(t.TempDir(), "all.db")
	if _, stderr, exit := assay(t, append([]string{"db", "build", "--out", db}, sources...)...); exit != 0 {
		t.Fatalf("db build: exit %d\n%s", exit, stderr)
	}
	stdout, stderr, exit := assay(t, "db", "status", "--db", db, "-o", "json")
	if exit != 0 {
		t.Fatalf("db status: exit %d\n%s", exit, stderr)
	}
	var s status
	if err := json.Unmarshal(stdout, &s); err != nil {
		t.Fatal(err)
	}
	if !s.Valid {
		t.Error("the database is not sound")
	}
	return s
}

func osvCounts(t *testing.T, data string) map[string]int {
	t.Helper()
	var counts map[string]int
	decodeFile(t, filepath.Join(data, "osv", "COUNTS.json"), &counts)
	return counts
}

func decodeFile(t *testing.T, file string, into any) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(text, into)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func countKEV(t *testing.T, data string) int {
	t.Helper()
	var catalogue struct {
		Count           int
		Vulnerabilities []struct{ CveID string }
	}
	decodeFile(t, filepath.Join(data, "kev.json"), &catalogue)
	if catalogue.Count != len(catalogue.Vulnerabilities) {
		t.Errorf("the catalogue says %d and has %d", catalogue.Count, len(catalogue.Vulnerabilities))
	}
	return catalogue.Count
}

// countLines counts the CVEs that stand at the beginnings of lines, each once.
func countLines(t *testing.T, files ...string) int {
	t.Helper()
	seen := map[string]bool{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			if id, _, ok := strings.Cut(line, ","); ok && strings.HasPrefix(id, "CVE-") {
				seen[id] = true
			}
		}
	}
	return len(seen)
}

// osvIDs are the ids of an ecosystem's records, without a prefix.
func osvIDs(t *testing.T, data, ecosystem, prefix string) map[string]bool {
	t.Helper()
	ids := map[string]bool{}
	archive, err := zip.OpenReader(filepath.Join(data, "osv", ecosystem+".zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	for _, f := range archive.File {
		if id, ok := strings.CutPrefix(f.Name, prefix); ok {
			ids[strings.TrimSuffix(id, ".json")] = true
		}
	}
	return ids
}

// cvePattern also has what a few entries misspell: "CVE_2019-2426", "CVE 2018-16859".
var cvePattern = regexp.MustCompile(`\bCVE[-_ ]([0-9]{4}-[0-9]{4,})\b`)

// trackerIDs adds the ids of Debian's tracker: package, id, facts. A record whose
// releases are a list says nothing.
func trackerIDs(t *testing.T, ids map[string]bool, pattern string) map[string]bool {
	t.Helper()
	for _, file := range matching(t, pattern) {
		var packages map[string]map[string]struct{ Releases any }
		decodeFile(t, file, &packages)
		for _, records := range packages {
			for id, facts := range records {
				if _, ok := facts.Releases.(map[string]any); ok {
					ids[id] = true
				}
			}
		}
	}
	return ids
}

// secdbIDs adds the ids of secfixes: the CVEs of an entry, else its first word.
func secdbIDs(t *testing.T, ids map[string]bool, pattern string) map[string]bool {
	t.Helper()
	for _, file := range matching(t, pattern) {
		var db struct {
			Packages []struct {
				Pkg struct{ Secfixes map[string][]string }
			}
		}
		decodeFile(t, file, &db)
		for _, p := range db.Packages {
			for _, entries := range p.Pkg.Secfixes {
				for _, entry := range entries {
					addIDs(ids, entry)
				}
			}
		}
	}
	return ids
}

// addIDs leaves out the place holder "CVE-????-?????".
func addIDs(ids map[string]bool, entry string) {
	cves := cvePattern.FindAllStringSubmatch(entry, -1)
	for _, id := range cves {
		ids["CVE-"+id[1]] = true
	}
	if words := strings.Fields(entry); len(cves) == 0 && len(words) > 0 && !strings.Contains(entry, "?") {
		ids[words[0]] = true
	}
}

func matching(t *testing.T, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatal(pattern, files, err)
	}
	return files
}

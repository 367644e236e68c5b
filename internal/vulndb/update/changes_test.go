package update

import (
	"archive/zip"
	"bytes"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/vulndb"
)

const listPath = "/npm/modified_id.csv"

// osvRecord is a record that says when it was changed and of which package.
func osvRecord(id, modified, pkg, more string) string {
	return fmt.Sprintf(`{"id":%q,"modified":%q,"affected":[{"package":{"ecosystem":"npm","name":%q},"versions":["1.0.0"]}]%s}`, id, modified, pkg, more)
}

func zipped(t *testing.T, records map[string]string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for id, text := range records {
		entry, err := w.Create(id + ".json")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := entry.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

var made = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

// changing is a setting with an archive of two records that was made at a known
// time, which an update has taken in.
func changing(t *testing.T) *setting {
	t.Helper()
	s := newSetting(t, map[string]served{npmPath: {data: zipped(t, map[string]string{
		"A-1": osvRecord("A-1", "2026-01-01T10:00:00Z", "left", ""), "A-2": osvRecord("A-2", "2025-01-01T00:00:00Z", "right", "")}), tag: `"z1"`, made: made}})
	s.must(t, npmPath+" 200")
	return s
}

func (s *setting) list(lines ...string) {
	s.source.put(listPath, served{data: []byte(strings.Join(lines, "\n") + "\n"), made: made.Add(48 * time.Hour)})
}

// packages are those of the live records.
func (s *setting) packages(t *testing.T) string {
	t.Helper()
	file, err := s.options.Dir.Current()
	if err != nil {
		t.Fatal(err)
	}
	db, err := vulndb.Open(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var out []string
	for _, name := range []string{"left", "right", "new", "other"} {
		err := db.Candidates(t.Context(), "npm", []string{name}, func(advisory.Candidate) error {
			out = append(out, name)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return strings.Join(out, " ")
}

// TestChanges: only the records that the archive lacks are fetched, and they stand
// in the place of the archive's.
func TestChanges(t *testing.T) {
	t.Parallel()
	s := changing(t)
	s.source.put("/npm/A-2.json", served{data: []byte(osvRecord("A-2", "2026-01-02T00:00:00Z", "other", ""))})
	s.source.put("/npm/A-3.json", served{data: []byte(osvRecord("A-3", "2026-01-03T00:00:00Z", "new", ""))})
	s.list("2026-01-03T00:00:00Z,A-3", "2026-01-02T00:00:00Z,A-2", "2026-01-01T10:00:00Z,A-1", "2024-01-01T00:00:00Z,A-0")
	s.must2(t, "HEAD "+npmPath+" 200", "/npm/A-2.json 200", "/npm/A-3.json 200", listPath+" 200")
	if got := s.packages(t); got != "left new other" { // "right" is what A-2 no longer says
		t.Errorf("the packages are %s", got)
	}
	// Nothing more: nothing but the list is asked for.
	s.must2(t, "HEAD "+npmPath+" 200", listPath+" 200")
	if got := s.packages(t); got != "left new other" {
		t.Errorf("the packages are %s", got)
	}
	// Withdrawn: the record stays known and is not matched.
	s.source.put("/npm/A-1.json", served{data: []byte(osvRecord("A-1", "2026-01-03T01:00:00Z", "left", `,"withdrawn":"2026-01-03T01:00:00Z"`))})
	s.list("2026-01-03T01:00:00Z,A-1", "2026-01-03T00:00:00Z,A-3", "2026-01-02T00:00:00Z,A-2", "2024-01-01T00:00:00Z,A-0")
	s.must2(t, "HEAD "+npmPath+" 200", "/npm/A-1.json 200", listPath+" 200")
	if got := s.packages(t); got != "new other" {
		t.Errorf("the packages are %s", got)
	}
	s.want(t, "A-1 A-2 A-3")
	// A newer archive than the list is not hidden by it, and ends the records.
	s.source.put(npmPath, served{data: zipped(t, map[string]string{"A-4": osvRecord("A-4", "2026-02-01T00:00:00Z", "new", "")}), tag: `"z2"`, made: made.Add(30 * 24 * time.Hour)})
	s.must2(t, "HEAD "+npmPath+" 200", npmPath+` If-None-Match:"z1" 200`, listPath+" 200")
	s.want(t, "A-4")
}

// TestChangesRoot: the list of all ecosystems serves, too.
func TestChangesRoot(t *testing.T) {
	t.Parallel()
	s := changing(t)
	s.source.put("/npm/A-3.json", served{data: []byte(osvRecord("A-3", "2026-01-03T00:00:00Z", "new", ""))})
	s.source.put("/modified_id.csv", served{data: []byte("2026-01-03T00:00:00Z,PyPI/P-1\n2026-01-03T00:00:00Z,npm/A-3\n2024-01-01T00:00:00Z,npm/A-0\n"), made: made.Add(time.Hour)})
	s.must2(t, "/modified_id.csv 200", "HEAD "+npmPath+" 200", "/npm/A-3.json 200", listPath+" 404")
	s.want(t, "A-1 A-2 A-3")
}

// TestChangesRefused: whatever is wrong with the list or a record of it, the
// archive is asked for.
func TestChangesRefused(t *testing.T) {
	t.Parallel()
	many := make([]string, maxChanges+1)
	for i := range many {
		many[i] = fmt.Sprintf("2026-01-03T00:00:00Z,M-%d", i)
	}
	for name, spoil := range map[string]func(s *setting){
		"not sorted":        func(s *setting) { s.list("2026-01-02T00:00:00Z,A-2", "2026-01-03T00:00:00Z,A-3") },
		"no times":          func(s *setting) { s.list("A-2", "A-3") },
		"a path":            func(s *setting) { s.list("2026-01-03T00:00:00Z,../../A-3") },
		"no id":             func(s *setting) { s.list("2026-01-03T00:00:00Z") },
		"a page":            func(s *setting) { s.list("<html>") },
		"too many":          func(s *setting) { s.list(many...) },
		"a record is gone":  func(s *setting) { s.list("2026-01-03T00:00:00Z,A-9") },
		"another record":    func(s *setting) { s.list("2026-01-03T00:00:00Z,A-8") },
		"no record":         func(s *setting) { s.list("2026-01-03T00:00:00Z,A-7") },
		"of no stated time": func(s *setting) { s.source.put(listPath, served{data: []byte("2026-01-03T00:00:00Z,A-3\n")}) },
		"older than archive": func(s *setting) {
			s.source.put(listPath, served{data: []byte("2026-01-03T00:00:00Z,A-3\n"), made: made.Add(-48 * time.Hour)})
		},
		"no list":   func(*setting) {},
		"forbidden": func(s *setting) { s.source.first[listPath] = []http.HandlerFunc{status(403)} },
		"long":      func(s *setting) { s.list("2026-01-03T00:00:00Z," + strings.Repeat("x", 1<<20)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := changing(t)
			s.source.put("/npm/A-3.json", served{data: []byte(osvRecord("A-3", "2026-01-03T00:00:00Z", "new", ""))})
			s.source.put("/npm/A-8.json", served{data: []byte(osvRecord("A-3", "2026-01-03T00:00:00Z", "new", ""))})
			s.source.put("/npm/A-7.json", served{data: []byte("<html>")})
			spoil(s)
			if err := s.run(t); err != nil {
				t.Fatal(err)
			}
			s.want(t, "A-1 A-2")
			log := s.source.asked()
			if len(log) == 0 || log[len(log)-1] != npmPath+` If-None-Match:"z1" 304` {
				t.Errorf("the archive was not asked for: %q", log)
			}
		})
	}
}

// TestChangesLost: records that are no longer there do not go unnoticed.
func TestChangesLost(t *testing.T) {
	t.Parallel()
	s := changing(t)
	s.source.put("/npm/A-3.json", served{data: []byte(osvRecord("A-3", "2026-01-03T00:00:00Z", "new", ""))})
	s.list("2026-01-03T00:00:00Z,A-3", "2024-01-01T00:00:00Z,A-0")
	if err := s.run(t); err != nil {
		t.Fatal(err)
	}
	units, err := s.options.units()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(units[0].changes.folder); err != nil {
		t.Fatal(err)
	}
	if err := s.run(t); err == nil {
		t.Error("they are lost, and nobody says so")
	}
	if err := s.run(t); err != nil {
		t.Fatal(err)
	}
	s.want(t, "A-1 A-2 A-3")
}

// must2 is must for requests that are made at the same time, in any order.
func (s *setting) must2(t *testing.T, requests ...string) {
	t.Helper()
	s.source.asked()
	if err := s.run(t); err != nil {
		t.Fatal(err)
	}
	got := s.source.asked()
	if diff := cmp.Diff(slices.Sorted(slices.Values(requests)), slices.Sorted(slices.Values(got))); diff != "" {
		t.Errorf("requests mismatch (-want +got):\n%s", diff)
	}
}

// FuzzReadChanges: whatever a list holds, what is taken from it is bounded, sorted
// and names records only.
func FuzzReadChanges(f *testing.F) {
	f.Add("2026-01-03T00:00:00Z,A-3\n2026-01-02T00:00:00Z,npm/A-2\r\n", "")
	f.Add("2026-01-03T00:00:00Z,npm/A-3\n2026-01-02T00:00:00Z,PyPI/A-2\n", "npm/")
	f.Add("2026-01-03T00:00:00+25:00,..\n,\n", "")
	f.Fuzz(func(t *testing.T, text, prefix string) {
		list, err := readChanges(strings.NewReader(text), prefix, made)
		if err != nil && len(list) > 0 {
			t.Error("a bad list is read in part")
		}
		for i, c := range list {
			if !recordID.MatchString(c.id) || c.at.Before(made) || i > 0 && c.at.After(list[i-1].at) {
				t.Errorf("change %d is %v", i, c)
			}
		}
	})
}

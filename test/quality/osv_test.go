package quality

import (
	"archive/zip"
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// pin is one version of one package, as a lockfile fixes it.
type pin struct{ Ecosystem, Name, Version string }

func (p pin) String() string { return p.Ecosystem + " " + p.Name + " " + p.Version }

// newPin normalises name as the ecosystem compares names.
func newPin(ecosystem, name, version string) pin {
	switch ecosystem {
	case "PyPI": // PEP 503
		name = strings.ToLower(strings.NewReplacer("_", "-", ".", "-").Replace(name))
		for strings.Contains(name, "--") {
			name = strings.ReplaceAll(name, "--", "-")
		}
	case "Packagist":
		name = strings.ToLower(name)
		version = strings.TrimPrefix(version, "v")
	case "Go", "SwiftURL":
		version = strings.TrimPrefix(version, "v")
	case "GitHub Actions":
		if !movingTag.MatchString(version) { // another thing than that release
			version = strings.TrimPrefix(version, "v")
		}
	}
	switch ecosystem {
	case "NuGet", "Hex", "Pub", "ConanCenter", "GitHub Actions":
		name = strings.ToLower(name)
	}
	return pin{ecosystem, name, version}
}

// record is what matters here of an OSV record.
type record struct {
	ID        string
	Withdrawn string
	Affected  []affected
}

type affected struct {
	Package  struct{ Ecosystem, Name string }
	Ranges   []eventRange
	Versions []string
}

type eventRange struct {
	Type   string
	Events []map[string]string
}

// claim is what one record says about one package.
type claim struct {
	id string
	affected
}

// advisories are the claims by ecosystem and normalised name. The part of an
// ecosystem after ":" (a release, a further repository) is ignored: a wrong
// finding is better than a wrong silence.
type advisories map[[2]string][]claim

var ecosystems = []string{"Go", "PyPI", "crates.io", "npm", "RubyGems", "Packagist",
	"Maven", "NuGet", "Pub", "Hex", "Hackage", "CRAN", "Julia", "SwiftURL", "GitHub Actions", "opam"}

var loadOnce sync.Once
var loaded advisories
var loadErr error

func loadAdvisories(t testing.TB) advisories {
	t.Helper()
	dir := filepath.Join(sharedData(t), "osv")
	loadOnce.Do(func() { loaded, loadErr = readAdvisories(dir) })
	if loadErr != nil {
		t.Fatal(loadErr)
	}
	return loaded
}

// readAdvisories reads every zip, not only those named like a wanted ecosystem:
// a record may speak of packages of several.
func readAdvisories(dir string) (advisories, error) {
	zips, err := filepath.Glob(filepath.Join(dir, "*.zip"))
	if err != nil {
		return nil, err
	}
	all := advisories{}
	for _, path := range zips {
		records, err := readZip(path)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		for _, r := range records {
			if r.Withdrawn == "" {
				all.add(r)
			}
		}
	}
	return all, nil
}

func (all advisories) add(r record) {
	for _, a := range r.Affected {
		ecosystem, _, _ := strings.Cut(a.Package.Ecosystem, ":")
		if !slices.Contains(ecosystems, ecosystem) {
			continue
		}
		name := newPin(ecosystem, a.Package.Name, "").Name
		all[[2]string{ecosystem, name}] = append(all[[2]string{ecosystem, name}], claim{r.ID, a})
	}
}

func readZip(path string) ([]record, error) {
	z, err := zip.OpenReader(path)
	if err != nil {
		return nil, err
	}
	defer z.Close()
	var records []record
	for _, f := range z.File {
		if !strings.HasSuffix(f.Name, ".json") {
			continue
		}
		r, err := f.Open()
		if err != nil {
			return nil, err
		}
		data, err := io.ReadAll(r)
		r.Close()
		if err != nil {
			return nil, err
		}
		if !mentionsAny(data) {
			continue
		}
		var rec record
		if err := json.Unmarshal(data, &rec); err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name, err)
		}
		records = append(records, rec)
	}
	return records, nil
}

// mentionsAny spares decoding the many records of other ecosystems.
func mentionsAny(data []byte) bool {
	return slices.ContainsFunc(ecosystems, func(e string) bool { return bytes.Contains(data, []byte(`"`+e)) })
}

// affecting returns the ids of the advisories that affect p, sorted; and, apart,
// of those whose bounds cannot be compared with its version.
func (all advisories) affecting(p pin) (ids, undecided []string) {
	for _, c := range all[[2]string{p.Ecosystem, p.Name}] {
		hit, ok := c.covers(p)
		switch {
		case hit:
			ids = append(ids, c.id)
		case !ok:
			undecided = append(undecided, c.id)
		}
	}
	slices.Sort(ids)
	slices.Sort(undecided)
	return slices.Compact(ids), slices.Compact(undecided)
}

// covers follows the evaluation of the OSV schema: a version is affected if it
// is listed, or lies in a range. Listed means equal as the ecosystem has it, so
// that PyPI's 1.0 is also 1.0.0.
func (c claim) covers(p pin) (hit, ok bool) {
	ok = true
	compare := orderOf(p.Ecosystem)
	if slices.Contains(c.Versions, p.Version) {
		return true, true
	}
	for _, r := range c.Ranges {
		if r.Type == "GIT" {
			continue
		}
		in, comparable := r.contains(p.Version, compare)
		if in {
			return true, true
		}
		ok = ok && comparable
	}
	for _, v := range c.Versions {
		if same, comparable := compare(v, p.Version); comparable && same == 0 {
			return true, true
		}
	}
	return false, ok
}

// event is one turn of a range.
type event struct {
	kind    int
	version string
}

const (
	introduced = iota
	lastAffected
	fixed
)

// contains walks the sorted events. Not ok: some version is not comparable.
//
// The schema leaves open what holds where one version is both introduced and
// fixed. Records mean two things by it: [X, X) is empty (RUSTSEC-2022-0012), and
// [W, X) goes on as [X, Y) (PYSEC-2022-42972). In both nothing changes at X.
func (r eventRange) contains(version string, compare order) (in, ok bool) {
	ok = true
	at := func(a, b string) int {
		c, comparable := compare(a, b)
		ok = ok && comparable
		return c
	}
	events, limits := r.split()
	slices.SortStableFunc(events, func(a, b event) int {
		if a.version == "0" || b.version == "0" { // before everything
			return cmp.Compare(b2i(a.version != "0"), b2i(b.version != "0"))
		}
		return cmp.Or(at(a.version, b.version), cmp.Compare(a.kind, b.kind))
	})
	for i := 0; i < len(events); i++ {
		e := events[i]
		if i+1 < len(events) && e.kind == introduced && events[i+1].kind == fixed && at(e.version, events[i+1].version) == 0 {
			i++
			continue
		}
		switch e.kind {
		case introduced:
			in = in || e.version == "0" || at(version, e.version) >= 0
		case lastAffected:
			in = in && at(version, e.version) <= 0
		case fixed:
			in = in && at(version, e.version) < 0
		}
	}
	below := len(limits) == 0
	for _, l := range limits {
		below = below || l == "*" || at(version, l) < 0
	}
	return ok && in && below, ok
}

func (r eventRange) split() (events []event, limits []string) {
	for _, e := range r.Events {
		for kind, v := range e {
			switch kind {
			case "introduced":
				events = append(events, event{introduced, v})
			case "last_affected":
				events = append(events, event{lastAffected, v})
			case "fixed":
				events = append(events, event{fixed, v})
			case "limit":
				limits = append(limits, v)
			}
		}
	}
	return events, limits
}

func TestRangeContains(t *testing.T) {
	t.Parallel()
	r := func(events ...string) eventRange {
		var out eventRange
		for _, e := range events {
			kind, v, _ := strings.Cut(e, " ")
			out.Events = append(out.Events, map[string]string{kind: v})
		}
		return out
	}
	tests := []struct {
		name    string
		r       eventRange
		inside  string
		outside string
	}{
		{"open end", r("introduced 0"), "0 0.0.0-0 1.0.0 99.0.0", ""},
		{"from zero", r("introduced 0", "fixed 1.2.0"), "0.0.0-0 1.1.9 1.2.0-rc.1", "1.2.0 2.0.0"},
		{"two intervals, unsorted", r("fixed 2.2.0", "introduced 0", "introduced 2.0.0", "fixed 1.5.0"), "1.4.9 2.0.0 2.1.0", "1.5.0 1.9.0 2.2.0"},
		{"last affected", r("introduced 1.0.0", "last_affected 1.2.0"), "1.0.0 1.2.0", "0.9.0 1.2.1"},
		{"one version", r("introduced 1.0.0", "last_affected 1.0.0"), "1.0.0", "0.9.9 1.0.1"},
		{"two intervals that touch", r("introduced 2.0.0", "fixed 3.0.0", "introduced 1.0.0", "fixed 2.0.0"), "1.0.0 1.9.0 2.0.0 2.9.0", "0.9.0 3.0.0"},
		{"an empty interval behind another", r("introduced 0", "fixed 1.0.0", "introduced 2.0.0", "fixed 2.0.0"), "0.9.0", "1.0.0 2.0.0 2.0.1"},
		{"empty interval", r("introduced 1.0.0", "fixed 1.0.0"), "", "0.9.9 1.0.0 1.0.1"},
		{"limit", r("introduced 1.0.0", "limit 2.0.0"), "1.0.0 1.9.0", "2.0.0"},
		{"limit without effect", r("introduced 1.0.0", "limit *"), "1.0.0 2.0.0", "0.1.0"},
	}
	for _, tt := range tests {
		for v := range strings.FieldsSeq(tt.inside) {
			if in, ok := tt.r.contains(v, compareSemVer); !in || !ok {
				t.Errorf("%s: %s is not inside", tt.name, v)
			}
		}
		for v := range strings.FieldsSeq(tt.outside) {
			if in, ok := tt.r.contains(v, compareSemVer); in || !ok {
				t.Errorf("%s: %s is inside", tt.name, v)
			}
		}
	}
	if in, ok := r("introduced 0", "fixed 2019-09-12").contains("1.0", comparePEP440); in || ok {
		t.Error("a bound that is no version was compared")
	}
}

package ghsa

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/purl"
	"github.com/assay-sca/assay/internal/version"
	"github.com/assay-sca/assay/internal/vulndb/feed/osvrecord"
)

// Bounds of one record of a page.
const (
	maxPackages = 20_000
	maxClauses  = 100
)

// pageRecord is an advisory as the interface has it. What is taken over only in
// part stays a raw value, for the extras.
type pageRecord struct {
	GHSA            string           `json:"ghsa_id"`
	CVE             string           `json:"cve_id"`
	Type            jsontext.Value   `json:"type"`
	Summary         string           `json:"summary"`
	Description     string           `json:"description"`
	Severity        string           `json:"severity"`
	Identifiers     []identifier     `json:"identifiers"`
	References      []string         `json:"references"`
	Published       string           `json:"published_at"`
	Updated         string           `json:"updated_at"`
	Withdrawn       string           `json:"withdrawn_at"`
	Vulnerabilities []jsontext.Value `json:"vulnerabilities"`
	CVSS            jsontext.Value   `json:"cvss"`
	CVSSSeverities  jsontext.Value   `json:"cvss_severities"`
	CWEs            jsontext.Value   `json:"cwes"`
	Rest            jsontext.Value   `json:",embed"`
}

type identifier struct {
	Type  string `json:"type"`
	Value string `json:"value"`
}

type rating struct {
	Vector string `json:"vector_string"`
}

// vulnerability is one range of one package.
type vulnerability struct {
	Package struct {
		Ecosystem string         `json:"ecosystem"`
		Name      string         `json:"name"`
		Rest      jsontext.Value `json:",embed"`
	} `json:"package"`
	Range   string         `json:"vulnerable_version_range"`
	Patched jsontext.Value `json:"first_patched_version"`
	Rest    jsontext.Value `json:",embed"`
}

func unmarshal(data []byte, out any) error {
	if err := jsonv2.Unmarshal(data, out, osvrecord.Lenient()); err != nil {
		return osvrecord.Brief(err)
	}
	return nil
}

func decodePage(data []byte) (advisory.Advisory, error) {
	var r pageRecord
	if err := unmarshal(data, &r); err != nil {
		return advisory.Advisory{}, err
	}
	if len(r.Vulnerabilities) > maxPackages {
		return advisory.Advisory{}, fmt.Errorf("it names over %d packages", maxPackages)
	}
	a, err := r.head()
	if err != nil {
		return a, err
	}
	for i, raw := range r.Vulnerabilities {
		f, err := affected(raw)
		if err != nil {
			return a, fmt.Errorf("vulnerabilities[%d]: %w", i, err)
		}
		a.Affected = append(a.Affected, f)
	}
	return a, nil
}

func (r *pageRecord) head() (advisory.Advisory, error) {
	a := advisory.Advisory{
		ID: r.GHSA, Published: r.Published, Modified: r.Updated, Withdrawn: r.Withdrawn,
		Summary: r.Summary, Details: r.Description, Word: strings.ToUpper(r.Severity),
	}
	if a.ID == "" || !osvrecord.Plain(a.ID) {
		return a, fmt.Errorf("its id %.60q is none", a.ID)
	}
	if a.Withdrawn == "" && string(r.Type) == `"unreviewed"` {
		a.Status = advisory.Analyzing
	}
	a.Aliases = r.aliases()
	for _, url := range r.References {
		a.References = append(a.References, advisory.Reference{URL: url, Tags: []string{"web"}})
	}
	if err := r.rate(&a); err != nil {
		return a, err
	}
	var err error
	a.Extra, err = osvrecord.Extra(r.Rest, osvrecord.Member{Name: "type", Value: r.Type}, osvrecord.Member{Name: "cvss", Value: r.CVSS},
		osvrecord.Member{Name: "cvss_severities", Value: r.CVSSSeverities}, osvrecord.Member{Name: "cwes", Value: r.CWEs})
	return a, err
}

func (r *pageRecord) aliases() []string {
	var out []string
	seen := map[string]bool{r.GHSA: true, "": true}
	for _, other := range append([]identifier{{Value: r.CVE}}, r.Identifiers...) {
		if !seen[other.Value] {
			seen[other.Value] = true
			out = append(out, other.Value)
		}
	}
	return out
}

// rate takes vectors and weaknesses; the field cvss is what cvss_severities
// replaces.
func (r *pageRecord) rate(a *advisory.Advisory) error {
	var both struct {
		V3 rating `json:"cvss_v3"`
		V4 rating `json:"cvss_v4"`
	}
	var old rating
	var weaknesses []struct {
		ID string `json:"cwe_id"`
	}
	for _, part := range []struct {
		name string
		raw  jsontext.Value
		out  any
	}{{"cvss_severities", r.CVSSSeverities, &both}, {"cvss", r.CVSS, &old}, {"cwes", r.CWEs, &weaknesses}} {
		if part.raw == nil {
			continue
		}
		if err := unmarshal(part.raw, part.out); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
	}
	for _, w := range weaknesses {
		a.Weaknesses = append(a.Weaknesses, w.ID)
	}
	if both.V3.Vector == "" && both.V4.Vector == "" {
		both.V3 = old
	}
	for _, vector := range []string{both.V3.Vector, both.V4.Vector} {
		if vector != "" {
			a.Severity = append(a.Severity, advisory.Severity{Type: scheme(vector), Score: vector})
		}
	}
	return nil
}

func scheme(vector string) string {
	switch {
	case strings.HasPrefix(vector, "CVSS:4"):
		return "CVSS_V4"
	case strings.HasPrefix(vector, "CVSS:3"):
		return "CVSS_V3"
	}
	return "CVSS_V2"
}

// ecosystem is OSV's name for what GitHub calls an ecosystem.
func ecosystem(name string) string {
	osv, ok := map[string]string{
		"actions": purl.Actions, "composer": purl.Packagist, "erlang": purl.Hex, "go": purl.Go, "maven": purl.Maven, "npm": purl.NPM,
		"nuget": purl.NuGet, "pip": purl.PyPI, "pub": purl.Pub, "rubygems": purl.RubyGems, "rust": purl.Cargo, "swift": purl.Swift,
	}[strings.ToLower(name)]
	if !ok {
		return name // "other"
	}
	return osv
}

func affected(raw jsontext.Value) (advisory.Affected, error) {
	var v vulnerability
	if err := unmarshal(raw, &v); err != nil {
		return advisory.Affected{}, err
	}
	f := advisory.Affected{Ecosystem: ecosystem(v.Package.Ecosystem), Name: v.Package.Name}
	if f.Ecosystem == "" || f.Name == "" {
		return f, errors.New("it names no package")
	}
	patched, err := patchedVersion(v.Patched)
	if err != nil {
		return f, err
	}
	if err := readRange(&f, v.Range, patched); err != nil {
		return f, err
	}
	f.Fix.State = fixState(&f, patched)
	stated, _ := jsontext.AppendQuote(nil, v.Range)
	f.Extra, err = osvrecord.Extra(v.Rest, osvrecord.Member{Name: "vulnerable_version_range", Value: stated},
		osvrecord.Member{Name: "first_patched_version", Value: v.Patched}, osvrecord.Member{Name: "package", Value: v.Package.Rest})
	return f, err
}

// fixState: a range that ends before a version has a fix, named or not.
func fixState(f *advisory.Affected, patched string) advisory.FixState {
	fixed := patched != ""
	for _, r := range f.Ranges {
		fixed = fixed || r.Events[len(r.Events)-1].Fixed != ""
	}
	for _, i := range f.Stated {
		fixed = fixed || i.Fix() != ""
	}
	if fixed {
		return advisory.Fixed
	}
	return advisory.NotFixed
}

// patchedVersion is a version, or an object with one as the interface had it once.
func patchedVersion(raw jsontext.Value) (string, error) {
	if raw == nil || raw.Kind() == 'n' {
		return "", nil
	}
	if raw.Kind() == '{' {
		var old struct {
			Identifier string `json:"identifier"`
		}
		err := unmarshal(raw, &old)
		return old.Identifier, err
	}
	var text string
	if err := unmarshal(raw, &text); err != nil {
		return "", errors.New("first_patched_version is no version")
	}
	return text, nil
}

// readRange reads ">= 1.0, < 1.2" into events, and what they cannot say ("> 1.0")
// into an interval. "<= 1.1" with a patched version lasts until that, as in
// GitHub's own OSV records: what lies between was never released, or nobody knows.
func readRange(f *advisory.Affected, text, patched string) error {
	i, err := interval(text)
	if err != nil {
		return err
	}
	if patched != "" && !i.Exact && (i.Upper == "" || i.Inclusive && follows(f.Ecosystem, patched, i.Upper)) {
		i.Upper, i.Inclusive = patched, false
	}
	switch {
	case i.Exact:
		f.Versions = []string{i.Lower}
		return nil
	case i.After:
		f.Stated = []advisory.Interval{i}
		return nil
	}
	events := []advisory.Event{{Introduced: "0"}}
	if i.Lower != "" {
		events[0].Introduced = i.Lower
	}
	switch {
	case i.Inclusive:
		events = append(events, advisory.Event{LastAffected: i.Upper})
	case i.Upper != "":
		events = append(events, advisory.Event{Fixed: i.Upper})
	}
	f.Ranges = []advisory.Range{{Type: advisory.Ecosystem, Events: events}}
	return nil
}

// follows tells whether a version is surely behind another: what was patched in an
// older line ends nothing.
func follows(ecosystem, a, b string) bool {
	c, err := version.Compare(version.SchemeOf(ecosystem), a, b)
	return err == nil && c > 0
}

// interval reads a range of at most one lower and one upper bound. An empty one is
// every version.
func interval(text string) (advisory.Interval, error) {
	var i advisory.Interval
	clauses := strings.Split(text, ",")
	if strings.TrimSpace(text) == "" {
		return i, nil
	}
	if len(clauses) > maxClauses {
		return i, fmt.Errorf("range of over %d parts", maxClauses)
	}
	fault := fmt.Errorf("range %.60q is not understood", text)
	for _, clause := range clauses {
		clause = strings.TrimSpace(clause)
		n := strings.IndexFunc(clause, func(r rune) bool { return !strings.ContainsRune("<>=", r) })
		if n < 0 {
			return i, fault
		}
		at := strings.TrimSpace(clause[n:])
		switch operator := clause[:n]; {
		case strings.ContainsAny(at, " <>="):
			return i, fault
		case (operator == "=" || operator == "==") && len(clauses) == 1:
			return advisory.Interval{Lower: at, Exact: true}, nil
		case (operator == ">" || operator == ">=") && i.Lower == "":
			i.Lower, i.After = at, operator == ">"
		case (operator == "<" || operator == "<=") && i.Upper == "":
			i.Upper, i.Inclusive = at, operator == "<="
		default:
			return i, fault
		}
	}
	return i, nil
}

// unreviewed tells what GitHub took over without review, by a field of its own.
func unreviewed(extra []byte) bool {
	if !bytes.Contains(extra, []byte("github_reviewed")) {
		return false
	}
	var own struct {
		Specific struct {
			Reviewed *bool `json:"github_reviewed"`
		} `json:"database_specific"`
	}
	err := unmarshal(extra, &own)
	return err == nil && own.Specific.Reviewed != nil && !*own.Specific.Reviewed
}

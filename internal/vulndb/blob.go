package vulndb

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/version"
)

// VulnerabilityBlob is what is cold of a record: all but its packages. Fields may
// be added under the same model, none changes its meaning.
type VulnerabilityBlob struct {
	ID          string               `json:"id"`
	Provider    string               `json:"provider"`
	Assigners   []string             `json:"assigner,omitempty"`
	Status      advisory.Status      `json:"status,omitempty"`
	Published   string               `json:"published,omitempty"` // as the record has them
	Modified    string               `json:"modified,omitempty"`
	Withdrawn   string               `json:"withdrawn,omitempty"`
	Summary     string               `json:"summary,omitempty"`
	Description string               `json:"description,omitempty"`
	Aliases     []string             `json:"aliases,omitempty"`
	Related     []string             `json:"related,omitempty"`
	Upstream    []string             `json:"upstream,omitempty"`
	References  []advisory.Reference `json:"references,omitempty"`
	Severities  []SeverityBlob       `json:"severities,omitempty"`
	Weaknesses  []string             `json:"weaknesses,omitempty"`
	Extra       jsontext.Value       `json:"extra,omitzero"` // the record's other fields
}

// SeverityBlob is a rating with who gives it.
type SeverityBlob struct {
	Scheme string `json:"scheme"` // CVSS_V2, CVSS_V3, CVSS_V4, WORD, or the provider's own
	Value  string `json:"value"`
	Source string `json:"source,omitempty"`
	Rank   int    `json:"rank,omitzero"`
}

// wordScheme is the scheme of a severity word outside CVSS.
const wordScheme = "WORD"

// AffectedBlob is what is cold of one affected package or product.
type AffectedBlob struct {
	Ecosystem  string          `json:"ecosystem,omitempty"` // as written
	Name       string          `json:"name,omitempty"`
	PURL       string          `json:"purl,omitempty"`
	CPE        string          `json:"cpe,omitempty"`
	Unaffected bool            `json:"unaffected,omitzero"`
	CVEs       []string        `json:"cves,omitempty"`
	Qualifiers *QualifiersBlob `json:"qualifiers,omitempty"`
	Ranges     []RangeBlob     `json:"ranges,omitempty"`
	Versions   []string        `json:"versions,omitempty"`
	Fix        *FixBlob        `json:"fix,omitempty"` // where it does not belong to a range
	Severities []SeverityBlob  `json:"severities,omitempty"`
	Extra      jsontext.Value  `json:"extra,omitzero"`
}

// QualifiersBlob is what must hold besides the version.
type QualifiersBlob struct {
	RpmModularity string     `json:"rpm_modularity,omitempty"` // "-": no module
	PlatformCPEs  [][]string `json:"platform_cpes,omitempty"`  // of each group one
	Architectures []string   `json:"architectures,omitempty"`
}

// RangeBlob is one range with what ends it.
type RangeBlob struct {
	Version VersionBlob `json:"version"`
	Fix     *FixBlob    `json:"fix,omitempty"`

	Extra jsontext.Value `json:"extra,omitzero"`
}

// VersionBlob is a constraint: intervals joined by " || ". Of a range of commits
// it lists the events.
type VersionBlob struct {
	Type       string `json:"type"` // SEMVER, ECOSYSTEM, GIT
	Constraint string `json:"constraint"`
	Repo       string `json:"repo,omitempty"`
}

// FixBlob is what fixes a range.
type FixBlob struct {
	Version string            `json:"version,omitempty"`
	State   advisory.FixState `json:"state,omitempty"`
	Detail  *FixDetailBlob    `json:"detail,omitempty"`
}

// FixDetailBlob says where a fix comes from.
type FixDetailBlob struct {
	Available string `json:"available,omitempty"`
	Advisory  string `json:"advisory,omitempty"`
}

// EncodeVulnerability writes the canonical blob of a record: equal records give
// equal bytes.
func EncodeVulnerability(provider string, a *advisory.Advisory) ([]byte, error) {
	b := VulnerabilityBlob{
		ID: a.ID, Provider: provider, Assigners: a.Assigners, Status: a.Status, Published: a.Published, Modified: a.Modified,
		Withdrawn: a.Withdrawn, Summary: a.Summary, Description: a.Details, Aliases: a.Aliases, Related: a.Related, Upstream: a.Upstream,
		References: a.References, Severities: severityBlobs(a.Severity), Weaknesses: a.Weaknesses, Extra: a.Extra,
	}
	if a.Word != "" {
		b.Severities = append(b.Severities, SeverityBlob{Scheme: wordScheme, Value: a.Word})
	}
	return encodeBlob(b)
}

func severityBlobs(ratings []advisory.Severity) []SeverityBlob {
	var out []SeverityBlob
	for _, r := range ratings {
		out = append(out, SeverityBlob{r.Type, r.Score, r.Source, r.Rank})
	}
	slices.SortStableFunc(out, func(a, b SeverityBlob) int { return cmp.Compare(a.Rank, b.Rank) })
	return out
}

func ratings(blobs []SeverityBlob) []advisory.Severity {
	var out []advisory.Severity
	for _, s := range blobs {
		if s.Scheme != wordScheme {
			out = append(out, advisory.Severity{Type: s.Scheme, Score: s.Value, Source: s.Source, Rank: s.Rank})
		}
	}
	return out
}

// EncodeAffected writes the canonical blob of one entry.
func EncodeAffected(f *advisory.Affected, scheme version.Scheme) ([]byte, error) {
	b := AffectedBlob{Ecosystem: f.Ecosystem, Name: f.Name, PURL: f.PURL, CPE: f.CPE, Unaffected: f.Unaffected, CVEs: f.CVEs, Versions: f.Versions,
		Severities: severityBlobs(f.Severity), Extra: f.Extra}
	if f.Modularity != "" || f.Platforms != nil || f.Architectures != nil {
		b.Qualifiers = &QualifiersBlob{f.Modularity, f.Platforms, f.Architectures}
	}
	for i := range f.Ranges {
		b.Ranges = append(b.Ranges, rangeBlob(&f.Ranges[i], scheme, f.Fix))
	}
	if len(f.Stated) > 0 {
		b.Ranges = append(b.Ranges, statedBlob(string(advisory.Ecosystem), f.Stated, f.Fix))
	}
	if len(b.Ranges) == 0 {
		b.Fix = fixBlob("", f.Fix)
	}
	return encodeBlob(b)
}

func rangeBlob(r *advisory.Range, scheme version.Scheme, fix advisory.Fix) RangeBlob {
	if r.Type == advisory.Git {
		return RangeBlob{Version: VersionBlob{string(r.Type), commits(r.Events), r.Repo}, Fix: fixBlob(lastFixed(r.Events), fix), Extra: r.Extra}
	}
	b := statedBlob(string(r.Type), r.Intervals(scheme), fix)
	b.Version.Repo, b.Extra = r.Repo, r.Extra
	return b
}

func statedBlob(kind string, intervals []advisory.Interval, fix advisory.Fix) RangeBlob {
	texts := make([]string, len(intervals))
	fixed := ""
	for i, interval := range intervals {
		texts[i] = interval.String()
		if f := interval.Fix(); f != "" {
			fixed = f
		}
	}
	return RangeBlob{Version: VersionBlob{Type: kind, Constraint: strings.Join(texts, " || ")}, Fix: fixBlob(fixed, fix)}
}

func commits(events []advisory.Event) string {
	var words []string
	for _, e := range events {
		for _, x := range []struct{ name, value string }{
			{"introduced", e.Introduced}, {"fixed", e.Fixed}, {"last_affected", e.LastAffected}, {"limit", e.Limit},
		} {
			if x.value != "" {
				words = append(words, x.name+" "+x.value)
			}
		}
	}
	return strings.Join(words, ", ")
}

func lastFixed(events []advisory.Event) string {
	fixed := ""
	for _, e := range events {
		fixed = cmp.Or(e.Fixed, fixed)
	}
	return fixed
}

func fixBlob(fixed string, fix advisory.Fix) *FixBlob {
	b := FixBlob{Version: fixed, State: fix.State}
	if fixed != "" && b.State == advisory.FixUnknown {
		b.State = advisory.Fixed
	}
	if fix.Available != "" || fix.Advisory != "" {
		b.Detail = &FixDetailBlob{fix.Available, fix.Advisory}
	}
	if b == (FixBlob{}) {
		return nil
	}
	return &b
}

// EncodeDecoration writes the blob of what decorates vulnerabilities.
func EncodeDecoration(v any) ([]byte, error) { return encodeBlob(v) }

// encodeBlob keeps strings as the feeds have them, broken UTF-8 replaced.
func encodeBlob(v any) ([]byte, error) {
	data, err := jsonv2.Marshal(v, jsontext.AllowInvalidUTF8(true), jsonv2.Deterministic(true))
	if err != nil {
		return nil, fmt.Errorf("write a blob: %w", err)
	}
	return data, nil
}

func decodeBlob(data []byte, v any) error {
	return jsonv2.Unmarshal(data, v, jsontext.AllowInvalidUTF8(true))
}

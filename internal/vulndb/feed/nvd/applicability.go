package nvd

import (
	"errors"
	"fmt"
	"strings"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/cpe"
	"github.com/assay-sca/assay/internal/vulndb/feed/osvrecord"
)

// Bounds of one record's statements.
const (
	maxMatches   = 200_000   // criteria
	maxDepth     = 20        // of nodes
	maxTerms     = 2_000     // that a nested condition is spread over
	maxWork      = 2_000_000 // matches in terms, each as often as it is there
	maxPlatforms = 200_000   // names of platforms, over all products
)

// configuration is one statement of applicability, or a node of one: any of its
// parts (OR) or all (AND). API 2.0 has two levels; children are nodes below
// nodes, as the older feeds had them.
type configuration struct {
	Operator string          `json:"operator"`
	Negate   bool            `json:"negate"`
	Matches  []match         `json:"cpeMatch"`
	Nodes    []configuration `json:"nodes"`
	Children []configuration `json:"children"`
	Rest     jsontext.Value  `json:",embed"`
}

// match is a product with its versions.
type match struct {
	Vulnerable     bool           `json:"vulnerable"`
	Criteria       string         `json:"criteria"`
	ID             dropped        `json:"matchCriteriaId"`
	StartIncluding string         `json:"versionStartIncluding"`
	StartExcluding string         `json:"versionStartExcluding"`
	EndIncluding   string         `json:"versionEndIncluding"`
	EndExcluding   string         `json:"versionEndExcluding"`
	Rest           jsontext.Value `json:",embed"`
}

// applicability turns the statements into affected products. A statement that
// says more than products, versions and platforms can is widened, never narrowed,
// and stays as it is in the extras, under its name.
func (c *cve) applicability(a *advisory.Advisory, e *extra) error {
	p := products{entries: map[entryKey]int{}, stated: map[statedKey]bool{}, conditions: map[string]int{}}
	var inexact []jsontext.Value
	for i, raw := range c.Configurations {
		var conf configuration
		if err := jsonv2.Unmarshal(raw, &conf, osvrecord.Lenient()); err != nil {
			return fmt.Errorf("configurations[%d]: %w", i, osvrecord.Brief(err))
		}
		exact, err := p.add(&conf)
		if err != nil {
			return fmt.Errorf("configurations[%d]: %w", i, err)
		}
		if !exact {
			inexact = append(inexact, raw)
		}
	}
	a.Affected = p.affected
	if len(inexact) > 0 {
		e.marshal("configurations", inexact)
	}
	return nil
}

// products are the affected products of a record, those with one name and one
// condition joined.
type products struct {
	affected   []advisory.Affected
	entries    map[entryKey]int
	stated     map[statedKey]bool
	conditions map[string]int // numbers them
	matches    int
	platforms  int // names so far
}

type entryKey struct {
	product   string
	condition int
}

type statedKey struct {
	entry    int
	interval advisory.Interval
}

// add takes in a statement; exact is false if it says more than the entries do.
func (p *products) add(conf *configuration) (exact bool, err error) {
	s := statement{}
	terms, err := s.normal(conf, false, 0)
	p.matches += s.matches
	if p.matches > maxMatches {
		return false, fmt.Errorf("it has over %d criteria", maxMatches)
	}
	spread := err == nil
	if err != nil && !errors.Is(err, errSpread) {
		return false, err
	}
	var out []emission
	if spread {
		out, spread = s.emissions(terms, maxPlatforms-p.platforms)
	}
	if !spread {
		out, s.inexact = s.unconditioned(), true
	}
	for i := range out {
		p.emit(&out[i])
	}
	return !s.inexact, nil
}

// emit adds a product under a condition to the entries.
func (p *products) emit(e *emission) {
	number, known := p.conditions[e.condition.key]
	if !known {
		number = len(p.conditions)
		p.conditions[e.condition.key] = number
	}
	key := entryKey{e.atom.product, number}
	at, known := p.entries[key]
	if !known {
		at = len(p.affected)
		p.entries[key] = at
		p.affected = append(p.affected, advisory.Affected{CPE: e.atom.product, Platforms: e.condition.groups})
		p.platforms += e.condition.size
	}
	if s := (statedKey{at, e.atom.interval}); !p.stated[s] {
		p.stated[s] = true
		p.affected[at].Stated = append(p.affected[at].Stated, e.atom.interval)
	}
}

// atom is a match, or that it is not there. Of one that cannot be read (the NVD has
// names like cpe:2.3:a:soap::lite_project:soap::lite:…) nothing is known.
type atom struct {
	unknown    bool
	criteria   string
	product    string // without version and update
	interval   advisory.Interval
	vulnerable bool
	denied     bool
	// loose: interval, or criteria as the name of a platform, say less than the match.
	loose, looseName bool
}

// read reads a match.
func (m *match) read(denied bool) atom {
	a := atom{criteria: m.Criteria, vulnerable: m.Vulnerable, denied: denied, loose: len(m.Rest) > 0, looseName: len(m.Rest) > 0}
	name, err := cpe.Parse(m.Criteria)
	if err != nil || strings.ContainsFunc(m.Criteria, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		a.unknown = true
		return a
	}
	version, update := name.Version, name.Update
	name.Version, name.Update = cpe.Any, cpe.Any
	a.product = name.String()
	bounded := m.StartIncluding != "" || m.StartExcluding != "" || m.EndIncluding != "" || m.EndExcluding != ""
	a.looseName = a.looseName || bounded
	switch {
	case m.StartIncluding != "" && m.StartExcluding != "" || m.EndIncluding != "" && m.EndExcluding != "":
		a.loose = true // which of the two holds is not said: every version is taken
	case version == cpe.Any || bounded && version == cpe.NA:
		a.interval = m.interval()
		a.loose = a.loose || update != cpe.Any && update != cpe.NA
	case strings.ContainsAny(exact(version, update), "*?"):
		a.loose = true // a pattern: every version is taken
	default:
		a.interval = advisory.Interval{Lower: exact(version, update), Exact: true}
		a.loose = a.loose || bounded
	}
	return a
}

// exact is a version with its update. Rules for versions take the hyphen as a
// separator, so that "7.4-p1" is what others write as 7.4p1.
func exact(version, update string) string {
	if update == cpe.Any || update == cpe.NA || version == cpe.NA {
		return version
	}
	return version + "-" + update
}

func (m *match) interval() advisory.Interval {
	i := advisory.Interval{Lower: m.StartIncluding, Upper: m.EndExcluding}
	if m.StartExcluding != "" {
		i.Lower, i.After = m.StartExcluding, true
	}
	if m.EndIncluding != "" {
		i.Upper, i.Inclusive = m.EndIncluding, true
	}
	return i
}

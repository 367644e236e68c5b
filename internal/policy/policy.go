// Package policy turns a scan's result and the user's rules into a verdict: which
// findings are silenced, which gates fire, which exit code follows. It is pure:
// the instant is an input.
package policy

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/finding"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/purl"
	"github.com/assay-sca/assay/internal/severity"
)

// The exit codes of a scan. Where several gates fire, Input comes before
// Findings, and Findings before Incomplete.
const (
	ExitClean      = 0
	ExitFindings   = 1
	ExitInput      = 2
	ExitIncomplete = 3
)

// FailOn is the least severity that fails a scan.
type FailOn struct {
	Level severity.Level // severity.Unknown: any finding
	Never bool
}

// ParseFailOn reads a level's name, "any" or "none".
func ParseFailOn(text string) (FailOn, error) {
	switch strings.ToLower(text) {
	case "any":
		return FailOn{}, nil
	case "none":
		return FailOn{Never: true}, nil
	}
	level, ok := severity.ParseLevel(text)
	if !ok {
		return FailOn{}, errs.E(errs.Invalid, "unknown severity %q: use any, none, low, medium, high or critical", text)
	}
	return FailOn{Level: level}, nil
}

func (f FailOn) String() string {
	switch {
	case f.Never:
		return "none"
	case f.Level == severity.Unknown:
		return "any"
	}
	return f.Level.String()
}

// reached tells whether a finding fails the scan. A vulnerability of which nobody
// states the severity reaches every level: nobody has said that it is harmless.
func (f FailOn) reached(v *finding.Vulnerability) bool {
	return !f.Never && (v.Severity == severity.Unknown || v.Severity >= f.Level)
}

// Ignore silences a vulnerability, everywhere or in one package.
type Ignore struct {
	ID      string // the vulnerability's, an alias, or an advisory's
	Package string // a name, or a purl with or without version; empty: every package
	Reason  string
	Expires string // a day, 2026-01-31: the last on which the rule holds; empty: never
	Place   string // where the rule stands, for messages
}

// Rules are what the user asks for.
type Rules struct {
	FailOn           FailOn
	AllowIncomplete  bool
	FailOnIncomplete bool // also for what is unsupported, left out or without a version
	Ignores          []Ignore
	At               time.Time     // the instant at which expiries and age are judged
	MaxAge           time.Duration // of the database; 0: any
}

// Check says what is wrong with the rules themselves.
func (r Rules) Check() error {
	for _, i := range r.Ignores {
		switch {
		case i.ID == "":
			return errs.E(errs.Invalid, "%s: an ignore rule needs an id", i.Place)
		case strings.TrimSpace(i.Reason) == "":
			return errs.E(errs.Invalid, "%s: the ignore rule for %s needs a reason", i.Place, i.ID)
		}
		if _, err := i.end(); err != nil {
			return errs.E(errs.Invalid, "%s: the ignore rule for %s expires on %q, which is no day such as 2026-01-31", i.Place, i.ID, i.Expires)
		}
	}
	return nil
}

// end is the instant at which the rule ceases to hold; the zero time is never.
func (i Ignore) end() (time.Time, error) {
	if i.Expires == "" {
		return time.Time{}, nil
	}
	day, err := time.Parse(time.DateOnly, i.Expires)
	if err != nil {
		return time.Time{}, err
	}
	return day.AddDate(0, 0, 1), nil
}

func (i Ignore) expired(at time.Time) bool {
	end, err := i.end()
	return err == nil && !end.IsZero() && !at.Before(end)
}

func (i Ignore) matches(f *finding.Finding, c *inventory.Component) bool {
	if !i.names(c) {
		return false
	}
	if i.ID == f.Vulnerability.ID || slices.Contains(f.Vulnerability.Aliases, i.ID) {
		return true
	}
	return slices.ContainsFunc(f.Advisories, func(a finding.Advisory) bool { return a.ID == i.ID })
}

// names tells whether the rule speaks of a component. A name is meant as the
// ecosystem means it: "Django" is PyPI's django.
func (i Ignore) names(c *inventory.Component) bool {
	switch i.Package {
	case "", c.Name, c.PURL, bare(c.PURL):
		return true
	}
	return purl.Normalize(c.Ecosystem, i.Package) == c.Name
}

// bare is a purl without its version and qualifiers.
func bare(text string) string {
	text, _, _ = strings.Cut(text, "?")
	if at := strings.LastIndexByte(text, '@'); at > 0 {
		return text[:at]
	}
	return text
}

// Apply marks the findings that rules silence and sets the gates that fire, in
// the order of their exit codes' precedence.
func Apply(r *finding.Result, rules Rules) {
	applyIgnores(r, rules)
	for _, gate := range []func(*finding.Result, Rules) (finding.Gate, bool){database, findings, expired, incomplete, sample} {
		if g, fired := gate(r, rules); fired {
			r.Gates = append(r.Gates, g)
		}
	}
}

func applyIgnores(r *finding.Result, rules Rules) {
	used := make([]bool, len(rules.Ignores))
	for n := range r.Findings {
		f := &r.Findings[n]
		for k, i := range rules.Ignores {
			if !i.matches(f, &r.Inventory.Components[f.Component]) {
				continue
			}
			used[k] = true
			if f.Ignored == nil && !i.expired(rules.At) {
				f.Ignored = &finding.Ignored{Rule: i.ID, Reason: i.Reason, Until: i.Expires}
			}
		}
	}
	for k, i := range rules.Ignores {
		if !used[k] {
			r.Notices = append(r.Notices, fmt.Sprintf("%s: the ignore rule for %s matches nothing", i.Place, i.ID))
		}
	}
}

func database(r *finding.Result, _ Rules) (finding.Gate, bool) {
	return finding.Gate{Name: "database", Exit: ExitInput, Reason: r.Database.Reason}, r.Database.State != finding.DatabaseOK
}

func findings(r *finding.Result, rules Rules) (finding.Gate, bool) {
	n := 0
	for i := range r.Findings {
		if f := &r.Findings[i]; f.Ignored == nil && rules.FailOn.reached(&f.Vulnerability) {
			n++
		}
	}
	return finding.Gate{Name: "findings", Exit: ExitFindings,
		Reason: fmt.Sprintf("%s --fail-on %s", count(n, "finding reaches", "findings reach"), rules.FailOn)}, n > 0
}

func expired(r *finding.Result, rules Rules) (finding.Gate, bool) {
	var places []string
	for _, i := range rules.Ignores {
		if i.expired(rules.At) {
			places = append(places, fmt.Sprintf("%s: the ignore rule for %s expired on %s", i.Place, i.ID, i.Expires))
		}
	}
	return finding.Gate{Name: "expired-ignore", Exit: ExitFindings,
		Reason: strings.Join(places, "; ") + " (judged at " + rules.At.UTC().Format(time.RFC3339) + ")"}, len(places) > 0
}

func sample(r *finding.Result, rules Rules) (finding.Gate, bool) {
	return finding.Gate{Name: "sample-database", Exit: ExitIncomplete,
		Reason: "only the embedded sample of advisories was used: what it does not know was not checked"}, r.Database.Sample && !rules.AllowIncomplete
}

// incomplete fires for failed files and missing or uncomparable advisories; with
// FailOnIncomplete for everything that was not checked.
func incomplete(r *finding.Result, rules Rules) (finding.Gate, bool) {
	if rules.AllowIncomplete {
		return finding.Gate{}, false
	}
	var reasons []string
	add := func(n int, one, many string) {
		if n > 0 {
			reasons = append(reasons, count(n, one, many))
		}
	}
	files := StatusCounts(r.Coverage.Files)
	lacking, never := withoutAdvisories(r)
	switch {
	case NothingRead(r) && never > 0:
		reasons = append(reasons, "no advisories are published for anything that was read")
	case NothingRead(r):
		reasons = append(reasons, "no manifest or lockfile was read")
	}
	add(files[inventory.Failed], "file could not be read whole", "files could not be read whole")
	add(lacking, "file of an ecosystem without advisories in the database", "files of ecosystems without advisories in the database")
	add(len(r.Coverage.Uncompared), "component could not be compared", "components could not be compared")
	if rules.FailOnIncomplete {
		add(never, "file of an ecosystem for which no advisories are published", "files of ecosystems for which no advisories are published")
		add(files[inventory.Unsupported], "file of an unsupported format", "files of unsupported formats")
		add(files[inventory.Skipped], "file or folder left out by a rule", "files and folders left out by a rule")
		add(len(r.Coverage.Unpinned), "component without a version", "components without a version")
	}
	return finding.Gate{Name: "incomplete", Exit: ExitIncomplete, Reason: strings.Join(reasons, ", ")}, len(reasons) > 0
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// withoutAdvisories counts the files of ecosystems that the database knows nothing
// of: those of which it should, and those of which nobody publishes advisories.
func withoutAdvisories(r *finding.Result) (lacking, never int) {
	for _, f := range r.Coverage.Files {
		switch {
		case f.Status != inventory.NoAdvisories:
		case purl.Advised(f.Ecosystem):
			lacking++
		default:
			never++
		}
	}
	return lacking, never
}

// NothingRead tells whether there is nothing that a result could speak about: the
// wrong folder, formats that nobody reads or ecosystems that nobody watches must
// not look clean.
func NothingRead(r *finding.Result) bool {
	count := StatusCounts(r.Coverage.Files)
	lacking, _ := withoutAdvisories(r)
	return count[inventory.Read]+count[inventory.Failed]+lacking == 0
}

// StatusCounts counts the ledger's lines by state.
func StatusCounts(files []inventory.FileCoverage) map[inventory.Status]int {
	counts := map[inventory.Status]int{}
	for _, f := range files {
		counts[f.Status]++
	}
	return counts
}

// Complete tells whether everything that was found was checked.
func Complete(r *finding.Result) bool {
	count := StatusCounts(r.Coverage.Files)
	return r.Database.State == finding.DatabaseOK && !r.Database.Sample && !NothingRead(r) &&
		count[inventory.Failed]+count[inventory.NoAdvisories]+count[inventory.Unsupported] == 0 &&
		len(r.Coverage.Unpinned)+len(r.Coverage.Uncompared) == 0
}

// ExitCode is the code of the gate that comes first.
func ExitCode(gates []finding.Gate) int {
	order := []int{ExitInput, ExitFindings, ExitIncomplete}
	if len(gates) == 0 {
		return ExitClean
	}
	return slices.MinFunc(gates, func(a, b finding.Gate) int {
		return cmp.Compare(slices.Index(order, a.Exit), slices.Index(order, b.Exit))
	}).Exit
}

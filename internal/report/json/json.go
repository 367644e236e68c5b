// Package json writes a scan's result as the JSON document assay.scan/v1, which
// docs/scan-json.md explains and its schema (Schema) fixes. Equal results give
// equal bytes.
package json

import (
	_ "embed" // the schema
	"io"
	"strconv"
	"time"

	"github.com/assay-sca/assay/internal/finding"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/policy"
	"github.com/assay-sca/assay/internal/report"
	"github.com/assay-sca/assay/internal/severity"
)

// Schema is the JSON Schema of the document.
//
//go:embed scan.schema.json
var Schema []byte

// SchemaName is the document's version: a reader that knows it may rely on its
// fields; fields may be added under the same name.
const SchemaName = "assay.scan/v1"

type writer struct{}

// New returns the format.
func New() report.Writer { return writer{} }

var _ report.Writer = writer{}

func (writer) Name() string { return "json" }

// Write streams the document: a large result is never in memory as JSON.
func (writer) Write(w io.Writer, r *finding.Result, _ report.Options) error {
	d := document{encoder: encoder{w: w}, r: r}
	d.write()
	return d.end()
}

// document is a result that is being written.
type document struct {
	encoder
	r *finding.Result
}

func (d *document) member(name string, v any) {
	d.key(name)
	d.value(v)
}

// list streams a member that is an array of n elements.
func (d *document) list(name string, n int, element func(i int)) {
	d.key(name)
	d.open('[')
	for i := range n {
		element(i)
	}
	d.close(']')
}

func (d *document) write() {
	r := d.r
	d.open('{')
	d.member("schema", SchemaName)
	d.member("source", sourceOf(r.Source))
	d.member("database", databaseOf(r.Database))
	d.list("units", len(r.Inventory.Units), func(i int) { d.value(unitOf(&r.Inventory.Units[i])) })
	d.components()
	d.edges()
	d.dependencies()
	d.list("findings", len(r.Findings), func(i int) { d.finding(&r.Findings[i]) })
	d.member("coverage", d.coverage())
	d.member("gates", gatesOf(r.Gates))
	d.member("notices", r.Notices)
	d.member("summary", summaryOf(r))
	d.close('}')
}

// id is a component's name within one document.
func id(component int) string { return "c" + strconv.Itoa(component+1) }

type sourceJSON struct {
	Kind   string `json:"kind"`
	Name   string `json:"name"`
	Ref    string `json:"ref,omitzero"`
	Commit string `json:"commit,omitzero"`
}

func sourceOf(s finding.Source) sourceJSON { return sourceJSON(s) }

type databaseJSON struct {
	State   finding.DatabaseState `json:"state"`
	Reason  string                `json:"reason,omitzero"`
	Release string                `json:"release"`
	Digest  string                `json:"digest"`
	Schema  string                `json:"schema"`
	Built   string                `json:"built"`
	Sample  bool                  `json:"sample"`
}

func databaseOf(b finding.Database) databaseJSON {
	out := databaseJSON{State: b.State, Reason: b.Reason, Release: b.Release, Digest: b.Digest, Schema: b.Schema, Sample: b.Sample}
	if !b.Built.IsZero() {
		out.Built = b.Built.UTC().Format(time.RFC3339)
	}
	return out
}

type unitJSON struct {
	ID        string      `json:"id"`
	Kind      string      `json:"kind"`
	Path      string      `json:"path"`
	Manifests []string    `json:"manifests"`
	Drift     []driftJSON `json:"drift"`
}

type driftJSON struct {
	Name     string   `json:"name"`
	Declared string   `json:"declared"`
	Path     string   `json:"path"`
	Line     int      `json:"line"`
	Locked   []string `json:"locked"`
}

func unitOf(u *inventory.Unit) unitJSON {
	out := unitJSON{ID: u.ID, Kind: u.Kind, Path: u.Path, Manifests: u.Manifests}
	for _, d := range u.Drift {
		out.Drift = append(out.Drift, driftJSON(d))
	}
	return out
}

// components lists each with its occurrences, which units hold the other way
// round.
func (d *document) components() {
	inv := &d.r.Inventory
	type place struct{ unit, occurrence int }
	counts := make([]int, len(inv.Components)+1)
	for u := range inv.Units {
		for o := range inv.Units[u].Occurrences {
			counts[inv.Units[u].Occurrences[o].Component+1]++
		}
	}
	for i := 1; i < len(counts); i++ {
		counts[i] += counts[i-1]
	}
	places := make([]place, counts[len(counts)-1])
	next := append([]int(nil), counts...)
	for u := range inv.Units {
		for o := range inv.Units[u].Occurrences {
			c := inv.Units[u].Occurrences[o].Component
			places[next[c]] = place{u, o}
			next[c]++
		}
	}
	d.list("components", len(inv.Components), func(i int) {
		d.component(i)
		for _, p := range places[counts[i]:counts[i+1]] {
			d.occurrence(&inv.Units[p.unit], p.occurrence, inv.Components[i].Name)
		}
		d.close(']')
		d.close('}')
	})
}

// component writes a component as far as its occurrences.
func (d *document) component(i int) {
	c := &d.r.Inventory.Components[i]
	d.open('{')
	d.key("id")
	d.id(i)
	d.key("purl")
	d.text(c.PURL)
	d.key("ecosystem")
	d.text(c.Ecosystem)
	d.key("name")
	d.text(c.Name)
	d.key("version")
	d.text(c.Version)
	if c.Origin.Kind != inventory.OriginRegistry {
		d.member("origin", originJSON{Kind: c.Origin.Kind, Ref: c.Origin.Ref})
	}
	d.key("direct")
	d.truth(c.Direct)
	d.key("scope")
	d.text(string(c.Scope))
	d.key("licences")
	d.texts(c.Licences)
	d.key("occurrences")
	d.open('[')
}

type originJSON struct {
	Kind inventory.OriginKind `json:"kind"`
	Ref  string               `json:"ref"`
}

// occurrence writes the name as written only where it differs from the
// component's.
func (d *document) occurrence(u *inventory.Unit, n int, name string) {
	o := &u.Occurrences[n]
	d.open('{')
	d.key("unit")
	d.text(u.ID)
	if o.Written != name && o.Written != "" {
		d.key("written")
		d.text(o.Written)
	}
	d.key("path")
	d.text(o.Path)
	d.key("line")
	d.number(o.Line)
	d.key("direct")
	d.truth(o.Direct)
	d.key("scope")
	d.text(string(o.Scope))
	d.key("declared")
	d.texts(o.Declared)
	if len(o.Integrity) > 0 {
		d.key("integrity")
		d.texts(o.Integrity)
	}
	d.close('}')
}

// edges are written once for each pair of components of a unit, however many
// occurrences they join.
func (d *document) edges() {
	d.key("edges")
	d.open('[')
	for u := range d.r.Inventory.Units {
		unit := &d.r.Inventory.Units[u]
		for _, e := range componentEdges(unit) {
			d.open('{')
			d.key("unit")
			d.text(unit.ID)
			d.key("from")
			d.id(e.From)
			d.key("to")
			d.id(e.To)
			d.close('}')
		}
	}
	d.close(']')
}

func (d *document) finding(f *finding.Finding) {
	c := &d.r.Inventory.Components[f.Component]
	d.open('{')
	d.key("component")
	d.id(f.Component)
	d.key("purl")
	d.text(c.PURL)
	d.key("ecosystem")
	d.text(c.Ecosystem)
	d.key("name")
	d.text(c.Name)
	d.key("version")
	d.text(c.Version)
	d.vulnerability(&f.Vulnerability)
	d.list("advisories", len(f.Advisories), func(i int) { d.advisory(&f.Advisories[i]) })
	d.key("fixed_in")
	d.texts(f.FixedIn)
	d.list("path", len(f.Path), func(i int) { d.text(d.r.Inventory.Components[f.Path[i]].PURL) })
	d.evidence(f.Evidence)
	if f.Confidence != "" {
		d.member("confidence", f.Confidence)
	}
	if len(f.Dissent) > 0 {
		d.list("dissent", len(f.Dissent), func(i int) { d.advisory(&f.Dissent[i]) })
	}
	if f.Ignored != nil {
		d.member("ignored", ignoredJSON(*f.Ignored))
	}
	d.close('}')
}

func (d *document) vulnerability(v *finding.Vulnerability) {
	d.key("vulnerability")
	d.open('{')
	d.key("id")
	d.text(v.ID)
	d.key("aliases")
	d.texts(v.Aliases)
	d.key("severity")
	d.text(v.Severity.String())
	d.list("cvss", len(v.CVSS), func(i int) { d.value(cvssJSON{Type: v.CVSS[i].Type, Vector: v.CVSS[i].Vector, Score: v.CVSS[i].Score}) })
	d.key("summary")
	d.text(v.Summary)
	d.key("known_exploited")
	d.truth(v.Exploited)
	if v.EPSS > 0 {
		d.member("epss", v.EPSS)
	}
	d.close('}')
}

type cvssJSON struct {
	Type   string  `json:"type"`
	Vector string  `json:"vector"`
	Score  float64 `json:"score"`
}

func (d *document) advisory(a *finding.Advisory) {
	d.open('{')
	d.key("id")
	d.text(a.ID)
	d.key("provider")
	d.text(a.Provider)
	d.key("range")
	d.text(a.Range)
	d.close('}')
}

// evidence is of one version, whatever the number of advisories.
func (d *document) evidence(list []finding.Evidence) {
	var last finding.Evidence
	if len(list) > 0 {
		last = list[len(list)-1]
	}
	d.key("evidence")
	d.open('{')
	d.key("version")
	d.text(last.Version)
	d.key("scheme")
	d.text(last.Scheme)
	d.list("matched", len(list), func(i int) {
		d.open('{')
		d.key("advisory")
		d.text(list[i].Advisory)
		d.key("interval")
		d.text(list[i].Interval)
		d.close('}')
	})
	d.close('}')
}

type ignoredJSON struct {
	Rule   string `json:"rule"`
	Reason string `json:"reason"`
	Until  string `json:"until,omitzero"`
}

type coverageJSON struct {
	Files      []fileJSON       `json:"files"`
	Ecosystems []ecosystemJSON  `json:"ecosystems"`
	Unpinned   []string         `json:"unpinned"`
	Uncompared []uncomparedJSON `json:"uncompared"`
	Complete   bool             `json:"complete"`
}

type fileJSON struct {
	Path   string           `json:"path"`
	Kind   string           `json:"kind"`
	Status inventory.Status `json:"status"`
	Reason string           `json:"reason"`
	Line   int              `json:"line,omitzero"`
}

type ecosystemJSON struct {
	Name       string `json:"name"`
	Components int    `json:"components"`
	Advisories int    `json:"advisories"`
	Status     string `json:"status"`
}

type uncomparedJSON struct {
	Component  string   `json:"component"`
	Advisories []string `json:"advisories"`
	Reason     string   `json:"reason"`
}

func (d *document) coverage() coverageJSON {
	c := &d.r.Coverage
	out := coverageJSON{Complete: policy.Complete(d.r)}
	for _, f := range c.Files {
		out.Files = append(out.Files, fileJSON{Path: f.Path, Kind: f.Kind, Status: f.Status, Reason: f.Reason, Line: f.Line})
	}
	for _, e := range c.Ecosystems {
		status := "covered"
		if e.Advisories == 0 {
			status = string(inventory.NoAdvisories)
		}
		out.Ecosystems = append(out.Ecosystems, ecosystemJSON{Name: e.Name, Components: e.Components, Advisories: e.Advisories, Status: status})
	}
	for _, n := range c.Unpinned {
		out.Unpinned = append(out.Unpinned, id(n))
	}
	for _, u := range c.Uncompared {
		out.Uncompared = append(out.Uncompared, uncomparedJSON{Component: id(u.Component), Advisories: u.Advisories, Reason: u.Reason})
	}
	return out
}

type gateJSON struct {
	Name   string `json:"name"`
	Exit   int    `json:"exit"`
	Reason string `json:"reason"`
}

func gatesOf(gates []finding.Gate) []gateJSON {
	out := make([]gateJSON, len(gates))
	for i, g := range gates {
		out[i] = gateJSON(g)
	}
	return out
}

type summaryJSON struct {
	Components int          `json:"components"`
	Direct     int          `json:"direct"`
	Vulnerable int          `json:"vulnerable_components"`
	Findings   int          `json:"findings"`
	Ignored    int          `json:"ignored"`
	Severities severityJSON `json:"severities"`
	Unpinned   int          `json:"unpinned"`
	Uncompared int          `json:"uncompared"`
	Files      fileCounts   `json:"files"`
	Exit       int          `json:"exit"`
}

type severityJSON struct {
	Critical int `json:"critical"`
	High     int `json:"high"`
	Medium   int `json:"medium"`
	Low      int `json:"low"`
	None     int `json:"none"`
	Unknown  int `json:"unknown"`
}

type fileCounts struct {
	Read         int `json:"read"`
	Failed       int `json:"failed"`
	Unsupported  int `json:"unsupported"`
	NoAdvisories int `json:"no-advisories"`
	Skipped      int `json:"skipped-by-rule"`
}

func summaryOf(r *finding.Result) summaryJSON {
	t := r.Totals()
	count := policy.StatusCounts(r.Coverage.Files)
	return summaryJSON{
		Components: len(r.Inventory.Components), Direct: t.Direct, Vulnerable: t.Vulnerable, Findings: t.Findings, Ignored: t.Ignored,
		Severities: severityJSON{t.Severities[severity.Critical], t.Severities[severity.High], t.Severities[severity.Medium],
			t.Severities[severity.Low], t.Severities[severity.None], t.Severities[severity.Unknown]},
		Unpinned: len(r.Coverage.Unpinned), Uncompared: len(r.Coverage.Uncompared),
		Files: fileCounts{count[inventory.Read], count[inventory.Failed], count[inventory.Unsupported],
			count[inventory.NoAdvisories], count[inventory.Skipped]},
		Exit: policy.ExitCode(r.Gates),
	}
}

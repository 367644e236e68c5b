package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/finding"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/match"
	"github.com/assay-sca/assay/internal/vulndb"
)

// What becomes of a component between two databases.
const (
	touchAffected  = "affected"  // it is newly affected
	touchCleared   = "cleared"   // it is no longer affected
	touchSeverity  = "severity"  // the vulnerability has another severity
	touchFix       = "fix"       // other versions fix it
	touchExploited = "exploited" // it is now known to be exploited, or no longer
	touchUndecided = "undecided" // its version newly cannot be compared with some records
	touchedSchema  = "assay.db-touched/v1"
	maxInventory   = 1 << 30       // bytes of a document
	scanSchema     = "assay.scan/" // any version: what is read here is in all
)

// touched is one line of what touches an inventory.
type touched struct {
	Kind          string   `json:"kind"`
	PURL          string   `json:"purl"`
	Ecosystem     string   `json:"ecosystem"`
	Name          string   `json:"name"`
	Version       string   `json:"version"`
	Direct        bool     `json:"direct"`
	Vulnerability string   `json:"vulnerability,omitempty"`
	Aliases       []string `json:"aliases"`
	Advisories    []string `json:"advisories"`
	Old           *touch   `json:"old,omitempty"`
	New           *touch   `json:"new,omitempty"`
	Reason        string   `json:"reason,omitempty"` // of undecided
}

// touch is how a vulnerability stands in one database.
type touch struct {
	Severity  string   `json:"severity"`
	FixedIn   []string `json:"fixed_in"`
	Exploited bool     `json:"exploited"`
}

type touchesJSON struct {
	Schema     string         `json:"schema"`
	Old        releaseJSON    `json:"old"`
	New        releaseJSON    `json:"new"`
	Components int            `json:"components"`
	Touched    []touched      `json:"touched"`
	Summary    map[string]int `json:"summary"` // by kind
}

func (a *app) diffInventory(ctx context.Context, old, current *vulndb.DB, want diffed, f format) error {
	inv, err := readInventory(want.inventory)
	if err != nil {
		return err
	}
	before, err := match.Run(ctx, old, &inv)
	if err != nil {
		return err
	}
	now, err := match.Run(ctx, current, &inv)
	if err != nil {
		return err
	}
	doc := touchesJSON{Schema: touchedSchema, Old: releaseOf(old.Metadata()), New: releaseOf(current.Metadata()), Components: len(inv.Components),
		Touched: touches(&inv, &before, &now), Summary: map[string]int{}}
	for _, t := range doc.Touched {
		doc.Summary[t.Kind]++
	}
	if err := a.show(f, doc, func(w io.Writer) error { return printTouches(w, &doc, want.summary) }); err != nil {
		return err
	}
	if len(doc.Touched) > 0 {
		return exitError(1)
	}
	return nil
}

// readInventory takes the components of a scan's document; the rest of it is of
// another day.
func readInventory(file string) (inventory.Inventory, error) {
	f, err := os.Open(file)
	if err != nil {
		return inventory.Inventory{}, errs.E(errs.NotFound, "--inventory: %w", err)
	}
	defer f.Close() //nolint:errcheck // only read
	var doc struct {
		Schema     string `json:"schema"`
		Components []struct {
			Ecosystem string `json:"ecosystem"`
			Name      string `json:"name"`
			Version   string `json:"version"`
			Direct    bool   `json:"direct"`
			Origin    struct {
				Kind inventory.OriginKind `json:"kind"`
				Ref  string               `json:"ref"`
			} `json:"origin"`
		} `json:"components"`
	}
	if err := json.NewDecoder(io.LimitReader(f, maxInventory)).Decode(&doc); err != nil {
		return inventory.Inventory{}, errs.E(errs.Invalid, "--inventory: %s is no document of `assay scan -o json`: %s", file, oneLine(err))
	}
	if !strings.HasPrefix(doc.Schema, scanSchema) {
		return inventory.Inventory{}, errs.E(errs.Invalid, "--inventory: %s is no document of `assay scan -o json`", file)
	}
	b := inventory.NewBuilder()
	u := b.Unit("scan", file)
	for _, c := range doc.Components {
		b.Add(u, inventory.Found{Ecosystem: c.Ecosystem, Name: c.Name, Version: c.Version, Direct: c.Direct, Origin: inventory.Origin{Kind: c.Origin.Kind, Ref: c.Origin.Ref}})
	}
	return b.Inventory(), nil
}

// touches compares what matched, component by component.
func touches(inv *inventory.Inventory, before, now *match.Result) []touched {
	old, current := byComponent(before.Findings), byComponent(now.Findings)
	out := []touched{}
	for i := range inv.Components {
		out = append(out, componentTouches(&inv.Components[i], old[i], current[i])...)
	}
	out = append(out, undecided(inv, before.Uncompared, now.Uncompared)...)
	slices.SortStableFunc(out, func(a, b touched) int {
		return cmp.Or(cmp.Compare(a.Ecosystem, b.Ecosystem), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Version, b.Version), cmp.Compare(a.PURL, b.PURL))
	})
	return out
}

// byComponent leaves out what an authority denies: that is no effect.
func byComponent(findings []finding.Finding) map[int][]*finding.Finding {
	out := map[int][]*finding.Finding{}
	for i := range findings {
		if f := &findings[i]; f.Ignored == nil {
			out[f.Component] = append(out[f.Component], f)
		}
	}
	return out
}

func componentTouches(c *inventory.Component, old, current []*finding.Finding) []touched {
	var out []touched
	for _, f := range current {
		was := same(f, old)
		if was == nil {
			t := touchedBy(touchAffected, c, f)
			t.New = touchOf(f)
			out = append(out, t)
			continue
		}
		for _, kind := range changedTouch(touchOf(was), touchOf(f)) {
			t := touchedBy(kind, c, f)
			t.Old, t.New = touchOf(was), touchOf(f)
			out = append(out, t)
		}
	}
	for _, f := range old {
		if same(f, current) == nil {
			t := touchedBy(touchCleared, c, f)
			t.Old = touchOf(f)
			out = append(out, t)
		}
	}
	return out
}

func changedTouch(old, current *touch) []string {
	var kinds []string
	if old.Severity != current.Severity {
		kinds = append(kinds, touchSeverity)
	}
	if !slices.Equal(old.FixedIn, current.FixedIn) {
		kinds = append(kinds, touchFix)
	}
	if old.Exploited != current.Exploited {
		kinds = append(kinds, touchExploited)
	}
	return kinds
}

// same finds the vulnerability among those of the other database. It may have
// another name there: records are joined by the aliases that they have by then.
func same(f *finding.Finding, others []*finding.Finding) *finding.Finding {
	for _, o := range others {
		if o.Vulnerability.ID == f.Vulnerability.ID {
			return o
		}
	}
	for _, o := range others {
		if slices.ContainsFunc(namesOf(o), func(name string) bool { return slices.Contains(namesOf(f), name) }) {
			return o
		}
	}
	return nil
}

func namesOf(f *finding.Finding) []string {
	return append([]string{f.Vulnerability.ID}, f.Vulnerability.Aliases...)
}

func touchedBy(kind string, c *inventory.Component, f *finding.Finding) touched {
	t := ofComponent(kind, c)
	t.Vulnerability, t.Aliases = f.Vulnerability.ID, orEmpty(f.Vulnerability.Aliases)
	for _, x := range f.Advisories {
		t.Advisories = append(t.Advisories, x.ID)
	}
	return t
}

func ofComponent(kind string, c *inventory.Component) touched {
	return touched{Kind: kind, PURL: c.PURL, Ecosystem: c.Ecosystem, Name: c.Name, Version: c.Version, Direct: c.Direct, Aliases: []string{}, Advisories: []string{}}
}

func touchOf(f *finding.Finding) *touch {
	return &touch{Severity: f.Vulnerability.Severity.String(), FixedIn: orEmpty(f.FixedIn), Exploited: f.Vulnerability.Exploited}
}

// undecided are the components that newly cannot be compared with some records.
func undecided(inv *inventory.Inventory, old, current []finding.Uncompared) []touched {
	known := map[string]bool{}
	key := func(component int, id string) string { return fmt.Sprintf("%d %s", component, id) }
	for _, u := range old {
		for _, id := range u.Advisories {
			known[key(u.Component, id)] = true
		}
	}
	var out []touched
	for _, u := range current {
		t := ofComponent(touchUndecided, &inv.Components[u.Component])
		t.Reason = u.Reason
		for _, id := range u.Advisories {
			if !known[key(u.Component, id)] {
				t.Advisories = append(t.Advisories, id)
			}
		}
		if len(t.Advisories) > 0 {
			out = append(out, t)
		}
	}
	return out
}

func printTouches(out io.Writer, doc *touchesJSON, summary bool) error {
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	if !summary && len(doc.Touched) > 0 {
		fmt.Fprintln(w, "CHANGE\tCOMPONENT\tVERSION\tVULNERABILITY\tSEVERITY\tFIXED IN")
		for i := range doc.Touched {
			t := &doc.Touched[i]
			name, severity, fix := t.Vulnerability, between(t, func(x *touch) string { return x.Severity }), between(t, func(x *touch) string { return strings.Join(x.FixedIn, ", ") })
			if t.Kind == touchUndecided {
				name, severity = strings.Join(t.Advisories, ", "), "not compared"
			}
			if t.Kind == touchExploited {
				severity += between(t, func(x *touch) string { return map[bool]string{true: " (exploited)"}[x.Exploited] })
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", t.Kind, t.Name, t.Version, brief(name), severity, brief(fix))
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if len(doc.Touched) == 0 {
		_, err := fmt.Fprintf(out, "from %s to %s nothing touches the %d components\n", doc.Old.Release, doc.New.Release, doc.Components)
		return err
	}
	var counts []string
	for _, kind := range []string{touchAffected, touchCleared, touchSeverity, touchFix, touchExploited, touchUndecided} {
		if n := doc.Summary[kind]; n > 0 {
			counts = append(counts, fmt.Sprintf("%s %d", kind, n))
		}
	}
	_, err := fmt.Fprintf(out, "from %s to %s, of %d components: %s\n", doc.Old.Release, doc.New.Release, doc.Components, strings.Join(counts, ", "))
	return err
}

// between writes what is on one side, or both where they differ.
func between(t *touched, of func(*touch) string) string {
	switch {
	case t.Old == nil && t.New == nil:
		return ""
	case t.Old == nil:
		return of(t.New)
	case t.New == nil || of(t.Old) == of(t.New):
		return of(t.Old)
	}
	return cmp.Or(of(t.Old), "-") + " -> " + cmp.Or(of(t.New), "-")
}

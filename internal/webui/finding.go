package webui

import (
	"fmt"
	"slices"
	"strings"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/finding"
	"github.com/assay-sca/assay/internal/store"
)

// findingPage is one finding: what, why, where, how to get rid of it, what
// happened to it.
type findingPage struct {
	Frame       frame
	F           *app.FindingView
	Level       string
	CVSS        []string
	Because     []string // why it is reported, in sentences
	Range       drawn
	Way         []wayStep
	Remedy      []string
	Occurrences []app.Occurrence
	Dissent     []string
	Aliases     []string // that no record is listed by
	History     []app.HistoryEntry
	Exposed     []fact
	Triage      triage
	Others      []store.Place
	State       badge
	Until       string
}

// wayStep is a component on the path from a direct dependency.
type wayStep struct {
	Name, Version, Href string
	Last                bool
}

func (u *ui) finding(r *request) (reply, error) {
	project, id := r.PathValue("project"), number64(r.PathValue("finding"))
	view, err := u.app.Finding(r.Context(), r.actor, project, id)
	if err != nil {
		return nil, err
	}
	if view.Redirected {
		return goSaying(findingPath(project, view.ID), "This finding was merged into the older one that you see"), nil
	}
	return show("finding", r.findingPage(view, r.form(findingPath(project, id)))), nil
}

func (r *request) findingPage(v app.FindingView, f form) findingPage {
	p := findingPage{
		Frame: r.frame(v.Vulnerability()), F: &v, Level: v.Severity.String(), Because: reasonsOf(&v), Remedy: remedyOf(&v),
		Occurrences: v.Occurrences, History: v.History, Others: v.Siblings, State: stateBadge(v.State, v.Counts),
	}
	p.Frame.Crumbs = []link{{"Projects", "/projects"}, {v.Project.Name, projectPath(v.Project.ID)}, {"Findings", projectPath(v.Project.ID) + "/findings"}}
	p.Frame.Lead = v.Summary
	p.Frame.Badge = p.State
	if v.State == store.Accepted {
		p.Until = day(v.Until)
	}
	for _, c := range v.Detail.CVSS {
		p.CVSS = append(p.CVSS, fmt.Sprintf("%.1f %s", c.Score, c.Vector))
	}
	for _, alias := range append([]string{v.Vulnerability()}, v.Detail.Aliases...) {
		if !slices.ContainsFunc(v.Detail.Advisories, func(a store.FindingAdvisory) bool { return a.ID == alias }) {
			p.Aliases = append(p.Aliases, alias)
		}
	}
	for i, c := range v.Path {
		p.Way = append(p.Way, wayStep{c.Name, c.Version, fmt.Sprintf("/components/%d", c.ID), i == len(v.Path)-1})
	}
	for _, d := range v.Detail.Dissent {
		p.Dissent = append(p.Dissent, fmt.Sprintf("%s (%s) says that %s is not affected.", d.ID, d.Provider, v.Component.Version))
	}
	p.Range = rangeOf(&v)
	p.Exposed = exposureFacts(v.Exposure)
	if f.Value("state") == "" && v.State != store.Open {
		f.with("state", string(store.Open))
	}
	p.Triage = r.triage(f.of(v.Revision), listing{values: map[string][]string{}})
	return p
}

// rangeOf is the picture of what the advisories state and which version is used.
func rangeOf(v *app.FindingView) drawn {
	in := rangeInput{Version: v.Component.Version}
	for _, e := range v.Detail.Evidence {
		in.Scheme = e.Scheme
	}
	for _, a := range v.Detail.Advisories {
		in.Advisories = append(in.Advisories, affected{Name: a.ID, Href: vulnerabilityPath(a.ID), Ranges: a.Range})
	}
	return rangePicture("range", in)
}

// reasonsOf says why a finding is reported, a sentence for each matched range.
func reasonsOf(v *app.FindingView) []string {
	var out []string
	seen := map[string]bool{}
	for _, e := range v.Detail.Evidence {
		if sentence := evidenceSentence(v.Component.Name, e); !seen[e.Interval] {
			seen[e.Interval] = true
			out = append(out, sentence)
		}
	}
	if v.Detail.Confidence == finding.Low {
		out = append(out, "Only the name of the product is the same, so this may be about something else.")
	}
	return out
}

// evidenceSentence says which range covers the version, and by which order.
func evidenceSentence(name string, e finding.Evidence) string {
	words := rangeWords(e.Interval, parseStretches(e.Interval))
	how := ""
	if e.Scheme != "" {
		how = ", in the order of " + e.Scheme + " versions"
	}
	return fmt.Sprintf("You use %s %s. %s says that %s are affected%s.", name, e.Version, e.Advisory, versionsWords(words), how)
}

func versionsWords(words string) string {
	switch {
	case words == "all versions":
		return words
	case strings.HasPrefix(words, "exactly "):
		return "the version " + strings.TrimPrefix(words, "exactly ") + " and what else it lists"
	}
	return "versions " + words
}

// remedyOf says how to get rid of it.
func remedyOf(v *app.FindingView) []string {
	name := v.Component.Name
	if v.FixedIn == "" {
		return []string{
			"No version is known to be free of it.",
			"Replace " + name + ", or do without what it is used for; or decide here that you are not affected, or accept the risk until a day.",
		}
	}
	out := []string{fmt.Sprintf("Fixed in %s; you use %s.", v.FixedIn, v.Component.Version)}
	if v.Direct {
		return append(out, fmt.Sprintf("Ask for %s or later where %s is declared, then renew the lockfile.", v.FixedIn, name))
	}
	if len(v.Path) > 1 {
		first := v.Path[0]
		out = append(out, fmt.Sprintf("It comes through %s %s. Update that to a version which asks for %s %s or later.", first.Name, first.Version, name, v.FixedIn))
	}
	return append(out, fmt.Sprintf("If there is none, fix the version of %s in the lockfile by your package manager's means (overrides, resolutions, constraints).", name))
}

// exposureFacts say since when the project was exposed, and could have known.
func exposureFacts(e app.Exposure) []fact {
	var facts []fact
	add := func(label string, t string) {
		if t != "" {
			facts = append(facts, fact{Label: label, Text: t})
		}
	}
	add("Used since", day(e.Used))
	add("Knowable since", day(e.Knowable))
	add("Known here since", day(e.Known))
	add("Exposed since", day(e.Since))
	add("Exposed until", day(e.Until))
	return facts
}

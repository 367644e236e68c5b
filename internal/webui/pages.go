package webui

import (
	"html/template"
	"net/url"
	"strconv"
	"time"

	"github.com/assay-sca/assay/internal/severity"
	"github.com/assay-sca/assay/internal/store"
)

// pages lists the routes of what was found and of what is administered.
func (u *ui) pages() []route {
	return []route{
		{"GET /projects/{project}/findings", u.findings, signedIn},
		{"POST /projects/{project}/findings", u.decideMany, signedIn},
		{"GET /projects/{project}/findings/{finding}", u.finding, signedIn},
		{"POST /projects/{project}/findings/{finding}", u.decideOne, signedIn},
		{"GET /projects/{project}/dependencies", u.dependencies, signedIn},
		{"GET /projects/{project}/graph", u.graph, signedIn},
		{"GET /components/{component}", u.component, signedIn},

		{"GET /scans/{scan}", u.scan, signedIn},
		{"GET /scans/{scan}/events", u.scanEvents, signedIn},
		{"GET /scans/{scan}/analyzers/{analyzer}", u.analysis, signedIn},
		{"POST /scans/{scan}/cancel", u.cancelScan, signedIn},
		{"POST /scans/{scan}/retry", u.retryScan, signedIn},

		{"GET /vulnerabilities", u.vulnerabilities, signedIn},
		{"GET /vulnerabilities/{id}", u.vulnerability, signedIn},
		{"GET /activity", u.activity, signedIn},

		{"GET /database", u.database, signedIn},
		{"POST /database", u.loadRelease, uploading},
		{"POST /database/rescan", u.rescanOutdated, signedIn},
		{"GET /users", u.users, signedIn},
		{"POST /users", u.inviteUser, signedIn},
		{"POST /users/withdraw", u.withdrawInvitation, signedIn},
		{"GET /users/{user}", u.user, signedIn},
		{"POST /users/{user}", u.changeUser, signedIn},
		{"GET /groups", u.groups, signedIn},
		{"POST /groups", u.createGroup, signedIn},
		{"GET /groups/{group}", u.group, signedIn},
		{"POST /groups/{group}", u.changeGroup, signedIn},
		{"GET /tokens", u.tokens, signedIn},
		{"POST /tokens", u.createToken, signedIn},
		{"POST /tokens/{token}/revoke", u.revokeToken, signedIn},
		{"GET /audit", u.audit, signedIn},
		{"POST /audit/verify", u.verifyAudit, signedIn},
	}
}

// pageFunctions are functions of these pages' templates.
func pageFunctions() template.FuncMap {
	return template.FuncMap{
		"vulnerability": vulnerabilityPath,
		"likely":        likely,
		"day":           day,
		"bytes":         size,
		"state":         stateBadge,
		"trigger":       triggerWord,
		"clock":         func(t time.Time) string { return t.UTC().Format("15:04:05.000") },
		"scantally":     scanTally,
		"whole":         func(n int) string { return number(int64(n)) },
		"some":          func(n int, noun string) string { return count(int64(n), noun) },
	}
}

func vulnerabilityPath(id string) string { return "/vulnerabilities/" + url.PathEscape(id) }

func projectPath(id string) string { return "/projects/" + url.PathEscape(id) }

func findingPath(project string, id int64) string {
	return projectPath(project) + "/findings/" + strconv.FormatInt(id, 10)
}

// stateBadge is what was decided of a finding; one that is open and does not
// count is gone.
func stateBadge(state store.State, counts bool) badge {
	switch state {
	case store.Accepted:
		return badge{"risk accepted", "warn", ""}
	case store.NotAffected:
		return badge{"not affected", "neutral", ""}
	case store.Fixed:
		return badge{"fixed", "good", "Somebody says so; a scan that finds it again reopens it"}
	}
	if !counts {
		return badge{"gone", "neutral", "The last scan did not find it any more"}
	}
	return badge{"open", "accent", ""}
}

// scanTally is what a scan found open; no findings mean none only if it saw
// everything.
func scanTally(s store.Scan) tally {
	return tallyOf(severitiesIn(countsOfScan(s)), !s.Incomplete, nil)
}

// likely writes a probability: 12 %, below 1 %.
func likely(p float64) string {
	switch {
	case p <= 0:
		return "–"
	case p < 0.01:
		return "< 1 %"
	}
	return strconv.Itoa(int(p*100+0.5)) + " %"
}

// day is a date in UTC; empty for none.
func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.DateOnly)
}

// size is a number of bytes in its largest unit.
func size(n int64) string {
	switch {
	case n < 1000:
		return strconv.FormatInt(n, 10) + " B"
	case n < 1_000_000:
		return strconv.FormatInt(n/1000, 10) + " kB"
	case n < 1_000_000_000:
		return strconv.FormatFloat(float64(n)/1e6, 'f', 1, 64) + " MB"
	}
	return strconv.FormatFloat(float64(n)/1e9, 'f', 1, 64) + " GB"
}

// severitiesOf are the levels of a filter's words; other words are left out.
func severitiesOf(words []string) []severity.Level {
	var out []severity.Level
	for _, word := range words {
		if word == severity.Unknown.String() {
			out = append(out, severity.Unknown)
		} else if l, ok := severity.ParseLevel(word); ok {
			out = append(out, l)
		}
	}
	return out
}

// severityChips are a filter of severities.
func severityChips(l listing) []chip {
	chips := make([]chip, 0, len(levels()))
	for _, level := range levels() {
		chips = append(chips, l.LevelChip("severity", level))
	}
	return chips
}

// organisationOf is the organisation that a list is of, with chips to choose
// another if there are several.
func (r *request) organisationOf(l listing) (string, []chip, error) {
	all, err := r.ui.app.Organisations(r.Context(), r.actor)
	if err != nil || len(all) == 0 {
		return "", nil, err
	}
	chosen := l.Get("organisation")
	if chosen == "" {
		chosen = all[0].Organisation.ID
	}
	if len(all) == 1 {
		return chosen, nil, nil
	}
	chips := make([]chip, 0, len(all))
	for _, m := range all {
		chips = append(chips, chip{
			Label: m.Organisation.Name, Href: l.Set("organisation", m.Organisation.ID), On: m.Organisation.ID == chosen, Count: -1,
		})
	}
	return chosen, chips, nil
}

// number64 is a number in an address; 0 if it is none.
func number64(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// dayOf reads a date of a form as the end of that day; zero if it is none.
func dayOf(text string) time.Time {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return time.Time{}
	}
	return t.Add(24*time.Hour - time.Millisecond)
}

package webui

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/audit"
	"github.com/assay-sca/assay/internal/finding"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/severity"
	"github.com/assay-sca/assay/internal/store"
	"github.com/assay-sca/assay/internal/vulndb"
)

// TestGalleryOfFindings is TestGallery for what was found and what is administered.
func TestGalleryOfFindings(t *testing.T) {
	t.Parallel()
	u := galleryUI(t)
	folder := os.Getenv("ASSAY_GALLERY")
	for name, page := range foundPages() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body := u.galleryPage(t, page)
			checkPage(t, body)
			if folder != "" {
				save(t, filepath.Join(folder, name+".html"), []byte(body))
			}
		})
	}
}

func foundPages() map[string]shown {
	pages := map[string]shown{}
	for _, more := range []map[string]shown{findingPages(), scanPages(), portfolioPages(), adminPages()} {
		for name, page := range more {
			pages[name] = page
		}
	}
	return pages
}

func before(d time.Duration) time.Time { return galleryNow.Add(-d) }

const galleryDay = 24 * time.Hour

func galleryFinding(n int) store.Finding {
	type seed struct {
		id, name, version, fixed, summary string
		level                             severity.Level
		score, epss                       float64
		exploited, direct                 bool
	}
	seeds := []seed{
		{"CVE-2021-44906", "minimist", "1.2.5", "1.2.6", "Prototype pollution in the parsing of arguments", severity.Critical, 9.8, 0.012, false, false},
		{"CVE-2021-23337", "lodash", "4.17.20", "4.17.21", "Command injection through template functions", severity.High, 7.2, 0.0071, false, true},
		{"CVE-2022-24999", "qs", "6.7.0", "6.7.3", "A crafted query string hangs the process", severity.High, 7.5, 0.021, true, false},
		{"GHSA-c2qf-rxjj-qqgw", "semver", "5.7.1", "5.7.2", "Ranges from strangers take quadratic time", severity.Medium, 5.3, 0.0009, false, false},
		{"CVE-2024-28849", "follow-redirects", "1.14.0", "", "A redirect to another host keeps the credentials of the proxy", severity.Medium, 6.5, 0, false, true},
		{"CVE-2020-15366", "ajv", "6.12.0", "6.12.3", "A crafted schema changes the prototype", severity.Low, 3.1, 0.004, false, false},
		{"GHSA-xxxx-yyyy-zzzz", "@scope/a-package-with-quite-a-long-name-for-a-table", "0.0.0-20240311123456-abcdef012345", "1.0.0", "What it is was never rated by anybody", severity.Unknown, 0, 0, false, false},
	}
	s := seeds[n%len(seeds)]
	f := store.Finding{
		ID: int64(100 + n), ProjectID: "p1", VersionID: 1, Severity: s.level, Score: s.score, Summary: s.summary, FixedIn: s.fixed,
		Component: store.Component{ID: int64(n + 1), PURL: "pkg:npm/" + s.name + "@" + s.version, Ecosystem: "npm", Name: s.name, Version: s.version},
		Exploited: s.exploited, EPSS: s.epss, Direct: s.direct, Scope: inventory.ScopeRuntime, FirstSeen: before(time.Duration(n*n+1) * galleryDay),
		State: store.Open, Counts: true, Revision: 3, Detail: store.ComponentFinding{Vulnerability: s.id},
	}
	if n%7 == 5 {
		f.State, f.Counts, f.Until, f.Scope = store.Accepted, false, galleryNow.AddDate(0, 2, 0), inventory.ScopeDev
	}
	return f
}

func galleryFindings(n int) app.FindingList {
	list := app.FindingList{Total: 37, MayDecide: true}
	for i := range n {
		list.Items = append(list.Items, galleryFinding(i))
	}
	list.Next = "abc"
	return list
}

func galleryFindingView() app.FindingView {
	f := galleryFinding(1)
	f.Direct = false
	f.Detail = store.ComponentFinding{
		Vulnerability: "CVE-2021-23337", Aliases: []string{"GHSA-35jh-r3h4-6jhm"}, Severity: severity.High,
		CVSS: []severity.CVSS{{Type: "CVSS_V3", Vector: "CVSS:3.1/AV:N/AC:L/PR:H/UI:N/S:U/C:H/I:H/A:H", Score: 7.2, Level: severity.High}},
		Advisories: []store.FindingAdvisory{
			{ID: "GHSA-35jh-r3h4-6jhm", Provider: "ghsa", Range: ">=3.7.0 <4.17.21"},
			{ID: "CVE-2021-23337", Provider: "nvd", Range: "<4.17.21"},
		},
		Evidence: []finding.Evidence{{Advisory: "GHSA-35jh-r3h4-6jhm", Interval: ">=3.7.0 <4.17.21", Version: "4.17.20", Scheme: "npm"}},
	}
	return app.FindingView{
		Finding: f, Project: app.ProjectRef{ID: "p1", Name: "storefront"}, Ref: "main", Release: "2026-03-14", MayDecide: true,
		Path:        []store.Component{{ID: 9, Name: "webpack-dev-server", Version: "3.11.0"}, {ID: 8, Name: "http-proxy-middleware", Version: "0.19.1"}, f.Component},
		Occurrences: []app.Occurrence{{Unit: "package-lock:web", Path: "web/package-lock.json", Line: 4211, Scope: "runtime"}, {Unit: "package-lock:tools", Path: "tools/package-lock.json", Line: 88, Direct: true, Scope: "dev", Declared: []string{"^4.17.15"}}},
		History: []app.HistoryEntry{
			{At: before(2 * galleryDay), Kind: "decided", Text: "Reopened: the acceptance ended.", Actor: "system"},
			{At: before(90 * galleryDay), Kind: "decided", Text: "The risk was accepted until 2026-03-12.", Actor: "Grace Example", Decision: &store.Decision{State: store.Accepted, Comment: "Templates are only made by us; the update waits for the new theme."}},
			{At: before(91 * galleryDay), Kind: "known", Text: "Release 2025-12-13 was imported, the first that says so."},
			{At: before(300 * galleryDay), Kind: "seen", Text: "The scan of 18 May 2025 saw lodash 4.17.20 first."},
		},
		Exposure: app.Exposure{Since: before(91 * galleryDay), Used: before(300 * galleryDay), Known: before(91 * galleryDay), Knowable: before(92 * galleryDay)},
		Siblings: []store.Place{{ProjectID: "p1", FindingID: 300, Ref: "refs/tags/v2.1.0"}},
	}
}

func galleryDependencies() app.DependencyList {
	list := app.DependencyList{
		Version: app.VersionRef{ID: 1, Ref: "main", Main: true}, Total: 1284, All: 1284, Direct: 61, Affected: 18,
		Ecosystems: []app.EcosystemCount{{Name: "npm", Components: 1012, Known: true}, {Name: "Go", Components: 203, Known: true}, {Name: "ConanCenter", Components: 69}},
		Notices:    []string{"The database has no advisories for ConanCenter: 69 components were not compared."},
	}
	list.Next = "abc"
	add := func(name, version, declared, licence string, c store.Counts, change func(*app.Dependency)) {
		d := app.Dependency{Component: store.Component{ID: int64(len(list.Items) + 1), Ecosystem: "npm", Name: name, Version: version, PURL: "pkg:npm/" + name + "@" + version}, Scope: inventory.ScopeRuntime, Counts: c}
		if licence != "" {
			d.Licences = []string{licence}
		}
		if declared != "" {
			d.Direct = true
			d.Declared = []app.Declaration{{Constraint: declared, Path: "web/package.json", Line: 14}}
		}
		if change != nil {
			change(&d)
		}
		list.Items = append(list.Items, d)
	}
	add("lodash", "4.17.20", "^4.17.15", "MIT", store.Counts{Critical: 1, High: 2, Medium: 1}, nil)
	add("minimist", "1.2.5", "", "MIT", store.Counts{Critical: 1}, nil)
	add("express", "4.17.1", "^4.17.0", "MIT", store.Counts{High: 1, Low: 2}, nil)
	add("react", "18.2.0", "~18.2.0", "MIT", store.Counts{}, nil)
	add("webpack-dev-server", "3.11.0", "3.x", "MIT", store.Counts{Medium: 3, Unknown: 1}, func(d *app.Dependency) { d.Scope = inventory.ScopeDev })
	add("zlib", "1.2.13", "[>=1.2 <2]", "Zlib", store.Counts{}, func(d *app.Dependency) { d.Ecosystem, d.Unknown = "ConanCenter", true })
	add("@scope/left-pad", "", "*", "", store.Counts{}, nil)
	add("golang.org/x/net", "v0.0.0-20220314234659-1baeb1ce4c0b", "v0.0.0-20220314234659-1baeb1ce4c0b", "BSD-3-Clause", store.Counts{High: 1}, func(d *app.Dependency) { d.Ecosystem = "Go" })
	return list
}

func galleryGraph() app.Graph {
	g := app.Graph{Version: app.VersionRef{ID: 1, Ref: "main", Main: true}, Units: []string{"package-lock:web", "package-lock:tools"}, Total: 1284}
	names := []string{"express", "webpack-dev-server", "react-scripts", "body-parser", "qs", "http-proxy-middleware", "lodash", "micromatch", "braces", "semver", "minimist", "mkdirp", "node-sass-very-long-package-name-here", "babel-core", "json5", "debug", "ms", "send"}
	for i, name := range names {
		g.Nodes = append(g.Nodes, app.GraphNode{Component: int64(i + 1), Name: name, Version: fmt.Sprintf("%d.%d.%d", i%5+1, i, i*2), Ecosystem: "npm", Direct: i < 3, Scope: inventory.ScopeRuntime, Depth: i / 4})
	}
	for _, i := range []int{4, 6, 8, 9, 10} {
		g.Nodes[i].Findings, g.Nodes[i].Worst = 1+i%3, []severity.Level{severity.High, severity.Medium, severity.Critical}[i%3]
	}
	g.Nodes[13].Scope = inventory.ScopeDev
	for _, e := range [][2]int{{0, 3}, {3, 4}, {0, 4}, {1, 5}, {5, 6}, {5, 7}, {7, 8}, {2, 12}, {12, 6}, {12, 11}, {11, 10}, {2, 13}, {13, 14}, {14, 10}, {13, 9}, {12, 9}, {0, 15}, {15, 16}, {0, 17}, {17, 15}, {2, 6}, {13, 15}, {16, 15}} {
		g.Edges = append(g.Edges, app.GraphEdge{From: e[0], To: e[1]})
	}
	return g
}

func findingPages() map[string]shown {
	findings := func(change func(*app.ProjectView), list app.FindingList) func(r *request) reply {
		return func(r *request) reply {
			view := galleryProject()
			change(&view)
			p := r.findingsPageOf(view, r.listing(), list, r.form("/projects/p1/findings"))
			for i := range p.Rows {
				if first := (store.Component{Name: "webpack-dev-server"}); !p.Rows[i].Direct {
					p.Rows[i].Way = wayWords(app.Way{First: first, Last: store.Component{Name: "http-proxy-middleware"}, Steps: 1 + i%3})
				}
			}
			return show("findings", p)
		}
	}
	done := func(v *app.ProjectView) { v.LastScan.State, v.LastScan.Incomplete = "done", false }
	incomplete := func(v *app.ProjectView) { v.LastScan.State, v.LastScan.Incomplete = "done", true }
	return map[string]shown{
		"findings":            {"/projects/p1/findings?severity=high&severity=critical", findings(incomplete, galleryFindings(12))},
		"findings-none":       {"/projects/p1/findings", findings(done, app.FindingList{})},
		"findings-incomplete": {"/projects/p1/findings", findings(incomplete, app.FindingList{})},
		"findings-refused": {"/projects/p1/findings", func(r *request) reply {
			f := r.form("/projects/p1/findings").with("state", "accepted")
			f.Faults = map[string]string{"comment": "Say on what grounds.", "id": "Tick at least one finding."}
			return showAgain("findings", r.findingsPageOf(galleryProject(), r.listing(), galleryFindings(4), f))
		}},
		"finding": {"/projects/p1/findings/101", func(r *request) reply {
			return show("finding", r.findingPage(galleryFindingView(), r.form("/projects/p1/findings/101")))
		}},
		"finding-no-fix": {"/projects/p1/findings/104", func(r *request) reply {
			v := galleryFindingView()
			v.Finding = galleryFinding(4)
			v.Detail.Advisories = []store.FindingAdvisory{{ID: "GHSA-cxjh-pqwp-8mfp", Provider: "ghsa", Range: "<1.2.0 || >=1.3.0 <1.3.9 || >=1.4.0"}}
			v.Detail.Evidence = []finding.Evidence{{Advisory: "GHSA-cxjh-pqwp-8mfp", Interval: ">=1.4.0", Version: "1.14.0", Scheme: "npm"}}
			v.Path, v.MayDecide = nil, false
			return show("finding", r.findingPage(v, r.form("/x")))
		}},
		"dependencies": {"/projects/p1/dependencies", func(r *request) reply {
			return show("dependencies", r.dependenciesPage(galleryProject(), r.listing(), galleryDependencies()))
		}},
		"dependencies-none": {"/projects/p1/dependencies", func(r *request) reply {
			return show("dependencies", r.dependenciesPage(galleryProject(), r.listing(), app.DependencyList{}))
		}},
		"graph": {"/projects/p1/graph?all=yes", func(r *request) reply {
			return show("graph", r.graphPage(galleryProject(), r.listing(), galleryGraph()))
		}},
		"graph-depth": {"/projects/p1/graph?focus=7&colour=depth", func(r *request) reply {
			return show("graph", r.graphPage(galleryProject(), r.listing(), galleryGraph()))
		}},
		"component": {"/components/2", func(r *request) reply {
			f := galleryFinding(1)
			v := app.ComponentView{Component: f.Component, Findings: []store.ComponentFinding{{Vulnerability: f.Vulnerability(), Severity: f.Severity, Summary: f.Summary, FixedIn: []string{f.FixedIn}, EPSS: f.EPSS}}}
			v.Matched, v.Licences = 4, []string{"MIT"}
			v.Uses.Items = []store.Use{{ProjectID: "p1", ProjectName: "storefront", Ref: "main", Main: true, Direct: true, Scope: "runtime"}, {ProjectID: "p2", ProjectName: "ledger", Ref: "release/2", Scope: "dev"}}
			return show("component", r.componentPage(r.listing(), v))
		}},
	}
}

func galleryScan(state store.ScanState) app.ScanView {
	s := app.ScanView{Project: app.ProjectRef{ID: "p1", Name: "storefront"}, MayScan: true, Release: "2026-03-14"}
	s.Scan = store.Scan{
		Seq: 40, ID: "s40", ProjectID: "p1", RepositoryID: "r1", Trigger: store.TriggerManual, Ref: "main", Commit: "9f3c2b1a7d6e5f4c3b2a19087f6e5d4c3b2a1908",
		State: state, CreatedAt: before(9 * time.Minute), StartedAt: before(9 * time.Minute), Worker: "worker-2", Languages: []string{"javascript", "go"},
	}
	at := s.StartedAt
	for i, stage := range store.Stages() {
		run := store.StageRun{Stage: stage, State: "done", Started: at, Finished: at.Add(time.Duration(i*i+1) * 700 * time.Millisecond)}
		at = run.Finished
		s.Stages = append(s.Stages, run)
	}
	s.Stages[1].Note = "14 manifests, 1,284 components"
	switch state {
	case store.ScanDone:
		s.FinishedAt, s.FilesRead, s.FilesFailed, s.FilesOther, s.Components = at, 14, 1, 3, 1284
		s.Incomplete, s.ReleaseSeq, s.Critical, s.High, s.Medium, s.Appeared, s.Disappeared, s.Analysis = true, 4, 2, 6, 9, 3, 1, store.AnalysisPartial
		s.Notices = []string{"web/legacy/yarn.lock could not be read: line 412: no version follows the name."}
		s.Changed = []store.UnitChange{{Unit: "package-lock:web", Change: "changed"}, {Unit: "gomod:api", Change: "new"}}
		s.Analyses = []store.Analysis{{Analyzer: "advisories", State: store.AnalysisDone, Findings: 17, StartedAt: before(8 * time.Minute), FinishedAt: before(8*time.Minute - 1300*time.Millisecond)}}
	case store.ScanRunning:
		s.Stages = s.Stages[:4]
		s.Stages[3].State, s.Stages[3].Finished, s.Stage = "running", time.Time{}, store.StageAnalyse
		s.Analyses = []store.Analysis{{Analyzer: "advisories", State: store.AnalysisRunning, StartedAt: before(5 * time.Second)}}
	default:
		s.Stages = s.Stages[:1]
		s.Stages[0].State, s.Stages[0].Tries, s.Stage = "failed", 3, store.StagePrepare
		s.FinishedAt, s.Error = before(8*time.Minute), "the repository https://git.example.org/shop/storefront cannot be reached: connection refused."
	}
	return s
}

func galleryLog() app.LogPage {
	page := app.LogPage{Ended: true}
	add := func(stage store.Stage, level, text string) {
		n := int64(len(page.Lines) + 1)
		page.Lines = append(page.Lines, store.LogLine{Seq: n, At: before(9*time.Minute - time.Duration(n)*137*time.Millisecond), Level: level, Stage: stage, Text: text})
	}
	add(store.StagePrepare, "info", "Fetching main of https://git.example.org/shop/storefront")
	add(store.StagePrepare, "debug", "git fetch --depth 1 --no-tags origin main")
	add(store.StagePrepare, "info", "Commit 9f3c2b1a7d6e")
	add(store.StageInventory, "info", "Reading manifests")
	add(store.StageInventory, "debug", "web/package-lock.json: 1,012 components")
	add(store.StageInventory, "warn", "web/legacy/yarn.lock could not be read: line 412: no version follows the name")
	add(store.StageCompare, "info", "1 of 4 sub-projects changed since the scan before")
	add(store.StageAnalyse, "info", "advisories: comparing 1,284 components with release 2026-03-14")
	add(store.StageAnalyse, "error", "advisories: one version cannot be compared: \"latest\" is no npm version")
	return page
}

func scanPages() map[string]shown {
	scan := func(state store.ScanState) func(r *request) reply {
		return func(r *request) reply {
			p := r.scanPage(galleryScan(state), galleryLog())
			if state == store.ScanDone {
				p.files(app.Ledger{Unpinned: []string{"pkg:npm/%40scope/left-pad"}, Files: []inventory.FileCoverage{
					{Path: "web/package-lock.json", Kind: "package-lock", Ecosystem: "npm", Status: inventory.Read},
					{Path: "third/conan.lock", Kind: "conan", Ecosystem: "ConanCenter", Status: inventory.NoAdvisories, Reason: "the database has no advisories for ConanCenter"},
					{Path: "examples", Kind: "directory", Status: inventory.Skipped, Reason: "excluded by the project: examples/**"},
					{Path: "web/legacy/yarn.lock", Kind: "yarn", Ecosystem: "npm", Status: inventory.Failed, Reason: "no version follows the name", Line: 412},
				}})
			}
			return show("scan", p)
		}
	}
	return map[string]shown{
		"scan":         {"/scans/s40", scan(store.ScanDone)},
		"scan-running": {"/scans/s40", scan(store.ScanRunning)},
		"scan-failed":  {"/scans/s40", scan(store.ScanFailed)},
		"analysis": {"/scans/s40/analyzers/advisories", func(r *request) reply {
			result := app.AnalyzerFindings{Analysis: store.Analysis{Analyzer: "advisories", State: store.AnalysisDone, Findings: 2}}
			for i := range 5 {
				f := galleryFinding(i)
				result.Vulnerabilities = append(result.Vulnerabilities, app.AnalyzerVulnerability{Component: f.Component.PURL, Vulnerability: f.Vulnerability(), Severity: f.Severity.String(), Summary: f.Summary, Advisories: []string{"ghsa/GHSA-1", "nvd/" + f.Vulnerability()}})
			}
			return show("analysis", r.analysisPage(galleryScan(store.ScanDone), result))
		}},
		"activity": {"/activity", func(r *request) reply {
			work := app.Activity{Counts: store.ScanCounts{Running: 2, Waiting: 4, Queued: 1, Failed: 3, Done: 212, Cancelled: 1}, Limits: store.ScanLimits{Global: 4, Project: 1}}
			scans := galleryScans()
			scans[0].OrganisationID = "o1" // where the reader may cancel
			return show("activity", r.activityPage(r.listing(), work, store.List[app.ScanRow]{Items: scans, Next: "x"}))
		}},
	}
}

func portfolioPages() map[string]shown {
	return map[string]shown{
		"vulnerabilities": {"/vulnerabilities?severity=critical", func(r *request) reply {
			list := store.List[store.Vulnerability]{Next: "x"}
			for i := range 9 {
				f := galleryFinding(i)
				list.Items = append(list.Items, store.Vulnerability{ID: f.Vulnerability(), Severity: f.Severity, Score: f.Score, Summary: f.Summary, Exploited: f.Exploited, EPSS: f.EPSS, Findings: int64(40 - 4*i), Projects: int64(20 - 2*i), FirstSeen: f.FirstSeen})
			}
			return show("vulnerabilities", r.vulnerabilitiesPage(r.listing(), nil, app.VulnerabilityList{List: list}))
		}},
		"vulnerabilities-none": {"/vulnerabilities", func(r *request) reply {
			return show("vulnerabilities", r.vulnerabilitiesPage(r.listing(), nil, app.VulnerabilityList{Shared: true}))
		}},
		"vulnerability": {"/vulnerabilities/CVE-2021-23337", func(r *request) reply {
			return show("vulnerability", r.vulnerabilityPage(r.listing(), galleryVulnerability()))
		}},
	}
}

func galleryVulnerability() app.VulnerabilityView {
	f := galleryFinding(1)
	v := app.VulnerabilityView{
		ID: "CVE-2021-23337", Aliases: []string{"GHSA-35jh-r3h4-6jhm"}, Release: store.Release{Name: "2026-03-14"},
		Known: []store.Vulnerability{{ID: "CVE-2021-23337", Severity: severity.High, Score: 7.2, EPSS: 0.0071, Findings: 3, Projects: 2, Summary: f.Summary}},
	}
	for i, name := range []string{"storefront", "ledger", "back office"} {
		v.Where.Items = append(v.Where.Items, store.Place{FindingID: int64(i), ProjectID: "p1", ProjectName: name, Ref: "main", Main: i < 2, Component: f.Component, FixedIn: f.FixedIn, Direct: i == 0, Scope: "runtime", State: []store.State{store.Open, store.Open, store.Accepted}[i], Counts: i < 2, FirstSeen: before(time.Duration(i+1) * 40 * galleryDay)})
	}
	record := vulndb.Record{Vulnerability: vulndb.VulnerabilityBlob{
		ID: "GHSA-35jh-r3h4-6jhm", Provider: "ghsa", Published: "2021-05-06T16:05:51Z", Modified: "2024-04-17T19:05:10Z",
		Description: "Versions before 4.17.21 build functions from templates without checking the names of variables.\n\nWho controls an option of the template can run code.",
		Severities:  []vulndb.SeverityBlob{{Scheme: "CVSS_V3", Value: "CVSS:3.1/AV:N/AC:L/PR:H/UI:N/S:U/C:H/I:H/A:H"}},
	}}
	for _, name := range []string{"lodash", "lodash-es", "lodash.template"} {
		record.Affected = append(record.Affected, vulndb.AffectedBlob{Ecosystem: "npm", Name: name, Ranges: []vulndb.RangeBlob{{Version: vulndb.VersionBlob{Type: "SEMVER", Constraint: ">=3.7.0 <4.17.21"}}}})
	}
	v.Records = []vulndb.Record{record, {Vulnerability: vulndb.VulnerabilityBlob{ID: "CVE-2021-23337", Provider: "nvd"}, Dead: true}}
	return v
}

func adminPages() map[string]shown {
	people := []app.User{
		{ID: "u1", Name: "Ada Example", Email: "ada@example.org", Administrator: true, HasPassword: true, CreatedAt: before(400 * galleryDay), LastSeenAt: before(time.Minute), Revision: 1},
		{ID: "u2", Name: "Grace Example", Email: "grace@example.org", CreatedAt: before(90 * galleryDay), LastSeenAt: before(5 * galleryDay), Revision: 1},
		{ID: "u3", Name: "Alan Example", Email: "alan@example.org", Disabled: true, HasPassword: true, CreatedAt: before(90 * galleryDay), Revision: 1},
	}
	organisations := []app.Membership{{Organisation: store.Organisation{ID: "o1", Name: "Example Ltd"}, Role: app.Administrator}, {Organisation: store.Organisation{ID: "o2", Name: "Example Labs"}, Role: app.Viewer}}
	return map[string]shown{
		"users": {"/users", func(r *request) reply {
			made := linkOnce{For: "alan@example.org", Address: "https://assay.example.org/welcome?link=mfrggzdfmztwq2lknnwg23tp", Expires: "2026-03-21 09:26:53 UTC"}
			asked := []store.PendingMember{{Organisation: "o1", UserID: "u9", Email: "barbara@example.org", Role: "approver", ExpiresAt: galleryNow.AddDate(0, 0, 6)}}
			return show("users", r.usersPageOf(r.listing(), r.form("/users").with("role", "developer"), made, organisations, store.List[app.User]{Items: people}, asked))
		}},
		"user": {"/users/u2", func(r *request) reply {
			r.actor.Installation = true
			return show("user", r.userPageOf(app.UserDetail{User: people[1], Memberships: organisations, Groups: []store.Group{{ID: "g1", Name: "Payments"}}, Providers: []string{"google"}}, linkOnce{}, ""))
		}},
		"join": {"/welcome?link=s", func(r *request) reply {
			return show("join", r.joinPage("s", app.LinkInfo{UserID: "u1", Email: "ada@example.org", Organisation: "Example Labs", Role: app.Developer}))
		}},
		"join-other": {"/welcome?link=s", func(r *request) reply {
			return show("join", r.joinPage("s", app.LinkInfo{UserID: "u2", Email: "grace@example.org", Organisation: "Example Labs", Role: app.Developer}))
		}},
		"groups": {"/groups", func(r *request) reply {
			return show("groups", r.groupsPageOf(r.listing(), r.form("/groups"), "o1", nil, store.List[store.Group]{Items: []store.Group{{ID: "g1", Name: "Payments", Members: 4}, {ID: "g2", Name: "Security", Members: 1}}}))
		}},
		"group": {"/groups/g1", func(r *request) reply {
			return show("group", r.groupPageOf(r.listing(), store.Group{ID: "g1", Name: "Payments", Revision: 2}, store.List[app.User]{Items: people[:2]}, store.List[app.Member]{Items: []app.Member{{User: people[2]}}}, ""))
		}},
		"tokens": {"/tokens", func(r *request) reply {
			list := store.List[app.Token]{Items: []app.Token{
				{ID: "t1", Name: "pipeline of the shop", Scopes: []app.Scope{app.ScopeRead, app.ScopeScan}, CreatedAt: before(100 * galleryDay), ExpiresAt: galleryNow.AddDate(0, 1, 0), UsedAt: before(time.Hour)},
				{ID: "t2", Name: "old script", Scopes: []app.Scope{app.ScopeRead}, CreatedAt: before(400 * galleryDay), ExpiresAt: before(30 * galleryDay)},
			}}
			made := &app.NewToken{Token: app.Token{Name: "pipeline of the shop"}, Secret: "assay_q5m3n7a2k4d6f8h9j1l3"}
			return show("tokens", r.tokensPageOf(r.listing(), r.form("/tokens").withAll("scopes", []string{"read"}).with("days", "90"), made, list))
		}},
		"audit": {"/audit", func(r *request) reply {
			list := store.List[store.AuditEvent]{Next: "x"}
			for i, e := range [][4]string{{"user:u1", "project.create", "project:p1", `{"name":"storefront","visibility":"organisation"}`}, {"token:t1", "scan.create", "scan:s40", `{"ref":"main"}`}, {"user:u2", "finding.decide", "finding:101", `{"state":"accepted","until":"2026-05-14","findings":3}`}, {"system", "release.import", "release:4", `{}`}} {
				list.Items = append(list.Items, store.AuditEvent{Event: audit.Event{Seq: int64(90 - i), At: before(time.Duration(i*i) * time.Hour).UnixMilli(), Actor: e[0], Action: e[1], Object: e[2], Project: "p1", Detail: e[3], Address: "192.0.2.17"}})
			}
			return show("audit", r.auditPageOf(r.listing(), nil, list, map[string]string{"user:u1": "Ada Example", "user:u2": "Grace Example"}, &app.AuditReport{Events: 90, Head: "5d41402abc4b2a76b9719d911017c592"}))
		}},
		"database": {"/database", func(r *request) reply {
			release := store.Release{Seq: 4, Name: "2026-03-14", Digest: "sha256:9f86d081884c7d659a2feaa0c55ad015", Size: 812_345_678, Built: before(7 * time.Hour), Imported: before(3 * time.Hour), Current: true, Status: store.ReleaseStatus{
				Records: 412_345, Ecosystems: map[string]int{"npm": 98_123, "PyPI": 41_002, "Go": 12_444, "Maven": 33_120, "Debian": 120_450, "crates.io": 1_904},
				Providers: []store.ReleaseProvider{{Name: "ghsa", Title: "GitHub Security Advisories", Records: 240_111, Modified: before(9 * time.Hour)}, {Name: "debian", Title: "Debian Security Tracker", Covers: "Debian 11 to 13", Records: 120_450, Modified: before(30 * time.Hour)}},
				Sources:   []store.ReleaseSource{{Name: "ghsa", Feed: "osv", Records: 240_111, Skipped: 3}, {Name: "debian", Feed: "debian", Records: 120_450, Captured: before(80 * time.Hour), Stale: "the address answered 503; the last good copy is used"}},
				Outdated:  []string{"debian: the copy is 3 days old"},
			}}
			old := release
			old.Current, old.Name, old.Built, old.Imported = false, "2026-03-07", before(7*galleryDay), before(6*galleryDay)
			p := r.databasePageOf(r.listing(), r.form("/database"), app.DatabaseStatus{Current: &release, State: "ok", MayLoad: true}, store.List[store.Release]{Items: []store.Release{release, old}})
			p.Behind, p.MayRescan = 12, true
			return show("database", p)
		}},
		"database-none": {"/database", func(r *request) reply {
			return show("database", r.databasePageOf(r.listing(), r.form("/database"), app.DatabaseStatus{State: "missing", Reason: "no release was imported", MayLoad: true}, store.List[store.Release]{}))
		}},
	}
}

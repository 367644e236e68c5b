package app

import (
	"context"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/store"
)

// AnalyzerVulnerability is what one analyzer says of one component; the merged
// list of a scan has the same form.
type AnalyzerVulnerability struct {
	Component     string   `json:"component"` // purl
	Direct        bool     `json:"direct"`
	Scope         string   `json:"scope"`
	Vulnerability string   `json:"vulnerability"`
	Aliases       []string `json:"aliases"`
	Severity      string   `json:"severity"`
	Score         float64  `json:"score"` // CVSS base score, 0: none
	Summary       string   `json:"summary"`
	Exploited     bool     `json:"known_exploited"`
	EPSS          float64  `json:"epss"`
	FixedIn       []string `json:"fixed_in"`
	Advisories    []string `json:"advisories"` // provider/id
}

// AnalyzerResult is an analyzer's result, or the merged list, as its blob has it.
type AnalyzerResult struct {
	Release    int64            `json:"release"` // seq of the advisory database's release; 0: none
	Ecosystems map[string]int   `json:"ecosystems,omitempty"`
	Notices    []string         `json:"notices,omitempty"`
	Incomplete bool             `json:"incomplete,omitempty"`
	Found      []FoundComponent `json:"found"`
}

// FoundComponent is a finding with its component's purl.
type FoundComponent struct {
	PURL  string      `json:"purl"`
	Found store.Found `json:"found"`
}

// vulnerabilities are the findings as the API shows them.
func (r *AnalyzerResult) vulnerabilities() []AnalyzerVulnerability {
	out := make([]AnalyzerVulnerability, len(r.Found))
	for i := range r.Found {
		f := &r.Found[i].Found.Finding
		v := AnalyzerVulnerability{
			Component: r.Found[i].PURL, Direct: r.Found[i].Found.Direct, Scope: string(r.Found[i].Found.Scope),
			Vulnerability: f.Vulnerability, Aliases: f.Aliases, Severity: f.Severity.String(), Score: f.Score(), Summary: f.Summary,
			Exploited: f.Exploited, EPSS: f.EPSS, FixedIn: f.FixedIn, Advisories: []string{},
		}
		for _, a := range f.Advisories {
			v.Advisories = append(v.Advisories, a.Provider+"/"+a.ID)
		}
		out[i] = v
	}
	return out
}

// readResult reads an analyzer's result from its blob.
func (a *App) readResult(ctx context.Context, digest string) ([]AnalyzerVulnerability, error) {
	if digest == "" {
		return []AnalyzerVulnerability{}, nil
	}
	var r AnalyzerResult
	err := readBlob(ctx, a.Blobs, digest, &r)
	return r.vulnerabilities(), err
}

// AnalyzerFindings is one analyzer's own result, before merging.
type AnalyzerFindings struct {
	store.Analysis
	Vulnerabilities []AnalyzerVulnerability
}

// AnalyzerFindings reads one analyzer's result of a scan.
func (a *App) AnalyzerFindings(ctx context.Context, who Actor, scan, analyzer string) (AnalyzerFindings, error) {
	all, err := a.Analyses(ctx, who, scan)
	if err != nil {
		return AnalyzerFindings{}, err
	}
	for _, one := range all {
		if one.Analyzer != analyzer {
			continue
		}
		list, err := a.readResult(ctx, one.Result)
		return AnalyzerFindings{Analysis: one, Vulnerabilities: list}, err
	}
	return AnalyzerFindings{}, errs.E(errs.NotFound, "the scan has no analyzer of this name")
}

// ScanVulnerabilities reads the merged list of a scan, as it was when the scan
// ended. It is empty as long as nothing was merged.
func (a *App) ScanVulnerabilities(ctx context.Context, who Actor, scan string) ([]AnalyzerVulnerability, error) {
	s, _, err := a.scanFor(ctx, who, scan, Viewer, ScopeRead)
	if err != nil {
		return nil, err
	}
	return a.readResult(ctx, s.Result)
}

// Ledger is what a scan saw: every manifest and lockfile with what became of it.
type Ledger struct {
	Files    []inventory.FileCoverage `json:"files"`
	Unpinned []string                 `json:"unpinned"` // purls of components without a version
}

// ScanLedger reads the coverage ledger of a scan. It is empty until the inventory
// was read.
func (a *App) ScanLedger(ctx context.Context, who Actor, scan string) (Ledger, error) {
	var l Ledger
	s, _, err := a.scanFor(ctx, who, scan, Viewer, ScopeRead)
	if err != nil || s.Ledger == "" {
		return l, err
	}
	return l, readBlob(ctx, a.Blobs, s.Ledger, &l)
}

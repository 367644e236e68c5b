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
		out := AnalyzerFindings{Analysis: one, Vulnerabilities: []AnalyzerVulnerability{}}
		if one.Result == "" {
			return out, nil
		}
		return out, readBlob(ctx, a.Blobs, one.Result, &out.Vulnerabilities)
	}
	return AnalyzerFindings{}, errs.E(errs.NotFound, "the scan has no analyzer of this name")
}

// ScanVulnerabilities reads the merged list of a scan, as it was when the scan
// ended. It is empty as long as nothing was merged.
func (a *App) ScanVulnerabilities(ctx context.Context, who Actor, scan string) ([]AnalyzerVulnerability, error) {
	s, _, err := a.scanFor(ctx, who, scan, Viewer, ScopeRead)
	out := []AnalyzerVulnerability{}
	if err != nil || s.Result == "" {
		return out, err
	}
	return out, readBlob(ctx, a.Blobs, s.Result, &out)
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

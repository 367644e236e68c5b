package pipeline

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/store"
)

// inventory reads what the source is made of, and stores it by content.
func (r *run) inventory(ctx context.Context) error {
	notices, err := r.readSource(ctx)
	if err != nil {
		return err
	}
	facts, err := r.facts(ctx, notices)
	if err != nil {
		return err
	}
	return r.next(ctx, store.StageCompare, r.found(), func(_ store.Store, s *store.Scan) error {
		facts(s)
		return nil
	})
}

// readSource reads the source, which another worker may have fetched: then the
// same commit is fetched again.
func (r *run) readSource(ctx context.Context) ([]string, error) {
	if r.source == nil {
		repository, err := r.repository(ctx)
		if err != nil {
			return nil, err
		}
		r.sayf("Fetching the commit %s again: another worker had it.", r.scan.Commit)
		if err := r.fetch(ctx, repository); err != nil {
			return nil, err
		}
	}
	project, err := r.p.Store.Project(ctx, r.scan.ProjectID)
	if err != nil {
		return nil, err
	}
	config, notices := r.configure(r.source.Tree)
	options, more, err := r.options(project, config)
	if err != nil {
		return nil, err
	}
	read, err := extract.Run(ctx, r.source.Tree, options)
	if err != nil {
		return nil, err
	}
	r.closeSource()
	return append(notices, more...), r.keepInventory(ctx, &read.Inventory, read.Ledger)
}

// keepInventory stores an inventory and remembers it with its ledger.
func (r *run) keepInventory(ctx context.Context, inv *inventory.Inventory, files []inventory.FileCoverage) error {
	stored, err := StoreInventory(ctx, r.p.Store, inv)
	if err != nil {
		return err
	}
	ledger := app.Ledger{Files: slices.Clone(files)}
	r.ecosystems = nil
	for i := range inv.Components {
		c := &inv.Components[i]
		if c.Version == "" {
			ledger.Unpinned = append(ledger.Unpinned, c.PURL)
		}
		if !slices.Contains(r.ecosystems, c.Ecosystem) {
			r.ecosystems = append(r.ecosystems, c.Ecosystem)
		}
	}
	r.fillEcosystems(ledger.Files)
	r.stored, r.ledger, r.units = &stored, &ledger, len(inv.Units)
	return nil
}

// fillEcosystems names the ecosystems of files by their formats: pushed ledgers do
// not.
func (r *run) fillEcosystems(files []inventory.FileCoverage) {
	of := map[string]string{}
	for _, e := range r.p.Extract.Extractors {
		f := e.Format()
		of[f.Name] = f.Ecosystem
	}
	for i := range files {
		if files[i].Ecosystem == "" {
			files[i].Ecosystem = of[files[i].Kind]
		}
	}
}

// found says in a line what was read.
func (r *run) found() string {
	return numbered(len(r.stored.Components), "component") + " in " + numbered(r.units, "sub-project")
}

// numbered is a number with its noun.
func numbered(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}

// facts returns what the scan's row says of the inventory.
func (r *run) facts(ctx context.Context, notices []string) (func(*store.Scan), error) {
	digest, err := r.p.putJSON(ctx, r.ledger)
	if err != nil {
		return nil, err
	}
	languages := app.LanguagesOf(r.ecosystems)
	r.sayf("Found %s.", r.found())
	for _, f := range r.ledger.Files {
		if f.Status == inventory.Failed {
			r.say("warn", fmt.Sprintf("%s could not be read whole: %s", f.Path, f.Reason))
		}
	}
	for _, n := range notices {
		r.say("warn", n)
	}
	stored, ledger := r.stored, r.ledger
	return func(s *store.Scan) {
		s.InventoryID, s.Components, s.Languages, s.Ledger, s.Notices = stored.ID, len(stored.Components), languages, digest, notices
		countFiles(s, ledger)
	}, nil
}

// countFiles brings what a scan says of files up to its ledger.
func countFiles(s *store.Scan, l *app.Ledger) {
	s.FilesRead, s.FilesFailed, s.FilesOther = 0, 0, 0
	unchecked := len(l.Unpinned)
	for _, f := range l.Files {
		switch f.Status {
		case inventory.Read:
			s.FilesRead++
		case inventory.Failed:
			s.FilesFailed++
		case inventory.Skipped:
			s.FilesOther++
		default:
			s.FilesOther++
			unchecked++
		}
	}
	s.Incomplete = s.FilesFailed+unchecked > 0 || s.FilesRead+s.FilesFailed == 0 && s.Components == 0
}

// putJSON stores a value as a blob.
func (p *Pipeline) putJSON(ctx context.Context, v any) (string, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("write a blob: %w", err)
	}
	digest, _, err := p.Blobs.Put(ctx, bytes.NewReader(text))
	return digest, err
}

// getJSON reads a blob that putJSON stored.
func (p *Pipeline) getJSON(ctx context.Context, digest string, v any) error {
	b, err := p.Blobs.Open(ctx, digest)
	if err != nil {
		return err
	}
	defer b.Close() //nolint:errcheck // only read
	if err := json.NewDecoder(b).Decode(v); err != nil {
		return errs.E(errs.Damaged, "read the blob %s: %w", digest, err)
	}
	return nil
}

// compare makes the inventory the version's, and learns what is new in it.
func (r *run) compare(ctx context.Context) error {
	var facts func(*store.Scan)
	var err error
	switch {
	case r.scan.Upload != "":
		facts, err = r.readUpload(ctx)
	case r.stored == nil:
		_, err = r.readSource(ctx) // by another worker before
	}
	if err != nil {
		return err
	}
	var change store.InventoryChange
	err = r.next(ctx, store.StageAnalyse, "", func(tx store.Store, s *store.Scan) error {
		if facts != nil {
			v, err := tx.EnsureVersion(ctx, r.versionOf())
			if err != nil {
				return err
			}
			s.VersionID = v.ID
			facts(s)
		}
		if change, err = tx.SetVersionInventory(ctx, s.VersionID, *r.stored, s.Seq); err != nil {
			return err
		}
		s.InventoryID = r.stored.ID // stored again, perhaps
		s.Changed, s.Analysis = change.Units, modeOf(change)
		r.mark(s, "done", changeText(change))
		return nil
	})
	if err == nil {
		r.sayOf(store.StageCompare, "info", changeText(change))
	}
	return err
}

// readUpload reads a pushed inventory.
func (r *run) readUpload(ctx context.Context) (func(*store.Scan), error) {
	u, ok := r.p.Uploads.Take(r.scan.Upload)
	if !ok {
		var err error
		if u, err = app.ReadUpload(ctx, r.p.Blobs, r.scan.Upload); err != nil {
			return nil, err
		}
	}
	if err := r.keepInventory(ctx, &u.Inventory, uncovered(u.Files)); err != nil {
		return nil, err
	}
	return r.facts(ctx, u.Notices)
}

// uncovered are files without what another's database knew of their ecosystems:
// ours says that.
func uncovered(files []inventory.FileCoverage) []inventory.FileCoverage {
	out := slices.Clone(files)
	for i := range out {
		if out[i].Status == inventory.NoAdvisories {
			out[i].Status, out[i].Reason = inventory.Read, ""
		}
	}
	return out
}

// modeOf says how much of the source is to be analysed anew.
func modeOf(c store.InventoryChange) store.AnalysisMode {
	unchanged := 0
	for _, u := range c.Units {
		if u.Change == store.UnitUnchanged {
			unchanged++
		}
	}
	switch {
	case c.Same || len(c.Units) > 0 && unchanged == len(c.Units):
		return store.AnalysisSkipped
	case unchanged > 0:
		return store.AnalysisPartial
	}
	return store.AnalysisFull
}

// changeText says in a line what changed.
func changeText(c store.InventoryChange) string {
	if modeOf(c) == store.AnalysisSkipped {
		return "Nothing changed since the last scan: only the matching is done again."
	}
	count := map[string]int{}
	for _, u := range c.Units {
		count[u.Change]++
	}
	var units []string
	for _, change := range []string{store.UnitNew, store.UnitChanged, store.UnitUnchanged, store.UnitGone} {
		if n := count[change]; n > 0 {
			units = append(units, fmt.Sprintf("%d %s", n, change))
		}
	}
	return fmt.Sprintf("%s new and %d gone since the last scan; sub-projects: %s.", numbered(c.Added, "component"), c.Removed, strings.Join(units, ", "))
}

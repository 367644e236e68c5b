package pipeline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/jobs"
	"github.com/assay-sca/assay/internal/store"
)

// Analyzer finds what is wrong with what a source is made of.
type Analyzer interface {
	// Name identifies it in rows and in the API.
	Name() string
	// Analyse says what it finds. Its error fails this analyzer after some tries,
	// never the scan.
	Analyse(ctx context.Context, s store.Scan, used store.StoredInventory) (Analysis, error)
}

// Analysis is what an analyzer found.
type Analysis struct {
	Found      []store.Found  // sorted by component and vulnerability
	Release    int64          // of the advisory database that was used; 0: none
	Ecosystems map[string]int // live advisories by ecosystem; nil: it does not tell
	Notices    []string
	Incomplete bool // not everything was compared
}

// Advisories is the built-in analyzer: it matches with the advisory database.
type Advisories struct {
	Store     store.Store
	Databases app.Databases
	clean     *clean // nil: everything is read again
}

var _ Analyzer = Advisories{}

// Name is "advisories".
func (Advisories) Name() string { return "advisories" }

// Analyse matches the components with the current release. Without one nothing
// is found, and that is said. What it says is of one release: when another becomes
// current meanwhile, and others have matched components with that, it begins anew.
func (a Advisories) Analyse(ctx context.Context, _ store.Scan, used store.StoredInventory) (Analysis, error) {
	const tries = 3
	for range tries {
		out, mixed, err := a.once(ctx, used)
		if err != nil || !mixed {
			return out, err
		}
	}
	return Analysis{}, errs.E(errs.Unavailable, "releases of the advisory database follow one another too fast")
}

// once tells, too, whether some of it is of a later release.
func (a Advisories) once(ctx context.Context, used store.StoredInventory) (out Analysis, mixed bool, err error) {
	none := Analysis{Incomplete: true, Notices: []string{"No advisory database is loaded, so nothing was matched. An administrator can load one; the next scan uses it."}}
	if a.Databases == nil {
		return none, false, nil
	}
	db, release, done, err := a.Databases.Current(ctx)
	if errs.KindOf(err) == errs.NotFound {
		return none, false, nil
	}
	if err != nil {
		return Analysis{}, false, err
	}
	defer done()
	ids := make([]int64, len(used.Components))
	for i, c := range used.Components {
		ids[i] = c.ID
	}
	ids = a.clean.others(release.Seq, ids)
	matched, err := Match(ctx, a.Store, db, release, ids)
	if err != nil || matched.Newest > release.Seq {
		return Analysis{}, err == nil, err
	}
	a.clean.add(ids, matched)
	out = analysisOf(release, matched)
	if out.Ecosystems, err = db.Ecosystems(ctx); err != nil {
		return out, false, err
	}
	out.Found, err = Findings(ctx, a.Store, used, matched)
	return out, false, err
}

// analysisOf is what a matching says, but for its findings.
func analysisOf(release store.Release, matched store.Matched) Analysis {
	out := Analysis{Release: release.Seq, Incomplete: len(matched.Uncompared) > 0 || release.Sample}
	if release.Sample {
		out.Notices = append(out.Notices, "The advisory database holds only demonstration data.")
	}
	if n := len(matched.Uncompared); n > 0 {
		out.Notices = append(out.Notices, fmt.Sprintf("%d components could not be compared with some advisories.", n))
	}
	return out
}

// analyse runs the analyzers: the first here, the others as jobs of their own,
// which any worker may take. Whoever is the last goes on.
func (r *run) analyse(ctx context.Context) error {
	if len(r.p.Analyzers) == 1 {
		return r.analyseAlone(ctx, r.p.Analyzers[0].Name())
	}
	names := make([]string, len(r.p.Analyzers))
	for i, a := range r.p.Analyzers {
		names[i] = a.Name()
	}
	open, err := r.openAnalyses(ctx, names)
	if err != nil {
		return err
	}
	if len(open) == 0 {
		return r.next(ctx, store.StageMerge, "", nil)
	}
	done, result, err := r.runAnalyzer(ctx, open[0])
	if err != nil {
		return err
	}
	if done.State == store.AnalysisDone {
		r.own[open[0]] = result
	}
	left := 0
	err = r.commit(ctx, func(tx store.Store, s *store.Scan) error {
		if left, err = r.endAnalysis(ctx, tx, done); err != nil || left > 0 {
			return err
		}
		r.mark(s, "done", analysisText(done))
		s.Stage, s.Tries, s.Error = store.StageMerge, 0, ""
		return nil
	})
	r.waits = err == nil && left > 0
	return err
}

// analyseAlone runs the only analyzer. Nobody else is to be waited for, so what it
// finds is merged as it is stored.
func (r *run) analyseAlone(ctx context.Context, name string) error {
	began := r.p.now()
	done, result, err := r.runAnalyzer(ctx, name)
	if err != nil {
		return err
	}
	done.Worker, done.Attempt, done.StartedAt = r.p.Worker, 1, began
	return r.mergeAll(ctx, []analyzed{resultAs(done, result)}, func(tx store.Store, s *store.Scan) error {
		if err := tx.AddAnalysis(ctx, done); err != nil {
			return err
		}
		r.mark(s, "done", analysisText(done))
		s.Stage = store.StageMerge
		s.Stages = append(s.Stages, store.StageRun{Stage: s.Stage, State: "running", Started: r.p.now()})
		return nil
	})
}

// runAnalyzer runs an analyzer here. Its error is that of the stage, to be tried again; an
// analyzer that has failed for good is one that is done.
func (r *run) runAnalyzer(ctx context.Context, name string) (store.Analysis, app.AnalyzerResult, error) {
	result, fault := r.p.analyse(ctx, name, r.scan, r.used)
	if fault != nil && (ctx.Err() != nil || !permanent(fault) && r.scan.Tries+1 < r.p.Tries) {
		return store.Analysis{}, result, fault
	}
	done, err := r.p.resultOf(ctx, r.scan.ID, name, result, fault)
	if err == nil {
		r.sayf("%s: %s.", name, analysisText(done))
	}
	return done, result, err
}

// openAnalyses lists the analyzers that have not finished. They are entered, and all
// but the first get a job.
func (r *run) openAnalyses(ctx context.Context, names []string) ([]string, error) {
	var open []string
	err := r.commit(ctx, func(tx store.Store, _ *store.Scan) error {
		open = nil
		if err := tx.OpenAnalyses(ctx, r.scan.ID, names); err != nil {
			return err
		}
		all, err := tx.Analyses(ctx, r.scan.ID)
		if err != nil {
			return err
		}
		for _, a := range all {
			if a.State == store.AnalysisOpen || a.State == store.AnalysisRunning {
				open = append(open, a.Analyzer)
			}
		}
		for _, name := range open[min(1, len(open)):] {
			job := jobs.Job{Kind: jobs.Analysis, Scan: r.scan.ID, Analyzer: name, Priority: r.scan.Priority}
			if err := r.p.Queue.Enqueue(ctx, tx, job); err != nil {
				return err
			}
		}
		return nil
	})
	return open, err
}

// endAnalysis enters what an analyzer that ran here found.
func (r *run) endAnalysis(ctx context.Context, tx store.Store, done store.Analysis) (int, error) {
	taken, err := tx.TakeAnalysis(ctx, r.scan.ID, done.Analyzer, r.p.Worker, r.p.now())
	if err != nil {
		return 0, lostIfConflict(err)
	}
	done.Attempt = taken.Attempt
	left, err := tx.EndAnalysis(ctx, done)
	return left, lostIfConflict(err)
}

func lostIfConflict(err error) error {
	if errs.KindOf(err) == errs.Conflict {
		return errLost
	}
	return err
}

// analyse runs one analyzer.
func (p *Pipeline) analyse(ctx context.Context, name string, s store.Scan, used func(context.Context) (store.StoredInventory, error)) (app.AnalyzerResult, error) {
	at := slices.IndexFunc(p.Analyzers, func(a Analyzer) bool { return a.Name() == name })
	if at < 0 {
		return app.AnalyzerResult{}, errs.E(errs.NotFound, "this worker has no analyzer %q", name)
	}
	inv, err := used(ctx)
	if err != nil {
		return app.AnalyzerResult{}, err
	}
	found, err := p.Analyzers[at].Analyse(ctx, s, inv)
	if err != nil {
		return app.AnalyzerResult{}, err
	}
	return p.withPURLs(ctx, found)
}

// withPURLs makes a result that can be read without the store's numbers.
func (p *Pipeline) withPURLs(ctx context.Context, a Analysis) (app.AnalyzerResult, error) {
	out := app.AnalyzerResult{Release: a.Release, Ecosystems: a.Ecosystems, Notices: a.Notices, Incomplete: a.Incomplete, Found: []app.FoundComponent{}}
	var ids []int64
	for _, f := range a.Found {
		if f.PURL == "" && (len(ids) == 0 || ids[len(ids)-1] != f.Component) {
			ids = append(ids, f.Component)
		}
	}
	var components []store.Component
	var err error
	if len(ids) > 0 {
		components, err = p.Store.Components(ctx, ids)
	}
	purls := map[int64]string{}
	for i := range components {
		purls[components[i].ID] = components[i].PURL
	}
	for _, f := range a.Found {
		out.Found = append(out.Found, app.FoundComponent{PURL: cmp.Or(f.PURL, purls[f.Component]), Found: f})
	}
	return out, err
}

// resultOf stores a result and makes the row of it.
func (p *Pipeline) resultOf(ctx context.Context, scan, analyzer string, result app.AnalyzerResult, fault error) (store.Analysis, error) {
	done := store.Analysis{ScanID: scan, Analyzer: analyzer, State: store.AnalysisDone, FinishedAt: p.now(), Findings: len(result.Found)}
	if fault != nil {
		done.State, done.Error = store.AnalysisFailed, fault.Error()
		return done, nil
	}
	var err error
	done.Result, err = p.putJSON(ctx, result)
	return done, err
}

func analysisText(a store.Analysis) string {
	if a.State == store.AnalysisFailed {
		return "failed: " + a.Error
	}
	return fmt.Sprintf("%d findings", a.Findings)
}

// used is what the scan's version uses, as it was read here or is stored.
func (r *run) used(ctx context.Context) (store.StoredInventory, error) {
	if r.stored != nil {
		return *r.stored, nil
	}
	return r.p.used(ctx, &r.scan)
}

func (p *Pipeline) used(ctx context.Context, s *store.Scan) (store.StoredInventory, error) {
	components, err := p.Store.Used(ctx, s.VersionID)
	return store.StoredInventory{ID: s.InventoryID, Components: components}, err
}

// Analysis runs one analyzer of a scan, as a job of its own.
func (p *Pipeline) Analysis(ctx context.Context, scan, analyzer string) error {
	s, err := p.Store.Scan(ctx, scan)
	if errs.KindOf(err) == errs.NotFound || err == nil && (s.State != store.ScanRunning || s.Stage != store.StageAnalyse) {
		return nil
	}
	if err != nil {
		return err
	}
	if s.CancelAsked {
		return p.Scan(ctx, scan) // nobody holds it, perhaps
	}
	taken, err := p.Store.TakeAnalysis(ctx, scan, analyzer, p.Worker, p.now())
	if errs.KindOf(err) == errs.Conflict {
		return nil
	}
	if err != nil {
		return err
	}
	if p.dead("analysis taken") {
		return errDead
	}
	traced, end := p.span(ctx, "analysis "+analyzer, "scan", scan)
	result, fault := p.analyseWatched(traced, s, analyzer)
	end(fault)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if fault != nil && !permanent(fault) && taken.Attempt < int64(p.Tries) {
		return fault
	}
	done, err := p.resultOf(ctx, scan, analyzer, result, fault)
	if err != nil {
		return err
	}
	done.Attempt = taken.Attempt
	return p.endAnalysis(ctx, s, done)
}

// analyseWatched runs an analyzer within its time, and gives the scan's sign of
// life meanwhile.
func (p *Pipeline) analyseWatched(ctx context.Context, s store.Scan, analyzer string) (app.AnalyzerResult, error) {
	limit := p.Timeout
	if own, ok := p.Stages[store.StageAnalyse]; ok {
		limit = own
	}
	ctx, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("%w: more than %v", errTooLong, limit))
	defer cancel()
	ended := make(chan struct{})
	defer close(ended)
	go p.beat(ctx, s.ID, ended, cancel)
	result, err := p.analyse(ctx, analyzer, s, func(ctx context.Context) (store.StoredInventory, error) { return p.used(ctx, &s) })
	if cause := context.Cause(ctx); err != nil && errors.Is(cause, errTooLong) {
		err = cause
	}
	return result, err
}

// endAnalysis enters what a job found; the last of a scan's sends it on.
func (p *Pipeline) endAnalysis(ctx context.Context, s store.Scan, done store.Analysis) error {
	if p.dead("before analysis") {
		return errDead
	}
	err := p.Store.Tx(ctx, func(tx store.Store) error {
		left, err := tx.EndAnalysis(ctx, done)
		if errs.KindOf(err) == errs.Conflict {
			return nil
		}
		if err != nil || left > 0 {
			return err
		}
		return p.Queue.Enqueue(ctx, tx, jobs.Job{Kind: jobs.Scan, Scan: s.ID, Priority: s.Priority})
	})
	if err == nil && p.dead("after analysis") {
		return errDead
	}
	return err
}

// analyzed is what an analyzer found, and the blob that has it.
type analyzed struct {
	app.AnalyzerResult
	digest string // empty: none
	failed bool
}

// results reads what the analyzers found, and what became of those that failed.
func (r *run) results(ctx context.Context) ([]analyzed, error) {
	analyses, err := r.p.Store.Analyses(ctx, r.scan.ID)
	if err != nil {
		return nil, err
	}
	var all []analyzed
	for _, a := range analyses {
		result, ok := r.own[a.Analyzer]
		if !ok && a.Result != "" {
			if err := r.p.getJSON(ctx, a.Result, &result); err != nil {
				return nil, err
			}
		}
		all = append(all, resultAs(a, result))
	}
	return all, nil
}

// resultAs is what an analysis says: of one that failed, that it did.
func resultAs(a store.Analysis, result app.AnalyzerResult) analyzed {
	if a.State == store.AnalysisFailed {
		result = app.AnalyzerResult{Incomplete: true, Notices: []string{fmt.Sprintf("The analyzer %s failed: %s", a.Analyzer, a.Error)}}
	}
	return analyzed{result, a.Result, a.State == store.AnalysisFailed}
}

// merge makes one list of what the analyzers found, and the version's findings
// follow it by difference.
func (r *run) merge(ctx context.Context) error {
	results, err := r.results(ctx)
	if err != nil {
		return err
	}
	return r.mergeAll(ctx, results, func(store.Store, *store.Scan) error { return nil })
}

// mergeAll merges results; first comes before it, in the same transaction.
func (r *run) mergeAll(ctx context.Context, results []analyzed, first func(tx store.Store, s *store.Scan) error) error {
	sum, err := r.sum(ctx, results)
	if err != nil {
		return err
	}
	var counts store.MergeCounts
	err = r.commit(ctx, func(tx store.Store, s *store.Scan) error {
		if err := first(tx, s); err != nil {
			return err
		}
		if err := r.settle(ctx, tx); err != nil {
			return err
		}
		counts, err = tx.MergeFindings(ctx, store.Merge{Version: s.VersionID, ScanSeq: s.Seq, Release: sum.release, At: r.p.now(), Found: sum.found, Partial: sum.partial})
		if err != nil {
			return err
		}
		r.mark(s, "done", mergeText(counts))
		sum.fill(s, r.scan.Notices)
		fillCounts(s, counts)
		s.Stage, s.Tries, s.Error = store.StageNotify, 0, ""
		r.endAtOnce(s, mergeText(counts)+".")
		return nil
	})
	if err == nil && !r.scan.State.Ended() {
		r.sayOf(store.StageMerge, "info", mergeText(counts)+".")
	}
	return err
}

// endAtOnce ends a scan with its merging if its log is short enough to stand in its
// row, as that of a push is: then there is nothing to be stored before. What the scan
// still has to say comes last.
func (r *run) endAtOnce(s *store.Scan, text string) {
	keeper, ok := r.p.Blobs.(interface {
		Inline(text []byte) (name string, ok bool)
	})
	if !ok || r.took > 1 {
		return // lines of earlier workers would have to be read
	}
	log, ok := keeper.Inline(r.log.ending(text, "Done.", r.p.now()))
	if !ok {
		return
	}
	s.Stages = append(s.Stages, store.StageRun{Stage: s.Stage, State: "done", Started: r.p.now(), Finished: r.p.now()})
	s.State, s.FinishedAt, s.Log = store.ScanDone, r.p.now(), log
}

// summary is what the analyzers say together.
type summary struct {
	found      []store.Found
	release    int64
	incomplete bool
	partial    bool // an analyzer failed
	notices    []string
	result     string // digest of the merged list
	ledger     *app.Ledger
	digest     string // of the ledger
}

func (r *run) sum(ctx context.Context, results []analyzed) (summary, error) {
	var s summary
	var lists [][]store.Found
	purls := map[int64]string{}
	var known map[string]int
	for _, result := range results {
		list := make([]store.Found, len(result.Found))
		for i, f := range result.Found {
			list[i], purls[f.Found.Component] = f.Found, f.PURL
		}
		lists = append(lists, list)
		s.release = max(s.release, result.Release)
		s.incomplete, s.partial = s.incomplete || result.Incomplete, s.partial || result.failed
		s.notices = append(s.notices, result.Notices...)
		if result.Ecosystems != nil {
			known = result.Ecosystems
		}
	}
	for _, n := range s.notices {
		r.say("warn", n)
	}
	s.found = MergeFound(lists...)
	if len(results) == 1 && results[0].digest != "" && len(results[0].Found) == len(s.found) {
		s.result = results[0].digest // the list of the only one is the merged one
		return s, r.cover(ctx, &s, known)
	}
	merged := app.AnalyzerResult{Release: s.release, Found: make([]app.FoundComponent, len(s.found))}
	for i, f := range s.found {
		merged.Found[i] = app.FoundComponent{PURL: purls[f.Component], Found: f}
	}
	var err error
	if s.result, err = r.p.putJSON(ctx, merged); err != nil {
		return s, err
	}
	return s, r.cover(ctx, &s, known)
}

// cover marks the files of ecosystems that the database knows nothing of.
func (r *run) cover(ctx context.Context, s *summary, known map[string]int) error {
	if r.ledger == nil {
		r.ledger = &app.Ledger{}
		if err := r.p.getJSON(ctx, r.scan.Ledger, r.ledger); err != nil {
			return err
		}
	}
	s.ledger, s.digest = r.ledger, r.scan.Ledger
	if known == nil {
		return nil
	}
	changed := false
	for i := range r.ledger.Files {
		f := &r.ledger.Files[i]
		if f.Status == inventory.Read && f.Ecosystem != "" && known[f.Ecosystem] == 0 {
			f.Status, f.Reason, changed = inventory.NoAdvisories, "the database has no advisories for "+f.Ecosystem, true
		}
	}
	if !changed {
		return nil
	}
	var err error
	s.digest, err = r.p.putJSON(ctx, r.ledger)
	return err
}

// fill brings the scan's row up to the summary; before are the notices of earlier
// stages.
func (u *summary) fill(s *store.Scan, before []string) {
	countFiles(s, u.ledger)
	s.Incomplete = s.Incomplete || u.incomplete
	s.Ledger, s.Result, s.ReleaseSeq = u.digest, u.result, u.release
	s.Notices = slices.Concat(before, u.notices)
}

func fillCounts(s *store.Scan, c store.MergeCounts) {
	s.Critical, s.High, s.Medium, s.Low = int(c.Critical), int(c.High), int(c.Medium), int(c.Low)
	s.Negligible, s.Unknown = int(c.Negligible), int(c.Unknown)
	s.Appeared, s.Disappeared = int(c.Appeared), int(c.Disappeared)
}

func mergeText(c store.MergeCounts) string {
	return fmt.Sprintf("%d open findings: %d new, %d gone", c.Total(), c.Appeared, c.Disappeared)
}

// notify puts out the event of the scan's end, and ends it.
func (r *run) notify(ctx context.Context) error {
	r.say("info", "Done.")
	s := r.scan
	s.State, s.FinishedAt, s.Tries, s.Error = store.ScanDone, r.p.now(), 0, ""
	r.mark(&s, "done", "")
	return r.finish(ctx, s)
}

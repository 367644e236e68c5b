package pipeline_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/pipeline"
	"github.com/assay-sca/assay/internal/source"
	"github.com/assay-sca/assay/internal/store"
)

// TestModel works many scans by workers that die at any point between commits,
// that come late, twice and several at once, while people cancel and clocks jump.
// In the end each scan has ended once, and what it did is there once: as often as
// an undisturbed run would have done it.
func TestModel(t *testing.T) {
	onEach(t, func(t *testing.T, b *bench) {
		seed := uint64(time.Now().UnixNano())
		t.Logf("seed %d", seed)
		m := model{bench: b, random: rand.New(rand.NewPCG(seed, 1))}
		m.refs = []source.RemoteRef{{Name: "refs/heads/main"}, {Name: "refs/tags/v1.0"}}
		m.projects = []string{b.project, b.addProject("second"), b.addProject("third")}
		for range 24 {
			m.request()
		}
		m.work()
		m.check()
	})
}

type model struct {
	*bench
	mu       sync.Mutex
	random   *rand.Rand
	projects []string
	asked    []string
}

// chance is true once in n times.
func (m *model) chance(n int) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.random.IntN(n) == 0
}

func (m *model) pick(n int) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.random.IntN(n)
}

// request asks for a scan or pushes an inventory.
func (m *model) request() {
	m.t.Helper()
	m.project = m.projects[m.pick(len(m.projects))]
	var s store.Scan
	if m.chance(2) {
		s = m.push(pushed("left", fmt.Sprintf("%d.0.0", 1+m.pick(3))), "main")
	} else {
		var err error
		s, err = m.CreateScan(m.t.Context(), m.who, []app.NewScan{
			{Project: m.project}, {Project: m.project, Ref: "v1.0"}, {Project: m.project, Release: "App v1"}, {Project: m.project, Release: "1.0.0"},
		}[m.pick(4)])
		m.must(err)
	}
	if !slices.Contains(m.asked, s.ID) {
		m.asked = append(m.asked, s.ID)
	}
}

// work has three workers at whatever is active until nothing is.
func (m *model) work() {
	for deadline := time.Now().Add(2 * time.Minute); ; {
		active, err := m.db.Scans(m.t.Context(), store.ScanFilter{Visible: store.Visible{All: true}, States: []store.ScanState{store.ScanWaiting, store.ScanQueued, store.ScanRunning}}, store.Page{Limit: 200})
		m.must(err)
		if len(active.Items) == 0 {
			return
		}
		if time.Now().After(deadline) {
			m.t.Fatalf("%d scans do not end; the first: %+v", len(active.Items), active.Items[0])
		}
		m.checkTurns(active.Items)
		m.disturb(active.Items)
		var workers sync.WaitGroup
		for range 3 {
			s := active.Items[m.pick(len(active.Items))]
			workers.Go(func() { m.worker(s) })
		}
		workers.Wait()
	}
}

// checkTurns wants no two scans of one ref to be admitted at once, and none that an
// older one of its repository may turn out to be of one ref with.
func (m *model) checkTurns(active []store.Scan) {
	m.t.Helper()
	for i, s := range active { // oldest first
		for _, older := range active[:i] {
			same := older.ProjectID == s.ProjectID && older.RepositoryID == s.RepositoryID && (older.RefUnknown() || !s.RefUnknown() && older.Ref == s.Ref)
			if same && s.State != store.ScanWaiting {
				m.t.Errorf("%s of %q is %s beside the older %s of %q, which is %s", s.ID, s.Ref, s.State, older.ID, older.Ref, older.State)
			}
		}
	}
}

// disturb does what happens around the workers.
func (m *model) disturb(active []store.Scan) {
	if m.chance(4) {
		m.Clock.Add([]time.Duration{time.Minute, -time.Minute, 3 * time.Hour, -3 * time.Hour}[m.pick(4)])
	}
	if m.chance(40) {
		s := active[m.pick(len(active))]
		if _, err := m.CancelScan(m.t.Context(), m.who, s.ID); errs.KindOf(err) != errs.Conflict { // that is too late
			m.must(err)
		}
	}
	m.must(m.p.Tend(m.t.Context()))
}

// worker is one life of a worker: with a few analyzers, one of which fails now and
// then, and death at any point.
func (m *model) worker(s store.Scan) {
	p := m.with(func(o *pipeline.Options) {
		o.Takes = 10_000
		o.Delay = time.Millisecond
		o.Tries = 1000
		o.Probe = func(string) bool { return m.chance(10) }
		o.Analyzers = []pipeline.Analyzer{pipeline.Advisories{Store: m.db, Databases: o.Databases}, analyzer{name: "other"}}
	})
	if m.chance(2) {
		_ = p.Analysis(m.t.Context(), s.ID, "other") // died, or came to nothing
		return
	}
	_ = p.Scan(m.t.Context(), s.ID) // died, or came to nothing
}

// check compares what is there with what was asked for.
func (m *model) check() {
	m.t.Helper()
	ctx := m.t.Context()
	var want []string
	ended := map[store.ScanState]int{}
	for _, id := range m.asked {
		s := m.reread(id)
		ended[s.State]++
		switch s.State {
		case store.ScanDone:
			want = append(want, "scan.finished:"+id)
			m.checkDone(s)
		case store.ScanCancelled:
			if !s.StartedAt.IsZero() {
				want = append(want, "scan.cancelled:"+id)
			}
		default:
			m.t.Errorf("%s ended as %s: %s", id, s.State, s.Error)
		}
	}
	m.t.Logf("%d scans: %v", len(m.asked), ended)
	got := slices.DeleteFunc(m.events(), func(name string) bool {
		return !slices.Contains(want, name) && len(name) > 15 && name[:15] == "scan.cancelled:"
	})
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		m.t.Errorf("events: mismatch (-want +got):\n%s", diff)
	}
	for _, project := range m.projects {
		versions, err := m.db.VersionsOf(ctx, project)
		m.must(err)
		for _, v := range versions {
			m.checkVersion(v)
		}
	}
}

// checkDone wants both analyzers to be done, once, and the log to be whole.
func (m *model) checkDone(s store.Scan) {
	m.t.Helper()
	analyses, err := m.db.Analyses(m.t.Context(), s.ID)
	m.must(err)
	if len(analyses) != 2 || analyses[0].State != store.AnalysisDone || analyses[1].State != store.AnalysisDone {
		m.t.Errorf("analyses of %s: %+v", s.ID, analyses)
	}
	if s.Log == "" || s.Result == "" || s.Ledger == "" || s.Components != 1 {
		m.t.Errorf("%s is not whole: %+v", s.ID, s)
	}
	if s.AskedRelease != "" && s.Ref != "v1.0" {
		m.t.Errorf("%s is of the release %s and of the ref %q", s.ID, s.AskedRelease, s.Ref)
	}
	if left, err := m.db.LastLog(m.t.Context(), s.ID); left != 0 || err != nil {
		m.t.Errorf("%d lines of the log of %s are left", left, s.ID)
	}
}

// checkVersion wants a version to be as its last successful scan left it.
func (m *model) checkVersion(v store.Version) {
	m.t.Helper()
	if v.Scan == "" {
		return
	}
	s := m.reread(v.Scan)
	for _, id := range m.asked {
		if other := m.reread(id); other.VersionID == v.ID && other.State == store.ScanDone && other.Seq > s.Seq {
			m.t.Errorf("the last scan of the version %d of %s is %d, although %d came after it", v.ID, v.Ref, s.Seq, other.Seq)
		}
	}
	counts, err := m.db.VersionCounts(m.t.Context(), v.ID)
	m.must(err)
	if int(counts.Total()) != s.Critical+s.High+s.Medium+s.Low+s.Negligible+s.Unknown {
		m.t.Errorf("version %d of %s: findings %+v, its last scan says %+v", v.ID, v.Ref, counts, s)
	}
}

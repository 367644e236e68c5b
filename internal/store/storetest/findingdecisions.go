package storetest

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/assay-sca/assay/internal/severity"
	"github.com/assay-sca/assay/internal/store"
)

// findingsConflictOfMany: whichever of findings that meet is the oldest, and gone,
// one that is open keeps the whole open.
func findingsConflictOfMany(l *lab) {
	accepted := store.Decision{State: store.Accepted, Comment: "c", Until: l.now.Add(1000 * time.Hour)}
	meet := func(component string, decided ...string) store.Finding {
		l.nextRelease()
		one := hit(component, "CVE-2026-1", severity.High, "GHSA-1")
		two, three := hit(component, "CVE-2026-2", severity.High, "GHSA-2"), hit(component, "CVE-2026-3", severity.High, "GHSA-3")
		l.scan(l.version, []string{component}, one)
		l.nextRelease()
		l.scan(l.version, []string{component}, two, three)
		for _, vulnerability := range decided {
			l.decide(accepted, l.one(vulnerability).ID)
		}
		l.nextRelease()
		l.scan(l.version, []string{component}, hit(component, "CVE-2026-1", severity.High, "GHSA-1", "GHSA-2", "GHSA-3"))
		return l.one("CVE-2026-1")
	}
	for i, test := range []struct {
		decided []string
		want    store.State
	}{
		{nil, store.Open},
		{[]string{"CVE-2026-2"}, store.Open},
		{[]string{"CVE-2026-3"}, store.Open},
		{[]string{"CVE-2026-2", "CVE-2026-3"}, store.Accepted},
	} {
		got := meet(fmt.Sprint("many", i), test.decided...)
		equal(l.t, fmt.Sprint(test.decided, " accepted"), []any{test.want, test.want == store.Open}, []any{got.State, got.Counts})
	}
}

// DecidedMeanwhile is the part of the specification of findings that needs a store
// whose transactions are some: a decision that is made while a scan is merged
// holds, and the figures follow it.
func DecidedMeanwhile(t *testing.T, s store.Store) {
	l := newLab(t, s)
	l.scan(l.version, []string{"a"}, hit("a", "CVE-2026-1", severity.High, "GHSA-1"))
	id := l.one("CVE-2026-1").ID
	for i := range 20 {
		level, why := severity.Critical, "first"
		if i%2 == 0 {
			level, why = severity.Low, "second"
		}
		l.nextRelease()
		m := l.match([]string{"a"}, hit("a", "CVE-2026-1", level, "GHSA-1"))
		found := []store.Found{{Component: l.component("a"), Direct: true, Key: store.ComponentKey("a", "1.0.0"), Finding: m.Findings[l.component("a")][0]}}
		begin := make(chan struct{})
		errs := make([]error, 2)
		var both sync.WaitGroup
		for n, do := range []func(tx store.Store) error{
			func(tx store.Store) error {
				_, err := tx.Decide(l.t.Context(), l.project, []int64{id}, 0, store.Decision{At: l.now, Actor: "user:u", State: store.NotAffected, Comment: fmt.Sprint(why, i)})
				return err
			},
			func(tx store.Store) error {
				_, err := tx.MergeFindings(l.t.Context(), store.Merge{Version: l.version, ScanSeq: l.seq, Release: l.release.Seq, At: l.now, Found: found})
				return err
			},
		} {
			both.Go(func() {
				<-begin
				errs[n] = l.s.Tx(l.t.Context(), do)
			})
		}
		close(begin)
		both.Wait()
		l.must(errs[0])
		l.must(errs[1])
		f := l.one("CVE-2026-1")
		if f.State != store.NotAffected || f.Decision == nil || f.Decision.Comment != fmt.Sprint(why, i) || f.Counts {
			l.t.Fatalf("round %d: the decision is lost: %s, %+v", i, f.State, f.Decision)
		}
		l.checkFigures(map[int64]string{l.version: l.project})
		l.decide(store.Decision{State: store.Open}, id)
	}
}

package app

import (
	"context"
	"time"

	"github.com/assay-sca/assay/internal/store"
)

// Exposure answers since when a version, or a project, was exposed.
type Exposure struct {
	Since     time.Time // used, and known to be affected here; zero: never
	Used      time.Time // the first scan that saw the component
	Known     time.Time // the first import of a release that said so
	Knowable  time.Time // when that release was built
	Until     time.Time // zero: still, if there is a Since
	Stretches []store.Exposure
}

// exposure joins stretches of use with stretches of knowledge.
func exposure(list []store.Exposure) Exposure {
	e := Exposure{Stretches: list}
	open := false
	for i := range list {
		s := &list[i]
		e.Used, e.Known, e.Knowable = earlier(e.Used, s.UsedFrom), earlier(e.Known, s.KnownFrom), earlier(e.Knowable, s.KnowableFrom)
		from, to := later(s.UsedFrom, s.KnownFrom), earlier(s.UsedTo, s.KnownTo)
		if !to.IsZero() && !from.Before(to) {
			continue // it was used and it was known, but not at once
		}
		e.Since = earlier(e.Since, from)
		open = open || to.IsZero()
		e.Until = later(e.Until, to)
	}
	if open {
		e.Until = time.Time{}
	}
	return e
}

// earlier is the earlier of two instants; zero is none.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// ExposureAnswer is whether a project was exposed at an instant.
type ExposureAnswer struct {
	At       time.Time
	Used     bool // a component was used that, by today's knowledge, was affected
	Known    bool // and a release imported by then said so
	Knowable bool // and a release built by then said so
	Exposure Exposure
}

// ExposedAt tells whether a project was exposed to a vulnerability at an instant,
// whether that was known here then, and whether it could have been.
func (a *App) ExposedAt(ctx context.Context, who Actor, project, vulnerability string, at time.Time) (ExposureAnswer, error) {
	p, err := projectFor(ctx, a.Store, who, project, Viewer, ScopeRead)
	if err != nil {
		return ExposureAnswer{}, err
	}
	list, err := a.Store.Exposures(ctx, p.ID, vulnerability)
	if err != nil {
		return ExposureAnswer{}, err
	}
	out := ExposureAnswer{At: at, Exposure: exposure(list)}
	for i := range list {
		s := &list[i]
		if !within(at, s.UsedFrom, s.UsedTo) {
			continue
		}
		out.Used = true
		out.Known = out.Known || within(at, s.KnownFrom, s.KnownTo)
		out.Knowable = out.Knowable || within(at, s.KnowableFrom, s.KnownTo)
	}
	return out, nil
}

// within tells whether an instant lies in a stretch; a zero end is none.
func within(at, from, to time.Time) bool {
	return !at.Before(from) && (to.IsZero() || at.Before(to))
}

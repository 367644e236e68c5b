package app

import (
	"context"
	"sync"

	"github.com/assay-sca/assay/internal/errs"
)

// Bounds of streams that are followed at once: each asks the database again and
// again for as long as somebody listens.
const (
	maxStreams    = 1000
	maxStreamsOne = 30 // of one actor: a browser with many tabs
)

// streams counts who follows what.
type streams struct {
	mu  sync.Mutex
	all int
	by  map[string]int
}

// Listen takes a place for a stream of events, to be given back with leave. Busy:
// the actor, or all together, follow too many.
func (a *App) Listen(who Actor) (leave func(), err error) {
	s, id := &a.streams, who.ID()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all >= maxStreams || s.by[id] >= maxStreamsOne {
		return nil, errs.E(errs.Busy, "too many streams of events are open; close some")
	}
	if s.by == nil {
		s.by = map[string]int{}
	}
	s.all++
	s.by[id]++
	return sync.OnceFunc(func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.all--
		if s.by[id]--; s.by[id] == 0 {
			delete(s.by, id)
		}
	}), nil
}

// again is an actor with the rights that they have now: what is followed for hours
// ends with the session, the token or the right to see it. Anonymous: it ended.
func (a *App) again(ctx context.Context, who Actor) (Actor, error) {
	c := Client{Address: who.Address}
	switch {
	case who.System:
		return who, nil
	case who.TokenID != "":
		return a.tokenAgain(ctx, who, c)
	case who.Session != "" && !a.hasSession(ctx, who):
		return Actor{}, errs.E(errs.Anonymous, "your session has ended; sign in again")
	}
	return a.enabled(ctx, who.UserID, "", c)
}

func (a *App) tokenAgain(ctx context.Context, who Actor, c Client) (Actor, error) {
	t, err := a.Store.Token(ctx, who.TokenID)
	if errs.KindOf(err) == errs.NotFound || err == nil && a.over(t) {
		return Actor{}, errBadToken()
	}
	if err != nil {
		return Actor{}, err
	}
	now, err := a.ownerOf(ctx, t, c)
	now.TokenID, now.Scopes = t.ID, scopesOf(t.Scopes)
	return now, err
}

// hasSession tells whether the actor's session still is one.
func (a *App) hasSession(ctx context.Context, who Actor) bool {
	own, err := a.Sessions(ctx, who)
	for _, s := range own {
		if s.Current {
			return true
		}
	}
	return err != nil // a database that is away ends no session
}

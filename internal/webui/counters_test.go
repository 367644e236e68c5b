package webui

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/assay-sca/assay/internal/app"
)

func TestCountersAreKeptForAMoment(t *testing.T) {
	t.Parallel()
	now, asked := galleryNow, 0
	var fails error
	c := newCounters(func(context.Context, app.Actor) (counts, error) {
		asked++
		return counts{Running: asked}, fails
	}, func() time.Time { return now })
	see := func(user string, want int) {
		t.Helper()
		if got, err := c.of(t.Context(), app.Actor{UserID: user}); err != nil || got.Running != want {
			t.Errorf("%s sees %d (%v), want %d", user, got.Running, err, want)
		}
	}
	see("ada", 1)
	see("ada", 1)
	see("grace", 2)
	now = now.Add(countersLast)
	see("ada", 3)
	now = now.Add(-time.Hour) // the clock was set back
	see("ada", 4)
	fails = errors.New("gone")
	if _, err := c.of(t.Context(), app.Actor{UserID: "alan"}); !errors.Is(err, fails) {
		t.Errorf("the failure is %v", err)
	}
	see("ada", 4)
}

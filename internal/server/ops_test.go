package server

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestHeartbeatIsCheap: who asks again and again, or many at once, makes the server
// look only once a second.
func TestHeartbeatIsCheap(t *testing.T) {
	t.Parallel()
	var looked atomic.Int64
	var now atomic.Int64
	h := heartbeat([]check{{"database", true, func(ctx context.Context) (string, error) {
		looked.Add(1)
		return "", ctx.Err()
	}}}, func() time.Time { return time.Unix(0, now.Load()) })
	ask := func() int {
		gone, stop := context.WithCancel(t.Context())
		stop() // who asks goes away: others may still wait for the same answer
		w := httptest.NewRecorder()
		h(w, httptest.NewRequestWithContext(gone, http.MethodGet, "/__heartbeat__", nil))
		return w.Code
	}
	for want := int64(1); want <= 2; want++ {
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() {
				if code := ask(); code != http.StatusOK {
					t.Errorf("answered %d", code)
				}
			})
		}
		all.Wait()
		if got := looked.Load(); got != want {
			t.Errorf("looked %d times, want %d", got, want)
		}
		now.Add(int64(heartbeatLasts))
	}
}

package app_test

import (
	"io"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/errs"
)

// largeBody is a large document that is none in the end. It notes how many are
// read beyond their beginning at once.
type largeBody struct {
	left          int
	inside        bool
	reading, most *atomic.Int64
}

func (b *largeBody) Read(p []byte) (int, error) {
	if b.left > 0 {
		n := min(len(p), b.left)
		for i := range p[:n] {
			p[i] = ' '
		}
		b.left -= n
		return n, nil
	}
	if b.inside {
		b.reading.Add(-1)
		return 0, io.EOF
	}
	b.inside = true
	if now := b.reading.Add(1); now > b.most.Load() {
		b.most.Store(now)
	}
	<-time.After(20 * time.Millisecond) // a client that takes its time
	return copy(p, "x"), nil
}

// TestLargePushesTakeTurns: many large documents at once do not take the memory of
// all of them.
func TestLargePushesTakeTurns(t *testing.T) {
	onDesk(t, func(t *testing.T, d *desk) {
		var reading, most atomic.Int64
		var all sync.WaitGroup
		for range 6 {
			all.Go(func() {
				_, err := d.PushScan(t.Context(), d.developer, app.Push{Project: d.project, Body: &largeBody{left: 4 << 20, reading: &reading, most: &most}})
				wantKind(t, "no document", err, errs.Invalid)
			})
		}
		all.Wait()
		if n := most.Load(); n < 1 || n > 2 {
			t.Errorf("%d large documents were read at once", n)
		}
	})
}

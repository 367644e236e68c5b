package httpapi

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// remembered bounds how many askers a limiter knows: who has been quiet long
// enough to have a full bucket again is forgotten.
const remembered = 10_000

// limiter allows each asker so many requests a second.
type limiter struct {
	mu    sync.Mutex
	rate  rate.Limit
	burst int
	clock func() time.Time
	known map[string]*rate.Limiter
}

func newLimiter(perSecond float64, clock func() time.Time) *limiter {
	return &limiter{rate: rate.Limit(perSecond), burst: int(perSecond * 10), clock: clock, known: map[string]*rate.Limiter{}}
}

// allow takes one request from the asker's bucket, if there is one.
func (l *limiter) allow(asker string) bool {
	if l.rate < 0 {
		return true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.clock()
	bucket, ok := l.known[asker]
	if !ok {
		l.forget(now)
		bucket = rate.NewLimiter(l.rate, max(l.burst, 1))
		l.known[asker] = bucket
	}
	return bucket.AllowN(now, 1)
}

// forget drops full buckets when there are too many, and all of them when none is
// full: a flood of addresses must not fill the memory.
func (l *limiter) forget(now time.Time) {
	if len(l.known) < remembered {
		return
	}
	for asker, bucket := range l.known {
		if bucket.TokensAt(now) >= float64(bucket.Burst()) {
			delete(l.known, asker)
		}
	}
	if len(l.known) >= remembered {
		clear(l.known)
	}
}

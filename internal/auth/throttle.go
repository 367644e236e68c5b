package auth

import (
	"net/netip"
	"sync"
	"time"

	"github.com/assay-sca/assay/internal/errs"
)

// Throttle bounds attempts by key: each has a number of tries that come back one
// by one. It is kept in memory, a process each, and forgets whom it has not seen
// for longest when it is full. Its zero value cannot be used.
type Throttle struct {
	mu    sync.Mutex
	tries float64
	back  time.Duration
	most  int
	keys  map[string]tries
}

// tries is what a key has left, as of an instant.
type tries struct {
	left float64
	at   time.Time
}

// NewThrottle allows so many attempts at once, of which one comes back every so
// often. It remembers at most most keys.
func NewThrottle(attempts int, back time.Duration, most int) *Throttle {
	return &Throttle{tries: float64(attempts), back: back, most: most, keys: map[string]tries{}}
}

// Try takes an attempt before it is made, so that many at once count as many.
// Busy: there is none left.
func (t *Throttle) Try(now time.Time, key string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	left := t.left(now, key)
	if left < 1 {
		wait := time.Duration((1 - left) * float64(t.back))
		return errs.E(errs.Busy, "too many attempts; try again in %s", wait.Round(time.Second)+time.Second)
	}
	if _, known := t.keys[key]; !known && len(t.keys) >= t.most {
		t.forget(now)
	}
	t.keys[key] = tries{left - 1, now}
	return nil
}

// Forgive gives a key all its attempts back, after one that was right.
func (t *Throttle) Forgive(key string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.keys, key)
}

// left is what a key has left now. A clock that went back gives nothing.
func (t *Throttle) left(now time.Time, key string) float64 {
	had, known := t.keys[key]
	if !known {
		return t.tries
	}
	return min(t.tries, had.left+max(0, float64(now.Sub(had.at))/float64(t.back)))
}

// forget removes the keys that have all attempts again, else half of the others,
// those with the most left first: who fills the memory does not free himself.
func (t *Throttle) forget(now time.Time) {
	for key := range t.keys {
		if t.left(now, key) >= t.tries {
			delete(t.keys, key)
		}
	}
	for bound := t.tries; len(t.keys) > t.most/2 && bound > 0; bound-- {
		for key := range t.keys {
			if len(t.keys) > t.most/2 && t.left(now, key) >= bound-1 {
				delete(t.keys, key)
			}
		}
	}
}

// Network is what requests from an address are counted by. Whoever has one address
// of IPv6 has all of its /64.
func Network(address string) string {
	at, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	at = at.Unmap().WithZone("")
	if at.Is4() {
		return at.String()
	}
	network, err := at.Prefix(64)
	if err != nil {
		return address
	}
	return network.String()
}

package pipeline

import (
	"sync"

	"github.com/assay-sca/assay/internal/store"
)

// cleanLimit bounds how many components are remembered: about ten megabytes.
const cleanLimit = 300_000

// clean remembers components of which a release says nothing at all: most. A
// release never says anything else, so they need not be read again until the next
// one. It is safe for concurrent use; a nil one remembers nothing.
type clean struct {
	mu         sync.Mutex
	release    int64
	components map[int64]struct{}
}

// others are the components that are not known to be clean.
func (c *clean) others(release int64, components []int64) []int64 {
	if c == nil {
		return components
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.release != release {
		return components
	}
	out := make([]int64, 0, len(components)/4)
	for _, id := range components {
		if _, ok := c.components[id]; !ok {
			out = append(out, id)
		}
	}
	return out
}

// add remembers those of some components of which nothing was said.
func (c *clean) add(components []int64, m store.Matched) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if m.Release < c.release {
		return // a scan that began before
	}
	if m.Release != c.release || c.components == nil || len(c.components) > cleanLimit {
		c.release, c.components = m.Release, map[int64]struct{}{}
	}
	for _, id := range components {
		if len(m.Findings[id]) == 0 && len(m.Uncompared[id]) == 0 {
			c.components[id] = struct{}{}
		}
	}
}

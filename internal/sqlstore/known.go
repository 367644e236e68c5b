package sqlstore

import "sync"

// knownLimit bounds how many numbers of each kind are remembered: some tens of
// megabytes.
const knownLimit = 200_000

// known remembers the numbers of rows that are stored by their content for ever:
// components by purl, records of advisories. Most of what a scan finds was found by
// others before. A nil one remembers nothing; within a transaction there is none,
// because what that inserts may be taken back.
type known[K comparable] struct {
	mu  sync.Mutex
	ids map[K]int64
}

// of returns the numbers that are known, and the keys that are not.
func (k *known[K]) of(keys []K) (map[K]int64, []K) {
	ids := make(map[K]int64, len(keys))
	if k == nil {
		return ids, keys
	}
	var others []K
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, key := range keys {
		if id, ok := k.ids[key]; ok {
			ids[key] = id
		} else {
			others = append(others, key)
		}
	}
	return ids, others
}

// add remembers more. When there are too many all are forgotten: those that are
// used often are soon known again.
func (k *known[K]) add(ids map[K]int64) {
	if k == nil || len(ids) == 0 {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.ids == nil || len(k.ids)+len(ids) > knownLimit {
		k.ids = make(map[K]int64, len(ids))
	}
	for key, id := range ids {
		k.ids[key] = id
	}
}

package sqlstore

import "sync"

// knownLimit bounds how many components' numbers are remembered: some tens of
// megabytes.
const knownLimit = 200_000

// knownComponents remembers the numbers of components by purl: they never change,
// and components are never deleted. Most of what a scan finds was found by others
// before. A nil one remembers nothing; within a transaction there is none, because
// what that inserts may be taken back.
type knownComponents struct {
	mu  sync.Mutex
	ids map[string]int64
}

// of returns the numbers that are known, and the purls that are not.
func (k *knownComponents) of(purls []string) (map[string]int64, []string) {
	ids := make(map[string]int64, len(purls))
	if k == nil {
		return ids, purls
	}
	var others []string
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, p := range purls {
		if id, ok := k.ids[p]; ok {
			ids[p] = id
		} else {
			others = append(others, p)
		}
	}
	return ids, others
}

// add remembers more. When there are too many all are forgotten: those that are
// used often are soon known again.
func (k *knownComponents) add(ids map[string]int64) {
	if k == nil || len(ids) == 0 {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.ids == nil || len(k.ids)+len(ids) > knownLimit {
		k.ids = make(map[string]int64, len(ids))
	}
	for p, id := range ids {
		k.ids[p] = id
	}
}

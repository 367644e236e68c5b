package app

import (
	"sync"
	"time"
)

// uploadsLimit bounds what Uploads remembers, in bytes of the blobs: in memory it
// is a few times that; uploadsAge is how long a pushed inventory is remembered that
// no worker here asks for.
const (
	uploadsLimit = 16 << 20
	uploadsAge   = time.Minute
)

// Uploads hands pushed inventories to workers of the same process, which would else
// read them again from their blobs. It promises nothing: what is not there, because
// it did not fit, came to another process, or was taken already, is read. The zero
// one is ready; a nil one remembers nothing. It is safe for concurrent use.
type Uploads struct {
	mu   sync.Mutex
	size int
	kept map[string]keptUpload // by the blob's digest
}

type keptUpload struct {
	Upload
	size  int
	since time.Time
}

// keep remembers an inventory if there is room. What is there stays: scans come in
// the order of their pushes.
func (u *Uploads) keep(digest string, upload Upload, size int, now time.Time) {
	if u == nil {
		return
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.size+size > uploadsLimit {
		u.forget(now)
	}
	if _, there := u.kept[digest]; there || u.size+size > uploadsLimit {
		return
	}
	if u.kept == nil {
		u.kept = map[string]keptUpload{}
	}
	u.kept[digest] = keptUpload{upload, size, now}
	u.size += size
}

// forget drops what nobody asked for.
func (u *Uploads) forget(now time.Time) {
	for digest, k := range u.kept {
		if age := now.Sub(k.since); age > uploadsAge || age < 0 { // a clock may be set back
			delete(u.kept, digest)
			u.size -= k.size
		}
	}
}

// Take returns an inventory and forgets it: it is the caller's.
func (u *Uploads) Take(digest string) (Upload, bool) {
	if u == nil {
		return Upload{}, false
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	k, ok := u.kept[digest]
	if ok {
		delete(u.kept, digest)
		u.size -= k.size
	}
	return k.Upload, ok
}

package extract

import "sync"

// queue is the folders still to be read.
type queue struct {
	mu      sync.Mutex
	changed *sync.Cond
	folders []folder
	active  int // folders taken and not done
	stopped bool
}

func (q *queue) init(first folder) {
	q.changed = sync.NewCond(&q.mu)
	q.folders = append(q.folders, first)
}

func (q *queue) add(f folder) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.folders = append(q.folders, f)
	q.changed.Signal()
}

// take waits for a folder; false says that none will come.
func (q *queue) take() (folder, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.folders) == 0 && q.active > 0 && !q.stopped {
		q.changed.Wait()
	}
	if len(q.folders) == 0 || q.stopped {
		return folder{}, false
	}
	last := len(q.folders) - 1
	f := q.folders[last]
	q.folders = q.folders[:last]
	q.active++
	return f, true
}

func (q *queue) done() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.active--
	if q.active == 0 && len(q.folders) == 0 {
		q.changed.Broadcast()
	}
}

func (q *queue) stop() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.stopped = true
	q.changed.Broadcast()
}

package server

import (
	"io"
	"net/http"
	"time"
)

// pace is how slow a client may be: it may let so much time pass, and then as much
// again as its bytes take at the rate. A connection that trickles, or whose answer
// nobody takes, is not held for ever.
type pace struct {
	patience time.Duration
	rate     int64 // bytes a second
	clock    func() time.Time
}

// usual is the pace that everybody manages: a form or a document of a MiB within
// about five minutes.
func usual(clock func() time.Time) pace {
	return pace{patience: 30 * time.Second, rate: 4 << 10, clock: clock}
}

// paced holds clients to a pace. Streams may be silent as long as they like: only
// what is sent must be taken.
func paced(next http.Handler, p pace) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		control := http.NewResponseController(w)
		_ = control.SetWriteDeadline(time.Time{}) // of the request before, on the same connection
		if r.Body != nil && r.Body != http.NoBody {
			// Also for bodies that no handler reads: the connection reads them then.
			_ = control.SetReadDeadline(p.clock().Add(p.patience))
			r.Body = &pacedBody{ReadCloser: r.Body, pace: p, control: control}
		}
		next.ServeHTTP(&pacedWriter{ResponseWriter: w, pace: p, control: control}, r)
	})
}

// time is how long so many bytes may take.
func (p pace) time(bytes int64) time.Duration {
	return time.Duration(bytes) * time.Second / time.Duration(p.rate)
}

// pacedBody counts the time for which it waits for the client. What the server
// takes in between is not the client's fault.
type pacedBody struct {
	io.ReadCloser
	pace    pace
	control *http.ResponseController
	bytes   int64
	waited  time.Duration
}

// Read reads.
func (b *pacedBody) Read(p []byte) (int, error) {
	began := b.pace.clock()
	_ = b.control.SetReadDeadline(began.Add(b.pace.patience + b.pace.time(b.bytes) - b.waited))
	n, err := b.ReadCloser.Read(p)
	b.bytes += int64(n)
	b.waited += b.pace.clock().Sub(began)
	if err == io.EOF {
		_ = b.control.SetReadDeadline(time.Time{}) // what comes next is another request
	}
	return n, err
}

// pacedWriter gives each write its time.
type pacedWriter struct {
	http.ResponseWriter
	pace    pace
	control *http.ResponseController
}

// WriteHeader writes.
func (w *pacedWriter) WriteHeader(status int) {
	_ = w.control.SetWriteDeadline(w.pace.clock().Add(w.pace.patience))
	w.ResponseWriter.WriteHeader(status)
}

// Write writes.
func (w *pacedWriter) Write(p []byte) (int, error) {
	_ = w.control.SetWriteDeadline(w.pace.clock().Add(w.pace.patience + w.pace.time(int64(len(p)))))
	return w.ResponseWriter.Write(p)
}

// Unwrap is for http.ResponseController.
func (w *pacedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

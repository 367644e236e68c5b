package telemetry

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"runtime/debug"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// Observed is what watches requests.
type Observed struct {
	Log     *slog.Logger
	Metrics *Metrics
	Tracer  trace.Tracer
	// Part names the part of the server that a path belongs to: a handful of names.
	Part func(path string) string
	// Quiet tells which paths are not logged when all is well: those that probes
	// ask every few seconds.
	Quiet func(path string) bool
	Clock func() time.Time
}

// RequestID is the header that names a request in the answer and in the log.
const RequestID = "X-Request-Id"

// ownID are the names that a proxy before us may have given.
var ownID = regexp.MustCompile(`^[A-Za-z0-9._-]{8,64}$`)

// Handler names each request, counts, times, traces and logs it, and answers 500
// where the next handler panics.
func (o Observed) Handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := o.Clock()
		id := r.Header.Get(RequestID)
		if !ownID.MatchString(id) {
			id = strings.ToLower(rand.Text()[:16])
		}
		w.Header().Set(RequestID, id)
		part := o.Part(r.URL.Path)
		ctx, span := o.Tracer.Start(propagation.TraceContext{}.Extract(r.Context(), propagation.HeaderCarrier(r.Header)),
			r.Method+" "+part, trace.WithSpanKind(trace.SpanKindServer),
			trace.WithAttributes(attribute.String("http.request.method", r.Method), attribute.String("url.path", r.URL.Path)))
		seen := &watched{ResponseWriter: w}
		o.Metrics.running.Inc()
		defer func() {
			problem := recover()
			o.Metrics.running.Dec()
			o.ended(ctx, seen, r, part, id, o.Clock().Sub(began), problem)
			span.SetAttributes(attribute.Int("http.response.status_code", seen.status))
			if seen.status >= http.StatusInternalServerError {
				span.SetStatus(codes.Error, http.StatusText(seen.status))
			}
			span.End()
			if problem == http.ErrAbortHandler { //nolint:errorlint,err113 // net/http's own word for "cut the connection"
				panic(problem)
			}
		}()
		next.ServeHTTP(seen, r.WithContext(ctx))
	})
}

// ended tells of a request that was answered, or not.
func (o Observed) ended(ctx context.Context, w *watched, r *http.Request, part, id string, took time.Duration, problem any) {
	level := slog.LevelInfo
	if problem != nil && problem != http.ErrAbortHandler { //nolint:errorlint,err113 // as above
		o.Log.ErrorContext(ctx, "a handler panicked", "request", id, "path", r.URL.Path, "panic", fmt.Sprint(problem), "stack", string(debug.Stack()))
		if w.status == 0 {
			http.Error(w, "something went wrong; the server's log has more under "+id, http.StatusInternalServerError)
		}
	}
	if w.status == 0 {
		w.status = http.StatusOK // nothing was written
	}
	stream := strings.HasPrefix(w.Header().Get("Content-Type"), "text/event-stream")
	o.Metrics.observe(part, r.Method, w.status, took, stream)
	if w.status >= http.StatusInternalServerError {
		level = slog.LevelWarn
	} else if o.Quiet(r.URL.Path) {
		level = slog.LevelDebug
	}
	o.Log.LogAttrs(ctx, level, "request", slog.String("request", id), slog.String("method", r.Method), slog.String("path", r.URL.Path),
		slog.Int("status", w.status), slog.Int64("bytes", w.bytes), slog.Float64("ms", float64(took.Microseconds())/1000), slog.String("address", r.RemoteAddr))
}

// watched remembers what was answered.
type watched struct {
	http.ResponseWriter
	status int
	bytes  int64
}

// WriteHeader remembers the status.
func (w *watched) WriteHeader(status int) {
	if w.status == 0 && status >= http.StatusOK {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write counts.
func (w *watched) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(p)
	w.bytes += int64(n)
	return n, err
}

// Flush is for streams whose writers ask for http.Flusher by itself.
func (w *watched) Flush() {
	http.NewResponseController(w.ResponseWriter).Flush() //nolint:errcheck // not every connection can
}

// Unwrap is for http.ResponseController.
func (w *watched) Unwrap() http.ResponseWriter { return w.ResponseWriter }

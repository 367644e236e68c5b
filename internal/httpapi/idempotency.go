package httpapi

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"hash"
	"io"
	"net/http"
	"os"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/store"
)

// Bounds of requests that carry an Idempotency-Key.
const (
	maxKey     = 200     // characters
	maxAnswer  = 1 << 20 // bytes of an answer that is kept
	keyHeader  = "Idempotency-Key"
	sameHeader = "Idempotency-Replayed"
	onceHeader = "Assay-Shown-Once" // of answers with a secret: see Secret
)

// kept are the headers of an answer that are kept with it.
func kept() []string { return []string{"Content-Type", "Location", "Etag", "Link"} }

// once lets a POST with an Idempotency-Key have its effect once: whoever sends it
// again with the same body gets the same answer.
func (a *api) once(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		key, who := r.Header.Get(keyHeader), visitOf(r.Context()).actor
		switch {
		case key == "" || r.Method != http.MethodPost || who.ID() == nobody:
			next.ServeHTTP(w, r)
			return
		case len(key) > maxKey:
			refuse(w, http.StatusBadRequest, "the Idempotency-Key is too long")
			return
		}
		digest, body, err := spooled(r, a.o.MaxUpload)
		if err != nil {
			a.write(w, r, err)
			return
		}
		defer body.Close() //nolint:errcheck // only read
		r.Body = body
		earlier, mine, err := a.app.BeginAnswer(r.Context(), who, key, digest)
		switch {
		case err != nil:
			a.write(w, r, err)
		case mine:
			a.answer(w, r, next, store.Answer{Actor: who.ID(), Key: key, Request: digest})
		default:
			again(w, earlier, digest)
		}
	})
}

// write answers with an error as a problem.
func (a *api) write(w http.ResponseWriter, r *http.Request, err error) {
	var e interface{ GetStatus() int }
	problem := a.problem(r.Context(), err)
	code := http.StatusInternalServerError
	if errors.As(problem, &e) {
		code = e.GetStatus()
	}
	refuse(w, code, problem.Error())
}

// again answers what was answered, or why not.
func again(w http.ResponseWriter, earlier store.Answer, digest []byte) {
	if !bytes.Equal(earlier.Request, digest) {
		refuse(w, http.StatusConflict, "this Idempotency-Key was used for another request")
		return
	}
	if earlier.Status == 0 {
		refuse(w, http.StatusConflict, "the first request with this Idempotency-Key has not ended yet")
		return
	}
	var headers map[string]string
	if err := json.Unmarshal([]byte(earlier.Headers), &headers); err != nil {
		refuse(w, http.StatusInternalServerError, "the earlier answer cannot be read")
		return
	}
	for name, value := range headers {
		w.Header().Set(name, value)
	}
	w.Header().Set(sameHeader, "true")
	w.WriteHeader(earlier.Status)
	w.Write(earlier.Body) //nolint:errcheck // the client went away
}

// answer lets the request have its effect and keeps the answer. One that may be
// tried again with effect is not kept: neither faults of ours nor limits.
func (a *api) answer(w http.ResponseWriter, r *http.Request, next http.Handler, row store.Answer) {
	ctx := context.WithoutCancel(r.Context())
	seen := &recorded{ResponseWriter: w, code: http.StatusOK}
	finished := false
	defer func() {
		if !finished { // the handler panicked
			a.forget(ctx, row)
		}
	}()
	next.ServeHTTP(seen, r)
	finished = true
	if seen.code >= http.StatusInternalServerError || seen.code == http.StatusTooManyRequests || seen.code == http.StatusUnauthorized || seen.over {
		a.forget(ctx, row)
		return
	}
	if w.Header().Get(onceHeader) != "" && seen.code < http.StatusBadRequest {
		a.keepNot(ctx, row)
		return
	}
	headers := map[string]string{}
	for _, name := range kept() {
		if value := w.Header().Get(name); value != "" {
			headers[name] = value
		}
	}
	text, err := json.Marshal(headers)
	if err == nil {
		row.Status, row.Headers, row.Body = seen.code, string(text), seen.body.Bytes()
		err = a.app.FinishAnswer(ctx, row)
	}
	if err != nil {
		a.log.LogAttrs(ctx, levelOf(status(err)), "an answer could not be kept", errorAttr(err), requestAttr(ctx))
	}
}

// keepNot keeps, instead of an answer with a secret, that there was one: the
// request has no second effect, and no secret lies in the store.
func (a *api) keepNot(ctx context.Context, row store.Answer) {
	row.Status, row.Headers = http.StatusConflict, `{"Content-Type":"application/problem+json"}`
	row.Body = []byte(`{"title":"Conflict","status":409,"detail":"the request was answered with a secret, which is not shown again"}`)
	if err := a.app.FinishAnswer(ctx, row); err != nil {
		a.log.LogAttrs(ctx, levelOf(status(err)), "an answer could not be kept", errorAttr(err), requestAttr(ctx))
	}
}

func (a *api) forget(ctx context.Context, row store.Answer) {
	if err := a.app.DropAnswer(ctx, visitOf(ctx).actor, row.Key); err != nil {
		a.log.LogAttrs(ctx, levelOf(status(err)), "a key could not be freed", errorAttr(err), requestAttr(ctx))
	}
}

// recorded writes an answer and keeps a copy.
type recorded struct {
	http.ResponseWriter
	code int
	body bytes.Buffer
	over bool
}

// WriteHeader remembers the status.
func (r *recorded) WriteHeader(code int) {
	r.code = code
	r.ResponseWriter.WriteHeader(code)
}

// Write copies.
func (r *recorded) Write(p []byte) (int, error) {
	if r.body.Len()+len(p) > maxAnswer {
		r.over = true
	} else {
		r.body.Write(p)
	}
	return r.ResponseWriter.Write(p)
}

// Unwrap is for http.ResponseController.
func (r *recorded) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// spooled reads a body to its end, for its digest, with the method, the path and
// the type. A large one waits in a temporary file.
func spooled(r *http.Request, limit int64) ([]byte, io.ReadCloser, error) {
	h := sha256.New()
	io.WriteString(h, r.Method+" "+r.URL.RequestURI()+"\n"+r.Header.Get("Content-Type")+"\n") //nolint:errcheck // a hash takes all
	var head bytes.Buffer
	n, err := io.Copy(io.MultiWriter(&head, h), io.LimitReader(r.Body, maxBody))
	if err != nil {
		return nil, nil, errs.E(errs.Invalid, "the body could not be read")
	}
	if n < maxBody {
		return h.Sum(nil), io.NopCloser(&head), nil
	}
	rest, err := spoolRest(io.LimitReader(r.Body, limit+1-n), limit-n, &head, h)
	return h.Sum(nil), rest, err
}

func spoolRest(r io.Reader, limit int64, head *bytes.Buffer, h hash.Hash) (io.ReadCloser, error) {
	file, err := os.CreateTemp("", "assay-request-")
	if err != nil {
		return nil, errs.E(errs.Unavailable, "keep the request: %w", err)
	}
	out := temporary{file}
	n, err := io.Copy(io.MultiWriter(file, h), r)
	if n > limit {
		return nil, errors.Join(errs.E(errs.TooLarge, "the body is too large for a request with an Idempotency-Key"), out.Close())
	}
	if err == nil {
		_, err = file.Seek(0, io.SeekStart)
	}
	if err != nil {
		return nil, errors.Join(errs.E(errs.Unavailable, "keep the request: %w", err), out.Close())
	}
	return struct {
		io.Reader
		io.Closer
	}{io.MultiReader(head, file), out}, nil
}

// temporary is a file that is removed when it is closed.
type temporary struct{ *os.File }

// Close closes and removes.
func (t temporary) Close() error { return errors.Join(t.File.Close(), os.Remove(t.Name())) }

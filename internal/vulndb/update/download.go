package update

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"time"

	"github.com/assay-sca/assay/internal/errs"
)

// Bounds of one download.
const (
	maxBytes   = 8 << 30
	attempts   = 5
	maxWait    = time.Minute
	stallAfter = time.Minute // without a byte
)

// download fetches one file, resuming what an earlier attempt or process left,
// and leaves a file alone that the server says has not changed.
type download struct {
	client   *http.Client
	url      string
	file     string
	agent    string
	progress func(got, total int64) // total -1: unknown
	backoff  time.Duration          // the first wait between attempts
	limit    int64                  // bytes; more are refused
}

// state is what is known of a file or of a part of it: enough to ask the server
// whether it is still the same.
type state struct {
	URL          string `json:"url"`
	ETag         string `json:"etag"`
	LastModified string `json:"last_modified"`
}

// validator is what If-Range takes: weak tags may stand for other bytes.
func (s state) validator() string {
	if s.ETag != "" && s.ETag[0] == '"' {
		return s.ETag
	}
	return s.LastModified
}

func (d download) part() string { return d.file + ".part" }

// errGone says that the server does not have the file: no retry helps.
var errGone = errors.New("the server does not have it")

// transient errors are worth another attempt, after wait if the server says so.
type transientError struct {
	err  error
	wait time.Duration
}

func (e *transientError) Error() string { return e.err.Error() }
func (e *transientError) Unwrap() error { return e.err }

func (d download) run(ctx context.Context) error {
	wait := d.backoff
	for n := 1; ; n++ {
		err := d.attempt(ctx)
		var again *transientError
		if err == nil || !errors.As(err, &again) || n == attempts || ctx.Err() != nil {
			return err
		}
		pause := min(max(again.wait, wait+rand.N(wait/2+1)), maxWait) //nolint:gosec // spreads clients, no secret
		wait *= 2
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
}

func (d download) attempt(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, d.url, nil)
	if err != nil {
		return errs.E(errs.Invalid, "%w", err)
	}
	request.Header.Set("User-Agent", d.agent)
	offset := d.prepare(request)
	stall := time.AfterFunc(stallAfter, func() { cancel(errors.New("no data came for a minute")) })
	defer stall.Stop()
	response, err := d.client.Do(request)
	if err != nil {
		return d.failed(ctx, err)
	}
	defer response.Body.Close() //nolint:errcheck // only read
	switch response.StatusCode {
	case http.StatusNotModified:
		return nil
	case http.StatusOK:
		offset = 0
	case http.StatusPartialContent:
		if err := d.continues(response, offset); err != nil {
			return d.restart(err)
		}
	case http.StatusRequestedRangeNotSatisfiable:
		return d.restart(errors.New("the server cannot resume"))
	default:
		return refused(response)
	}
	if err := d.save(response, offset, stall); err != nil {
		return d.failed(ctx, err)
	}
	return nil
}

// continues checks that a partial answer goes on where the part ends, and with
// the same file.
func (d download) continues(response *http.Response, offset int64) error {
	if start, _ := contentRange(response); start != offset {
		return fmt.Errorf("the server resumed at byte %d instead of %d", start, offset)
	}
	s, _ := readState(d.part())
	if tag := response.Header.Get("ETag"); tag != "" && s.ETag != "" && tag != s.ETag {
		return errors.New("the server resumed with another file")
	}
	return nil
}

// prepare sets the headers that ask for what is missing only, and returns the
// byte from which.
func (d download) prepare(request *http.Request) int64 {
	if s, ok := readState(d.part()); ok && s.URL == d.url && s.validator() != "" {
		if info, err := os.Stat(d.part()); err == nil && info.Size() > 0 {
			request.Header.Set("Range", fmt.Sprintf("bytes=%d-", info.Size()))
			request.Header.Set("If-Range", s.validator())
			return info.Size()
		}
	}
	if s, ok := readState(d.file); ok && s.URL == d.url {
		if _, err := os.Stat(d.file); err == nil {
			if s.ETag != "" {
				request.Header.Set("If-None-Match", s.ETag)
			}
			if s.LastModified != "" {
				request.Header.Set("If-Modified-Since", s.LastModified)
			}
		}
	}
	return 0
}

func readState(file string) (state, bool) {
	var s state
	data, err := os.ReadFile(file + ".state")
	return s, err == nil && json.Unmarshal(data, &s) == nil
}

func writeState(file string, s state) error {
	data, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return os.WriteFile(file+".state", data, 0o644)
}

// save appends the body to the part and, when all is there, gives it its name.
// The state is written before the body, so that a part without one is never
// taken for something it is not.
func (d download) save(response *http.Response, offset int64, stall *time.Timer) error {
	s := state{URL: d.url, ETag: response.Header.Get("ETag"), LastModified: response.Header.Get("Last-Modified")}
	flags := os.O_CREATE | os.O_WRONLY | os.O_APPEND
	if offset == 0 {
		flags |= os.O_TRUNC
	}
	f, err := os.OpenFile(d.part(), flags, 0o644)
	if err != nil {
		return err
	}
	if err := writeState(d.part(), s); err != nil {
		return errors.Join(err, f.Close())
	}
	total := size(response, offset)
	body := &meter{r: io.LimitReader(response.Body, d.limit-offset+1), got: offset, total: total, progress: d.progress, stall: stall}
	if total <= d.limit {
		_, err = io.Copy(f, body)
	}
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if total > d.limit || body.got > d.limit {
		return errors.Join(errs.E(errs.TooLarge, "it has more than %d bytes", d.limit), os.Remove(d.part()), os.Remove(d.part()+".state"))
	}
	if body.got < total { // a server may send less of a range than was asked for
		return io.ErrUnexpectedEOF
	}
	return errors.Join(os.Rename(d.part(), d.file), os.Rename(d.part()+".state", d.file+".state"))
}

// restart forgets the part and tries again from the beginning.
func (d download) restart(cause error) error {
	if err := errors.Join(os.Remove(d.part()), os.Remove(d.part()+".state")); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return &transientError{err: cause}
}

func (d download) failed(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		if errors.Is(cause, context.Canceled) || errors.Is(cause, context.DeadlineExceeded) {
			return cause
		}
		err = cause
	}
	if errs.KindOf(err) != errs.Unknown {
		return err
	}
	var path *os.PathError
	if errors.As(err, &path) {
		return err // our own disk: another attempt will not help
	}
	return &transientError{err: err}
}

func refused(response *http.Response) error {
	err := fmt.Errorf("the server answered %s", response.Status)
	switch code := response.StatusCode; {
	case code == http.StatusNotFound || code == http.StatusGone || code == http.StatusForbidden:
		// Object stores answer 403 for what is not there when they do not list.
		return fmt.Errorf("%w (%w)", errGone, err)
	case code == http.StatusTooManyRequests || code >= http.StatusInternalServerError:
		return &transientError{err: err, wait: retryAfter(response.Header.Get("Retry-After"))}
	}
	return errs.E(errs.Unavailable, "%w", err)
}

// retryAfter reads the header's two forms: seconds, and a date.
func retryAfter(text string) time.Duration {
	if seconds, err := strconv.Atoi(text); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return time.Until(at)
	}
	return 0
}

// size is that of the whole file, -1 where the answer does not say.
func size(response *http.Response, offset int64) int64 {
	if _, total := contentRange(response); total >= 0 {
		return total
	}
	if response.ContentLength >= 0 {
		return offset + response.ContentLength
	}
	return -1
}

// contentRange reads "bytes 100-199/200" of a partial answer; -1 for what it does
// not say.
func contentRange(response *http.Response) (start, total int64) {
	text := response.Header.Get("Content-Range")
	var end int64
	if response.StatusCode != http.StatusPartialContent {
		return -1, -1
	}
	if _, err := fmt.Sscanf(text, "bytes %d-%d/%d", &start, &end, &total); err == nil {
		return start, total
	}
	if _, err := fmt.Sscanf(text, "bytes %d-%d/*", &start, &end); err == nil {
		return start, -1
	}
	return -1, -1
}

// meter reports progress and holds off the stall alarm while bytes come.
type meter struct {
	r          io.Reader
	got, total int64
	progress   func(got, total int64)
	stall      *time.Timer
}

func (m *meter) Read(p []byte) (int, error) {
	n, err := m.r.Read(p)
	m.got += int64(n)
	if n > 0 {
		m.stall.Reset(stallAfter)
		m.progress(m.got, m.total)
	}
	return n, err
}

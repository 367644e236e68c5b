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
	maxTime    = time.Hour   // of one attempt, however steadily it trickles
)

// web is how a server is asked.
type web struct {
	client   *http.Client
	agent    string
	backoff  time.Duration // the first wait between attempts
	attempts int
}

// download fetches one file, resuming what an earlier attempt or process left,
// and leaves a file alone that the server says has not changed.
type download struct {
	web
	url      string
	file     string
	work     string                 // what its part, its state and its last good copy are named after
	progress func(got, total int64) // total -1: unknown
	limit    int64                  // bytes; more are refused
	now      time.Time
	check    func(file string) error // refuses what is not even of the right kind; nil: nothing
}

// state is what is known of a file or of a part of it: enough to ask the server
// whether it is still the same.
type state struct {
	URL          string    `json:"url"`
	ETag         string    `json:"etag"`
	LastModified string    `json:"last_modified"`
	Captured     time.Time `json:"captured"` // when the server last said that it is the current one
	Good         bool      `json:"good"`     // a database was built from it
}

// validator is what If-Range takes: weak tags may stand for other bytes.
func (s state) validator() string {
	if s.ETag != "" && s.ETag[0] == '"' {
		return s.ETag
	}
	return s.LastModified
}

func (d download) part() string { return d.work + ".part" }

// good is the copy that the last database was built from, as long as none was
// built from a newer one.
func (d download) good() string { return d.work + ".good" }

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
	if _, err := os.Stat(d.file); err != nil { // an update died while it put a new one in place
		if _, err := d.revert(); err != nil {
			return err
		}
	}
	return d.retry(ctx, d.attempt)
}

// retry repeats what fails for a while only.
func (w web) retry(ctx context.Context, attempt func(context.Context) error) error {
	wait := w.backoff
	for n := 1; ; n++ {
		err := w.bounded(ctx, attempt)
		var again *transientError
		if err == nil || !errors.As(err, &again) || n >= w.attempts || ctx.Err() != nil {
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

func (web) bounded(ctx context.Context, attempt func(context.Context) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer time.AfterFunc(maxTime, func() { cancel(fmt.Errorf("it took over %s", maxTime)) }).Stop()
	return attempt(ctx)
}

func (d download) attempt(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, d.url, nil)
	if err != nil {
		return errs.E(errs.Invalid, "%w", err)
	}
	request.Header.Set("User-Agent", d.agent)
	request.Header.Set("Accept-Encoding", "identity") // places in a file are of the file's own bytes
	offset := d.prepare(request)
	stall := time.AfterFunc(stallAfter, func() { cancel(errors.New("no data came for a minute")) })
	defer stall.Stop()
	response, err := d.client.Do(request)
	if err != nil {
		return failed(ctx, err)
	}
	defer response.Body.Close() //nolint:errcheck // only read
	switch response.StatusCode {
	case http.StatusNotModified:
		return d.unchanged()
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
		return failed(ctx, err)
	}
	return nil
}

// unchanged notes that the file is still the current one, if it still is one.
func (d download) unchanged() error {
	if d.check != nil {
		if err := d.check(d.file); err != nil {
			return errors.Join(&transientError{err: err}, os.Remove(d.file), os.Remove(d.work+".state"))
		}
	}
	s, _ := readState(d.work)
	s.Captured = d.now
	return writeState(d.work, s)
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
	if s, ok := readState(d.work); ok && s.URL == d.url {
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
	return replaceFile(file+".state", data)
}

// replaceFile writes a small file whole or not at all.
func replaceFile(name string, data []byte) error {
	if err := os.WriteFile(name+".new", data, 0o644); err != nil {
		return err
	}
	return os.Rename(name+".new", name)
}

// save appends the body to the part and, when all is there, gives it its name.
// The state is written before the body, so that a part without one is never
// taken for something it is not.
func (d download) save(response *http.Response, offset int64, stall *time.Timer) error {
	s := state{URL: d.url, ETag: response.Header.Get("ETag"), LastModified: response.Header.Get("Last-Modified"), Captured: d.now}
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
	return d.put()
}

// put makes the part the file. A copy that a database was built from is kept
// until one is built from the new file.
func (d download) put() error {
	if d.check != nil {
		if err := d.check(d.part()); err != nil {
			return errors.Join(err, os.Remove(d.part()), os.Remove(d.part()+".state"))
		}
	}
	if s, ok := readState(d.work); ok && s.Good {
		if err := move(d.file, d.work, d.good(), d.good()); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return move(d.part(), d.part(), d.file, d.work)
}

// move renames a file and its state, which comes last: a file without one is
// fetched anew.
func move(file, state, to, toState string) error {
	if err := os.Remove(toState + ".state"); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := os.Rename(file, to); err != nil {
		return err
	}
	return os.Rename(state+".state", toState+".state")
}

// revert puts the last good copy back; false if there is none.
func (d download) revert() (bool, error) {
	if _, err := os.Stat(d.good()); err != nil {
		return false, nil //nolint:nilerr // there is none
	}
	return true, move(d.good(), d.good(), d.file, d.work)
}

// accept says that a database was built from the file.
func (d download) accept() error {
	s, ok := readState(d.work)
	if !ok {
		return nil
	}
	s.Good = true
	err := writeState(d.work, s)
	for _, name := range []string{d.good(), d.good() + ".state"} {
		if e := os.Remove(name); e != nil && !errors.Is(e, os.ErrNotExist) {
			err = errors.Join(err, e)
		}
	}
	return err
}

// restart forgets the part and tries again from the beginning.
func (d download) restart(cause error) error {
	if err := errors.Join(os.Remove(d.part()), os.Remove(d.part()+".state")); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return &transientError{err: cause}
}

// failed tells errors that another attempt may mend.
func failed(ctx context.Context, err error) error {
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
	var link *os.LinkError
	if errors.As(err, &path) || errors.As(err, &link) {
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

// get asks once for what is read as it comes, and again if that fails for a while.
func (w web) get(ctx context.Context, method, address string, read func(*http.Response, io.Reader) error) error {
	return w.retry(ctx, func(ctx context.Context) error {
		ctx, cancel := context.WithCancelCause(ctx)
		defer cancel(nil)
		request, err := http.NewRequestWithContext(ctx, method, address, nil)
		if err != nil {
			return errs.E(errs.Invalid, "%w", err)
		}
		request.Header.Set("User-Agent", w.agent)
		stall := time.AfterFunc(stallAfter, func() { cancel(errors.New("no data came for a minute")) })
		defer stall.Stop()
		response, err := w.client.Do(request)
		if err != nil {
			return failed(ctx, err)
		}
		defer response.Body.Close() //nolint:errcheck // only read
		if response.StatusCode != http.StatusOK {
			return refused(response)
		}
		if err := read(response, &meter{r: response.Body, total: -1, progress: func(int64, int64) {}, stall: stall}); err != nil {
			return failed(ctx, err)
		}
		return nil
	})
}

// Package errs gives errors a kind, so that the edges (exit codes, HTTP
// statuses) decide by what went wrong rather than by its words.
// It knows nothing of the packages that use it.
package errs

import (
	"errors"
	"fmt"
)

// Kind says what sort of failure an error is.
type Kind uint8

// The kinds. Unknown is the kind of every error that was given none.
const (
	Unknown     Kind = iota
	Invalid          // the caller's input cannot be used as it is
	NotFound         // the named thing does not exist
	Unavailable      // a service, file or network cannot be reached now
	TooLarge         // a bound was exceeded
	Damaged          // stored data is not what was written
	Stale            // data is older than the caller allows
	Conflict         // the request contradicts what is stored
	Denied           // the caller is known and may not do this
	Anonymous        // the caller is not known, or no longer
	Busy             // a limit was reached; the same request may succeed later
)

type kindError struct {
	kind Kind
	err  error
}

func (e *kindError) Error() string { return e.err.Error() }
func (e *kindError) Unwrap() error { return e.err }

// E makes an error of a kind; format and args are as for fmt.Errorf, %w included.
func E(kind Kind, format string, args ...any) error {
	return &kindError{kind: kind, err: fmt.Errorf(format, args...)}
}

// KindOf returns the kind nearest to the outside of err's chain, or Unknown.
func KindOf(err error) Kind {
	var k *kindError
	if errors.As(err, &k) {
		return k.kind
	}
	return Unknown
}

package errs

import (
	"errors"
	"fmt"
)

// changedError is a Conflict of revisions.
type changedError struct{ what string }

func (e changedError) Error() string {
	return fmt.Sprintf("the %s was changed meanwhile: read it again", e.what)
}

// Changed is the Conflict of an edit whose author saw another revision of what.
func Changed(what string) error { return &kindError{Conflict, changedError{what}} }

// IsChanged tells whether an error is one of Changed.
func IsChanged(err error) bool {
	var c changedError
	return errors.As(err, &c)
}

package errs

import (
	"errors"
	"fmt"
)

// LineError is a fault at a line of a text.
type LineError struct {
	Line int // 1-based
	Err  error
}

func (e *LineError) Error() string { return fmt.Sprintf("line %d: %v", e.Line, e.Err) }

// Unwrap returns the cause.
func (e *LineError) Unwrap() error { return e.Err }

// AtLine makes a LineError; format and args are as for fmt.Errorf, %w included.
func AtLine(line int, format string, args ...any) error {
	return &LineError{Line: line, Err: fmt.Errorf(format, args...)}
}

// LineOf splits err into its line and its cause's message without the line; the
// line is 0 when err has none.
func LineOf(err error) (line int, message string) {
	var at *LineError
	if errors.As(err, &at) {
		return at.Line, at.Err.Error()
	}
	return 0, err.Error()
}

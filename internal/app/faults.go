package app

import (
	"fmt"
	"strings"

	"github.com/assay-sca/assay/internal/errs"
)

// Fault is what is wrong with one field of an input. Its message does not repeat
// the value.
type Fault struct {
	Field   string // as the API names it, such as "email" or "repositories.0.url"
	Message string // such as "is empty"
}

// Faults is all that is wrong with an input. Collect with Add, then return Err;
// find them again with errors.As.
type Faults []Fault

// Add notes a fault; format and args are as for fmt.Sprintf.
func (f *Faults) Add(field, format string, args ...any) {
	*f = append(*f, Fault{field, fmt.Sprintf(format, args...)})
}

// Unless notes a fault if ok does not hold.
func (f *Faults) Unless(ok bool, field, format string, args ...any) {
	if !ok {
		f.Add(field, format, args...)
	}
}

// Err is nil if there are no faults, else an error of the kind Invalid.
func (f Faults) Err() error {
	if len(f) == 0 {
		return nil
	}
	return errs.E(errs.Invalid, "%w", f)
}

// Error lists all faults in one line.
func (f Faults) Error() string {
	parts := make([]string, len(f))
	for i, fault := range f {
		parts[i] = fault.Field + " " + fault.Message
	}
	return strings.Join(parts, "; ")
}

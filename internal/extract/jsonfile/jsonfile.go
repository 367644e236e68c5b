// Package jsonfile reads formats that are one JSON object.
package jsonfile

import (
	"slices"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/jsonstream"
)

// Object reads a whole text that must be one object and calls field for each
// member, as jsonstream's Object does.
func Object(r *jsonstream.Reader, field func(name string) error) error {
	if r.Kind() != '{' {
		if err := r.Skip(); err != nil {
			return err
		}
		return errs.AtLine(1, "not an object")
	}
	if err := r.Object(field); err != nil {
		return err
	}
	return r.End()
}

// Once is field, which tells fault of a key of those that matter when it is
// there again.
func Once(fault func(line int, format string, args ...any), r *jsonstream.Reader, field func(name string) error, matter ...string) func(name string) error {
	seen := map[string]bool{}
	return func(name string) error {
		if slices.Contains(matter, name) {
			if seen[name] {
				fault(r.Line(), "key %q stands twice", name)
			}
			seen[name] = true
		}
		return field(name)
	}
}

// Strings reads an array of strings; elements of other kinds are left out.
func Strings(r *jsonstream.Reader, element func(s string)) error {
	return r.Array(func() error {
		isString := r.Kind() == '"'
		s, err := r.String()
		if err == nil && isString {
			element(s)
		}
		return err
	})
}

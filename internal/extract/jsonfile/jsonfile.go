// Package jsonfile reads formats that are one JSON object.
package jsonfile

import (
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

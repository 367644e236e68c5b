package httpapi

import (
	"errors"

	"github.com/danielgtaylor/huma/v2"

	"github.com/assay-sca/assay/internal/app"
)

// fieldsOf lists the faults of a form, field by field, as huma's details.
func fieldsOf(err error) []error {
	var faults app.Faults
	if !errors.As(err, &faults) {
		return nil
	}
	out := make([]error, len(faults))
	for i, f := range faults {
		out[i] = &huma.ErrorDetail{Location: "body." + f.Field, Message: f.Message}
	}
	return out
}

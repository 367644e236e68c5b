package httpapi

// fieldsOf lists an error's faults field by field, as huma's details.
func fieldsOf(err error) []error { return nil }

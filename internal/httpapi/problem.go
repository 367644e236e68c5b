package httpapi

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"github.com/assay-sca/assay/internal/errs"
)

// status is what a kind of error means to a client.
func status(err error) int {
	if errs.IsChanged(err) {
		return http.StatusPreconditionFailed
	}
	switch errs.KindOf(err) {
	case errs.Invalid:
		return http.StatusUnprocessableEntity
	case errs.Anonymous:
		return http.StatusUnauthorized
	case errs.Denied:
		return http.StatusForbidden
	case errs.NotFound:
		return http.StatusNotFound
	case errs.Conflict, errs.Stale:
		return http.StatusConflict
	case errs.TooLarge:
		return http.StatusRequestEntityTooLarge
	case errs.Busy:
		return http.StatusTooManyRequests
	case errs.Unavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// retryAfter is how many seconds a client should wait that may try again.
func retryAfter(code int) string {
	switch code {
	case http.StatusTooManyRequests:
		return "1"
	case http.StatusServiceUnavailable:
		return "5"
	}
	return ""
}

// problem turns an error of a use-case into one that huma writes. What is no
// fault of the client's is logged and not told.
func (a *api) problem(ctx context.Context, err error) error {
	var ready huma.StatusError
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &ready):
		return err
	case errors.As(err, &tooLarge):
		return huma.NewError(http.StatusRequestEntityTooLarge, "the body has more than "+strconv.FormatInt(tooLarge.Limit, 10)+" bytes")
	}
	code, detail := status(err), err.Error()
	if code >= http.StatusInternalServerError && ctx.Err() == nil {
		a.log.LogAttrs(ctx, levelOf(code), "a request failed", errorAttr(err), requestAttr(ctx))
		detail = map[int]string{
			http.StatusServiceUnavailable:  "the server cannot do this now; try again later",
			http.StatusInternalServerError: "something went wrong; the server's log has more",
		}[code]
	}
	e := huma.NewError(code, detail, fieldsOf(err)...)
	if wait := retryAfter(code); wait != "" {
		return huma.ErrorWithHeaders(e, http.Header{"Retry-After": {wait}})
	}
	return e
}

// refuse writes a problem outside of an operation.
func refuse(w http.ResponseWriter, code int, detail string) {
	w.Header().Set("Content-Type", "application/problem+json")
	if wait := retryAfter(code); wait != "" {
		w.Header().Set("Retry-After", wait)
	}
	if code == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	w.WriteHeader(code)
	huma.DefaultJSONFormat.Marshal(w, &huma.ErrorModel{Title: http.StatusText(code), Status: code, Detail: detail}) //nolint:errcheck // the client went away
}

package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/assay-sca/assay/internal/app"
)

// register adds an operation for those who are signed in. Do translates its input
// into a call of a use-case, which decides whether the actor may; its error
// becomes a problem by its kind.
func register[I, O any](a *api, r huma.API, op huma.Operation, do func(ctx context.Context, who app.Actor, in *I) (*O, error)) {
	op.Security = []map[string][]string{{"token": {}}, {"session": {}}}
	op.Errors = append(op.Errors, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound)
	add(a, r, op, func(ctx context.Context, in *I) (*O, error) {
		return do(ctx, visitOf(ctx).actor, in)
	})
}

func add[I, O any](a *api, r huma.API, op huma.Operation, do func(ctx context.Context, in *I) (*O, error)) {
	op.Errors = append(op.Errors, http.StatusTooManyRequests, http.StatusServiceUnavailable)
	if op.Method != http.MethodGet {
		op.Errors = append(op.Errors, http.StatusConflict)
	}
	if limit := uploadLimit(&op); limit == 0 && op.MaxBodyBytes == 0 {
		op.MaxBodyBytes = maxBody
	}
	huma.Register(r, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := do(ctx, in)
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		return out, nil
	})
	if op.RequestBody != nil && uploadLimit(&op) > 0 { // before, the library would read the body and expect a text
		for _, media := range op.RequestBody.Content {
			media.Schema = &huma.Schema{Type: "string", Format: "binary"}
		}
	}
}

// uploadKey marks operations whose body is read as a stream.
const uploadKey = "upload"

// upload makes an operation one whose body is a stream of one of the types, of at
// most limit bytes. Its input embeds Upload.
func upload(op huma.Operation, limit int64, types ...string) huma.Operation {
	op.Metadata = map[string]any{uploadKey: limit}
	op.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{}}
	for _, t := range types {
		op.RequestBody.Content[t] = &huma.MediaType{}
	}
	op.Errors = append(op.Errors, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
	return op
}

func uploadLimit(op *huma.Operation) int64 {
	limit, ok := op.Metadata[uploadKey].(int64)
	if !ok {
		return 0
	}
	return limit
}

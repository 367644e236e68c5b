package blob

import (
	"bytes"
	"context"
	"io"
	"strings"
	"unicode/utf8"
)

// inlineScheme begins the name of a blob that is its own name.
const inlineScheme = "data:"

// inlineLimit bounds such blobs, in bytes: rows of the database hold the names.
const inlineLimit = 1000

// inlining is a store that needs nothing for short texts.
type inlining struct{ Store }

// Small returns a store like s, in which a short text is its own name: "data:" and
// the text. To keep it costs no file and no request, and it lives as long as the
// row that names it. List does not yield it, and Delete leaves it.
func Small(s Store) Store { return inlining{s} }

// Put stores what r gives.
func (s inlining) Put(ctx context.Context, r io.Reader) (string, int64, error) {
	if err := ctx.Err(); err != nil {
		return "", 0, err
	}
	head, err := io.ReadAll(io.LimitReader(r, inlineLimit+1))
	if err != nil {
		return "", 0, err
	}
	if name, ok := s.Inline(head); ok {
		return name, int64(len(head)), nil
	}
	return s.Store.Put(ctx, io.MultiReader(bytes.NewReader(head), r))
}

// Inline is the name of a text that is its own name, if it is short enough: to store
// it then needs nothing but that.
func (inlining) Inline(text []byte) (name string, ok bool) {
	if len(text) > inlineLimit || !utf8.Valid(text) || bytes.IndexByte(text, 0) >= 0 {
		return "", false
	}
	return inlineScheme + string(text), true
}

// Open reads a blob.
func (s inlining) Open(ctx context.Context, digest string) (io.ReadCloser, error) {
	if text, ok := strings.CutPrefix(digest, inlineScheme); ok {
		return io.NopCloser(strings.NewReader(text)), nil
	}
	return s.Store.Open(ctx, digest)
}

// Delete removes a blob.
func (s inlining) Delete(ctx context.Context, digest string) error {
	if strings.HasPrefix(digest, inlineScheme) {
		return nil
	}
	return s.Store.Delete(ctx, digest)
}

// Package jsonlist reads feeds that are one JSON document with long lists of
// records in it. The document may be of any size: one value of it is in memory
// at a time. It knows no feed.
package jsonlist

import (
	"bufio"
	"errors"
	"io"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/vulndb/feed/osvrecord"
)

// readAhead is what is read of a document beyond the value that is asked for.
const readAhead = 64 << 10

// Visit is given a part of a document: an element of the list name ("" where the
// document itself is the list) with its index, or the value of the member name,
// which is no list or an empty one, with the index -1. The value is good until
// Visit returns.
type Visit func(name string, index int, value jsontext.Value) error

// Read goes over a document. It refuses a value of over limit bytes and whatever is no
// JSON object or list; values are not checked for names that are there twice. An
// error of visit is returned as it is.
func Read(r io.Reader, limit int64, visit Visit) error {
	allowed := &allowance{r: r, each: limit + readAhead}
	in := bufio.NewReaderSize(allowed, readAhead)
	allowed.renew()
	if mark, err := in.Peek(3); err == nil && string(mark) == "\uFEFF" {
		_, _ = in.Discard(len(mark)) // was peeked at
	}
	w := walk{jsontext.NewDecoder(in, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)), allowed, visit}
	err := w.document()
	var own ownError
	switch {
	case errors.As(err, &own):
		return own.error
	case allowed.over:
		return errs.E(errs.TooLarge, "one record has over %d bytes", limit)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return errs.E(errs.Damaged, "it ends in the middle: %w", io.ErrUnexpectedEOF)
	case err != nil:
		return osvrecord.Brief(err)
	}
	return nil
}

// ownError is an error of visit, which is not the document's.
type ownError struct{ error }

// allowance refuses to read more than so many bytes before it is renewed.
type allowance struct {
	r          io.Reader
	each, left int64
	over       bool
}

func (a *allowance) renew() { a.left = a.each }

func (a *allowance) Read(p []byte) (int, error) {
	if a.left <= 0 {
		a.over = true
		return 0, errors.New("too much for one value")
	}
	n, err := a.r.Read(p[:min(int64(len(p)), a.left)])
	a.left -= int64(n)
	return n, err
}

type walk struct {
	dec     *jsontext.Decoder
	allowed *allowance
	visit   Visit
}

func (w walk) document() error {
	switch w.dec.PeekKind() {
	case '[':
		if err := w.list(""); err != nil {
			return err
		}
	case '{':
		if err := w.object(); err != nil {
			return err
		}
	default:
		if _, err := w.dec.ReadToken(); errors.Is(err, io.EOF) {
			return errs.E(errs.Damaged, "it is empty")
		} else if err != nil {
			return err
		}
		return errs.E(errs.Invalid, "it is no JSON object or list")
	}
	w.allowed.renew()
	_, err := w.dec.ReadToken()
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err == nil {
		err = errs.E(errs.Invalid, "there is more behind the end of its JSON")
	}
	return err
}

func (w walk) object() error {
	if _, err := w.dec.ReadToken(); err != nil {
		return err
	}
	for w.dec.PeekKind() != '}' {
		w.allowed.renew()
		token, err := w.dec.ReadToken()
		if err != nil {
			return err
		}
		name := token.String()
		if w.dec.PeekKind() == '[' {
			err = w.list(name)
		} else {
			err = w.value(name, -1)
		}
		if err != nil {
			return err
		}
	}
	_, err := w.dec.ReadToken()
	return err
}

func (w walk) list(name string) error {
	if _, err := w.dec.ReadToken(); err != nil {
		return err
	}
	i := 0
	for ; w.dec.PeekKind() != ']'; i++ {
		if err := w.value(name, i); err != nil {
			return err
		}
	}
	if i == 0 {
		if err := w.visit(name, -1, jsontext.Value("[]")); err != nil {
			return ownError{err}
		}
	}
	_, err := w.dec.ReadToken()
	return err
}

func (w walk) value(name string, index int) error {
	w.allowed.renew()
	value, err := w.dec.ReadValue()
	if err != nil {
		return err
	}
	if err := w.visit(name, index, value); err != nil {
		return ownError{err}
	}
	return nil
}

package jsonlist

import (
	"errors"
	"io"
	"runtime"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
)

// batchSize is how much text is decoded at once, so that handing it over costs
// little.
const batchSize = 256 << 10

// Decoder says what is read of a document, and how.
type Decoder[T any] struct {
	// Limit bounds one value, in bytes.
	Limit int64
	// Wants is asked in the order of the document; see Visit.
	Wants Wants
	// Decode makes a record of what is wanted. It is called on all processors at
	// once and must not keep the value.
	Decode func(name string, index int, value jsontext.Value) T
}

// Wants tells whether a part of a document is to be decoded.
type Wants func(name string, index int, value jsontext.Value) bool

// batch is some values of a document; out gets what they decode to.
type batch[T any] struct {
	text  []byte
	parts []part
	out   chan []T
}

type part struct {
	name       string
	index, end int
}

var errStopped = errors.New("the records are not wanted any more")

// Ordered goes over a document like Read and hands what it decodes to on in its
// order. An error of yield ends it and is returned as it is.
func (d Decoder[T]) Ordered(r io.Reader, yield func(T) error) error {
	workers := runtime.GOMAXPROCS(0)
	work, ordered := make(chan *batch[T]), make(chan *batch[T], workers)
	stop := make(chan struct{})
	var running sync.WaitGroup
	for range workers {
		running.Go(func() {
			for b := range work {
				b.out <- d.decode(b)
			}
		})
	}
	var err error
	running.Go(func() {
		defer close(ordered)
		defer close(work)
		err = d.read(r, work, ordered, stop)
	})
	refused := consume(ordered, yield)
	close(stop)
	for range ordered { // until the reader has ended
	}
	running.Wait()
	if refused != nil {
		return refused
	}
	return err
}

func consume[T any](ordered <-chan *batch[T], yield func(T) error) error {
	for b := range ordered {
		for _, record := range <-b.out {
			if err := yield(record); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d Decoder[T]) read(r io.Reader, work, ordered chan<- *batch[T], stop <-chan struct{}) error {
	var b *batch[T]
	send := func() error {
		if b == nil {
			return nil
		}
		// To the workers first: what is ordered is waited for.
		for _, to := range []chan<- *batch[T]{work, ordered} {
			select {
			case to <- b:
			case <-stop:
				return errStopped
			}
		}
		b = nil
		return nil
	}
	err := Read(r, d.Limit, func(name string, index int, value jsontext.Value) error {
		if !d.Wants(name, index, value) {
			return nil
		}
		if b == nil {
			b = &batch[T]{out: make(chan []T, 1)}
		}
		b.text = append(b.text, value...)
		b.parts = append(b.parts, part{name, index, len(b.text)})
		if len(b.text) < batchSize {
			return nil
		}
		return send()
	})
	if last := send(); err == nil {
		err = last
	}
	return err
}

func (d Decoder[T]) decode(b *batch[T]) []T {
	out := make([]T, len(b.parts))
	start := 0
	for i, p := range b.parts {
		out[i] = d.Decode(p.name, p.index, b.text[start:p.end])
		start = p.end
	}
	return out
}

package build

import (
	"bufio"
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"

	"github.com/klauspost/compress/dict"
	"github.com/klauspost/compress/zstd"
	"golang.org/x/sync/errgroup"
)

// spool keeps the blobs in a file of their own until all are there: only then is
// it known what the dictionary that compresses them is to be made of, and which of
// them are used.
type spool struct {
	file   *os.File
	w      *bufio.Writer
	size   int64
	index  map[[12]byte]int32 // by the digest's beginning
	places []place            // by number, less one
	frames int                // blobs from which they are compressed
}

// place is small: a large database has millions.
type place struct {
	offset int64
	length int32
}

func newSpool(path string, frames int) (*spool, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, err
	}
	return &spool{file: f, w: bufio.NewWriterSize(f, 1<<20), index: map[[12]byte]int32{}, frames: cmp.Or(frames, leastForFrames)}, nil
}

// add stores a value once and returns its number.
func (s *spool) add(value []byte) (int64, error) {
	digest := sha256.Sum256(value)
	key := [12]byte(digest[:12])
	if id, ok := s.index[key]; ok {
		return int64(id), nil
	}
	if _, err := s.w.Write(value); err != nil {
		return 0, err
	}
	s.places = append(s.places, place{s.size, int32(len(value))})
	s.size += int64(len(value))
	id := int64(len(s.places))
	s.index[key] = int32(id)
	return id, nil
}

// digest is that of a stored value.
func (s *spool) digest(id int64) ([sha256.Size]byte, error) {
	if err := s.w.Flush(); err != nil {
		return [sha256.Size]byte{}, err
	}
	value, err := s.read(id)
	return sha256.Sum256(value), err
}

func (s *spool) read(id int64) ([]byte, error) {
	p := s.places[id-1]
	value := make([]byte, p.length)
	_, err := s.file.ReadAt(value, p.offset)
	return value, err
}

func (s *spool) close() error {
	if s.file == nil {
		return nil
	}
	err := errors.Join(s.file.Close(), os.Remove(s.file.Name()))
	s.file = nil
	return err
}

// The dictionary's bounds, measured: a larger one gains little, more samples too.
const (
	dictionarySize = 64 << 10
	samples        = 4096
	leastForFrames = 16 << 10 // blobs; fewer are stored as they are: a file of some megabytes
	chunkOfBlobs   = 512
	maxSample      = 4 << 10 // a long text teaches nothing about the others
)

// write stores the blobs that are used and the dictionary of their frames.
func (s *spool) write(ctx context.Context, tx *sql.Tx, used []int64) error {
	if err := s.w.Flush(); err != nil {
		return err
	}
	encoder, err := s.encoder(ctx, tx, used)
	if err != nil {
		return err
	}
	insert, err := tx.PrepareContext(ctx, `insert into blobs values ($1, $2)`) //nolint:sqlclosecheck // closed below
	if err != nil {
		return err
	}
	defer insert.Close() //nolint:errcheck // ends with the transaction
	return s.compress(ctx, encoder, used, func(id int64, frame []byte) error {
		_, err := insert.ExecContext(ctx, id, frame)
		return err
	})
}

// encoder is nil where frames would not pay.
func (s *spool) encoder(ctx context.Context, tx *sql.Tx, used []int64) (*zstd.Encoder, error) {
	if len(used) < s.frames {
		return nil, nil
	}
	var sampled [][]byte
	for n := range samples {
		value, err := s.read(used[n*len(used)/samples])
		if err != nil {
			return nil, err
		}
		sampled = append(sampled, value[:min(len(value), maxSample)])
	}
	dictionary, err := dict.BuildZstdDict(sampled, dict.Options{MaxDictSize: dictionarySize, HashBytes: 6, ZstdDictID: 1, ZstdLevel: zstd.SpeedDefault})
	if err != nil {
		return nil, fmt.Errorf("make the dictionary: %w", err)
	}
	if _, err := tx.ExecContext(ctx, `insert into dictionaries values (1, $1)`, dictionary); err != nil {
		return nil, err
	}
	return zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBetterCompression), zstd.WithEncoderDict(dictionary),
		zstd.WithEncoderCRC(false), zstd.WithSingleSegment(true), zstd.WithEncoderConcurrency(runtime.GOMAXPROCS(0)))
}

type framed struct {
	ids    []int64
	values [][]byte
}

// compress makes frames of chunks on all processors and hands the blobs over in order.
func (s *spool) compress(ctx context.Context, encoder *zstd.Encoder, used []int64, store func(int64, []byte) error) error {
	group, ctx := errgroup.WithContext(ctx)
	ordered := make(chan chan framed, 2*runtime.GOMAXPROCS(0))
	group.Go(func() error {
		defer close(ordered)
		for len(used) > 0 {
			ids := used[:min(chunkOfBlobs, len(used))]
			used = used[len(ids):]
			done := make(chan framed, 1)
			select {
			case ordered <- done:
			case <-ctx.Done():
				return ctx.Err()
			}
			group.Go(func() error {
				values, err := s.encode(encoder, ids)
				done <- framed{ids, values}
				return err
			})
		}
		return nil
	})
	group.Go(func() error {
		for done := range ordered {
			f := <-done
			for i, value := range f.values {
				if err := store(f.ids[i], value); err != nil {
					return err
				}
			}
		}
		return ctx.Err()
	})
	return group.Wait()
}

// encode gives frames where they are shorter.
func (s *spool) encode(encoder *zstd.Encoder, ids []int64) ([][]byte, error) {
	first, last := s.places[ids[0]-1], s.places[ids[len(ids)-1]-1]
	chunk := make([]byte, last.offset+int64(last.length)-first.offset)
	if _, err := s.file.ReadAt(chunk, first.offset); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	values := make([][]byte, len(ids))
	for i, id := range ids {
		p := s.places[id-1]
		value := chunk[p.offset-first.offset:][:p.length]
		if encoder != nil {
			if frame := encoder.EncodeAll(value, nil); len(frame) < len(value) {
				value = frame
			}
		}
		values[i] = value
	}
	return values, nil
}

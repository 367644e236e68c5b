package vulndb

import (
	"bytes"
	"context"
	"fmt"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// maxBlob bounds what a frame may become: no record is larger.
const maxBlob = 64 << 20

// frames inflates blobs. The dictionary is read with the first frame.
type frames struct {
	once    sync.Once
	decoder *zstd.Decoder
	err     error
}

var frameMagic = []byte{0x28, 0xb5, 0x2f, 0xfd} // RFC 8878, section 3.1.1

const dictionariesQuery = `select value from dictionaries order by id`

// blob is a stored value as JSON.
func (db *DB) blob(ctx context.Context, value []byte) ([]byte, error) {
	if !bytes.HasPrefix(value, frameMagic) {
		return value, nil
	}
	// All readers share what the first one reads: that it gives up is its own affair.
	db.frames.once.Do(func() { db.frames.decoder, db.frames.err = db.openFrames(context.WithoutCancel(ctx)) })
	if db.frames.err != nil {
		return nil, db.frames.err
	}
	data, err := db.frames.decoder.DecodeAll(value, nil)
	if err != nil {
		return nil, fmt.Errorf("inflate a blob: %w", err)
	}
	return data, nil
}

func (db *DB) openFrames(ctx context.Context) (*zstd.Decoder, error) {
	var dictionaries [][]byte
	err := db.each(ctx, dictionariesQuery, func(scan func(...any) error) error {
		var d []byte
		err := scan(&d)
		dictionaries = append(dictionaries, d)
		return err
	})
	if err != nil {
		return nil, err
	}
	return zstd.NewReader(nil, zstd.WithDecoderDicts(dictionaries...), zstd.WithDecoderMaxMemory(maxBlob))
}

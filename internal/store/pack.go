package store

import (
	"sync"

	"github.com/klauspost/compress/zstd"

	"github.com/assay-sca/assay/internal/errs"
)

// maxUnpacked bounds what Unpack may inflate to.
const maxUnpacked = 512 << 20

// An encoder's tables take longer to make than most texts to compress. Both are safe
// for concurrent use, and keep nothing of what they have worked on.
var (
	encoder = sync.OnceValues(func() (*zstd.Encoder, error) {
		return zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithWindowSize(1<<20))
	})
	decoder = sync.OnceValues(func() (*zstd.Decoder, error) { return zstd.NewReader(nil, zstd.WithDecoderMaxMemory(maxUnpacked)) })
)

// Pack compresses a text: as Zstandard, RFC 8878.
func Pack(text []byte) ([]byte, error) {
	z, err := encoder()
	if err != nil {
		return nil, err
	}
	return z.EncodeAll(text, nil), nil
}

// Unpack is the text that was packed; errs.Damaged if it is none, or too large.
func Unpack(data []byte) ([]byte, error) {
	z, err := decoder()
	if err != nil {
		return nil, err
	}
	text, err := z.DecodeAll(data, nil)
	if err != nil {
		return nil, errs.E(errs.Damaged, "inflate what is stored: %w", err)
	}
	return text, nil
}

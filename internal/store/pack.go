package store

import (
	"sync"

	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"

	"github.com/assay-sca/assay/internal/errs"
)

// maxUnpacked bounds in bytes what Unpack and UnpackQuick may inflate to.
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

// PackQuick compresses in a fifth of Pack's time, to half as much again: what is read
// once, soon. It is S2, https://github.com/klauspost/compress/tree/master/s2.
func PackQuick(text []byte) []byte { return s2.Encode(nil, text) }

// UnpackQuick is the text that PackQuick compressed; errs.Damaged if it is none, or too
// large.
func UnpackQuick(data []byte) ([]byte, error) {
	size, err := s2.DecodedLen(data)
	if err == nil && size > maxUnpacked {
		return nil, errs.E(errs.Damaged, "inflate what is stored: %d bytes are too many", size)
	}
	if err == nil {
		data, err = s2.Decode(nil, data)
	}
	if err != nil {
		return nil, errs.E(errs.Damaged, "inflate what is stored: %w", err)
	}
	return data, nil
}

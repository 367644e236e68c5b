package blob

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	"strings"

	"github.com/assay-sca/assay/internal/errs"
)

const scheme = "sha256:"

// hexOf is the hexadecimal part of a digest, which is a safe name for a file.
func hexOf(digest string) (string, error) {
	digits, ok := strings.CutPrefix(digest, scheme)
	if !ok || len(digits) != 2*sha256.Size || strings.Trim(digits, "0123456789abcdef") != "" {
		return "", errs.E(errs.NotFound, "there is no blob %q", digest)
	}
	return digits, nil
}

func digestOf(h hash.Hash) string { return scheme + hex.EncodeToString(h.Sum(nil)) }

// checked fails at the end of a blob that is not what was put.
type checked struct {
	io.ReadCloser
	digest string
	hash   hash.Hash
}

func check(r io.ReadCloser, digest string) io.ReadCloser {
	return &checked{r, digest, sha256.New()}
}

// Read reads and, at the end, compares.
func (c *checked) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.hash.Write(p[:n])
	if err == io.EOF && digestOf(c.hash) != c.digest {
		return n, errs.E(errs.Damaged, "the blob %s is not what was stored", c.digest)
	}
	return n, err
}

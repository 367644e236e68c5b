package server

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/assay-sca/assay/internal/errs"
)

// keySize is AES-256's.
const keySize = 32

// readKey reads the key that seals credentials, base64 in a file. Where the file
// may be made, a first start makes it: who shares a database must share the key.
func readKey(path string, make bool) ([]byte, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) && make {
		return newKey(path)
	}
	if err != nil {
		return nil, errs.E(errs.Unavailable, "read the key file: %w", err)
	}
	key, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(key) != keySize {
		return nil, errs.E(errs.Invalid, "the key file %s is not 32 bytes in base64; `openssl rand -base64 32` makes one", path)
	}
	return key, nil
}

func newKey(path string) ([]byte, error) {
	key := make([]byte, keySize)
	rand.Read(key) //nolint:errcheck // it never fails
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, errs.E(errs.Unavailable, "make the key file: %w", err)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, errs.E(errs.Unavailable, "make the key file: %w", err)
	}
	_, err = f.WriteString(base64.StdEncoding.EncodeToString(key) + "\n")
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return nil, errs.E(errs.Unavailable, "make the key file: %w", err)
	}
	return key, nil
}

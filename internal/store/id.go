package store

import (
	"crypto/rand"
	"encoding/base32"
	"strings"
)

// idLength is the number of characters of an identity: 100 bits, which nobody
// guesses and no two of which are ever alike.
const idLength = 20

// NewID makes the identity of something that people see: 20 characters of lower
// case base32.
func NewID() string {
	var random [13]byte
	_, _ = rand.Read(random[:]) // it never fails: see crypto/rand
	text := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(random[:])
	return strings.ToLower(text[:idLength])
}

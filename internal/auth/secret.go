// Package auth proves who somebody is and keeps secrets: passwords, random
// secrets and their hashes, sign-in with other services, limits of attempts,
// encryption at rest. What somebody may do is not its business: see app.
package auth

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strings"
)

// TokenPrefix begins the secrets of tokens, so that people and scanners of
// secrets know what they found.
const TokenPrefix = "assay_"

// NewSecret makes a text of 256 random bits: 43 characters that stand unescaped
// in addresses, cookies and headers.
func NewSecret() string {
	var random [32]byte
	_, _ = rand.Read(random[:]) // it never fails: see crypto/rand
	return base64.RawURLEncoding.EncodeToString(random[:])
}

// NewToken makes the secret of a token.
func NewToken() string { return TokenPrefix + NewSecret() }

// HashSecret is what is stored of a random secret. It is fast and unsalted, as
// such a secret cannot be guessed; passwords are hashed otherwise.
func HashSecret(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

// LooksLikeToken tells a token from another bearer secret without a look into
// the store.
func LooksLikeToken(secret string) bool {
	return strings.HasPrefix(secret, TokenPrefix) && len(secret) == len(TokenPrefix)+base64.RawURLEncoding.EncodedLen(32)
}

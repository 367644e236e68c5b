package auth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"github.com/assay-sca/assay/internal/errs"
)

// Cost is what hashing a password takes. The zero value is what OWASP asks for:
// 19 MiB of memory, two passes, one lane.
type Cost struct {
	Memory uint32 // KiB
	Passes uint32
}

func (c Cost) orDefault() Cost {
	if c.Memory == 0 {
		c.Memory = 19 << 10
	}
	if c.Passes == 0 {
		c.Passes = 2
	}
	return c
}

// Sizes in bytes, and the bounds of what is hashed or read.
const (
	saltSize  = 16
	keySize   = 32
	maxMemory = 1 << 20 // KiB
	maxPasses = 64

	// MaxPassword is the length in bytes of the longest password.
	MaxPassword = 256
	minPassword = 10 // characters
)

// PasswordOptions bound the work. The zero value suits a small server.
type PasswordOptions struct {
	Cost    Cost
	AtOnce  int // hashed at the same time. 0: 2
	Waiting int // for their turn; more are refused. 0: 64
}

// Passwords hashes and verifies passwords with Argon2id. Only few are hashed at
// once, so that a flood of sign-ins takes neither the memory nor all processors.
type Passwords struct {
	cost    Cost
	turns   chan struct{}
	waiting atomic.Int64
	most    int64
	nobody  string // the encoding that an unknown user's password is compared with
}

// NewPasswords returns a hasher.
func NewPasswords(o PasswordOptions) *Passwords {
	if o.AtOnce == 0 {
		o.AtOnce = 2
	}
	if o.Waiting == 0 {
		o.Waiting = 64
	}
	p := &Passwords{cost: o.Cost.orDefault(), turns: make(chan struct{}, o.AtOnce), most: int64(o.AtOnce + o.Waiting)}
	p.nobody = encoding{cost: p.cost, salt: make([]byte, saltSize), key: make([]byte, keySize)}.text()
	return p
}

// Hash encodes a password for the store. Busy: too many wait already.
func (p *Passwords) Hash(ctx context.Context, password string) (string, error) {
	if len(password) > MaxPassword {
		return "", errs.E(errs.Invalid, "the password is longer than %d bytes", MaxPassword)
	}
	e := encoding{cost: p.cost, salt: make([]byte, saltSize)}
	_, _ = rand.Read(e.salt) // it never fails: see crypto/rand
	var err error
	e.key, err = p.key(ctx, password, e)
	return e.text(), err
}

// Verify tells whether a password is the one that was encoded. Without an
// encoding it says no after as long a time, so that nobody learns which users
// there are.
func (p *Passwords) Verify(ctx context.Context, encoded, password string) (bool, error) {
	if len(password) > MaxPassword {
		return false, nil
	}
	if encoded == "" {
		encoded = p.nobody
	}
	e, err := parseEncoding(encoded)
	if err != nil {
		return false, err
	}
	key, err := p.key(ctx, password, e)
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(key, e.key) == 1 && encoded != p.nobody, nil
}

// Outdated tells whether an encoding took less than hashing takes now.
func (p *Passwords) Outdated(encoded string) bool {
	e, err := parseEncoding(encoded)
	return err != nil || e.cost != p.cost
}

// key computes Argon2id in its turn.
func (p *Passwords) key(ctx context.Context, password string, e encoding) ([]byte, error) {
	defer p.waiting.Add(-1)
	if p.waiting.Add(1) > p.most {
		return nil, errs.E(errs.Busy, "too many people are signing in; try again in a few seconds")
	}
	select {
	case p.turns <- struct{}{}:
		defer func() { <-p.turns }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return argon2.IDKey([]byte(password), e.salt, e.cost.Passes, e.cost.Memory, 1, keySize), nil
}

// encoding is what is stored of a password, in the usual text:
// $argon2id$v=19$m=19456,t=2,p=1$SALT$KEY
type encoding struct {
	cost      Cost
	salt, key []byte
}

func (e encoding) text() string {
	b := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=1$%s$%s", argon2.Version, e.cost.Memory, e.cost.Passes, b.EncodeToString(e.salt), b.EncodeToString(e.key))
}

func parseEncoding(text string) (e encoding, err error) {
	damaged := errs.E(errs.Damaged, "a stored password cannot be read")
	parts := strings.Split(text, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return e, damaged
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=1", &e.cost.Memory, &e.cost.Passes); err != nil {
		return e, damaged
	}
	var errSalt, errKey error
	e.salt, errSalt = base64.RawStdEncoding.DecodeString(parts[4])
	e.key, errKey = base64.RawStdEncoding.DecodeString(parts[5])
	within := e.cost.Memory >= 8 && e.cost.Memory <= maxMemory && e.cost.Passes >= 1 && e.cost.Passes <= maxPasses
	if errSalt != nil || errKey != nil || !within || len(e.salt) < 8 || len(e.key) != keySize {
		return e, damaged
	}
	return e, nil
}

// Weakness says what is wrong with a new password, "" if nothing is. About is
// what a guesser tries first: the user's name and address.
func Weakness(password string, about ...string) string {
	switch {
	case !utf8.ValidString(password) || strings.ContainsRune(password, 0):
		return "has characters that cannot be typed"
	case utf8.RuneCountInString(password) < minPassword:
		return fmt.Sprintf("is shorter than %d characters", minPassword)
	case len(password) > MaxPassword:
		return fmt.Sprintf("is longer than %d bytes", MaxPassword)
	case variety(password) < 5:
		return "repeats too few characters"
	}
	for _, word := range append(about, "password", "assay") {
		local, _, _ := strings.Cut(word, "@")
		if mostly(password, word) || mostly(password, local) {
			return "is mostly a word that is easy to guess"
		}
	}
	return ""
}

// mostly tells whether a password is a word with little else.
func mostly(password, word string) bool {
	password, word = strings.ToLower(password), strings.ToLower(word)
	return len(word) >= 4 && strings.Contains(password, word) && len(password)-len(word) < 6
}

// variety counts the different characters.
func variety(s string) int {
	seen := map[rune]bool{}
	for _, r := range s {
		seen[r] = true
	}
	return len(seen)
}

package auth

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/store"
)

// Keyring seals secrets that the store keeps, such as credentials of
// repositories: with AES-256-GCM, under its last key. Those sealed under earlier
// keys can be opened as long as the keyring has them. Hosts that share a database
// share a keyring.
type Keyring struct {
	keys []sealingKey // the last one seals
}

type sealingKey struct {
	id   [keyID]byte
	aead cipher.AEAD
}

const (
	keyID       = 4  // bytes that name a key
	sealVersion = 1  // the layout: version, key id, nonce, sealed text
	keyLength   = 32 // AES-256
	sealHead    = 1 + keyID
)

// OpenKeyring reads a keyring's file. If there is none and it may be made, it is
// made with a new key, which only the owner may read; of several processes that
// start at once all get the same.
func OpenKeyring(file string, make bool) (*Keyring, error) {
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) && make {
		if err = makeKeyring(file); err == nil {
			text, err = os.ReadFile(file)
		}
	}
	if err != nil {
		return nil, errs.E(errs.Unavailable, "read the file of keys: %w", err)
	}
	return ParseKeyring(string(text))
}

// makeKeyring writes a file with one key, unless another process was faster.
func makeKeyring(file string) error {
	line, err := newKey()
	if err != nil {
		return err
	}
	temporary, err := writeBeside(file, "# Keys of sealed secrets. The last one seals. Keep a copy apart from backups.\n"+line+"\n")
	if err != nil {
		return err
	}
	err = os.Link(temporary, file)
	if errors.Is(err, fs.ErrExist) {
		err = nil
	}
	return errors.Join(err, os.Remove(temporary))
}

// writeBeside writes a temporary file, which only the owner may read, into the
// folder of another.
func writeBeside(file, text string) (string, error) {
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return "", err
	}
	f, err := os.CreateTemp(filepath.Dir(file), ".keys-*") // mode 0600
	if err != nil {
		return "", err
	}
	_, err = f.WriteString(text)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return "", errors.Join(err, os.Remove(f.Name()))
	}
	return f.Name(), nil
}

// RotateKeyring adds a new key to a keyring's file, which seals from the next
// start on. Earlier ones are kept for what they sealed.
func RotateKeyring(file string) error {
	if _, err := OpenKeyring(file, false); err != nil {
		return err
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return errs.E(errs.Unavailable, "read the file of keys: %w", err)
	}
	line, err := newKey()
	if err != nil {
		return err
	}
	temporary, err := writeBeside(file, strings.TrimRight(string(text), "\n")+"\n"+line+"\n")
	if err == nil {
		err = os.Rename(temporary, file)
	}
	if err != nil {
		return errs.E(errs.Unavailable, "write the file of keys: %w", err)
	}
	return nil
}

// newKey is a line for a keyring's file.
func newKey() (string, error) {
	var random [keyLength]byte
	if _, err := rand.Read(random[:]); err != nil {
		return "", fmt.Errorf("make a key: %w", err)
	}
	return base64.StdEncoding.EncodeToString(random[:]), nil
}

// ParseKeyring reads the text of a keyring's file: a line for each key, 32 bytes
// in base64. A key's id is the beginning of its digest.
func ParseKeyring(text string) (*Keyring, error) {
	ring := &Keyring{}
	for number, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		key, err := parseKey(line)
		if err != nil {
			return nil, errs.E(errs.Invalid, "line %d of the file of keys is none: %w", number+1, err)
		}
		if _, twice := ring.key(key.id[:]); twice {
			return nil, errs.E(errs.Invalid, "line %d of the file of keys repeats a key", number+1)
		}
		ring.keys = append(ring.keys, key)
	}
	if len(ring.keys) == 0 {
		return nil, errs.E(errs.Invalid, "the file of keys has none")
	}
	return ring, nil
}

func parseKey(line string) (sealingKey, error) {
	secret, err := base64.StdEncoding.DecodeString(line)
	if err != nil || len(secret) != keyLength {
		return sealingKey{}, errors.New("a key is 32 bytes in base64") // not err, which may repeat the line
	}
	block, err := aes.NewCipher(secret)
	if err != nil {
		return sealingKey{}, err
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return sealingKey{}, err
	}
	sum := sha256.Sum256(secret)
	return sealingKey{id: [keyID]byte(sum[:keyID]), aead: aead}, nil
}

func (k *Keyring) key(id []byte) (sealingKey, bool) {
	for _, key := range k.keys {
		if bytes.Equal(key.id[:], id) {
			return key, true
		}
	}
	return sealingKey{}, false
}

// Seal encrypts a secret. It can be opened only with the same associated text,
// such as the id of the row it belongs to, so that it is of no use in another.
func (k *Keyring) Seal(secret []byte, associated string) ([]byte, error) {
	key := k.keys[len(k.keys)-1]
	nonce := make([]byte, key.aead.NonceSize())
	if _, err := rand.Read(nonce); err != nil {
		return nil, fmt.Errorf("make a nonce: %w", err)
	}
	out := append(append([]byte{sealVersion}, key.id[:]...), nonce...)
	return key.aead.Seal(out, nonce, secret, []byte(associated)), nil
}

// Open decrypts what Seal made. The error is errs.Damaged if that is not what it
// is given, or was sealed under a key that the keyring does not have.
func (k *Keyring) Open(sealed []byte, associated string) ([]byte, error) {
	if len(sealed) < sealHead || sealed[0] != sealVersion {
		return nil, errs.E(errs.Damaged, "the secret is not sealed as it should be")
	}
	key, ok := k.key(sealed[1:sealHead])
	if !ok {
		return nil, errs.E(errs.Damaged, "the secret is sealed under the key %x, which the file of keys does not have", sealed[1:sealHead])
	}
	rest := sealed[sealHead:]
	if len(rest) < key.aead.NonceSize() {
		return nil, errs.E(errs.Damaged, "the secret is cut off")
	}
	secret, err := key.aead.Open(nil, rest[:key.aead.NonceSize()], rest[key.aead.NonceSize():], []byte(associated))
	if err != nil {
		return nil, errs.E(errs.Damaged, "the secret was changed, or belongs to something else")
	}
	return secret, nil
}

// Stale tells whether something is sealed under another key than the last.
func (k *Keyring) Stale(sealed []byte) bool {
	last := k.keys[len(k.keys)-1]
	return len(sealed) >= sealHead && !bytes.Equal(sealed[1:sealHead], last.id[:])
}

// Credential is what opens a repository.
type Credential struct {
	Kind       store.CredentialKind
	Username   string
	Secret     string // a token, or a private key
	KnownHosts string // lines of known_hosts; empty: those of the installation
}

// RepositoryCredential opens a repository's credential.
func (k *Keyring) RepositoryCredential(r store.Repository) (Credential, error) {
	c := Credential{Kind: r.Credential, Username: r.Username, KnownHosts: r.KnownHosts}
	if len(r.Sealed) == 0 {
		return c, nil
	}
	secret, err := k.Open(r.Sealed, r.ID)
	if err != nil {
		return c, fmt.Errorf("open the repository's credential: %w", err)
	}
	c.Secret = string(secret)
	return c, nil
}

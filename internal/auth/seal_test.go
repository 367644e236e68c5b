package auth_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/assay-sca/assay/internal/auth"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/store"
)

func ring(t *testing.T, file string) *auth.Keyring {
	t.Helper()
	k, err := auth.OpenKeyring(file, true)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func seal(t *testing.T, k *auth.Keyring, secret, associated string) []byte {
	t.Helper()
	sealed, err := k.Seal([]byte(secret), associated)
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

func TestSeal(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "keys", "keyring")
	k := ring(t, file)
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v, want 0600", info.Mode(), err)
	}
	sealed := seal(t, k, "a token", "repository")
	if bytes.Contains(sealed, []byte("token")) || bytes.Equal(sealed, seal(t, k, "a token", "repository")) {
		t.Error("the secret shows, or is sealed alike twice")
	}
	if secret, err := ring(t, file).Open(sealed, "repository"); err != nil || string(secret) != "a token" {
		t.Errorf("Open = %q, %v after a restart", secret, err)
	}
	if _, err := k.Open(sealed, "another"); errs.KindOf(err) != errs.Damaged {
		t.Errorf("opened for another: %v", err)
	}
	for i := range sealed {
		changed := bytes.Clone(sealed)
		changed[i] ^= 1
		if _, err := k.Open(changed, "repository"); errs.KindOf(err) != errs.Damaged {
			t.Errorf("opened with byte %d changed: %v", i, err)
		}
		if _, err := k.Open(sealed[:i], "repository"); errs.KindOf(err) != errs.Damaged {
			t.Errorf("opened %d bytes: %v", i, err)
		}
	}
}

func TestRotateKeyring(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "keyring")
	before := ring(t, file)
	old := seal(t, before, "secret", "x")
	if err := auth.RotateKeyring(file); err != nil {
		t.Fatal(err)
	}
	after := ring(t, file)
	if secret, err := after.Open(old, "x"); err != nil || string(secret) != "secret" {
		t.Errorf("Open = %q, %v after a rotation", secret, err)
	}
	if !after.Stale(old) || before.Stale(old) || after.Stale(seal(t, after, "secret", "x")) {
		t.Error("Stale does not tell which key sealed")
	}
	if _, err := before.Open(seal(t, after, "secret", "x"), "x"); errs.KindOf(err) != errs.Damaged {
		t.Errorf("opened without the key: %v", err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v, want 0600", info.Mode(), err)
	}
}

// TestOpenKeyringAtOnce: processes that start together get one key.
func TestOpenKeyringAtOnce(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "keyring")
	sealed := make([][]byte, 8)
	var all sync.WaitGroup
	for i := range sealed {
		all.Go(func() {
			k, err := auth.OpenKeyring(file, true)
			if err == nil {
				sealed[i], err = k.Seal([]byte("secret"), "x")
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for _, s := range sealed {
		if _, err := ring(t, file).Open(s, "x"); err != nil {
			t.Error(err)
		}
	}
	if left, err := filepath.Glob(filepath.Join(filepath.Dir(file), ".keys-*")); err != nil || len(left) > 0 {
		t.Errorf("left %v, %v", left, err)
	}
}

func TestParseKeyring(t *testing.T) {
	t.Parallel()
	const key = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
	for text, word := range map[string]string{
		"":                            "has none",
		"# nothing\n":                 "has none",
		"c2hvcnQ=":                    "line 1",
		key + "\n" + key:              "line 2",
		key + "\n\n# x\nno base64 at": "line 4",
	} {
		_, err := auth.ParseKeyring(text)
		if errs.KindOf(err) != errs.Invalid || !strings.Contains(err.Error(), word) || strings.Contains(err.Error(), key) {
			t.Errorf("ParseKeyring(%q): %v, want Invalid with %q", text, err, word)
		}
	}
}

func TestRepositoryCredential(t *testing.T) {
	t.Parallel()
	k := ring(t, filepath.Join(t.TempDir(), "keyring"))
	r := store.Repository{ID: "r1", Credential: store.CredentialToken, Username: "alice", Sealed: seal(t, k, "a token", "r1")}
	got, err := k.RepositoryCredential(r)
	if want := (auth.Credential{Kind: store.CredentialToken, Username: "alice", Secret: "a token"}); err != nil || got != want {
		t.Errorf("RepositoryCredential = %+v, %v, want %+v", got, err, want)
	}
	r.ID = "r2"
	if _, err := k.RepositoryCredential(r); errs.KindOf(err) != errs.Damaged {
		t.Errorf("a credential was opened for another repository: %v", err)
	}
	if got, err := k.RepositoryCredential(store.Repository{ID: "r3", Credential: store.CredentialNone}); err != nil || got.Secret != "" {
		t.Errorf("RepositoryCredential = %+v, %v without one", got, err)
	}
}

func TestOpenKeyringAbsent(t *testing.T) {
	t.Parallel()
	if _, err := auth.OpenKeyring(filepath.Join(t.TempDir(), "keyring"), false); errs.KindOf(err) != errs.Unavailable {
		t.Errorf("OpenKeyring: %v, want Unavailable", err)
	}
}

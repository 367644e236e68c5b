package auth

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/assay-sca/assay/internal/errs"
)

// cheap hashes fast.
var cheap = Cost{Memory: 8, Passes: 1}

func TestPasswords(t *testing.T) {
	t.Parallel()
	ctx, p := t.Context(), NewPasswords(PasswordOptions{Cost: cheap})
	encoded, err := p.Hash(ctx, "correct horse")
	if err != nil || !strings.HasPrefix(encoded, "$argon2id$v=19$m=8,t=1,p=1$") {
		t.Fatalf("encoded as %q, error %v", encoded, err)
	}
	if again, err := p.Hash(ctx, "correct horse"); err != nil || again == encoded {
		t.Errorf("the same password twice is encoded alike; error %v", err)
	}
	for password, want := range map[string]bool{"correct horse": true, "correct horsf": false, "": false, strings.Repeat("x", MaxPassword+1): false} {
		if good, err := p.Verify(ctx, encoded, password); err != nil || good != want {
			t.Errorf("Verify(%.20q) = %v, error %v; want %v", password, good, err, want)
		}
	}
	if good, err := p.Verify(ctx, "", ""); err != nil || good {
		t.Errorf("an unknown user's password is right: %v, error %v", good, err)
	}
	if _, err := p.Hash(ctx, strings.Repeat("x", MaxPassword+1)); errs.KindOf(err) != errs.Invalid {
		t.Errorf("a password without end: error %v", err)
	}
	if dearer := NewPasswords(PasswordOptions{Cost: Cost{Memory: 16, Passes: 1}}); p.Outdated(encoded) || !dearer.Outdated(encoded) {
		t.Error("an encoding is outdated exactly if it took another cost")
	}
}

// TestUsualCost: the default is what OWASP asks for.
func TestUsualCost(t *testing.T) {
	t.Parallel()
	encoded, err := NewPasswords(PasswordOptions{}).Hash(t.Context(), "x")
	if err != nil || !strings.HasPrefix(encoded, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("encoded as %q, error %v", encoded, err)
	}
}

func TestDamagedEncodings(t *testing.T) {
	t.Parallel()
	p := NewPasswords(PasswordOptions{Cost: cheap})
	good, err := p.Hash(t.Context(), "x")
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{
		"x", "plain$text", strings.Replace(good, "argon2id", "argon2i", 1), strings.Replace(good, "m=8", "m=4294967295", 1), strings.Replace(good, "t=1", "t=0", 1),
		strings.Replace(good, "p=1", "p=2", 1), good[:len(good)-4], good + "$", strings.Replace(good, "v=19", "v=16", 1),
	} {
		if ok, err := p.Verify(t.Context(), bad, "x"); ok || errs.KindOf(err) != errs.Damaged {
			t.Errorf("Verify(%q) = %v, error %v; want damaged", bad, ok, err)
		}
	}
}

// TestFlood: of many at once only some are hashed, some wait, and the rest is
// refused at once.
func TestFlood(t *testing.T) {
	t.Parallel()
	p := NewPasswords(PasswordOptions{Cost: cheap, AtOnce: 1, Waiting: 2})
	p.turns <- struct{}{} // somebody's turn, which takes as long as this test wants
	p.waiting.Add(1)
	results := make(chan error, 10)
	for range 10 {
		go func() {
			_, err := p.Hash(t.Context(), "x")
			results <- err
		}()
	}
	for range 8 {
		if err := <-results; errs.KindOf(err) != errs.Busy {
			t.Errorf("error %v, want busy", err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	p.waiting.Add(-1)
	if _, err := p.Hash(ctx, "x"); !errors.Is(err, context.Canceled) {
		t.Errorf("who gave up waiting: error %v", err)
	}
	<-p.turns
	for range 2 {
		if err := <-results; err != nil {
			t.Errorf("who waited: %v", err)
		}
	}
}

func TestWeakness(t *testing.T) {
	t.Parallel()
	for password, weak := range map[string]bool{
		"correct horse": false, "пароль-надёжный": false, "ada@example.org": true, "Ada.Lovelace1": true, "ada.lovelace and her engine": false,
		"short": true, "aaaaaaaaaaaaaaaa": true, "password123": true, "Assay12345": true, "assay, but a long sentence": false,
		"a\x00bcdefghijkl": true, "\xff\xfeabcdefghijk": true, strings.Repeat("abcdefg", 100): true, "": true,
	} {
		if got := Weakness(password, "Ada.Lovelace", "ada@example.org"); (got != "") != weak {
			t.Errorf("Weakness(%.30q) = %q, want weak %v", password, got, weak)
		}
	}
}

func TestSecrets(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 100 {
		s := NewToken()
		if !LooksLikeToken(s) || seen[s] || len(HashSecret(s)) != 32 {
			t.Fatalf("token %q", s)
		}
		seen[s] = true
	}
	for _, s := range []string{"", "assay_", NewSecret(), NewToken() + "x", strings.ToUpper(NewToken())} {
		if LooksLikeToken(s) {
			t.Errorf("%q looks like a token", s)
		}
	}
}

func TestThrottle(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_000_000, 0)
	throttle := NewThrottle(3, time.Minute, 100)
	try := func(key string) bool { return throttle.Try(now, key) == nil }
	for i, want := range []bool{true, true, true, false, false} {
		if got := try("a"); got != want {
			t.Errorf("attempt %d: %v, want %v", i, got, want)
		}
	}
	if !try("b") {
		t.Error("another key is refused")
	}
	now = now.Add(time.Minute)
	if !try("a") || try("a") {
		t.Error("after a minute there is not exactly one attempt more")
	}
	now = now.Add(-time.Hour)
	if try("a") {
		t.Error("a clock that went back gives attempts")
	}
	throttle.Forgive("a")
	if !try("a") {
		t.Error("after the right one there is no attempt")
	}
	if err := throttle.Try(now, "b"); err != nil {
		t.Errorf("the second attempt of b: %v", err)
	}
}

func TestNetwork(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"192.0.2.9": "192.0.2.9", "::ffff:192.0.2.9": "192.0.2.9", "2001:db8:1:2::1": "2001:db8:1:2::/64", "2001:db8:1:2:ffff::": "2001:db8:1:2::/64",
		"2001:db8:1:3::1": "2001:db8:1:3::/64", "fe80::1%eth0": "fe80::/64", "": "", "@": "@",
	} {
		if got := Network(address); got != want {
			t.Errorf("Network(%q) = %q, want %q", address, got, want)
		}
	}
}

// TestThrottleIsBounded: who makes up keys neither fills the memory nor gets rid of
// a key without attempts.
func TestThrottleIsBounded(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_000_000, 0)
	throttle := NewThrottle(2, time.Hour, 100)
	for throttle.Try(now, "guesser") == nil {
	}
	var all sync.WaitGroup
	for i := range 4 {
		all.Go(func() {
			for j := range 1000 {
				throttle.Try(now, fmt.Sprintf("%d-%d", i, j))
			}
		})
	}
	all.Wait()
	if len(throttle.keys) > 100 {
		t.Errorf("%d keys are kept", len(throttle.keys))
	}
	if throttle.Try(now, "guesser") == nil {
		t.Error("made-up keys gave a guesser new attempts")
	}
}

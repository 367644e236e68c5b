// Package audit has the rules of the audit log: what an event's canonical text
// is, how each is chained to the one before, and what a break looks like. It
// knows neither where events are kept nor who writes them.
package audit

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
)

// Hash is a SHA-256.
type Hash [sha256.Size]byte

// Event is something that somebody did, as it is chained. Texts are kept as they
// were stored, so that verifying needs no parsing.
type Event struct {
	Seq          int64 // 1 is the first
	At           int64 // milliseconds since 1970, UTC
	Actor        string
	Address      string
	Organisation string
	Project      string
	Action       string
	Object       string
	Detail       string // JSON
}

// canonical is an unambiguous text of the event: numbers in eight bytes, texts
// after their length, all in the order of the fields.
func (e Event) canonical() []byte {
	out := []byte("assay audit 1\x00")
	out = binary.BigEndian.AppendUint64(out, uint64(e.Seq))
	out = binary.BigEndian.AppendUint64(out, uint64(e.At))
	for _, text := range []string{e.Actor, e.Address, e.Organisation, e.Project, e.Action, e.Object, e.Detail} {
		out = binary.BigEndian.AppendUint64(out, uint64(len(text)))
		out = append(out, text...)
	}
	return out
}

// Chain is the event's hash after the hash of the event before it, which for the
// first is the zero hash.
func (e Event) Chain(previous Hash) Hash {
	sum := sha256.New()
	sum.Write(previous[:])
	sum.Write(e.canonical())
	return Hash(sum.Sum(nil))
}

// Verifier checks events one after the other, from the first. The zero value
// stands before the first.
type Verifier struct {
	last int64
	hash Hash
}

// Last is the sequence number of the last event that was right.
func (v *Verifier) Last() int64 { return v.last }

// Hash is the hash of the last event that was right.
func (v *Verifier) Hash() Hash { return v.hash }

// Next checks the next event with the two hashes that are kept of it, and says
// what is wrong. After an error the verifier stands where it stood.
func (v *Verifier) Next(e Event, previous, hash Hash) error {
	switch {
	case e.Seq <= v.last:
		return fmt.Errorf("event %d comes after event %d", e.Seq, v.last)
	case e.Seq != v.last+1:
		return fmt.Errorf("event %d is missing", v.last+1)
	case previous != v.hash:
		return fmt.Errorf("event %d is not chained to the one before", e.Seq)
	case e.Chain(previous) != hash:
		return fmt.Errorf("event %d is not what was written", e.Seq)
	}
	v.last, v.hash = e.Seq, hash
	return nil
}

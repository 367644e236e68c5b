package audit

import (
	"encoding/hex"
	"strings"
	"testing"
)

// chained is an event with what is kept of it.
type chained struct {
	Event
	previous, hash Hash
}

func chain(n int) []chained {
	var all []chained
	var last Hash
	for i := range n {
		e := Event{Seq: int64(i + 1), At: 1_773_480_413_000 + int64(i), Actor: "user:1", Address: "192.0.2.1", Organisation: "o", Project: "p", Action: "project.create", Object: "project:p", Detail: `{"n":1}`}
		all = append(all, chained{e, last, e.Chain(last)})
		last = all[i].hash
	}
	return all
}

func verify(all []chained) (int64, error) {
	var v Verifier
	for _, e := range all {
		if err := v.Next(e.Event, e.previous, e.hash); err != nil {
			return v.Last(), err
		}
	}
	return v.Last(), nil
}

// TestChain fixes the hash: one that changes makes every log that there is look
// broken.
func TestChain(t *testing.T) {
	t.Parallel()
	const want = "23b999013507bfd75b39e2ef224dfc88672d536a77b64d3262b07590d93b59b4"
	if got := chain(3)[2].hash; hex.EncodeToString(got[:]) != want {
		t.Errorf("the third hash is %x, want %s", got, want)
	}
}

// TestVerifier changes every part of an event in the middle, removes, repeats,
// inserts and moves events.
func TestVerifier(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		change func([]chained) []chained
		last   int64
		want   string // part of the error; empty: none
	}{
		{"untouched", func(c []chained) []chained { return c }, 5, ""},
		{"empty", func([]chained) []chained { return nil }, 0, ""},
		{"cut short", func(c []chained) []chained { return c[:3] }, 3, ""}, // for the head to say
		{"time", func(c []chained) []chained { c[2].At++; return c }, 2, "event 3 is not what was written"},
		{"actor", func(c []chained) []chained { c[2].Actor = "user:2"; return c }, 2, "event 3 is not"},
		{"address", func(c []chained) []chained { c[2].Address = ""; return c }, 2, "event 3 is not"},
		{"organisation", func(c []chained) []chained { c[2].Organisation = ""; return c }, 2, "event 3 is not"},
		{"project", func(c []chained) []chained { c[2].Project = "q"; return c }, 2, "event 3 is not"},
		{"action", func(c []chained) []chained { c[2].Action = "x"; return c }, 2, "event 3 is not"},
		{"object", func(c []chained) []chained { c[2].Object = "x"; return c }, 2, "event 3 is not"},
		{"detail", func(c []chained) []chained { c[2].Detail = `{"n":2}`; return c }, 2, "event 3 is not"},
		{"a letter from one text to the next", func(c []chained) []chained { c[2].Actor, c[2].Address = "user:", "1192.0.2.1"; return c }, 2, "event 3 is not"},
		{"hash", func(c []chained) []chained { c[2].hash[0]++; return c }, 2, "event 3 is not"},
		{"rewritten with its hash", func(c []chained) []chained { c[2].Actor = "x"; c[2].hash = c[2].Chain(c[2].previous); return c }, 3, "event 4 is not chained"},
		{"first removed", func(c []chained) []chained { return c[1:] }, 0, "event 1 is missing"},
		{"removed", func(c []chained) []chained { return append(c[:2], c[3:]...) }, 2, "event 3 is missing"},
		{"repeated", func(c []chained) []chained { return append(c[:2:2], c[1:]...) }, 2, "event 2 comes after event 2"},
		{"moved", func(c []chained) []chained { c[2], c[3] = c[3], c[2]; return c }, 2, "event 3 is missing"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			last, err := verify(test.change(chain(5)))
			if last != test.last || (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
				t.Errorf("good up to %d, error %v; want %d and %q", last, err, test.last, test.want)
			}
		})
	}
}

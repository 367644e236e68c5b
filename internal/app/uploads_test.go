package app

import (
	"strconv"
	"testing"
	"time"
)

// TestUploadsAreBounded: what is pushed and not scanned here takes no more memory
// than is given, and goes when it is old.
func TestUploadsAreBounded(t *testing.T) {
	t.Parallel()
	const size = uploadsLimit / 4
	now := time.Unix(1_800_000_000, 0)
	var u Uploads
	for n := range 6 {
		u.keep(strconv.Itoa(n), Upload{Notices: []string{strconv.Itoa(n)}}, size, now)
	}
	u.keep("0", Upload{}, size, now) // it is there
	if u.size != uploadsLimit || len(u.kept) != 4 {
		t.Errorf("%d of %d bytes, %d kept", u.size, uploadsLimit, len(u.kept))
	}
	if _, ok := u.Take("5"); ok {
		t.Error("there was room for a fifth")
	}
	first, ok := u.Take("0")
	if !ok || len(first.Notices) != 1 || first.Notices[0] != "0" || u.size != 3*size {
		t.Errorf("the first: %t, %+v; %d bytes left", ok, first, u.size)
	}
	u.keep("large", Upload{}, uploadsLimit+1, now)
	later := now.Add(uploadsAge + time.Second)
	u.keep("late", Upload{}, 2*size, later)
	if _, ok := u.Take("late"); !ok || u.size != 0 || len(u.kept) != 0 {
		t.Errorf("what is old makes room: %t, %d bytes in %d kept", ok, u.size, len(u.kept))
	}
}

// TestUploadsOfNoWorker: without one nothing is remembered.
func TestUploadsOfNoWorker(t *testing.T) {
	t.Parallel()
	var u *Uploads
	u.keep("a", Upload{}, 1, time.Time{})
	if _, ok := u.Take("a"); ok {
		t.Error("something is remembered")
	}
}

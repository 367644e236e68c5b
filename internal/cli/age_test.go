package cli

import (
	"testing"
	"time"
)

func TestAge(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct {
		age  time.Duration
		text string
	}{"5d": {120 * time.Hour, "5d"}, "72h": {72 * time.Hour, "3d"}, "90m": {90 * time.Minute, "1h30m0s"}, "0": {0, "0d"}} {
		var a age
		if err := a.Set(text); err != nil || time.Duration(a) != want.age || a.String() != want.text {
			t.Errorf("%q: got %v (%v), %v", text, time.Duration(a), a.String(), err)
		}
	}
	for _, bad := range []string{"", "d", "-1d", "-2h", "5", "1w", "99999999999d"} {
		var a age
		if err := a.Set(bad); err == nil {
			t.Errorf("%q was taken for %v", bad, time.Duration(a))
		}
	}
}

package cli

import "testing"

func TestGate(t *testing.T) {
	t.Parallel()
	done := func(n severities) scanRow { return scanRow{State: "done", Findings: n} }
	incomplete := done(severities{Low: 1})
	incomplete.Incomplete = true
	for _, test := range []struct {
		name            string
		failOn          string
		allowIncomplete bool
		scan            scanRow
		want            int
	}{
		{"clean", "any", false, done(severities{}), 0},
		{"no gate", "none", false, done(severities{Critical: 1}), 0},
		{"below", "high", false, done(severities{Medium: 5, Low: 1}), 0},
		{"at", "high", false, done(severities{High: 1}), 1},
		{"above", "medium", false, done(severities{Critical: 1}), 1},
		{"unknown reaches each", "critical", false, done(severities{Unknown: 1}), 1},
		{"none is reached by any", "any", false, done(severities{None: 1}), 1},
		{"none is not low", "low", false, done(severities{None: 1}), 0},
		{"incomplete", "high", false, incomplete, 3},
		{"incomplete, allowed", "high", true, incomplete, 0},
		{"findings go before", "low", false, incomplete, 1},
		{"failed", "none", true, scanRow{State: "failed"}, 2},
		{"cancelled", "none", true, scanRow{State: "cancelled"}, 2},
	} {
		f := gateFlags{failOn: test.failOn, allowIncomplete: test.allowIncomplete}
		if got := f.code(test.scan); got != test.want {
			t.Errorf("%s: exit code %d, want %d", test.name, got, test.want)
		}
	}
}

package server

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"github.com/assay-sca/assay/internal/errs"
)

// check is one thing that the server needs.
type check struct {
	name string
	// fatal says that without it the server is of no use.
	fatal bool
	do    func(ctx context.Context) (detail string, err error)
}

// checkTime bounds all checks of one heartbeat together.
const checkTime = 5 * time.Second

// outcome is what a check came to, as the heartbeat tells it.
type outcome struct {
	Status string  `json:"status"` // ok, warning, error
	Detail string  `json:"detail,omitempty"`
	MS     float64 `json:"ms"`
}

// heartbeatLasts is for how long outcomes are good: anybody may ask as often as they
// like, and each check costs the database or the bucket something.
const heartbeatLasts = time.Second

// heartbeat answers with every check's outcome: 200 while all that is needed
// works, else 503.
func heartbeat(checks []check, clock func() time.Time) http.HandlerFunc {
	var one sync.Mutex
	var last []outcome
	var at time.Time
	return func(w http.ResponseWriter, r *http.Request) {
		one.Lock()
		if now := clock(); last == nil || now.Before(at) || now.Sub(at) >= heartbeatLasts {
			last = runAll(context.WithoutCancel(r.Context()), checks, clock) // also for those who wait
			at = clock()
		}
		outcomes := last
		one.Unlock()
		status, code, details := "ok", http.StatusOK, map[string]outcome{}
		for i, c := range checks {
			details[c.name] = outcomes[i]
			if worse(outcomes[i].Status, status) {
				status = outcomes[i].Status
			}
		}
		if status == "error" {
			code = http.StatusServiceUnavailable
		}
		writeJSON(w, code, map[string]any{"status": status, "checks": details})
	}
}

// runAll runs all checks at once.
func runAll(ctx context.Context, checks []check, clock func() time.Time) []outcome {
	ctx, stop := context.WithTimeout(ctx, checkTime)
	defer stop()
	outcomes := make([]outcome, len(checks))
	var all sync.WaitGroup
	for i, c := range checks {
		all.Go(func() { outcomes[i] = c.run(ctx, clock) })
	}
	all.Wait()
	return outcomes
}

func (c check) run(ctx context.Context, clock func() time.Time) outcome {
	began := clock()
	detail, err := c.do(ctx)
	out := outcome{Status: "ok", Detail: detail, MS: float64(clock().Sub(began).Microseconds()) / 1000}
	if err != nil {
		out.Status, out.Detail = "warning", kindWords(err)
		if c.fatal {
			out.Status = "error"
		}
	}
	return out
}

// kindWords says what is wrong without the names of hosts and folders that an
// error has: anybody may read the heartbeat. The log has the rest.
func kindWords(err error) string {
	switch errs.KindOf(err) {
	case errs.Unavailable:
		return "cannot be used now"
	case errs.NotFound:
		return "is missing"
	case errs.Stale:
		return "is old"
	}
	return "does not work"
}

func worse(one, other string) bool {
	rank := map[string]int{"ok": 0, "warning": 1, "error": 2}
	return rank[one] > rank[other]
}

// alive answers without looking at anything: for load balancers.
func alive(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, map[string]string{"status": "ok"})
}

// version answers what runs here.
func version(v string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, map[string]string{"source": "https://github.com/assay-sca/assay", "version": v, "commit": "", "build": ""})
	}
}

func writeJSON(w http.ResponseWriter, code int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(code)
	json.NewEncoder(w).Encode(body) //nolint:errcheck // the client went away
}

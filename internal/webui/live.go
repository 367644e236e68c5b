package webui

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// liveEvery is how often a page that is looked at hears of the counters.
const liveEvery = 3 * time.Second

// liveFor is how long one stream goes on; then the browser asks anew, and whether
// it may is looked at again.
const liveFor = 10 * time.Minute

// live tells the header's counter as it changes.
func (u *ui) live(r *request) (reply, error) {
	leave, err := u.app.Listen(r.actor)
	if err != nil {
		return nil, err
	}
	return raw(func(w http.ResponseWriter, r *request) error {
		defer leave()
		events, err := startEvents(w, r)
		if err != nil {
			return err
		}
		ctx, stop := context.WithTimeout(r.Context(), liveFor)
		defer stop()
		tick := time.NewTicker(liveEvery)
		defer tick.Stop()
		last := counts{Running: -1}
		for {
			if now, err := u.counts(ctx, r.actor); err == nil && now != last {
				last = now
				says := struct {
					Text    string `json:"text"`
					Running bool   `json:"running"`
				}{liveText(now), now.Running > 0}
				if events.send("counts", "", says) != nil {
					return nil // nobody listens any longer
				}
			}
			select {
			case <-ctx.Done():
				return nil
			case <-tick.C:
			}
		}
	}), nil
}

// liveText is the header's counter in words.
func liveText(c counts) string {
	switch {
	case c.Running > 0:
		return fmt.Sprintf("%d running", c.Running)
	case c.Waiting > 0:
		return fmt.Sprintf("%d waiting", c.Waiting)
	}
	return "idle"
}

// events writes a stream of Server-Sent Events.
type events struct {
	w       http.ResponseWriter
	control *http.ResponseController
}

// startEvents begins a stream. The server's limit of time for answers does not
// hold for it.
func startEvents(w http.ResponseWriter, _ *request) (events, error) {
	e := events{w, http.NewResponseController(w)}
	if err := e.control.SetWriteDeadline(time.Time{}); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return e, fmt.Errorf("start events: %w", err)
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Accel-Buffering", "no") // proxies hold streams back otherwise
	w.WriteHeader(http.StatusOK)
	return e, e.control.Flush()
}

// send writes one event with its data as JSON. The id, if there is one, is what
// the browser says it has seen when it connects again (Last-Event-ID).
func (e events) send(name, id string, data any) error {
	text, err := json.Marshal(data)
	if err != nil {
		return fmt.Errorf("send event %s: %w", name, err)
	}
	if id != "" {
		fmt.Fprintf(e.w, "id: %s\n", id)
	}
	if _, err := fmt.Fprintf(e.w, "event: %s\ndata: %s\n\n", name, text); err != nil {
		return err
	}
	return e.control.Flush()
}

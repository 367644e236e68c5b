package server

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// speak opens a connection and sends the beginning of a request.
func speak(t *testing.T, s *httptest.Server, text string) net.Conn {
	t.Helper()
	var d net.Dialer
	c, err := d.DialContext(t.Context(), "tcp", strings.TrimPrefix(s.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
	return c
}

// answer reads until the server ends the connection; an error is that it did not.
func answer(t *testing.T, c net.Conn) string {
	t.Helper()
	text, err := io.ReadAll(c)
	if err != nil && strings.Contains(err.Error(), "i/o timeout") {
		t.Errorf("the connection is still open: %v", err)
	}
	return string(text)
}

// TestSlowClients: who sends a body too slowly, or not at all, is let go, whether or
// not anybody reads it.
func TestSlowClients(t *testing.T) {
	t.Parallel()
	failed := make(chan error, 10)
	mux := http.NewServeMux()
	mux.HandleFunc("POST /read", func(w http.ResponseWriter, r *http.Request) {
		_, err := io.Copy(io.Discard, r.Body)
		failed <- err
		w.WriteHeader(http.StatusBadRequest)
	})
	mux.HandleFunc("POST /ignore", func(http.ResponseWriter, *http.Request) {})
	s := httptest.NewServer(paced(mux, pace{patience: 100 * time.Millisecond, rate: 1 << 20, clock: time.Now}))
	defer s.Close()
	for _, path := range []string{"/read", "/ignore"} {
		answer(t, speak(t, s, "POST "+path+" HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nx"))
	}
	if err := <-failed; err == nil {
		t.Error("a body that did not come was read")
	}
	trickle := speak(t, s, "POST /read HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
	for {
		if _, err := io.WriteString(trickle, "1\r\nx\r\n"); err != nil {
			break // let go
		}
		select {
		case err := <-failed:
			if err == nil {
				t.Error("a body that trickles was read")
			}
			return
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// TestSlowReaders: an answer that nobody takes does not hold its handler.
func TestSlowReaders(t *testing.T) {
	t.Parallel()
	ended := make(chan error, 1)
	s := httptest.NewServer(paced(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for {
			if _, err := w.Write(make([]byte, 1<<16)); err != nil {
				ended <- err
				return
			}
		}
	}), pace{patience: 100 * time.Millisecond, rate: 1 << 30, clock: time.Now}))
	defer s.Close()
	speak(t, s, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	select {
	case <-ended:
	case <-time.After(20 * time.Second):
		t.Error("the handler still writes")
	}
}

// TestPatientClients: a handler may take longer than a client, also between reading
// and answering, and the connection goes on afterwards.
func TestPatientClients(t *testing.T) {
	t.Parallel()
	release := make(chan time.Time, 1)
	s := httptest.NewServer(paced(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, err := io.ReadAll(r.Body)
		if err == nil && r.Method == http.MethodPost {
			select { // far longer than the patience
			case <-release:
			case <-r.Context().Done():
				err = r.Context().Err()
			}
		}
		fmt.Fprintf(w, "%s %v", text, err)
	}), pace{patience: 100 * time.Millisecond, rate: 1 << 20, clock: time.Now}))
	defer s.Close()
	for range 2 {
		time.AfterFunc(400*time.Millisecond, func() { release <- time.Time{} })
		for method, body := range map[string]string{http.MethodPost: "x", http.MethodGet: ""} {
			r, err := http.NewRequestWithContext(t.Context(), method, s.URL, strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			a, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatalf("%s: %v", method, err)
			}
			got, err := io.ReadAll(a.Body)
			if a.Body.Close(); err != nil || string(got) != body+" <nil>" {
				t.Errorf("%s: %q, error %v", method, got, err)
			}
		}
	}
}

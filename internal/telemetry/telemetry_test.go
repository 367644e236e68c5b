package telemetry_test

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/telemetry"
)

func TestHandler(t *testing.T) {
	t.Parallel()
	var logged bytes.Buffer
	traces, err := telemetry.NewTraces(t.Context(), func(string) string { return "" }, "1")
	if err != nil {
		t.Fatal(err)
	}
	m := telemetry.NewMetrics("1")
	m.Gauges("assay_test", "A test's.", []string{"state"}, func() []telemetry.Reading { return []telemetry.Reading{{Labels: []string{"on"}, Value: 3}} })
	o := telemetry.Observed{
		Log: slog.New(slog.NewJSONHandler(&logged, nil)), Metrics: m, Tracer: traces.Tracer, Clock: func() time.Time { return time.Unix(0, 0) },
		Part: func(string) string { return "ui" }, Quiet: func(path string) bool { return path == "/quiet" },
	}
	h := o.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/panics":
			panic("hunter2")
		case "/missing":
			http.NotFound(w, r)
		}
	}))
	for _, test := range []struct {
		path, id string
		want     int
		kept     bool
	}{
		{"/", "", 200, false}, {"/missing", "of-a-proxy", 404, true}, {"/panics", "bad id\"", 500, false}, {"/quiet", "short", 200, false},
	} {
		r := httptest.NewRequestWithContext(t.Context(), "GET", test.path, nil)
		r.Header.Set(telemetry.RequestID, test.id)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		id := w.Header().Get(telemetry.RequestID)
		if w.Code != test.want || (id == test.id) != test.kept || id == "" || strings.Contains(w.Body.String(), "hunter2") {
			t.Errorf("%s: got %d, id %q, %s", test.path, w.Code, id, w.Body)
		}
		if told := strings.Contains(logged.String(), id); told != (test.path != "/quiet") {
			t.Errorf("%s: logged: %v", test.path, told)
		}
	}
	if !strings.Contains(logged.String(), "hunter2") {
		t.Error("the panic was not logged")
	}
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", "/metrics", nil))
	for _, want := range []string{
		`assay_http_requests_total{method="GET",part="ui",status="200"} 2`, `assay_http_requests_total{method="GET",part="ui",status="500"} 1`,
		`assay_test{state="on"} 3`, `assay_build_info{version="1"} 1`,
	} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("metrics lack %s", want)
		}
	}
}

func TestLogger(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log, err := telemetry.NewLogger(&out, "json", "warn")
	if err != nil {
		t.Fatal(err)
	}
	log.Info("quiet")
	log.Warn("loud")
	if got := out.String(); strings.Contains(got, "quiet") || !strings.Contains(got, `"msg":"loud"`) {
		t.Errorf("got %s", got)
	}
	for _, bad := range [][2]string{{"xml", "info"}, {"json", "loud"}} {
		if _, err := telemetry.NewLogger(&out, bad[0], bad[1]); errs.KindOf(err) != errs.Invalid {
			t.Errorf("%v: got error %v", bad, err)
		}
	}
}

// TestTraces sends a span to a collector of the test's.
func TestTraces(t *testing.T) {
	t.Parallel()
	sent := make(chan string, 10)
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		for _, want := range []string{"scan merge", "assay.scan", "s1", "too odd", "assay-of-a-file", "blue"} {
			if err != nil || !bytes.Contains(body, []byte(want)) {
				t.Errorf("sent without %q, error %v", want, err)
			}
		}
		sent <- r.URL.Path + " " + r.Header.Get("X-Key")
	}))
	t.Cleanup(collector.Close)
	env := map[string]string{
		"OTEL_EXPORTER_OTLP_ENDPOINT": collector.URL + "/", "OTEL_EXPORTER_OTLP_HEADERS": "x-key=a%20b",
		"OTEL_SERVICE_NAME": "assay-of-a-file", "OTEL_RESOURCE_ATTRIBUTES": "colour=blue",
	}
	traces, err := telemetry.NewTraces(t.Context(), func(name string) string { return env[name] }, "1")
	if err != nil {
		t.Fatal(err)
	}
	_, end := traces.Span(t.Context(), "scan merge", "scan", "s1")
	end(errors.New("too odd"))
	if err := traces.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := <-sent; got != "/v1/traces a b" {
		t.Errorf("sent to %s", got)
	}
}

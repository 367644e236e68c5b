package telemetry

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics are the server's figures. Make them with NewMetrics.
type Metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	running  prometheus.Gauge
}

// NewMetrics returns figures with those of the process and the program's version.
func NewMetrics(version string) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "assay_http_requests_total", Help: "Requests by part of the server, method and status.",
		}, []string{"part", "method", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "assay_http_request_seconds", Help: "How long requests took, without streams.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
		}, []string{"part"}),
		running: prometheus.NewGauge(prometheus.GaugeOpts{Name: "assay_http_requests_running", Help: "Requests that are being answered, streams among them."}),
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "assay_build_info", Help: "1, with the program's version.", ConstLabels: prometheus.Labels{"version": version},
	})
	build.Set(1)
	m.registry.MustRegister(m.requests, m.seconds, m.running, build,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Reading is a figure that is read when it is asked for, with what tells it from
// others of its name.
type Reading struct {
	Labels []string // values, as Gauges names them
	Value  float64
}

// Gauges adds figures of one name that are read by a function, which must be
// quick. When it cannot read them it returns none.
func (m *Metrics) Gauges(name, help string, labels []string, read func() []Reading) {
	m.registry.MustRegister(&gauges{prometheus.NewDesc(name, help, labels, nil), read})
}

type gauges struct {
	desc *prometheus.Desc
	read func() []Reading
}

// Describe implements prometheus.Collector.
func (g *gauges) Describe(to chan<- *prometheus.Desc) { to <- g.desc }

// Collect implements prometheus.Collector.
func (g *gauges) Collect(to chan<- prometheus.Metric) {
	for _, r := range g.read() {
		to <- prometheus.MustNewConstMetric(g.desc, prometheus.GaugeValue, r.Value, r.Labels...)
	}
}

// Handler answers with all figures.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// observe notes one answered request.
func (m *Metrics) observe(part, method string, status int, took time.Duration, stream bool) {
	m.requests.WithLabelValues(part, known(method), strconv.Itoa(status)).Inc()
	if !stream {
		m.seconds.WithLabelValues(part).Observe(took.Seconds())
	}
}

// known keeps invented methods from becoming series.
func known(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	}
	return "other"
}

package telemetry

import (
	"cmp"
	"context"
	"net/url"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"github.com/assay-sca/assay/internal/errs"
)

// Traces makes spans. Close sends those that are left.
type Traces struct {
	trace.Tracer
	Close func(ctx context.Context) error
}

// NewTraces sends traces where OpenTelemetry's own variables say (OTEL_EXPORTER_OTLP_ENDPOINT
// and others); without an endpoint, or with OTEL_SDK_DISABLED or
// OTEL_TRACES_EXPORTER=none, there are none. Where to, with which headers and about
// what is read by getenv; the rest the library reads of the process's environment.
func NewTraces(ctx context.Context, getenv func(string) string, version string) (Traces, error) {
	if !wanted(getenv) {
		return Traces{noop.NewTracerProvider().Tracer("assay"), func(context.Context) error { return nil }}, nil
	}
	exporter, err := otlptracehttp.New(ctx, exporting(getenv)...)
	if err != nil {
		return Traces{}, errs.E(errs.Invalid, "send traces: %w", err)
	}
	about, err := resource.New(ctx, resource.WithTelemetrySDK(), resource.WithHost(), resource.WithFromEnv())
	if err != nil {
		return Traces{}, errs.E(errs.Invalid, "read what traces are about: %w", err)
	}
	own := []attribute.KeyValue{attribute.String("service.version", version)}
	for name, value := range pairs(getenv("OTEL_RESOURCE_ATTRIBUTES")) {
		own = append(own, attribute.String(name, value))
	}
	if name := cmp.Or(getenv("OTEL_SERVICE_NAME"), "assay"); name != "assay" || pairs(getenv("OTEL_RESOURCE_ATTRIBUTES"))["service.name"] == "" {
		own = append(own, attribute.String("service.name", name))
	}
	if about, err = resource.Merge(about, resource.NewSchemaless(own...)); err != nil {
		return Traces{}, errs.E(errs.Invalid, "say what traces are about: %w", err)
	}
	provider := sdk.NewTracerProvider(sdk.WithBatcher(exporter), sdk.WithResource(about))
	return Traces{provider.Tracer("assay"), provider.Shutdown}, nil
}

// Span begins a span, about which pairs of names and values tell; the function ends
// it.
func (t Traces) Span(ctx context.Context, name string, about ...string) (context.Context, func(error)) {
	ctx, span := t.Start(ctx, name)
	for i := 0; i+1 < len(about); i += 2 {
		span.SetAttributes(attribute.String("assay."+about[i], about[i+1]))
	}
	return ctx, func(err error) {
		if err != nil {
			span.RecordError(err)
			span.SetStatus(codes.Error, "")
		}
		span.End()
	}
}

// exporting says where traces are sent and with what, also where the variables are
// not the process's own but of a file, which the library does not see.
func exporting(getenv func(string) string) []otlptracehttp.Option {
	var out []otlptracehttp.Option
	if u := getenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"); u != "" {
		out = append(out, otlptracehttp.WithEndpointURL(u))
	} else if u := getenv("OTEL_EXPORTER_OTLP_ENDPOINT"); u != "" {
		out = append(out, otlptracehttp.WithEndpointURL(strings.TrimRight(u, "/")+"/v1/traces"))
	}
	if headers := pairs(cmp.Or(getenv("OTEL_EXPORTER_OTLP_TRACES_HEADERS"), getenv("OTEL_EXPORTER_OTLP_HEADERS"))); len(headers) > 0 {
		out = append(out, otlptracehttp.WithHeaders(headers))
	}
	return out
}

// pairs reads NAME=VALUE,NAME=VALUE, where values are encoded as in URLs.
func pairs(text string) map[string]string {
	out := map[string]string{}
	for _, pair := range strings.Split(text, ",") {
		name, value, ok := strings.Cut(pair, "=")
		if plain, err := url.PathUnescape(strings.TrimSpace(value)); ok && err == nil {
			out[strings.TrimSpace(name)] = plain
		}
	}
	return out
}

func wanted(getenv func(string) string) bool {
	if getenv("OTEL_SDK_DISABLED") == "true" || getenv("OTEL_TRACES_EXPORTER") == "none" {
		return false
	}
	return getenv("OTEL_EXPORTER_OTLP_ENDPOINT") != "" || getenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") != ""
}

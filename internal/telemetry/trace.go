package telemetry

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
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
// OTEL_TRACES_EXPORTER=none, there are none.
func NewTraces(ctx context.Context, getenv func(string) string, version string) (Traces, error) {
	if !wanted(getenv) {
		return Traces{noop.NewTracerProvider().Tracer("assay"), func(context.Context) error { return nil }}, nil
	}
	exporter, err := otlptracehttp.New(ctx)
	if err != nil {
		return Traces{}, errs.E(errs.Invalid, "send traces: %w", err)
	}
	about, err := resource.New(ctx, resource.WithTelemetrySDK(), resource.WithHost(), resource.WithFromEnv())
	if err != nil {
		return Traces{}, errs.E(errs.Invalid, "read what traces are about: %w", err)
	}
	if getenv("OTEL_SERVICE_NAME") == "" {
		about, err = resource.Merge(about, resource.NewSchemaless(attribute.String("service.name", "assay"), attribute.String("service.version", version)))
		if err != nil {
			return Traces{}, errs.E(errs.Invalid, "say what traces are about: %w", err)
		}
	}
	provider := sdk.NewTracerProvider(sdk.WithBatcher(exporter), sdk.WithResource(about))
	return Traces{provider.Tracer("assay"), provider.Shutdown}, nil
}

func wanted(getenv func(string) string) bool {
	if getenv("OTEL_SDK_DISABLED") == "true" || getenv("OTEL_TRACES_EXPORTER") == "none" {
		return false
	}
	return getenv("OTEL_EXPORTER_OTLP_ENDPOINT") != "" || getenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") != ""
}

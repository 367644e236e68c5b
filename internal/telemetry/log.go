// Package telemetry tells how the server does: structured logs, metrics for
// Prometheus and traces for OpenTelemetry. It knows no use-cases.
package telemetry

import (
	"io"
	"log/slog"
	"strings"

	"github.com/assay-sca/assay/internal/errs"
)

// NewLogger writes one event a line: JSON, or text for people ("text"), from a
// level on: debug, info, warn or error.
func NewLogger(w io.Writer, format, level string) (*slog.Logger, error) {
	var least slog.Level
	if err := least.UnmarshalText([]byte(strings.ToUpper(level))); err != nil {
		return nil, errs.E(errs.Invalid, "a level of logs is debug, info, warn or error, not %q", level)
	}
	o := &slog.HandlerOptions{Level: least}
	switch format {
	case "json":
		return slog.New(slog.NewJSONHandler(w, o)), nil
	case "text":
		return slog.New(slog.NewTextHandler(w, o)), nil
	}
	return nil, errs.E(errs.Invalid, "logs are written as json or text, not %q", format)
}

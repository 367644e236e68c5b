package table

import (
	"strings"

	"github.com/assay-sca/assay/internal/severity"
)

// The control sequences (ECMA-48) that are used.
const (
	reset  = "\x1b[0m"
	bold   = "\x1b[1m"
	dim    = "\x1b[2m"
	red    = "\x1b[31m"
	green  = "\x1b[32m"
	yellow = "\x1b[33m"
	blue   = "\x1b[34m"
)

func (p *page) style(codes, text string) string {
	if !p.o.Color || text == "" {
		return text
	}
	return codes + text + reset
}

func (p *page) severity(l severity.Level) string {
	return p.style(color(l), pad(strings.ToUpper(l.String()), severityWidth))
}

func color(l severity.Level) string {
	switch l {
	case severity.Critical:
		return bold + red
	case severity.High:
		return red
	case severity.Medium:
		return yellow
	case severity.Low:
		return blue
	}
	return dim
}

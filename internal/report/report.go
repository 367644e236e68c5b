// Package report is the contract of report formats: each leaf below turns a
// result into one kind of document. A format knows neither stages nor exit codes.
package report

import (
	"io"
	"time"

	"github.com/assay-sca/assay/internal/finding"
)

// Options are what a document may depend on besides the result. Documents for
// machines ignore them, so that equal results give equal bytes.
type Options struct {
	Color   bool
	Width   int       // of the terminal in characters; 0: unknown
	Now     time.Time // for ages
	Verbose bool      // also what is of interest only at times: every path, every file
}

// Writer writes a result as one kind of document.
type Writer interface {
	// Name is the format's name on the command line.
	Name() string
	Write(w io.Writer, r *finding.Result, o Options) error
}

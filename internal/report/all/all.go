// Package all is the registry of report formats: the only importer of each.
package all

import (
	"github.com/assay-sca/assay/internal/report"
	"github.com/assay-sca/assay/internal/report/json"
	"github.com/assay-sca/assay/internal/report/table"
)

// Writers lists the report formats, the default first.
func Writers() []report.Writer {
	return []report.Writer{table.New(), table.NewDependencies(), json.New()}
}

// ScanSchema is the JSON Schema of the json format.
func ScanSchema() []byte { return json.Schema }

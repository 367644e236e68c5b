package osvrecord

import (
	"fmt"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/vulndb/feed/treejson"
	"github.com/assay-sca/assay/internal/yamltree"
)

// DecodeYAML reads one record that is written as YAML.
func DecodeYAML(data []byte) (advisory.Advisory, error) {
	if len(data) > MaxRecord {
		return advisory.Advisory{}, fmt.Errorf("it has over %d bytes", MaxRecord)
	}
	document, err := yamltree.Parse(data)
	if err != nil {
		return advisory.Advisory{}, err
	}
	if len(document.Duplicates) > 0 {
		twice := document.Duplicates[0]
		return advisory.Advisory{}, fmt.Errorf("line %d: %.40q stands there twice", twice.Line, twice.Key)
	}
	return Decode(treejson.YAML(document.Root))
}

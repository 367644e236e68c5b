package malicious

import (
	jsonv2 "github.com/go-json-experiment/json"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/vulndb/feed/osvrecord"
)

// own are the fields of a report's packages that the schema has no place for.
type own struct {
	Specific struct {
		Weaknesses []struct {
			ID string `json:"cweId"`
		} `json:"cwes"`
	} `json:"database_specific"`
}

// decode reads a report. The weakness, that it is malicious code, stands with each
// package instead of once above.
func decode(data []byte) (advisory.Advisory, error) {
	a, err := osvrecord.Decode(data)
	if err != nil {
		return a, err
	}
	seen := map[string]bool{"": true}
	for i := range a.Affected {
		var fields own
		if a.Affected[i].Extra == nil || jsonv2.Unmarshal(a.Affected[i].Extra, &fields, osvrecord.Lenient()) != nil {
			continue // in another form, which the extras keep
		}
		for _, weakness := range fields.Specific.Weaknesses {
			if !seen[weakness.ID] {
				seen[weakness.ID] = true
				a.Weaknesses = append(a.Weaknesses, weakness.ID)
			}
		}
	}
	return a, nil
}

package nvd

import (
	"errors"
	"math"
	"strings"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/severity"
)

const maxRatings = 10_000

// metrics are the ratings of a record; rest are schemes that are none of CVSS,
// such as ssvcV203.
type metrics struct {
	V40  []metric       `json:"cvssMetricV40"`
	V31  []metric       `json:"cvssMetricV31"`
	V30  []metric       `json:"cvssMetricV30"`
	V2   []metric       `json:"cvssMetricV2"`
	Rest jsontext.Value `json:",embed"`
}

// metric is a rating. What follows from its vector is dropped.
type metric struct {
	Source              string         `json:"source"`
	Type                string         `json:"type"`
	Data                data           `json:"cvssData"`
	BaseSeverity        dropped        `json:"baseSeverity"`
	ExploitabilityScore dropped        `json:"exploitabilityScore"`
	ImpactScore         dropped        `json:"impactScore"`
	AcInsufInfo         bool           `json:"acInsufInfo"`
	AllPrivilege        bool           `json:"obtainAllPrivilege"`
	UserPrivilege       bool           `json:"obtainUserPrivilege"`
	OtherPrivilege      bool           `json:"obtainOtherPrivilege"`
	UserInteraction     bool           `json:"userInteractionRequired"`
	Rest                jsontext.Value `json:",embed"`
}

// kept is what of a rating does not follow from its vector.
type kept struct {
	Source          string         `json:"source,omitzero"`
	Type            string         `json:"type,omitzero"`
	Vector          string         `json:"vectorString,omitzero"`
	BaseScore       float64        `json:"baseScore,omitzero"`
	AcInsufInfo     bool           `json:"acInsufInfo,omitzero"`
	AllPrivilege    bool           `json:"obtainAllPrivilege,omitzero"`
	UserPrivilege   bool           `json:"obtainUserPrivilege,omitzero"`
	OtherPrivilege  bool           `json:"obtainOtherPrivilege,omitzero"`
	UserInteraction bool           `json:"userInteractionRequired,omitzero"`
	Data            jsontext.Value `json:"cvssData,omitzero"`
	Rest            jsontext.Value `json:",embed"`
}

// rate takes the vectors, the newest scheme first.
func (m *metrics) rate(a *advisory.Advisory, e *extra) error {
	var left extra
	for _, scheme := range []struct {
		name, kind string
		ratings    []metric
	}{
		{"cvssMetricV40", "CVSS_V4", m.V40}, {"cvssMetricV31", "CVSS_V3", m.V31}, {"cvssMetricV30", "CVSS_V3", m.V30}, {"cvssMetricV2", "CVSS_V2", m.V2},
	} {
		var others []kept
		for i := range scheme.ratings {
			r := &scheme.ratings[i]
			if r.Data.Vector != "" && len(a.Severity) < maxRatings {
				a.Severity = append(a.Severity, advisory.Severity{Type: scheme.kind, Score: r.Data.Vector, Source: r.Source, Rank: rank(r.Type)})
			}
			if k, ok := r.left(); ok {
				others = append(others, k)
			}
		}
		if len(others) > 0 {
			left.marshal(scheme.name, others)
		}
	}
	object, err := left.object(m.Rest)
	e.add("metrics", object)
	return err
}

// rank: NVD calls its own rating primary, or that of an accepted source.
func rank(kind string) int {
	switch kind {
	case "Primary":
		return 1
	case "Secondary":
		return 2
	}
	return 0
}

// left is what a rating says beyond its vector; false if nothing.
func (r *metric) left() (kept, bool) {
	k := kept{
		BaseScore: r.Data.ownScore(), AcInsufInfo: r.AcInsufInfo, AllPrivilege: r.AllPrivilege, UserPrivilege: r.UserPrivilege,
		OtherPrivilege: r.OtherPrivilege, UserInteraction: r.UserInteraction, Data: r.Data.Rest, Rest: r.Rest,
	}
	said := k.BaseScore != 0 || k.AcInsufInfo || k.AllPrivilege || k.UserPrivilege || k.OtherPrivilege || k.UserInteraction ||
		len(k.Data) > 0 || len(k.Rest) > 0
	k.Source, k.Vector = r.Source, r.Data.Vector
	if rank(r.Type) == 0 && r.Type != "" {
		k.Type, said = r.Type, true
	}
	return k, said
}

// ownScore is the score stated, where it is not the vector's.
func (d *data) ownScore() float64 {
	c, err := severity.Score(d.Vector)
	if err == nil && math.Abs(c.Score-d.BaseScore) < 0.05 {
		return 0
	}
	return d.BaseScore
}

// dropped is a field that is not read.
type dropped struct{}

// UnmarshalJSONFrom skips the value.
func (*dropped) UnmarshalJSONFrom(dec *jsontext.Decoder) error { return dec.SkipValue() }

// data is a rating's vector with its score; rest are fields of later schemas.
type data struct {
	Vector    string
	BaseScore float64
	Rest      jsontext.Value
}

// UnmarshalJSONFrom reads an object and drops what spells out the vector.
func (d *data) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	if dec.PeekKind() != '{' {
		if dec.PeekKind() == 'n' {
			return dec.SkipValue()
		}
		return errors.New("no object")
	}
	if _, err := dec.ReadToken(); err != nil {
		return err
	}
	rest := []byte{'{'}
	for dec.PeekKind() != '}' {
		token, err := dec.ReadToken()
		if err != nil {
			return err
		}
		switch name := token.String(); {
		case name == "vectorString":
			err = jsonv2.UnmarshalDecode(dec, &d.Vector)
		case name == "baseScore":
			err = jsonv2.UnmarshalDecode(dec, &d.BaseScore)
		case spelled(name):
			err = dec.SkipValue()
		default:
			rest, err = appendMember(rest, name, dec)
		}
		if err != nil {
			return err
		}
	}
	if len(rest) > 1 {
		d.Rest = append(rest, '}')
	}
	_, err := dec.ReadToken()
	return err
}

func appendMember(object []byte, name string, dec *jsontext.Decoder) ([]byte, error) {
	value, err := dec.ReadValue()
	if err != nil {
		return nil, err
	}
	if len(object) > 1 {
		object = append(object, ',')
	}
	object = append(append(object, quoted(name)...), ':')
	return append(object, value...), nil
}

// spelled tells whether a field of CVSS 2, 3 or 4
// (https://www.first.org/cvss/cvss-v4.0.json and its elders) is a word of the
// vector, or a score of it.
func spelled(name string) bool {
	name = strings.TrimPrefix(name, "modified")
	switch strings.ToLower(name[:min(1, len(name))]) + name[min(1, len(name)):] {
	case "version", "baseSeverity", "temporalScore", "temporalSeverity", "environmentalScore", "environmentalSeverity",
		"threatScore", "threatSeverity",
		"accessVector", "accessComplexity", "authentication", "exploitability", "collateralDamagePotential", "targetDistribution",
		"attackVector", "attackComplexity", "attackRequirements", "privilegesRequired", "userInteraction", "scope",
		"confidentialityImpact", "integrityImpact", "availabilityImpact",
		"exploitCodeMaturity", "exploitMaturity", "remediationLevel", "reportConfidence",
		"confidentialityRequirement", "integrityRequirement", "availabilityRequirement",
		"vulnConfidentialityImpact", "vulnIntegrityImpact", "vulnAvailabilityImpact",
		"subConfidentialityImpact", "subIntegrityImpact", "subAvailabilityImpact",
		"vulnerableSystemConfidentiality", "vulnerableSystemIntegrity", "vulnerableSystemAvailability",
		"subsequentSystemConfidentiality", "subsequentSystemIntegrity", "subsequentSystemAvailability",
		"safety", "automatable", "recovery", "valueDensity", "vulnerabilityResponseEffort", "providerUrgency":
		return true
	}
	return false
}

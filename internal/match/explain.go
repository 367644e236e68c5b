package match

import (
	"fmt"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/version"
)

// Verdict is what comparing one version with one interval gave.
type Verdict struct {
	Interval   string
	Covers     bool
	Uncompared bool   // neither yes nor no
	Why        string // one sentence
}

// Explain compares a version with intervals one by one and says what came of each,
// by the same rules as Run.
func Explain(ecosystem, text string, intervals []advisory.Interval) []Verdict {
	scheme := version.SchemeOf(ecosystem)
	var v parsed
	v.version, v.err = version.Parse(scheme, text)
	verdicts := make([]Verdict, len(intervals))
	for i, interval := range intervals {
		var b bound
		b.Bounds, b.err = interval.Bounds(scheme)
		hit, reason := cover([]bound{b}, text, &v)
		verdicts[i] = Verdict{Interval: interval.String(), Covers: hit != nil, Uncompared: reason != "",
			Why: why(&b, text, &v, hit != nil, reason)}
	}
	return verdicts
}

func why(b *bound, text string, v *parsed, covered bool, reason string) string {
	switch {
	case reason != "":
		return reason
	case b.Interval == (advisory.Interval{}):
		return "every version is affected"
	case covered && b.Exact:
		return text + " is listed as affected"
	case covered:
		return fmt.Sprintf("%s lies in %s", text, b.String())
	case b.Exact:
		return fmt.Sprintf("%s is not the listed version %s", text, b.Lower)
	}
	below := *b
	below.Upper = ""
	if in, err := below.Contains(v.version); err == nil && !in {
		return fmt.Sprintf("%s comes before %s, the first affected version", text, b.Lower)
	}
	if b.Inclusive {
		return fmt.Sprintf("%s comes after %s, the last affected version", text, b.Upper)
	}
	return fmt.Sprintf("%s is not before %s, which fixes it", text, b.Upper)
}

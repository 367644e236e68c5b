package advisory

import (
	"net/url"
	"strings"

	"github.com/assay-sca/assay/internal/errs"
)

// Stored intervals are text, not JSON: they are read for every candidate.
// Intervals are joined by '|', an interval's bounds by ' '; each is written as
// people see it, such as ">=1.0 <1.2.3". Characters of a version that the text
// needs for itself are percent-encoded.
const encoded = "%| <=>\t\n\r"

var encoder = strings.NewReplacer("%", "%25", "|", "%7C", " ", "%20", "<", "%3C", "=", "%3D", ">", "%3E",
	"\t", "%09", "\n", "%0A", "\r", "%0D")

// EncodeIntervals writes intervals as the text that databases store.
func EncodeIntervals(intervals []Interval) string {
	var b strings.Builder
	for n, i := range intervals {
		if n > 0 {
			b.WriteByte('|')
		}
		i.Lower, i.Upper = escape(i.Lower), escape(i.Upper)
		b.WriteString(i.String())
	}
	return b.String()
}

// DecodeIntervals reads the text of EncodeIntervals.
func DecodeIntervals(text string) ([]Interval, error) {
	if text == "" {
		return nil, nil
	}
	out := make([]Interval, 0, 1+strings.Count(text, "|"))
	for part := range strings.SplitSeq(text, "|") {
		i, err := decodeInterval(part)
		if err != nil {
			return nil, err
		}
		out = append(out, i)
	}
	return out, nil
}

func decodeInterval(text string) (Interval, error) {
	if text == "*" {
		return Interval{}, nil
	}
	var i Interval
	for bound := range strings.SplitSeq(text, " ") {
		var err error
		switch {
		case strings.HasPrefix(bound, "="):
			i.Exact = true
			i.Lower, err = unescape(bound[1:])
		case strings.HasPrefix(bound, ">="):
			i.Lower, err = unescape(bound[2:])
		case strings.HasPrefix(bound, ">"):
			i.After = true
			i.Lower, err = unescape(bound[1:])
		case strings.HasPrefix(bound, "<="):
			i.Inclusive = true
			i.Upper, err = unescape(bound[2:])
		case strings.HasPrefix(bound, "<"):
			i.Upper, err = unescape(bound[1:])
		default:
			err = errs.E(errs.Damaged, "no interval: %q", text)
		}
		if err != nil {
			return i, err
		}
	}
	return i, nil
}

func escape(version string) string {
	if !strings.ContainsAny(version, encoded) {
		return version
	}
	return encoder.Replace(version)
}

func unescape(text string) (string, error) {
	if !strings.Contains(text, "%") {
		return text, nil
	}
	version, err := url.PathUnescape(text)
	if err != nil {
		return "", errs.E(errs.Damaged, "no version: %w", err)
	}
	return version, nil
}

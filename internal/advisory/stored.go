package advisory

import (
	"strings"

	"github.com/assay-sca/assay/internal/severity"
)

// Candidate is a stored advisory that may affect a package: it names the package,
// the versions are yet to be compared.
type Candidate struct {
	Name      string // of the package, normalised
	Advisory  int64  // the database's number of the record
	Sequence  int    // the place in the record's affected list
	Intervals string // text for DecodeIntervals; equal texts are equal intervals
	Severity  string // ratings of this package alone, mostly empty; see DecodeRatings

	Qualifiers string // what must hold besides the version, mostly empty; see DecodeQualifiers
	Unaffected bool   // the record says explicitly that the intervals are not affected
}

// Detail is what a report shows of a stored advisory.
type Detail struct {
	ID              string
	Provider        string
	Severity        severity.Level
	Withdrawn       bool // or rejected
	Status          Status
	Aliases         []string
	Vulnerabilities []string // the merged vulnerabilities that it contributes to, by name
	Summary         string
	Text            string // the record's details, Markdown
	Ratings         []Severity
	Published       string // RFC 3339, as the record has it
	Modified        string
	References      []Reference
	Weaknesses      []string
	Upstream        []string
	Related         []string
}

// Relative is a live advisory that contributes to a vulnerability.
type Relative struct {
	ID       string
	Severity severity.Level
	Bundle   bool // it contributes to others too and is nobody's alias
}

// EncodeRatings writes the ratings of one package for storage: a line each, the
// type before the first blank.
func EncodeRatings(ratings []Severity) string {
	var b strings.Builder
	for i, r := range ratings {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(escape(r.Type) + " " + escape(r.Score))
	}
	return b.String()
}

// DecodeRatings reads the text of EncodeRatings.
func DecodeRatings(text string) []Severity {
	if text == "" {
		return nil
	}
	var ratings []Severity
	for line := range strings.SplitSeq(text, "\n") {
		kind, score, _ := strings.Cut(line, " ")
		ratings = append(ratings, Severity{Type: plain(kind), Score: plain(score)})
	}
	return ratings
}

// plain takes the encoding off; what has none stays as it is.
func plain(text string) string {
	if decoded, err := unescape(text); err == nil {
		return decoded
	}
	return text
}

// Qualifiers are what must hold for a package besides its version.
type Qualifiers struct {
	Modularity    string // "-": it comes from no module
	Architectures []string
}

// EncodeQualifiers writes qualifiers for storage: the module, then the
// architectures, with blanks between.
func EncodeQualifiers(q Qualifiers) string {
	words := []string{escape(q.Modularity)}
	for _, a := range q.Architectures {
		words = append(words, escape(a))
	}
	return strings.Join(words, " ")
}

// DecodeQualifiers reads the text of EncodeQualifiers.
func DecodeQualifiers(text string) Qualifiers {
	module, rest, _ := strings.Cut(text, " ")
	q := Qualifiers{Modularity: plain(module)}
	for a := range strings.FieldsSeq(rest) {
		q.Architectures = append(q.Architectures, plain(a))
	}
	return q
}

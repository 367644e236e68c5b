package requirements

import (
	"strings"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/pypi/pep508"
)

// option reads a line that begins with '-'.
func (r *reader) option(text string, number int) {
	name, value := splitOption(text)
	switch name {
	case "-r", "--requirement":
		r.include(value, number, false)
	case "-c", "--constraint":
		r.include(value, number, true)
	case "-e", "--editable":
		r.editable(value, number)
	case "-i", "--index-url", "--pypi-url", "--extra-index-url", "--no-index", "-f", "--find-links",
		"--no-binary", "--only-binary", "--prefer-binary", "--require-hashes", "--pre",
		"--trusted-host", "--use-feature", "--process-dependency-links", "--config-settings", "-C":
		// How and where pip fetches, not what.
	default:
		r.file.Fault(number, "not an option of requirements files: %q", shorten(text))
	}
}

// splitOption splits "--name=value", "--name value", "-n value" and "-nvalue".
func splitOption(text string) (name, value string) {
	end := strings.IndexAny(text, " \t=")
	if !strings.HasPrefix(text, "--") && len(text) > 2 {
		end = 2
	}
	if end < 0 {
		return text, ""
	}
	return text[:end], strings.TrimLeft(text[end:], " \t=")
}

func (r *reader) include(value string, number int, constraint bool) {
	path := firstWord(value)
	switch {
	case path == "":
		r.file.Fault(number, "an include without a file")
	case strings.Contains(path, "://"):
		r.file.Fault(number, "the included file is not read, as it is not in the source: %q", shorten(pep508.WithoutCredentials(path)))
	default:
		r.file.Includes = append(r.file.Includes, extract.Include{Path: path, Constraint: constraint, Line: number})
	}
}

func (r *reader) editable(value string, number int) {
	value, options := splitOptions(value)
	if value == "" {
		r.file.Fault(number, "an editable requirement without a place")
		return
	}
	if parsed, err := pep508.Parse(value); err == nil && parsed.URL != "" {
		r.requirement(value, number) // "name @ url"
		return
	}
	r.reference(value, number, r.hashes(options, number))
}

// firstWord returns the first word of s, or what its quotes hold.
func firstWord(s string) string {
	if s != "" && (s[0] == '"' || s[0] == '\'') {
		inside, _, _ := strings.Cut(s[1:], s[:1])
		return inside
	}
	if end := strings.IndexAny(s, " \t"); end >= 0 {
		return s[:end]
	}
	return s
}

// splitOptions cuts a requirement before its first word that begins with '-'.
func splitOptions(s string) (requirement, options string) {
	for from := 0; ; {
		at := strings.IndexByte(s[from:], '-')
		if at < 0 {
			return s, ""
		}
		if at += from; at > 0 && (s[at-1] == ' ' || s[at-1] == '\t') {
			return strings.TrimSpace(s[:at]), s[at:]
		}
		from = at + 1
	}
}

// hashesOf reads the options of one requirement: of "--hash=value" and
// "--hash value" the values, of others nothing. It returns the first word that is
// neither an option nor its value.
func hashesOf(options string) (hashes []string, stray string) {
	if n := strings.Count(options, "--hash"); n > 0 {
		hashes = make([]string, 0, n)
	}
	expected := "" // the option whose value comes next
	for word := range strings.FieldsSeq(options) {
		name, value, inline := strings.Cut(word, "=")
		switch {
		case strings.HasPrefix(word, "-") && !inline:
			expected = name
			continue
		case strings.HasPrefix(word, "-"):
			expected = name
		case expected == "":
			return hashes, word
		default:
			value = word
		}
		if expected == "--hash" && strings.Contains(value, ":") {
			hashes = append(hashes, value)
		}
		expected = ""
	}
	return hashes, ""
}

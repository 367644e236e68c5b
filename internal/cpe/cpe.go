// Package cpe reads and compares names of products as the Common Platform
// Enumeration 2.3 has them (NIST IR 7695, 7696). It is pure rules.
package cpe

import (
	"net/url"
	"strings"

	"github.com/assay-sca/assay/internal/errs"
)

// The logical values.
const (
	Any = "*"
	NA  = "-"
)

// Ecosystem stands for products in place of a package ecosystem's name, where the
// order of versions is asked for: no rule is known, the common one is used.
const Ecosystem = "CPE"

// Name is a product's name. Attributes are unescaped and in lower case; Any and
// NA are the logical values.
type Name struct {
	Part            string // a, o or h
	Vendor          string
	Product         string
	Version         string
	Update          string
	Edition         string
	Language        string
	SoftwareEdition string
	TargetSoftware  string
	TargetHardware  string
	Other           string
}

const attributes = 11

// fields lists the attributes in the order of the formatted string.
func (n *Name) fields() [attributes]*string {
	return [attributes]*string{&n.Part, &n.Vendor, &n.Product, &n.Version, &n.Update, &n.Edition, &n.Language,
		&n.SoftwareEdition, &n.TargetSoftware, &n.TargetHardware, &n.Other}
}

// maxName bounds a name, in bytes.
const maxName = 2048

// Parse reads a formatted string ("cpe:2.3:a:…") or a URI ("cpe:/a:…").
// Attributes that are missing at the end are Any.
func Parse(text string) (Name, error) {
	if len(text) > maxName {
		return Name{}, errs.E(errs.Invalid, "a CPE name of over %d bytes", maxName)
	}
	if rest, ok := strings.CutPrefix(text, "cpe:2.3:"); ok {
		return build(text, splitFormatted(rest), unescape)
	}
	if rest, ok := strings.CutPrefix(text, "cpe:/"); ok {
		return build(text, uriParts(rest), decode)
	}
	return Name{}, errs.E(errs.Invalid, "no CPE name: %q; write it like cpe:2.3:a:vendor:product:1.0", text)
}

func build(text string, parts []string, plain func(string) (string, bool)) (Name, error) {
	var n Name
	fields := n.fields()
	if len(parts) > len(fields) {
		return n, errs.E(errs.Invalid, "CPE name %q has %d parts, more than %d", text, len(parts), len(fields))
	}
	for i, f := range fields {
		*f = Any
		if i >= len(parts) || parts[i] == "" {
			continue
		}
		value, ok := plain(parts[i])
		if !ok {
			return n, errs.E(errs.Invalid, "CPE name %q: part %d cannot be read", text, i+1)
		}
		*f = strings.ToLower(value)
	}
	switch n.Part {
	case "a", "o", "h", Any:
		return n, nil
	}
	return n, errs.E(errs.Invalid, "CPE name %q: its part is %q and should be a, o or h", text, n.Part)
}

// splitFormatted splits at colons that no backslash quotes.
func splitFormatted(text string) []string {
	var parts []string
	start := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case ':':
			parts = append(parts, text[start:i])
			start = i + 1
		}
	}
	return append(parts, text[start:])
}

func unescape(text string) (string, bool) {
	if text == Any || text == NA || !strings.Contains(text, `\`) {
		return text, true
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] == '\\' {
			if i++; i == len(text) {
				return "", false
			}
		}
		b.WriteByte(text[i])
	}
	return b.String(), true
}

// uriParts brings a URI into the order of the formatted string: its edition may
// pack five attributes ("~edition~sw_edition~target_sw~target_hw~other").
func uriParts(text string) []string {
	parts := strings.Split(text, ":")
	if len(parts) < 6 || !strings.HasPrefix(parts[5], "~") {
		return parts
	}
	packed := strings.Split(parts[5], "~")
	language := ""
	if len(parts) > 6 {
		language = parts[6]
	}
	out := append(parts[:5:5], "", language)
	for i, value := range packed[1:] {
		if i == 0 {
			out[5] = value
			continue
		}
		out = append(out, value)
	}
	return out
}

func decode(text string) (string, bool) {
	value, err := url.PathUnescape(text)
	return value, err == nil
}

// String writes the name as a formatted string.
func (n Name) String() string {
	b := []byte("cpe:2.3")
	for _, f := range n.fields() {
		b = append(b, ':')
		b = appendEscaped(b, *f)
	}
	return string(b)
}

func appendEscaped(b []byte, value string) []byte {
	if value == "" {
		return append(b, '*')
	}
	if value == Any || value == NA {
		return append(b, value...)
	}
	for i := range len(value) {
		c := value[i]
		if c < 0x80 && !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '.' || c == '-') {
			b = append(b, '\\')
		}
		b = append(b, c)
	}
	return b
}

// Covers tells whether the name n, as an advisory has it, holds for the product m:
// every attribute is the same, or Any in one of them. Versions are not compared.
func (n Name) Covers(m Name) bool {
	a, b := n.fields(), m.fields()
	for i := range a {
		if a[i] == &n.Version || a[i] == &n.Update {
			continue
		}
		if !same(*a[i], *b[i]) {
			return false
		}
	}
	return true
}

func same(a, b string) bool {
	return a == b || a == Any || b == Any || a == "" || b == ""
}

// Package pep508 reads Python requirement strings ("name[extra]>=1; marker") and
// what stands in them: version specifiers, markers and direct references. All
// PyPI formats use it; it knows no files.
package pep508

import (
	"errors"
	"fmt"
	"strings"
)

// maxName bounds a name: longer ones are not names but some other text.
const maxName = 256

// Requirement is one requirement as written.
type Requirement struct {
	Name      string
	Extras    []string
	Specifier string // version specifiers without the parentheses around them
	URL       string // of "name @ url"
	Marker    string // what follows the ';'
}

// Parse reads one requirement. It accepts everything that pip does and is not
// stricter than needed to tell a requirement from other text.
func Parse(s string) (Requirement, error) {
	s = strings.TrimSpace(s)
	n := nameLength(s)
	if n == 0 {
		return Requirement{}, errors.New("no package name")
	}
	if n > maxName {
		return Requirement{}, fmt.Errorf("a package name of %d bytes", n)
	}
	r := Requirement{Name: s[:n]}
	rest := strings.TrimLeft(s[n:], " \t")
	if strings.HasPrefix(rest, "[") {
		inside, after, ok := strings.Cut(rest[1:], "]")
		if !ok {
			return r, errors.New("extras without a closing bracket")
		}
		r.Extras = splitTrimmed(inside)
		rest = strings.TrimLeft(after, " \t")
	}
	if url, ok := strings.CutPrefix(rest, "@"); ok {
		return r, r.setURL(url)
	}
	rest, marker, _ := strings.Cut(rest, ";")
	r.Marker = strings.TrimSpace(marker)
	return r, r.setSpecifier(strings.TrimSpace(rest))
}

// setURL takes "url ; marker"; a ';' inside the URL has no space before it.
func (r *Requirement) setURL(s string) error {
	s = strings.TrimSpace(s)
	end := strings.IndexAny(s, " \t")
	if end < 0 {
		end = len(s)
	}
	r.URL = s[:end]
	if r.URL == "" {
		return errors.New("no URL after the '@'")
	}
	rest := strings.TrimSpace(s[end:])
	if rest == "" {
		return nil
	}
	marker, ok := strings.CutPrefix(rest, ";")
	if !ok {
		return errors.New("text after the URL")
	}
	r.Marker = strings.TrimSpace(marker)
	return nil
}

func (r *Requirement) setSpecifier(s string) error {
	if inside, ok := strings.CutPrefix(s, "("); ok {
		if inside, ok = strings.CutSuffix(inside, ")"); !ok {
			return errors.New("a version without its closing parenthesis")
		}
		s = strings.TrimSpace(inside)
	}
	for part := range strings.SplitSeq(s, ",") {
		if part = strings.TrimSpace(part); part != "" && !isSpecifier(part) {
			return errors.New("no version specifier after the name")
		}
	}
	r.Specifier = s
	return nil
}

// nameLength is the length of the name at the start of s: letters, digits and
// "._-", of which the first and last are letters or digits.
func nameLength(s string) int {
	n := 0
	for n < len(s) && (isAlnum(s[n]) || s[n] == '.' || s[n] == '_' || s[n] == '-') {
		n++
	}
	if n == 0 || !isAlnum(s[0]) || !isAlnum(s[n-1]) {
		return 0
	}
	return n
}

func isAlnum(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

func splitTrimmed(s string) []string {
	var parts []string
	for part := range strings.SplitSeq(s, ",") {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	return parts
}

// Package lockhcl reads .terraform.lock.hcl, which pins Terraform's providers.
// Its text is the part of HCL that Terraform writes, which a line reader is
// enough for.
package lockhcl

import (
	"context"
	"strings"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/lines"
	"github.com/assay-sca/assay/internal/purl"
)

// Extractor reads .terraform.lock.hcl.
type Extractor struct{}

var _ extract.Extractor = (*Extractor)(nil)

// New returns the extractor.
func New() Extractor { return Extractor{} }

// Format describes .terraform.lock.hcl.
func (Extractor) Format() extract.Format {
	return extract.Format{
		Name:      ".terraform.lock.hcl",
		Ecosystem: purl.Terraform,
		Role:      extract.Lock,
		Files:     ".terraform.lock.hcl",
		Hashes:    true,
	}
}

// Wants accepts .terraform.lock.hcl in any folder.
func (Extractor) Wants(path string) bool {
	return path[strings.LastIndexByte(path, '/')+1:] == ".terraform.lock.hcl"
}

// Extract reads one lock.
func (Extractor) Extract(_ context.Context, in extract.Input) (extract.File, error) {
	l := &lock{seen: map[string]bool{}}
	r := lines.New(string(in.Data))
	for text, ok := r.Next(); ok; text, ok = r.Next() {
		l.line(strings.TrimSpace(text), r.Number())
	}
	switch {
	case l.inComment:
		return l.file, errs.AtLine(r.Number(), "a comment does not end")
	case l.provider != nil:
		l.close(l.provider.Line)
		return l.file, errs.AtLine(r.Number(), "the text ends within a provider")
	}
	return l.file, nil
}

// lock is a .terraform.lock.hcl being read.
type lock struct {
	file      extract.File
	seen      map[string]bool
	provider  *extract.Package // within its block
	inHashes  bool
	inComment bool
	other     int // depth in a block that is no provider's
}

func (l *lock) line(text string, number int) {
	if l.inComment {
		l.inComment = !strings.Contains(text, "*/")
		return
	}
	switch {
	case text == "" || text[0] == '#' || strings.HasPrefix(text, "//"):
	case strings.HasPrefix(text, "/*"):
		l.inComment = !strings.Contains(text, "*/")
	case l.inHashes:
		l.hashes(text, number)
	case l.other > 0:
		l.other += strings.Count(text, "{") - strings.Count(text, "}")
	case l.provider != nil:
		l.attribute(text, number)
	default:
		l.block(text, number)
	}
}

// block reads the head of a block: provider "host/namespace/name" {
func (l *lock) block(text string, number int) {
	head, ok := strings.CutSuffix(text, "{")
	kind, label, _ := strings.Cut(strings.TrimSpace(head), " ")
	name := unquote(label)
	switch {
	case !ok:
		l.file.Fault(number, "%q is not a block", text)
	case kind != "provider":
		l.other = 1
	case name == "":
		l.file.Fault(number, "a provider has no name")
		l.other = 1
	default:
		l.provider = &extract.Package{Name: name, Line: number}
	}
}

func (l *lock) attribute(text string, number int) {
	if text == "}" {
		l.close(number)
		return
	}
	key, value, ok := strings.Cut(text, "=")
	value = strings.TrimSpace(value)
	switch key = strings.TrimSpace(key); {
	case !ok:
		l.file.Fault(number, "%q is not an attribute", text)
	case key == "version":
		if l.provider.Version != "" {
			l.file.Fault(number, "the version of %q stands twice", l.provider.Name)
		}
		l.provider.Version = unquote(value)
	case key == "constraints" && unquote(value) != "":
		l.provider.Declared = []string{unquote(value)}
	case key == "hashes":
		l.inHashes = true
		l.hashes(strings.TrimPrefix(value, "["), number)
	}
}

// hashes reads strings up to the bracket that ends them.
func (l *lock) hashes(text string, number int) {
	for item := range strings.SplitSeq(text, ",") {
		item, ends := strings.CutSuffix(strings.TrimSpace(item), "]")
		hash := unquote(strings.TrimSpace(item))
		switch {
		case hash != "":
			l.provider.Integrity = append(l.provider.Integrity, hash)
		case strings.TrimSpace(item) != "" && !strings.HasPrefix(item, "#"):
			l.file.Fault(number, "%q is not a hash", item)
		}
		if ends {
			l.inHashes = false
			return
		}
	}
}

// close ends a provider's block.
func (l *lock) close(number int) {
	p := l.provider
	l.provider, l.inHashes = nil, false
	if p.Version == "" {
		l.file.Fault(number, "provider %q has no version", p.Name)
	}
	if l.seen[p.Name] {
		l.file.Fault(p.Line, "provider %q stands twice", p.Name)
	}
	l.seen[p.Name] = true
	l.file.Packages = append(l.file.Packages, *p)
}

func unquote(s string) string {
	inside, ok := strings.CutPrefix(strings.TrimSpace(s), `"`)
	inside, _, found := strings.Cut(inside, `"`)
	if !ok || !found {
		return ""
	}
	return inside
}

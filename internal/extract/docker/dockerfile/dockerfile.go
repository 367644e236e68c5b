// Package dockerfile reads Dockerfiles: which images a build begins with and
// copies from.
package dockerfile

import (
	"context"
	"fmt"
	"strings"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/imageref"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/lines"
	"github.com/assay-sca/assay/internal/purl"
)

// Extractor reads Dockerfiles.
type Extractor struct{}

var _ extract.Extractor = (*Extractor)(nil)

// New returns the extractor.
func New() Extractor { return Extractor{} }

// Format describes Dockerfiles.
func (Extractor) Format() extract.Format {
	return extract.Format{
		Name:      "Dockerfile",
		Ecosystem: purl.Docker,
		Role:      extract.Requirements,
		Files:     "Dockerfile, Dockerfile.*, *.Dockerfile, Containerfile, Containerfile.*",
		Scopes:    true,
		Hashes:    true,
	}
}

// Wants accepts Dockerfiles under their usual names.
func (Extractor) Wants(path string) bool {
	base := path[strings.LastIndexByte(path, '/')+1:]
	switch {
	case base == "Dockerfile" || base == "Containerfile":
		return true
	case strings.HasSuffix(base, ".dockerignore"):
		return false
	}
	return strings.HasPrefix(base, "Dockerfile.") || strings.HasPrefix(base, "Containerfile.") ||
		strings.HasSuffix(base, ".Dockerfile") || strings.HasSuffix(base, ".dockerfile")
}

// Extract reads one Dockerfile.
func (Extractor) Extract(_ context.Context, in extract.Input) (extract.File, error) {
	f := &dockerfile{escape: '\\', args: map[string]argument{}, stages: map[string]int{}, r: lines.New(string(in.Data))}
	f.directives(string(in.Data))
	for {
		text, line, ok := f.instruction()
		if !ok {
			break
		}
		f.read(text, line)
	}
	f.finish()
	if f.fault != nil {
		return f.file, f.fault
	}
	if len(f.bases) > 0 {
		return f.file, nil
	}
	// Dockerfile.md and parts of Dockerfiles are none.
	base := in.Path[strings.LastIndexByte(in.Path, '/')+1:]
	if strings.HasPrefix(base, "Dockerfile.") || strings.HasPrefix(base, "Containerfile.") {
		f.file.Notes = append(f.file.Notes, "there is no FROM: it is no whole Dockerfile")
		return f.file, nil
	}
	return f.file, errs.AtLine(max(f.r.Number(), 1), "there is no FROM")
}

// dockerfile is a file being read.
type dockerfile struct {
	file   extract.File
	r      *lines.Reader
	escape byte
	args   map[string]argument
	stages map[string]int // by name in lower case
	bases  []base         // of the stages
	fault  error
}

// base is what a stage begins with: a package, an earlier stage, or nothing.
type base struct{ pkg, stage int }

type argument struct {
	value string
	known bool
}

// directives reads "# escape=" from the comments at the top.
func (f *dockerfile) directives(text string) {
	for line := range strings.Lines(text) {
		comment, ok := strings.CutPrefix(strings.TrimSpace(line), "#")
		key, value, isDirective := strings.Cut(comment, "=")
		if !ok || !isDirective {
			return
		}
		if strings.EqualFold(strings.TrimSpace(key), "escape") && strings.TrimSpace(value) == "`" {
			f.escape = '`'
		}
	}
}

// maxInstruction bounds what is kept of an instruction.
const maxInstruction = 64 << 10

// instruction joins the lines of the next instruction and passes the texts
// (heredocs) that follow it.
func (f *dockerfile) instruction() (text string, line int, ok bool) {
	var b strings.Builder
	for {
		part, more := f.r.Next()
		if !more {
			return b.String(), line, line > 0
		}
		part = strings.TrimSpace(part)
		if part == "" || part[0] == '#' {
			continue
		}
		if line == 0 {
			line = f.r.Number()
		}
		goesOn := part[len(part)-1] == f.escape
		if goesOn {
			part = part[:len(part)-1]
		}
		if b.Len() < maxInstruction {
			b.WriteString(part)
			b.WriteByte(' ')
		}
		if !goesOn {
			break
		}
	}
	text = b.String()
	f.heredocs(text, line)
	return text, line, true
}

func (f *dockerfile) heredocs(text string, line int) {
	keyword, rest, _ := strings.Cut(text, " ")
	if !strings.EqualFold(keyword, "RUN") && !strings.EqualFold(keyword, "COPY") && !strings.EqualFold(keyword, "ADD") {
		return
	}
	for n := 0; n < 10; n++ {
		_, after, ok := strings.Cut(rest, "<<")
		if !ok {
			return
		}
		rest = after
		name := strings.TrimPrefix(after, "-")
		name, _, _ = strings.Cut(name, " ")
		name = strings.Trim(name, `"'`)
		if name == "" || strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") != "" || name[0] <= '9' {
			continue
		}
		for {
			end, ok := f.r.Next()
			if !ok {
				f.fault = errs.AtLine(line, "the text up to %q does not end", name)
				return
			}
			if strings.TrimSpace(end) == name {
				break
			}
		}
	}
}

func (f *dockerfile) read(text string, line int) {
	keyword, rest, _ := strings.Cut(text, " ")
	switch strings.ToUpper(keyword) {
	case "ARG":
		if len(f.bases) == 0 {
			f.arg(rest)
		}
	case "FROM":
		f.from(rest, line)
	case "COPY", "ADD", "RUN":
		f.copies(rest, line)
	}
}

// arg keeps the defaults that stand before the first FROM: only these count for
// the images.
func (f *dockerfile) arg(text string) {
	for _, word := range strings.Fields(text) {
		name, value, ok := strings.Cut(word, "=")
		a := argument{known: ok}
		if ok {
			a.value, a.known = f.expand(strings.Trim(value, `"'`))
		}
		f.args[name] = a
	}
}

// expand replaces $name, ${name} and ${name:-default}.
func (f *dockerfile) expand(s string) (string, bool) {
	var b strings.Builder
	known := true
	for {
		before, after, found := strings.Cut(s, "$")
		b.WriteString(before)
		if !found || b.Len() > maxInstruction {
			return b.String(), known
		}
		var name, fallback string
		hasFallback := false
		if inside, ok := strings.CutPrefix(after, "{"); ok {
			inside, after, ok = strings.Cut(inside, "}")
			known = known && ok
			name, fallback, hasFallback = strings.Cut(inside, ":-")
		} else {
			end := 0
			for end < len(after) && (after[end] == '_' || after[end]|0x20 >= 'a' && after[end]|0x20 <= 'z' || after[end] >= '0' && after[end] <= '9') {
				end++
			}
			name, after = after[:end], after[end:]
		}
		a := f.args[name]
		switch {
		case a.known && (a.value != "" || !hasFallback):
			b.WriteString(a.value)
		case hasFallback:
			b.WriteString(fallback)
		default:
			known = false
			b.WriteString("$")
		}
		s = after
	}
}

// from reads "[--platform=x] image [AS name]".
func (f *dockerfile) from(text string, line int) {
	words := strings.Fields(text)
	for len(words) > 0 && strings.HasPrefix(words[0], "--") {
		words = words[1:]
	}
	if strings.Contains(text, "{{") || strings.Contains(text, "<%") {
		f.file.Notes = append(f.file.Notes, fmt.Sprintf("the image of line %d is filled in by a template and is not listed", line))
		if n := len(words); n > 2 && strings.EqualFold(words[n-2], "as") {
			f.stages[strings.ToLower(words[n-1])] = len(f.bases)
		}
		f.bases = append(f.bases, base{pkg: -1, stage: -1})
		return
	}
	if len(words) == 0 || len(words) == 2 || len(words) > 2 && !strings.EqualFold(words[1], "as") {
		f.file.Fault(line, "FROM is followed by %q, which is not an image", strings.TrimSpace(text))
		return
	}
	b := base{pkg: -1, stage: -1}
	if stage, ok := f.stages[strings.ToLower(words[0])]; ok {
		b.stage = stage
	} else if !strings.EqualFold(words[0], "scratch") {
		b.pkg = f.image(words[0], line)
	}
	if len(words) > 2 {
		f.stages[strings.ToLower(words[2])] = len(f.bases)
	}
	f.bases = append(f.bases, b)
}

// image adds an image and returns its index, or -1.
func (f *dockerfile) image(ref string, line int) int {
	expanded, known := f.expand(ref)
	expanded = strings.Trim(expanded, `"'`)
	p, ok := imageref.Package(expanded)
	p.Declared, p.Line = []string{ref}, line
	if !known {
		// A name that is known may have a version that is not.
		if strings.Contains(p.Version, "$") {
			p.Version = ""
		}
		if !ok || strings.Contains(strings.Join(p.Integrity, ""), "$") {
			f.file.Notes = append(f.file.Notes, fmt.Sprintf("the image %q of line %d depends on the build's arguments and is not listed", ref, line))
			return -1
		}
	}
	if !ok {
		f.file.Fault(line, "%q is not an image", ref)
		return -1
	}
	p.Scope = inventory.ScopeBuild
	f.file.Packages = append(f.file.Packages, p)
	return len(f.file.Packages) - 1
}

// copies reads "--from=image" and "--mount=...,from=image".
func (f *dockerfile) copies(text string, line int) {
	for word := range strings.FieldsSeq(text) {
		if !strings.HasPrefix(word, "--") {
			return
		}
		from, ok := strings.CutPrefix(word, "--from=")
		if options, mount := strings.CutPrefix(word, "--mount="); mount {
			for option := range strings.SplitSeq(options, ",") {
				if value, is := strings.CutPrefix(option, "from="); is {
					from, ok = value, true
				}
			}
		}
		_, stage := f.stages[strings.ToLower(from)]
		if !ok || stage || strings.Trim(from, "0123456789") == "" || strings.EqualFold(from, "scratch") {
			continue
		}
		f.image(from, line)
	}
}

// finish marks what the last stage is made of: that is what runs.
func (f *dockerfile) finish() {
	for at := len(f.bases) - 1; at >= 0; {
		b := f.bases[at]
		if b.pkg >= 0 {
			f.file.Packages[b.pkg].Scope = inventory.ScopeRuntime
		}
		at = b.stage
	}
}

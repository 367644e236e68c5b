// Package cabalproject reads cabal.project, which tells the folders of the packages
// that Haskell's cabal builds together and freezes as one.
package cabalproject

import (
	"context"
	"fmt"
	"path"
	"strings"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/lines"
	"github.com/assay-sca/assay/internal/purl"
)

// Extractor reads cabal.project.
type Extractor struct{}

var _ extract.Extractor = (*Extractor)(nil)

// New returns the extractor.
func New() Extractor { return Extractor{} }

// Format describes cabal.project.
func (Extractor) Format() extract.Format {
	return extract.Format{
		Name:      "cabal.project",
		Ecosystem: purl.Hackage,
		Role:      extract.Manifest,
		Files:     "cabal.project, cabal.project.*",
		Real:      true,
	}
}

// Wants accepts cabal.project and what adds to it or stands for it, such as
// cabal.project.local and cabal.project.ghc9, but no freeze file.
func (Extractor) Wants(path string) bool {
	rest, ok := strings.CutPrefix(path[strings.LastIndexByte(path, '/')+1:], "cabal.project")
	return ok && (rest == "" || len(rest) > 1 && rest[0] == '.') && !strings.HasSuffix(rest, ".freeze")
}

// Extract reads one project: the folders of its packages are its members. What
// they need stands in their own files.
func (Extractor) Extract(_ context.Context, in extract.Input) (extract.File, error) {
	var p project
	r := lines.New(string(in.Data))
	for line, ok := r.Next(); ok; line, ok = r.Next() {
		p.line(line, r.Number())
	}
	if p.elsewhere > 0 {
		p.file.Notes = append(p.file.Notes, fmt.Sprintf("%d packages come from repositories or archives, without a name here: they are not listed", p.elsewhere))
	}
	return p.file, nil
}

// project is a cabal.project being read.
type project struct {
	file      extract.File
	packages  bool // the field being read lists packages of the project
	elsewhere int  // packages that are no folders of the source
}

// line reads "field: value", a line that goes on with the field above it, or the
// beginning of a section or condition.
func (p *project) line(line string, number int) {
	text := strings.TrimSpace(line)
	if text == "" || strings.HasPrefix(text, "--") || text == "}" {
		return
	}
	if line[0] == ' ' || line[0] == '\t' {
		if p.packages {
			p.members(text)
		}
		return
	}
	name, value, ok := strings.Cut(text, ":")
	if name = strings.TrimSpace(name); !ok || strings.ContainsAny(name, " \t,=<>") {
		p.packages = false
		p.section(text, number)
		return
	}
	p.packages = strings.EqualFold(name, "packages") || strings.EqualFold(name, "optional-packages")
	if p.packages {
		p.members(value)
	}
}

// section reads the first line of a section. Its fields are not of interest.
func (p *project) section(text string, number int) {
	word, _, _ := strings.Cut(text, " ")
	switch word {
	case "source-repository-package":
		p.elsewhere++
	case "package", "program-options", "repository", "if", "elif", "else", "program-locations", "haddock", "install-dirs", "import:":
	default:
		p.file.Fault(number, "%.80q is neither a field nor a section", text)
	}
}

// members adds the folders of a list of packages: "./", "lib/*/", "app/app.cabal".
func (p *project) members(list string) {
	for _, item := range split(list) {
		switch {
		case strings.Contains(item, "://") || strings.HasSuffix(item, ".tar.gz"):
			p.elsewhere++
		case strings.HasSuffix(item, ".cabal"):
			p.file.Members = append(p.file.Members, path.Dir(item))
		default:
			p.file.Members = append(p.file.Members, path.Clean(item))
		}
	}
}

// split parts a list at spaces and commas, those in quotes and braces left alone.
func split(list string) []string {
	var items []string
	depth, quoted, start := 0, false, 0
	for i := range len(list) + 1 {
		switch {
		case i < len(list) && list[i] == '"':
			quoted = !quoted
		case i < len(list) && list[i] == '{':
			depth++
		case i < len(list) && list[i] == '}':
			depth--
		case i == len(list) || !quoted && (list[i] == ' ' || list[i] == '\t' || list[i] == ',' && depth <= 0):
			if item := strings.Trim(list[start:i], `"`); item != "" {
				items = append(items, strings.Clone(item))
			}
			start = i + 1
		}
	}
	return items
}

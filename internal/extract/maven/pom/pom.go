// Package pom reads pom.xml, Maven's description of a project: its dependencies
// and those of its build, with the properties and managed versions that the file
// itself has. No build is run and nothing is downloaded.
package pom

import (
	"context"
	"path"
	"strings"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/purl"
)

// Extractor reads pom.xml.
type Extractor struct{}

var (
	_ extract.Adopter = (*Extractor)(nil)
	_ extract.Linker  = (*Extractor)(nil)
)

// New returns the extractor.
func New() Extractor { return Extractor{} }

// Format describes pom.xml.
func (Extractor) Format() extract.Format {
	return extract.Format{
		Name:      "pom.xml",
		Ecosystem: purl.Maven,
		Role:      extract.Manifest,
		Files:     "pom.xml",
		Scopes:    true,
		Real:      true,
	}
}

// Wants accepts pom.xml in any folder.
func (Extractor) Wants(name string) bool {
	return name == "pom.xml" || strings.HasSuffix(name, "/pom.xml")
}

// Extract reads one pom.xml by itself.
func (Extractor) Extract(_ context.Context, in extract.Input) (extract.File, error) {
	var file extract.File
	root, err := parse(in.Data, &file)
	if root != nil {
		b := &basis{chain: chain{project: model(root)}, problems: file.Problems}
		b.list(&file, nil)
		b.listed = len(file.Problems)
	}
	return file, err
}

// basis is what is kept of a file to join it with its parent, and to link it.
type basis struct {
	chain    chain
	problems []extract.Problem // of the file's syntax
	listed   int               // how many there are with those of what it declares
}

// list fills in what the project declares.
func (b *basis) list(file *extract.File, i *imports) {
	file.Basis, file.Notes = b, nil
	file.Problems = b.problems[:len(b.problems):len(b.problems)]
	list(file, &b.chain, i)
}

// Needs is the parent's file, if it is said to be in the tree: as a file, or as
// the folder of it.
func (Extractor) Needs(name string, file extract.File) []string {
	b, ok := file.Basis.(*basis)
	if !ok || !b.chain.project.isLocal() {
		return nil
	}
	at := path.Join(path.Dir(name), strings.ReplaceAll(b.chain.project.relative, `\`, "/"))
	return []string{at, path.Join(at, "pom.xml")}
}

// Adopts is the parent's file, which need not be called pom.xml.
func (e Extractor) Adopts(name string, file extract.File) []string {
	needs := e.Needs(name, file)
	if len(needs) == 0 || !strings.HasSuffix(needs[0], ".xml") && !strings.HasSuffix(needs[0], ".pom") {
		return nil
	}
	return needs[:1]
}

// Join gives a project what its parent defines and manages. A file that is another
// project's than the parent is not taken for it; nor does Maven.
func (Extractor) Join(file extract.File, needed []extract.File) extract.File {
	b, ok := file.Basis.(*basis)
	if !ok {
		return file
	}
	for _, n := range needed {
		parent, ok := n.Basis.(*basis)
		if !ok || !b.chain.project.isChildOf(parent.chain.own()) {
			continue
		}
		joined := &basis{chain: chain{b.chain.project, &parent.chain}, problems: b.problems}
		joined.list(&file, nil)
		joined.listed = len(file.Problems)
		return file
	}
	return file
}

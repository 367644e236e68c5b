// Package projectassets reads project.assets.json: what NuGet resolved for a
// project, in its obj folder.
package projectassets

import (
	"context"
	"strings"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/nuget/libgraph"
	"github.com/assay-sca/assay/internal/jsonstream"
	"github.com/assay-sca/assay/internal/purl"
)

// Extractor reads project.assets.json.
type Extractor struct{}

var _ extract.Extractor = (*Extractor)(nil)

// New returns the extractor.
func New() Extractor { return Extractor{} }

// Format describes project.assets.json.
func (Extractor) Format() extract.Format {
	return extract.Format{
		Name:      "project.assets.json",
		Ecosystem: purl.NuGet,
		Role:      extract.Lock,
		Files:     "project.assets.json",
		Edges:     true,
		Hashes:    true,
	}
}

// Wants accepts project.assets.json in any folder.
func (Extractor) Wants(path string) bool {
	return path == "project.assets.json" || strings.HasSuffix(path, "/project.assets.json")
}

// Extract reads one file.
func (Extractor) Extract(_ context.Context, in extract.Input) (extract.File, error) {
	a := assets{graph: libgraph.New(in.Data), groups: map[string]bool{}}
	err := a.graph.Read(a.field)
	return a.graph.File, err
}

// assets is a project.assets.json being read.
type assets struct {
	graph  *libgraph.Graph
	r      *jsonstream.Reader
	groups map[string]bool // frameworks
}

func (a *assets) field(r *jsonstream.Reader, name string) error {
	a.r = r
	switch name {
	case "projectFileDependencyGroups":
		return r.Object(a.group)
	case "project":
		return r.Object(a.project)
	}
	return r.Skip()
}

// group reads a framework's list of what the project file and its imports ask for:
// "Acme.Json >= 13.0.1".
func (a *assets) group(framework string) error {
	if a.groups[framework] {
		a.graph.File.Fault(a.r.Line(), "framework %q stands twice", framework)
	}
	a.groups[framework] = true
	return a.r.Array(func() error {
		text, err := a.r.String()
		if name, constraint, _ := strings.Cut(text, " "); name != "" {
			a.graph.Ask(libgraph.Request{Framework: framework, Name: name, Constraint: strings.TrimSpace(constraint)})
		}
		return err
	})
}

// project reads the project's own name.
func (a *assets) project(field string) error {
	if field != "restore" {
		return a.r.Skip()
	}
	return a.r.Object(func(field string) error {
		if field != "projectName" {
			return a.r.Skip()
		}
		name, err := a.r.String()
		a.graph.File.Name = name
		return err
	})
}

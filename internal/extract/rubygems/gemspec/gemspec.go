// Package gemspec reads gemspecs, the manifests of gems. They are Ruby scripts,
// which are not executed: only literal dependencies are read.
package gemspec

import (
	"context"
	"fmt"
	"strings"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/rubycall"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/lines"
	"github.com/assay-sca/assay/internal/purl"
)

// Extractor reads gemspecs.
type Extractor struct{}

var _ extract.Extractor = (*Extractor)(nil)

// New returns the extractor.
func New() Extractor { return Extractor{} }

// Format describes gemspecs.
func (Extractor) Format() extract.Format {
	return extract.Format{
		Name:      "gemspec",
		Ecosystem: purl.RubyGems,
		Role:      extract.Manifest,
		Files:     "*.gemspec",
		Scopes:    true,
	}
}

// Wants accepts files that end in ".gemspec".
func (Extractor) Wants(path string) bool { return strings.HasSuffix(path, ".gemspec") }

// Extract reads one manifest. The gem's own name is not given: a Gemfile.lock
// lists the gem by it, with the edges to what it needs.
func (Extractor) Extract(_ context.Context, in extract.Input) (extract.File, error) {
	var file extract.File
	unnamed, open := 0, 0
	text := string(in.Data)
	room := min(lines.Room(text), strings.Count(text, "dependency"))
	seen := make(map[request]struct{}, room)
	file.Declared = make([]extract.Declaration, 0, room)
	r := rubycall.New(text)
	for c, ok := r.Next(); ok; c, ok = r.Next() {
		scope := scopeOf(c.Name)
		if scope == inventory.ScopeUnknown || c.Close || c.Assigned || c.Receiver == "" {
			continue
		}
		if len(c.Args) == 0 || !c.Args[0].Literal || c.Args[0].List || c.Args[0].Text == "" {
			unnamed++
			continue
		}
		d := extract.Declaration{Name: c.Args[0].Text, Scope: scope, Line: c.Line}
		var literal bool
		if d.Constraint, literal = c.Constraints(); !literal {
			d.Constraint = ""
			open++
		}
		before := len(seen)
		if seen[request{d.Name, d.Constraint, scope}] = struct{}{}; len(seen) == before {
			continue // the other branch of a condition
		}
		file.Declared = append(file.Declared, d)
	}
	if unnamed > 0 {
		file.Notes = append(file.Notes, fmt.Sprintf("%d dependencies have names that are no literals: they are not listed", unnamed))
	}
	if open > 0 {
		file.Notes = append(file.Notes, fmt.Sprintf("%d dependencies have constraints that are no literals: their constraint is unknown", open))
	}
	return file, r.Err()
}

// request is what branches of a condition may ask for in the same way.
type request struct {
	name, constraint string
	scope            inventory.Scope
}

func scopeOf(call string) inventory.Scope {
	switch call {
	case "add_dependency", "add_runtime_dependency":
		return inventory.ScopeRuntime
	case "add_development_dependency":
		return inventory.ScopeDev
	}
	return inventory.ScopeUnknown
}

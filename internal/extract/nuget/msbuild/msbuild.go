// Package msbuild reads the items of MSBuild's project files that name packages.
// It evaluates nothing: properties, conditions and imports stay as they are
// written.
package msbuild

import (
	"fmt"
	"strings"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/nuget/xmlwalk"
	"github.com/assay-sca/assay/internal/inventory"
)

// Read reads what the items of the given kinds, such as "PackageReference", ask
// for; each kind has the scope of what is asked for without saying more.
func Read(data []byte, kinds map[string]inventory.Scope) (extract.File, error) {
	r := reader{kinds: kinds, byName: map[string][]int{}}
	err := xmlwalk.Walk(data, &r)
	kept := r.file.Declared[:0]
	for i, d := range r.file.Declared {
		if !r.removed[i] {
			kept = append(kept, d)
		}
	}
	r.file.Declared = kept
	if r.unresolved > 0 {
		r.file.Notes = append(r.file.Notes,
			fmt.Sprintf("packages whose names are expressions are not listed (%d)", r.unresolved))
	}
	return r.file, err
}

// reader is a project file being read.
type reader struct {
	file       extract.File
	kinds      map[string]inventory.Scope
	item       *item // that is open
	byName     map[string][]int
	removed    map[int]bool
	unresolved int
	conditions int // open elements above items that have a condition
	opened     []bool
	path       [3]string // the outermost elements
	title      int       // how well the project's name is known
}

// item is one element such as <PackageReference>.
type item struct {
	kind, include, update, remove string
	version, override, private    string
	conditional                   bool
	line, depth                   int
}

// Open takes an element that begins.
func (r *reader) Open(e xmlwalk.Element) error {
	if e.Depth < len(r.path) {
		r.path[e.Depth] = e.Name
	}
	conditional := e.Attr("Condition") != ""
	r.opened = append(r.opened, conditional)
	if conditional {
		r.conditions++
	}
	switch {
	case e.Depth == 0:
		if e.Name != "Project" {
			return errs.AtLine(e.Line, "not a project: the root element is <%.80s>", e.Name)
		}
		r.sdks(e)
	case e.Name == "Sdk" && e.Depth == 1:
		r.sdk(e.Attr("Name"), e.Attr("Version"), e.Line)
	case r.item == nil:
		if _, ok := r.kinds[e.Name]; ok && e.Depth > 1 {
			r.item = &item{
				kind: e.Name, line: e.Line, depth: e.Depth, conditional: r.conditions > 0,
				include: e.Attr("Include"), update: e.Attr("Update"), remove: e.Attr("Remove"),
				version: e.Attr("Version"), override: e.Attr("VersionOverride"), private: e.Attr("PrivateAssets"),
			}
		}
	}
	return nil
}

// Close takes an element's end: of an item, of a field of it, of a property.
func (r *reader) Close(name, text string) {
	depth := len(r.opened) - 1
	if r.opened[depth] {
		r.conditions--
	}
	r.opened = r.opened[:depth]
	switch {
	case r.item == nil:
		if depth == 2 && r.path[1] == "PropertyGroup" {
			r.property(name, text)
		}
	case depth == r.item.depth:
		r.add(*r.item)
		r.item = nil
	case depth == r.item.depth+1:
		r.item.field(name, text)
	}
}

func (i *item) field(name, text string) {
	switch name {
	case "Version":
		i.version = text
	case "VersionOverride":
		i.override = text
	case "PrivateAssets":
		i.private = text
	}
}

// property learns the project's name.
func (r *reader) property(name, text string) {
	rank := map[string]int{"AssemblyName": 1, "PackageId": 2}[name]
	if rank > r.title && text != "" && !isExpression(text) {
		r.title, r.file.Name = rank, text
	}
}

func isExpression(text string) bool {
	return strings.Contains(text, "$(") || strings.Contains(text, "@(") || strings.Contains(text, "%(")
}

// sdks reads <Project Sdk="Name/Version;Name">. An SDK with a version is a package.
func (r *reader) sdks(e xmlwalk.Element) {
	for sdk := range strings.SplitSeq(e.Attr("Sdk"), ";") {
		name, version, _ := strings.Cut(strings.TrimSpace(sdk), "/")
		r.sdk(name, version, e.Line)
	}
}

func (r *reader) sdk(name, version string, line int) {
	if _, ok := r.kinds["PackageReference"]; ok && name != "" && version != "" {
		r.declare(name, item{version: version, line: line}, inventory.ScopeBuild)
	}
}

func (r *reader) add(i item) {
	scope := r.kinds[i.kind]
	if scope == inventory.ScopeRuntime && strings.EqualFold(i.private, "all") {
		scope = inventory.ScopeBuild
	}
	if i.override != "" {
		i.version = i.override
	}
	for _, list := range [...]string{i.include, i.update, i.remove} {
		for name := range strings.SplitSeq(list, ";") {
			name = strings.TrimSpace(name)
			switch {
			case name == "":
			case isExpression(name) || strings.Contains(name, "*"):
				r.unresolved++
			case i.include != "":
				r.declare(name, i, scope)
			case i.update != "":
				r.update(name, i, scope)
			default:
				r.remove(name, i)
			}
		}
	}
}

func (r *reader) declare(name string, i item, scope inventory.Scope) {
	key := strings.ToLower(name)
	r.byName[key] = append(r.byName[key], len(r.file.Declared))
	r.file.Declared = append(r.file.Declared,
		extract.Declaration{Name: name, Constraint: i.version, Scope: scope, Line: i.line})
}

// update changes what stands above it. Under a condition, or where the package is
// named elsewhere (by an SDK or an import), it is a request of its own.
func (r *reader) update(name string, i item, scope inventory.Scope) {
	known := r.byName[strings.ToLower(name)]
	if len(known) == 0 || i.conditional && i.version != "" {
		r.declare(name, i, scope)
		return
	}
	d := &r.file.Declared[known[len(known)-1]]
	if i.version != "" {
		d.Constraint = i.version
	}
	if !i.conditional && i.private != "" {
		d.Scope = scope
	}
}

// remove takes out what stands above it, unless it depends on a condition.
func (r *reader) remove(name string, i item) {
	if i.conditional {
		return
	}
	if r.removed == nil {
		r.removed = map[int]bool{}
	}
	key := strings.ToLower(name)
	for _, at := range r.byName[key] {
		r.removed[at] = true
	}
	delete(r.byName, key)
}

// Package gradlebuild reads what Gradle's build scripts, build.gradle and
// build.gradle.kts, say literally of dependencies and plugins. A script is a
// program: nothing of it is executed. A version in a variable is replaced where
// the script gives the variable a literal value; else the dependency is listed
// with the words that stand there.
package gradlebuild

import (
	"context"
	"fmt"
	"path"
	"strings"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/maven/gradlevalues"
	"github.com/assay-sca/assay/internal/purl"
)

// Extractor reads build.gradle and build.gradle.kts.
type Extractor struct{}

var _ extract.Joiner = (*Extractor)(nil)

// New returns the extractor.
func New() Extractor { return Extractor{} }

// Format describes build.gradle.
func (Extractor) Format() extract.Format {
	return extract.Format{
		Name:      "build.gradle",
		Ecosystem: purl.Maven,
		Role:      extract.Manifest,
		Files:     "build.gradle, build.gradle.kts",
		Scopes:    true,
		Real:      true,
	}
}

// Wants accepts the scripts in any folder.
func (Extractor) Wants(name string) bool {
	base := name[strings.LastIndexByte(name, '/')+1:]
	return base == "build.gradle" || base == "build.gradle.kts"
}

// Extract reads one script.
func (Extractor) Extract(_ context.Context, in extract.Input) (extract.File, error) {
	p := newParser(string(in.Data), strings.HasSuffix(in.Path, ".kts"))
	err := p.parse()
	b := &script{
		values: p.values, declared: p.file.Declared, managed: p.managed, notes: p.skipped.notes(),
	}
	b.fill(&p.file, nil, nil)
	p.file.Basis = b
	return p.file, err
}

// Needs are the files that Gradle takes values from, in the script's folder and
// in those above it: properties, what the scripts of the projects around it define,
// and the build's version catalogue.
func (Extractor) Needs(name string, _ extract.File) []string {
	dir := path.Dir(name)
	names := []string{path.Join(dir, "gradle.properties"), path.Join(dir, catalogFile)}
	for dir != "." && dir != "/" {
		dir = path.Dir(dir)
		for _, base := range []string{"gradle.properties", "build.gradle", "build.gradle.kts", catalogFile} {
			names = append(names, path.Join(dir, base))
		}
	}
	return names
}

const catalogFile = "gradle/libs.versions.toml"

// Join gives a script the values and libraries that it names.
func (Extractor) Join(file extract.File, needed []extract.File) extract.File {
	own, ok := file.Basis.(*script)
	if !ok {
		return file
	}
	var more []gradlevalues.Properties
	catalogs := map[string]gradlevalues.Catalog{}
	for _, n := range needed {
		switch b := n.Basis.(type) {
		case gradlevalues.Properties:
			more = append(more, b)
		case *script:
			more = append(more, b.values)
		case gradlevalues.Catalog:
			if _, nearer := catalogs[b.Name]; !nearer {
				catalogs[b.Name] = b
			}
		}
	}
	own.fill(&file, more, catalogs)
	return file
}

// notes tells of what is not listed.
func (s *skipped) notes() []string {
	var notes []string
	add := func(c count, what string) {
		if c.n > 0 {
			notes = append(notes, fmt.Sprintf("%d %s, first on line %d", c.n, what, c.line))
		}
	}
	add(s.projects, "dependencies are projects of the same build")
	add(s.files, "dependencies are files or part of Gradle or of the project")
	add(s.computed, "dependencies are computed by the script and cannot be read")
	add(s.plugins, "plugins have no version here")
	add(s.scripts, "other scripts are applied, which are not read")
	return notes
}

// script is what is kept of a script to complete it, and others by it.
type script struct {
	values   gradlevalues.Properties
	declared []extract.Declaration
	managed  []extract.Declaration
	notes    []string
}

// fill makes a file's declarations of a script, of further values and of version
// catalogues by their names.
func (s *script) fill(file *extract.File, more []gradlevalues.Properties, catalogs map[string]gradlevalues.Catalog) {
	find := finder(s.values, more, catalogs)
	versions := make(map[string]string, len(s.managed))
	for _, d := range s.managed {
		versions[expand(d.Name, find)] = expand(d.Constraint, find)
	}
	file.Declared = make([]extract.Declaration, 0, len(s.declared))
	open := 0
	for _, d := range s.declared {
		for _, d := range fromCatalog(d, catalogs) {
			d.Name, d.Constraint = expand(d.Name, find), expand(d.Constraint, find)
			if d.Constraint == "" {
				d.Constraint = versions[d.Name]
			}
			if isOpen(d.Name) || isOpen(d.Constraint) || !strings.Contains(d.Name, ":") {
				open++
			}
			file.Declared = append(file.Declared, d)
		}
	}
	file.Notes = s.notes
	if open > 0 {
		file.Notes = append(file.Notes[:len(file.Notes):len(file.Notes)],
			fmt.Sprintf("%d names or versions come from variables or catalogues that are not known", open))
	}
}

// finder looks a name up in the script, in further values and among the versions
// of catalogues.
func finder(own gradlevalues.Properties, more []gradlevalues.Properties, catalogs map[string]gradlevalues.Catalog) lookup {
	return func(name string) (string, bool) {
		if value, ok := own.Lookup(name); ok {
			return value, true
		}
		for _, p := range more {
			if value, ok := p.Lookup(name); ok {
				return value, true
			}
		}
		catalog, rest, _ := strings.Cut(name, ".")
		version, ok := strings.CutPrefix(rest, "versions.")
		if !ok {
			return "", false
		}
		value, ok := catalogs[catalog].Versions[version]
		return value, ok && value != ""
	}
}

// fromCatalog replaces an entry's name by what the catalogue has for it.
func fromCatalog(d extract.Declaration, catalogs map[string]gradlevalues.Catalog) []extract.Declaration {
	if strings.Contains(d.Name, ":") {
		return []extract.Declaration{d}
	}
	name, entry, _ := strings.Cut(d.Name, ".")
	catalog := catalogs[name]
	plugin, isPlugin := strings.CutPrefix(entry, "plugins.")
	bundle, isBundle := strings.CutPrefix(entry, "bundles.")
	var modules []gradlevalues.Module
	switch {
	case isPlugin:
		modules = append(modules, catalog.Plugins[plugin])
	case isBundle:
		for _, library := range catalog.Bundles[bundle] {
			modules = append(modules, catalog.Libraries[library])
		}
	default:
		modules = append(modules, catalog.Libraries[entry])
	}
	var all []extract.Declaration
	for _, m := range modules {
		if m.Name == "" {
			continue
		}
		found := d
		found.Name, found.Alias = m.Name, d.Name
		if d.Constraint == "" {
			found.Constraint = m.Version
		}
		all = append(all, found)
	}
	if len(all) == 0 {
		return []extract.Declaration{d}
	}
	return all
}

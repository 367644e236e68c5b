// Package gradlebuild reads what Gradle's scripts say literally of dependencies and
// plugins: build.gradle, settings.gradle, the scripts that they apply, and all of
// them in Kotlin. A script is a program: nothing of it is executed. A version in a
// variable is replaced where the script, or one around it, gives the variable a
// literal value; else the dependency is listed with the words that stand there.
package gradlebuild

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/maven/gradlevalues"
	"github.com/assay-sca/assay/internal/purl"
)

// Extractor reads Gradle's scripts.
type Extractor struct{}

var _ extract.Loose = (*Extractor)(nil)

// New returns the extractor.
func New() Extractor { return Extractor{} }

// Format describes build.gradle.
func (Extractor) Format() extract.Format {
	return extract.Format{
		Name:      "build.gradle",
		Ecosystem: purl.Maven,
		Role:      extract.Manifest,
		Files:     "build.gradle, build.gradle.kts, settings.gradle, settings.gradle.kts",
		Scopes:    true,
		Real:      true,
	}
}

// Wants accepts the scripts in any folder. Others are read where one applies them.
func (Extractor) Wants(name string) bool {
	return isBuild(name) || isSettings(name)
}

func isBuild(name string) bool {
	base := name[strings.LastIndexByte(name, '/')+1:]
	return base == "build.gradle" || base == "build.gradle.kts"
}

func isSettings(name string) bool {
	base := name[strings.LastIndexByte(name, '/')+1:]
	return base == "settings.gradle" || base == "settings.gradle.kts"
}

// Extract reads one script.
func (Extractor) Extract(_ context.Context, in extract.Input) (extract.File, error) {
	p := newParser(string(in.Data), strings.HasSuffix(in.Path, ".kts"))
	err := p.parse()
	s := &script{
		base: path.Base(in.Path), values: p.values, declared: p.file.Declared, managed: p.managed, skipped: p.skipped,
		bare: p.bare, versions: p.versions, catalogs: p.catalogs, applied: p.applied,
	}
	s.fill(&p.file, around{})
	p.file.Basis = s
	p.file.Members = s.folders()
	return p.file, err
}

// folders are those below the script's with scripts that it applies: a lock of the
// project locks what they ask for too.
func (s *script) folders() []string {
	var folders []string
	for _, a := range s.applied {
		dir := path.Dir(path.Join(".", strings.TrimPrefix(a.path, projectPlace)))
		if dir != "." && !strings.HasPrefix(dir, "..") && !strings.HasPrefix(a.path, rootPlace) && !slices.Contains(folders, dir) {
			folders = append(folders, dir)
		}
	}
	return folders
}

// Loose says that scripts apply one another, and use what those around them define.
func (Extractor) Loose() {}

// Adopts are the scripts that a script applies.
func (Extractor) Adopts(name string, file extract.File) []string {
	s, ok := file.Basis.(*script)
	if !ok {
		return nil
	}
	var names []string
	for _, a := range s.applied {
		names = append(names, candidates(path.Dir(name), a.path)...)
	}
	return names
}

// Needs are the files that Gradle takes values from: the scripts that a script
// applies and, in its folder and in those above it, properties, settings, version
// catalogues and what the scripts of the projects around it define.
func (e Extractor) Needs(name string, file extract.File) []string {
	s, ok := file.Basis.(*script)
	if !ok {
		return nil
	}
	names := e.Adopts(name, file)
	dir := path.Dir(name)
	for _, c := range s.catalogs {
		if c.from != "" {
			names = append(names, candidates(dir, c.from)...)
		}
	}
	bases := append([]string{"gradle.properties", "settings.gradle", "settings.gradle.kts"}, s.catalogFiles()...)
	for own := true; ; own = false {
		for _, base := range bases {
			names = append(names, path.Join(dir, base))
		}
		if !own || !e.Wants(name) {
			names = append(names, path.Join(dir, "build.gradle"), path.Join(dir, "build.gradle.kts"))
		}
		if dir == "." || dir == "/" {
			return names
		}
		dir = path.Dir(dir)
	}
}

// Join gives a script the values and libraries that it names.
func (Extractor) Join(file extract.File, needed []extract.File) extract.File {
	own, ok := file.Basis.(*script)
	if !ok {
		return file
	}
	a := around{files: map[string]gradlevalues.Catalog{}, versions: map[string]string{}, scripts: map[string]bool{}}
	for _, n := range needed {
		switch b := n.Basis.(type) {
		case gradlevalues.Properties:
			a.values = append(a.values, b)
		case *script:
			a.add(b)
		case gradlevalues.Catalog:
			if _, nearer := a.files[b.Name]; !nearer {
				a.files[b.Name] = b
			}
		}
	}
	own.fill(&file, a)
	return file
}

// around is what other files give to a script; those that are nearer come first.
type around struct {
	values   []gradlevalues.Properties
	files    map[string]gradlevalues.Catalog // by the names that the files have
	catalogs []*catalog                      // of settings
	versions map[string]string               // of plugins
	scripts  map[string]bool                 // base names
}

func (a *around) add(s *script) {
	a.values = append(a.values, s.values)
	a.catalogs = append(a.catalogs, s.catalogs...)
	a.scripts[s.base] = true
	for name, version := range s.versions {
		if _, nearer := a.versions[name]; !nearer {
			a.versions[name] = version
		}
	}
}

// offered are the catalogues by the names that scripts use. What settings declare
// comes before a file that nothing declares.
func (a *around) offered() map[string]gradlevalues.Catalog {
	if len(a.catalogs) == 0 {
		return a.files
	}
	all := map[string]gradlevalues.Catalog{}
	for _, c := range a.catalogs {
		if _, nearer := all[c.name]; !nearer {
			all[c.name] = c.offered(a.files)
		}
	}
	for name, c := range a.files {
		if _, declared := all[name]; !declared {
			all[name] = c
		}
	}
	return all
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
	base     string
	values   gradlevalues.Properties
	declared []extract.Declaration
	bare     map[int]bool // of declared: plugins whose version is elsewhere
	managed  []extract.Declaration
	versions map[string]string // of plugins
	catalogs []*catalog
	applied  []applied
	skipped  skipped
}

// maxCatalogs bounds the catalogues that are looked for by the names of entries.
const maxCatalogs = 20

// catalogFiles are the files of the catalogues that a script names entries of.
func (s *script) catalogFiles() []string {
	files := []string{"gradle/libs.versions.toml"}
	for _, d := range s.declared {
		if name, _, ok := strings.Cut(d.Name, "."); ok && !strings.ContainsAny(d.Name, ":/$") && len(files) < maxCatalogs {
			if file := "gradle/" + name + ".versions.toml"; !slices.Contains(files, file) {
				files = append(files, file)
			}
		}
	}
	return files
}

// fill makes a file's declarations of a script and of what is around it.
func (s *script) fill(file *extract.File, a around) {
	a.catalogs = append(s.catalogs[:len(s.catalogs):len(s.catalogs)], a.catalogs...)
	f := filler{script: s, around: a, catalogs: a.offered(), managed: make(map[string]string, len(s.managed)), skipped: s.skipped}
	f.find = finder(s.values, a.values, f.catalogs)
	for _, d := range s.managed {
		f.managed[expand(d.Name, f.find)] = expand(d.Constraint, f.find)
	}
	f.declared = make([]extract.Declaration, 0, len(s.declared))
	for i, d := range s.declared {
		for _, d := range fromCatalog(d, f.catalogs) {
			f.add(d, s.bare[i])
		}
	}
	for _, c := range s.catalogs {
		for _, d := range c.declared(f.catalogs[c.name]) {
			f.add(d, false)
		}
	}
	for _, applied := range s.applied {
		if !a.scripts[path.Base(applied.path)] {
			f.skipped.scripts.add(applied.line)
		}
	}
	file.Declared, file.Notes = f.declared, f.skipped.notes()
	if f.open > 0 {
		file.Notes = append(file.Notes, fmt.Sprintf("%d names or versions come from variables or catalogues that are not known", f.open))
	}
}

// filler completes a script's declarations.
type filler struct {
	script   *script
	around   around
	catalogs map[string]gradlevalues.Catalog
	find     lookup
	managed  map[string]string
	declared []extract.Declaration
	skipped  skipped
	open     int
}

// add adds one declaration. A plugin without a version that nothing around the
// script gives one to is part of Gradle, or of the build.
func (f *filler) add(d extract.Declaration, bare bool) {
	d.Name, d.Constraint = expand(d.Name, f.find), expand(d.Constraint, f.find)
	if bare {
		version := f.around.versions[d.Name]
		if version == "" {
			f.skipped.plugins.add(d.Line)
			return
		}
		d.Constraint = expand(version, f.find)
	}
	if d.Constraint == "" {
		d.Constraint = f.managed[d.Name]
	}
	if isOpen(d.Name) || isOpen(d.Constraint) || !strings.Contains(d.Name, ":") {
		f.open++
	}
	f.declared = append(f.declared, d)
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

// Package versioncatalog reads Gradle's version catalogues,
// gradle/libs.versions.toml: the libraries and plugins that a build's scripts may
// use, each with its version.
package versioncatalog

import (
	"context"
	"path"
	"strings"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/maven/gradlevalues"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/purl"
	"github.com/assay-sca/assay/internal/tomltree"
)

// Extractor reads version catalogues.
type Extractor struct{}

var _ extract.Extractor = (*Extractor)(nil)

// New returns the extractor.
func New() Extractor { return Extractor{} }

// Format describes libs.versions.toml.
func (Extractor) Format() extract.Format {
	return extract.Format{
		Name:      "libs.versions.toml",
		Ecosystem: purl.Maven,
		Role:      extract.Manifest,
		Files:     "libs.versions.toml, gradle/*.versions.toml",
		Real:      true,
	}
}

// Wants accepts libs.versions.toml in any folder, and other catalogues where
// Gradle has them.
func (Extractor) Wants(name string) bool {
	folder, base := "", name
	if slash := strings.LastIndexByte(name, '/'); slash >= 0 {
		folder, base = name[:slash], name[slash+1:]
	}
	if base == "libs.versions.toml" {
		return true
	}
	return strings.HasSuffix(base, ".versions.toml") && (folder == "gradle" || strings.HasSuffix(folder, "/gradle"))
}

// Extract reads one catalogue.
func (Extractor) Extract(_ context.Context, in extract.Input) (extract.File, error) {
	root, err := tomltree.Parse(in.Data)
	name := strings.TrimSuffix(path.Base(in.Path), ".versions.toml")
	c := catalog{root: root, offered: gradlevalues.Catalog{
		Name: name, Versions: map[string]string{}, Libraries: map[string]gradlevalues.Module{}, Plugins: map[string]gradlevalues.Module{}, Bundles: map[string][]string{},
	}}
	for _, name := range []string{"versions", "libraries", "bundles", "plugins"} {
		if v := root.Get(name); v.Exists() && !v.IsTable() {
			c.file.Fault(v.Line, "%q is not a table", name)
		}
	}
	entries := len(root.Get("libraries").Table().Keys()) + len(root.Get("plugins").Table().Keys())
	c.file.Declared = make([]extract.Declaration, 0, entries)
	c.versions(root.Get("versions").Table())
	c.libraries(root.Get("libraries").Table())
	c.plugins(root.Get("plugins").Table())
	c.bundles(root.Get("bundles").Table(), err == nil)
	c.file.Basis = c.offered
	return c.file, err
}

// catalog is a catalogue being read.
type catalog struct {
	file    extract.File
	root    *tomltree.Table
	offered gradlevalues.Catalog
}

func (c *catalog) versions(versions *tomltree.Table) {
	for _, alias := range versions.Keys() {
		c.offered.Versions[gradlevalues.Accessor(alias)] = rich(versions.Get(alias))
	}
}

func (c *catalog) libraries(libraries *tomltree.Table) {
	for _, alias := range libraries.Keys() {
		v := libraries.Get(alias)
		name, version := "", ""
		switch {
		case v.IsString(): // "group:artifact:version"
			name, version = cutVersion(v.String())
		case v.Table().Get("module").IsString():
			name, version = v.Table().Get("module").String(), c.version(v)
		default:
			name, version = v.Table().Get("group").String()+":"+v.Table().Get("name").String(), c.version(v)
		}
		group, artifact, _ := strings.Cut(name, ":")
		if group == "" || artifact == "" || strings.Contains(artifact, ":") {
			c.file.Fault(v.Line, "the library %q has no group and artifact", alias)
			continue
		}
		c.offered.Libraries[gradlevalues.Accessor(alias)] = c.add(v, name, version, inventory.ScopeUnknown)
	}
}

// cutVersion splits "group:artifact:version".
func cutVersion(text string) (name, version string) {
	group, rest, _ := strings.Cut(text, ":")
	artifact, version, _ := strings.Cut(rest, ":")
	return group + ":" + artifact, version
}

// plugins are found by a module that is named after their identifier.
func (c *catalog) plugins(plugins *tomltree.Table) {
	for _, alias := range plugins.Keys() {
		v := plugins.Get(alias)
		id, version := v.Table().Get("id").String(), ""
		if v.IsString() {
			id, version, _ = strings.Cut(v.String(), ":")
		} else {
			version = c.version(v)
		}
		if id == "" {
			c.file.Fault(v.Line, "the plugin %q has no identifier", alias)
			continue
		}
		c.offered.Plugins[gradlevalues.Accessor(alias)] = c.add(v, gradlevalues.Marker(id), version, inventory.ScopeBuild)
	}
}

func (c *catalog) add(v tomltree.Value, name, version string, scope inventory.Scope) gradlevalues.Module {
	c.file.Declared = append(c.file.Declared, extract.Declaration{Name: name, Constraint: version, Scope: scope, Line: v.Line})
	ref := v.Table().Get("version").Table().Get("ref").String()
	return gradlevalues.Module{Name: name, Version: version, Ref: gradlevalues.Accessor(ref)}
}

// bundles only name libraries.
func (c *catalog) bundles(bundles *tomltree.Table, complete bool) {
	for _, alias := range bundles.Keys() {
		v := bundles.Get(alias)
		var names []string
		for _, library := range v.Strings() {
			name := gradlevalues.Accessor(library)
			if _, ok := c.offered.Libraries[name]; !ok && complete {
				c.file.Fault(v.Line, "the bundle %q names the library %q, which is not there", alias, library)
			}
			names = append(names, name)
		}
		c.offered.Bundles[gradlevalues.Accessor(alias)] = names
	}
}

// version is the constraint of a library or plugin: written there, or by
// reference to [versions].
func (c *catalog) version(entry tomltree.Value) string {
	v := entry.Table().Get("version")
	ref := v.Table().Get("ref")
	if !ref.IsString() {
		return rich(v)
	}
	named := c.root.Get("versions", ref.String())
	if !named.Exists() {
		c.file.Fault(ref.Line, "the version %q is not in the table %q", ref, "versions")
	}
	return rich(named)
}

// rich writes a rich version as Gradle's shorthand has it: "range!!preferred" for
// what is strict, else the required or preferred version alone.
func rich(v tomltree.Value) string {
	if v.IsString() {
		return v.String()
	}
	t := v.Table()
	if strictly := t.Get("strictly").String(); strictly != "" {
		return strictly + "!!" + t.Get("prefer").String()
	}
	if require := t.Get("require").String(); require != "" {
		return require
	}
	return t.Get("prefer").String()
}

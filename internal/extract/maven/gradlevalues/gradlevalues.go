// Package gradlevalues is what Gradle's files take from one another: the
// libraries and plugins of version catalogues, and the values of properties. It
// reads no files.
package gradlevalues

import "strings"

// Catalog is what one version catalogue offers to build scripts, by the names
// that these use: those of the file with "-" and "_" turned into ".".
type Catalog struct {
	Name      string            // "libs" for libs.versions.toml
	Versions  map[string]string // as constraints
	Libraries map[string]Module
	Plugins   map[string]Module
	Bundles   map[string][]string // names of libraries
}

// Module is a library or plugin with the version that is asked for.
type Module struct {
	Name    string // group:artifact
	Version string // as a constraint; empty: any
	Ref     string // the name of the version in its catalogue, where it has one
}

// Accessor is the name that a build script uses for a catalogue's entry.
func Accessor(alias string) string {
	return strings.ReplaceAll(strings.ReplaceAll(alias, "-", "."), "_", ".")
}

// Marker is the module by which Gradle finds a plugin.
func Marker(id string) string { return id + ":" + id + ".gradle.plugin" }

// Properties are values by name: of gradle.properties, or what a build script
// defines for itself and its subprojects.
type Properties map[string]string

// maxName bounds the names that are looked for.
const maxName = 500

// Lookup finds a value under its name or, as scripts write it, behind the object
// that holds it.
func (p Properties) Lookup(name string) (string, bool) {
	for len(name) <= maxName {
		if value, ok := p[name]; ok {
			return value, true
		}
		before, rest, found := strings.Cut(name, ".")
		switch before {
		case "project", "rootProject", "ext", "extra", "properties", "gradle", "parent":
			if found {
				name = rest
				continue
			}
		}
		return "", false
	}
	return "", false
}

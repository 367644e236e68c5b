package pom

import (
	"maps"
	"strings"
)

// project is what one pom.xml says, nothing resolved.
type project struct {
	own      coordinates
	parent   *coordinates
	relative string // path of the parent's file
	body     body
	profiles []profile
	defaults map[string]string // properties of the profiles that are active by default
}

type coordinates struct {
	group, artifact, version string
	line                     int
}

// body is what a project and each of its profiles have.
type body struct {
	properties     map[string]string
	imports        []dependency
	managed        managed
	dependencies   []dependency
	managedPlugins []plugin
	plugins        []plugin // extensions too
}

// managed are the entries of dependencyManagement and pluginManagement: a
// child project has many of them to look through, and mostly once.
type managed struct {
	byKey map[string]dependency
	open  []dependency // those with a property in the key
}

// pluginKind tells plugins from dependencies in a key.
const pluginKind = "plugin"

func (m *managed) add(d dependency) {
	key := d.key()
	if strings.Contains(key, "${") {
		m.open = append(m.open, d)
	} else if _, ok := m.byKey[key]; !ok {
		m.byKey[key] = d
	}
}

type profile struct {
	id   string
	body body
}

type dependency struct {
	coordinates
	kind, classifier, scope, path string
	optional                      string
}

type plugin struct {
	coordinates
	dependencies []dependency
}

// key is what Maven tells dependencies apart by.
func (d dependency) key() string {
	kind := d.kind
	if kind == "" {
		kind = "jar"
	}
	return d.group + ":" + d.artifact + ":" + kind + ":" + d.classifier
}

func model(root *element) *project {
	p := &project{own: coordinatesOf(root), body: bodyOf(root), defaults: map[string]string{}}
	if parent := root.child("parent"); parent != nil {
		c := coordinatesOf(parent)
		p.parent, p.relative = &c, "../pom.xml"
		if path := parent.child("relativePath"); path != nil {
			p.relative = path.text // empty: not in the tree
		}
	}
	for _, e := range root.child("profiles").all() {
		p.profiles = append(p.profiles, profile{e.value("id"), bodyOf(e)})
		if e.child("activation").value("activeByDefault") == "true" {
			maps.Copy(p.defaults, p.profiles[len(p.profiles)-1].body.properties)
		}
	}
	return p
}

func coordinatesOf(e *element) coordinates {
	if e == nil {
		return coordinates{}
	}
	return coordinates{e.value("groupId"), e.value("artifactId"), e.value("version"), e.line}
}

func bodyOf(e *element) body {
	b := body{
		properties:     map[string]string{},
		managed:        managed{byKey: map[string]dependency{}},
		dependencies:   dependenciesOf(e.child("dependencies")),
		managedPlugins: pluginsOf(e.at("build", "pluginManagement", "plugins")),
	}
	for _, list := range []*element{e.at("build", "plugins"), e.at("build", "extensions"), e.at("reporting", "plugins")} {
		b.plugins = append(b.plugins, pluginsOf(list)...)
	}
	for _, d := range dependenciesOf(e.at("dependencyManagement", "dependencies")) {
		if d.scope == "import" {
			b.imports = append(b.imports, d)
		} else {
			b.managed.add(d)
		}
	}
	for _, p := range b.managedPlugins {
		if p.version != "" { // else it adds to what the parent manages, and leaves its version
			b.managed.add(dependency{coordinates: p.coordinates, kind: pluginKind})
		}
	}
	for _, property := range e.child("properties").all() {
		b.properties[property.name] = property.text
	}
	return b
}

func dependenciesOf(list *element) []dependency {
	all := make([]dependency, 0, len(list.all()))
	for _, e := range list.all() {
		all = append(all, dependency{
			coordinates: coordinatesOf(e), kind: e.value("type"), classifier: e.value("classifier"),
			scope: e.value("scope"), path: e.value("systemPath"), optional: e.value("optional"),
		})
	}
	return all
}

// corePlugins is the group of plugins that name none.
const corePlugins = "org.apache.maven.plugins"

func pluginsOf(list *element) []plugin {
	all := make([]plugin, 0, len(list.all()))
	for _, e := range list.all() {
		p := plugin{coordinatesOf(e), dependenciesOf(e.child("dependencies"))}
		if p.group == "" && e.name == "plugin" {
			p.group = corePlugins
		}
		all = append(all, p)
	}
	return all
}

// isLocal tells a file of the tree from a parent that only a repository has.
func (p *project) isLocal() bool {
	return p.parent != nil && p.relative != "" && !strings.Contains(p.relative, "${")
}

// isChildOf tells whether a project is the parent that this one names. A version
// with a property in it is not known yet.
func (p *project) isChildOf(own coordinates) bool {
	open := strings.Contains(own.version, "${") || strings.Contains(p.parent.version, "${")
	return own.group == p.parent.group && own.artifact == p.parent.artifact && (open || own.version == p.parent.version)
}

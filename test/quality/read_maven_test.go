package quality

import (
	"encoding/xml"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// element is any element of XML.
type element struct {
	XMLName  xml.Name
	Text     string    `xml:",chardata"`
	Children []element `xml:",any"`
}

// all are the elements at a path below e, parted by slashes; "*" is any name.
func (e element) all(path string) []element {
	found := []element{e}
	for step := range strings.SplitSeq(path, "/") {
		var next []element
		for _, f := range found {
			for _, c := range f.Children {
				if step == "*" || c.XMLName.Local == step {
					next = append(next, c)
				}
			}
		}
		found = next
	}
	return found
}

func (e element) text(path string) string {
	for _, f := range e.all(path) {
		return strings.TrimSpace(f.Text)
	}
	return ""
}

// parents reads a project and the parents of it that are in the tree, the
// project first.
func parents(t testing.TB, file string) []element {
	var chain []element
	for len(chain) < 20 {
		data, err := os.ReadFile(file)
		if err != nil {
			break
		}
		var project element
		if err := xml.Unmarshal(data, &project); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		if len(chain) > 0 && project.text("artifactId") != chain[len(chain)-1].text("parent/artifactId") {
			break // another project's
		}
		chain = append(chain, project)
		relative := "../pom.xml"
		if r := project.all("parent/relativePath"); len(r) > 0 {
			relative = strings.TrimSpace(r[0].Text)
		}
		if len(project.all("parent")) == 0 || relative == "" {
			break
		}
		file = filepath.Join(filepath.Dir(file), relative)
		if info, err := os.Stat(file); err == nil && info.IsDir() {
			file = filepath.Join(file, "pom.xml")
		}
	}
	return chain
}

// pom is what a project and its parents say.
type pom struct{ properties, managed map[string]string }

var property = regexp.MustCompile(`\$\{([^}]+)\}`)

func (p pom) resolve(s string) string {
	for range 10 {
		s = property.ReplaceAllStringFunc(s, func(m string) string {
			if v, ok := p.properties[m[2:len(m)-1]]; ok {
				return v
			}
			return m
		})
	}
	return s
}

// effective gathers properties and managed versions, of which the nearest count.
// The parent's own coordinates are there under the names of the project's where
// the project has none.
func effective(chain []element) pom {
	p := pom{map[string]string{}, map[string]string{}}
	set := func(key, value string) {
		if _, ok := p.properties[key]; !ok && value != "" {
			p.properties[key] = value
		}
	}
	for _, project := range chain {
		for _, property := range project.all("properties/*") {
			set(property.XMLName.Local, strings.TrimSpace(property.Text))
		}
		for _, name := range []string{"version", "groupId", "artifactId"} {
			set("project."+name, project.text(name))
			set("project.parent."+name, project.text("parent/"+name))
		}
		for _, name := range []string{"version", "groupId"} {
			set("project."+name, project.text("parent/"+name))
		}
	}
	for _, project := range chain {
		for _, place := range []string{"dependencyManagement/dependencies/dependency", "build/pluginManagement/plugins/plugin"} {
			for _, d := range project.all(place) {
				if key := p.name(d); p.managed[key] == "" && d.text("scope") != "import" {
					p.managed[key] = d.text("version")
				}
			}
		}
	}
	return p
}

// name is that of a dependency or of a plugin, whose usual group goes unsaid.
func (p pom) name(d element) string {
	group := p.resolve(d.text("groupId"))
	if group == "" && d.XMLName.Local == "plugin" {
		group = "org.apache.maven.plugins"
	}
	return group + ":" + p.resolve(d.text("artifactId"))
}

// exact is a version, not a range, with nothing left open.
var exact = regexp.MustCompile(`^[^\[\](),$]+$`)

// readPOM reads what the project itself asks for, completed by its parents, and
// the lists of versions that it imports.
func readPOM(t testing.TB, file string) pins {
	chain := parents(t, file)
	p := effective(chain)
	out := pins{}
	for _, place := range pomPlaces {
		for _, d := range chain[0].all(place) {
			version := d.text("version")
			if version == "" {
				version = p.managed[p.name(d)]
			}
			if version = p.resolve(version); exact.MatchString(version) {
				out.add("Maven", p.name(d), version, true)
			}
		}
	}
	for _, d := range chain[0].all("dependencyManagement/dependencies/dependency") {
		if version := p.resolve(d.text("version")); d.text("scope") == "import" && exact.MatchString(version) {
			out.add("Maven", p.name(d), version, true)
		}
	}
	return out
}

// pomPlaces are where a project asks for something.
var pomPlaces = []string{
	"dependencies/dependency", "profiles/profile/dependencies/dependency",
	"build/plugins/plugin", "profiles/profile/build/plugins/plugin",
	"build/plugins/plugin/dependencies/dependency", "profiles/profile/build/plugins/plugin/dependencies/dependency",
	"build/pluginManagement/plugins/plugin/dependencies/dependency",
	"build/extensions/extension", "reporting/plugins/plugin",
}

package pom

import "strings"

// chain is a project with its parents, as far as they are known.
type chain struct {
	project *project
	parent  *chain
}

// own are the project's coordinates; group and version are its parent's where it
// has none.
func (c *chain) own() coordinates {
	own := c.project.own
	if parent := c.project.parent; parent != nil {
		own.group = either(own.group, parent.group)
		own.version = either(own.version, parent.version)
	}
	return own
}

// length is the number of projects in a row.
func (c *chain) length() int {
	n := 0
	for ; c != nil; c = c.parent {
		n++
	}
	return n
}

func either(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// The bounds of properties made of properties.
const (
	maxNested = 50
	maxLength = 4096
	maxWork   = 64 << 20 // characters of properties looked at for one file
)

// resolver replaces ${properties} for a project and, of its profiles, one.
type resolver struct {
	chain   *chain
	profile map[string]string
	memo    map[string]value
	depth   int
	work    *int
}

type value struct {
	text  string
	known bool
}

func newResolver(c *chain) *resolver {
	return &resolver{chain: c, memo: map[string]value{}, work: new(int)}
}

// forProfile resolves with the properties of a profile before all others.
func (r *resolver) forProfile(p profile) *resolver {
	if len(p.body.properties) == 0 {
		return r
	}
	return &resolver{chain: r.chain, profile: p.body.properties, memo: map[string]value{}, work: r.work}
}

// expand returns the text with its properties replaced; if one of them is not
// known, the text as it is and false.
func (r *resolver) expand(text string) (string, bool) {
	if !strings.Contains(text, "${") {
		return text, true
	}
	var b strings.Builder
	rest := text
	for {
		before, after, found := strings.Cut(rest, "${")
		b.WriteString(before)
		if !found {
			return b.String(), true
		}
		name, behind, closed := strings.Cut(after, "}")
		v := r.property(strings.TrimSpace(name))
		if !closed || !v.known || b.Len()+len(v.text) > maxLength {
			return text, false
		}
		b.WriteString(v.text)
		rest = behind
	}
}

// property is the value of one property. One that needs itself is not known.
func (r *resolver) property(name string) value {
	if v, ok := r.memo[name]; ok {
		return v
	}
	r.memo[name] = value{}
	raw, ok := r.raw(name)
	*r.work += len(raw)
	if !ok || r.depth >= maxNested || len(raw) > maxLength || *r.work > maxWork {
		return value{}
	}
	r.depth++
	text, known := r.expand(raw)
	r.depth--
	v := value{text, known && len(text) <= maxLength}
	r.memo[name] = v
	return v
}

// raw is the text of a property: of the profile, of the project, of its parents
// or, last, of the profiles that are active by default.
func (r *resolver) raw(name string) (string, bool) {
	if text, ok := r.profile[name]; ok {
		return text, true
	}
	if text, ok := r.builtin(name); ok {
		return text, true
	}
	for c := r.chain; c != nil; c = c.parent {
		if text, ok := c.project.body.properties[name]; ok {
			return text, true
		}
		if text, ok := c.project.defaults[name]; ok {
			return text, true
		}
	}
	return "", false
}

// builtin are the properties that a project has by itself.
func (r *resolver) builtin(name string) (string, bool) {
	from := r.chain.own()
	field, ok := strings.CutPrefix(name, "project.")
	if !ok {
		field, ok = strings.CutPrefix(name, "pom.")
	}
	if !ok && strings.HasPrefix(name, "parent.") {
		field, ok = name, true
	}
	if !ok {
		return "", false
	}
	if parent, ok := strings.CutPrefix(field, "parent."); ok {
		if r.chain.project.parent == nil {
			return "", false
		}
		field, from = parent, *r.chain.project.parent
	}
	text := map[string]string{"groupId": from.group, "artifactId": from.artifact, "version": from.version}[field]
	return text, text != ""
}

// isOpen tells a text with a property in it that is not known.
func isOpen(text string) bool { return strings.Contains(text, "${") }

// coordinates resolves each part by itself; false if a part of the name stays
// open.
func (r *resolver) coordinates(c coordinates) (coordinates, bool) {
	var group, artifact bool
	c.group, group = r.expand(c.group)
	c.artifact, artifact = r.expand(c.artifact)
	c.version, _ = r.expand(c.version)
	return c, group && artifact
}

// dependency resolves all that a managed entry gives to others.
func (r *resolver) dependency(d dependency) dependency {
	d.coordinates, _ = r.coordinates(d.coordinates)
	d.scope, _ = r.expand(d.scope)
	d.path, _ = r.expand(d.path)
	d.optional, _ = r.expand(d.optional)
	return d
}

// openEntries resolves the keys of managed entries that have properties in them.
func (r *resolver) openEntries(into map[string]dependency, m managed) {
	for _, d := range m.open {
		c, _ := r.coordinates(d.coordinates)
		d.group, d.artifact = c.group, c.artifact
		if key := d.key(); into[key].line == 0 {
			into[key] = d
		}
	}
}

// managed finds a managed entry of the project or of its nearest parent.
func (c *chain) managed(key string) (dependency, bool) {
	for ; c != nil; c = c.parent {
		if m, ok := c.project.body.managed.byKey[key]; ok {
			return m, true
		}
	}
	return dependency{}, false
}

package gradlebuild

import (
	"maps"
	"path"
	"strings"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/maven/gradlevalues"
	"github.com/assay-sca/assay/internal/inventory"
)

// catalog is a version catalogue that settings declare: that of a file, of their
// own entries, or a file's with entries of their own.
type catalog struct {
	name     string
	from     string // the file; empty: none
	versions map[string]*string
	entries  []*entry
	bundles  map[string][]string
	named    map[string]string // versions by the variables that hold them
}

// entry is a library or a plugin of a catalogue.
type entry struct {
	alias, name  string
	version, ref string
	plugin       bool
	line         int
}

// catalogOf is the catalogue that a block is about: libs { } or create("libs") { }.
func (p *parser) catalogOf(statement []token) *catalog {
	name := head(statement)
	if all := arguments(statement[min(1, len(statement)):]); len(all) > 0 && isText(all[0]) {
		name = all[0].tokens[0].text
	}
	if name == "" {
		return nil
	}
	for _, c := range p.catalogs {
		if c.name == name {
			return c
		}
	}
	if len(p.catalogs) >= maxCatalogs {
		p.file.Fault(statement[0].line, "there are more than %d version catalogues", maxCatalogs)
		return nil
	}
	c := &catalog{name: name, versions: map[string]*string{}, bundles: map[string][]string{}, named: map[string]string{}}
	p.catalogs = append(p.catalogs, c)
	return c
}

// catalogEntry reads one statement of a catalogue. It returns the version that a
// block behind it would be about.
func (p *parser) catalogEntry(statement []token, c *catalog) *string {
	variable := ""
	if at := assignment(statement); at > 0 { // val x = version(...)
		variable, statement = statement[at-1].text, statement[at+1:]
	}
	if len(statement) < 2 {
		return nil
	}
	all := arguments(statement[1:])
	var texts []string
	for _, a := range all {
		texts = append(texts, evaluate(withoutCall(a.tokens), p.lookup))
	}
	e := &entry{line: statement[0].line}
	switch name := head(statement); {
	case name == "from" && len(all) == 1:
		c.from = p.pathIn(all[0].tokens)
		return nil
	case name == "version" && len(all) > 0:
		version := ""
		if len(all) > 1 {
			version = texts[1]
		}
		c.versions[gradlevalues.Accessor(texts[0])] = &version
		if variable != "" {
			c.named[variable] = texts[0]
		}
		return &version
	case name == "bundle" && len(all) == 2:
		c.bundles[gradlevalues.Accessor(texts[0])] = p.names(all[1].tokens)
		return nil
	case name == "library" && len(all) == 2:
		m, ok := module(texts[1])
		if !ok {
			p.skipped.computed.add(e.line)
			return nil
		}
		e.name, e.version = m.Name, m.Version
	case name == "library" && len(all) == 3:
		e.name = texts[1] + ":" + texts[2]
	case name == "plugin" && len(all) == 2:
		e.name, e.plugin = gradlevalues.Marker(texts[1]), true
	default:
		return nil
	}
	e.alias = gradlevalues.Accessor(texts[0])
	p.versionOf(e, statement, c)
	c.entries = append(c.entries, e)
	return &e.version
}

// withoutCall takes off what Groovy lets stand behind the last argument:
// library 'a', 'g', 'a' versionRef 'v'.
func withoutCall(tokens []token) []token {
	for i, t := range tokens {
		if i > 0 && t.kind == word && (t.text == "version" || t.text == "versionRef" || t.text == "withoutVersion") {
			return tokens[:i]
		}
	}
	return tokens
}

// names are the libraries of a bundle.
func (p *parser) names(tokens []token) []string {
	var all []string
	for _, t := range tokens {
		if t.kind == text {
			all = append(all, gradlevalues.Accessor(t.text))
		}
	}
	return all
}

// versionOf reads .version("...") or .versionRef("...") behind an entry.
func (p *parser) versionOf(e *entry, statement []token, c *catalog) {
	for i, t := range statement[1:] {
		rest := statement[i+2:]
		if t.kind != word || len(rest) == 0 || t.text != "version" && t.text != "versionRef" {
			continue
		}
		all := arguments(rest)
		if len(all) == 0 {
			continue
		}
		value := evaluate(all[0].tokens, p.lookup)
		if t.text == "version" {
			e.version = value
			return
		}
		if name, ok := c.named[pathOf(all[0].tokens)]; ok {
			value = name
		}
		e.ref = gradlevalues.Accessor(value)
		return
	}
}

// rich reads one part of a rich version.
func (p *parser) rich(statement []token, version *string) {
	name := head(statement)
	if all := arguments(statement[1:]); len(all) > 0 && (name == "strictly" || name == "require" || name == "prefer") {
		setRich(version, name, evaluate(all[0].tokens, p.lookup))
	}
}

// offered is what a catalogue offers to scripts, upon what a file of its name or
// the one that it is taken from has. An own version takes the place of the file's.
func (c *catalog) offered(files map[string]gradlevalues.Catalog) gradlevalues.Catalog {
	base := files[c.name]
	if c.from != "" {
		base = files[catalogName(c.from)]
	}
	if len(c.versions)+len(c.entries)+len(c.bundles) == 0 {
		return base
	}
	all := gradlevalues.Catalog{
		Name: c.name, Versions: map[string]string{}, Bundles: map[string][]string{},
		Libraries: c.overridden(base.Libraries), Plugins: c.overridden(base.Plugins),
	}
	maps.Copy(all.Versions, base.Versions)
	for name, version := range c.versions {
		all.Versions[name] = *version
	}
	maps.Copy(all.Bundles, base.Bundles)
	maps.Copy(all.Bundles, c.bundles)
	for _, e := range c.entries {
		m := gradlevalues.Module{Name: e.name, Version: e.version, Ref: e.ref}
		if e.ref != "" && e.version == "" {
			m.Version = all.Versions[e.ref]
		}
		if e.plugin {
			all.Plugins[e.alias] = m
		} else {
			all.Libraries[e.alias] = m
		}
	}
	return all
}

// overridden are a file's entries with the versions that settings have instead.
func (c *catalog) overridden(modules map[string]gradlevalues.Module) map[string]gradlevalues.Module {
	all := make(map[string]gradlevalues.Module, len(modules))
	for alias, m := range modules {
		if version := c.versions[m.Ref]; version != nil && m.Ref != "" {
			m.Version = *version
		}
		all[alias] = m
	}
	return all
}

// declared are a catalogue's own entries, as those of a catalogue's file are.
func (c *catalog) declared(offered gradlevalues.Catalog) []extract.Declaration {
	var all []extract.Declaration
	for _, e := range c.entries {
		d := extract.Declaration{Name: e.name, Constraint: offered.Libraries[e.alias].Version, Line: e.line}
		if e.plugin {
			d.Constraint, d.Scope = offered.Plugins[e.alias].Version, inventory.ScopeBuild
		}
		all = append(all, d)
	}
	return all
}

// catalogName is the name that a file has for a catalogue.
func catalogName(file string) string {
	return strings.TrimSuffix(path.Base(file), ".versions.toml")
}

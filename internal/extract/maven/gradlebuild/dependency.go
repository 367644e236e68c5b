package gradlebuild

import (
	"strings"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/maven/gradleconf"
	"github.com/assay-sca/assay/internal/extract/maven/gradlevalues"
	"github.com/assay-sca/assay/internal/inventory"
)

// adder adds what one statement asks for.
type adder struct {
	*parser
	list  *[]extract.Declaration
	scope inventory.Scope
}

// dependency reads a statement of a dependencies block: a configuration and what
// it is to hold.
func (p *parser) dependency(statement []token, list *[]extract.Declaration) {
	configuration, rest := head(statement), statement[1:]
	switch configuration {
	case "", "if", "else", "for", "when", "while", "return", "def", "val", "var", "println", "exclude", "import", "throw", "assert", "it", "apply":
		return
	case "add": // add("implementation", ...)
		all := arguments(rest)
		if len(all) < 2 || len(all[0].tokens) != 1 || all[0].tokens[0].kind != text {
			return
		}
		configuration, rest = all[0].tokens[0].text, rest[min(3, len(rest)):]
		if len(rest) > 0 && rest[len(rest)-1].is(")") {
			rest = rest[:len(rest)-1]
		}
	}
	if len(rest) == 0 || rest[0].kind == mark && !rest[0].is("(") && !rest[0].is("[") {
		return
	}
	a := adder{p, list, p.scope(configuration)}
	a.all(arguments(rest), 0)
}

// scope is that of a configuration, where it stands.
func (p *parser) scope(configuration string) inventory.Scope {
	scope := gradleconf.Scope(configuration)
	switch b := p.top(); {
	case b.build:
		return inventory.ScopeBuild
	case b.test:
		return inventory.ScopeTest
	}
	return scope
}

// maxCalls bounds calls within calls.
const maxCalls = 5

func (a adder) all(all []argument, depth int) {
	if name := byName(all, "name"); name != nil {
		a.byParts(byName(all, "group"), name, byName(all, "version"))
		return
	}
	positions := positional(all)
	if len(positions) >= 2 && isText(positions[0]) && isText(positions[1]) && !strings.Contains(positions[0].tokens[0].text, ":") {
		var version []token
		if len(positions) > 2 {
			version = positions[2].tokens
		}
		a.byParts(positions[0].tokens, positions[1].tokens, version)
		return
	}
	for _, argument := range positions {
		a.one(argument.tokens, depth)
	}
}

func isText(a argument) bool { return len(a.tokens) == 1 && a.tokens[0].kind == text }

// byParts adds group, name and version, written apart.
func (a adder) byParts(group, name, version []token) {
	if len(group) == 0 {
		a.skipped.files.add(name[0].line) // a file from a folder that is a repository
		return
	}
	find := a.values.Lookup
	a.add(name[0].line, gradlevalues.Module{
		Name:    evaluate(group, find) + ":" + evaluate(name, find),
		Version: evaluate(version, find),
	}, a.scope)
}

// one adds what one argument says.
func (a adder) one(tokens []token, depth int) {
	first := tokens[0]
	called := len(tokens) > 1 && tokens[1].is("(") && first.kind == word
	switch name := head(tokens); {
	case depth > maxCalls:
		a.skipped.computed.add(first.line)
	case first.is("["):
		a.group(entries(tokens), depth)
	case first.is("("):
		a.all(arguments(tokens), depth+1)
	case called && name == "project", strings.HasPrefix(first.text, "projects.") && first.kind == word:
		a.skipped.projects.add(first.line)
	case called && (name == "kotlin" || name == "embeddedKotlin"):
		a.kotlin(tokens)
	case called && (name == "platform" || name == "enforcedPlatform"):
		a.scope = inventory.ScopeBuild // a list of versions, no code
		a.all(arguments(tokens[1:]), depth+1)
	case called && !isConversion(first.text):
		a.call(name, tokens, depth)
	case first.kind == word && isOwn(first.text):
		a.skipped.files.add(first.line)
	default:
		a.expression(tokens)
	}
}

// group adds the elements of a list, or a map's group, name and version.
func (a adder) group(all []argument, depth int) {
	a.all(all, depth+1)
}

// call adds what a call is about, as far as it is not about files or Gradle
// itself.
func (a adder) call(name string, tokens []token, depth int) {
	switch name {
	case "files", "fileTree", "gradleApi", "gradleTestKit", "gradleKotlinDsl", "localGroovy", "zipTree", "files.from":
		a.skipped.files.add(tokens[0].line)
		return
	case "npm", "devNpm", "peerNpm", "optionalNpm", "exclude":
		a.skipped.computed.add(tokens[0].line)
		return
	}
	if inner := arguments(tokens[1:]); len(inner) > 0 {
		a.all(inner, depth+1)
		return
	}
	a.skipped.computed.add(tokens[0].line)
}

// isOwn tells what the project makes itself.
func isOwn(path string) bool {
	for _, prefix := range []string{"sourceSets.", "configurations.", "rootProject.files", "tasks.", "layout."} {
		if strings.HasPrefix(path, prefix) {
			return true
		}
	}
	return false
}

// kotlin reads kotlin("stdlib") and kotlin("stdlib", "2.0").
func (a adder) kotlin(tokens []token) {
	all := arguments(tokens[1:])
	if len(all) == 0 || !isText(all[0]) {
		a.skipped.computed.add(tokens[0].line)
		return
	}
	m := gradlevalues.Module{Name: "org.jetbrains.kotlin:kotlin-" + all[0].tokens[0].text}
	if len(all) > 1 {
		m.Version = evaluate(all[1].tokens, a.values.Lookup)
	}
	a.add(tokens[0].line, m, a.scope)
}

// expression adds coordinates, or the name of an entry of a version catalogue.
func (a adder) expression(tokens []token) {
	line, value := tokens[0].line, evaluate(tokens, a.values.Lookup)
	if m, ok := module(value); ok {
		a.add(line, m, a.scope)
		return
	}
	path := pathOf(tokens)
	if path == "" && isText(argument{tokens: tokens}) {
		path = nameOf(strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(tokens[0].text, "$"), "{"), "}"))
		if !strings.HasPrefix(tokens[0].text, "$") {
			path = ""
		}
	}
	if strings.Contains(path, ".") && strings.ToLower(path[:1]) == path[:1] { // not a class's constant
		a.add(line, gradlevalues.Module{Name: path}, a.scope)
		return
	}
	a.skipped.computed.add(line)
}

func (a adder) add(line int, m gradlevalues.Module, scope inventory.Scope) {
	*a.list = append(*a.list, extract.Declaration{Name: m.Name, Constraint: m.Version, Scope: scope, Line: line})
}

// version reads what the block "version" says of the dependencies before it.
func (p *parser) version(statement []token, b *block) {
	name := head(statement)
	if len(statement) < 2 || name != "strictly" && name != "require" && name != "prefer" {
		return
	}
	all := arguments(statement[1:])
	if len(all) == 0 {
		return
	}
	value := evaluate(all[0].tokens, p.values.Lookup)
	for i := b.from; i < len(*b.list); i++ {
		setRich(&(*b.list)[i].Constraint, name, value)
	}
}

// setRich enters one part of a rich version, as Gradle's shorthand has it.
func setRich(constraint *string, name, value string) {
	strict, preferred, isStrict := strings.Cut(*constraint, "!!")
	switch {
	case name == "strictly" && *constraint == "":
		*constraint = value + "!!"
	case name == "strictly" && !isStrict:
		*constraint = value + "!!" + strict
	case name == "prefer" && isStrict && preferred == "":
		*constraint += value
	case name == "require", *constraint == "":
		*constraint = value
	}
}

// plugin reads a line of a plugins block. A plugin without a version gets it from
// elsewhere, or is part of the build or of Gradle.
func (p *parser) plugin(statement []token) {
	var m gradlevalues.Module
	if len(statement) < 2 {
		return // java, `java-library`
	}
	all := arguments(statement[1:])
	if !statement[1].is("(") {
		all = []argument{{tokens: statement[1:2]}}
	}
	if len(all) == 0 {
		return
	}
	switch name := head(statement); name {
	case "id":
		id := evaluate(all[0].tokens, p.values.Lookup)
		if !strings.Contains(id, ".") {
			return // Gradle's own
		}
		m.Name = gradlevalues.Marker(id)
	case "kotlin":
		m.Name = gradlevalues.Marker("org.jetbrains.kotlin." + evaluate(all[0].tokens, p.values.Lookup))
	case "alias":
		m.Name = pathOf(all[0].tokens)
	default:
		return
	}
	m.Version = p.pluginVersion(statement[1:])
	switch {
	case m.Name == "":
		p.skipped.plugins.add(statement[0].line)
		return
	case p.top().manages:
		if _, ok := p.versions[m.Name]; !ok && m.Version != "" {
			p.versions[m.Name] = m.Version
		}
		return
	case m.Version == "" && head(statement) != "alias":
		p.bare[len(p.file.Declared)] = true
	}
	a := adder{parser: p, list: &p.file.Declared}
	a.add(statement[0].line, m, inventory.ScopeBuild)
}

// pluginVersion is what stands behind the word "version", up to "apply".
func (p *parser) pluginVersion(tokens []token) string {
	for i, t := range tokens {
		if t.kind != word || t.text != "version" || i+1 >= len(tokens) {
			continue
		}
		rest := tokens[i+1:]
		for j, t := range rest {
			if t.kind == word && t.text == "apply" {
				rest = rest[:j]
				break
			}
		}
		if len(rest) == 0 {
			return ""
		}
		if rest[0].is("(") {
			rest = rest[1:closing(rest)]
		}
		return evaluate(rest, p.values.Lookup)
	}
	return ""
}

// bom reads mavenBom "group:artifact:version".
func (p *parser) bom(statement []token) {
	if head(statement) == "mavenBom" && len(statement) > 1 {
		a := adder{p, &p.file.Declared, inventory.ScopeBuild}
		a.all(arguments(statement[1:]), 0)
	}
}

// managedEntry reads dependency "group:artifact:version".
func (p *parser) managedEntry(statement []token) {
	if head(statement) == "dependency" && len(statement) > 1 {
		a := adder{p, &p.managed, inventory.ScopeUnknown}
		a.all(arguments(statement[1:]), 0)
	}
}

// set reads the head of dependencySet(group: "...", version: "...") { entry "..." }.
func (p *parser) set(tokens []token) gradlevalues.Module {
	all := arguments(tokens)
	m := gradlevalues.Module{
		Name:    evaluate(byName(all, "group"), p.values.Lookup),
		Version: evaluate(byName(all, "version"), p.values.Lookup),
	}
	if m.Name == "" && len(all) == 1 { // dependencySet("group:version")
		m.Name, m.Version, _ = strings.Cut(evaluate(all[0].tokens, p.values.Lookup), ":")
	}
	return m
}

func (p *parser) setEntry(statement []token, set gradlevalues.Module) {
	if head(statement) != "entry" || len(statement) < 2 {
		return
	}
	for _, a := range arguments(statement[1:]) {
		p.managed = append(p.managed, extract.Declaration{Name: set.Name + ":" + evaluate(a.tokens, p.values.Lookup), Constraint: set.Version})
	}
}

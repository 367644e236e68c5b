package gradlebuild

import (
	"strings"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/maven/gradleconf"
	"github.com/assay-sca/assay/internal/extract/maven/gradlevalues"
	"github.com/assay-sca/assay/internal/inventory"
)

// meaning says what the statements of a block are.
type meaning uint8

const (
	other          meaning = iota // nothing of interest, but blocks of interest may be in it
	values                        // ext: each assignment is a property
	dependencies                  // configuration "group:artifact:version"
	constraints                   // the same, for what something else depends on
	detail                        // what else is said of one dependency
	versionDetail                 // strictly, require, prefer
	plugins                       // id "..." version "..."
	management                    // of the plugin that brings Maven's BOMs to Gradle
	managedImports                // mavenBom "..."
	managedEntries                // dependency "..."
	managedSet                    // entry "artifact"
	catalogs                      // of settings: a block for each catalogue
	catalogEntries                // library("...", "..."), from(files("..."))
	catalogRich                   // strictly, require, prefer of an entry
	applying                      // from "..."
	nothing                       // not even blocks of interest
)

// block is an open "{".
type block struct {
	meaning meaning
	line    int
	depth   int // of the brackets around it
	test    bool
	build   bool // within buildscript
	defines bool // its variables are known outside
	manages bool // within pluginManagement

	list   *[]extract.Declaration // of a detail: where its dependency is
	from   int
	module gradlevalues.Module // of a managedSet: group and version

	catalog *catalog
	rich    *string // the version that a catalogRich is about
}

// The bounds of what is kept of a script.
const (
	maxStatement = 4000 // tokens
	maxBlocks    = 1000 // within one another
)

// parser reads a script's statements one by one, in the order of the text.
type parser struct {
	lexer     lexer
	file      extract.File
	statement []token
	depth     int // of brackets in the statement
	cut       bool
	blocks    []block
	values    gradlevalues.Properties
	managed   []extract.Declaration
	skipped   skipped

	bare     map[int]bool      // of file.Declared: plugins whose version is elsewhere
	versions map[string]string // of plugins, by pluginManagement
	catalogs []*catalog
	applied  []applied
}

// skipped is what the notes tell of.
type skipped struct {
	projects, files, computed, plugins, scripts count
}

type count struct{ n, line int }

func (c *count) add(line int) {
	if c.n++; c.n == 1 {
		c.line = line
	}
}

func newParser(src string, kotlin bool) *parser {
	return &parser{
		lexer: lexer{src: src, line: 1, kotlin: kotlin}, values: gradlevalues.Properties{},
		bare: map[int]bool{}, versions: map[string]string{},
		blocks: []block{{meaning: other, defines: true}},
	}
}

func (p *parser) top() *block { return &p.blocks[len(p.blocks)-1] }

// parse reads the script to its end or to a fault.
func (p *parser) parse() error {
	for {
		t, err := p.lexer.next()
		if err != nil {
			p.finish()
			return err
		}
		switch {
		case t.kind == end:
			p.finish()
			if len(p.blocks) > 1 {
				return errs.AtLine(p.top().line, "a block without an end")
			}
			return nil
		case t.kind == newline:
			if p.depth == 0 && !p.goesOn() {
				p.finish()
			}
		case t.is(";"):
			p.finish()
		case t.is("{"):
			if err := p.open(t.line); err != nil {
				return err
			}
		case t.is("}"):
			p.close(t.line)
		default:
			p.take(t)
		}
	}
}

// goesOn tells whether the statement must go on in the next line.
func (p *parser) goesOn() bool {
	if len(p.statement) == 0 {
		return false
	}
	last := p.statement[len(p.statement)-1]
	return last.kind == mark && strings.Contains(",=+:.?|&", last.text)
}

func (p *parser) take(t token) {
	switch {
	case t.is("(") || t.is("["):
		p.depth++
	case t.is(")") || t.is("]"):
		p.depth = max(p.depth-1, 0)
	}
	if len(p.statement) < maxStatement {
		p.statement = append(p.statement, t)
	} else if !p.cut {
		p.cut = true
		if c := p.top().meaning; c != other && c != nothing {
			p.file.Fault(t.line, "a statement of more than %d words is not read to its end", maxStatement)
		}
	}
}

// finish ends a statement and reads it.
func (p *parser) finish() {
	if len(p.statement) > 0 {
		p.read(p.statement)
	}
	p.statement, p.depth, p.cut = p.statement[:0], 0, false
}

func (p *parser) open(line int) error {
	if len(p.blocks) >= maxBlocks {
		return errs.AtLine(line, "blocks are nested deeper than %d", maxBlocks)
	}
	depth := p.depth
	b := p.block(p.statement)
	b.line, b.depth = line, depth
	p.blocks = append(p.blocks, b)
	p.statement, p.depth, p.cut = p.statement[:0], 0, false
	return nil
}

// close goes back to the statement around the block, of which only the end is
// still to come.
func (p *parser) close(line int) {
	p.finish()
	if len(p.blocks) == 1 {
		p.file.Fault(line, "a block is closed that is not open")
		return
	}
	p.depth = p.top().depth
	p.blocks = p.blocks[:len(p.blocks)-1]
}

// head is the last name of the path that a statement begins with.
func head(statement []token) string {
	if len(statement) == 0 || statement[0].kind == mark {
		return ""
	}
	name := statement[0].text
	return name[strings.LastIndexByte(name, '.')+1:]
}

// block says what a block means by the statement that it belongs to.
func (p *parser) block(statement []token) block {
	around := *p.top()
	b := block{meaning: nothing, test: around.test, build: around.build, manages: around.manages}
	name := head(statement)
	switch around.meaning {
	case other:
		p.read(statement)
		return p.otherBlock(name, statement, around)
	case dependencies:
		switch name {
		case "constraints":
			b.meaning = constraints
		case "if", "else", "for", "when", "while", "try", "catch", "finally", "each", "forEach", "with", "":
			b.meaning = dependencies
		case "modules", "components", "artifactTypes", "attributesSchema":
		default:
			b.meaning, b.list, b.from = detail, &p.file.Declared, len(p.file.Declared)
			p.read(statement)
		}
	case constraints:
		b.meaning, b.list, b.from = detail, &p.managed, len(p.managed)
		p.read(statement)
	case detail:
		if name == "version" {
			b.meaning, b.list, b.from = versionDetail, around.list, around.from
		}
	case management:
		switch name {
		case "imports":
			b.meaning = managedImports
		case "dependencies":
			b.meaning = managedEntries
		}
	case managedEntries:
		if name == "dependencySet" {
			b.meaning = managedSet
			b.module = p.set(statement[1:])
		}
		p.read(statement)
	case managedImports, managedSet, plugins:
		p.read(statement)
	case catalogs:
		if c := p.catalogOf(statement); c != nil {
			b.meaning, b.catalog = catalogEntries, c
		}
	case catalogEntries:
		if b.rich = p.catalogEntry(statement, around.catalog); b.rich != nil {
			b.meaning = catalogRich
		}
	}
	return b
}

func (p *parser) otherBlock(name string, statement []token, around block) block {
	b := block{meaning: other, test: around.test, build: around.build, manages: around.manages}
	switch name {
	case "dependencies": // in Kotlin also of a source set: jvmTest.dependencies
		b.meaning, b.test = dependencies, b.test || isTest([]token{{text, strings.TrimSuffix(statement[0].text, ".dependencies"), 0}})
	case "plugins":
		b.meaning = plugins
	case "ext", "extra":
		b.meaning = values
	case "dependencyManagement":
		b.meaning = management
	case "pluginManagement":
		b.manages, b.defines = true, around.defines
	case "versionCatalogs":
		b.meaning = catalogs
	case "apply":
		switch {
		case len(statement) > 1:
		case statement[0].text == "apply":
			b.meaning = applying
		case around.defines && head([]token{{word, strings.TrimSuffix(statement[0].text, ".apply"), 0}}) == "extra":
			b.meaning = values
		}
	case "buildscript":
		b.build, b.defines = true, around.defines
	case "allprojects", "subprojects", "project", "configure":
		b.defines = around.defines
	case "if", "else", "for", "when", "while", "try", "catch", "finally":
	default:
		b.test = b.test || isTest(statement)
	}
	return b
}

// isTest tells whether a block belongs to a source set of tests: "jvmTest",
// "val jvmTest by getting", named("integrationTest").
func isTest(statement []token) bool {
	for _, t := range statement[:min(len(statement), maxExpression)] {
		if t.kind != mark && gradleconf.Scope(t.text) == inventory.ScopeTest {
			return true
		}
	}
	return false
}

// read reads one statement by the block in which it stands.
func (p *parser) read(statement []token) {
	switch b := p.top(); b.meaning {
	case other:
		applies := len(statement) > 1 && head(statement) == "apply" && p.appliesScript(statement[1:])
		if !applies && b.defines {
			p.define(statement)
		}
	case values:
		p.define(statement)
	case dependencies:
		if !p.define(statement) {
			p.dependency(statement, &p.file.Declared)
		}
	case constraints:
		p.dependency(statement, &p.managed)
	case versionDetail:
		p.version(statement, b)
	case plugins:
		p.plugin(statement)
	case managedImports:
		p.bom(statement)
	case managedEntries:
		p.managedEntry(statement)
	case managedSet:
		p.setEntry(statement, b.module)
	case catalogEntries:
		p.catalogEntry(statement, b.catalog)
	case catalogRich:
		p.rich(statement, b.rich)
	case applying:
		if all := arguments(statement[1:]); head(statement) == "from" && len(all) > 0 {
			p.apply(all[0].tokens)
		}
	}
}

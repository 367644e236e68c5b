package pnpmlock

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/npm/npmspec"
	"github.com/assay-sca/assay/internal/extract/npm/refgraph"
	"github.com/assay-sca/assay/internal/inventory"
)

// builder turns fields into packages.
type builder struct {
	file    extract.File
	version string
	style   style
	flags   bool // the version tells scopes by flags of packages

	section  section
	folder   string // of the importer being read
	group    group
	sections refgraph.Names // keys of the document
	packages refgraph.Names // keys of the section, to find repeated ones
	names    refgraph.Names // keys of the group

	graph      *refgraph.Graph
	entry      entry
	snapshots  []bool // by package: the lock has its dependencies
	bundles    int
	directs    []direct
	specifiers map[importerName]string // version 5 lists them apart
}

// importerName is a dependency in one of the project's folders.
type importerName struct{ folder, name string }

// direct is a dependency of the project itself.
type direct struct {
	importerName
	version, specifier string
	scope              inventory.Scope
	line               int
}

// section is a key of the document itself.
type section uint8

const (
	elsewhere section = iota
	rootImporter
	importers
	packages
	snapshots
)

// group is a field of an importer or package that has fields itself.
type group uint8

const (
	noGroup group = iota
	runtimeGroup
	devGroup
	optionalGroup
	buildGroup
	specifierGroup
	resolutionGroup
)

// groups are those of importers; only the first and third are packages' too.
var groups = map[string]group{
	"dependencies":               runtimeGroup,
	"devDependencies":            devGroup,
	"optionalDependencies":       optionalGroup,
	"configDependencies":         buildGroup,
	"packageManagerDependencies": buildGroup,
	"specifiers":                 specifierGroup,
}

var scopes = [...]inventory.Scope{
	runtimeGroup:  inventory.ScopeRuntime,
	devGroup:      inventory.ScopeDev,
	optionalGroup: inventory.ScopeOptional,
	buildGroup:    inventory.ScopeBuild,
}

func newBuilder(size int) *builder {
	n := size/200 + 1 // about that much is written about a package
	return &builder{
		file:       extract.File{Packages: make([]extract.Package, 0, n), DirectKnown: true},
		graph:      refgraph.New(n),
		entry:      entry{at: refgraph.Nothing},
		specifiers: map[importerName]string{},
	}
}

func (b *builder) fault(line int, words string) { b.file.Fault(line, "%s", words) }

func (b *builder) document() {
	b.flush()
	b.sections.Reset()
	b.section = elsewhere
}

func (b *builder) field(depth, line int, key, value string) {
	if depth == 0 {
		b.top(line, key, value)
		return
	}
	switch b.section {
	case rootImporter:
		b.importer(depth+2, line, key, value)
	case importers:
		b.importer(depth, line, key, value)
	case packages:
		b.pkg(depth, line, key, value)
	case snapshots:
		b.snapshot(depth, line, key, value)
	}
}

// top reads a key of the document.
func (b *builder) top(line int, key, value string) {
	b.flush()
	if b.sections.Add(key) {
		b.file.Fault(line, "duplicate section %q", key)
	}
	b.packages.Reset()
	b.section, b.group = elsewhere, noGroup
	switch key {
	case "lockfileVersion":
		b.setVersion(line, value)
	case "importers":
		b.section = importers
	case "packages":
		b.section = packages
	case "snapshots":
		b.section = snapshots
	default:
		// A lock of one project may have the project's fields at the top.
		if b.group = groups[key]; b.group != noGroup {
			b.section, b.folder = rootImporter, "."
			b.names.Reset()
		}
	}
}

func (b *builder) setVersion(line int, text string) {
	b.version = text
	number := text[:len(text)-len(strings.TrimLeft(text, "0123456789"))]
	major, err := strconv.Atoi(number)
	switch {
	case err != nil:
		b.file.Fault(line, "lockfileVersion %q is no number", text)
	case major < 5:
		b.file.Fault(line, "lockfileVersion %q is older than any that is known", text)
		b.style, b.flags = slashStyle, true
	case major == 5:
		b.style, b.flags = slashStyle, true
	case major == 6:
		b.style, b.flags = slashAtStyle, true
	case major > 9:
		b.file.Fault(line, "lockfileVersion %q is newer than any that is known", text)
	}
}

// importer reads the fields below "importers", at depth 1 the folders.
func (b *builder) importer(depth, line int, key, value string) {
	switch depth {
	case 1:
		if b.packages.Add(key) {
			b.file.Fault(line, "duplicate importer %q", key)
		}
		b.folder, b.group = key, noGroup
		if key != "." {
			b.file.Members = append(b.file.Members, strings.Clone(key))
		}
	case 2:
		b.group = groups[key]
		b.names.Reset()
	case 3:
		b.wanted(line, key, value)
	case 4:
		b.detail(key, value)
	}
}

// wanted reads a dependency of an importer.
func (b *builder) wanted(line int, name, version string) {
	if b.group == noGroup {
		return
	}
	if b.names.Add(name) {
		b.file.Fault(line, "duplicate dependency %q", name)
	}
	which := importerName{b.folder, name}
	if b.group == specifierGroup {
		b.specifiers[which] = version
		return
	}
	b.directs = append(b.directs, direct{which, version, "", scopes[b.group], line})
}

// detail reads what newer locks write below a dependency of an importer.
func (b *builder) detail(key, value string) {
	if b.group == noGroup || b.group == specifierGroup || len(b.directs) == 0 {
		return
	}
	last := &b.directs[len(b.directs)-1]
	switch key {
	case "specifier":
		last.specifier = value
	case "version":
		last.version = value
	}
}

// finish ends the file. Only a file that was read as a whole can lack something.
func (b *builder) finish(whole bool) extract.File {
	b.flush()
	if whole {
		b.missing()
	}
	for _, d := range b.directs {
		if ref, ok := b.style.dependency(d.name, d.version); ok {
			b.graph.Refer(ref)
		}
	}
	b.graph.FillByName()
	for _, d := range b.directs {
		b.mark(d)
	}
	for i := range b.file.Packages {
		if pkg := &b.file.Packages[i]; len(pkg.Declared) > 1 {
			slices.Sort(pkg.Declared)
			pkg.Declared = slices.Compact(pkg.Declared)
		}
	}
	b.file.Edges = b.graph.Edges()
	if b.bundles > 0 {
		b.file.Notes = append(b.file.Notes, fmt.Sprintf("%d packages bundle others, which the lock does not list", b.bundles))
	}
	return b.file
}

// mark makes a package a direct dependency.
func (b *builder) mark(d direct) {
	ref, ok := b.style.dependency(d.name, d.version)
	if !ok {
		return
	}
	at, _ := b.graph.Find(ref)
	if at == refgraph.Nothing {
		return
	}
	pkg := &b.file.Packages[at]
	pkg.Direct = true
	if !b.flags {
		pkg.Scope = pkg.Scope.Wider(d.scope)
	}
	if d.specifier == "" {
		d.specifier = b.specifiers[d.importerName]
	}
	if d.specifier != "" {
		pkg.Declared = append(pkg.Declared, strings.Clone(npmspec.Parse(d.name, d.specifier).Range))
	}
}

package pnpmlock

import (
	"strings"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/npm/npmspec"
	"github.com/assay-sca/assay/internal/extract/npm/refgraph"
	"github.com/assay-sca/assay/internal/inventory"
)

// entry is what is known so far of the package being read.
type entry struct {
	at            int // the package's index, refgraph.Nothing for none
	key           string
	ref           refgraph.Ref
	name, version string
	dev, optional bool
	resolution    resolution
}

// resolution says where a package's code is.
type resolution struct{ integrity, tarball, directory, repo, commit string }

// pkg reads the fields below "packages".
func (b *builder) pkg(depth, line int, key, value string) {
	switch depth {
	case 1:
		b.begin(line, key)
	case 2:
		b.attribute(key, value)
	case 3:
		if b.group == resolutionGroup {
			b.entry.resolution.set(key, value)
			return
		}
		b.depend(line, key, value)
	}
}

// begin starts a package, or another form of one with other peers.
func (b *builder) begin(line int, key string) {
	b.flush()
	b.group = noGroup
	if key == "" {
		b.file.Fault(line, "package without a name")
		return
	}
	if b.packages.Add(key) {
		b.file.Fault(line, "duplicate package %q", key)
	}
	b.entry = entry{at: refgraph.Nothing, key: key, ref: b.style.key(key)}
	b.entry.at = b.listed(line, b.entry.ref)
}

// listed returns the index of a package, which is listed now if it was not.
func (b *builder) listed(line int, ref refgraph.Ref) int {
	at, defined := b.graph.Find(ref)
	if defined {
		return at
	}
	at = len(b.file.Packages)
	b.file.Packages = append(b.file.Packages, extract.Package{Line: line})
	b.snapshots = append(b.snapshots, false)
	b.graph.Define(ref, at)
	return at
}

func (b *builder) attribute(key, value string) {
	b.group = noGroup
	switch key {
	case "resolution":
		b.group = resolutionGroup
	case "name":
		b.entry.name = value
	case "version":
		b.entry.version = value
	case "dev":
		b.entry.dev = value == "true"
	case "optional":
		b.entry.optional = value == "true"
	case "bundledDependencies", "bundleDependencies":
		b.bundles++
	case "dependencies", "optionalDependencies":
		b.group = groups[key]
		b.names.Reset()
	}
}

func (r *resolution) set(key, value string) {
	switch key {
	case "integrity":
		r.integrity = value
	case "tarball":
		r.tarball = value
	case "directory":
		r.directory = value
	case "repo":
		r.repo = value
	case "commit":
		r.commit = value
	}
}

// depend reads a dependency of the package being read.
func (b *builder) depend(line int, name, version string) {
	if b.group == noGroup || b.entry.at == refgraph.Nothing {
		return
	}
	if b.names.Add(name) {
		b.file.Fault(line, "duplicate dependency %q", name)
	}
	if ref, ok := b.style.dependency(name, version); ok {
		b.graph.Depend(b.entry.at, ref)
	}
}

// snapshot reads the fields below "snapshots": packages with certain peers.
func (b *builder) snapshot(depth, line int, key, value string) {
	switch depth {
	case 1:
		b.begin(line, key)
		if b.entry.at != refgraph.Nothing {
			b.snapshots[b.entry.at] = true
		}
	case 2:
		b.group = noGroup
		if key == "dependencies" || key == "optionalDependencies" {
			b.group = groups[key]
			b.names.Reset()
		}
	case 3:
		b.depend(line, key, value)
	}
}

// flush ends the package being read.
func (b *builder) flush() {
	e := &b.entry
	if e.at == refgraph.Nothing {
		return
	}
	pkg := &b.file.Packages[e.at]
	if pkg.Name == "" {
		b.identify(pkg)
	}
	if len(pkg.Integrity) == 0 && e.resolution.integrity != "" {
		pkg.Integrity = strings.Fields(strings.Clone(e.resolution.integrity))
	}
	if b.flags {
		pkg.Scope = pkg.Scope.Wider(e.scope())
	}
	e.at = refgraph.Nothing
}

// scope is what the flags of the versions 5 and 6 say.
func (e *entry) scope() inventory.Scope {
	switch {
	case e.dev:
		return inventory.ScopeDev
	case e.optional:
		return inventory.ScopeOptional
	}
	return inventory.ScopeRuntime
}

// identify tells a package's name, version and origin from its key and fields.
func (b *builder) identify(pkg *extract.Package) {
	e := &b.entry
	ref := e.ref
	if ref.Name == "" {
		if hosted, ok := b.style.registryKey(e.key); ok {
			ref = hosted
		}
	}
	name, version := ref.Name, e.version
	if e.name != "" {
		name = e.name
	}
	if name == "" {
		b.file.Fault(pkg.Line, "package %q has no name", e.key)
		name = e.key
	}
	if version == "" && isVersion(ref.Spec) {
		version = ref.Spec
	}
	origin := e.resolution.origin(isVersion(ref.Spec))
	if origin.Kind == inventory.OriginRegistry && !isVersion(ref.Spec) {
		origin = npmspec.Parse(name, e.ref.Spec).Origin
	}
	pkg.Name, pkg.Version = strings.Clone(name), strings.Clone(version)
	pkg.Origin = inventory.Origin{Kind: origin.Kind, Ref: strings.Clone(origin.Ref)}
}

// origin is where the code comes from. Registries may serve their archives from
// anywhere, so the URL of one tells nothing if the key has a version.
func (r *resolution) origin(registry bool) inventory.Origin {
	switch {
	case r.directory != "":
		return inventory.Origin{Kind: inventory.OriginPath, Ref: r.directory}
	case r.repo != "":
		return npmspec.Git(r.repo, r.commit)
	case r.tarball != "" && !registry:
		return npmspec.Source(r.tarball)
	}
	return inventory.Origin{}
}

package yarnlock

import (
	"strings"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/npm/npmspec"
	"github.com/assay-sca/assay/internal/inventory"
)

// localVersion is what berry writes for folders whose version it does not pin.
const localVersion = "0.0.0-use.local"

// classic makes a package of a v1 entry. Where it comes from shows in what was
// requested; the resolved URL of a registry's package may be anything.
func (b *builder) classic() extract.Package {
	e := &b.entry
	pkg := extract.Package{Version: e.version, Requests: make([]string, 0, len(e.requests))}
	for _, request := range e.requests {
		name, spec := npmspec.SplitName(request)
		asked := npmspec.Parse(name, spec)
		pkg.Requests = append(pkg.Requests, descriptor(name, asked))
		if asked.Origin.Kind != inventory.OriginRegistry {
			pkg.Origin = asked.Origin
			if e.name != "" {
				asked.Name = e.name
			}
		}
		// An alias tells the real name, which v1's own name field does not.
		if pkg.Name == "" || asked.Name != name {
			pkg.Name = asked.Name
		}
		if strings.HasPrefix(spec, "link:") {
			pkg.Version = "" // always 0.0.0
		}
	}
	if source := npmspec.Source(e.resolved); pkg.Origin.Kind == inventory.OriginURL && e.resolved != "" ||
		pkg.Origin.Kind != inventory.OriginPath && source.Kind == inventory.OriginGit {
		pkg.Origin = source
	}
	pkg.Integrity = hashes(e.integrity)
	if pkg.Integrity == nil && pkg.Origin.Kind != inventory.OriginGit {
		pkg.Integrity = sha1Of(e.resolved)
	}
	return pkg
}

// descriptor writes a request as manifests are read: "name@range", for an alias
// "alias@npm:name@range".
func descriptor(name string, asked npmspec.Spec) string {
	if asked.Name == name {
		return name + "@" + asked.Range
	}
	return name + "@npm:" + asked.Name + "@" + asked.Range
}

func hashes(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Fields(strings.Clone(text))
}

// sha1Of reads the hash that v1 appends to a URL, the only one in older files.
func sha1Of(resolved string) []string {
	_, hash, _ := strings.Cut(resolved, "#")
	if len(hash) != 40 || strings.Trim(hash, "0123456789abcdef") != "" {
		return nil
	}
	return []string{"sha1:" + hash}
}

// modern makes a package of a berry entry: its resolution says what it is. It
// returns false for workspaces, which are the project itself.
func (b *builder) modern() (extract.Package, bool) {
	e := &b.entry
	if e.resolved == "" {
		b.file.Fault(e.line, "entry has no resolution")
		e.resolved = e.requests[0]
	}
	name, where := npmspec.SplitName(e.resolved)
	if rest, ok := strings.CutPrefix(where, "virtual:"); ok {
		_, where, _ = strings.Cut(rest, "#")
	}
	pkg := extract.Package{Name: name, Version: e.version, Integrity: hashes(e.integrity)}
	if folder, ok := strings.CutPrefix(where, "workspace:"); ok {
		b.workspace(name, folder)
		pkg.Origin = inventory.Origin{Kind: inventory.OriginPath, Ref: folder}
		return pkg, e.version != localVersion && e.version != ""
	}
	if version, ok := strings.CutPrefix(where, "npm:"); ok {
		// "1.2.3::__archiveUrl=…" is how a registry's unusual URL is kept.
		pkg.Version, _, _ = strings.Cut(version, "::")
		return pkg, true
	}
	spec := npmspec.Parse(name, where)
	pkg.Name, pkg.Origin = spec.Name, spec.Origin
	if pkg.Version == localVersion {
		pkg.Version = ""
	}
	return pkg, true
}

// workspace records one of the project's own packages.
func (b *builder) workspace(name, folder string) {
	b.entry.workspace = true
	if folder == "." {
		b.file.Name = strings.Clone(name)
		return
	}
	b.file.Members = append(b.file.Members, strings.Clone(folder))
}

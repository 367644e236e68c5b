// Package pubspeclock reads pubspec.lock, Dart's lock.
package pubspeclock

import (
	"context"
	"strings"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/purl"
	"github.com/assay-sca/assay/internal/yamltree"
)

// Extractor reads pubspec.lock.
type Extractor struct{}

var _ extract.Extractor = (*Extractor)(nil)

// New returns the extractor.
func New() Extractor { return Extractor{} }

// Format describes pubspec.lock.
func (Extractor) Format() extract.Format {
	return extract.Format{
		Name:      "pubspec.lock",
		Ecosystem: purl.Pub,
		Role:      extract.Lock,
		Files:     "pubspec.lock",
		Manifests: []string{"pubspec.yaml"},
		Scopes:    true,
		Hashes:    true,
		Real:      true,
	}
}

// Wants accepts pubspec.lock in any folder.
func (Extractor) Wants(path string) bool {
	return path == "pubspec.lock" || strings.HasSuffix(path, "/pubspec.lock")
}

// Extract reads one lock.
func (Extractor) Extract(_ context.Context, in extract.Input) (extract.File, error) {
	doc, err := yamltree.Parse(in.Data)
	// Of a workspace the lock calls direct only what its root asks for: the
	// manifests know the rest.
	var l lock
	for _, d := range doc.Duplicates {
		l.file.Fault(d.Line, "key %q stands twice", d.Key)
	}
	packages := doc.Root.Get("packages")
	packages.Entries(l.entry)
	switch {
	case err != nil:
	case !doc.Root.IsMap():
		err = errs.AtLine(max(doc.Root.Line, 1), "not a mapping")
	case !packages.Exists():
		l.file.Fault(1, "there is no mapping %q", "packages")
	case !packages.IsMap() && !packages.IsNull():
		l.file.Fault(packages.Line, "%q is not a mapping", "packages")
	}
	return l.file, err
}

// lock is a pubspec.lock being read.
type lock struct {
	file extract.File
}

func (l *lock) entry(name string, v yamltree.Value) {
	if name == "" || !v.IsMap() {
		l.file.Fault(v.Line, "package %q is not a mapping", name)
		return
	}
	p := extract.Package{Name: name, Version: v.Get("version").String(), Line: v.Line}
	switch v.Get("dependency").String() {
	case "direct main":
		p.Direct, p.Scope = true, inventory.ScopeRuntime
	case "direct dev":
		p.Direct, p.Scope = true, inventory.ScopeDev
	case "direct overridden": // what for, the manifest tells
		p.Direct = true
	}
	description := v.Get("description")
	switch source := v.Get("source").String(); source {
	case "hosted":
		hosted(&p, description)
	case "git":
		p.Origin = git(description)
	case "path":
		path := description.Get("path").String()
		if description.IsScalar() {
			path = description.String()
		}
		p.Origin = inventory.Origin{Kind: inventory.OriginPath, Ref: path}
	case "sdk":
		// The version, 0.0.0, is a placeholder: the SDK's own is not in the lock.
		p.Origin = inventory.Origin{Kind: inventory.OriginPath, Ref: "sdk:" + description.String()}
	default:
		l.file.Fault(v.Line, "package %q is from an unknown source %q", name, source)
	}
	if p.Version == "" {
		l.file.Fault(v.Line, "package %q has no version", name)
	}
	l.file.Packages = append(l.file.Packages, p)
}

// hosted packages may go by another name on their server.
func hosted(p *extract.Package, description yamltree.Value) {
	if name := description.Get("name").String(); name != "" {
		p.Name = name
	}
	if sum := description.Get("sha256").String(); sum != "" {
		p.Integrity = []string{"sha256:" + sum}
	}
}

func git(description yamltree.Value) inventory.Origin {
	ref := description.Get("url").String()
	if commit := description.Get("resolved-ref").String(); commit != "" {
		ref += "@" + commit
	}
	return inventory.Origin{Kind: inventory.OriginGit, Ref: ref}
}

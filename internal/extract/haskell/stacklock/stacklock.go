// Package stacklock reads stack.yaml.lock, the lock of Haskell's Stack.
package stacklock

import (
	"context"
	"fmt"
	"strings"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/purl"
	"github.com/assay-sca/assay/internal/yamltree"
)

// Extractor reads stack.yaml.lock.
type Extractor struct{}

var _ extract.Extractor = (*Extractor)(nil)

// New returns the extractor.
func New() Extractor { return Extractor{} }

// Format describes stack.yaml.lock.
func (Extractor) Format() extract.Format {
	return extract.Format{
		Name:      "stack.yaml.lock",
		Ecosystem: purl.Hackage,
		Role:      extract.Lock,
		Files:     "stack.yaml.lock",
		Hashes:    true,
		Real:      true,
	}
}

// Wants accepts the lock of stack.yaml and of the like, such as
// stack-ghc9.yaml.lock, in any folder.
func (Extractor) Wants(path string) bool {
	base := path[strings.LastIndexByte(path, '/')+1:]
	return strings.HasPrefix(base, "stack") && strings.HasSuffix(base, ".yaml.lock")
}

// Extract reads one lock. All that it lists stands in stack.yaml; what comes from
// the snapshot is not listed.
func (Extractor) Extract(_ context.Context, in extract.Input) (extract.File, error) {
	doc, err := yamltree.Parse(in.Data)
	l := lock{file: extract.File{DirectKnown: true}, seen: map[identity]bool{}}
	for _, d := range doc.Duplicates {
		l.file.Fault(d.Line, "key %q stands twice", d.Key)
	}
	packages := doc.Root.Get("packages")
	for _, item := range packages.Items() {
		l.entry(item)
	}
	for _, item := range doc.Root.Get("snapshots").Items() {
		l.snapshot(item)
	}
	switch {
	case err != nil:
	case !doc.Root.IsMap():
		err = errs.AtLine(max(doc.Root.Line, 1), "not a mapping")
	case !packages.Exists():
		l.file.Fault(1, "there is no list %q", "packages")
	case !packages.IsList() && !packages.IsNull():
		l.file.Fault(packages.Line, "%q is not a list", "packages")
	}
	return l.file, err
}

// lock is a stack.yaml.lock being read.
type lock struct {
	file extract.File
	seen map[identity]bool
}

// identity is a package: it may be locked once.
type identity struct{ name, version, origin string }

func (l *lock) entry(v yamltree.Value) {
	done := v.Get("completed")
	if !done.IsMap() {
		l.file.Fault(max(v.Line, 1), "a package that is not completed")
		return
	}
	p := extract.Package{Line: v.Line, Direct: true}
	if hackage := done.Get("hackage"); hackage.Exists() {
		var sum string
		p.Name, p.Version, sum = fromHackage(hackage.String())
		if sum != "" {
			p.Integrity = []string{"sha256:" + sum}
		}
	} else {
		p.Name, p.Version, p.Origin = done.Get("name").String(), done.Get("version").String(), origin(done)
	}
	if p.Name == "" || p.Version == "" {
		l.file.Fault(v.Line, "a package without a name and a version")
		if p.Name == "" {
			return
		}
	}
	id := identity{p.Name, p.Version, p.Origin.Ref}
	if l.seen[id] {
		l.file.Fault(v.Line, "package %q stands twice", p.Name)
	}
	l.seen[id] = true
	l.file.Packages = append(l.file.Packages, p)
}

// fromHackage splits "name-1.2.3@sha256:hash,size". The hash is that of the
// package's description at its revision.
func fromHackage(text string) (name, version, sum string) {
	text, revision, _ := strings.Cut(text, "@")
	if hash, ok := strings.CutPrefix(revision, "sha256:"); ok {
		sum, _, _ = strings.Cut(hash, ",")
	}
	dash := strings.LastIndexByte(text, '-')
	if dash < 0 {
		return text, "", sum
	}
	return text[:dash], text[dash+1:], sum
}

// origin reads where a package is from that is not on Hackage.
func origin(done yamltree.Value) inventory.Origin {
	for _, kind := range [...]string{"git", "hg"} {
		url := done.Get(kind).String()
		if url == "" {
			continue
		}
		if commit := done.Get("commit").String(); commit != "" {
			url += "@" + commit
		}
		if kind == "hg" {
			return inventory.Origin{Kind: inventory.OriginURL, Ref: url}
		}
		return inventory.Origin{Kind: inventory.OriginGit, Ref: url}
	}
	for _, kind := range [...]string{"url", "archive"} {
		if url := done.Get(kind).String(); url != "" {
			return inventory.Origin{Kind: inventory.OriginURL, Ref: url}
		}
	}
	return inventory.Origin{Kind: inventory.OriginURL}
}

// snapshot notes what most packages come from: its list is not in the project.
func (l *lock) snapshot(v yamltree.Value) {
	original := v.Get("original")
	name := original.String()
	for _, key := range [...]string{"resolver", "url"} {
		if name == "" {
			name = original.Get(key).String()
		}
	}
	if name != "" {
		l.file.Notes = append(l.file.Notes,
			fmt.Sprintf("packages of the snapshot %.100q are not listed in this file", name))
	}
}

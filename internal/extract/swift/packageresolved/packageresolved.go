// Package packageresolved reads Package.resolved, the lockfile of the Swift
// package manager, in its versions 1, 2 and 3.
package packageresolved

import (
	"context"
	"strings"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/jsonfile"
	"github.com/assay-sca/assay/internal/extract/swift/repository"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/jsonstream"
	"github.com/assay-sca/assay/internal/purl"
)

// Extractor reads Package.resolved.
type Extractor struct{}

var _ extract.Extractor = (*Extractor)(nil)

// New returns the extractor.
func New() Extractor { return Extractor{} }

// Format describes Package.resolved.
func (Extractor) Format() extract.Format {
	return extract.Format{
		Name:      "Package.resolved",
		Ecosystem: purl.Swift,
		Role:      extract.Lock,
		Files:     "Package.resolved",
		Manifests: []string{"Package.swift"},
		Hashes:    true,
		Real:      true,
	}
}

// Wants accepts Package.resolved in any folder: Xcode keeps it deep in a project.
func (Extractor) Wants(path string) bool {
	return path[strings.LastIndexByte(path, '/')+1:] == "Package.resolved"
}

// Extract reads one lock.
func (Extractor) Extract(_ context.Context, in extract.Input) (extract.File, error) {
	l := &lock{r: jsonstream.New(in.Data), seen: map[string]bool{}}
	err := jsonfile.Object(l.r, l.field)
	if err == nil && !l.pinned {
		err = errs.AtLine(l.r.Line(), "there are no pins")
	}
	return l.file, err
}

// lock is a Package.resolved being read.
type lock struct {
	r      *jsonstream.Reader
	file   extract.File
	seen   map[string]bool
	pinned bool
}

// field reads a member of the whole; version 1 has its pins in "object".
func (l *lock) field(name string) error {
	switch name {
	case "object":
		return l.r.Object(l.field)
	case "pins":
		if l.pinned {
			l.file.Fault(l.r.Line(), "the key %q stands twice", name)
		}
		if l.r.Kind() != '[' {
			l.file.Fault(l.r.Line(), "%q is not an array", name)
		}
		l.pinned = true
		return l.r.Array(l.pin)
	case "version":
		version, err := l.r.Scalar()
		if err == nil && version != "1" && version != "2" && version != "3" {
			l.file.Fault(l.r.Line(), "version %q of the format is not known", version)
		}
		return err
	}
	return l.r.Skip()
}

type pin struct{ identity, kind, location, branch, revision, version string }

func (l *lock) pin() error {
	var p pin
	line := 0
	isObject := l.r.Kind() == '{'
	err := l.r.Object(func(name string) (err error) {
		if line == 0 {
			line = l.r.Line()
		}
		switch name {
		case "identity", "package":
			p.identity, err = l.r.String()
		case "kind":
			p.kind, err = l.r.String()
		case "location", "repositoryURL":
			p.location, err = l.r.String()
		case "state":
			err = l.r.Object(func(name string) error { return l.state(&p, name) })
		default:
			err = l.r.Skip()
		}
		return err
	})
	if line == 0 {
		line = l.r.Line()
	}
	if err != nil || !isObject {
		if err == nil {
			l.file.Fault(line, "a pin is not an object")
		}
		return err
	}
	l.add(p, line)
	return nil
}

func (l *lock) state(p *pin, name string) (err error) {
	switch name {
	case "branch":
		p.branch, err = l.r.String()
	case "revision":
		p.revision, err = l.r.String()
	case "version":
		p.version, err = l.r.String()
	default:
		err = l.r.Skip()
	}
	return err
}

func (l *lock) add(p pin, line int) {
	pkg := extract.Package{Name: p.identity, Version: p.version, Line: line}
	name, remote := repository.Name(p.location)
	switch {
	case remote:
		pkg.Name = name
		if p.version == "" {
			pkg.Origin = inventory.Origin{Kind: inventory.OriginGit, Ref: at(p.location, p.revision, p.branch)}
		}
	case p.location != "" && p.kind != "registry":
		pkg.Origin = inventory.Origin{Kind: inventory.OriginPath, Ref: p.location}
	}
	if pkg.Name == "" || p.version == "" && p.revision == "" && p.branch == "" {
		l.file.Fault(line, "a pin without a name or a state")
	}
	if pkg.Name == "" {
		return
	}
	if l.seen[pkg.Name] {
		l.file.Fault(line, "package %q is pinned twice", pkg.Name)
	}
	l.seen[pkg.Name] = true
	if p.revision != "" {
		pkg.Integrity = []string{"git:" + p.revision}
	}
	l.file.Packages = append(l.file.Packages, pkg)
}

func at(location, revision, branch string) string {
	switch {
	case revision != "":
		return location + "@" + revision
	case branch != "":
		return location + "@" + branch
	}
	return location
}

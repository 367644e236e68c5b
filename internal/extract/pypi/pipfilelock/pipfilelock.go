// Package pipfilelock reads Pipfile.lock.
package pipfilelock

import (
	"context"
	"path"
	"strings"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/pypi/pep508"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/jsonstream"
	"github.com/assay-sca/assay/internal/purl"
)

// Extractor reads Pipfile.lock.
type Extractor struct{}

var _ extract.Extractor = (*Extractor)(nil)

// New returns the extractor.
func New() Extractor { return Extractor{} }

// Format describes Pipfile.lock. It lists what is installed flat, without edges.
func (Extractor) Format() extract.Format {
	return extract.Format{
		Name: "Pipfile.lock", Ecosystem: purl.PyPI, Role: extract.Lock, Files: "Pipfile.lock",
		Manifests: []string{"Pipfile"}, Scopes: true, Hashes: true,
		Real: true,
	}
}

// Wants accepts Pipfile.lock in any folder.
func (Extractor) Wants(name string) bool { return path.Base(name) == "Pipfile.lock" }

// Extract reads a Pipfile.lock: an object of categories, each an object of
// packages.
func (Extractor) Extract(_ context.Context, in extract.Input) (extract.File, error) {
	r := reader{json: jsonstream.New(in.Data)}
	if kind := r.json.Kind(); kind != '{' && kind != 0 {
		return r.file, errs.AtLine(1, "not a Pipfile.lock: its top is no object")
	}
	categories := make(map[string]bool)
	err := r.json.Object(func(name string) error {
		if categories[name] {
			r.file.Fault(r.json.Line(), "category %q is listed twice", name)
		}
		categories[name] = true
		if name == "_meta" {
			return r.json.Skip()
		}
		return r.category(name)
	})
	if err == nil {
		err = r.json.End()
	}
	return r.file, err
}

type reader struct {
	json *jsonstream.Reader
	file extract.File
}

// category reads one set of packages: "default" is for production, "develop" and
// those of other names are for who works on the project.
func (r *reader) category(name string) error {
	if r.json.Kind() != '{' {
		r.file.Fault(r.json.Line(), "category %q is no object", name)
	}
	scope := inventory.ScopeDev
	if name == "default" {
		scope = inventory.ScopeRuntime
	}
	seen := make(map[string]bool)
	return r.json.Object(func(key string) error {
		if seen[key] {
			r.file.Fault(r.json.Line(), "package %q is listed twice in %q", key, name)
		}
		seen[key] = true
		return r.entry(extract.Package{Name: key, Scope: scope, Line: r.json.Line()})
	})
}

func (r *reader) entry(p extract.Package) error {
	var s source
	if r.json.Kind() == '"' { // locks of 2017: "name": "==1.0"
		version, err := r.json.String()
		p.Version = pep508.Pin(version)
		r.add(p, s)
		return err
	}
	if r.json.Kind() != '{' {
		r.file.Fault(r.json.Line(), "package %q is no object", p.Name)
		return r.json.Skip()
	}
	err := r.json.Object(func(key string) error {
		switch key {
		case "version":
			version, err := r.json.String()
			p.Version = pep508.Pin(version)
			return err
		case "hashes":
			return r.json.Array(func() error {
				hash, err := r.json.String()
				if hash != "" {
					p.Integrity = append(p.Integrity, hash)
				}
				return err
			})
		}
		return s.field(r.json, key)
	})
	r.add(p, s)
	return err
}

func (r *reader) add(p extract.Package, s source) {
	if s.path != "" && path.Clean(s.path) == "." {
		return // the project itself, installed for editing
	}
	if p.Name == "" {
		r.file.Fault(r.json.Line(), "a package without a name")
		return
	}
	p.Origin = s.origin()
	r.file.Packages = append(r.file.Packages, p)
}

// source is where an entry comes from when that is not an index.
type source struct{ kind, url, path, ref string }

func (s *source) field(json *jsonstream.Reader, key string) (err error) {
	switch key {
	case "git", "hg", "svn", "bzr":
		s.kind = key
		s.url, err = json.String()
	case "file", "url", "uri":
		s.url, err = json.String()
	case "path":
		s.path, err = json.String()
	case "ref":
		s.ref, err = json.String()
	default:
		err = json.Skip()
	}
	return err
}

func (s source) origin() inventory.Origin {
	switch {
	case s.path != "":
		return inventory.Origin{Kind: inventory.OriginPath, Ref: s.path}
	case s.url == "":
		return inventory.Origin{}
	case s.kind == "git":
		return pep508.Git(s.url, s.ref)
	case s.kind != "":
		return pep508.Origin(s.kind + "+" + strings.TrimPrefix(s.url, s.kind+"+") + "@" + s.ref)
	}
	return pep508.Origin(s.url)
}

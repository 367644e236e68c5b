// Package rebarlock reads rebar.lock, the lock of Erlang's rebar3.
package rebarlock

import (
	"context"
	"strings"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/hex/term"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/purl"
)

// Extractor reads rebar.lock.
type Extractor struct{}

var _ extract.Extractor = (*Extractor)(nil)

// New returns the extractor.
func New() Extractor { return Extractor{} }

// Format describes rebar.lock.
func (Extractor) Format() extract.Format {
	return extract.Format{
		Name:      "rebar.lock",
		Ecosystem: purl.Hex,
		Role:      extract.Lock,
		Files:     "rebar.lock",
		Hashes:    true,
	}
}

// Wants accepts rebar.lock in any folder.
func (Extractor) Wants(path string) bool {
	return path == "rebar.lock" || strings.HasSuffix(path, "/rebar.lock")
}

// Extract reads one lock: {"1.2.0", [packages]}. [hashes]., or of the first kind
// only [packages].
func (Extractor) Extract(_ context.Context, in extract.Input) (extract.File, error) {
	l := lock{r: term.NewErlang(string(in.Data)), byName: map[string]int{}, file: extract.File{DirectKnown: true}}
	err := l.read()
	return l.file, err
}

// lock is a rebar.lock being read.
type lock struct {
	file   extract.File
	r      *term.Reader
	byName map[string]int // indexes in file.Packages by the application's name
}

func (l *lock) read() error {
	first, err := l.form()
	packages := first
	if first.Kind == term.Tuple {
		packages = first.Item(1)
	}
	for _, entry := range packages.Items {
		l.entry(entry)
	}
	if err != nil {
		return err
	}
	if packages.Kind != term.List {
		return errs.AtLine(first.Line, "not a list of packages")
	}
	if first.Kind == term.List || l.r.Peek().Kind == term.EndToken {
		return l.r.Err()
	}
	hashes, err := l.form()
	l.hashes(hashes)
	return err
}

// form reads a term and the period that ends it.
func (l *lock) form() (term.Term, error) {
	t, err := l.r.Term()
	if err != nil {
		return t, err
	}
	if end := l.r.Next(); end.Text != "." {
		return t, errs.AtLine(end.Line, "the period at a term's end is missing")
	}
	return t, nil
}

// entry reads {<<"application">>, {pkg, <<"name">>, <<"version">>}, level}. What
// the project itself asks for has the level 0.
func (l *lock) entry(v term.Term) {
	app, source := v.Item(0), v.Item(1)
	if app.Kind != term.Text || app.Text == "" || source.Kind != term.Tuple {
		l.file.Fault(v.Line, "not a package with its source")
		return
	}
	p := extract.Package{Name: app.Text, Line: v.Line, Direct: v.Item(2).Text == "0"}
	switch kind := source.Item(0).Text; kind {
	case "pkg":
		if name := source.Item(1).Text; name != "" {
			p.Name = name
		}
		if p.Version = source.Item(2).Text; p.Version == "" {
			l.file.Fault(v.Line, "package %q has no version", app.Text)
		}
	case "git", "git_subdir", "hg":
		p.Origin = inventory.Origin{Kind: inventory.OriginGit, Ref: source.Item(1).Text}
		if kind == "hg" {
			p.Origin.Kind = inventory.OriginURL
		}
		if commit := source.Item(2).Item(1).Text; commit != "" {
			p.Origin.Ref += "@" + commit
		}
	default: // of a plugin
		p.Origin = inventory.Origin{Kind: inventory.OriginURL, Ref: source.Item(1).Text}
	}
	if _, twice := l.byName[app.Text]; twice {
		l.file.Fault(v.Line, "package %q stands twice", app.Text)
	}
	l.byName[app.Text] = len(l.file.Packages)
	l.file.Packages = append(l.file.Packages, p)
}

// hashes reads [{pkg_hash, [{<<"application">>, <<"hash">>}]}, {pkg_hash_ext, …}].
// The second are of the archives and replace those of their contents.
func (l *lock) hashes(v term.Term) {
	for _, list := range v.Items {
		kind := list.Item(0).Text
		if kind != "pkg_hash" && kind != "pkg_hash_ext" {
			continue
		}
		for _, entry := range list.Item(1).Items {
			at, ok := l.byName[entry.Item(0).Text]
			if hash := entry.Item(1).Text; ok && hash != "" {
				l.file.Packages[at].Integrity = []string{"sha256:" + hash}
			}
		}
	}
}

// Package composerlock reads composer.lock.
package composerlock

import (
	"cmp"
	"context"
	"strings"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/packagist/platform"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/jsonstream"
	"github.com/assay-sca/assay/internal/purl"
)

// Extractor reads composer.lock.
type Extractor struct{}

var _ extract.Extractor = (*Extractor)(nil)

// New returns the extractor.
func New() Extractor { return Extractor{} }

// Format describes composer.lock.
func (Extractor) Format() extract.Format {
	return extract.Format{
		Name:      "composer.lock",
		Ecosystem: purl.Packagist,
		Role:      extract.Lock,
		Files:     "composer.lock",
		Manifests: []string{"composer.json"},
		Edges:     true,
		Scopes:    true,
		Licences:  true,
		Hashes:    true,
		Real:      true,
	}
}

// Wants accepts composer.lock in any folder.
func (Extractor) Wants(path string) bool {
	return path == "composer.lock" || strings.HasSuffix(path, "/composer.lock")
}

// Extract reads one composer.lock.
func (Extractor) Extract(_ context.Context, in extract.Input) (extract.File, error) {
	l := lock{
		r:        jsonstream.New(in.Data),
		byName:   map[string]int{},
		replaced: map[string]int{},
		provided: map[string]int{},
		listed:   map[string]int{},
	}
	err := l.read()
	l.join()
	return l.file, err
}

// lock is a composer.lock being read.
type lock struct {
	file     extract.File
	r        *jsonstream.Reader
	seen     [2]bool // packages and packages-dev
	wanted   []want
	byName   map[string]int // indexes in file.Packages by the name in lower case
	replaced map[string]int // those that replace the named package
	provided map[string]int // those that provide it
	lists    int            // of names so far
	listed   map[string]int // the last list that a name stands in
}

// want is an edge whose end is not known yet.
type want struct {
	from int
	to   string
}

func (l *lock) read() error {
	if l.r.Kind() != '{' {
		if err := l.r.Skip(); err != nil {
			return err
		}
		return errs.AtLine(1, "not a JSON object")
	}
	if err := l.r.Object(l.field); err != nil {
		return err
	}
	if !l.seen[0] {
		l.file.Fault(l.r.Line(), "there is no list %q", "packages")
	}
	return l.r.End()
}

func (l *lock) field(name string) error {
	switch name {
	case "packages":
		return l.list(0, name, inventory.ScopeRuntime)
	case "packages-dev":
		return l.list(1, name, inventory.ScopeDev)
	}
	return l.r.Skip()
}

func (l *lock) list(key int, name string, scope inventory.Scope) error {
	if l.seen[key] {
		l.file.Fault(l.r.Line(), "key %q stands twice", name)
	}
	l.seen[key] = true
	switch l.r.Kind() {
	case '[':
		return l.r.Array(func() error { return l.entry(scope) })
	case 'n': // of a lock that was made without them
		return l.r.Skip()
	}
	err := l.r.Skip()
	if err == nil {
		l.file.Fault(l.r.Line(), "%q is not an array", name)
	}
	return err
}

// entry is one package being read.
type entry struct {
	extract.Package
	requires, replaces, provides []string // names in lower case
}

func (l *lock) entry(scope inventory.Scope) error {
	if l.r.Kind() != '{' {
		err := l.r.Skip()
		if err == nil {
			l.file.Fault(l.r.Line(), "a package is not an object")
		}
		return err
	}
	e := entry{Package: extract.Package{Scope: scope}}
	err := l.r.Object(func(name string) error {
		if e.Line == 0 || name == "name" {
			e.Line = l.r.Line()
		}
		return l.property(&e, name)
	})
	switch {
	case e.Name != "" && (err == nil || e.Version != ""):
		l.add(e)
	case err == nil:
		l.file.Fault(cmp.Or(e.Line, l.r.Line()), "a package without a name")
	}
	return err
}

func (l *lock) property(e *entry, name string) (err error) {
	switch name {
	case "name":
		e.Name, err = l.r.String()
	case "version":
		e.Version, err = l.version()
	case "dist":
		err = l.dist(e)
	case "license":
		e.Licences, err = l.licences()
	case "require":
		e.requires, err = l.names(name)
	case "replace":
		e.replaces, err = l.names(name)
	case "provide":
		e.provides, err = l.names(name)
	default:
		err = l.r.Skip()
	}
	return err
}

func (l *lock) add(e entry) {
	at, name := len(l.file.Packages), strings.ToLower(e.Name)
	if _, twice := l.byName[name]; twice {
		l.file.Fault(e.Line, "package %q stands twice", e.Name)
	}
	l.byName[name] = at
	for _, to := range e.requires {
		l.wanted = append(l.wanted, want{at, to})
	}
	for _, other := range e.replaces {
		setFirst(l.replaced, other, at)
	}
	for _, other := range e.provides {
		setFirst(l.provided, other, at)
	}
	l.file.Packages = append(l.file.Packages, e.Package)
}

// version drops the "v" before a number, as Composer does to compare.
func (l *lock) version() (string, error) {
	if l.r.Kind() != '"' {
		err := l.r.Skip()
		if err == nil {
			l.file.Fault(l.r.Line(), "a version is not text")
		}
		return "", err
	}
	v, err := l.r.String()
	if len(v) > 1 && (v[0] == 'v' || v[0] == 'V') && '0' <= v[1] && v[1] <= '9' {
		v = v[1:]
	}
	return v, err
}

// dist is what is installed. Packages of the registry name their repository as
// their source, so only a local folder tells another origin.
func (l *lock) dist(e *entry) error {
	var kind, url, sum string
	err := l.r.StringMap(func(name, value string) {
		switch name {
		case "type":
			kind = value
		case "url":
			url = value
		case "shasum":
			sum = value
		}
	})
	if kind == "path" {
		e.Origin = inventory.Origin{Kind: inventory.OriginPath, Ref: url}
	} else if sum != "" {
		e.Integrity = []string{"sha1:" + sum}
	}
	return err
}

// licences reads a list, or the one string of old locks.
func (l *lock) licences() (names []string, err error) {
	add := func() error {
		name, err := l.r.String()
		if name != "" {
			names = append(names, name)
		}
		return err
	}
	if l.r.Kind() == '[' {
		err = l.r.Array(add)
	} else {
		err = add()
	}
	return names, err
}

// names reads the real packages of an object of constraints, in lower case.
func (l *lock) names(list string) (names []string, err error) {
	l.lists++
	err = l.r.Object(func(name string) error {
		if name = strings.ToLower(name); !platform.Is(name) {
			if l.listed[name] == l.lists {
				l.file.Fault(l.r.Line(), "%q stands twice in %q", name, list)
				return l.r.Skip()
			}
			l.listed[name] = l.lists
			names = append(names, name)
		}
		return l.r.Skip()
	})
	return names, err
}

// join makes the edges. A name that is no locked package is one that another
// package replaces or provides.
func (l *lock) join() {
	l.file.Edges = make([]inventory.Edge, 0, len(l.wanted))
	for _, w := range l.wanted {
		for _, index := range [...]map[string]int{l.byName, l.replaced, l.provided} {
			to, ok := index[w.to]
			if !ok {
				continue
			}
			if to != w.from {
				l.file.Edges = append(l.file.Edges, inventory.Edge{From: w.from, To: to})
			}
			break
		}
	}
}

func setFirst(m map[string]int, key string, value int) {
	if _, known := m[key]; !known {
		m[key] = value
	}
}

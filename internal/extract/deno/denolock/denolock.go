// Package denolock reads deno.lock, the lockfile of Deno, in its versions 2 to
// 5: packages of npm and JSR. Modules that are named by their URL have neither
// name nor version and are counted only.
package denolock

import (
	"context"
	"fmt"
	"strings"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/jsonfile"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/jsonstream"
	"github.com/assay-sca/assay/internal/purl"
)

// Extractor reads deno.lock.
type Extractor struct{}

var _ extract.Extractor = (*Extractor)(nil)

// New returns the extractor.
func New() Extractor { return Extractor{} }

// Format describes deno.lock.
func (Extractor) Format() extract.Format {
	return extract.Format{
		Name:      "deno.lock",
		Ecosystem: purl.NPM,
		Role:      extract.Lock,
		Files:     "deno.lock",
		Edges:     true,
		Hashes:    true,
	}
}

// Wants accepts deno.lock in any folder.
func (Extractor) Wants(path string) bool {
	return path[strings.LastIndexByte(path, '/')+1:] == "deno.lock"
}

// Extract reads one lock.
func (Extractor) Extract(_ context.Context, in extract.Input) (extract.File, error) {
	l := &lock{
		r: jsonstream.New(in.Data), byKey: map[key]int{}, byName: map[key]int{}, specifiers: map[string]string{},
		nested: map[string]bool{}, file: extract.File{DirectKnown: true},
	}
	err := jsonfile.Object(l.r, jsonfile.Once(l.file.Fault, l.r, l.field, "specifiers", "jsr", "npm", "packages", "workspace"))
	l.finish()
	if err == nil && l.version == "" {
		err = errs.AtLine(1, "no version of the format")
	}
	return l.file, err
}

// lock is a deno.lock being read.
type lock struct {
	r          *jsonstream.Reader
	file       extract.File
	version    string
	remote     int
	byKey      map[key]int // by what the lock files an entry under
	byName     map[key]int // the first of a name
	specifiers map[string]string
	order      []string // of specifiers
	workspace  []string // what its members ask for
	members    bool     // there is a workspace
	nested     map[string]bool
	wanted     []want
}

// key names an entry: "name@version", for npm with its peers behind "_".
type key struct{ ecosystem, name string }

type want struct {
	from int
	to   string // "name", "name@version" or a specifier of JSR
}

func (l *lock) field(name string) (err error) {
	switch name {
	case "version":
		l.version, err = l.r.Scalar()
		switch l.version {
		case "2", "3", "4", "5":
		default:
			l.file.Fault(l.r.Line(), "version %q of the format is not known", l.version)
		}
		return err
	case "remote":
		return l.r.StringMap(func(_, _ string) { l.remote++ })
	case "workspace":
		l.members = true
		return l.r.Object(l.member)
	case "packages": // of version 3
		return l.r.Object(l.packages)
	case "specifiers", "jsr":
		return l.packages(name)
	case "npm":
		return l.r.Object(l.npm)
	}
	return l.r.Skip()
}

func (l *lock) packages(name string) error {
	switch name {
	case "specifiers":
		return l.r.StringMap(l.specifier)
	case "npm":
		return l.r.Object(func(id string) error { return l.entry(purl.NPM, id) })
	case "jsr":
		return l.r.Object(func(id string) error { return l.entry(purl.JSR, id) })
	}
	return l.r.Skip()
}

// npm reads the packages of npm: directly, or under "packages" in version 2.
func (l *lock) npm(name string) error {
	switch name {
	case "specifiers":
		return l.r.StringMap(func(request, id string) { l.specifier("npm:"+request, id) })
	case "packages":
		return l.r.Object(func(id string) error { return l.entry(purl.NPM, id) })
	}
	return l.entry(purl.NPM, name)
}

func (l *lock) specifier(request, resolved string) {
	if _, twice := l.specifiers[request]; twice {
		l.file.Fault(l.r.Line(), "specifier %q stands twice", request)
	}
	l.specifiers[request] = resolved
	l.order = append(l.order, request)
}

// member reads what the workspace or one of its members asks for.
func (l *lock) member(name string) error {
	switch name {
	case "dependencies":
		return jsonfile.Strings(l.r, func(s string) { l.workspace = append(l.workspace, s) })
	case "packageJson":
		return l.r.Object(l.member)
	case "members":
		return l.r.Object(func(string) error { return l.r.Object(l.member) })
	}
	return l.r.Skip()
}

func (l *lock) entry(ecosystem, id string) error {
	name, version, ok := split(id)
	p := extract.Package{Ecosystem: ecosystem, Name: name, Version: version, Line: l.r.Line()}
	at := len(l.file.Packages)
	if !ok {
		l.file.Fault(p.Line, "%q is not a package with its version", id)
		return l.r.Skip()
	}
	err := l.r.Object(func(field string) error {
		switch field {
		case "integrity":
			sum, err := l.r.String()
			if ecosystem == purl.JSR && sum != "" {
				sum = "sha256:" + sum
			}
			if sum != "" {
				p.Integrity = []string{sum}
			}
			return err
		case "dependencies", "optionalDependencies":
			return l.dependencies(at)
		}
		return l.r.Skip()
	})
	k := key{ecosystem, id}
	if _, twice := l.byKey[k]; twice {
		l.file.Fault(p.Line, "package %q stands twice", id)
	}
	l.file.Packages = append(l.file.Packages, p)
	l.byKey[k] = at
	if _, known := l.byName[key{ecosystem, name}]; !known {
		l.byName[key{ecosystem, name}] = at
	}
	return err
}

// dependencies reads an array, or the object of older versions.
func (l *lock) dependencies(from int) error {
	if l.r.Kind() == '{' {
		return l.r.StringMap(func(_, id string) { l.wanted = append(l.wanted, want{from, id}) })
	}
	return jsonfile.Strings(l.r, func(id string) { l.wanted = append(l.wanted, want{from, id}) })
}

// split takes "@scope/name@1.2.3_peer@4" apart.
func split(id string) (name, version string, ok bool) {
	at := strings.IndexByte(id[min(1, len(id)):], '@') + 1 // not that of a scope
	if at < 1 {
		return id, "", false
	}
	name = id[:at]
	version, _, _ = strings.Cut(id[at+1:], "_")
	return name, version, name != "" && version != ""
}

// finish makes the edges and finds what is direct: what the workspace asks for,
// else every specifier that no package of JSR has.
func (l *lock) finish() {
	made := map[inventory.Edge]bool{}
	for _, w := range l.wanted {
		l.nested[w.to] = true
		to, ok := l.find(l.file.Packages[w.from].Ecosystem, w.to)
		if e := (inventory.Edge{From: w.from, To: to}); ok && !made[e] {
			made[e] = true
			l.file.Edges = append(l.file.Edges, e)
		}
	}
	l.direct()
	if l.remote > 0 {
		l.file.Notes = append(l.file.Notes, fmt.Sprintf("%d modules are named by their URL and are not listed", l.remote))
	}
}

func (l *lock) direct() {
	requests := l.workspace
	if !l.members {
		requests = nil
		for _, request := range l.order {
			_, bare, _ := strings.Cut(request, ":")
			name, _, _ := split(bare)
			if !l.nested[request] && !l.nested["jsr:"+name] {
				requests = append(requests, request)
			}
		}
	}
	for _, request := range requests {
		if at, ok := l.find("", request); ok {
			p := &l.file.Packages[at]
			_, bare, _ := strings.Cut(request, ":")
			_, constraint, _ := split(bare)
			p.Direct = true
			if constraint != "" && (len(p.Declared) == 0 || p.Declared[0] != constraint) {
				p.Declared = append(p.Declared, constraint)
			}
		}
	}
}

// find resolves a dependency: an entry's key, a name that is there once, or a
// specifier such as "jsr:@a/b@^1".
func (l *lock) find(ecosystem, id string) (int, bool) {
	scheme, rest, ok := strings.Cut(id, ":")
	if ok && (scheme == "npm" || scheme == "jsr") {
		ecosystem = map[string]string{"npm": purl.NPM, "jsr": purl.JSR}[scheme]
		if resolved, known := l.specifiers[id]; known {
			// Version 3 has the whole, "npm:name@1.2.3", the later ones the version.
			if _, whole, ok := strings.Cut(resolved, ":"); ok {
				resolved = whole
			}
			if at, ok := l.byKey[key{ecosystem, resolved}]; ok {
				return at, true
			}
			name, _, _ := split(rest)
			rest = name + "@" + resolved
		}
		id = rest
	}
	if at, ok := l.byKey[key{ecosystem, id}]; ok {
		return at, true
	}
	at, ok := l.byName[key{ecosystem, id}]
	return at, ok
}

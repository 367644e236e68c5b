// Package modulelock reads MODULE.bazel.lock, the lockfile of Bazel's modules:
// the newer form, which lists the files taken from registries, and the older
// one with the graph of modules.
package modulelock

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

// Extractor reads MODULE.bazel.lock.
type Extractor struct{}

var _ extract.Extractor = (*Extractor)(nil)

// New returns the extractor.
func New() Extractor { return Extractor{} }

// Format describes MODULE.bazel.lock.
func (Extractor) Format() extract.Format {
	return extract.Format{
		Name:      "MODULE.bazel.lock",
		Ecosystem: purl.Bazel,
		Role:      extract.Lock,
		Files:     "MODULE.bazel.lock",
		Edges:     true,
		Hashes:    true,
	}
}

// Wants accepts MODULE.bazel.lock in any folder.
func (Extractor) Wants(path string) bool {
	return path[strings.LastIndexByte(path, '/')+1:] == "MODULE.bazel.lock"
}

// Extract reads one lock.
func (Extractor) Extract(_ context.Context, in extract.Input) (extract.File, error) {
	l := &lock{r: jsonstream.New(in.Data), byKey: map[string]int{}, names: map[string]bool{}}
	err := jsonfile.Object(l.r, l.field)
	l.finish()
	if err == nil && !l.known {
		err = errs.AtLine(l.r.Line(), "neither files of registries nor a graph of modules")
	}
	return l.file, err
}

// lock is a MODULE.bazel.lock being read.
type lock struct {
	r         *jsonstream.Reader
	file      extract.File
	known     bool
	byKey     map[string]int // "name@version" to index in file.Packages
	names     map[string]bool
	looked    map[string]bool // "name@version" whose module file was read, chosen or not
	wanted    []want
	rootWants []string
}

type want struct {
	from int
	to   string
}

func (l *lock) field(name string) error {
	switch name {
	case "registryFileHashes", "moduleDepGraph":
		if l.names[name] {
			l.file.Fault(l.r.Line(), "the key %q stands twice", name)
		}
		l.names[name] = true
		if l.r.Kind() != '{' {
			l.file.Fault(l.r.Line(), "%q is not an object", name)
		}
		l.known = true
	}
	switch name {
	case "registryFileHashes":
		l.looked = map[string]bool{}
		return l.r.Object(l.registryFile)
	case "moduleDepGraph":
		l.file.DirectKnown = true
		return l.r.Object(l.module)
	}
	return l.r.Skip()
}

// registryFile reads the hash of ".../modules/<name>/<version>/<file>". Bazel
// reads MODULE.bazel of every version that something asks for, but source.json
// only of those that it chose.
func (l *lock) registryFile(url string) error {
	line := l.r.Line()
	hash, err := l.r.String()
	if err != nil {
		return err
	}
	_, after, ok := cutLast(url, "/modules/")
	parts := strings.Split(after, "/")
	if !ok || len(parts) != 3 || parts[0] == "" || parts[1] == "" {
		return nil // bazel_registry.json and the like
	}
	key := parts[0] + "@" + parts[1]
	if parts[2] != "source.json" {
		l.looked[key] = true
		return nil
	}
	p := extract.Package{Name: parts[0], Version: parts[1], Line: line}
	if hash != "" {
		p.Integrity = []string{"sha256:" + hash}
	}
	l.add(key, p)
	return nil
}

func cutLast(s, separator string) (before, after string, ok bool) {
	at := strings.LastIndex(s, separator)
	if at < 0 {
		return s, "", false
	}
	return s[:at], s[at+len(separator):], true
}

func (l *lock) add(key string, p extract.Package) int {
	if _, twice := l.byKey[key]; twice {
		l.file.Fault(p.Line, "module %q stands twice", key)
	}
	l.byKey[key] = len(l.file.Packages)
	l.file.Packages = append(l.file.Packages, p)
	return l.byKey[key]
}

// module reads one of the graph's modules, the project itself as "<root>".
func (l *lock) module(key string) error {
	p := extract.Package{Line: l.r.Line()}
	var deps []string
	err := l.r.Object(func(name string) (err error) {
		switch name {
		case "name":
			p.Name, err = l.r.String()
		case "version":
			p.Version, err = l.r.String()
		case "deps":
			err = l.r.StringMap(func(_, to string) { deps = append(deps, to) })
		case "repoSpec":
			err = l.repoSpec(&p)
		default:
			err = l.r.Skip()
		}
		return err
	})
	switch {
	case err != nil:
		return err
	case key == "<root>":
		l.file.Name, l.rootWants = p.Name, deps
		return nil
	case strings.HasSuffix(key, "@_") && p.Origin.Kind == "" && builtIn(p.Name):
		return nil
	case p.Name == "":
		l.file.Fault(p.Line, "module %q has no name", key)
		return nil
	}
	at := l.add(key, p)
	for _, to := range deps {
		l.wanted = append(l.wanted, want{at, to})
	}
	return nil
}

// builtIn tells the modules that are part of Bazel.
func builtIn(name string) bool { return name == "bazel_tools" || name == "local_config_platform" }

// repoSpec tells where a module's code is fetched from.
func (l *lock) repoSpec(p *extract.Package) error {
	return l.r.Object(func(name string) error {
		if name != "attributes" {
			return l.r.Skip()
		}
		return l.r.Object(func(name string) error {
			switch name {
			case "integrity", "remote", "commit", "path":
			default:
				return l.r.Skip()
			}
			value, err := l.r.String()
			switch {
			case value == "":
			case name == "integrity":
				p.Integrity = []string{value}
			case name == "remote":
				p.Origin = inventory.Origin{Kind: inventory.OriginGit, Ref: value + p.Origin.Ref}
			case name == "commit":
				p.Origin = inventory.Origin{Kind: inventory.OriginGit, Ref: p.Origin.Ref + "@" + value}
			default:
				p.Origin = inventory.Origin{Kind: inventory.OriginPath, Ref: value}
			}
			return err
		})
	})
}

func (l *lock) finish() {
	for _, w := range l.wanted {
		if to, ok := l.byKey[w.to]; ok {
			l.file.Edges = append(l.file.Edges, inventory.Edge{From: w.from, To: to})
		}
	}
	for _, to := range l.rootWants {
		if at, ok := l.byKey[to]; ok {
			l.file.Packages[at].Direct = true
		}
	}
	others := 0
	for key := range l.looked {
		if _, chosen := l.byKey[key]; !chosen {
			others++
		}
	}
	if others > 0 {
		l.file.Notes = append(l.file.Notes, fmt.Sprintf("%d further versions were looked at and not chosen", others))
	}
}

// Package gradlelock reads Gradle's lockfiles: gradle.lockfile, which pins what a
// project's configurations resolved to, and buildscript-gradle.lockfile and
// settings-gradle.lockfile, which pin what the build itself runs on.
package gradlelock

import (
	"context"
	"strings"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/maven/gradleconf"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/lines"
	"github.com/assay-sca/assay/internal/purl"
)

// Extractor reads one of the two kinds of lockfile.
type Extractor struct{ buildscript bool }

var _ extract.Extractor = (*Extractor)(nil)

// New returns the extractor of gradle.lockfile.
func New() Extractor { return Extractor{} }

// NewBuildscript returns the extractor of the build's own lockfiles. They are a
// format by themselves: what a build script declares for its project is not in
// them, and must not be missed there.
func NewBuildscript() Extractor { return Extractor{buildscript: true} }

// Format describes the lockfiles.
func (e Extractor) Format() extract.Format {
	f := extract.Format{
		Name:      "gradle.lockfile",
		Ecosystem: purl.Maven,
		Role:      extract.Lock,
		Files:     "gradle.lockfile",
		Manifests: []string{"build.gradle"},
		Scopes:    true,
		Real:      true,
	}
	if e.buildscript {
		f.Name, f.Manifests = "buildscript-gradle.lockfile", nil
		f.Files = "buildscript-gradle.lockfile, settings-gradle.lockfile"
	}
	return f
}

// Wants accepts the lockfiles in any folder.
func (e Extractor) Wants(path string) bool {
	base := path[strings.LastIndexByte(path, '/')+1:]
	if e.buildscript {
		return base == "buildscript-gradle.lockfile" || base == "settings-gradle.lockfile"
	}
	return base == "gradle.lockfile"
}

// Extract reads one lockfile.
func (e Extractor) Extract(_ context.Context, in extract.Input) (extract.File, error) {
	l := lock{buildscript: e.buildscript, seen: map[string]bool{}, scopes: map[string]inventory.Scope{}}
	r := lines.New(string(in.Data))
	for line, ok := r.Next(); ok; line, ok = r.Next() {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		if l.ended {
			l.file.Fault(r.Number(), "the last line, %q, is not the last", "empty=")
		}
		l.line(line, r.Number())
	}
	if !l.ended {
		// Gradle writes this line last, always: without it there is no telling how
		// much is missing.
		return l.file, errs.AtLine(max(r.Number(), 1), "the file ends before its last line, %q", "empty=")
	}
	return l.file, nil
}

type lock struct {
	file        extract.File
	buildscript bool
	ended       bool
	seen        map[string]bool
	scopes      map[string]inventory.Scope // by the text behind the "=": it is mostly the same
}

// line reads "group:artifact:version=configuration,configuration".
func (l *lock) line(line string, number int) {
	module, configurations, ok := strings.Cut(line, "=")
	if module == "empty" && ok {
		l.ended = true
		return
	}
	at := strings.LastIndexByte(module, ':')
	if !ok || at <= 0 || strings.Count(module, ":") != 2 || at+1 == len(module) || module[0] == ':' || module[at-1] == ':' {
		l.file.Fault(number, "not a module with its version and configurations: %.200q", line)
		return
	}
	if l.seen[module] {
		l.file.Fault(number, "%q stands twice", module)
	}
	l.seen[module] = true
	l.file.Packages = append(l.file.Packages, extract.Package{
		Name:    strings.Clone(module[:at]),
		Version: strings.Clone(module[at+1:]),
		Direct:  l.buildscript && isMarker(module[:at]),
		Scope:   l.scope(configurations),
		Line:    number,
	})
}

// isMarker tells the module by which a build finds a plugin that it asks for.
func isMarker(name string) bool {
	id, artifact, _ := strings.Cut(name, ":")
	return artifact == id+".gradle.plugin"
}

// scope is the widest of the configurations'.
func (l *lock) scope(configurations string) inventory.Scope {
	if l.buildscript {
		return inventory.ScopeBuild
	}
	if scope, ok := l.scopes[configurations]; ok {
		return scope
	}
	scope := inventory.ScopeUnknown
	for name := range strings.SplitSeq(configurations, ",") {
		if name = strings.TrimSpace(name); name != "" {
			scope = scope.Wider(gradleconf.Scope(name))
		}
	}
	l.scopes[configurations] = scope
	return scope
}

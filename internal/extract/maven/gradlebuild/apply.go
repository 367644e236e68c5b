package gradlebuild

import (
	"path"
	"strings"
)

// applied is another script that a script applies.
type applied struct {
	path string // begins with a place, or is relative to the project's folder
	line int
}

// The places that paths begin with, as they stand in values.
const (
	projectPlace = "<projectDir>"
	rootPlace    = "<rootDir>"
)

// maxApplied bounds the scripts that one applies.
const maxApplied = 100

// lookup finds a value, or a place.
func (p *parser) lookup(name string) (string, bool) {
	if value, ok := p.values.Lookup(name); ok {
		return value, true
	}
	switch strings.TrimSuffix(strings.TrimSuffix(name, ".path"), ".absolutePath") {
	case "projectDir", "project.projectDir":
		return projectPlace, true
	case "rootDir", "project.rootDir", "rootProject.projectDir", "rootProject.rootDir", "project.rootProject.projectDir",
		"settingsDir", "settings.settingsDir", "settings.rootDir":
		return rootPlace, true
	}
	return "", false
}

// appliesScript reads "apply from: ..." and tells whether the statement is one.
func (p *parser) appliesScript(tokens []token) bool {
	from := byName(arguments(tokens), "from")
	if from != nil {
		p.apply(from)
		return true
	}
	if tokens[0].kind == text && tokens[0].text == "from" {
		p.skipped.scripts.add(tokens[0].line)
		return true
	}
	return false
}

// apply enters a script that is applied, if it may be a file of the source.
func (p *parser) apply(tokens []token) {
	file := p.pathIn(tokens)
	isScript := !strings.HasPrefix(file, "/") && (strings.HasSuffix(file, ".gradle") || strings.HasSuffix(file, ".gradle.kts"))
	if !isScript || isOpen(file) || strings.Contains(file, "://") || strings.ContainsAny(file, "*?[{\\") || len(p.applied) >= maxApplied {
		p.skipped.scripts.add(tokens[0].line)
		return
	}
	p.applied = append(p.applied, applied{file, tokens[0].line})
}

// pathIn is the path that an expression gives: a text, rootProject.file("...") or
// rootDir.resolve("...").
func (p *parser) pathIn(tokens []token) string {
	if len(tokens) < 4 || tokens[0].kind != word || !tokens[1].is("(") {
		return evaluate(tokens, p.lookup)
	}
	holder, call := "", tokens[0].text
	if dot := strings.LastIndexByte(call, '.'); dot >= 0 {
		holder, call = call[:dot], call[dot+1:]
	}
	all := arguments(tokens[1:])
	if len(all) != 1 || call != "file" && call != "files" && call != "resolve" {
		return evaluate(tokens, p.lookup)
	}
	file := evaluate(all[0].tokens, p.lookup)
	switch place, ok := p.lookup(holder); {
	case strings.HasPrefix(file, "<"):
	case call == "resolve" && ok:
		file = place + "/" + file
	case strings.HasSuffix(holder, "rootProject"):
		file = rootPlace + "/" + file
	}
	return file
}

// candidates are the paths at which a file may be that a script in a folder names.
// Which folder is the root is not known: the nearest that has the file.
func candidates(dir, file string) []string {
	if rest, ok := strings.CutPrefix(file, rootPlace); ok {
		all := []string{path.Join(dir, rest)}
		for dir != "." && dir != "/" {
			dir = path.Dir(dir)
			all = append(all, path.Join(dir, rest))
		}
		return all
	}
	return []string{path.Join(dir, strings.TrimPrefix(file, projectPlace))}
}

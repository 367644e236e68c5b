package extract

import (
	"io/fs"
	"path"
	"strings"
)

// ignoreRules are the rules of one .gitignore and of those above it
// (https://git-scm.com/docs/gitignore). The nil rules ignore nothing.
type ignoreRules struct {
	parent *ignoreRules
	dir    string // of the file
	rules  []ignoreRule
}

type ignoreRule struct {
	pattern  gitPattern // relative to the file's folder
	negated  bool
	dirsOnly bool
}

const maxIgnoreFile = 1 << 20

// ignoreIn reads a folder's .gitignore. One that cannot be read ignores nothing:
// too much is read rather than too little.
func (r *reader) ignoreIn(dir folder, entries []fs.DirEntry) *ignoreRules {
	for _, e := range entries {
		if e.Name() != ".gitignore" || !e.Type().IsRegular() {
			continue
		}
		data, err := r.bytes(path.Join(dir.path, ".gitignore"))
		if err != nil || len(data) > maxIgnoreFile {
			break
		}
		return &ignoreRules{parent: dir.ignore, dir: dir.path, rules: parseIgnore(string(data))}
	}
	return dir.ignore
}

func parseIgnore(text string) []ignoreRule {
	var rules []ignoreRule
	for line := range strings.Lines(strings.TrimPrefix(text, "\ufeff")) {
		line = strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
		if line = trimSpaces(line); line == "" || line[0] == '#' {
			continue
		}
		var rule ignoreRule
		line, rule.negated = strings.CutPrefix(line, "!")
		line, rule.dirsOnly = strings.CutSuffix(line, "/")
		// A slash at the beginning or in the middle anchors the pattern here.
		if strings.Contains(line, "/") {
			rule.pattern = newGitPattern(strings.TrimPrefix(line, "/"))
		} else {
			rule.pattern = gitPattern{"**", line}
		}
		rules = append(rules, rule)
	}
	return rules
}

// trimSpaces takes off the spaces at the end that no backslash keeps.
func trimSpaces(line string) string {
	end := 0
	for i := 0; i < len(line); i++ {
		if line[i] == '\\' {
			i++
		} else if line[i] == ' ' {
			continue
		}
		end = min(i+1, len(line))
	}
	return line[:end]
}

// ignores tells whether a path is ignored: the last rule that matches decides,
// the nearer file before the farther.
func (g *ignoreRules) ignores(name string, isDir bool) bool {
	for at := g; at != nil; at = at.parent {
		below := relative(at.dir, name)
		for i := len(at.rules) - 1; i >= 0; i-- {
			rule := &at.rules[i]
			if rule.dirsOnly && !isDir {
				continue
			}
			if rule.pattern.matches(below) {
				return !rule.negated
			}
		}
	}
	return false
}

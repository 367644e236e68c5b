package extract

import (
	"io/fs"
	"path"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// ignoreRules are the rules of one .gitignore and of those above it
// (https://git-scm.com/docs/gitignore). The nil rules ignore nothing.
type ignoreRules struct {
	parent *ignoreRules
	dir    string // of the file
	rules  []ignoreRule
}

type ignoreRule struct {
	pattern  string // for doublestar, relative to the file's folder
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
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if !strings.HasSuffix(line, `\ `) {
			line = strings.TrimRight(line, " ")
		}
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		var rule ignoreRule
		line, rule.negated = strings.CutPrefix(line, "!")
		line, rule.dirsOnly = strings.CutSuffix(line, "/")
		// A slash at the beginning or in the middle anchors the pattern here.
		if strings.Contains(line, "/") {
			rule.pattern = strings.TrimPrefix(line, "/")
		} else {
			rule.pattern = "**/" + line
		}
		// Braces are no pattern in .gitignore.
		rule.pattern = strings.NewReplacer("{", `\{`, "}", `\}`).Replace(rule.pattern)
		rules = append(rules, rule)
	}
	return rules
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
			if ok, err := doublestar.Match(rule.pattern, below); err == nil && ok {
				return !rule.negated
			}
		}
	}
	return false
}

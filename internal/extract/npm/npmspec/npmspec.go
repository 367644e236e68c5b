// Package npmspec reads what npm's package managers write after a dependency's
// name: a range, an alias, a folder, an archive or a git repository. It is for the
// extractors beside it and knows none of their files.
package npmspec

import (
	"strings"

	"github.com/assay-sca/assay/internal/inventory"
)

// Spec says which package a dependency asks for, in which versions, from where.
type Spec struct {
	Name   string           // of the package itself, for an alias its target
	Range  string           // as written; of an alias the part after the target
	Origin inventory.Origin // the zero Origin is the registry
}

// Parse reads the text that stands beside a dependency's name. A text that it
// does not understand is a range, as for npm, where it would be a tag.
func Parse(name, text string) Spec {
	scheme, rest := cutScheme(text)
	switch scheme {
	case "":
		return Spec{Name: name, Range: text, Origin: bare(text)}
	case "npm":
		return alias(name, rest)
	case "jsr":
		return jsr(name, rest)
	case "catalog":
		return Spec{Name: name, Range: text}
	case "patch":
		return patched(name, rest)
	}
	return Spec{Name: name, Range: text, Origin: from(scheme, text, rest)}
}

// SplitName splits "@scope/name@rest" at the at sign after the name. Without one,
// all of the text is the name.
func SplitName(text string) (name, rest string) {
	from := 0
	if strings.HasPrefix(text, "@") {
		from = 1
	}
	at := strings.IndexByte(text[from:], '@')
	if at <= 0 {
		return text, ""
	}
	return text[:from+at], text[from+at+1:]
}

// cutScheme splits "scheme:rest". What comes before a colon is a scheme only if
// it has nothing but lower-case letters and '+', which tells git@host:path apart.
func cutScheme(text string) (scheme, rest string) {
	for i := range len(text) {
		c := text[i]
		if c == ':' {
			return text[:i], text[i+1:]
		}
		if (c < 'a' || c > 'z') && c != '+' {
			break
		}
	}
	return "", text
}

// alias reads what follows "npm:". With a package's name it is an alias; yarn
// also writes plain ranges so. A bare word is a name, as npm reads it.
func alias(name, text string) Spec {
	target, rest := SplitName(text)
	if rest == "" && (text == "latest" || !isName(target)) {
		return Spec{Name: name, Range: text}
	}
	return Spec{Name: target, Range: rest}
}

func isName(text string) bool {
	if text == "" {
		return false
	}
	c := text[0]
	return c == '@' && strings.Contains(text, "/") || c >= 'a' && c <= 'z' && c != 'x' && c != 'v'
}

// jsr reads what follows "jsr:": a range, or a name and a range. The registry of
// JSR serves @scope/name under the name @jsr/scope__name.
func jsr(name, text string) Spec {
	rng := text
	if strings.HasPrefix(text, "@") {
		name, rng = SplitName(text)
	}
	if scope, base, ok := strings.Cut(strings.TrimPrefix(name, "@"), "/"); ok && scope != "jsr" {
		name = "@jsr/" + scope + "__" + base
	}
	return Spec{Name: name, Range: rng}
}

// patched reads what follows yarn's "patch:", such as
// left-pad@npm%3A^1.3.0#./left-pad.patch. The patched package keeps its identity:
// what is known of it holds for its patched form until someone says otherwise.
func patched(name, text string) Spec {
	source, _, _ := strings.Cut(text, "#")
	target, rest := SplitName(strings.NewReplacer("%3A", ":", "%3a", ":", "%2F", "/", "%40", "@").Replace(source))
	rest = strings.TrimPrefix(rest, "npm:")
	if target == "" || strings.HasPrefix(rest, "patch:") {
		return Spec{Name: name, Range: rest}
	}
	return Spec{Name: target, Range: rest, Origin: Parse(target, rest).Origin}
}

// bare is the origin of a text without a scheme.
func bare(text string) inventory.Origin {
	where, _, _ := strings.Cut(text, "#")
	switch {
	case strings.HasPrefix(text, "."), strings.HasPrefix(text, "/"), strings.HasPrefix(text, "~/"):
		return path(text)
	case len(text) > 2 && text[1] == ':' && (text[2] == '\\' || text[2] == '/'):
		return path(text) // C:\folder
	case strings.HasSuffix(text, ".tgz"), strings.HasSuffix(text, ".tar.gz"):
		return path(text)
	case !strings.Contains(where, "/") || strings.ContainsAny(where, " <>="):
		return inventory.Origin{}
	case strings.Contains(where, ":"):
		return git(text) // git@host:owner/name
	}
	if repo, _, _ := strings.Cut(text, "#"); strings.Count(repo, "/") > 1 {
		return path(text) // only owner/name stands for a repository
	}
	return git("https://github.com/" + text)
}

// from is the origin of a text with a scheme other than the registry's.
func from(scheme, text, rest string) inventory.Origin {
	switch scheme {
	case "file", "link", "portal", "exec":
		return path(cutBindings(rest))
	case "workspace":
		if strings.Contains(rest, "/") || strings.HasPrefix(rest, ".") {
			return path(cutBindings(rest))
		}
		return path(text) // a range among the workspaces' versions
	case "github":
		return git("https://github.com/" + rest)
	case "gitlab":
		return git("https://gitlab.com/" + rest)
	case "bitbucket":
		return git("https://bitbucket.org/" + rest)
	case "gist":
		return git("https://gist.github.com/" + rest)
	}
	return Source(text)
}

// cutBindings drops what yarn appends to a path: #hash and ::key=value.
func cutBindings(text string) string {
	text, _, _ = strings.Cut(text, "::")
	text, _, _ = strings.Cut(text, "#")
	return text
}

func path(ref string) inventory.Origin {
	return inventory.Origin{Kind: inventory.OriginPath, Ref: ref}
}

// Package conanfilepy reads conanfile.py, the recipes of Conan. They are Python
// programs, which are not executed: literal requirements are read, in whichever
// branch they stand.
package conanfilepy

import (
	"context"
	"fmt"
	"strings"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/conan/reference"
	"github.com/assay-sca/assay/internal/extract/script"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/lines"
	"github.com/assay-sca/assay/internal/purl"
)

// Extractor reads conanfile.py.
type Extractor struct{}

var _ extract.Extractor = (*Extractor)(nil)

// New returns the extractor.
func New() Extractor { return Extractor{} }

// Format describes conanfile.py.
func (Extractor) Format() extract.Format {
	return extract.Format{
		Name:      "conanfile.py",
		Ecosystem: purl.Conan,
		Role:      extract.Manifest,
		Files:     "conanfile.py",
		Scopes:    true,
	}
}

// Wants accepts conanfile.py in any folder.
func (Extractor) Wants(path string) bool {
	return path[strings.LastIndexByte(path, '/')+1:] == "conanfile.py"
}

// Extract reads one recipe.
func (Extractor) Extract(_ context.Context, in extract.Input) (extract.File, error) {
	text := string(in.Data)
	room := lines.Room(text)
	r := &recipe{seen: make(map[request]struct{}, room)}
	r.file.Declared = make([]extract.Declaration, 0, room)
	r.lex = script.New(text, script.Syntax{Comments: []string{"#"}, Quotes: `"'`, Triple: true})
	err := r.read()
	if err == nil && !r.class {
		err = errs.AtLine(r.lex.Line(), "there is no recipe, a class of ConanFile")
	}
	r.note(r.unnamed, "%d requirements are no literals: they are not listed")
	r.note(r.open, "%d requirements have versions that are no literals: their version is unknown")
	r.note(r.overrides, "%d requirements only override the versions of what others need and are not listed")
	return r.file, err
}

// recipe is a conanfile.py being read.
type recipe struct {
	lex                      *script.Lexer
	file                     extract.File
	ahead                    []script.Token // read, but not taken yet
	opened                   []int          // lines of the brackets that are open
	seen                     map[request]struct{}
	class                    bool
	unnamed, open, overrides int
}

// request is what branches of a condition may ask for in the same way.
type request struct {
	name, constraint string
	scope            inventory.Scope
}

func (r *recipe) note(n int, format string) {
	if n > 0 {
		r.file.Notes = append(r.file.Notes, fmt.Sprintf(format, n))
	}
}

func (r *recipe) next() script.Token {
	if n := len(r.ahead); n > 0 {
		t := r.ahead[n-1]
		r.ahead = r.ahead[:n-1]
		return t
	}
	return r.lex.Next()
}

// read looks for self.requires("a/1") and requires = "a/1", "b/2".
func (r *recipe) read() error {
	var before, last script.Token
	for t := r.next(); t.Kind != script.End; t = r.next() {
		r.class = r.class || t.Is("ConanFile")
		r.bracket(t)
		taken, err := r.statement(before, last, t)
		if err != nil {
			return err
		}
		if taken {
			t = script.Token{}
		}
		before, last = last, t
	}
	if len(r.opened) > 0 && r.lex.Err() == nil {
		return r.unended(r.opened[0])
	}
	return r.lex.Err()
}

func (r *recipe) bracket(t script.Token) {
	switch {
	case t.Is("("), t.Is("["), t.Is("{"):
		r.opened = append(r.opened, t.Line)
	case t.Is(")"), t.Is("]"), t.Is("}"):
		r.opened = r.opened[:max(len(r.opened)-1, 0)]
	}
}

// statement reads what begins with these three tokens, if it is of interest.
func (r *recipe) statement(before, last, t script.Token) (taken bool, err error) {
	assigns := t.Is("=") && len(r.opened) == 0 && !before.Is(".")
	scope, wanted := scopeOf(last.Text)
	switch {
	case last.Kind != script.Word:
	case assigns && last.Text == "name" && r.file.Name == "":
		r.name()
		return true, nil
	case assigns && wanted:
		return true, r.assignment(scope)
	case wanted && t.Is("(") && before.Is("."):
		args, closed := r.elements(t, false)
		if !closed {
			return true, r.unended(t.Line)
		}
		r.opened = r.opened[:len(r.opened)-1]
		r.call(args, scope, last.Line)
		return true, nil
	}
	return false, nil
}

func (r *recipe) name() {
	if t := r.next(); t.Kind == script.Text {
		r.file.Name = t.Text
	} else {
		r.ahead = append(r.ahead, t)
	}
}

func (r *recipe) unended(line int) error {
	if err := r.lex.Err(); err != nil {
		return err
	}
	return errs.AtLine(line, "the file ends within the brackets that open here")
}

func scopeOf(word string) (inventory.Scope, bool) {
	switch word {
	case "requires":
		return inventory.ScopeRuntime, true
	case "tool_requires", "build_requires", "python_requires":
		return inventory.ScopeBuild, true
	case "test_requires":
		return inventory.ScopeTest, true
	}
	return inventory.ScopeUnknown, false
}

// assignment reads one reference, several, or a list of them.
func (r *recipe) assignment(scope inventory.Scope) error {
	first := r.next()
	if first.Is("=") || first.Kind == script.End { // a comparison
		return nil
	}
	line := !first.Is("(") && !first.Is("[")
	if line {
		r.ahead = append(r.ahead, first)
	}
	args, closed := r.elements(first, line)
	if !closed {
		return r.unended(first.Line)
	}
	for _, a := range args {
		if n := len(a); n > 0 && a[0].Is("(") { // a reference with options, as Conan 1 has it
			for i := range a {
				if a[i].Is(",") {
					a = a[:i]
					break
				}
			}
			a = a[1:]
		}
		if len(a) > 0 {
			r.require(a, scope, a[0].Line)
		}
	}
	return nil
}

// maxTokens bounds what one element has.
const maxTokens = 1000

// elements reads what commas part, up to the bracket that ends it, or to the end
// of its line.
func (r *recipe) elements(first script.Token, line bool) (elements [][]script.Token, closed bool) {
	var current []script.Token
	depth, reached := 0, first.Line
	for t := r.next(); t.Kind != script.End; t = r.next() {
		if line && depth == 0 && t.Line > reached {
			r.ahead = append(r.ahead, t)
			return append(elements, current), true
		}
		reached = max(reached, t.Line)
		switch {
		case t.Is("(") || t.Is("[") || t.Is("{"):
			depth++
		case t.Is(")") || t.Is("]") || t.Is("}"):
			if depth--; depth < 0 {
				return append(elements, current), true
			}
		case t.Is(",") && depth == 0:
			elements = append(elements, current)
			current = nil
			continue
		}
		if len(current) < maxTokens {
			current = append(current, t)
		}
	}
	return append(elements, current), line && r.lex.Err() == nil
}

// call reads the arguments of self.requires.
func (r *recipe) call(args [][]script.Token, scope inventory.Scope, line int) {
	for _, a := range args[1:] {
		if len(a) == 3 && a[0].Is("override") && a[2].Is("True") {
			r.overrides++
			return
		}
	}
	a := args[0]
	if len(a) > 2 && a[0].Is("ref") && a[1].Is("=") {
		a = a[2:]
	}
	r.require(a, scope, line)
}

// require declares what the tokens of one element say. Of f"name/{version}",
// "name/%s" % version and the like the name is known.
func (r *recipe) require(tokens []script.Token, scope inventory.Scope, line int) {
	formatted := len(tokens) > 0 && tokens[0].Kind == script.Word && strings.EqualFold(tokens[0].Text, "f")
	if formatted {
		tokens = tokens[1:]
	}
	if len(tokens) == 0 || tokens[0].Kind != script.Text {
		r.unnamed++
		return
	}
	text := tokens[0].Text
	d := extract.Declaration{Scope: scope, Line: line}
	if formatted && strings.Contains(text, "{") || len(tokens) > 1 {
		name, _, slash := strings.Cut(text, "/")
		if !slash || name == "" || strings.ContainsAny(name, "{}% ") {
			r.unnamed++
			return
		}
		r.open++
		d.Name = name
	} else {
		ref, ok := reference.Parse(text)
		if !ok {
			r.file.Fault(line, "%q is not a reference", text)
			return
		}
		d.Name, d.Constraint = ref.Name, ref.Version
	}
	before := len(r.seen)
	if r.seen[request{d.Name, d.Constraint, scope}] = struct{}{}; len(r.seen) == before {
		return // the other branch of a condition
	}
	r.file.Declared = append(r.file.Declared, d)
}

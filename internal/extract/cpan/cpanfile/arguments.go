package cpanfile

import (
	"strings"

	"github.com/assay-sca/assay/internal/extract/script"
)

// argument is one of a call.
type argument struct {
	text    string
	literal bool
}

// maxTokens bounds what one call has.
const maxTokens = 1000

// arguments reads up to the end of a statement, what follows "if" and its like
// left out. A brace that ends a block ends the statement before it, too.
func (m *manifest) arguments() []argument {
	var args []argument
	var current []script.Token
	flush := func() {
		args = append(args, m.argument(current)...)
		current = current[:0]
	}
	modified, depth := false, 0
	for t := m.lex.Next(); t.Kind != script.End && !t.Is(";"); t = m.lex.Next() {
		switch {
		case t.Is("{"):
			depth++
		case t.Is("}"):
			depth--
		}
		if depth < 0 {
			if len(m.frames) > 1 {
				m.frames = m.frames[:len(m.frames)-1]
			}
			break
		}
		modified = modified || t.Kind == script.Word && isModifier(t.Text)
		switch {
		case modified:
		case t.Is(",") || t.Is(">") && len(current) > 0 && current[len(current)-1].Is("="):
			if t.Is(">") {
				current = current[:len(current)-1]
			}
			flush()
		case len(current) < maxTokens && len(args) < maxTokens:
			current = append(current, t)
		}
	}
	flush()
	return args
}

func isModifier(word string) bool {
	switch word {
	case "if", "unless", "for", "foreach", "while", "until", "and", "or":
		return true
	}
	return false
}

// argument makes one argument of its tokens, or several of qw(a b).
func (m *manifest) argument(tokens []script.Token) []argument {
	for len(tokens) > 0 && tokens[0].Is("(") {
		tokens = tokens[1:]
	}
	for n := len(tokens); n > 0 && tokens[n-1].Is(")"); n-- {
		tokens = tokens[:n-1]
	}
	if len(tokens) == 0 {
		return nil
	}
	if tokens[0].Is("qw") {
		var words []argument
		for _, t := range tokens[1:] {
			if t.Kind == script.Word {
				words = append(words, argument{t.Text, true})
			}
		}
		return words
	}
	if t := tokens[0]; len(tokens) == 1 && m.says(t) {
		return []argument{{t.Text, true}}
	}
	return []argument{{}}
}

// says tells whether a token is all that it means: not a text into which a
// variable is put, nor a sign.
func (m *manifest) says(t script.Token) bool {
	switch t.Kind {
	case script.Word:
		return !strings.HasPrefix(t.Text, ".")
	case script.Text:
		return t.Literal && (m.lex.Slice(t.Start, t.Start+1) == "'" || !strings.ContainsAny(t.Text, "$@"))
	case script.End, script.Punct:
	}
	return false
}

// Package directive splits the text of go.mod and go.work, which share their
// syntax, into directives. It goes on after a faulty line and does not know
// what the directives mean.
package directive

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/lines"
)

// Directive is one directive: a line of its own, or one line of a block.
type Directive struct {
	Verb    string
	Args    []string // unquoted; valid until the next directive is read
	Comment string   // at the end of the line, without the slashes
	Line    int      // 1-based
}

// Read calls add for every directive of text. Faulty lines are left out and
// become problems of file; an error, an errs.LineError, says that a block has no
// end.
func Read(text string, file *extract.File, add func(Directive)) error {
	var block []string // the words before the open parenthesis; nil outside of blocks
	var words []string
	blockLine := 0
	r := lines.New(text)
	for line, ok := r.Next(); ok; line, ok = r.Next() {
		var comment string
		var err error
		if words, comment, err = split(words[:0], line); err != nil {
			file.Fault(r.Number(), "%v", err)
			continue
		}
		switch last := len(words) - 1; {
		case last < 0:
		case block != nil && words[0] == ")":
			block = nil
			if last > 0 {
				file.Fault(r.Number(), "text after the closing parenthesis")
			}
		case block != nil:
			add(Directive{Verb: block[0], Args: words, Comment: comment, Line: r.Number()})
		case last > 0 && words[last] == "(":
			block, blockLine = []string{words[0]}, r.Number()
		case last > 1 && words[last] == ")" && words[last-1] == "(":
			// An empty block.
		default:
			add(Directive{Verb: words[0], Args: words[1:], Comment: comment, Line: r.Number()})
		}
	}
	if block != nil {
		return errs.AtLine(max(r.Number(), 1), "the %q block that starts on line %d has no end", block[0], blockLine)
	}
	return nil
}

// split appends the words of a line to words: parentheses, brackets and commas
// are words of their own, quoted words lose their quotes.
func split(words []string, line string) (_ []string, comment string, err error) {
	for {
		line = strings.TrimLeft(line, " \t\r")
		switch {
		case line == "":
			return words, "", nil
		case strings.HasPrefix(line, "//"):
			return words, line[2:], nil
		case strings.IndexByte("()[]{},", line[0]) >= 0:
			words, line = append(words, line[:1]), line[1:]
		case line[0] == '"' || line[0] == '`':
			quoted, err := strconv.QuotedPrefix(line)
			if err != nil {
				return words, "", fmt.Errorf("a quoted word has no end")
			}
			word, err := strconv.Unquote(quoted)
			if err != nil {
				return words, "", fmt.Errorf("%s is not a quoted word", quoted)
			}
			words, line = append(words, word), line[len(quoted):]
		default:
			end := wordEnd(line)
			if end == 0 || strings.HasPrefix(line[end:], "/*") {
				return words, "", fmt.Errorf("unexpected %q", line[end:min(end+2, len(line))])
			}
			if strings.ContainsAny(line[:end], "\"'`") {
				return words, "", fmt.Errorf("a quote in the word %q", line[:end])
			}
			words, line = append(words, line[:end]), line[end:]
		}
	}
}

// wordEnd is the length of the unquoted word that line starts with, 0 for none.
func wordEnd(line string) int {
	for i := range len(line) {
		switch c := line[i]; {
		case c == '/' && i+1 < len(line) && (line[i+1] == '/' || line[i+1] == '*'):
			return i
		case c <= ' ' || c == 0x7f || strings.IndexByte("()[]{},", c) >= 0:
			return i
		}
	}
	return len(line)
}

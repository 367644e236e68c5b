package pnpmlock

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/assay-sca/assay/internal/errs"
)

// oddError says that a line is not of the form that pnpm writes. It may be good
// YAML nevertheless.
type oddError struct {
	line  int
	words string
}

func (e *oddError) Error() string { return fmt.Sprintf("line %d: %s", e.line, e.words) }

// with makes the error of a file that is no YAML either. The lines before e's are
// good; the YAML parser at times names one of them.
func (e *oddError) with(err error) error {
	if line, message := errs.LineOf(err); line > 0 {
		return errs.AtLine(max(line, e.line), "%s", message)
	}
	return errs.AtLine(e.line, "%s", e.words)
}

// sink takes what the readers find.
type sink interface {
	// document starts the next document of the text.
	document()
	// field takes a key: depth 0 is the document's own mapping. The value is empty
	// where it is not a scalar; its parts follow as deeper fields.
	field(depth, line int, key, value string)
	// fault takes what is wrong with a line that was passed over.
	fault(line int, words string)
}

// lines reads the YAML that pnpm writes, line by line. Where a line is of another
// form it gives up, so that no line is ever misread.
type lines struct {
	sink    sink
	line    int
	indents []int // of the open mappings
	state   state
	odd     bool // the text has tabs or unusual line breaks
	hidden  int  // lines indented deeper than this have no keys for us; -1 for none
}

// state is what the line before allows on the next.
type state uint8

const (
	filled state = iota // its key has its value
	bare                // its key has none: a deeper mapping or a list may follow
	list                // it was an item of a list
)

func readLines(ctx context.Context, text string, to sink) error {
	r := &lines{sink: to, hidden: -1, state: bare, odd: hasOddSpace(text)}
	to.document()
	for text != "" {
		var line string
		line, text, _ = strings.Cut(text, "\n")
		r.line++
		if r.line%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		line = strings.TrimRight(line, " \r")
		if r.odd && hasOddSpace(line) {
			return &oddError{r.line, "unexpected tab or line break"}
		}
		if words := r.take(line); words != "" {
			return &oddError{r.line, words}
		}
	}
	return nil
}

// hasOddSpace tells whether text has tabs, or characters that YAML takes for line
// breaks other than the usual one.
func hasOddSpace(text string) bool {
	return strings.Contains(text, "\t") || strings.Contains(text, "\r") || strings.Contains(text, "\u0085") ||
		strings.Contains(text, "\u2028") || strings.Contains(text, "\u2029")
}

// take reads one line; it returns words for one that is of another form.
func (r *lines) take(line string) (odd string) {
	content := strings.TrimLeft(line, " ")
	if content == "" {
		return ""
	}
	indent := len(line) - len(content)
	if r.hidden >= 0 && indent > r.hidden {
		return ""
	}
	r.hidden = -1
	switch {
	case content[0] == '#':
		return ""
	case content == "---" && indent == 0:
		r.sink.document()
		r.indents, r.state = r.indents[:0], bare
		return ""
	case content == "-" || strings.HasPrefix(content, "- "):
		return r.item(indent, content)
	case indent == 0 && isConflict(content):
		r.sink.fault(r.line, "mark of an unresolved merge conflict")
		return ""
	}
	if !r.place(indent) {
		return "unexpected indentation"
	}
	return r.entry(indent, content)
}

func isConflict(content string) bool {
	for _, mark := range []string{"<<<<<<<", "|||||||", "=======", ">>>>>>>"} {
		if rest, ok := strings.CutPrefix(content, mark); ok && (rest == "" || rest[0] == ' ') {
			return true
		}
	}
	return false
}

// place finds the mapping that a line of this indentation belongs to.
func (r *lines) place(indent int) bool {
	top := len(r.indents) - 1
	if top < 0 || indent > r.indents[top] {
		r.indents = append(r.indents, indent)
		return r.state == bare
	}
	for top > 0 && r.indents[top] > indent {
		top--
	}
	r.indents = r.indents[:top+1]
	return r.indents[top] == indent
}

// item passes over an item of a list, with all that belongs to it: no list in a
// lock says anything about packages.
func (r *lines) item(indent int, content string) (odd string) {
	top := len(r.indents) - 1
	if r.state == filled || top < 0 || indent < r.indents[top] {
		return "unexpected item of a list"
	}
	r.state, r.hidden = list, indent
	if odd := closed(strings.TrimLeft(content[1:], " ")); odd != "" {
		return odd
	}
	return ""
}

// closed checks that a value ends on its line.
func closed(value string) (odd string) {
	if value == "" {
		return ""
	}
	switch value[0] {
	case '\'', '"':
		if _, rest, ok := quoted(value); !ok || rest != "" && rest[0] != ':' {
			return "quotes not closed on their line"
		}
	case '[', '{':
		if last := value[len(value)-1]; last != ']' && last != '}' {
			return "collection not closed on its line"
		}
	case '&', '*', '!', '|', '>', '%', '@', '`':
		return "unexpected value"
	}
	return ""
}

// entry reads a key and what stands beside it.
func (r *lines) entry(indent int, content string) (odd string) {
	key, value, odd := splitKey(content)
	if odd != "" {
		return odd
	}
	depth := len(r.indents) - 1
	r.state = filled
	if value == "" {
		r.state = bare
		r.sink.field(depth, r.line, key, "")
		return ""
	}
	switch value[0] {
	case '{':
		r.sink.field(depth, r.line, key, "")
		return r.flow(depth+1, value)
	case '[':
		r.sink.field(depth, r.line, key, "")
		return closed(value)
	case '|', '>':
		if key != "deprecated" {
			return "unexpected block of text"
		}
		r.hidden = indent
		return ""
	}
	value, odd = scalar(value)
	if odd == "" {
		r.sink.field(depth, r.line, key, value)
	}
	return odd
}

// splitKey splits `key: value` or `key:`.
func splitKey(content string) (key, value, odd string) {
	switch content[0] {
	case '\'', '"':
		key, rest, ok := quoted(content)
		if !ok || rest == "" || rest[0] != ':' || len(rest) > 1 && rest[1] != ' ' {
			return "", "", "quoted text that is no key"
		}
		return key, strings.TrimLeft(rest[1:], " "), ""
	case '?', '-', ':', ',', '[', ']', '{', '}', '#', '&', '*', '!', '|', '>', '%', '@', '`', '<', '\t':
		return "", "", "unexpected " + strconv.Quote(content[:1])
	}
	at := colon(content)
	if at < 0 {
		return "", "", "no key"
	}
	key = content[:at]
	if strings.Contains(key, " #") {
		return "", "", "unexpected comment"
	}
	return strings.TrimRight(key, " "), strings.TrimLeft(content[at+1:], " "), ""
}

// colon finds the colon that ends a plain key: a space or nothing follows it.
func colon(text string) int {
	for from := 0; ; {
		at := strings.IndexByte(text[from:], ':')
		if at < 0 {
			return -1
		}
		at += from
		if at+1 == len(text) || text[at+1] == ' ' {
			return at
		}
		from = at + 1
	}
}

// scalar reads a value that is no collection.
func scalar(value string) (text, odd string) {
	if odd := closed(value); odd != "" {
		return "", odd
	}
	if value[0] == '\'' || value[0] == '"' {
		text, rest, _ := quoted(value)
		if rest != "" {
			return "", "unexpected text after quotes"
		}
		return text, ""
	}
	if value[0] == '#' || strings.Contains(value, " #") {
		return "", "unexpected comment"
	}
	if colon(value) >= 0 {
		return "", "unexpected colon"
	}
	if value == "null" || value == "~" {
		return "", ""
	}
	return value, ""
}

// quoted takes a quoted text off the start of value.
func quoted(value string) (text, rest string, ok bool) {
	if value[0] == '"' {
		return doubleQuoted(value)
	}
	escaped := false
	for i := 1; i < len(value); i++ {
		if value[i] != '\'' {
			continue
		}
		if i+1 < len(value) && value[i+1] == '\'' {
			escaped = true
			i++
			continue
		}
		text = value[1:i]
		if escaped {
			text = strings.ReplaceAll(text, "''", "'")
		}
		return text, value[i+1:], true
	}
	return "", "", false
}

func doubleQuoted(value string) (text, rest string, ok bool) {
	for i := 1; i < len(value); i++ {
		switch value[i] {
		case '\\':
			i++
		case '"':
			text, err := strconv.Unquote(value[:i+1])
			return text, value[i+1:], err == nil
		}
	}
	return "", "", false
}

// flow reads a mapping on one line: {integrity: sha512-…, tarball: 'https://…'}.
func (r *lines) flow(depth int, value string) (odd string) {
	rest := strings.TrimLeft(value[1:], " ")
	for rest != "}" {
		if rest == "" {
			return "collection not closed on its line"
		}
		key, after, odd := splitKey(rest)
		if odd == "" && strings.ContainsAny(key, ",{}[]") {
			odd = "unexpected key in a collection"
		}
		if odd != "" {
			return odd
		}
		text, after, odd := flowValue(after)
		if odd != "" {
			return odd
		}
		r.sink.field(depth, r.line, key, text)
		next, comma := strings.CutPrefix(after, ",")
		if !comma && after != "}" {
			return "unexpected text in a collection"
		}
		rest = strings.TrimLeft(next, " ")
	}
	return ""
}

// flowValue takes a scalar off the start of text inside a collection.
func flowValue(text string) (value, rest, odd string) {
	if text != "" && (text[0] == '\'' || text[0] == '"') {
		value, rest, ok := quoted(text)
		if !ok {
			return "", "", "quotes not closed on their line"
		}
		return value, strings.TrimLeft(rest, " "), ""
	}
	end := strings.IndexAny(text, ",{}[]")
	if end < 0 {
		return "", "", "collection not closed on its line"
	}
	if end == 0 {
		return "", "", "unexpected collection or nothing in a collection"
	}
	value, odd = scalar(strings.TrimRight(text[:end], " "))
	return value, text[end:], odd
}

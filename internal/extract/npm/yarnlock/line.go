package yarnlock

import (
	"context"
	"strconv"
	"strings"

	"github.com/assay-sca/assay/internal/errs"
)

// maxProblems is how many faulty lines a file may have before it is taken for
// something else.
const maxProblems = 20

// read walks the lines of text. A faulty line is noted and passed over.
func (b *builder) read(ctx context.Context, text string) error {
	for text != "" {
		var line string
		line, text, _ = strings.Cut(text, "\n")
		b.line++
		if b.line%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if fault := b.take(strings.TrimRight(line, " \r")); fault != "" {
			b.file.Fault(b.line, "%s", fault)
		}
		if len(b.file.Problems) >= maxProblems {
			return errs.AtLine(b.line, "not read further: %d faults so far", maxProblems)
		}
	}
	return nil
}

// take reads one line and returns what is wrong with it.
func (b *builder) take(line string) (fault string) {
	content := strings.TrimLeft(line, " ")
	if content == "" || content[0] == '#' {
		return ""
	}
	level := len(line) - len(content)
	switch {
	case level == 0:
		return b.margin(content)
	case b.skip:
		return ""
	case level == 2:
		return b.field(content)
	case level == 4:
		return b.item(content)
	case level == 6:
		return b.detail(content)
	}
	return "unexpected indentation"
}

// margin reads a line without indentation: the start of an entry, or one of the
// parts of `? "a very long name"` and `:`, as berry writes those.
func (b *builder) margin(text string) (fault string) {
	if text == ":" {
		return ""
	}
	for _, mark := range []string{"<<<<<<<", "|||||||", "=======", ">>>>>>>"} {
		if strings.HasPrefix(text, mark) {
			return "mark of an unresolved merge conflict"
		}
	}
	b.flush()
	b.skip = true
	head, ok := strings.CutPrefix(text, "? ")
	if !ok {
		if head, ok = strings.CutSuffix(text, ":"); !ok {
			return "neither an entry nor a field of one"
		}
	}
	if head == "__metadata" {
		b.berry = true
		return ""
	}
	if fault = b.begin(head); fault == "" {
		b.skip = false
	}
	return fault
}

// begin starts an entry with its list of requests, such as
// `"a@^1", a@^1.2` of v1 and `"a@npm:^1, a@npm:^1.2"` of berry.
func (b *builder) begin(head string) (fault string) {
	b.entry.reset(b.line)
	for head != "" {
		request, rest, ok := token(head, ", ")
		if !ok {
			return "unbalanced quotes"
		}
		head = strings.TrimPrefix(rest, ",")
		if len(head) == len(rest) && rest != "" {
			return "comma missing between two requests"
		}
		head = strings.TrimLeft(head, " ")
		if !b.berry {
			b.entry.requests = append(b.entry.requests, request)
			continue
		}
		for part := range strings.SplitSeq(request, ",") {
			b.entry.requests = append(b.entry.requests, strings.Trim(part, " "))
		}
	}
	for _, request := range b.entry.requests {
		if request == "" {
			return "entry without a name"
		}
	}
	return ""
}

// field reads a field of the entry.
func (b *builder) field(text string) (fault string) {
	key, value, fault := pair(text)
	if fault != "" {
		return fault
	}
	e := &b.entry
	e.block = noBlock
	switch key {
	case "version":
		e.version = value
	case "name":
		e.name = value
	case "resolved", "resolution":
		e.resolved = value
	case "integrity", "checksum":
		e.integrity = value
	case "dependencies", "optionalDependencies":
		e.block = dependencies
		e.names.Reset()
	case "dependenciesMeta":
		e.block = dependenciesMeta
	}
	return ""
}

// item reads a line of a field that is a block.
func (b *builder) item(text string) (fault string) {
	e := &b.entry
	if e.block == noBlock {
		return ""
	}
	key, value, fault := pair(text)
	switch {
	case fault != "":
		return fault
	case e.block == dependenciesMeta:
		e.meta = key
		return ""
	case key == "":
		return "dependency without a name"
	}
	if e.names.Add(key) {
		fault = "duplicate dependency " + strconv.Quote(key)
	}
	e.wants = append(e.wants, want{name: key, spec: value})
	return fault
}

// detail reads a line two levels below an entry: all that matters there is which
// dependencies are optional.
func (b *builder) detail(text string) (fault string) {
	if e := &b.entry; e.block == dependenciesMeta && text == "optional: true" {
		if e.optional == nil {
			e.optional = map[string]bool{}
		}
		e.optional[e.meta] = true
	}
	return ""
}

// pair reads `key value` (v1), `key: value` (berry) or `key:`.
func pair(text string) (key, value, fault string) {
	key, rest, ok := token(text, ": ")
	if !ok {
		return "", "", "unbalanced quotes"
	}
	value, colon := strings.CutPrefix(rest, ":")
	switch {
	case value == "" && !colon:
		return "", "", "field without a value"
	case value == "":
		return key, "", ""
	case value[0] != ' ':
		return "", "", "no space before the value"
	}
	value = strings.TrimLeft(value, " ")
	if value == "" || value[0] != '"' {
		return key, value, ""
	}
	value, rest, ok = token(value, "")
	if !ok || rest != "" {
		return "", "", "unbalanced quotes"
	}
	return key, value, ""
}

// token takes a quoted string, or all up to one of the bytes in ends.
func token(text, ends string) (token, rest string, ok bool) {
	if text == "" || text[0] != '"' {
		at := strings.IndexAny(text, ends)
		if at < 0 {
			at = len(text)
		}
		return text[:at], text[at:], true
	}
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return unquote(text[:i+1]), text[i+1:], true
		}
	}
	return "", "", false
}

func unquote(text string) string {
	if strings.IndexByte(text, '\\') >= 0 {
		if plain, err := strconv.Unquote(text); err == nil {
			return plain
		}
	}
	return text[1 : len(text)-1]
}

package gradlebuild

// argument is one argument of a call.
type argument struct {
	name   string // empty: by its position
	tokens []token
}

// arguments splits what follows a call's name. A call without parentheses has
// all that follows; behind the closing one nothing matters.
func arguments(tokens []token) []argument {
	if len(tokens) > 0 && tokens[0].is("(") {
		tokens = tokens[1:closing(tokens)]
	}
	var all []argument
	depth, from := 0, 0
	for i := 0; i <= len(tokens); i++ {
		switch {
		case i == len(tokens) || depth == 0 && tokens[i].is(","):
			if from < i {
				all = append(all, named(tokens[from:i]))
			}
			from = i + 1
		case tokens[i].is("(") || tokens[i].is("["):
			depth++
		case tokens[i].is(")") || tokens[i].is("]"):
			depth--
		}
	}
	return all
}

// closing is the place of what closes the bracket that the tokens begin with, or
// their number.
func closing(tokens []token) int {
	depth := 0
	for i, t := range tokens {
		switch {
		case t.is("(") || t.is("["):
			depth++
		case t.is(")") || t.is("]"):
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return len(tokens)
}

// named reads Groovy's "name: value" and Kotlin's "name = value".
func named(tokens []token) argument {
	if len(tokens) > 2 && tokens[0].kind != mark && (tokens[1].is(":") || tokens[1].is("=") && !tokens[2].is("=")) {
		return argument{tokens[0].text, tokens[2:]}
	}
	return argument{tokens: tokens}
}

// entries are the arguments within the brackets of a list or map.
func entries(tokens []token) []argument {
	return arguments(append([]token{{kind: mark, text: "("}}, tokens[1:closing(tokens)]...))
}

func byName(arguments []argument, name string) []token {
	for _, a := range arguments {
		if a.name == name {
			return a.tokens
		}
	}
	return nil
}

func positional(arguments []argument) []argument {
	var all []argument
	for _, a := range arguments {
		if a.name == "" {
			all = append(all, a)
		}
	}
	return all
}

// Package treejson writes what was read from YAML or TOML as JSON, for feeds in
// these languages: their records in the OSV schema go to its reader, and their
// fields without a place of their own to the record's extras.
package treejson

import (
	"github.com/go-json-experiment/json/jsontext"

	"github.com/assay-sca/assay/internal/tomltree"
	"github.com/assay-sca/assay/internal/yamltree"
)

// YAML writes a value. Scalars are strings, for a version 1.10 is no number; only
// true and false are what they say. Of a key that stands twice it is the last.
func YAML(v yamltree.Value) jsontext.Value { return appendYAML(nil, v) }

func appendYAML(out []byte, v yamltree.Value) []byte {
	switch {
	case v.IsMap():
		return appendMap(out, v)
	case v.IsList():
		out = append(out, '[')
		for i, item := range v.Items() {
			out = appendYAML(comma(out, i), item)
		}
		return append(out, ']')
	case v.IsScalar():
		return appendWord(out, v.String())
	}
	return append(out, "null"...)
}

func appendMap(out []byte, v yamltree.Value) []byte {
	at := map[string]int{}
	var names []string
	var values []yamltree.Value
	v.Entries(func(name string, value yamltree.Value) {
		if i, twice := at[name]; twice {
			values[i] = value
			return
		}
		at[name] = len(names)
		names, values = append(names, name), append(values, value)
	})
	out = append(out, '{')
	for i, name := range names {
		out = append(appendText(comma(out, i), name), ':')
		out = appendYAML(out, values[i])
	}
	return append(out, '}')
}

// TOML writes a value. Times are strings, as JSON has none.
func TOML(v tomltree.Value) jsontext.Value { return appendTOML(nil, v) }

func appendTOML(out []byte, v tomltree.Value) []byte {
	switch {
	case !v.Exists():
		return append(out, "null"...)
	case v.IsTable():
		return appendTable(out, v.Table())
	case v.IsArray():
		out = append(out, '[')
		for i, item := range v.Items() {
			out = appendTOML(comma(out, i), item)
		}
		return append(out, ']')
	case v.IsString():
		return appendText(out, v.String())
	}
	if number := jsontext.Value(v.String()); number.Kind() == '0' && number.IsValid() {
		return append(out, number...)
	}
	return appendWord(out, v.String())
}

func appendTable(out []byte, t *tomltree.Table) []byte {
	out = append(out, '{')
	n := 0
	for name, value := range t.Entries() {
		out = append(appendText(comma(out, n), name), ':')
		out = appendTOML(out, value)
		n++
	}
	return append(out, '}')
}

func comma(out []byte, i int) []byte {
	if i > 0 {
		return append(out, ',')
	}
	return out
}

func appendWord(out []byte, text string) []byte {
	if text == "true" || text == "false" {
		return append(out, text...)
	}
	return appendText(out, text)
}

// Text writes a string.
func Text(text string) jsontext.Value { return appendText(nil, text) }

// appendText writes a string; what is no UTF-8 is replaced, as in every record.
func appendText(out []byte, text string) []byte {
	out, _ = jsontext.AppendQuote(out, text)
	return out
}

package rpmfeed

import (
	"errors"
	"fmt"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Lenient are the options with which feeds are read: what JSON leaves open is
// taken as other readers take it; a name that is there twice is refused.
func Lenient() jsonv2.Options { return jsonv2.JoinOptions(jsontext.AllowInvalidUTF8(true)) }

// Extra are fields without a place as one compact object with sorted names; nil
// if there are none. Members that are empty stay away.
func Extra(fields map[string]any) ([]byte, error) {
	for name, value := range fields {
		if empty(value) {
			delete(fields, name)
		}
	}
	if len(fields) == 0 {
		return nil, nil
	}
	out, err := jsonv2.Marshal(fields, jsonv2.Deterministic(true), jsontext.AllowInvalidUTF8(true))
	if err != nil {
		return nil, Brief(err)
	}
	v := jsontext.Value(out)
	if err := v.Format(jsontext.ReorderRawObjects(true), jsontext.AllowInvalidUTF8(true)); err != nil {
		return nil, Brief(err)
	}
	return v, nil
}

func empty(value any) bool {
	switch v := value.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case bool:
		return !v
	case jsontext.Value:
		text := string(v)
		return text == "" || text == "null" || text == "{}" || text == "[]" || text == `""`
	case []string:
		return len(v) == 0
	case []any:
		return len(v) == 0
	case []map[string]any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	case map[string]string:
		return len(v) == 0
	case map[string][]string:
		return len(v) == 0
	}
	return false
}

// Spread adds the members of an object, such as the unknown fields of a record.
func Spread(fields map[string]any, rest jsontext.Value) error {
	if len(rest) == 0 {
		return nil
	}
	var members map[string]jsontext.Value
	if err := jsonv2.Unmarshal(rest, &members, Lenient()); err != nil {
		return Brief(err)
	}
	for name, value := range members {
		fields[name] = value
	}
	return nil
}

// Brief takes the library's name off its messages and keeps them to one line.
func Brief(err error) error {
	var semantic *jsonv2.SemanticError
	if errors.As(err, &semantic) {
		where := string(semantic.JSONPointer)
		if where == "" {
			where = "the record"
		}
		return fmt.Errorf("%s does not have the type that the schema asks for", where)
	}
	var syntax *jsontext.SyntacticError
	if errors.As(err, &syntax) {
		return fmt.Errorf("not valid JSON at byte %d: %w", syntax.ByteOffset, syntax.Err)
	}
	return err
}

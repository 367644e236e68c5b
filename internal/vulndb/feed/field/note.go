package field

import (
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/assay-sca/assay/internal/vulndb/feed/osvrecord"
)

// Note adds to a note the other fields of a record, which is an object, sorted by
// name: "text; name: value". What decorates vulnerabilities and products has no
// place for fields that only one feed has, and dropping them would lose what
// people can use.
func Note(text string, rest jsontext.Value) (string, error) {
	canonical, err := osvrecord.Extra(rest)
	if err != nil || canonical == nil {
		return text, err
	}
	var b strings.Builder
	b.WriteString(text)
	dec := jsontext.NewDecoder(strings.NewReader(string(canonical)), jsontext.AllowInvalidUTF8(true))
	_, err = dec.ReadToken()
	for err == nil && dec.PeekKind() == '"' {
		var name jsontext.Token
		if name, err = dec.ReadToken(); err != nil {
			break
		}
		label := name.String()
		var value jsontext.Value
		if value, err = dec.ReadValue(); err == nil {
			addNote(&b, label, value)
		}
	}
	return b.String(), err
}

// addNote leaves out what says nothing.
func addNote(b *strings.Builder, label string, value jsontext.Value) {
	said := string(value)
	if value.Kind() == '"' {
		text, err := jsontext.AppendUnquote(nil, value)
		if err == nil {
			said = string(text)
		}
	}
	switch said {
	case "", "null", "[]", "{}":
		return
	}
	if b.Len() > 0 {
		b.WriteString("; ")
	}
	b.WriteString(label + ": " + said)
}

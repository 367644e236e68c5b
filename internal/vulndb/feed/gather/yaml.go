package gather

import (
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/yamltree"
)

// FromYAML gives a YAML file that is one mapping the form of JSON, for feeds that
// come as either.
func FromYAML(data []byte) ([]byte, error) {
	doc, err := yamltree.Parse(data)
	if err != nil {
		return nil, err
	}
	if !doc.Root.IsMap() {
		return nil, errs.E(errs.Invalid, "it is no mapping")
	}
	return appendJSON(nil, doc.Root)
}

// appendJSON writes all scalars as text: the feeds have nothing else. A key that
// stands twice is refused when the text is read.
func appendJSON(out []byte, v yamltree.Value) ([]byte, error) {
	var err error
	switch {
	case v.IsMap():
		out = append(out, '{')
		first := true
		v.Entries(func(key string, item yamltree.Value) {
			if !first {
				out = append(out, ',')
			}
			first = false
			if err == nil {
				out, err = jsontext.AppendQuote(out, strings.ToValidUTF8(key, "\ufffd"))
			}
			if err == nil {
				out, err = appendJSON(append(out, ':'), item)
			}
		})
		return append(out, '}'), err
	case v.IsList():
		out = append(out, '[')
		for i, item := range v.Items() {
			if i > 0 {
				out = append(out, ',')
			}
			if out, err = appendJSON(out, item); err != nil {
				return nil, err
			}
		}
		return append(out, ']'), nil
	case v.IsScalar():
		return jsontext.AppendQuote(out, strings.ToValidUTF8(v.String(), "\ufffd"))
	}
	return append(out, "null"...), nil
}

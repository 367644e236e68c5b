package private

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/assay-sca/assay/internal/severity"
	"github.com/assay-sca/assay/internal/vulndb/feed/field"
	"github.com/assay-sca/assay/internal/vulndb/feed/osvrecord"
	"github.com/assay-sca/assay/internal/vulndb/feed/treejson"
	"github.com/assay-sca/assay/internal/yamltree"
)

// maxFaults are told of one file, so that not each needs a run of its own.
const maxFaults = 10

func asJSON(entry string, data []byte) (jsontext.Value, error) {
	if !isYAML(entry) {
		return data, nil
	}
	document, err := yamltree.Parse(data)
	if err != nil {
		return nil, err
	}
	if len(document.Duplicates) > 0 {
		twice := document.Duplicates[0]
		return nil, fmt.Errorf("line %d: %.40q stands there twice", twice.Line, twice.Key)
	}
	return treejson.YAML(document.Root), nil
}

// object is a JSON object.
type object = map[string]any

// checker gathers what is wrong, each with the path of the field.
type checker struct{ faults []string }

func (c *checker) fault(path, format string, args ...any) {
	if len(c.faults) == maxFaults {
		c.faults = append(c.faults, "and more")
	}
	if len(c.faults) < maxFaults {
		c.faults = append(c.faults, path+": "+fmt.Sprintf(format, args...))
	}
}

// validate checks a record against the schema, and for what the schema lets
// through but nobody means.
func validate(text jsontext.Value) (object, error) {
	var tree any
	if err := jsonv2.Unmarshal(text, &tree); err != nil {
		return nil, osvrecord.Brief(err)
	}
	root, ok := tree.(object)
	if !ok {
		return nil, errors.New("it is not an object with the fields of an advisory")
	}
	var c checker
	c.top(root)
	if len(c.faults) > 0 {
		return nil, errors.New(strings.Join(c.faults, "; "))
	}
	return root, nil
}

func (c *checker) top(root object) {
	c.known("", root, "schema_version", "id", "modified", "published", "withdrawn", "aliases", "related", "upstream", "summary", "details",
		"severity", "affected", "references", "credits", "database_specific")
	id := c.text("", root, "id", true)
	if id != "" && !osvrecord.Plain(id) {
		c.fault("id", "%.60q has blanks, slashes or signs that ids do not have", id)
	}
	for _, name := range []string{"schema_version", "summary", "details"} {
		c.text("", root, name, false)
	}
	for _, name := range []string{"modified", "published", "withdrawn"} {
		if at := c.text("", root, name, name == "modified"); at != "" {
			if _, ok := field.Time(at); !ok || len(at) < len("2024-01-31T00:00:00Z") {
				c.fault(name, "%.40q is no time like 2024-01-31T00:00:00Z", at)
			}
		}
	}
	for _, name := range []string{"aliases", "related", "upstream"} {
		for i, other := range c.texts("", root, name) {
			if other == id || !osvrecord.Plain(other) {
				c.fault(fmt.Sprintf("%s[%d]", name, i), "%.60q is no id of another record", other)
			}
		}
	}
	c.severities("", root)
	c.references(root)
	c.specific(root)
	entries := c.objects("", root, "affected")
	if len(entries) == 0 && len(c.faults) == 0 {
		c.fault("affected", "it is missing or empty: nothing would ever be found")
	}
	for i, entry := range entries {
		c.affected(fmt.Sprintf("affected[%d]", i), entry)
	}
	c.objects("", root, "credits")
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// known refuses fields that are not in the schema: most are slips.
func (c *checker) known(path string, o object, names ...string) {
	for _, name := range sortedNames(o) {
		if !slices.Contains(names, name) {
			c.fault(join(path, fmt.Sprintf("%.60q", name)), "the schema has no such field; what is your own goes below database_specific")
		}
	}
}

func sortedNames(o object) []string {
	names := make([]string, 0, len(o))
	for name := range o {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// text is a field that is a text, and must be there if it is needed.
func (c *checker) text(path string, o object, name string, needed bool) string {
	v, ok := o[name]
	text, isText := v.(string)
	switch {
	case !ok && needed:
		c.fault(join(path, name), "it is missing")
	case ok && !isText:
		c.fault(join(path, name), "it is no text")
	case ok && text == "" && needed:
		c.fault(join(path, name), "it is empty")
	}
	return text
}

func (c *checker) list(path string, o object, name string) []any {
	v, ok := o[name]
	list, isList := v.([]any)
	if ok && !isList {
		c.fault(join(path, name), "it is no list")
	}
	return list
}

func (c *checker) texts(path string, o object, name string) []string {
	var out []string
	for i, v := range c.list(path, o, name) {
		text, ok := v.(string)
		if !ok || text == "" {
			c.fault(fmt.Sprintf("%s[%d]", join(path, name), i), "it is no text")
		}
		out = append(out, text)
	}
	return out
}

func (c *checker) objects(path string, o object, name string) []object {
	var out []object
	for i, v := range c.list(path, o, name) {
		entry, ok := v.(object)
		if !ok {
			c.fault(fmt.Sprintf("%s[%d]", join(path, name), i), "it is no object")
		}
		out = append(out, entry)
	}
	return out
}

func (c *checker) severities(path string, o object) {
	for i, rating := range c.objects(path, o, "severity") {
		at := fmt.Sprintf("%s[%d]", join(path, "severity"), i)
		c.known(at, rating, "type", "score")
		kind, score := c.text(at, rating, "type", true), c.text(at, rating, "score", true)
		if kind == "" || score == "" {
			continue
		}
		cvss, err := severity.Score(score)
		if err != nil || cvss.Type != kind {
			c.fault(at, "%.80q is no vector of %.20s (known are CVSS_V2, CVSS_V3, CVSS_V4)", score, kind)
		}
	}
}

func (c *checker) references(o object) {
	kinds := []string{"ADVISORY", "ARTICLE", "DETECTION", "DISCUSSION", "EVIDENCE", "FIX", "GIT", "INTRODUCED", "PACKAGE", "REPORT", "WEB"}
	for i, reference := range c.objects("", o, "references") {
		at := fmt.Sprintf("references[%d]", i)
		c.known(at, reference, "type", "url")
		if kind := c.text(at, reference, "type", true); kind != "" && !slices.Contains(kinds, kind) {
			c.fault(at+".type", "%.20q is none of %s", kind, strings.Join(kinds, ", "))
		}
		if link := c.text(at, reference, "url", true); link != "" {
			if u, err := url.Parse(link); err != nil || u.Scheme == "" {
				c.fault(at+".url", "%.60q is no link", link)
			}
		}
	}
}

// specific checks those of the user's own fields that mean something here.
func (c *checker) specific(root object) {
	own, ok := root["database_specific"].(object)
	if !ok {
		if root["database_specific"] != nil {
			c.fault("database_specific", "it is no object")
		}
		return
	}
	if word := c.text("database_specific", own, "severity", false); word != "" {
		if _, ok := severity.ParseLevel(word); !ok {
			c.fault("database_specific.severity", "%.20q is none of low, medium, high, critical", word)
		}
	}
	for i, id := range c.texts("database_specific", own, "cwe_ids") {
		if !field.CWE(id) {
			c.fault(fmt.Sprintf("database_specific.cwe_ids[%d]", i), "%.20q is no id like CWE-79", id)
		}
	}
}

package rubysec

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/purl"
	"github.com/assay-sca/assay/internal/vulndb/feed/field"
	"github.com/assay-sca/assay/internal/vulndb/feed/osvrecord"
	"github.com/assay-sca/assay/internal/vulndb/feed/spans"
	"github.com/assay-sca/assay/internal/vulndb/feed/treejson"
	"github.com/assay-sca/assay/internal/yamltree"
)

// placed are the fields that have a place in the common record, and ofPackage
// those that go to the package's extras.
var (
	placed = []string{ //nolint:gochecknoglobals // a table
		"gem", "cve", "ghsa", "osvdb", "url", "title", "date", "description", "cvss_v2", "cvss_v3", "cvss_v4", "related", "vendor_patch",
	}
	ofPackage = []string{ //nolint:gochecknoglobals // a table
		"engine", "framework", "library", "platform", "patched_versions", "unaffected_versions",
	}
)

func decode(entry string, data []byte) (advisory.Advisory, error) {
	if len(data) > maxRecord {
		return advisory.Advisory{}, fmt.Errorf("it has over %d bytes", maxRecord)
	}
	document, err := yamltree.Parse(data)
	if err != nil {
		return advisory.Advisory{}, err
	}
	if len(document.Duplicates) > 0 {
		twice := document.Duplicates[0]
		return advisory.Advisory{}, fmt.Errorf("line %d: %.40q stands there twice", twice.Line, twice.Key)
	}
	root := document.Root
	a, err := head(entry, root)
	if err != nil {
		return a, err
	}
	f, err := affected(root)
	if err != nil {
		return a, err
	}
	a.Affected = []advisory.Affected{f}
	a.Extra, err = extra(root)
	return a, err
}

func head(entry string, root yamltree.Value) (advisory.Advisory, error) {
	a := advisory.Advisory{ID: id(entry), Summary: root.Get("title").String(), Details: root.Get("description").String()}
	for _, kind := range []struct{ name, prefix string }{{"cve", "CVE-"}, {"ghsa", "GHSA-"}, {"osvdb", "OSVDB-"}} {
		if number := root.Get(kind.name).String(); number != "" && kind.prefix+number != a.ID {
			a.Aliases = append(a.Aliases, kind.prefix+number)
		}
		for _, number := range root.Get("related", kind.name).Items() {
			a.Related = append(a.Related, kind.prefix+number.String())
		}
	}
	if !osvrecord.Plain(a.ID) || slices.ContainsFunc(a.Aliases, func(alias string) bool { return !osvrecord.Plain(alias) }) {
		return a, fmt.Errorf("its ids %.60q %.60q are none", a.ID, a.Aliases)
	}
	date := root.Get("date")
	published, ok := field.Time(date.String())
	if !ok {
		return a, fmt.Errorf("line %d: date %.40q is none", date.Line, date.String())
	}
	a.Published = published
	a.References = references(root)
	return a, rate(&a, root)
}

func references(root yamltree.Value) []advisory.Reference {
	var out []advisory.Reference
	seen := map[string]bool{}
	add := func(tag string, urls ...yamltree.Value) {
		for _, url := range urls {
			if text := url.String(); text != "" && !seen[text] {
				seen[text] = true
				out = append(out, advisory.Reference{URL: text, Tags: []string{tag}})
			}
		}
	}
	add("web", root.Get("url"))
	add("fix", root.Get("vendor_patch").Items()...)
	add("web", root.Get("related", "url").Items()...)
	return out
}

// rate takes the scores, which come without their vectors. The word is that of
// the latest of them, by the scale of its CVSS.
func rate(a *advisory.Advisory, root yamltree.Value) error {
	for _, kind := range []string{"v4", "v3", "v2"} {
		score := root.Get("cvss_" + kind)
		if !score.IsScalar() {
			continue
		}
		n, err := strconv.ParseFloat(score.String(), 64)
		if err != nil || !(n >= 0 && n <= 10) {
			return fmt.Errorf("line %d: cvss_%s %.40q is no score", score.Line, kind, score.String())
		}
		a.Severity = append(a.Severity, advisory.Severity{Type: "CVSS_V" + kind[1:] + "_SCORE", Score: score.String(), Rank: len(a.Severity) + 1})
		if a.Word == "" {
			a.Word = word(n, kind == "v2")
		}
	}
	return nil
}

// word is the qualitative scale of CVSS; version 2 ends with "high".
func word(score float64, second bool) string {
	switch {
	case score >= 9 && !second:
		return "critical"
	case score >= 7:
		return "high"
	case score >= 4:
		return "medium"
	case score > 0 || second:
		return "low"
	}
	return "none"
}

// affected is the gem or the engine, with what neither the patched nor the
// unaffected versions allow.
func affected(root yamltree.Value) (advisory.Affected, error) {
	var f advisory.Affected
	grammar := spans.Gems()
	switch gem, engine := root.Get("gem").String(), root.Get("engine").String(); {
	case gem != "":
		f.Ecosystem, f.Name = purl.RubyGems, gem
	case engine != "" && osvrecord.Plain(engine):
		f.CPE, grammar = product(engine), spans.Engines()
	default:
		return f, errors.New("it names neither gem nor engine")
	}
	patched, err := requirements(root.Get("patched_versions"))
	if err != nil {
		return f, err
	}
	unaffected, err := requirements(root.Get("unaffected_versions"))
	if err != nil {
		return f, err
	}
	if f.Stated, err = grammar.Rest(slices.Concat(patched, unaffected)); err != nil {
		return f, err
	}
	f.Unaffected = len(f.Stated) == 0
	f.Fix.State = advisory.NotFixed
	if len(patched) > 0 {
		f.Fix.State = advisory.Fixed
	}
	var rest []osvrecord.Member
	for _, name := range ofPackage {
		if v := root.Get(name); v.Exists() {
			rest = append(rest, osvrecord.Member{Name: name, Value: treejson.YAML(v)})
		}
	}
	f.Extra, err = osvrecord.Extra(nil, rest...)
	return f, err
}

func requirements(list yamltree.Value) ([]string, error) {
	if list.Exists() && !list.IsList() && !list.IsNull() {
		return nil, fmt.Errorf("line %d: no list of requirements", list.Line)
	}
	var out []string
	for _, item := range list.Items() {
		if !item.IsScalar() {
			return nil, fmt.Errorf("line %d: no requirement", item.Line)
		}
		out = append(out, item.String())
	}
	return out, nil
}

// product is the CPE name of an implementation of Ruby. Those that the CPE
// dictionary does not know are their own makers.
func product(engine string) string {
	vendors := map[string]string{"ruby": "ruby-lang", "rbx": "rubini", "truffleruby": "oracle"}
	names := map[string]string{"rbx": "rubinius"}
	vendor, name := vendors[engine], names[engine]
	if vendor == "" {
		vendor = engine
	}
	if name == "" {
		name = engine
	}
	return "cpe:2.3:a:" + vendor + ":" + name + ":*:*:*:*:*:*:*:*"
}

func extra(root yamltree.Value) ([]byte, error) {
	var rest []osvrecord.Member
	root.Entries(func(name string, v yamltree.Value) {
		if !slices.Contains(placed, name) && !slices.Contains(ofPackage, name) {
			rest = append(rest, osvrecord.Member{Name: name, Value: treejson.YAML(v)})
		}
	})
	var unknown []osvrecord.Member
	root.Get("related").Entries(func(name string, v yamltree.Value) {
		if !slices.Contains([]string{"cve", "ghsa", "osvdb", "url"}, name) {
			unknown = append(unknown, osvrecord.Member{Name: name, Value: treejson.YAML(v)})
		}
	})
	related, err := osvrecord.Extra(nil, unknown...)
	if err != nil {
		return nil, err
	}
	return osvrecord.Extra(nil, append(rest, osvrecord.Member{Name: "related", Value: related})...)
}

package rustsec

import (
	"bytes"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/purl"
	"github.com/assay-sca/assay/internal/tomltree"
	"github.com/assay-sca/assay/internal/vulndb/feed/field"
	"github.com/assay-sca/assay/internal/vulndb/feed/osvrecord"
	"github.com/assay-sca/assay/internal/vulndb/feed/spans"
	"github.com/assay-sca/assay/internal/vulndb/feed/treejson"
)

const (
	opening = "```toml\n"
	closing = "\n```"
)

// placed are the fields of [advisory] that have a place in the common record.
var placed = []string{ //nolint:gochecknoglobals // a table
	"id", "package", "date", "withdrawn", "url", "references", "aliases", "related", "title", "description", "cvss",
}

func decode(entry string, data []byte) (advisory.Advisory, error) {
	front, text, err := split(data)
	if err != nil {
		return advisory.Advisory{}, err
	}
	a, err := head(front)
	if err != nil {
		return a, err
	}
	titled(&a, text, front)
	f, err := affected(entry, front)
	if err != nil {
		return a, err
	}
	a.Affected = []advisory.Affected{f}
	a.Extra, err = extra(front)
	return a, err
}

// split parts the TOML block from the text. The block is parsed with the fence's
// line in front, so that faults name the file's lines.
func split(data []byte) (front *tomltree.Table, text string, err error) {
	if len(data) > maxRecord {
		return nil, "", fmt.Errorf("it has over %d bytes", maxRecord)
	}
	all := string(bytes.ReplaceAll(bytes.TrimPrefix(data, []byte("\ufeff")), []byte("\r\n"), []byte("\n")))
	all, found := strings.CutPrefix(strings.TrimLeft(all, "\n"), opening)
	if !found {
		return nil, "", errors.New("it does not begin with a ```toml block")
	}
	block, text, found := strings.Cut(all, closing)
	if !found {
		return nil, "", errors.New("its ```toml block does not end")
	}
	front, err = tomltree.Parse([]byte("\n" + block + "\n"))
	return front, text, err
}

func head(front *tomltree.Table) (advisory.Advisory, error) {
	get := func(name string) tomltree.Value { return front.Get("advisory", name) }
	a := advisory.Advisory{
		ID: get("id").String(), Aliases: get("aliases").Strings(), Related: get("related").Strings(),
		// What is no vulnerability says so in the place of a severity.
		Word: get("informational").String(),
	}
	switch {
	case a.ID == "":
		return a, errors.New("[advisory] has no id")
	case !osvrecord.Plain(a.ID):
		return a, fmt.Errorf("its id %.60q is none", a.ID)
	}
	var err error
	if a.Published, err = date(get("date"), "date"); err != nil {
		return a, err
	}
	if a.Withdrawn, err = date(get("withdrawn"), "withdrawn"); err != nil {
		return a, err
	}
	if url := get("url").String(); url != "" {
		a.References = append(a.References, advisory.Reference{URL: url, Tags: []string{"web"}})
	}
	for _, url := range get("references").Strings() {
		a.References = append(a.References, advisory.Reference{URL: url, Tags: []string{"web"}})
	}
	if vector := get("cvss").String(); vector != "" {
		a.Severity = []advisory.Severity{{Type: scheme(vector), Score: vector}}
	}
	return a, nil
}

func date(v tomltree.Value, name string) (string, error) {
	if !v.Exists() {
		return "", nil
	}
	at, ok := field.Time(v.String())
	if !ok {
		return "", fmt.Errorf("line %d: %s %.40q is no date", v.Line, name, v.String())
	}
	return at, nil
}

func scheme(vector string) string {
	switch {
	case strings.HasPrefix(vector, "CVSS:4"):
		return "CVSS_V4"
	case strings.HasPrefix(vector, "CVSS:3"):
		return "CVSS_V3"
	}
	return "CVSS_V2"
}

// titled takes the heading and what follows it; the oldest records have both in
// the block.
func titled(a *advisory.Advisory, text string, front *tomltree.Table) {
	text = strings.TrimSpace(text)
	if heading, rest, _ := strings.Cut(text, "\n"); strings.HasPrefix(heading, "# ") {
		a.Summary, text = strings.TrimSpace(heading[2:]), strings.TrimSpace(rest)
	}
	a.Details = text
	if a.Summary == "" {
		a.Summary = front.Get("advisory", "title").String()
	}
	if a.Details == "" {
		a.Details = front.Get("advisory", "description").String()
	}
}

// affected is the crate, with what neither patched nor unaffected allows.
func affected(entry string, front *tomltree.Table) (advisory.Affected, error) {
	f := advisory.Affected{Ecosystem: purl.Cargo, Name: front.Get("advisory", "package").String()}
	if f.Name == "" {
		return f, errors.New("[advisory] names no package")
	}
	patched, err := requirements(front, "patched")
	if err != nil {
		return f, err
	}
	unaffected, err := requirements(front, "unaffected")
	if err != nil {
		return f, err
	}
	if f.Stated, err = spans.Cargo().Rest(slices.Concat(patched, unaffected)); err != nil {
		return f, err
	}
	f.Unaffected = len(f.Stated) == 0
	f.Fix.State = advisory.NotFixed
	if len(patched) > 0 {
		f.Fix.State = advisory.Fixed
	}
	if ofRust(entry, front) {
		f.CPE, f.Ecosystem, f.Name = product(f.Name), "", ""
	}
	f.Extra, err = osvrecord.Extra(treejson.TOML(front.Get("versions")), osvrecord.Member{Name: "affected", Value: treejson.TOML(front.Get("affected"))})
	return f, err
}

func requirements(front *tomltree.Table, name string) ([]string, error) {
	list := front.Get("versions", name)
	if !list.Exists() { // the form before version 3 had them among the others
		list = front.Get("advisory", name+"_versions")
	}
	texts := list.Strings()
	if list.Exists() && (!list.IsArray() || len(texts) != len(list.Items())) {
		return nil, fmt.Errorf("line %d: %s is no list of requirements", list.Line, name)
	}
	if !list.Exists() && name == "patched" {
		return nil, errors.New("it does not say what is patched")
	}
	return texts, nil
}

// ofRust tells advisories of Rust itself from those of crates, by their folder.
func ofRust(entry string, front *tomltree.Table) bool {
	return front.Get("advisory", "collection").String() == "rust" || path.Base(path.Dir(path.Dir(entry))) == "rust"
}

// product names what a component of Rust is part of: Cargo has a name of its own.
func product(component string) string {
	if component == "cargo" {
		return "cpe:2.3:a:rust-lang:cargo:*:*:*:*:*:*:*:*"
	}
	return "cpe:2.3:a:rust-lang:rust:*:*:*:*:*:*:*:*"
}

// extra are the fields without a place, those of [advisory] under their own names
// and other tables under theirs.
func extra(front *tomltree.Table) ([]byte, error) {
	var rest []osvrecord.Member
	for name, value := range front.Get("advisory").Table().Entries() {
		if !slices.Contains(placed, name) {
			rest = append(rest, osvrecord.Member{Name: name, Value: treejson.TOML(value)})
		}
	}
	for name, value := range front.Entries() {
		if name != "advisory" && name != "versions" && name != "affected" {
			rest = append(rest, osvrecord.Member{Name: "[" + name + "]", Value: treejson.TOML(value)})
		}
	}
	return osvrecord.Extra(nil, rest...)
}

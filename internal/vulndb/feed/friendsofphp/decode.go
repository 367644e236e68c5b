package friendsofphp

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/purl"
	"github.com/assay-sca/assay/internal/version"
	"github.com/assay-sca/assay/internal/vulndb/feed/field"
	"github.com/assay-sca/assay/internal/vulndb/feed/osvrecord"
	"github.com/assay-sca/assay/internal/vulndb/feed/spans"
	"github.com/assay-sca/assay/internal/vulndb/feed/treejson"
	"github.com/assay-sca/assay/internal/yamltree"
)

// maxBranches bounds one record; the longest real one has a few dozen.
const maxBranches = 1_000

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
	a := advisory.Advisory{Summary: root.Get("title").String()}
	if link := root.Get("link").String(); link != "" {
		a.References = []advisory.Reference{{URL: link, Tags: []string{"advisory"}}}
	}
	f, err := affected(root)
	if err != nil {
		return a, err
	}
	if a.ID = id(entry, f.Name, root.Get("cve")); !osvrecord.Plain(a.ID) {
		return a, fmt.Errorf("its id %.60q is none", a.ID)
	}
	a.Affected = []advisory.Affected{f}
	a.Extra, err = extra(root, "title", "link", "cve", "reference", "branches", "composer-repository")
	return a, err
}

// id is the CVE; without one the package and the file's name, which is a date.
func id(entry, name string, cve yamltree.Value) string {
	if cve.IsScalar() {
		return cve.String()
	}
	stem := strings.TrimSuffix(path.Base(entry), ".yaml")
	return "FOP-" + strings.ReplaceAll(name, "/", "-") + "-" + stem
}

func affected(root yamltree.Value) (advisory.Affected, error) {
	f := advisory.Affected{Ecosystem: ecosystem(root.Get("composer-repository").String())}
	reference := root.Get("reference")
	name, ok := strings.CutPrefix(reference.String(), "composer://")
	if !ok || strings.Count(name, "/") != 1 || strings.HasPrefix(name, "/") || strings.HasSuffix(name, "/") {
		return f, fmt.Errorf("line %d: reference %.60q names no package of Composer", reference.Line, reference.String())
	}
	f.Name = name
	branches := root.Get("branches")
	if !branches.IsMap() || branches.Len() == 0 || branches.Len() > maxBranches {
		return f, errors.New("it has no branches, or too many")
	}
	var fault error
	branches.Entries(func(branch string, v yamltree.Value) {
		i, ok, err := interval(v.Get("versions"))
		if err != nil {
			fault = fmt.Errorf("branch %.40s: %w", branch, err)
		}
		if ok {
			f.Stated = append(f.Stated, i)
		}
	})
	if fault != nil {
		return f, fault
	}
	var err error
	if f.Stated, err = spans.Plain(version.Packagist).Union(f.Stated); err != nil {
		return f, err
	}
	if len(f.Stated) == 0 {
		return f, errors.New("its branches have no versions")
	}
	f.Fix = fix(f.Stated, branches)
	f.Extra, err = osvrecord.Extra(nil, osvrecord.Member{Name: "branches", Value: treejson.YAML(branches)},
		osvrecord.Member{Name: "composer-repository", Value: treejson.YAML(root.Get("composer-repository"))})
	return f, err
}

// ecosystem is Composer's, with the address of a repository of its own as in
// OSV's records of Drupal. "false" says that no repository has the package.
func ecosystem(repository string) string {
	if !strings.Contains(repository, "://") || strings.Contains(repository, "packagist") {
		return purl.Packagist
	}
	return purl.Packagist + ":" + strings.TrimSuffix(repository, "/")
}

// interval is what all of a branch's constraints allow.
func interval(versions yamltree.Value) (i advisory.Interval, ok bool, err error) {
	if !versions.IsList() {
		return i, false, errors.New("it has no list of versions")
	}
	var clauses []string
	for _, item := range versions.Items() {
		if !item.IsScalar() {
			return i, false, fmt.Errorf("line %d: no constraint", item.Line)
		}
		clauses = append(clauses, lowered(item.String()))
	}
	return spans.Plain(version.Packagist).Allowed(strings.Join(clauses, ","))
}

// lowered takes ">=2.0" from the first moment of 2.0 on, as Composer does: its
// pre-releases are affected. Composer takes them out of "<2.0", too; here they stay
// in: the fix is the release, and which pre-release had it nobody says.
func lowered(clause string) string {
	bound, ok := strings.CutPrefix(strings.TrimSpace(clause), ">=")
	if bound = strings.TrimSpace(bound); !ok || bound == "" || strings.Trim(bound, "0123456789.") != "" {
		return clause
	}
	return ">=" + bound + "-dev"
}

// fix says when the first branch was fixed. What is known of the others stays in
// the extras.
func fix(stated []advisory.Interval, branches yamltree.Value) advisory.Fix {
	var out advisory.Fix
	if slices.ContainsFunc(stated, func(i advisory.Interval) bool { return i.Fix() != "" }) {
		out.State = advisory.Fixed
	}
	branches.Entries(func(_ string, v yamltree.Value) {
		at, ok := field.Time(v.Get("time").String())
		if ok && (out.Available == "" || at < out.Available) {
			out.Available = at
		}
	})
	return out
}

func extra(root yamltree.Value, placed ...string) ([]byte, error) {
	var rest []osvrecord.Member
	root.Entries(func(name string, v yamltree.Value) {
		if !slices.Contains(placed, name) {
			rest = append(rest, osvrecord.Member{Name: name, Value: treejson.YAML(v)})
		}
	})
	return osvrecord.Extra(nil, rest...)
}

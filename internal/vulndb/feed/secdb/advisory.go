package secdb

import (
	"bytes"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/vulndb/feed/gather"
)

// advisory makes the record of an id from what the files say of it.
func (d Distribution) advisory(id string, texts [][]byte) (advisory.Advisory, error) {
	upstream := strings.TrimPrefix(id, d.Provider+"-")
	a := advisory.Advisory{ID: id, Upstream: []string{upstream}}
	if strings.HasPrefix(upstream, "CVE-") && d.Link != "" {
		a.References = []advisory.Reference{{URL: d.Link + upstream, Tags: []string{"advisory"}}}
	}
	pieces := make([]piece, len(texts))
	for i, text := range texts {
		if err := gather.Decode(text, &pieces[i]); err != nil {
			return a, err
		}
		a.Related = append(a.Related, pieces[i].Related...)
	}
	a.Related = unique(a.Related)
	for len(pieces) > 0 {
		n := 1
		for n < len(pieces) && same(pieces[0], pieces[n]) {
			n++
		}
		affected, err := d.affected(pieces[:n])
		if err != nil {
			return a, err
		}
		a.Affected = append(a.Affected, affected)
		pieces = pieces[n:]
	}
	return a, nil
}

// same tells whether two pieces speak of one package; they are sorted.
func same(a, b piece) bool {
	return a.Release == b.Release && a.Repo == b.Repo && a.Name == b.Name
}

// affected is one package of a release. Where several versions are named, the
// earlier did not fix it for good: each has its own range, so the latest counts.
func (d Distribution) affected(pieces []piece) (advisory.Affected, error) {
	first := pieces[0]
	a := advisory.Affected{
		Ecosystem: d.ecosystem(first), Name: first.Name,
		PURL: gather.SourcePURL("apk", d.PURL, first.Name),
	}
	extra := map[string]any{}
	var remarks, versions []string
	for i, p := range pieces {
		if len(p.Extra) > 0 && (i == 0 || !bytes.Equal(p.Extra, pieces[i-1].Extra)) {
			var fields map[string]jsontext.Value
			if err := gather.Decode(p.Extra, &fields); err != nil {
				return a, err
			}
			gather.Keep(extra, fields)
		}
		if p.Remark != "" {
			remarks = append(remarks, p.Remark)
		}
		versions = append(versions, p.Version)
	}
	versions = unique(versions)
	for _, v := range versions {
		if v != never {
			a.Ranges = append(a.Ranges, advisory.Range{Type: advisory.Ecosystem, Events: []advisory.Event{{Introduced: "0"}, {Fixed: v}}})
		}
	}
	switch {
	case len(a.Ranges) == 0:
		a.Unaffected = true
	case len(a.Ranges) < len(versions): // "never" and fixed: the careful reading counts
		extra["secfixes"] = versions
	}
	if len(a.Ranges) > 0 {
		a.Fix.State = advisory.Fixed
	}
	if len(remarks) > 0 {
		extra["remarks"] = unique(remarks)
	}
	if first.Repo != "" {
		extra["reponame"] = first.Repo
	}
	if d.Rolling && first.Release != "" {
		extra["distroversion"] = first.Release
	}
	var err error
	a.Extra, err = gather.Extra(extra)
	return a, err
}

// never is the version that is given for vulnerabilities that a package never had.
const never = "0"

// ecosystem: repositories are part of their release, also where the release is
// written with one ("edge-main"). The OSV schema writes "v3.18".
func (d Distribution) ecosystem(p piece) string {
	if d.Rolling {
		return d.Ecosystem
	}
	release := strings.TrimSuffix(p.Release, "-"+p.Repo)
	if release != "" && release[0] >= '0' && release[0] <= '9' {
		release = "v" + release
	}
	return d.Ecosystem + ":" + release
}

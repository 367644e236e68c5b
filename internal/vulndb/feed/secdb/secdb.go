// Package secdb reads security databases of apk distributions in the layout of
// Alpine's (https://secdb.alpinelinux.org/), as JSON or YAML: for each package
// which version fixed which vulnerabilities. The version "0" stands for those that
// never concerned it.
package secdb

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/vulndb/feed"
	"github.com/assay-sca/assay/internal/vulndb/feed/fileset"
	"github.com/assay-sca/assay/internal/vulndb/feed/gather"
)

// maxFile bounds one file, in bytes. The largest real one has about 50 MB.
const maxFile = 256 << 20

// Distribution is whose database it is.
type Distribution struct {
	Feed      string // the feed's name
	Provider  string // and the prefix of the records' ids
	Ecosystem string // as the OSV schema names it
	PURL      string // the namespace of package URLs
	Rolling   bool   // it has no releases
	Link      string // of a page about a CVE, which follows; may be empty
}

// Sets finds the files of a distribution's database at path.
func (d Distribution) Sets(path string) ([]feed.Set, error) {
	return gather.Sets(gather.Kind{
		Provider: func(string) string { return d.Provider }, Make: d.advisory,
		Files: fileset.Kind{Feed: d.Feed, What: "security databases (*.json, *.yaml)", Wants: wants, MaxFile: maxFile, Many: d.read},
	}, path)
}

// wants leaves out Wolfi's native advisories, which may lie beside.
func wants(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".json":
		return true
	case ".yaml", ".yml":
		return !strings.HasSuffix(name, ".advisories.yaml")
	}
	return false
}

// database is one file.
type database struct {
	Release  string                    `json:"distroversion"`
	Repo     string                    `json:"reponame"`
	Packages jsontext.Value            `json:"packages"`
	Rest     map[string]jsontext.Value `json:",embed"` // archs, urlprefix, apkurl and what is not known
}

type entry struct {
	Package struct {
		Name  string                    `json:"name"`
		Fixes map[string]jsontext.Value `json:"secfixes"`
		Rest  map[string]jsontext.Value `json:",embed"`
	} `json:"pkg"`
	Rest  map[string]jsontext.Value `json:",embed"`
	extra jsontext.Value            // all that has no place of its own, once it is needed
}

// piece is what one line says: of a package, which version fixed it. The order of
// the fields is the order in which pieces are sorted.
type piece struct {
	Release string         `json:"release"`
	Repo    string         `json:"repo"`
	Name    string         `json:"name"`
	Version string         `json:"version"`
	Remark  string         `json:"remark,omitempty"`
	Related []string       `json:"related,omitempty"`
	Extra   jsontext.Value `json:"extra,omitempty"` // an object
}

// source is a file while it is read.
type source struct {
	Distribution
	patterns
	name  string
	db    database
	yield func(feed.Record) error
}

func (d Distribution) read(name string, r io.Reader, yield func(feed.Record) error) error {
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if data, err = asJSON(data); err != nil {
		return err
	}
	s := source{Distribution: d, patterns: newPatterns(), name: name, yield: yield}
	if err := gather.Decode(data, &s.db); err != nil {
		return err
	}
	packages, err := s.packages()
	if err != nil {
		return err
	}
	for i, raw := range packages {
		if err := s.pkg(i, raw); err != nil {
			return err
		}
	}
	return nil
}

// packages refuses what is another file. A repository without fixes has null.
func (s *source) packages() ([]jsontext.Value, error) {
	var list []jsontext.Value
	if s.db.Packages == nil {
		return nil, errs.E(errs.Invalid, "it is no security database: it has no packages")
	}
	if err := gather.Decode(s.db.Packages, &list); err != nil {
		return nil, errs.E(errs.Invalid, "packages: %w", err)
	}
	if s.db.Release == "" && !s.Rolling && len(list) > 0 {
		return nil, errs.E(errs.Invalid, "it is no security database of %s: it names no release (distroversion)", s.Ecosystem)
	}
	return list, nil
}

func (s *source) pkg(i int, raw jsontext.Value) error {
	var e entry
	err := gather.Decode(raw, &e)
	if err == nil && e.Package.Name == "" {
		err = fmt.Errorf("it names no package")
	}
	if err != nil {
		return s.yield(feed.Record{Entry: fmt.Sprintf("%s#packages[%d]", s.name, i), Err: err})
	}
	for _, version := range slices.Sorted(maps.Keys(e.Package.Fixes)) {
		p := piece{Release: s.db.Release, Repo: s.db.Repo, Name: e.Package.Name, Version: version}
		if err := s.version(p, &e); err != nil {
			return err
		}
	}
	return nil
}

// version reads what one version fixed: a list, or nothing (null).
func (s *source) version(p piece, e *entry) error {
	var lines []string
	err := gather.Decode(e.Package.Fixes[p.Version], &lines)
	if err == nil && p.Version == "" {
		err = fmt.Errorf("no version is named")
	}
	if err != nil {
		return s.skip(p, err)
	}
	if len(lines) > 0 && e.extra == nil {
		extra := map[string]any{}
		gather.Keep(extra, s.db.Rest, e.Rest, e.Package.Rest)
		if e.extra, err = gather.Extra(extra); err != nil {
			return s.skip(p, err)
		}
	}
	p.Extra = e.extra
	for _, line := range lines {
		ids, related, remark := s.parse(line)
		if len(ids) == 0 {
			if err := s.skip(p, fmt.Errorf("%.80q names no vulnerability", line)); err != nil {
				return err
			}
		}
		p.Related, p.Remark = related, remark
		text, err := jsonv2.Marshal(p, jsonv2.Deterministic(true), jsontext.AllowInvalidUTF8(true))
		if err != nil {
			return err
		}
		for _, id := range ids {
			if err := s.yield(gather.Piece(s.name, s.Provider+"-"+id, text)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *source) skip(p piece, err error) error {
	return s.yield(feed.Record{Entry: s.name + "#" + p.Name + "@" + p.Version, Err: err})
}

// asJSON gives YAML the form that the rest reads.
func asJSON(data []byte) ([]byte, error) {
	if text := bytes.TrimLeft(data, " \t\r\n\ufeff"); len(text) > 0 && text[0] == '{' {
		return text, nil
	}
	return gather.FromYAML(data)
}

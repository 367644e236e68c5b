// Package verificationmetadata reads Gradle's gradle/verification-metadata.xml,
// which holds the checksums of everything that a build may download.
package verificationmetadata

import (
	"context"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/purl"
	"github.com/assay-sca/assay/internal/xmlstream"
)

// Extractor checks verification-metadata.xml. The file grows with every version
// that was ever used and is not cleaned up: it tells of no component that it is
// still in use.
type Extractor struct{}

var _ extract.Extractor = (*Extractor)(nil)

// New returns the extractor.
func New() Extractor { return Extractor{} }

// Format describes verification-metadata.xml.
func (Extractor) Format() extract.Format {
	return extract.Format{
		Name:      "verification-metadata.xml",
		Ecosystem: purl.Maven,
		Role:      extract.Evidence,
		Files:     "gradle/verification-metadata.xml",
	}
}

// Wants accepts the file in any folder "gradle".
func (Extractor) Wants(path string) bool {
	const name = "gradle/verification-metadata.xml"
	return path == name || strings.HasSuffix(path, "/"+name)
}

// Extract checks one file.
func (Extractor) Extract(_ context.Context, in extract.Input) (extract.File, error) {
	m := metadata{reader: xmlstream.New(in.Data)}
	for {
		t, ok, err := m.reader.Next()
		if err == nil && ok && t.Kind == xmlstream.Start {
			err = m.start(t)
		}
		switch {
		case err != nil:
			return m.file, err
		case ok:
			continue
		case !m.rooted:
			return m.file, errs.AtLine(1, "no element %q", root)
		}
		m.file.Notes = append(m.file.Notes, fmt.Sprintf("it has checksums of %d of the %d artifacts of %d components",
			m.checked, m.artifacts, m.components))
		return m.file, nil
	}
}

const root = "verification-metadata"

type metadata struct {
	reader     *xmlstream.Reader
	file       extract.File
	rooted     bool
	components int
	artifacts  int
	checked    int // artifacts with a checksum
	counted    int // the artifact whose checksum was counted last
}

// The depths of the elements of interest.
const (
	rootDepth = 1 + iota
	_         // configuration, components
	componentDepth
	artifactDepth
	checksumDepth
)

func (m *metadata) start(t xmlstream.Token) error {
	switch depth := m.reader.Depth(); {
	case depth == rootDepth:
		if t.Name != root {
			return errs.AtLine(t.Line, "the element at the top is %q, not %q", t.Name, root)
		}
		m.rooted = true
	case depth == componentDepth && t.Name == "component":
		m.components++
		return m.has(t, "group", "name", "version")
	case depth == artifactDepth && t.Name == "artifact" && m.components > 0:
		m.artifacts++
		return m.has(t, "name")
	case depth == checksumDepth:
		return m.checksum(t)
	}
	return nil
}

// has checks that an element has its attributes.
func (m *metadata) has(t xmlstream.Token, names ...string) error {
	for _, name := range names {
		value, err := t.Attr(name)
		if err != nil {
			return err
		}
		if value == "" {
			m.file.Fault(t.Line, "an element %q without %q", t.Name, name)
		}
	}
	return nil
}

// checksum checks a sum's length.
func (m *metadata) checksum(t xmlstream.Token) error {
	size := map[string]int{"md5": 16, "sha1": 20, "sha256": 32, "sha512": 64}[t.Name]
	if size == 0 {
		return nil // such as the key of a signature
	}
	sum, err := t.Attr("value")
	if err != nil {
		return err
	}
	if decoded, err := hex.DecodeString(sum); err != nil || len(decoded) != size {
		m.file.Fault(t.Line, "%.150q is no %s checksum", sum, t.Name)
	}
	if m.counted != m.artifacts {
		m.counted = m.artifacts
		m.checked++
	}
	return nil
}

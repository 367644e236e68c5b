// Package packagesconfig reads packages.config, the list of packages of .NET
// projects of the old kind.
package packagesconfig

import (
	"context"
	"strings"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/nuget/xmlwalk"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/purl"
)

// Extractor reads packages.config.
type Extractor struct{}

var _ extract.Extractor = (*Extractor)(nil)

// New returns the extractor.
func New() Extractor { return Extractor{} }

// Format describes packages.config: it pins every package, and the project file
// beside it names none of them.
func (Extractor) Format() extract.Format {
	return extract.Format{
		Name:      "packages.config",
		Ecosystem: purl.NuGet,
		Role:      extract.Lock,
		Files:     "packages.config, packages.<project>.config",
		Scopes:    true,
		Real:      true,
	}
}

// Wants accepts packages.config, and packages.Name.config of the project Name, in
// any folder.
func (Extractor) Wants(path string) bool {
	base := path[strings.LastIndexByte(path, '/')+1:]
	return len(base) >= len("packages.config") && strings.HasPrefix(base, "packages.") && strings.HasSuffix(base, ".config")
}

// Extract reads one packages.config. The file lists what is installed: it does not
// tell which of the packages the project itself asked for.
func (Extractor) Extract(_ context.Context, in extract.Input) (extract.File, error) {
	c := config{versions: map[identity]bool{}}
	err := xmlwalk.Walk(in.Data, &c)
	return c.file, err
}

// config is a packages.config being read.
type config struct {
	file     extract.File
	versions map[identity]bool
}

// identity is a package for a framework: each has its own entry.
type identity struct{ name, framework string }

// Open takes an element that begins.
func (c *config) Open(e xmlwalk.Element) error {
	switch {
	case e.Depth == 0 && e.Name != "packages":
		return errs.AtLine(e.Line, "not a list of packages: the root element is <%.80s>", e.Name)
	case e.Depth == 1 && e.Name == "package":
		c.add(e)
	}
	return nil
}

// Close takes an element's end.
func (*config) Close(string, string) {}

func (c *config) add(e xmlwalk.Element) {
	p := extract.Package{Name: e.Attr("id"), Version: e.Attr("version"), Line: e.Line, Scope: inventory.ScopeRuntime}
	if p.Name == "" {
		c.file.Fault(e.Line, "a package without an id")
		return
	}
	if p.Version == "" {
		c.file.Fault(e.Line, "package %q has no version", p.Name)
	}
	id := identity{strings.ToLower(p.Name), e.Attr("targetFramework")}
	if c.versions[id] {
		c.file.Fault(e.Line, "package %q stands twice", p.Name)
	}
	c.versions[id] = true
	if strings.EqualFold(e.Attr("developmentDependency"), "true") {
		p.Scope = inventory.ScopeDev
	}
	if allowed := e.Attr("allowedVersions"); allowed != "" {
		p.Declared = []string{allowed}
	}
	c.file.Packages = append(c.file.Packages, p)
}

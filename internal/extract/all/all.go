// Package all is the registry of extractors: the only importer of each format.
package all

import (
	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/cargo/cargolock"
	"github.com/assay-sca/assay/internal/extract/cargo/cargotoml"
	"github.com/assay-sca/assay/internal/extract/golang/gomod"
	"github.com/assay-sca/assay/internal/extract/golang/gosum"
	"github.com/assay-sca/assay/internal/extract/golang/gowork"
	"github.com/assay-sca/assay/internal/extract/maven/gradlelock"
	"github.com/assay-sca/assay/internal/extract/npm/bunlock"
	"github.com/assay-sca/assay/internal/extract/npm/packagejson"
	"github.com/assay-sca/assay/internal/extract/npm/packagelock"
	"github.com/assay-sca/assay/internal/extract/npm/pnpmlock"
	"github.com/assay-sca/assay/internal/extract/npm/yarnlock"
	"github.com/assay-sca/assay/internal/extract/packagist/composerjson"
	"github.com/assay-sca/assay/internal/extract/packagist/composerlock"
	"github.com/assay-sca/assay/internal/extract/pypi/pdmlock"
	"github.com/assay-sca/assay/internal/extract/pypi/pipfile"
	"github.com/assay-sca/assay/internal/extract/pypi/pipfilelock"
	"github.com/assay-sca/assay/internal/extract/pypi/poetrylock"
	"github.com/assay-sca/assay/internal/extract/pypi/pylock"
	"github.com/assay-sca/assay/internal/extract/pypi/pyproject"
	"github.com/assay-sca/assay/internal/extract/pypi/requirements"
	"github.com/assay-sca/assay/internal/extract/pypi/uvlock"
	"github.com/assay-sca/assay/internal/extract/rubygems/gemfilelock"
)

// Extractors lists the formats, by ecosystem.
func Extractors() []extract.Extractor {
	return []extract.Extractor{
		cargolock.New(), cargotoml.New(),
		gomod.New(), gosum.New(), gowork.New(),
		gradlelock.New(), gradlelock.NewBuildscript(),
		packagelock.New(), yarnlock.New(), pnpmlock.New(), bunlock.New(), packagejson.New(),
		composerlock.New(), composerjson.New(),
		requirements.New(), pipfilelock.New(), pipfile.New(), poetrylock.New(), uvlock.New(), pdmlock.New(), pylock.New(), pyproject.New(),
		gemfilelock.New(),
	}
}

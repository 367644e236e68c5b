// Package all is the registry of extractors: the only importer of each format.
package all

import (
	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/actions/workflow"
	"github.com/assay-sca/assay/internal/extract/bazel/modulelock"
	"github.com/assay-sca/assay/internal/extract/cargo/cargolock"
	"github.com/assay-sca/assay/internal/extract/cargo/cargotoml"
	"github.com/assay-sca/assay/internal/extract/cocoapods/podfile"
	"github.com/assay-sca/assay/internal/extract/cocoapods/podfilelock"
	"github.com/assay-sca/assay/internal/extract/cocoapods/podspec"
	"github.com/assay-sca/assay/internal/extract/cocoapods/podspecjson"
	"github.com/assay-sca/assay/internal/extract/conan/conanfile"
	"github.com/assay-sca/assay/internal/extract/conan/conanfilepy"
	"github.com/assay-sca/assay/internal/extract/conan/conanlock"
	"github.com/assay-sca/assay/internal/extract/cpan/cpanfile"
	"github.com/assay-sca/assay/internal/extract/cpan/cpanfilesnapshot"
	"github.com/assay-sca/assay/internal/extract/deno/denolock"
	"github.com/assay-sca/assay/internal/extract/docker/dockerfile"
	"github.com/assay-sca/assay/internal/extract/golang/gomod"
	"github.com/assay-sca/assay/internal/extract/golang/gosum"
	"github.com/assay-sca/assay/internal/extract/golang/gowork"
	"github.com/assay-sca/assay/internal/extract/haskell/cabal"
	"github.com/assay-sca/assay/internal/extract/haskell/cabalfreeze"
	"github.com/assay-sca/assay/internal/extract/haskell/cabalproject"
	"github.com/assay-sca/assay/internal/extract/haskell/stacklock"
	"github.com/assay-sca/assay/internal/extract/hex/mixexs"
	"github.com/assay-sca/assay/internal/extract/hex/mixlock"
	"github.com/assay-sca/assay/internal/extract/hex/rebarlock"
	"github.com/assay-sca/assay/internal/extract/julia/manifest"
	"github.com/assay-sca/assay/internal/extract/julia/project"
	"github.com/assay-sca/assay/internal/extract/luarocks/rockspec"
	"github.com/assay-sca/assay/internal/extract/maven/gradlebuild"
	"github.com/assay-sca/assay/internal/extract/maven/gradlelock"
	"github.com/assay-sca/assay/internal/extract/maven/gradleproperties"
	"github.com/assay-sca/assay/internal/extract/maven/pom"
	"github.com/assay-sca/assay/internal/extract/maven/verificationmetadata"
	"github.com/assay-sca/assay/internal/extract/maven/versioncatalog"
	"github.com/assay-sca/assay/internal/extract/nix/flakelock"
	"github.com/assay-sca/assay/internal/extract/npm/bunlock"
	"github.com/assay-sca/assay/internal/extract/npm/packagejson"
	"github.com/assay-sca/assay/internal/extract/npm/packagelock"
	"github.com/assay-sca/assay/internal/extract/npm/pnpmlock"
	"github.com/assay-sca/assay/internal/extract/npm/yarnlock"
	"github.com/assay-sca/assay/internal/extract/nuget/depsjson"
	"github.com/assay-sca/assay/internal/extract/nuget/packagesconfig"
	"github.com/assay-sca/assay/internal/extract/nuget/packageslock"
	"github.com/assay-sca/assay/internal/extract/nuget/packagesprops"
	"github.com/assay-sca/assay/internal/extract/nuget/projectassets"
	"github.com/assay-sca/assay/internal/extract/nuget/projectfile"
	"github.com/assay-sca/assay/internal/extract/opam/opamfile"
	"github.com/assay-sca/assay/internal/extract/packagist/composerjson"
	"github.com/assay-sca/assay/internal/extract/packagist/composerlock"
	"github.com/assay-sca/assay/internal/extract/precommit/config"
	"github.com/assay-sca/assay/internal/extract/pub/pubspec"
	"github.com/assay-sca/assay/internal/extract/pub/pubspeclock"
	"github.com/assay-sca/assay/internal/extract/pypi/pdmlock"
	"github.com/assay-sca/assay/internal/extract/pypi/pipfile"
	"github.com/assay-sca/assay/internal/extract/pypi/pipfilelock"
	"github.com/assay-sca/assay/internal/extract/pypi/poetrylock"
	"github.com/assay-sca/assay/internal/extract/pypi/pylock"
	"github.com/assay-sca/assay/internal/extract/pypi/pyproject"
	"github.com/assay-sca/assay/internal/extract/pypi/requirements"
	"github.com/assay-sca/assay/internal/extract/pypi/uvlock"
	"github.com/assay-sca/assay/internal/extract/r/description"
	"github.com/assay-sca/assay/internal/extract/r/renvlock"
	"github.com/assay-sca/assay/internal/extract/rubygems/gemfile"
	"github.com/assay-sca/assay/internal/extract/rubygems/gemfilelock"
	"github.com/assay-sca/assay/internal/extract/rubygems/gemspec"
	"github.com/assay-sca/assay/internal/extract/swift/cartfile"
	"github.com/assay-sca/assay/internal/extract/swift/cartmanifest"
	"github.com/assay-sca/assay/internal/extract/swift/packageresolved"
	"github.com/assay-sca/assay/internal/extract/swift/packageswift"
	"github.com/assay-sca/assay/internal/extract/terraform/lockhcl"
	"github.com/assay-sca/assay/internal/extract/vcpkg/vcpkgjson"
)

// Extractors lists the formats, by ecosystem.
func Extractors() []extract.Extractor {
	return []extract.Extractor{
		workflow.New(),
		modulelock.New(),
		cargolock.New(), cargotoml.New(),
		podfilelock.New(), podfile.New(), podspec.New(), podspecjson.New(),
		conanlock.New(), conanfile.New(), conanfilepy.New(),
		cpanfilesnapshot.New(), cpanfile.New(),
		denolock.New(),
		dockerfile.New(),
		gomod.New(), gosum.New(), gowork.New(),
		cabalfreeze.New(), cabal.New(), cabalproject.New(), stacklock.New(),
		mixlock.New(), mixexs.New(), rebarlock.New(),
		manifest.New(), project.New(),
		rockspec.New(),
		gradlelock.New(), gradlelock.NewBuildscript(), gradlebuild.New(), versioncatalog.New(), gradleproperties.New(), verificationmetadata.New(), pom.New(),
		flakelock.New(),
		packagelock.New(), yarnlock.New(), pnpmlock.New(), bunlock.New(), packagejson.New(),
		packageslock.New(), projectassets.New(), depsjson.New(), packagesconfig.New(), projectfile.New(), packagesprops.New(),
		opamfile.NewLocked(), opamfile.New(),
		composerlock.New(), composerjson.New(),
		config.New(),
		pubspeclock.New(), pubspec.New(),
		requirements.New(), pipfilelock.New(), pipfile.New(), poetrylock.New(), uvlock.New(), pdmlock.New(), pylock.New(), pyproject.New(),
		renvlock.New(), description.New(),
		gemfilelock.New(), gemfile.New(), gemspec.New(),
		packageresolved.New(), cartfile.New(), cartmanifest.New(), cartmanifest.NewPrivate(), packageswift.New(),
		lockhcl.New(),
		vcpkgjson.New(),
	}
}

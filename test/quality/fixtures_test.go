package quality

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// reader reads one lockfile naively.
type reader func(t testing.TB, file string) pins

// locks are the real lockfiles of the formats that Assay reads, with the numbers
// of what they pin and of what is direct, counted by other means (jq, grep, a
// Python TOML and YAML reader).
var locks = []struct {
	file   string
	read   reader
	pinned int
	direct int
}{
	{"actions-okhttp/.github/workflows/build.yml", readWorkflow, 9, 9},
	{"actions-okhttp/.github/workflows/containers.yml", readWorkflow, 3, 3},
	{"actions-okhttp/.github/workflows/docs.yml", readWorkflow, 4, 4},
	{"actions-okhttp/.github/workflows/publish.yml", readWorkflow, 2, 2},
	{"actions-vue-core/.github/workflows/autofix.yml", readWorkflow, 3, 3},
	{"actions-vue-core/.github/workflows/ci.yml", readWorkflow, 3, 3},
	{"actions-vue-core/.github/workflows/close-cant-reproduce-issues.yml", readWorkflow, 1, 1},
	{"actions-vue-core/.github/workflows/ecosystem-ci-trigger.yml", readWorkflow, 1, 1},
	{"actions-vue-core/.github/workflows/lock-closed-issues.yml", readWorkflow, 1, 1},
	{"actions-vue-core/.github/workflows/release.yml", readWorkflow, 4, 4},
	{"actions-vue-core/.github/workflows/size-data.yml", readWorkflow, 4, 4},
	{"actions-vue-core/.github/workflows/size-report.yml", readWorkflow, 5, 5},
	{"actions-vue-core/.github/workflows/test.yml", readWorkflow, 4, 4},
	{"bun-fastapi-template/bun.lock", readBun, 513, 51},
	{"bun-hono/bun.lock", readBun, 1012, 24},
	{"cargo-localsend/Cargo.lock", readCargoLock, 513, 57},
	{"cargo-mdbook/Cargo.lock", readCargoLock, 260, 48},
	{"cargo-old-ripgrep/Cargo.lock", readCargoLock, 64, 38},
	{"cargo-ripgrep/Cargo.lock", readCargoLock, 62, 39},
	{"cocoapods-localsend/app/ios/Podfile.lock", readPodfileLock, 37, 24},
	{"cocoapods-localsend/app/macos/Podfile.lock", readPodfileLock, 24, 24},
	{"cocoapods-simplenote/Gemfile.lock", readGemfileLock, 152, 7},
	{"cocoapods-simplenote/Podfile.lock", readPodfileLock, 15, 7},
	{"composer-bookstack/composer.lock", readComposerLock, 147, 32},
	{"composer-composer/composer.lock", readComposerLock, 36, 27},
	{"conan-nmos/conan.lock", readConanLock, 38, undetermined},
	{"conan-v1-component-detection/conanPythonFile/conan.lock", readConanLock, 6, 2},
	{"conan-v1-component-detection/conanTextFile/conan.lock", readConanLock, 5, 2},
	{"gem-lobsters/Gemfile.lock", readGemfileLock, 180, 58},
	{"gem-old-lobsters-2012/Gemfile.lock", readGemfileLock, 42, 8},
	{"gem-rubygems-org/Gemfile.lock", readGemfileLock, 298, 120},
	{"go-guac/go.mod", readGoMod, 515, 91},
	{"go-miniflux/.github/workflows/build_binaries.yml", readWorkflow, 3, 3},
	{"go-miniflux/.github/workflows/codeberg_mirror.yml", readWorkflow, 1, 1},
	{"go-miniflux/.github/workflows/codeql-analysis.yml", readWorkflow, 3, 3},
	{"go-miniflux/.github/workflows/debian_packages.yml", readWorkflow, 4, 4},
	{"go-miniflux/.github/workflows/docker.yml", readWorkflow, 6, 6},
	{"go-miniflux/.github/workflows/linters.yml", readWorkflow, 4, 4},
	{"go-miniflux/.github/workflows/rpm_packages.yml", readWorkflow, 2, 2},
	{"go-miniflux/.github/workflows/stale.yml", readWorkflow, 1, 1},
	{"go-miniflux/.github/workflows/tests.yml", readWorkflow, 3, 3},
	{"go-miniflux/go.mod", readGoMod, 34, 14},
	{"go-old-miniflux-2018/go.mod", readGoMod, 15, 6},
	{"go-pkgsite/go.mod", readGoMod, 87, 38},
	{"go-pkgsite/package-lock.json", readPackageLock, 721, 19},
	{"go-pocketbase/go.mod", readGoMod, 41, 21},
	{"gradle-lock-kotlin-bip39/bip39-lib/gradle.lockfile", readGradleLock, 244, undetermined},
	{"gradle-lock-kotlin-bip39/build-conventions-bip39/buildscript-gradle.lockfile", readGradleLock, 27, undetermined},
	{"gradle-lock-kotlin-bip39/build-conventions-bip39/gradle.lockfile", readGradleLock, 49, undetermined},
	{"gradle-lock-kotlin-bip39/buildscript-gradle.lockfile", readGradleLock, 44, undetermined},
	{"gradle-lock-kotlin-bip39/gradle.lockfile", readGradleLock, 97, undetermined},
	{"gradle-lock-kotlin-bip39/settings-gradle.lockfile", readGradleLock, 0, undetermined},
	{"gradle-lock-terra/service/gradle.lockfile", readGradleLock, 569, undetermined},
	{"haskell-kupo/cabal.project.freeze", readCabalFreeze, 406, undetermined},
	{"haskell-postgrest/cabal.project.freeze", readCabalFreeze, 0, undetermined},
	{"haskell-postgrest/stack.yaml.lock", readStackLock, 8, 8},
	{"julia-documenter/Manifest.toml", readManifest, 17, 3},
	{"mix-phoenix/integration_test/mix.lock", readMixLock, 49, undetermined},
	{"mix-phoenix/mix.lock", readMixLock, 40, undetermined},
	{"npm-shrinkwrap-component-detection/npm-shrinkwrap.json", readPackageLock, 137, 5},
	{"npm-v1-dependencytrack-frontend/package-lock.json", readPackageLock, 1283, 46},
	{"npm-v2-axios/package-lock.json", readPackageLock, 1672, 60},
	{"npm-v3-dependencytrack-frontend/.github/workflows/_meta-build.yaml", readWorkflow, 8, 8},
	{"npm-v3-dependencytrack-frontend/.github/workflows/ci-build.yaml", readWorkflow, 1, 1},
	{"npm-v3-dependencytrack-frontend/.github/workflows/ci-issue-template.yml", readWorkflow, 1, 1},
	{"npm-v3-dependencytrack-frontend/.github/workflows/ci-pr-template.yml", readWorkflow, 0, 0},
	{"npm-v3-dependencytrack-frontend/.github/workflows/ci-publish.yaml", readWorkflow, 2, 2},
	{"npm-v3-dependencytrack-frontend/.github/workflows/ci-release.yaml", readWorkflow, 2, 2},
	{"npm-v3-dependencytrack-frontend/.github/workflows/lint.yaml", readWorkflow, 2, 2},
	{"npm-v3-dependencytrack-frontend/.github/workflows/mirror-container-image.yml", readWorkflow, 2, 2},
	{"npm-v3-dependencytrack-frontend/package-lock.json", readPackageLock, 1445, 72},
	{"npm-v3-pocketbase-ui/package-lock.json", readPackageLock, 53, 4},
	{"npm-v3-retirejs/package-lock.json", readPackageLock, 177, 16},
	{"nuget-lock-stryker/integrationtest/TargetProjects/MicrosoftTestPlatform/UnitTests.MSTest/packages.lock.json", readPackagesLock, 21, 5},
	{"nuget-lock-stryker/integrationtest/TargetProjects/MicrosoftTestPlatform/UnitTests.NUnit/packages.lock.json", readPackagesLock, 16, 3},
	{"nuget-lock-stryker/integrationtest/TargetProjects/MicrosoftTestPlatform/UnitTests.TUnit/packages.lock.json", readPackagesLock, 20, 2},
	{"nuget-lock-stryker/integrationtest/TargetProjects/MicrosoftTestPlatform/UnitTests.XUnit/packages.lock.json", readPackagesLock, 23, 2},
	{"nuget-lock-stryker/integrationtest/TargetProjects/NetCore/EmptyTestProject/packages.lock.json", readPackagesLock, 15, 3},
	{"nuget-lock-stryker/integrationtest/TargetProjects/NetCore/ExtraLibrary/packages.lock.json", readPackagesLock, 0, 0},
	{"nuget-lock-stryker/integrationtest/TargetProjects/NetCore/ExtraProject.XUnit/packages.lock.json", readPackagesLock, 12, 3},
	{"nuget-lock-stryker/integrationtest/TargetProjects/NetCore/ExtraProject/packages.lock.json", readPackagesLock, 0, 0},
	{"nuget-lock-stryker/integrationtest/TargetProjects/NetCore/Generator/packages.lock.json", readPackagesLock, 25, 2},
	{"nuget-lock-stryker/integrationtest/TargetProjects/NetCore/Library/packages.lock.json", readPackagesLock, 0, 0},
	{"nuget-lock-stryker/integrationtest/TargetProjects/NetCore/NetCoreTestProject.MSTest/packages.lock.json", readPackagesLock, 19, 3},
	{"nuget-lock-stryker/integrationtest/TargetProjects/NetCore/NetCoreTestProject.NUnit/packages.lock.json", readPackagesLock, 16, 3},
	{"nuget-lock-stryker/integrationtest/TargetProjects/NetCore/NetCoreTestProject.XUnit/packages.lock.json", readPackagesLock, 15, 3},
	{"nuget-lock-stryker/integrationtest/TargetProjects/NetCore/TargetProject/packages.lock.json", readPackagesLock, 11, 2},
	{"nuget-lock-stryker/integrationtest/TargetProjects/NetCore/WebApiWithOpenApi/WebApiWithOpenApi.XUnit/packages.lock.json", readPackagesLock, 46, 5},
	{"nuget-lock-stryker/integrationtest/TargetProjects/NetCore/WebApiWithOpenApi/WebApiWithOpenApi/packages.lock.json", readPackagesLock, 2, 1},
	{"nuget-lock-stryker/src/Stryker.Abstractions/packages.lock.json", readPackagesLock, 36, 8},
	{"nuget-lock-stryker/src/Stryker.CLI/Stryker.CLI.UnitTest/packages.lock.json", readPackagesLock, 114, 7},
	{"nuget-lock-stryker/src/Stryker.CLI/Stryker.CLI/packages.lock.json", readPackagesLock, 90, 5},
	{"nuget-lock-stryker/src/Stryker.Configuration/packages.lock.json", readPackagesLock, 38, 5},
	{"nuget-lock-stryker/src/Stryker.Core/Stryker.Core.UnitTest/packages.lock.json", readPackagesLock, 110, 10},
	{"nuget-lock-stryker/src/Stryker.Core/Stryker.Core/packages.lock.json", readPackagesLock, 85, 28},
	{"nuget-lock-stryker/src/Stryker.DataCollector/packages.lock.json", readPackagesLock, 11, 4},
	{"nuget-lock-stryker/src/Stryker.RegexMutators/Stryker.RegexMutators.UnitTest/packages.lock.json", readPackagesLock, 25, 4},
	{"nuget-lock-stryker/src/Stryker.RegexMutators/Stryker.RegexMutators/packages.lock.json", readPackagesLock, 2, 2},
	{"nuget-lock-stryker/src/Stryker.Solutions.UnitTest/packages.lock.json", readPackagesLock, 59, 4},
	{"nuget-lock-stryker/src/Stryker.Solutions/packages.lock.json", readPackagesLock, 38, 2},
	{"nuget-lock-stryker/src/Stryker.TestRunner.MicrosoftTestPlatform.UnitTest/packages.lock.json", readPackagesLock, 67, 8},
	{"nuget-lock-stryker/src/Stryker.TestRunner.MicrosoftTestPlatform/packages.lock.json", readPackagesLock, 49, 4},
	{"nuget-lock-stryker/src/Stryker.TestRunner.VsTest.UnitTest/packages.lock.json", readPackagesLock, 110, 3},
	{"nuget-lock-stryker/src/Stryker.TestRunner.VsTest/packages.lock.json", readPackagesLock, 41, 7},
	{"nuget-lock-stryker/src/Stryker.TestRunner/packages.lock.json", readPackagesLock, 36, 2},
	{"nuget-lock-stryker/src/Stryker.Utilities/packages.lock.json", readPackagesLock, 38, 7},
	{"nuget-packages-config-component-detection/packages.config", readPackagesConfig, 63, undetermined},
	{"pdm-pdm/pdm.lock", readPyLock, 96, 39},
	{"pip-flask-requirements/requirements/build.txt", readRequirements, 3, 1},
	{"pip-flask-requirements/requirements/dev.txt", readRequirements, 54, 43},
	{"pip-flask-requirements/requirements/docs.txt", readRequirements, 26, 4},
	{"pip-flask-requirements/requirements/tests-dev.txt", readRequirements, 0, 0},
	{"pip-flask-requirements/requirements/tests-min.txt", readRequirements, 6, 6},
	{"pip-flask-requirements/requirements/tests.txt", readRequirements, 6, 3},
	{"pip-flask-requirements/requirements/typing.txt", readRequirements, 16, 8},
	{"pip-psf-advisory-tools-hashes/requirements.txt", readRequirements, 22, 4},
	{"pip-vulnerablecode/requirements-dev.txt", readRequirements, 165, 165},
	{"pip-vulnerablecode/requirements.txt", readRequirements, 87, 87},
	{"pipenv-pipenv/Pipfile.lock", readPipfileLock, 105, 29},
	{"pnpm-v5-vue-core/pnpm-lock.yaml", readPNPM, 784, 65},
	{"pnpm-v6-vue-core/pnpm-lock.yaml", readPNPM, 787, 78},
	{"pnpm-v9-memos/pnpm-lock.yaml", readPNPM, 549, 77},
	{"pnpm-v9-vue-core/pnpm-lock.yaml", readPNPM, 620, 70},
	{"poetry-poetry/poetry.lock", readPyLock, 78, 35},
	{"poetry-v1-poetry/poetry.lock", readPyLock, 83, 42},
	{"pub-localsend/pubspec.lock", readPubspecLock, 259, 67},
	{"pylock-mousebender/pylock.example.toml", readPyLock, 3, 2},
	{"pylock-pipenv/pylock.toml", readPyLock, 103, 103},
	{"renv-admiral/renv.lock", readRenvLock, 126, undetermined},
	{"swift-component-detection/Package.resolved", readPackageResolved, 5, undetermined},
	{"swift-simplenote/Package.resolved", readPackageResolved, 10, undetermined},
	{"uv-fastapi-template/.github/workflows/add-to-project.yml", readWorkflow, 1, 1},
	{"uv-fastapi-template/.github/workflows/bump-pre-commit-hooks.yml", readWorkflow, 4, 4},
	{"uv-fastapi-template/.github/workflows/create-draft-release.yml", readWorkflow, 3, 3},
	{"uv-fastapi-template/.github/workflows/deploy-docker-compose.yml", readWorkflow, 1, 1},
	{"uv-fastapi-template/.github/workflows/deploy.yml", readWorkflow, 3, 3},
	{"uv-fastapi-template/.github/workflows/detect-conflicts.yml", readWorkflow, 1, 1},
	{"uv-fastapi-template/.github/workflows/guard-dependencies.yml", readWorkflow, 1, 1},
	{"uv-fastapi-template/.github/workflows/issue-manager.yml", readWorkflow, 1, 1},
	{"uv-fastapi-template/.github/workflows/playwright.yml", readWorkflow, 9, 9},
	{"uv-fastapi-template/.github/workflows/pre-commit.yml", readWorkflow, 7, 7},
	{"uv-fastapi-template/.github/workflows/prepare-release.yml", readWorkflow, 4, 4},
	{"uv-fastapi-template/.github/workflows/smokeshow.yml", readWorkflow, 4, 4},
	{"uv-fastapi-template/.github/workflows/test-backend.yml", readWorkflow, 4, 4},
	{"uv-fastapi-template/.github/workflows/test-docker-compose.yml", readWorkflow, 1, 1},
	{"uv-fastapi-template/.github/workflows/zizmor.yml", readWorkflow, 2, 2},
	{"uv-fastapi-template/uv.lock", readUV, 81, 25},
	{"uv-flask/.github/workflows/lock.yaml", readWorkflow, 1, 1},
	{"uv-flask/.github/workflows/pre-commit.yaml", readWorkflow, 4, 4},
	{"uv-flask/.github/workflows/publish.yaml", readWorkflow, 6, 6},
	{"uv-flask/.github/workflows/tests.yaml", readWorkflow, 4, 4},
	{"uv-flask/.github/workflows/zizmor.yaml", readWorkflow, 2, 2},
	{"uv-flask/uv.lock", readUV, 82, 28},
	{"yarn-berry-prettier/yarn.lock", readYarn, 1049, 149},
	{"yarn-v1-okhttp-kotlinjs/yarn.lock", readYarn, 288, 11},
	{"yarn-v1-prettier-bundle-test/yarn.lock", readYarn, 70, 1},
	{"yarn-v1-tailscale-web/yarn.lock", readYarn, 742, 27},
}

func TestReadersCount(t *testing.T) {
	t.Parallel()
	fixtures := filepath.Join(sharedData(t), "fixtures")
	for _, l := range locks {
		got := l.read(t, filepath.Join(fixtures, l.file))
		if len(got) != l.pinned || l.direct != undetermined && got.direct() != l.direct {
			t.Errorf("%s: %d pinned, %d of them direct; counted %d, %d", l.file, len(got), got.direct(), l.pinned, l.direct)
		}
	}
}

// lockNames are the file names of the formats that Assay reads as locks. Of
// those without a fixture (rebar.lock, Cartfile.resolved, flake.lock,
// MODULE.bazel.lock, project.assets.json, *.deps.json) nothing is compared here;
// of manifests, only the findings on what they pin.
var lockNames = regexp.MustCompile(`/(package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lock|` +
	`requirements[^/]*\.txt|requirements/[^/]+\.txt|Pipfile\.lock|poetry\.lock|uv\.lock|pdm\.lock|pylock(\.[^./]+)?\.toml|` +
	`go\.mod|Cargo\.lock|Gemfile\.lock|gems\.locked|composer\.lock|` +
	`(buildscript-|settings-)?gradle\.lockfile|packages\.lock\.json|packages\.config|[^/]+\.deps\.json|pubspec\.lock|mix\.lock|` +
	`cabal\.project\.freeze|stack\.yaml\.lock|renv\.lock|Manifest\.toml|Package\.resolved|Podfile\.lock|conan\.lock|` +
	`\.github/workflows/[^/]+\.ya?ml)$`)

// TestLocksAreComplete: a lockfile that nobody compares proves nothing.
func TestLocksAreComplete(t *testing.T) {
	t.Parallel()
	listed := map[string]bool{}
	for _, l := range locks {
		listed[l.file] = true
	}
	for line := range strings.Lines(readText(t, sharedData(t), "fixtures", "INDEX.tsv")) {
		if file, _, _ := strings.Cut(line, "\t"); lockNames.MatchString(file) && !listed[file] {
			t.Errorf("%s is not in the list of locks", file)
		}
	}
}

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
	{"bun-fastapi-template/bun.lock", readBun, 513, 51},
	{"bun-hono/bun.lock", readBun, 1012, 24},
	{"cargo-localsend/Cargo.lock", readCargoLock, 513, 57},
	{"cargo-mdbook/Cargo.lock", readCargoLock, 260, 48},
	{"cargo-old-ripgrep/Cargo.lock", readCargoLock, 64, 38},
	{"cargo-ripgrep/Cargo.lock", readCargoLock, 62, 39},
	{"cocoapods-simplenote/Gemfile.lock", readGemfileLock, 152, 7},
	{"composer-bookstack/composer.lock", readComposerLock, 147, 32},
	{"composer-composer/composer.lock", readComposerLock, 36, 27},
	{"gem-lobsters/Gemfile.lock", readGemfileLock, 180, 58},
	{"gem-old-lobsters-2012/Gemfile.lock", readGemfileLock, 42, 8},
	{"gem-rubygems-org/Gemfile.lock", readGemfileLock, 298, 120},
	{"go-guac/go.mod", readGoMod, 515, 91},
	{"go-miniflux/go.mod", readGoMod, 34, 14},
	{"go-old-miniflux-2018/go.mod", readGoMod, 15, 6},
	{"go-pkgsite/go.mod", readGoMod, 87, 38},
	{"go-pkgsite/package-lock.json", readPackageLock, 721, 19},
	{"go-pocketbase/go.mod", readGoMod, 41, 21},
	{"npm-shrinkwrap-component-detection/npm-shrinkwrap.json", readPackageLock, 137, 5},
	{"npm-v1-dependencytrack-frontend/package-lock.json", readPackageLock, 1283, 46},
	{"npm-v2-axios/package-lock.json", readPackageLock, 1672, 60},
	{"npm-v3-dependencytrack-frontend/package-lock.json", readPackageLock, 1445, 72},
	{"npm-v3-pocketbase-ui/package-lock.json", readPackageLock, 53, 4},
	{"npm-v3-retirejs/package-lock.json", readPackageLock, 177, 16},
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
	{"pylock-mousebender/pylock.example.toml", readPyLock, 3, 2},
	{"pylock-pipenv/pylock.toml", readPyLock, 103, 103},
	{"uv-fastapi-template/uv.lock", readUV, 81, 25},
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
		if len(got) != l.pinned || got.direct() != l.direct {
			t.Errorf("%s: %d pinned, %d of them direct; counted %d, %d", l.file, len(got), got.direct(), l.pinned, l.direct)
		}
	}
}

// lockNames are the file names of the formats that Assay reads as locks.
var lockNames = regexp.MustCompile(`/(package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lock|` +
	`requirements[^/]*\.txt|requirements/[^/]+\.txt|Pipfile\.lock|poetry\.lock|uv\.lock|pdm\.lock|pylock(\.[^./]+)?\.toml|` +
	`go\.mod|Cargo\.lock|Gemfile\.lock|gems\.locked|composer\.lock)$`)

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

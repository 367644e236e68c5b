// Package corpus makes the sources that the benchmark scans: lockfiles and whole
// trees of known shape, every file different, the same ones for the same seed.
// Nothing in them exists but the names and versions that the advisories know.
package corpus

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/assay-sca/assay/internal/purl"
)

// Lockfile writes a package-lock.json of n packages, with its package.json.
func (c Catalogue) Lockfile(dir string, n int, seed uint64) error {
	r := rand.New(rand.NewPCG(seed, uint64(n)))
	p := newProject(r, "lockfile", c.releases(r, purl.NPM, n, true))
	return writeFiles(dir, packageLock(p))
}

func writeFiles(dir string, files map[string]string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// kind is a format with its share in a tree.
type kind struct {
	ecosystem string
	several   bool // versions of one package in one project
	weight    int
	files     func(*project) map[string]string
}

var kinds = []kind{
	{purl.NPM, true, 22, packageLock},
	{purl.NPM, true, 12, yarnLock},
	{purl.NPM, true, 10, pnpmLock},
	{purl.PyPI, false, 12, requirements},
	{purl.PyPI, false, 6, poetryLock},
	{purl.PyPI, false, 8, uvLock},
	{purl.Go, false, 12, goMod},
	{purl.Cargo, true, 8, cargoLock},
	{purl.RubyGems, false, 5, gemfileLock},
	{purl.Packagist, false, 5, composerLock},
}

// The shape of a tree: that of the monorepo by which the other scanners were
// measured.
const (
	manifests    = 2000
	otherFiles   = 50_000
	otherBytes   = 221 << 20
	perFolder    = 12
	poolSize     = 25_500 // gives about 19,000 distinct releases
	meanPackages = 49     // of a project; gives about 52,000 occurrences
)

// Tree writes one tree: 2,000 manifests and lockfiles among 50,000 other files.
func (c Catalogue) Tree(dir string, seed uint64) error {
	r := rand.New(rand.NewPCG(seed, 1))
	if err := writeOthers(dir, r); err != nil {
		return err
	}
	pools := c.pools(r)
	for n, written := 0, 0; written < manifests; n++ {
		k := anyKind(r)
		name := fmt.Sprintf("%s-%d", inventWord(r, 2), n)
		releases := choose(r, pools[k.ecosystem], 5+int(r.ExpFloat64()*(meanPackages-5)), k.several)
		files := k.files(newProject(r, name, releases))
		if err := writeFiles(filepath.Join(dir, folder(n), name), files); err != nil {
			return err
		}
		written += len(files)
	}
	return nil
}

func folder(n int) string { return fmt.Sprintf("area-%02d/team-%02d", n%20, n/20%40) }

func anyKind(r *rand.Rand) kind {
	at := r.IntN(100)
	for _, k := range kinds {
		if at -= k.weight; at < 0 {
			return k
		}
	}
	return kinds[0]
}

// pools draws the releases that a tree's projects share, by the formats' weights.
func (c Catalogue) pools(r *rand.Rand) map[string][]release {
	weights := map[string]int{}
	for _, k := range kinds {
		weights[k.ecosystem] += k.weight
	}
	pools := map[string][]release{}
	for _, ecosystem := range ecosystems() {
		pools[ecosystem] = c.releases(r, ecosystem, weights[ecosystem]*poolSize/100, true)
	}
	return pools
}

// choose takes n releases of a pool, a few of them far more often than the rest.
func choose(r *rand.Rand, pool []release, n int, several bool) []release {
	d := newDraw(n, several)
	for tries := 0; len(d.list) < n && tries < 20*n; tries++ {
		at := r.IntN(len(pool))
		if r.IntN(5) < 2 {
			at = r.IntN(1 + len(pool)/25)
		}
		d.add(pool[at])
	}
	return d.list
}

var endings = []string{".js", ".ts", ".py", ".go", ".rs", ".rb", ".php", ".md", ".json", ".yaml", ".css", ".svg", ".txt", ".toml"}

// writeOthers writes the files that no scanner needs to read.
func writeOthers(dir string, r *rand.Rand) error {
	filler := []byte(strings.Repeat(inventWord(r, 2000)+"\n", 40))
	for n := 0; n < otherFiles; {
		name := fmt.Sprintf("%s/project-%05d/%s", folder(n/perFolder), n/perFolder, inventWord(r, 2))
		if err := os.MkdirAll(filepath.Join(dir, name), 0o755); err != nil {
			return err
		}
		for i := 0; i < perFolder && n < otherFiles; i, n = i+1, n+1 {
			size := min(int(r.ExpFloat64()*float64(otherBytes)/otherFiles), len(filler))
			from := r.IntN(len(filler) - size + 1)
			file := fmt.Sprintf("%s/%s%d%s", name, inventWord(r, 2), i, endings[r.IntN(len(endings))])
			if err := os.WriteFile(filepath.Join(dir, file), slices.Concat([]byte(file+"\n"), filler[from:from+size]), 0o644); err != nil {
				return err
			}
		}
	}
	return nil
}

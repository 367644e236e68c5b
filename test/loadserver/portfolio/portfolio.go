// Package portfolio makes up projects that overlap as real ones do: a few packages
// are in almost all of them, most in very few (Zipf's law), and versions are mostly
// recent. With them it makes the advisories that affect some. The same seed gives
// the same bytes; no name in them is a real package's.
package portfolio

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"strings"

	"github.com/assay-sca/assay/internal/purl"
)

// ecosystems of the universe, with the packages and the format of their units.
var ecosystems = []struct {
	name, kind, file, manifest string
	packages                   int
	weight                     int // of projects in a hundred
}{
	{purl.NPM, "package-lock", "package-lock.json", "package.json", 15_000, 50},
	{purl.PyPI, "poetry-lock", "poetry.lock", "pyproject.toml", 6_000, 18},
	{purl.Maven, "maven", "pom.xml", "pom.xml", 4_000, 14},
	{purl.Go, "go-mod", "go.mod", "go.mod", 3_000, 12},
	{purl.RubyGems, "gemfile-lock", "Gemfile.lock", "Gemfile", 2_000, 6},
}

// known is one package in so many that has advisories.
const known = 6

// Universe is all packages that there are.
type Universe struct {
	seed     uint64
	packages [][]pack // by ecosystem, the most popular first
}

type pack struct {
	name     string
	versions []string // ascending
	fixes    []int    // for each advisory the version (its index) that fixes it
}

// New makes a universe.
func New(seed uint64) *Universe {
	u := &Universe{seed: seed}
	for at, e := range ecosystems {
		r := rand.New(rand.NewPCG(seed, uint64(at)))
		seen := map[string]bool{}
		var list []pack
		for len(list) < e.packages {
			name := inventName(r, e.name)
			if seen[name] {
				continue
			}
			seen[name] = true
			p := pack{name: name, versions: inventVersions(r, e.name)}
			if r.IntN(known) == 0 {
				for range 1 + int(r.ExpFloat64()*2) {
					p.fixes = append(p.fixes, 1+r.IntN(len(p.versions)-1))
				}
			}
			list = append(list, p)
		}
		u.packages = append(u.packages, list)
	}
	return u
}

var syllables = strings.Fields(`ab ar bel bo cal cor da del do en fa fer gra ha il jo ka kel la lor ma mel mi nor
	o pel pra qua ra rel ros sa sen si ta tel ti tor u va vel vi wa wen xi ya zel zo`)

func word(r *rand.Rand, n int) string {
	var b strings.Builder
	for range n {
		b.WriteString(syllables[r.IntN(len(syllables))])
	}
	return b.String()
}

func inventName(r *rand.Rand, ecosystem string) string {
	name := word(r, 2) + "-" + word(r, 1+r.IntN(2))
	switch {
	case ecosystem == purl.NPM && r.IntN(3) == 0:
		return "@" + word(r, 2) + "/" + name
	case ecosystem == purl.Go:
		return "code.example.org/" + word(r, 2) + "/" + name
	case ecosystem == purl.Maven:
		return "org.example." + word(r, 2) + ":" + name
	}
	return name
}

func inventVersions(r *rand.Rand, ecosystem string) []string {
	var list []string
	major, minor, patch := 1, 0, 0
	for range 4 + r.IntN(20) {
		list = append(list, fmt.Sprintf("%d.%d.%d", major, minor, patch))
		switch n := r.IntN(20); {
		case n == 0 && ecosystem != purl.Go: // a Go module of another major has another name
			major, minor, patch = major+1, 0, 0
		case n < 9:
			minor, patch = minor+1, 0
		default:
			patch++
		}
	}
	return list
}

// number is a stable number of a text.
func number(text string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(text)) // it has no errors
	return h.Sum64()
}

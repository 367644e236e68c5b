package corpus

import (
	"encoding/base64"
	"encoding/hex"
	"math/rand/v2"
	"strings"
)

// project is one project's packages and how they depend on each other.
type project struct {
	r        *rand.Rand
	name     string
	packages []dependency
}

type dependency struct {
	release
	needs  []int // other packages
	direct bool
	dev    bool
	in     int // the package in whose folder npm puts it; -1: at the top
}

// newProject makes a graph: a tenth is direct, each package needs up to six
// others, a third is for development alone.
func newProject(r *rand.Rand, name string, releases []release) *project {
	p := &project{r: r, name: name, packages: make([]dependency, len(releases))}
	first := map[string]int{}
	for i := range releases {
		d := dependency{release: releases[i], in: -1, direct: i < 2 || r.IntN(10) == 0, dev: r.IntN(3) == 0}
		for range r.IntN(7) {
			if other := r.IntN(len(releases)); other != i {
				d.needs = append(d.needs, other)
			}
		}
		p.packages[i] = d
		if _, ok := first[d.name]; !ok {
			first[d.name] = i
		}
	}
	p.nest(first)
	return p
}

// nest puts every further version of a package into the folder of one that
// needs it, as npm does.
func (p *project) nest(first map[string]int) {
	for i := range p.packages {
		d := &p.packages[i]
		if first[d.name] == i {
			continue
		}
		d.direct = false
		for d.in < 0 {
			parent := p.r.IntN(len(p.packages))
			if other := &p.packages[parent]; other.in < 0 && other.name != d.name && !p.holds(parent, d.name) && first[other.name] == parent {
				other.needs = append(other.needs, i)
				d.in = parent
			}
		}
	}
}

// holds tells whether a package's folder already has some version of a package.
func (p *project) holds(parent int, name string) bool {
	for _, n := range p.packages[parent].needs {
		if p.packages[n].name == name {
			return true
		}
	}
	return false
}

// distinct are the packages that one needs, each name once.
func (p *project) distinct(needs []int) []*dependency {
	seen := map[string]bool{}
	var list []*dependency
	for _, n := range needs {
		if d := &p.packages[n]; !seen[d.name] {
			seen[d.name] = true
			list = append(list, d)
		}
	}
	return list
}

func (p *project) direct(dev bool) []*dependency {
	var list []*dependency
	for i := range p.packages {
		if d := &p.packages[i]; d.direct && d.dev == dev {
			list = append(list, d)
		}
	}
	return list
}

func (p *project) bytes(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(p.r.Uint32())
	}
	return b
}

func (p *project) sha512() string { return "sha512-" + base64.StdEncoding.EncodeToString(p.bytes(64)) }

func (p *project) sha256() string { return hex.EncodeToString(p.bytes(32)) }

func (p *project) sha1() string { return hex.EncodeToString(p.bytes(20)) }

var licences = []string{"MIT", "MIT", "MIT", "ISC", "Apache-2.0", "BSD-3-Clause", "BSD-2-Clause", "(MIT OR CC0-1.0)", "0BSD"}

func (p *project) licence() string { return licences[p.r.IntN(len(licences))] }

// base is a name without its scope or owner.
func base(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }

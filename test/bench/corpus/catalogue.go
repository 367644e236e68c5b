package corpus

import (
	"archive/zip"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/assay-sca/assay/internal/purl"
)

// knownShare is the share of packages that the advisories know: about what is
// seen in real lockfiles.
const knownShare = 1.0 / 3

// Catalogue is what packages are drawn from: by ecosystem, the names that
// advisories speak of, with the versions that fix them.
type Catalogue map[string][]Known

// Known is a package that advisories speak of.
type Known struct {
	Name  string
	Fixed []string
}

// validName keeps to names that every format of the ecosystem can write plainly.
var validName = map[string]*regexp.Regexp{
	purl.NPM:       regexp.MustCompile(`^(@[a-z0-9-]+/)?[a-z][a-z0-9._-]*$`),
	purl.PyPI:      regexp.MustCompile(`^[a-z][a-z0-9-]*[a-z0-9]$`),
	purl.Go:        regexp.MustCompile(`^[a-z0-9-]+\.[a-z]+/[a-z0-9_-]+/[a-z0-9_-]+$`),
	purl.Cargo:     regexp.MustCompile(`^[a-z][a-z0-9_-]*$`),
	purl.RubyGems:  regexp.MustCompile(`^[a-z][a-z0-9_-]*$`),
	purl.Packagist: regexp.MustCompile(`^[a-z0-9-]+/[a-z0-9-]+$`),
}

// ecosystems lists those of which there are sources.
func ecosystems() []string { return slices.Sorted(maps.Keys(validName)) }

// record is the little that is needed of an OSV record.
type record struct {
	Affected []struct {
		Package struct{ Ecosystem, Name string }
		Ranges  []struct{ Events []struct{ Fixed string } }
	}
}

// ReadCatalogue reads the OSV exports of a folder, one <Ecosystem>.zip each.
func ReadCatalogue(dir string) (Catalogue, error) {
	c := Catalogue{}
	for _, ecosystem := range ecosystems() {
		fixed := map[string][]string{}
		if err := readExport(filepath.Join(dir, ecosystem+".zip"), ecosystem, fixed); err != nil {
			return nil, err
		}
		for _, name := range slices.Sorted(maps.Keys(fixed)) {
			slices.Sort(fixed[name])
			c[ecosystem] = append(c[ecosystem], Known{name, slices.Compact(fixed[name])})
		}
	}
	return c, nil
}

func readExport(file, ecosystem string, fixed map[string][]string) error {
	archive, err := zip.OpenReader(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read %s: %w", file, err)
	}
	defer archive.Close()
	for _, entry := range archive.File {
		var r record
		if err := decode(entry, &r); err != nil {
			return fmt.Errorf("read %s in %s: %w", entry.Name, file, err)
		}
		for _, a := range r.Affected {
			if a.Package.Ecosystem != ecosystem || !validName[ecosystem].MatchString(a.Package.Name) {
				continue
			}
			list := fixed[a.Package.Name]
			for _, line := range a.Ranges {
				for _, e := range line.Events {
					if e.Fixed != "" {
						list = append(list, e.Fixed)
					}
				}
			}
			fixed[a.Package.Name] = list
		}
	}
	return nil
}

func decode(entry *zip.File, r *record) error {
	f, err := entry.Open()
	if err != nil {
		return err
	}
	defer f.Close()
	return json.NewDecoder(f).Decode(r)
}

// release is a version of a package.
type release struct{ name, version string }

// releases draws n distinct releases, a fifth of them further versions of a
// package drawn before unless names must differ.
func (c Catalogue) releases(r *rand.Rand, ecosystem string, n int, several bool) []release {
	d := newDraw(n, several)
	for len(d.list) < n {
		next := c.release(r, ecosystem)
		if several && len(d.list) > 0 && r.IntN(5) == 0 {
			next.name = d.list[r.IntN(len(d.list))].name
		}
		d.add(next)
	}
	return d.list
}

// draw is what was drawn so far: no release twice, no name too often.
type draw struct {
	list  []release
	seen  map[release]bool
	names map[string]int
	limit int // releases of one name
}

// newDraw begins to draw n releases. Small projects get each package once, so
// that npm always has a folder for a further version.
func newDraw(n int, several bool) *draw {
	const small, most = 20, 3
	d := &draw{seen: map[release]bool{}, names: map[string]int{}, limit: 1}
	if several && n > small {
		d.limit = most
	}
	return d
}

func (d *draw) add(r release) {
	if d.seen[r] || d.names[r.name] == d.limit {
		return
	}
	d.seen[r] = true
	d.names[r.name]++
	d.list = append(d.list, r)
}

var plain = regexp.MustCompile(`^\d+\.\d+\.\d+$`)

// release draws one. Most versions of known packages have the last fix, as in
// projects that are kept; the others fall anywhere.
func (c Catalogue) release(r *rand.Rand, ecosystem string) release {
	known := c[ecosystem]
	if len(known) == 0 || r.Float64() >= knownShare {
		return release{inventName(r, ecosystem), inventVersion(r, ecosystem, 4)}
	}
	k := known[r.IntN(len(known))]
	if r.IntN(8) == 0 {
		return release{k.Name, inventVersion(r, ecosystem, 4)}
	}
	version := inventVersion(r, ecosystem, 40)
	if n := len(k.Fixed); n > 0 && plain.MatchString(k.Fixed[n-1]) && ecosystem != purl.Go {
		version = k.Fixed[n-1]
	}
	return release{k.Name, version}
}

var syllables = strings.Fields(`ab ar bel bo cal cor da del do en fa fer gra ha il jo ka kel la lor ma mel mi nor
	o pel pra qua ra rel ros sa sen si ta tel ti tor u va vel vi wa wen xi ya zel zo`)

func inventWord(r *rand.Rand, n int) string {
	var b strings.Builder
	for range n {
		b.WriteString(syllables[r.IntN(len(syllables))])
	}
	return b.String()
}

func inventName(r *rand.Rand, ecosystem string) string {
	word := inventWord(r, 2) + "-" + inventWord(r, 2)
	switch ecosystem {
	case purl.NPM:
		if r.IntN(3) == 0 {
			return "@" + inventWord(r, 2) + "/" + word
		}
	case purl.Go:
		return "code.example.org/" + inventWord(r, 2) + "/" + word
	case purl.Packagist:
		return inventWord(r, 2) + "/" + word
	}
	return word
}

// inventVersion draws a version whose first number is below major; one in thirty
// is a pre-release. Go modules without a suffix have the majors 0 and 1 alone.
func inventVersion(r *rand.Rand, ecosystem string, major int) string {
	if ecosystem == purl.Go {
		if r.IntN(10) == 0 {
			return fmt.Sprintf("0.0.0-2024%02d%02d%06d-%012x", 1+r.IntN(12), 1+r.IntN(28), r.IntN(240000), r.Uint64N(1<<48))
		}
		major = 2
	}
	version := fmt.Sprintf("%d.%d.%d", r.IntN(major), r.IntN(30), r.IntN(20))
	if r.IntN(30) != 0 {
		return version
	}
	switch ecosystem {
	case purl.PyPI:
		return version + "rc1"
	case purl.RubyGems:
		return version + ".beta1"
	}
	return version + "-beta.1"
}

package csaf

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/assay-sca/assay/internal/vulndb/feed/rpmfeed"
)

// Bounds of a product tree.
const (
	maxDepth    = 64
	maxProducts = 1_000_000
	maxSaid     = 10_000_000 // of groups, repeated
	maxHops     = 8          // a package of a module of a product is three
)

// products finds what an id of a product stands for.
type products struct {
	byID      map[string]*product
	relations map[string]*relationship
	groups    map[string][]string
	said      int  // products of which something was said
	over      bool // that were too many
}

func newProducts(t *tree) (*products, error) {
	p := &products{byID: map[string]*product{}, relations: map[string]*relationship{}, groups: map[string][]string{}}
	for i := range t.FullProductNames {
		p.byID[t.FullProductNames[i].ID] = &t.FullProductNames[i]
	}
	if err := p.walk(t.Branches, "", 1); err != nil {
		return nil, err
	}
	for i := range t.Relationships {
		p.relations[t.Relationships[i].Product.ID] = &t.Relationships[i]
	}
	for _, g := range t.Groups {
		p.groups[g.ID] = g.Products
	}
	if len(p.byID)+len(p.relations) > maxProducts {
		return nil, fmt.Errorf("it names over %d products", maxProducts)
	}
	return p, nil
}

func (p *products) walk(branches []branch, arch string, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("its product tree is over %d branches deep", maxDepth)
	}
	for i := range branches {
		b := &branches[i]
		of := arch
		if b.Category == "architecture" {
			of = b.Name
		}
		if b.Product != nil {
			b.Product.arch = of
			p.byID[b.Product.ID] = b.Product
		}
		if err := p.walk(b.Branches, of, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// ids are the products of which something is said, those of the groups included.
func (p *products) ids(list, groups []string) []string {
	out := slices.Clip(list)
	for _, g := range groups {
		if p.said += len(p.groups[g]); p.said > maxSaid {
			p.over = true
			return nil
		}
		out = append(out, p.groups[g]...)
	}
	return out
}

// placed is a package on a platform.
type placed struct {
	Platform Platform
	rpmfeed.Package
	module string
	purl   string // without version and qualifiers
}

// resolve finds the package and the platform of a product id; false where it is
// no rpm package on a platform.
func (p *products) resolve(id string) (placed, bool) {
	var component *product
	var out placed
	at := id
	for range maxHops {
		r, ok := p.relations[at]
		if !ok {
			break
		}
		switch referred := p.byID[r.Reference]; {
		case component == nil:
			component = referred
			if component == nil { // the product is not in the tree, but its id tells
				component = &product{ID: r.Reference, Name: r.Reference}
			}
		case referred != nil && out.module == "":
			out.module = moduleOf(parsePURL(referred.purl()))
		}
		at = r.RelatesTo
	}
	platform := p.byID[at]
	if component == nil || platform == nil {
		return out, false
	}
	out.Platform = Platform{Name: platform.Name, CPE: platform.Helper.CPE}
	return out, out.fill(component)
}

func (p *product) purl() string {
	if p.Helper.PURL == "" && len(p.Helper.PURLs) > 0 {
		return p.Helper.PURLs[0]
	}
	return p.Helper.PURL
}

// fill reads the package from its package URL, else from its name.
func (p *placed) fill(component *product) bool {
	text := component.purl()
	if text == "" {
		return p.fromName(component)
	}
	u := parsePURL(text)
	if u.kind != "rpm" || u.name == "" {
		return false
	}
	p.Package = rpmfeed.Package{Name: u.name, Epoch: u.qualifiers["epoch"], Arch: u.qualifiers["arch"]}
	p.Version, p.Release, _ = strings.Cut(u.version, "-")
	if p.Arch == "" {
		p.Arch = component.arch
	}
	if m := moduleOf(u); m != "" {
		p.module = m
	}
	p.purl = u.base
	return true
}

// fromName reads what older documents have alone: "imlib2-1.4.5-5.1.aarch64",
// "openssl-1.1.1-2.1" or "openssl".
func (p *placed) fromName(component *product) bool {
	name := component.Name
	if name == "" || strings.ContainsAny(name, "/ ") {
		return false
	}
	arch := component.arch
	for _, known := range []string{arch, "x86_64", "aarch64", "noarch", "ppc64le", "s390x", "i586", "i686", "src", "ppc64", "ia64", "s390"} {
		if rest, ok := strings.CutSuffix(name, "."+known); ok && known != "" {
			name, arch = rest, known
			break
		}
	}
	if of, ok := rpmfeed.ParseNEVR(name); ok && startsWithDigit(of.Version) && startsWithDigit(of.Release) {
		p.Package = of
	} else {
		p.Package = rpmfeed.Package{Name: name}
	}
	p.Arch = arch
	return true
}

func startsWithDigit(s string) bool { return s != "" && s[0] >= '0' && s[0] <= '9' }

// packageURL is what we read of one.
type packageURL struct {
	kind, name, version, base string
	qualifiers                map[string]string
}

// parsePURL reads a package URL; what is none gives nothing.
func parsePURL(text string) packageURL {
	rest, ok := strings.CutPrefix(text, "pkg:")
	if !ok {
		return packageURL{}
	}
	rest, _, _ = strings.Cut(rest, "#")
	rest, query, _ := strings.Cut(rest, "?")
	u := packageURL{qualifiers: map[string]string{}}
	for pair := range strings.SplitSeq(query, "&") {
		if name, value, ok := strings.Cut(pair, "="); ok {
			u.qualifiers[name] = unescape(value)
		}
	}
	if at := strings.LastIndexByte(rest, '@'); at > 0 {
		rest, u.version = rest[:at], unescape(rest[at+1:])
	}
	u.base = "pkg:" + rest
	u.kind, rest, _ = strings.Cut(rest, "/")
	u.name = unescape(rest[strings.LastIndexByte(rest, '/')+1:])
	return u
}

func unescape(text string) string {
	if plain, err := url.PathUnescape(text); err == nil {
		return plain
	}
	return text
}

// moduleOf reads "pkg:rpm/…?rpmmod=nodejs:18:8090020231:a75119d5", or the older
// form that names the module itself, "pkg:rpmmod/redhat/nodejs@18:8090020231".
func moduleOf(u packageURL) string {
	text := u.qualifiers["rpmmod"]
	if u.kind == "rpmmod" {
		text = u.name + ":" + u.version
	}
	name, rest, _ := strings.Cut(text, ":")
	stream, _, _ := strings.Cut(rest, ":")
	return strings.TrimSuffix(name+":"+stream, ":")
}

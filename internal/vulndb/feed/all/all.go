// Package all is the registry of feeds: the only importer of each.
package all

import (
	"io/fs"
	"slices"
	"strings"

	"github.com/assay-sca/assay/internal/distro"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/purl"
	"github.com/assay-sca/assay/internal/vulndb/feed"
	"github.com/assay-sca/assay/internal/vulndb/feed/alma"
	"github.com/assay-sca/assay/internal/vulndb/feed/alpine"
	"github.com/assay-sca/assay/internal/vulndb/feed/amazon"
	"github.com/assay-sca/assay/internal/vulndb/feed/bitnami"
	"github.com/assay-sca/assay/internal/vulndb/feed/chainguard"
	"github.com/assay-sca/assay/internal/vulndb/feed/debian"
	"github.com/assay-sca/assay/internal/vulndb/feed/endoflife"
	"github.com/assay-sca/assay/internal/vulndb/feed/epss"
	"github.com/assay-sca/assay/internal/vulndb/feed/fedora"
	"github.com/assay-sca/assay/internal/vulndb/feed/friendsofphp"
	"github.com/assay-sca/assay/internal/vulndb/feed/ghsa"
	"github.com/assay-sca/assay/internal/vulndb/feed/govulndb"
	"github.com/assay-sca/assay/internal/vulndb/feed/kev"
	"github.com/assay-sca/assay/internal/vulndb/feed/malicious"
	"github.com/assay-sca/assay/internal/vulndb/feed/nvd"
	"github.com/assay-sca/assay/internal/vulndb/feed/oracle"
	"github.com/assay-sca/assay/internal/vulndb/feed/osv"
	"github.com/assay-sca/assay/internal/vulndb/feed/private"
	"github.com/assay-sca/assay/internal/vulndb/feed/pypa"
	"github.com/assay-sca/assay/internal/vulndb/feed/redhat"
	"github.com/assay-sca/assay/internal/vulndb/feed/rocky"
	"github.com/assay-sca/assay/internal/vulndb/feed/rubysec"
	"github.com/assay-sca/assay/internal/vulndb/feed/rustsec"
	"github.com/assay-sca/assay/internal/vulndb/feed/suse"
	"github.com/assay-sca/assay/internal/vulndb/feed/ubuntu"
	"github.com/assay-sca/assay/internal/vulndb/feed/wolfi"
	"github.com/assay-sca/assay/internal/vulndb/feed/wolfiadvisories"
)

// Feeds lists the feeds, the default first.
func Feeds() []feed.Feed {
	return []feed.Feed{
		osv.New(),
		private.New(),
		ghsa.New(),
		friendsofphp.New(),
		rubysec.New(),
		rustsec.New(),
		pypa.New(),
		malicious.New(),
		govulndb.New(),
		bitnami.New(),
		alpine.New(),
		wolfi.New(),
		chainguard.New(),
		kev.New(),
		epss.New(),
		amazon.New(),
		fedora.New(),
		endoflife.New(),
		debian.New(),
		ubuntu.New(),
		redhat.New(),
		suse.New(),
		nvd.New(),
		wolfiadvisories.New(),
		alma.New(),
		rocky.New(),
		oracle.New(),
	}
}

// Named is the feed that a source names before a colon, and what stands behind
// it. A source without a feed's name is the default's.
func Named(source string) (f feed.Feed, place string) {
	name, rest, ok := strings.Cut(source, ":")
	for _, f := range Feeds() {
		if ok && f.Name() == name {
			return f, rest
		}
	}
	return Feeds()[0], source
}

// Sets finds what there is to read at a source: a folder, an archive or a file,
// with the feed's name before it ("kev:known.json"), or the default feed's.
func Sets(source string) ([]feed.Set, error) {
	f, place := Named(source)
	if place == "" {
		return nil, errs.E(errs.Invalid, "%s: names no folder or file", source)
	}
	sets, err := f.Sets(place)
	for i := range sets {
		sets[i] = feed.Of(sets[i], f.Name())
	}
	return sets, err
}

// Provider describes a provider, as far as the feed in which it speaks does.
func Provider(feedName, name string) feed.Provider {
	for _, f := range Feeds() {
		known := f.Providers()
		i := slices.IndexFunc(known, func(p feed.Provider) bool { return p.Name == name })
		if i >= 0 && f.Name() == feedName {
			return known[i]
		}
	}
	return feed.Provider{Name: name, Title: name, Licence: "not known"}
}

// Covers tells of which package ecosystems a source, by its feed and name, may
// have all records; all: of any, its name does not tell. Most feeds speak of
// operating systems, or beside the records of others: they cover none.
func Covers(feedName, source string) (ecosystems []string, all bool) {
	switch feedName {
	case "", "ghsa":
		return nil, true
	case "osv":
		return exportCovers(source)
	case "pypa":
		return []string{purl.PyPI}, false
	case "rustsec":
		return []string{purl.Cargo}, false
	case "rubysec":
		return []string{purl.RubyGems}, false
	case "friendsofphp":
		return []string{purl.Packagist}, false
	case "govulndb":
		return []string{purl.Go}, false
	}
	return nil, false
}

// exportCovers reads the name of a part of an OSV export: an ecosystem's, or what
// somebody called a folder. Of two parts of one name the second has a number.
func exportCovers(source string) (ecosystems []string, all bool) {
	name := strings.TrimRight(source, " 0123456789")
	if slices.Contains(purl.Ecosystems(), name) {
		return []string{name}, false
	}
	if _, _, ok := distro.FromOSV(name); ok {
		return nil, false
	}
	return nil, !slices.Contains([]string{"Android", "Bitnami", "GHC", "GIT", "OSS-Fuzz"}, name)
}

// FromFS is the OSV records of a tree in memory.
func FromFS(name string, tree fs.FS) (feed.Set, error) {
	set, err := osv.FromFS(name, tree)
	return feed.Of(set, osv.New().Name()), err
}

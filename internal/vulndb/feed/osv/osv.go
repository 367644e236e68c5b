// Package osv reads advisories in the OSV schema
// (https://ossf.github.io/osv-schema/) from folders and archives in the layout of
// the public export.
package osv

import (
	"io/fs"
	"path"
	"strings"

	"github.com/assay-sca/assay/internal/vulndb/feed"
	"github.com/assay-sca/assay/internal/vulndb/feed/fileset"
	"github.com/assay-sca/assay/internal/vulndb/feed/osvrecord"
)

// Feed is the public OSV export, and every publication in its schema.
type Feed struct{}

var _ feed.Feed = Feed{}

// New returns the feed.
func New() Feed { return Feed{} }

// Name is "osv".
func (Feed) Name() string { return "osv" }

// Files are none: the public export has an archive for each ecosystem; the update fetches
// those that it is asked for.
func (Feed) Files() []string { return nil }

// Sets finds archives (<Ecosystem>/all.zip, <Ecosystem>.zip) and loose records.
func (Feed) Sets(path string) ([]feed.Set, error) { return Sets(path) }

func kind() fileset.Kind {
	return osvrecord.Publication{
		Feed: "osv", What: "OSV archives (<Ecosystem>/all.zip, <Ecosystem>.zip) or JSON records",
		Wants: func(name string) bool { return strings.EqualFold(path.Ext(name), ".json") },
		Read:  osvrecord.Decode,
	}.Kind()
}

// Sets finds what is to be read at path.
func Sets(path string) ([]feed.Set, error) { return fileset.Sets(kind(), path) }

// FromFS is the JSON files of a tree in memory as one set.
func FromFS(name string, tree fs.FS) (feed.Set, error) { return fileset.FromFS(kind(), name, tree) }

// Providers are the home databases of the OSV schema
// (https://ossf.github.io/osv-schema/#id-modified-fields), with the licence that
// each states for its data.
func (Feed) Providers() []feed.Provider {
	return []feed.Provider{
		{Name: "ALBA", Title: "AlmaLinux bug fixes", Licence: "MIT", Covers: "AlmaLinux", Proven: true},
		{Name: "ALEA", Title: "AlmaLinux enhancements", Licence: "MIT", Covers: "AlmaLinux", Proven: true},
		{Name: "ALPINE", Title: "Alpine security database", Licence: "none stated", Covers: "Alpine", Proven: true},
		{Name: "ALSA", Title: "AlmaLinux security advisories", Licence: "MIT", Covers: "AlmaLinux", Proven: true},
		{Name: "ASB", Title: "Android security bulletins", Licence: "Apache-2.0", Covers: "Android"},
		{Name: "BELL", Title: "BellSoft security advisories", Licence: "none stated", Covers: "Alpaquita, BellSoft containers"},
		{Name: "BIT", Title: "Bitnami vulnerability database", Licence: "Apache-2.0", Covers: "Bitnami", Proven: true},
		{Name: "CGA", Title: "Chainguard advisories", Licence: "none stated", Covers: "Chainguard, Wolfi"},
		{Name: "CVE", Title: "Records under their CVE id", Licence: "as their makers state", Covers: "several ecosystems", Proven: true},
		{Name: "CURL", Title: "curl advisories", Licence: "none stated", Covers: "curl"},
		{Name: "DEBIAN", Title: "Debian security tracker", Licence: "free to use", Covers: "Debian", Proven: true},
		{Name: "DLA", Title: "Debian LTS advisories", Licence: "free to use", Covers: "Debian"},
		{Name: "DRUPAL", Title: "Drupal advisories", Licence: "MIT", Covers: "Drupal packages of Packagist", Proven: true},
		{Name: "DSA", Title: "Debian security advisories", Licence: "free to use", Covers: "Debian", Proven: true},
		{Name: "ECHO", Title: "Echo advisories", Licence: "none stated", Covers: "Echo"},
		{Name: "EEF", Title: "Erlang Ecosystem Foundation", Licence: "CC-BY-4.0", Covers: "Hex"},
		{Name: "GHSA", Title: "GitHub security advisories", Licence: "CC-BY-4.0", Covers: "packages of all languages", Proven: true},
		{Name: "GO", Title: "Go vulnerability database", Licence: "CC-BY-4.0", Covers: "Go", Proven: true},
		{Name: "GSD", Title: "Global security database", Licence: "CC0-1.0", Covers: "several ecosystems"},
		{Name: "HSEC", Title: "Haskell security advisories", Licence: "CC0-1.0", Covers: "Hackage", Proven: true},
		{Name: "JLSEC", Title: "Julia security advisories", Licence: "CC-BY-4.0", Covers: "Julia", Proven: true},
		{Name: "KUBE", Title: "Kubernetes CVE feed", Licence: "Apache-2.0", Covers: "Kubernetes"},
		{Name: "LBSEC", Title: "LoopBack advisories", Licence: "MIT", Covers: "LoopBack"},
		{Name: "MAL", Title: "Malicious packages", Licence: "Apache-2.0", Covers: "malicious packages of all languages"},
		{Name: "MGASA", Title: "Mageia advisories", Licence: "CC-BY-SA-4.0", Covers: "Mageia"},
		{Name: "MINI", Title: "MinimOS advisories", Licence: "none stated", Covers: "MinimOS"},
		{Name: "NSWG", Title: "Node.js security working group", Licence: "MIT", Covers: "npm", Proven: true},
		{Name: "OESA", Title: "openEuler advisories", Licence: "none stated", Covers: "openEuler"},
		{Name: "OSEC", Title: "OCaml security advisories", Licence: "CC0-1.0", Covers: "opam", Proven: true},
		{Name: "OSV", Title: "OSS-Fuzz findings", Licence: "CC-BY-4.0", Covers: "OSS-Fuzz"},
		{Name: "PHSA", Title: "Photon OS advisories", Licence: "none stated", Covers: "Photon OS"},
		{Name: "PSF", Title: "Python Software Foundation", Licence: "CC-BY-4.0", Covers: "Python itself"},
		{Name: "PYSEC", Title: "PyPA advisory database", Licence: "CC-BY-4.0", Covers: "PyPI", Proven: true},
		{Name: "RHBA", Title: "Red Hat bug fixes", Licence: "CC-BY-4.0", Covers: "Red Hat"},
		{Name: "RHEA", Title: "Red Hat enhancements", Licence: "CC-BY-4.0", Covers: "Red Hat"},
		{Name: "RHSA", Title: "Red Hat security advisories", Licence: "CC-BY-4.0", Covers: "Red Hat"},
		{Name: "RLSA", Title: "Rocky Linux security advisories", Licence: "BSD-3-Clause", Covers: "Rocky Linux"},
		{Name: "RSEC", Title: "R consortium advisories", Licence: "Apache-2.0", Covers: "CRAN", Proven: true},
		{Name: "RUSTSEC", Title: "RustSec advisory database", Licence: "CC0-1.0", Covers: "crates.io", Proven: true},
		{Name: "RXSA", Title: "Rocky Linux SIG advisories", Licence: "BSD-3-Clause", Covers: "Rocky Linux"},
		{Name: "SUSE", Title: "SUSE advisories", Licence: "CC-BY-4.0", Covers: "SUSE, openSUSE"},
		{Name: "UBUNTU", Title: "Ubuntu CVE records", Licence: "CC-BY-SA-4.0", Covers: "Ubuntu"},
		{Name: "USN", Title: "Ubuntu security notices", Licence: "CC-BY-SA-4.0", Covers: "Ubuntu"},
		{Name: "V8", Title: "V8 and Chromium", Licence: "BSD-3-Clause", Covers: "V8"},
	}
}

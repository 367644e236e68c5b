// Package redhat reads Red Hat's CSAF documents: the VEX file of each CVE, which
// says of every product whether it is affected and what will be done about it,
// and the advisories (https://redhatproductsecurity.github.io/security-data-guidelines/csaf-vex/).
package redhat

import (
	"strings"

	"github.com/assay-sca/assay/internal/cpe"
	"github.com/assay-sca/assay/internal/vulndb/feed"
	"github.com/assay-sca/assay/internal/vulndb/feed/csaf"
	"github.com/assay-sca/assay/internal/vulndb/feed/rpmfeed"
)

// Feed is Red Hat's security data.
type Feed struct{}

var _ feed.Feed = Feed{}

// New returns the feed.
func New() Feed { return Feed{} }

// Name is "redhat".
func (Feed) Name() string { return "redhat" }

// Files are none: each document has its own name.
func (Feed) Files() []string { return nil }

// Providers are Red Hat's VEX files and its kinds of advisories.
func (Feed) Providers() []feed.Provider {
	return []feed.Provider{
		{Name: "REDHAT", Title: "Red Hat CVE database (VEX)", Licence: "CC-BY-4.0", Covers: "Red Hat"},
		{Name: "RHSA", Title: "Red Hat security advisories", Licence: "CC-BY-4.0", Covers: "Red Hat"},
		{Name: "RHBA", Title: "Red Hat bug fixes", Licence: "CC-BY-4.0", Covers: "Red Hat"},
		{Name: "RHEA", Title: "Red Hat enhancements", Licence: "CC-BY-4.0", Covers: "Red Hat"},
	}
}

// Sets finds CSAF documents.
func (Feed) Sets(path string) ([]feed.Set, error) {
	return csaf.Sets(csaf.Publisher{
		Feed: "redhat", What: "CSAF documents (*.json)",
		Identify: identify, Ecosystem: ecosystem, Advisory: fix, Epoch: "0", Modules: modular,
	}, path)
}

func identify(document string) (id, provider string) {
	if rpmfeed.IsCVE(document) {
		return "REDHAT-" + document, "REDHAT"
	}
	return document, kind(document)
}

// kind is the sort of advisory, "" if the id is none.
func kind(id string) string {
	prefix, _, _ := strings.Cut(id, "-")
	switch prefix {
	case "RHSA", "RHBA", "RHEA":
		return prefix
	}
	return ""
}

// ecosystem is told by a product's CPE name, in the OSV schema's way: "Red
// Hat:" and what follows the vendor. Of Red Hat Enterprise Linux itself the
// repository ("::appstream") says nothing, and neither does the minor release: what
// is shipped in one is for all that come after it. The extended updates of a
// minor release are another product ("rhel_eus:9.2").
func ecosystem(p csaf.Platform) string {
	n, err := cpe.Parse(p.CPE)
	if err != nil || n.Vendor != "redhat" || n.Product == cpe.Any || n.Version == cpe.Any || n.Version == cpe.NA {
		return ""
	}
	switch {
	case n.Product == "enterprise_linux":
		major, _, _ := strings.Cut(n.Version, ".")
		return "Red Hat:enterprise_linux:" + major
	case strings.HasPrefix(n.Product, "rhel_") || n.Edition == cpe.Any || n.Edition == cpe.NA:
		return "Red Hat:" + n.Product + ":" + n.Version
	}
	return "Red Hat:" + n.Product + ":" + n.Version + "::" + n.Edition
}

// modular: modules came with Red Hat Enterprise Linux 8.
func modular(ecosystem string) bool {
	for _, old := range []string{":5", ":6", ":7"} {
		if _, release, ok := strings.Cut(ecosystem, old); ok && (release == "" || release[0] == '.') {
			return false
		}
	}
	return strings.HasPrefix(ecosystem, "Red Hat:enterprise_linux:") || strings.HasPrefix(ecosystem, "Red Hat:rhel_")
}

// fix reads "https://access.redhat.com/errata/RHSA-2024:1234".
func fix(url string) string {
	id := url[strings.LastIndexByte(url, '/')+1:]
	if kind(id) == "" || rpmfeed.CheckID(id) != nil {
		return ""
	}
	return id
}

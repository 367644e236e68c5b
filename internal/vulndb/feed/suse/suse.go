// Package suse reads the CSAF documents of SUSE and openSUSE: advisories and the
// VEX file of each CVE (https://www.suse.com/support/security/csaf/).
package suse

import (
	"strings"

	"github.com/assay-sca/assay/internal/vulndb/feed"
	"github.com/assay-sca/assay/internal/vulndb/feed/csaf"
	"github.com/assay-sca/assay/internal/vulndb/feed/rpmfeed"
)

// Feed is SUSE's security data.
type Feed struct{}

var _ feed.Feed = Feed{}

// New returns the feed.
func New() Feed { return Feed{} }

// Name is "suse".
func (Feed) Name() string { return "suse" }

// Files are none: each document has its own name.
func (Feed) Files() []string { return nil }

// Providers are SUSE and openSUSE, under the names that their ids begin with.
func (Feed) Providers() []feed.Provider {
	return []feed.Provider{
		{Name: "SUSE", Title: "SUSE advisories", Licence: "CC-BY-4.0", Covers: "SUSE, openSUSE"},
		{Name: "openSUSE", Title: "openSUSE advisories", Licence: "CC-BY-4.0", Covers: "openSUSE"},
	}
}

// Sets finds CSAF documents.
func (Feed) Sets(path string) ([]feed.Set, error) {
	return csaf.Sets(csaf.Publisher{
		Feed: "suse", What: "CSAF documents (*.json)",
		Identify: identify, Ecosystem: ecosystem, Advisory: fix,
		Modules: func(string) bool { return false },
	}, path)
}

func identify(document string) (id, provider string) {
	if rpmfeed.IsCVE(document) {
		return "SUSE-" + document, "SUSE"
	}
	for _, name := range []string{"SUSE", "openSUSE"} {
		if strings.HasPrefix(document, name+"-") {
			return document, name
		}
	}
	return "", ""
}

// ecosystem is told by a product's name, as in SUSE's records in the OSV schema:
// "SUSE Linux Enterprise Server 15 SP5" is "SUSE:Linux Enterprise Server 15 SP5".
// Images that SUSE builds are no distribution.
func ecosystem(p csaf.Platform) string {
	for _, name := range []string{"SUSE", "openSUSE"} {
		if rest, ok := strings.CutPrefix(p.Name, name+" "); ok && rest != "" {
			return name + ":" + rest
		}
	}
	return ""
}

// fix reads "https://www.suse.com/support/update/announcement/2024/suse-su-20241234-1/",
// and nothing where the link does not lead to an advisory.
func fix(url string) string {
	url = strings.TrimSuffix(url, "/")
	word := url[strings.LastIndexByte(url, '/')+1:]
	head, number, ok := strings.Cut(strings.TrimPrefix(word, "suse-"), "-")
	count, tail, _ := strings.Cut(number, "-")
	if !ok || !strings.HasPrefix(word, "suse-") || len(head) != 2 || len(count) < 5 || strings.Trim(count+tail, "0123456789") != "" || tail == "" {
		return ""
	}
	return "SUSE-" + strings.ToUpper(head) + "-" + count[:4] + ":" + count[4:] + "-" + tail
}

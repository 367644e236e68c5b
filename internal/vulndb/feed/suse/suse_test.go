package suse

import (
	"testing"

	"github.com/assay-sca/assay/internal/vulndb/feed/csaf"
	"github.com/assay-sca/assay/internal/vulndb/feed/feedtest"
)

func TestGolden(t *testing.T) {
	t.Parallel()
	feedtest.Golden(t, New(), "csaf")
}

func FuzzSets(f *testing.F) { feedtest.Fuzz(f, New(), "document.json") }

func TestEcosystem(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"SUSE Linux Enterprise Server 15 SP5": "SUSE:Linux Enterprise Server 15 SP5", "openSUSE Leap 15.5": "openSUSE:Leap 15.5",
		"openSUSE Tumbleweed": "openSUSE:Tumbleweed", "Container bci/nut:latest": "", "Image SLES15-SP5": "", "SUSE": "", "": "",
	} {
		if got := ecosystem(csaf.Platform{Name: name}); got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
}

func TestFix(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"https://www.suse.com/support/update/announcement/2024/suse-su-20240234-1/": "SUSE-SU-2024:0234-1",
		"https://www.suse.com/support/update/announcement/2024/suse-ru-202412345-2": "SUSE-RU-2024:12345-2",
		"https://www.suse.com/security/cve/CVE-2024-1/":                             "", "suse-su-2024-1": "", "suse-su-20241": "", "": "",
	} {
		if got := fix(url); got != want {
			t.Errorf("%q: got %q, want %q", url, got, want)
		}
	}
}

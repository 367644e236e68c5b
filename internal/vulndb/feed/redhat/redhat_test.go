package redhat

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
	for cpe, want := range map[string]string{
		"cpe:/a:redhat:enterprise_linux:9::appstream": "Red Hat:enterprise_linux:9",
		"cpe:/o:redhat:enterprise_linux:10.1":         "Red Hat:enterprise_linux:10",
		"cpe:/a:redhat:rhel_eus:9.2::crb":             "Red Hat:rhel_eus:9.2",
		"cpe:/a:redhat:openshift:4.16::el9":           "Red Hat:openshift:4.16::el9",
		"cpe:/a:redhat:jboss_core_services:1":         "Red Hat:jboss_core_services:1",
		"cpe:/a:redhat:enterprise_linux":              "",
		"cpe:/a:suse:sles:15":                         "",
		"Red Hat Enterprise Linux 9":                  "",
		"":                                            "",
	} {
		if got := ecosystem(csaf.Platform{CPE: cpe}); got != want {
			t.Errorf("%q: got %q, want %q", cpe, got, want)
		}
	}
}

func TestModular(t *testing.T) {
	t.Parallel()
	for ecosystem, want := range map[string]bool{
		"Red Hat:enterprise_linux:7": false, "Red Hat:enterprise_linux:8": true, "Red Hat:enterprise_linux:10": true,
		"Red Hat:rhel_aus:7.4": false, "Red Hat:rhel_eus:9.2": true, "Red Hat:openshift:4.16::el9": false,
	} {
		if got := modular(ecosystem); got != want {
			t.Errorf("%s: got %t", ecosystem, got)
		}
	}
}

func TestFix(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"https://access.redhat.com/errata/RHSA-2024:1234": "RHSA-2024:1234", "https://access.redhat.com/security/cve/CVE-2024-1": "", "": "", "RHSA- 1": "",
	} {
		if got := fix(url); got != want {
			t.Errorf("%q: got %q, want %q", url, got, want)
		}
	}
}

package ubuntu

import (
	"os"
	"testing"

	"github.com/assay-sca/assay/internal/vulndb/feed/feedtest"
)

func TestFeed(t *testing.T) {
	t.Parallel()
	feedtest.Golden(t, New(), "vex")
}

func TestWants(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"vex/cve/2015/CVE-2015-0001.json": true, "CVE-2015-0001.json": true, "osv/cve/2015/UBUNTU-CVE-2015-0001.json": false,
		"README.md": false, "LICENSE": false,
	} {
		if got := wants(name); got != want {
			t.Errorf("wants(%q) = %t", name, got)
		}
	}
}

func TestEcosystem(t *testing.T) {
	t.Parallel()
	for qualifier, want := range map[string]string{
		"jammy": "Ubuntu:22.04:LTS", "trusty": "Ubuntu:14.04:LTS", "questing": "Ubuntu:25.10", "plucky": "Ubuntu:25.04",
		"precise": "Ubuntu:12.04:LTS", "dapper": "Ubuntu:6.06:LTS", "impish": "Ubuntu:21.10", "saucy": "Ubuntu:13.10",
		"trusty/esm": "Ubuntu:Pro:14.04:LTS", "esm-infra/focal": "Ubuntu:Pro:20.04:LTS", "esm-apps-legacy/xenial": "Ubuntu:Pro:16.04:LTS",
		"fips/bionic": "Ubuntu:Pro:FIPS:18.04:LTS", "realtime/jammy": "Ubuntu:Pro:Realtime:22.04:LTS",
		"moonbeam/jammy": "", "esm/fips/jammy": "", "jammy/noble": "", "esm": "", "": "", "22.04": "", "zurg": "",
	} {
		if got := ecosystem(qualifier); got != want {
			t.Errorf("ecosystem(%q) = %q, want %q", qualifier, got, want)
		}
	}
}

func TestTimestamp(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"2026-04-24T08:06:46.504793Z": "2026-04-24T08:06:46.504793Z", "2025-10-30T05:25:49.451072": "2025-10-30T05:25:49.451072Z",
		"2015-02-11": "2015-02-11T00:00:00Z", "2015-02-02 19:59:00 UTC": "2015-02-02T19:59:00Z",
		"2015-02-02T19:59:00+02:00": "2015-02-02T17:59:00Z", "": "", "soon": "",
	} {
		if got := timestamp(text); got != want {
			t.Errorf("timestamp(%q) = %q, want %q", text, got, want)
		}
	}
}

func FuzzSets(f *testing.F) {
	for _, name := range []string{"CVE-2026-0001", "CVE-2015-0001", "USN-9000-1"} {
		data, err := os.ReadFile("testdata/vex/" + name + ".json")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	feedtest.Fuzz(f, New(), "CVE-2026-0001.json")
}

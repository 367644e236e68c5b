package distro_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/distro"
)

// TestFromOSV has the ecosystems of the OSV schema's examples.
func TestFromOSV(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]distro.System{
		"Debian:12":                                {Name: "debian", Label: "12", Major: "12", Codename: "bookworm"},
		"Debian:sid":                               {Name: "debian", Label: "sid", Codename: "sid", Rolling: true},
		"Debian:bullseye":                          {Name: "debian", Label: "bullseye", Major: "11", Codename: "bullseye"},
		"Debian":                                   {Name: "debian"},
		"Ubuntu:22.04:LTS":                         {Name: "ubuntu", Label: "22.04:LTS", Major: "22", Minor: "4", Codename: "jammy"},
		"Ubuntu:Pro:18.04:LTS":                     {Name: "ubuntu", Label: "Pro:18.04:LTS", Major: "18", Minor: "4", Codename: "bionic", Channel: "pro"},
		"Ubuntu:24.10":                             {Name: "ubuntu", Label: "24.10", Major: "24", Minor: "10", Codename: "oracular"},
		"Alpine:v3.19":                             {Name: "alpine", Label: "v3.19", Major: "3", Minor: "19"},
		"AlmaLinux:9":                              {Name: "almalinux", Label: "9", Major: "9"},
		"Rocky Linux:9":                            {Name: "rocky", Label: "9", Major: "9"},
		"Wolfi":                                    {Name: "wolfi", Rolling: true},
		"SUSE:Linux Enterprise Server 15 SP5":      {Name: "sles", Label: "Linux Enterprise Server 15 SP5", Major: "15", Minor: "5"},
		"openSUSE:Leap 15.5":                       {Name: "opensuse", Label: "Leap 15.5", Major: "15", Minor: "5"},
		"openSUSE:Tumbleweed":                      {Name: "opensuse", Label: "Tumbleweed", Codename: "tumbleweed", Rolling: true},
		"Red Hat:enterprise_linux:9::baseos":       {Name: "rhel", Label: "enterprise_linux:9::baseos", Major: "9"},
		"Red Hat:rhel_eus:9.2":                     {Name: "rhel", Label: "rhel_eus:9.2", Major: "9", Minor: "2", Channel: "eus"},
		"Red Hat:openshift:4.16::el9":              {Name: "rhel", Label: "openshift:4.16::el9", Major: "9", Channel: "openshift"},
		"Red Hat:rhel_software_collections:3::el7": {Name: "rhel", Label: "rhel_software_collections:3::el7", Major: "7", Channel: "rhel_software_collections"},
		"Red Hat:ceph_storage:8":                   {Name: "rhel", Label: "ceph_storage:8", Channel: "ceph_storage"},
		"SUSE:Linux Enterprise Server 15 SP5-LTSS": {Name: "sles", Label: "Linux Enterprise Server 15 SP5-LTSS", Major: "15", Minor: "5", Channel: "ltss"},
		"openEuler:24.03-LTS":                      {Name: "openeuler", Label: "24.03-LTS", Major: "24", Minor: "3"},
		"Mageia:9":                                 {Name: "mageia", Label: "9", Major: "9"},
	} {
		_, got, ok := distro.FromOSV(text)
		if diff := cmp.Diff(want, got); !ok || diff != "" {
			t.Errorf("%s: %t, mismatch (-want +got):\n%s", text, ok, diff)
		}
	}
	if ecosystem, _, ok := distro.FromOSV("Packagist:https://packages.example.org/8"); ok || ecosystem != "Packagist" {
		t.Errorf("another registry is taken for a system: %q", ecosystem)
	}
}

func TestCovers(t *testing.T) {
	t.Parallel()
	stored := func(text string) distro.System {
		_, s, _ := distro.FromOSV(text)
		return s
	}
	for _, c := range []struct {
		stored, asked string
		want          bool
	}{
		{"Debian:12", "debian@12", true}, {"Debian:12", "debian:bookworm", true}, {"Debian:12", "debian@11", false}, {"Debian:12", "debian", true},
		{"Debian:sid", "debian@12", false}, {"Debian:sid", "debian", true}, {"Debian:sid", "debian:sid", true}, {"Debian:12", "debian:sid", false},
		{"Debian", "debian@12", true}, {"Debian", "debian:sid", true},
		{"Wolfi", "wolfi@20230201", true}, {"Chainguard", "chainguard@20230214", true}, {"Arch Linux", "arch@20240101.0", true},
		{"openSUSE:Tumbleweed", "opensuse-tumbleweed@20240101", true}, {"openSUSE:Leap 15.5", "opensuse-tumbleweed@20240101", false},
		{"openSUSE:Leap 15.5", "opensuse-leap@15.5", true}, {"openSUSE:Tumbleweed", "opensuse@15.5", false},
		{"Ubuntu:22.04:LTS", "ubuntu@22.04", true}, {"Ubuntu:22.04:LTS", "ubuntu@22", true}, {"Ubuntu:22.04:LTS", "ubuntu@22.10", false},
		{"Ubuntu:Pro:18.04:LTS", "ubuntu@18.04", false}, {"Ubuntu:Pro:18.04:LTS", "ubuntu@18.04:pro", true}, {"Ubuntu:18.04:LTS", "ubuntu@18.04:pro", true},
		{"Red Hat:enterprise_linux:9", "rhel 9.4", true}, {"Red Hat:enterprise_linux:9", "redhat@9", true}, {"Red Hat:enterprise_linux:9.4", "rhel@9.2", false},
		{"Alpine:v3.19", "alpine@v3.19", true}, {"Alpine:v3.19", "alpine@3.18", false}, {"Wolfi", "wolfi", true}, {"Wolfi", "chainguard", false},
	} {
		asked, err := distro.Parse(c.asked)
		if err != nil {
			t.Fatal(err)
		}
		if got := stored(c.stored).Covers(asked); got != c.want {
			t.Errorf("%s holds for %s: %t", c.stored, c.asked, got)
		}
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"", "@12", "debian@next", "ubuntu:soon"} {
		if s, err := distro.Parse(bad); err == nil {
			t.Errorf("%q is taken for %v", bad, s)
		}
	}
	if s, err := distro.Parse("  Amazon@2023 "); err != nil || s.Name != "amzn" || s.Major != "2023" {
		t.Errorf("%v, %v", s, err)
	}
	for text, want := range map[string][2]string{"debian-12": {"debian", "12"}, "alpine-v3.19": {"alpine", "3"}, "some-linux": {"some-linux", ""}} {
		if s, err := distro.Parse(text); err != nil || s.Name != want[0] || s.Major != want[1] {
			t.Errorf("%s: %v, %v", text, s, err)
		}
	}
}

func TestCycle(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"ubuntu@22.04": {"ubuntu", "22.04", "22"}, "debian@12": {"debian", "12"}, "amazon@2023": {"amazon-linux", "2023"}, "wolfi": {""},
	} {
		s, err := distro.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		product, cycles := s.Cycle()
		if got := append([]string{product}, cycles...); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("ubuntu@22.04:pro")
	f.Add("SUSE:Linux Enterprise Server 15 SP5")
	f.Fuzz(func(t *testing.T, text string) {
		if s, err := distro.Parse(text); err == nil && s.Name == "" {
			t.Errorf("%q has no name", text)
		}
		distro.FromOSV(text)
	})
}

// Package distro names the operating systems whose packages advisories speak of:
// how the OSV schema, /etc/os-release and people write them, and which of a
// database's systems hold for one that is asked for. It is pure data and rules.
package distro

import (
	"slices"
	"strings"
)

// System is one release of an operating system, or all of them.
type System struct {
	Name     string // the ID of /etc/os-release: "debian", "ubuntu", "rhel"
	Label    string // the release as its source writes it: "12", "22.04:LTS", "v3.19"
	Major    string // without leading zeros; empty: every release, or a rolling one
	Minor    string
	Codename string // "bookworm"
	Channel  string // of extended support or a repository: "pro", "eus", "community"
	Rolling  bool   // it has no releases
}

// family is a distribution as the OSV schema names it.
type family struct {
	osv, name string
	rolling   bool
}

// families are the ecosystems of the OSV schema that are distributions
// (https://ossf.github.io/osv-schema/#defined-ecosystems), and in the same form
// those that only other feeds have.
func families() []family {
	return []family{
		{"AlmaLinux", "almalinux", false}, {"Alpaquita", "alpaquita", false}, {"Alpine", "alpine", false},
		{"Amazon Linux", "amzn", false}, {"Arch Linux", "arch", true}, {"Azure Linux", "azurelinux", false},
		{"BellSoft Hardened Containers", "bellsoft-hardened-containers", true}, {"Chainguard", "chainguard", true},
		{"Debian", "debian", false}, {"Echo", "echo", true}, {"Fedora", "fedora", false}, {"Linux", "linux", true}, {"Mageia", "mageia", false},
		{"MinimOS", "minimos", true}, {"Oracle Linux", "ol", false}, {"Photon OS", "photon", false}, {"Red Hat", "rhel", false},
		{"Rocky Linux", "rocky", false}, {"SUSE", "sles", false}, {"Ubuntu", "ubuntu", false}, {"Wolfi", "wolfi", true},
		{"openEuler", "openeuler", false}, {"openSUSE", "opensuse", false},
	}
}

// Ecosystems lists the ecosystem names that are distributions.
func Ecosystems() []string {
	var out []string
	for _, f := range families() {
		out = append(out, f.osv)
	}
	return out
}

// Ecosystem is the ecosystem name of an operating system's packages, or "".
func Ecosystem(name string) string {
	for _, f := range families() {
		if f.name == name {
			return f.osv
		}
	}
	return ""
}

// Alias is another name of an operating system.
type Alias struct{ Alias, Name string }

// Aliases are shipped in the database, so that an older program learns new ones.
// They are names of the same system; which system's advisories a derivative may
// borrow is for matching to decide.
func Aliases() []Alias {
	return []Alias{
		{"alma", "almalinux"}, {"amazon", "amzn"}, {"amazonlinux", "amzn"}, {"archlinux", "arch"}, {"azure", "azurelinux"}, {"deb", "debian"},
		{"el", "rhel"}, {"mariner", "azurelinux"}, {"opensuse-leap", "opensuse"}, {"opensuse-tumbleweed", "opensuse"}, {"oracle", "ol"},
		{"oraclelinux", "ol"}, {"photonos", "photon"}, {"redhat", "rhel"}, {"rockylinux", "rocky"}, {"suse", "sles"},
	}
}

// FromOSV reads an ecosystem as the OSV schema writes it, such as "Debian:12" or
// "Ubuntu:Pro:18.04:LTS". It returns the ecosystem without its release, and
// whether it is a distribution's at all.
func FromOSV(text string) (ecosystem string, system System, ok bool) {
	base, label, _ := strings.Cut(text, ":")
	for _, f := range families() {
		if f.osv == base {
			s := release(f.name, label)
			s.Rolling = s.Rolling || f.rolling
			return base, s, true
		}
	}
	return base, System{}, false
}

// release reads what stands behind a distribution's name.
func release(name, label string) System {
	s := System{Name: name, Label: label}
	if name == "rhel" {
		label = s.ofProduct(label)
	}
	for part := range strings.FieldsFuncSeq(label, func(r rune) bool { return r == ':' || r == ' ' || r == '_' || r == '@' }) {
		word := strings.ToLower(part)
		version := strings.TrimPrefix(strings.TrimPrefix(word, "v"), "el")
		switch {
		case s.Major == "" && startsWithDigit(version):
			s.Major, s.Minor = split(version)
		case strings.HasPrefix(word, "sp") && startsWithDigit(word[2:]): // SUSE's service packs
			pack, channel, _ := strings.Cut(word[2:], "-")
			s.Minor, s.Channel = trim(pack), channel
		case codenameRelease(name, word) != "":
			s.Codename = word
			s.Major, s.Minor = split(codenameRelease(name, word))
		case isRolling(word):
			s.Rolling, s.Codename = true, word
		case isChannel(word):
			s.Channel = word
		}
	}
	if s.Codename == "" && s.Major != "" {
		s.Codename = codenameOf(name, s.Major, s.Minor)
	}
	return s
}

// ofProduct reads Red Hat's labels, which begin with a product: what is layered on
// the system ("openshift:4.16::el9") is a channel of it, and its own number is no
// release of the system.
func (s *System) ofProduct(label string) string {
	product, rest, ok := strings.Cut(label, ":")
	// What is layered names its system at the end: "rhel_software_collections:3::el7".
	system := product == "enterprise_linux" || strings.HasPrefix(product, "rhel_") && !strings.Contains(rest, "::el")
	if !ok || system {
		return label
	}
	s.Channel = strings.ToLower(product)
	for part := range strings.SplitSeq(rest, ":") {
		if strings.HasPrefix(part, "el") && startsWithDigit(part[2:]) {
			return part
		}
	}
	return ""
}

func startsWithDigit(s string) bool { return s != "" && s[0] >= '0' && s[0] <= '9' }

// split takes a release apart at its first dot; "24.03-lts" has a suffix that
// says nothing about which it is.
func split(version string) (major, minor string) {
	version, _, _ = strings.Cut(version, "-")
	major, minor, _ = strings.Cut(version, ".")
	minor, _, _ = strings.Cut(minor, ".")
	return trim(major), trim(minor)
}

func trim(digits string) string {
	if t := strings.TrimLeft(digits, "0"); t != "" || digits == "" {
		return t
	}
	return "0"
}

func isRolling(word string) bool {
	return slices.Contains([]string{"sid", "unstable", "edge", "tumbleweed", "rawhide", "rolling"}, word)
}

// isChannel: words that name a support or package channel; others ("LTS",
// "Leap", "Enterprise") only describe.
func isChannel(word string) bool {
	return slices.Contains([]string{"pro", "esm", "fips", "eus", "aus", "e4s", "tus", "els", "ltss", "espos", "community"}, word)
}

// codename of a release that sources name by word.
type codename struct{ system, word, release string }

func codenames() []codename {
	return []codename{
		{"debian", "buzz", "1.1"}, {"debian", "rex", "1.2"}, {"debian", "bo", "1.3"}, {"debian", "hamm", "2.0"}, {"debian", "slink", "2.1"},
		{"debian", "potato", "2.2"}, {"debian", "woody", "3.0"}, {"debian", "sarge", "3.1"}, {"debian", "etch", "4"}, {"debian", "lenny", "5"},
		{"debian", "squeeze", "6"}, {"debian", "wheezy", "7"}, {"debian", "jessie", "8"}, {"debian", "stretch", "9"}, {"debian", "buster", "10"},
		{"debian", "bullseye", "11"}, {"debian", "bookworm", "12"}, {"debian", "trixie", "13"}, {"debian", "forky", "14"}, {"debian", "duke", "15"},
		{"ubuntu", "trusty", "14.04"}, {"ubuntu", "xenial", "16.04"}, {"ubuntu", "bionic", "18.04"}, {"ubuntu", "focal", "20.04"},
		{"ubuntu", "jammy", "22.04"}, {"ubuntu", "kinetic", "22.10"}, {"ubuntu", "lunar", "23.04"}, {"ubuntu", "mantic", "23.10"},
		{"ubuntu", "noble", "24.04"}, {"ubuntu", "oracular", "24.10"}, {"ubuntu", "plucky", "25.04"}, {"ubuntu", "questing", "25.10"},
		{"ubuntu", "resolute", "26.04"},
	}
}

func codenameRelease(system, word string) string {
	for _, c := range codenames() {
		if c.system == system && c.word == word {
			return c.release
		}
	}
	return ""
}

func codenameOf(system, major, minor string) string {
	for _, c := range codenames() {
		if m, n := split(c.release); c.system == system && m == major && (n == minor || minor == "") {
			return c.word
		}
	}
	return ""
}

package distro

import (
	"strings"

	"github.com/assay-sca/assay/internal/errs"
)

// Parse reads an operating system as people write it: "ubuntu@22.04",
// "debian:bookworm", "rhel 9", "debian-12", "alpine-v3.19", or a name alone for all releases.
// A name may be an alias: see Canonical.
func Parse(text string) (System, error) {
	text = strings.ToLower(strings.TrimSpace(text))
	name, label := text, ""
	if at := strings.IndexAny(text, "@: "); at >= 0 {
		name, label = text[:at], text[at+1:]
	} else if at := strings.LastIndexByte(text, '-'); at >= 0 && startsWithNumber(strings.TrimPrefix(text[at+1:], "v")) {
		name, label = text[:at], text[at+1:]
	}
	if name == "" {
		return System{}, errs.E(errs.Invalid, "no operating system: %q; write it like ubuntu@22.04 or debian:bookworm", text)
	}
	s := release(Canonical(name), label)
	if rolls(name) { // its os-release has the day of the image where others have a release
		s.Major, s.Minor, s.Rolling = "", "", true
	}
	if label != "" && s.Major == "" && s.Codename == "" && !s.Rolling && s.Channel == "" {
		return s, errs.E(errs.Invalid, "no release of %s: %q; write a number such as 12 or 22.04, or a codename", name, label)
	}
	return s, nil
}

func startsWithNumber(text string) bool { return text != "" && text[0] >= '0' && text[0] <= '9' }

// rolls tells whether a system has no releases. Tumbleweed shares its name in
// advisories with Leap, which has.
func rolls(name string) bool {
	for _, f := range families() {
		if f.rolling && f.name == Canonical(name) {
			return true
		}
	}
	return name == "opensuse-tumbleweed"
}

// Canonical is the name that an alias stands for, by the built-in list.
func Canonical(name string) string {
	for _, a := range Aliases() {
		if a.Alias == name {
			return a.Name
		}
	}
	for _, f := range families() {
		if strings.EqualFold(f.osv, name) {
			return f.name
		}
	}
	return name
}

// Covers tells whether what is said of the system s holds for the system asked
// for. Records of a major release hold for each of its minor ones, records
// without a release for all; to ask for a major release is to ask for all of its
// minor ones. Channels are kept apart: what only extended support knows holds for
// who asks for it.
func (s System) Covers(asked System) bool {
	if s.Name != asked.Name || s.Channel != "" && asked.Channel != s.Channel {
		return false
	}
	if asked.Major == "" {
		return !asked.Rolling || s.Rolling || s.Major == "" // that is said of all releases
	}
	switch {
	case s.Rolling && s.Major == "":
		return false
	case s.Major == "":
		return true // said of all releases
	case s.Major != asked.Major:
		return false
	}
	return s.Minor == "" || asked.Minor == "" || s.Minor == asked.Minor
}

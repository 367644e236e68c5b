package ubuntu

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/assay-sca/assay/internal/distro"
)

// pkg is a package that a product's package URL names, such as
// "pkg:deb/ubuntu/vnc4@4.1.1+esm1?arch=source&distro=esm-apps/bionic".
type pkg struct {
	id, name, version, arch, distro string
}

// pkg reads a product's name. The id is what it has in the document.
func (p *product) pkg() (out pkg, id string, ok bool) {
	id = p.ID
	if !strings.HasPrefix(id, "pkg:") && p.Identifiers.PURL != "" {
		id = p.Identifiers.PURL
	}
	text, ok := strings.CutPrefix(id, "pkg:deb/ubuntu/")
	if !ok {
		return pkg{}, id, false
	}
	text, _, _ = strings.Cut(text, "#")
	path, query, _ := strings.Cut(text, "?")
	name, version, _ := strings.Cut(path, "@")
	out = pkg{id: id, name: unescape(name), version: unescape(version)}
	for part := range strings.SplitSeq(query, "&") {
		switch key, value, _ := strings.Cut(part, "="); key {
		case "arch":
			out.arch = unescape(value)
		case "distro":
			out.distro = unescape(value)
		}
	}
	return out, id, out.name != ""
}

func unescape(text string) string {
	if plain, err := url.PathUnescape(text); err == nil {
		return plain
	}
	return text
}

// ecosystem names a release as the OSV schema does, from the qualifier of a
// package URL: "jammy", "trusty/esm", "esm-infra/focal", "fips-updates/bionic". It
// is empty for one that is not known: it must not become another's.
func ecosystem(qualifier string) string {
	release, channel := "", ""
	for part := range strings.SplitSeq(qualifier, "/") {
		number := releaseOf(part)
		kind, known := channelOf(part)
		switch {
		case number != "" && release == "":
			release = number
		case known && channel == "":
			channel = kind
		default:
			return ""
		}
	}
	if release == "" {
		return ""
	}
	return "Ubuntu:" + channel + release
}

// channelOf is the part of an ecosystem's name for a pocket with its own updates.
func channelOf(pocket string) (part string, known bool) {
	switch pocket {
	case "esm", "esm-infra", "esm-infra-legacy", "esm-apps", "esm-apps-legacy":
		return "Pro:", true
	case "fips":
		return "Pro:FIPS:", true
	case "fips-updates":
		return "Pro:FIPS-updates:", true
	case "fips-preview":
		return "Pro:FIPS-preview:", true
	case "realtime":
		return "Pro:Realtime:", true
	}
	return "", false
}

// releaseOf is a release's number by its codename, "22.04:LTS". The older ones
// are only met in old notices.
func releaseOf(codename string) string {
	_, s, _ := distro.FromOSV("Ubuntu:" + codename)
	number := ""
	if s.Codename == codename && s.Major != "" {
		number = s.Major + "." + strings.Repeat("0", max(0, 2-len(s.Minor))) + s.Minor
	} else {
		number = older(codename)
	}
	year, month, _ := strings.Cut(number, ".")
	if n, err := strconv.Atoi(year); err == nil && n%2 == 0 && month == "04" {
		number += ":LTS"
	}
	return number
}

func older(codename string) string {
	for _, release := range [][2]string{
		{"dapper", "6.06:LTS"}, {"hardy", "8.04"}, {"lucid", "10.04"}, {"maverick", "10.10"}, {"natty", "11.04"}, {"oneiric", "11.10"},
		{"precise", "12.04"}, {"quantal", "12.10"}, {"raring", "13.04"}, {"saucy", "13.10"}, {"utopic", "14.10"}, {"vivid", "15.04"},
		{"wily", "15.10"}, {"yakkety", "16.10"}, {"zesty", "17.04"}, {"artful", "17.10"}, {"cosmic", "18.10"}, {"disco", "19.04"},
		{"eoan", "19.10"}, {"groovy", "20.10"}, {"hirsute", "21.04"}, {"impish", "21.10"},
	} {
		if release[0] == codename {
			return release[1]
		}
	}
	return ""
}

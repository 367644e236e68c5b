package secdb

import (
	"regexp"
	"slices"
	"strings"
)

// patterns of the ids in a line. People write them, so CVE ids come with a blank
// or an underscore in place of a hyphen, too.
type patterns struct{ cve, other *regexp.Regexp }

func newPatterns() patterns {
	return patterns{
		cve:   regexp.MustCompile(`(?i)\bCVE[-_ ]([0-9]{4})[-_]([0-9]{4,})`),
		other: regexp.MustCompile(`^(?:(?:GHSA|CGA)(?:-[0-9a-z]{4}){3}|[A-Za-z]{2,}(?:-[A-Za-z0-9]+)*-[A-Za-z0-9]*[0-9][A-Za-z0-9]*)$`),
	}
}

// parse takes a line of a version apart: "CVE-2017-5753 CVE-2017-5715 XSA-254",
// "CVE-2018-14461 (LDP)". The ids are the CVEs, else what other ids there are;
// beside CVEs those are only related. What is no id is a remark.
func (p patterns) parse(line string) (ids, related []string, remark string) {
	text, behind, _ := strings.Cut(line, "(")
	if behind != "" {
		behind = "(" + behind
	}
	for _, m := range p.cve.FindAllStringSubmatch(text, -1) {
		ids = append(ids, "CVE-"+m[1]+"-"+m[2])
	}
	var words []string
	for word := range strings.FieldsFuncSeq(p.cve.ReplaceAllString(text, " "), func(r rune) bool { return r <= ' ' || r == ',' || r == ';' }) {
		if p.other.MatchString(word) {
			related = append(related, word)
		} else {
			words = append(words, word)
		}
	}
	if len(ids) == 0 {
		ids, related = related, nil
	}
	if behind = strings.TrimSpace(behind); behind != "" {
		words = append(words, behind)
	}
	return unique(ids), unique(related), strings.Join(words, " ")
}

func unique(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}

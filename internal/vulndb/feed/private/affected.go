package private

import (
	"fmt"
	"slices"
	"strings"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/distro"
	"github.com/assay-sca/assay/internal/purl"
	"github.com/assay-sca/assay/internal/version"
)

func (c *checker) affected(path string, entry object) {
	if entry == nil {
		return
	}
	c.known(path, entry, "package", "severity", "ranges", "versions", "ecosystem_specific", "database_specific")
	c.severities(path, entry)
	ecosystem := c.pkg(path, entry)
	scheme := version.SchemeOf(ecosystem)
	listed := c.texts(path, entry, "versions")
	for i, text := range listed {
		c.version(fmt.Sprintf("%s.versions[%d]", path, i), scheme, ecosystem, text)
	}
	ranges := c.objects(path, entry, "ranges")
	for i, r := range ranges {
		c.versionRange(fmt.Sprintf("%s.ranges[%d]", path, i), r, scheme, ecosystem)
	}
	if len(listed)+len(ranges) == 0 && !c.unaffected(path, entry) {
		c.fault(path, "it has neither ranges nor versions; for all versions write a range with introduced \"0\"")
	}
}

// unaffected reads the mark that turns an entry's meaning.
func (c *checker) unaffected(path string, entry object) bool {
	own, ok := entry["database_specific"].(object)
	if !ok {
		if entry["database_specific"] != nil {
			c.fault(path+".database_specific", "it is no object")
		}
		return false
	}
	v, ok := own["unaffected"]
	yes, isBool := v.(bool)
	if ok && !isBool {
		c.fault(path+".database_specific.unaffected", "it is neither true nor false")
	}
	return yes
}

// unaffected tells whether an entry of a valid record has the mark.
func unaffected(tree object, i int) bool {
	entries, _ := tree["affected"].([]any)
	if i >= len(entries) {
		return false
	}
	entry, _ := entries[i].(object)
	return new(checker).unaffected("", entry)
}

// pkg checks the package and returns its ecosystem. One that nothing is found in is
// nearly always a slip, such as "pypi".
func (c *checker) pkg(path string, entry object) (ecosystem string) {
	at := path + ".package"
	p, ok := entry["package"].(object)
	if !ok {
		c.fault(at, "it is missing, or no object")
		return ""
	}
	c.known(at, p, "ecosystem", "name", "purl")
	ecosystem = c.text(at, p, "ecosystem", true)
	name := c.text(at, p, "name", true)
	if ecosystem != "" && !known(ecosystem) {
		c.fault(at+".ecosystem", "%.60q is not known%s", ecosystem, meant(ecosystem))
	}
	link := c.text(at, p, "purl", false)
	if link == "" || ecosystem == "" || name == "" {
		return ecosystem
	}
	if !strings.HasPrefix(link, "pkg:") {
		c.fault(at+".purl", "%.60q is no package URL", link)
	} else if q, err := purl.Parse(link); err == nil && (q.Ecosystem != ecosystem || q.Name != purl.Normalize(ecosystem, name)) {
		c.fault(at+".purl", "%.60q is another package than %s %s", link, ecosystem, name)
	}
	return ecosystem
}

func known(ecosystem string) bool {
	if _, _, ok := distro.FromOSV(ecosystem); ok {
		return true
	}
	name, _, _ := strings.Cut(ecosystem, ":")
	return purl.Advised(name) || version.SchemeOf(name) != version.Fallback || slices.Contains([]string{purl.Vcpkg, purl.Nix}, name)
}

// meant suggests a name in the right case.
func meant(ecosystem string) string {
	for _, name := range slices.Concat(purl.Ecosystems(), distro.Ecosystems()) {
		if strings.EqualFold(name, ecosystem) {
			return fmt.Sprintf(", is %q meant?", name)
		}
	}
	return "; the names are those of the OSV schema, such as npm, PyPI, Maven, Go, Debian:12"
}

func (c *checker) version(path string, scheme version.Scheme, ecosystem, text string) {
	if text == "" || ecosystem == "" {
		return
	}
	if _, err := version.Parse(scheme, text); err != nil {
		c.fault(path, "%.60q is no version of %s", text, ecosystem)
	}
}

func (c *checker) versionRange(path string, r object, scheme version.Scheme, ecosystem string) {
	if r == nil {
		return
	}
	c.known(path, r, "type", "repo", "events", "database_specific")
	kind := advisory.RangeType(c.text(path, r, "type", true))
	switch kind {
	case advisory.SemVer, advisory.Ecosystem, "":
	case advisory.Git:
		c.text(path, r, "repo", true)
	default:
		c.fault(path+".type", "%.20q is none of SEMVER, ECOSYSTEM, GIT", kind)
	}
	events := c.objects(path, r, "events")
	out := advisory.Range{Type: kind}
	for i, e := range events {
		out.Events = append(out.Events, c.event(fmt.Sprintf("%s.events[%d]", path, i), e, kind, scheme, ecosystem))
	}
	c.turns(path+".events", out, scheme)
}

// event reads one turn; a version must be one unless it is a commit.
func (c *checker) event(path string, e object, kind advisory.RangeType, scheme version.Scheme, ecosystem string) advisory.Event {
	c.known(path, e, "introduced", "fixed", "last_affected", "limit")
	out := advisory.Event{
		Introduced: c.text(path, e, "introduced", false), Fixed: c.text(path, e, "fixed", false),
		LastAffected: c.text(path, e, "last_affected", false), Limit: c.text(path, e, "limit", false),
	}
	if len(e) != 1 {
		c.fault(path, "it has %d of introduced, fixed, last_affected and limit instead of one", len(e))
	}
	if kind == advisory.Git {
		return out
	}
	if out.Introduced != "0" {
		c.version(path+".introduced", scheme, ecosystem, out.Introduced)
	}
	c.version(path+".fixed", scheme, ecosystem, out.Fixed)
	c.version(path+".last_affected", scheme, ecosystem, out.LastAffected)
	if out.Limit != "*" {
		c.version(path+".limit", scheme, ecosystem, out.Limit)
	}
	return out
}

// turns looks at a range's events together: they must leave something affected.
func (c *checker) turns(path string, r advisory.Range, scheme version.Scheme) {
	has := func(turn func(advisory.Event) string) bool {
		return slices.ContainsFunc(r.Events, func(e advisory.Event) bool { return turn(e) != "" })
	}
	switch {
	case len(c.faults) > 0:
	case !has(func(e advisory.Event) string { return e.Introduced }):
		c.fault(path, "no event introduces it; from the first version on is introduced \"0\"")
	case has(func(e advisory.Event) string { return e.Fixed }) && has(func(e advisory.Event) string { return e.LastAffected }):
		c.fault(path, "fixed and last_affected exclude each other in one range; write two")
	case r.Type != advisory.Git:
		c.ends(path, r, scheme)
	}
}

// ends wants each end to end something: behind what introduces it.
func (c *checker) ends(path string, r advisory.Range, scheme version.Scheme) {
	ended := map[string]bool{"": true}
	for _, i := range r.Intervals(scheme) {
		ended[i.Upper] = true
	}
	for i, e := range r.Events {
		if end := e.Fixed + e.LastAffected; !ended[end] {
			c.fault(fmt.Sprintf("%s[%d]", path, i), "%.60q ends nothing: no introduced version stands before it", end)
		}
	}
}

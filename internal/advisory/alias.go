package advisory

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// Clusters joins records by alias into vulnerabilities. A record that names two
// or more CVEs is a bundle: it contributes to each of them and joins none.
// Withdrawn records join nothing. The zero value is not usable; see NewClusters.
type Clusters struct {
	ids    map[string]int32
	names  []string
	parent []int32
}

// NewClusters returns an empty set.
func NewClusters() *Clusters {
	return &Clusters{ids: map[string]int32{}}
}

// Add takes in one live record.
func (c *Clusters) Add(id string, aliases []string) {
	cves := namedCVEs(id, aliases)
	if len(cves) > 1 {
		for _, cve := range cves {
			c.number(cve)
		}
		return
	}
	own := c.number(id)
	for _, alias := range aliases {
		if alias != "" {
			c.join(own, c.number(alias))
		}
	}
}

// Vulnerabilities names the vulnerabilities that a record contributes to, as it was
// added: one, or each CVE's for a bundle. Of two providers' records of one id only
// one may be a bundle. Call it after the last Add.
func (c *Clusters) Vulnerabilities(id string, aliases []string) []string {
	if cves := namedCVEs(id, aliases); len(cves) > 1 {
		var out []string
		for _, cve := range cves {
			out = append(out, c.names[c.root(c.number(cve))])
		}
		slices.Sort(out)
		return slices.Compact(out)
	}
	if n, ok := c.ids[id]; ok {
		return []string{c.names[c.root(n)]}
	}
	return []string{id}
}

func (c *Clusters) number(name string) int32 {
	if n, ok := c.ids[name]; ok {
		return n
	}
	n := int32(len(c.names))
	c.ids[name] = n
	c.names = append(c.names, name)
	c.parent = append(c.parent, n)
	return n
}

func (c *Clusters) root(n int32) int32 {
	for c.parent[n] != n {
		c.parent[n] = c.parent[c.parent[n]]
		n = c.parent[n]
	}
	return n
}

// join makes the better name of two clusters the root, so that a root is always
// its cluster's name, whatever the order of the records.
func (c *Clusters) join(a, b int32) {
	a, b = c.root(a), c.root(b)
	if CompareIDs(c.names[b], c.names[a]) < 0 {
		a, b = b, a
	}
	c.parent[b] = a
}

func namedCVEs(id string, aliases []string) []string {
	var cves []string
	for _, name := range append([]string{id}, aliases...) {
		if strings.HasPrefix(name, "CVE-") {
			cves = append(cves, name)
		}
	}
	slices.Sort(cves)
	return slices.Compact(cves)
}

// CompareIDs orders ids by how well they name a vulnerability: CVE first, then
// GHSA, then the rest; among CVEs the older first.
func CompareIDs(a, b string) int {
	if c := cmp.Compare(rank(a), rank(b)); c != 0 {
		return c
	}
	if rank(a) == 0 {
		ay, an := cveNumber(a)
		by, bn := cveNumber(b)
		if c := cmp.Or(cmp.Compare(ay, by), cmp.Compare(an, bn)); c != 0 {
			return c
		}
	}
	return strings.Compare(a, b)
}

func rank(id string) int {
	switch {
	case strings.HasPrefix(id, "CVE-"):
		return 0
	case strings.HasPrefix(id, "GHSA-"):
		return 1
	}
	return 2
}

func cveNumber(id string) (year, number int) {
	y, n, _ := strings.Cut(strings.TrimPrefix(id, "CVE-"), "-")
	year, _ = strconv.Atoi(y)
	number, _ = strconv.Atoi(n)
	return year, number
}

package app

import (
	"cmp"
	"slices"
	"strings"
)

// LicenceCount is how many components state a licence.
type LicenceCount struct {
	Name       string // as stated; empty: none is
	Components int
}

// countLicences counts what components state, the most frequent first; one that
// states several counts for each.
func countLicences(all []Dependency) []LicenceCount {
	byName := map[string]int{}
	for i := range all {
		if len(all[i].Licences) == 0 {
			byName[""]++
		}
		for _, name := range all[i].Licences {
			byName[name]++
		}
	}
	counts := make([]LicenceCount, 0, len(byName))
	for name, n := range byName {
		counts = append(counts, LicenceCount{name, n})
	}
	slices.SortFunc(counts, func(a, b LicenceCount) int {
		return cmp.Or(cmp.Compare(b.Components, a.Components), strings.Compare(a.Name, b.Name))
	})
	return counts
}

// LicenceNotStated stands in DependencyQuery for no licence at all. No licence has
// this name.
const LicenceNotStated = "-"

// licensed tells whether a component states a licence.
func licensed(d *Dependency, name string) bool {
	if name == LicenceNotStated {
		return len(d.Licences) == 0
	}
	return slices.Contains(d.Licences, name)
}

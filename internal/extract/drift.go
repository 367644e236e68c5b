package extract

import (
	"slices"

	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/purl"
	"github.com/assay-sca/assay/internal/version"
)

// leftOut tells what an ecosystem's locks do not hold. Python's, Gradle's and
// NuGet's hold what a project needs, not what builds it (NuGet: SDKs and tools);
// Julia's hold nothing that only its tests or its build need, Haskell's what its
// tests and benchmarks need only if they were made with them.
func leftOut(ecosystem string, scope inventory.Scope) bool {
	switch ecosystem {
	case purl.PyPI, purl.Maven, purl.NuGet:
		return scope == inventory.ScopeBuild
	case purl.Julia:
		return scope == inventory.ScopeBuild || scope == inventory.ScopeTest || scope == inventory.ScopeDev
	case purl.Hackage:
		return scope == inventory.ScopeTest || scope == inventory.ScopeDev
	}
	return false
}

// drift compares a declaration with what the lock holds for it: nothing, or
// versions of which none satisfies what is asked for. What is no range of
// versions (a branch, a catalog's name) cannot disagree.
func (l *locked) drift(m *readFile, d Declaration, at []int) {
	found := inventory.Drift{Name: d.Name, Declared: d.Constraint, Path: m.path, Line: d.Line}
	if len(at) == 0 {
		if l.mustHold(d) {
			l.drifts = append(l.drifts, found)
		}
		return
	}
	scheme := version.SchemeOf(l.ecosystem)
	wanted, err := version.ParseConstraint(scheme, d.Constraint)
	if err != nil || d.Constraint == "" || d.Origin.Kind != inventory.OriginRegistry {
		return
	}
	for _, i := range at {
		p := &l.packages[i]
		v, err := version.Parse(scheme, p.Version)
		if err != nil || p.Origin.Kind != inventory.OriginRegistry {
			return
		}
		if ok, err := wanted.Contains(v); ok || err != nil {
			return
		}
		if !slices.Contains(found.Locked, p.Version) {
			found.Locked = append(found.Locked, p.Version)
		}
	}
	slices.Sort(found.Locked)
	l.drifts = append(l.drifts, found)
}

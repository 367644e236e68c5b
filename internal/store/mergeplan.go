package store

import (
	"cmp"
	"maps"
	"slices"
)

// Handle is what a finding is held by: a record, or of a bundle one of its
// vulnerabilities.
type Handle struct {
	Advisory int64
	Part     string // of a bundle: the vulnerability's name; else empty
}

// HeldFinding is a finding as it stands before a merge.
type HeldFinding struct {
	ID            int64
	Component     int64
	Vulnerability string
	Held          []Handle // in the order in which it got them
}

// MergeStep is what becomes of one finding of a scan.
type MergeStep struct {
	Found    int      // index in the list of the scan
	ID       int64    // the finding that it is; 0: a new one
	Absorbed []int64  // findings that it takes the place of, the older first
	Split    []int64  // of a new one: findings that had held its advisories
	Hold     []Handle // what it is held by from now on
}

// MergePlan says for each finding of a scan which of the existing ones it is.
// Existing findings that no step names were not found.
//
// Of findings that meet in one the oldest stays. A finding that falls apart goes
// on as the one with the first of its advisories; the others are new. Within a
// component only: an advisory of another component holds nothing here.
func MergePlan(existing []HeldFinding, found []Found) []MergeStep {
	byComponent := map[int64][]int{}
	for i := range found {
		byComponent[found[i].Component] = append(byComponent[found[i].Component], i)
	}
	held := map[int64][]HeldFinding{}
	for _, e := range existing {
		held[e.Component] = append(held[e.Component], e)
	}
	steps := make([]MergeStep, 0, len(found))
	for _, component := range slices.Sorted(maps.Keys(byComponent)) {
		steps = append(steps, planComponent(held[component], found, byComponent[component])...)
	}
	return steps
}

// handles are what a finding of a scan would be held by.
func (f *Found) handles() []Handle {
	out := make([]Handle, 0, len(f.Finding.Advisories))
	for _, a := range f.Finding.Advisories {
		h := Handle{Advisory: a.Number}
		if a.Bundle {
			h.Part = f.Finding.Vulnerability
		}
		out = append(out, h)
	}
	return out
}

// has tells whether a handle that a finding had leads to f. A record that has
// become a bundle leads to all of its parts; a part, even if the record is no
// bundle any more, only to the vulnerability of its name.
func (f *Found) has(h Handle) bool {
	named := h.Part == "" || h.Part == f.Finding.Vulnerability || slices.Contains(f.Finding.Aliases, h.Part)
	return named && slices.ContainsFunc(f.Finding.Advisories, func(a FindingAdvisory) bool { return a.Number == h.Advisory })
}

func planComponent(existing []HeldFinding, found []Found, at []int) []MergeStep {
	slices.SortFunc(existing, func(a, b HeldFinding) int { return cmp.Compare(a.ID, b.ID) })
	steps := make([]MergeStep, len(at))
	held := make([]map[Handle]bool, len(at))
	for i, n := range at {
		steps[i] = MergeStep{Found: n, Hold: found[n].handles()}
		held[i] = map[Handle]bool{}
		for _, h := range steps[i].Hold {
			held[i][h] = true
		}
	}
	elsewhere := func(h Handle) bool {
		return slices.ContainsFunc(held, func(of map[Handle]bool) bool { return of[h] })
	}
	owner := make([]int, len(existing))
	for n := range existing {
		if owner[n] = claimant(&existing[n], found, at); owner[n] < 0 {
			continue
		}
		s := &steps[owner[n]]
		if s.ID == 0 {
			s.ID = existing[n].ID
		} else {
			s.Absorbed = append(s.Absorbed, existing[n].ID)
		}
	}
	for n := range existing {
		if owner[n] < 0 {
			continue
		}
		s := &steps[owner[n]]
		keep := existing[n].Held[:0:0]
		for _, h := range existing[n].Held {
			if held[owner[n]][h] || !elsewhere(h) && !replaced(h, found, at) {
				keep = append(keep, h)
			}
		}
		s.Hold = union(keep, s.Hold, s.ID == existing[n].ID)
	}
	splits(steps, existing, found)
	return steps
}

// claimant is which of a component's new findings an existing one goes on as: the
// one with the earliest of its advisories that is still there, and of several
// with that one the one of the same name. -1: none.
func claimant(e *HeldFinding, found []Found, at []int) int {
	for _, h := range e.Held {
		first := -1
		for i, n := range at {
			if !found[n].has(h) {
				continue
			}
			if first < 0 || found[n].Finding.Vulnerability == e.Vulnerability {
				first = i
			}
			if found[n].Finding.Vulnerability == e.Vulnerability {
				break
			}
		}
		if first >= 0 {
			return first
		}
	}
	return -1
}

// replaced tells whether a record is held in other parts now: it has become a
// bundle, or is none any more.
func replaced(h Handle, found []Found, at []int) bool {
	return slices.ContainsFunc(at, func(n int) bool {
		return slices.ContainsFunc(found[n].Finding.Advisories, func(a FindingAdvisory) bool {
			return a.Number == h.Advisory && a.Bundle == (h.Part == "")
		})
	})
}

// union is the handles of a finding in their order: what was held comes first, of
// the finding itself before that of others.
func union(was, now []Handle, own bool) []Handle {
	if !own {
		was, now = now, was
	}
	out := slices.Clone(was)
	for _, h := range now {
		if !slices.Contains(out, h) {
			out = append(out, h)
		}
	}
	return out
}

// splits enters for new findings whose advisories they were before.
func splits(steps []MergeStep, existing []HeldFinding, found []Found) {
	for i := range steps {
		if steps[i].ID != 0 {
			continue
		}
		for _, e := range existing {
			if slices.ContainsFunc(e.Held, found[steps[i].Found].has) {
				steps[i].Split = append(steps[i].Split, e.ID)
			}
		}
	}
}

package nvd

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/cpe"
)

const things = 6 // products of a made-up world

func thing(i int) string { return fmt.Sprintf("cpe:2.3:a:example:thing%d:1:*:*:*:*:*:*:*", i) }

// random is a statement about things; odd ones are no vulnerable products.
func random(r *rand.Rand, depth int, negations bool) configuration {
	c := configuration{Operator: []string{"AND", "OR"}[r.IntN(2)], Negate: negations && r.IntN(4) == 0}
	for range 1 + r.IntN(3) {
		if depth > 0 && r.IntN(2) == 0 {
			c.Children = append(c.Children, random(r, depth-1, negations))
			continue
		}
		i := r.IntN(things)
		c.Matches = append(c.Matches, match{Criteria: thing(i), Vulnerable: i%2 == 0})
	}
	return c
}

// holds evaluates a statement in a world of the things that are there.
func (c *configuration) holds(there map[string]bool) bool {
	var parts []bool
	for _, m := range c.Matches {
		parts = append(parts, there[m.Criteria])
	}
	for i := range c.Children {
		parts = append(parts, c.Children[i].holds(there))
	}
	if c.Operator == "AND" {
		return !slices.Contains(parts, false) != c.Negate
	}
	return slices.Contains(parts, true) != c.Negate
}

// affects evaluates the entries: whether the thing is affected in a world.
func affects(entries []advisory.Affected, i int, there map[string]bool) bool {
	name, _ := cpe.Parse(thing(i))
	name.Version = cpe.Any
	return there[thing(i)] && slices.ContainsFunc(entries, func(a advisory.Affected) bool {
		return a.CPE == name.String() && !slices.ContainsFunc(a.Platforms, func(names []string) bool {
			return !slices.ContainsFunc(names, func(name string) bool { return there[name] })
		})
	})
}

// TestEvaluation compares random statements, nested and negated, with their
// entries in every world: an entry that applies means that an exact statement
// holds, and a vulnerable product without which the statement would not hold has
// an entry, exact or not.
func TestEvaluation(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	exactOnes := 0
	for n := range 800 {
		c := random(r, 3, n%2 == 0)
		p := products{entries: map[entryKey]int{}, stated: map[statedKey]bool{}, conditions: map[string]int{}}
		exact, err := p.add(&c)
		if err != nil {
			t.Fatal(err)
		}
		if exact {
			exactOnes++
		}
		for world := range 1 << things {
			there := map[string]bool{}
			for i := range things {
				there[thing(i)] = world>>i&1 == 1
			}
			holds := c.holds(there)
			for i := 0; i < things; i += 2 {
				if affects(p.affected, i, there) && exact && !holds {
					t.Fatalf("thing %d is affected in world %b, and should not be: %+v", i, world, c)
				}
				if !there[thing(i)] || !holds {
					continue
				}
				there[thing(i)] = false
				needed := !c.holds(there)
				there[thing(i)] = true
				if needed && !affects(p.affected, i, there) {
					t.Fatalf("thing %d is not affected in world %b, and should be: %+v", i, world, c)
				}
			}
		}
	}
	if exactOnes < 100 {
		t.Errorf("only %d statements were exact: the test says little", exactOnes)
	}
}

func list(from, to int, vulnerable bool) string {
	var out []string
	for i := from; i < to; i++ {
		out = append(out, fmt.Sprintf(`{"vulnerable": %t, "criteria": %q}`, vulnerable, thing(i)))
	}
	return "[" + strings.Join(out, ",") + "]"
}

// Statements that would grow beyond bounds are widened, and kept.
func TestBounds(t *testing.T) {
	t.Parallel()
	and := func(i int) string { return fmt.Sprintf(`{"operator": "AND", "cpeMatch": %s}`, list(3*i, 3*i+3, true)) }
	or := func(i int) string { return fmt.Sprintf(`{"operator": "OR", "children": [%s, %s]}`, and(i), and(i+1)) }
	var ors []string
	for i := range 20 {
		ors = append(ors, or(2*i))
	}
	for _, c := range []struct {
		name, conf string
		want       int // entries
	}{
		{"alternatives", `{"operator": "AND", "nodes": [` + strings.Join(ors, ",") + `]}`, 120},
		{"platforms", `{"operator": "AND", "nodes": [{"operator": "OR", "cpeMatch": ` + list(0, 500, true) +
			`}, {"operator": "OR", "cpeMatch": ` + list(500, 1000, false) + `}]}`, 500},
		{"all at once", `{"operator": "AND", "nodes": [{"operator": "AND", "cpeMatch": ` + list(0, 600, true) + `}]}`, 600},
	} {
		text := fmt.Sprintf(`{"id": "CVE-2024-1000", "configurations": [%s]}`, c.conf)
		a, err := decode(jsontext.Value(text), false)
		if err != nil || len(a.Affected) != c.want || a.Affected[0].Platforms != nil || !strings.HasPrefix(string(a.Extra), `{"configurations":[{`) {
			t.Errorf("%s: error %v, %d entries, want %d without platforms, and the statement in the extras", c.name, err, len(a.Affected), c.want)
		}
	}
}

func TestDeep(t *testing.T) {
	t.Parallel()
	conf := strings.Repeat(`{"nodes": [`, maxDepth+2) + strings.Repeat("]}", maxDepth+2)
	var c configuration
	if err := jsonv2.Unmarshal([]byte(conf), &c); err != nil {
		t.Fatal(err)
	}
	p := products{}
	if _, err := p.add(&c); err == nil || !strings.Contains(err.Error(), "nodes over 20 levels") {
		t.Errorf("error %v, want one about levels", err)
	}
}

func TestPlatformsAreShared(t *testing.T) {
	t.Parallel()
	text := fmt.Sprintf(`{"id": "CVE-2024-1000", "configurations": [{"operator": "AND", "nodes": [{"operator": "OR", "cpeMatch": %s},
		{"operator": "OR", "cpeMatch": %s}]}]}`, list(0, 100, true), list(100, 200, false))
	a, err := decode(jsontext.Value(text), false)
	if err != nil || len(a.Affected) != 100 || a.Extra != nil {
		t.Fatalf("error %v, %d entries, extras %s; want 100 exact ones", err, len(a.Affected), a.Extra)
	}
	for i := range a.Affected {
		if len(a.Affected[i].Platforms) != 1 || len(a.Affected[i].Platforms[0]) != 100 {
			t.Errorf("entry %d has other platforms", i)
		}
	}
}

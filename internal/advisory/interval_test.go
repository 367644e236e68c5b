package advisory

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/version"
)

// verdict is what intervals, or the schema's own rule, say of a version.
type verdict string

const (
	yes     verdict = "affected"
	no      verdict = "not affected"
	unknown verdict = "not comparable"
)

// affected is the evaluation rule as the OSV schema has it
// (https://ossf.github.io/osv-schema/#evaluation), line by line:
//
//	func VersionInRanges(version, ranges)
//	  for range in ranges
//	    if BeforeLimits(version, range)
//	      vulnerable = false
//	      for evt in sorted(range.events)
//	        if evt.introduced is present && version >= evt.introduced
//	          vulnerable = true
//	        if evt.fixed is present && version >= evt.fixed
//	          vulnerable = false
//	        if evt.last_affected is present && version > evt.last_affected
//	          vulnerable = false
//	      if vulnerable
//	        return true
func affected(t *testing.T, s version.Scheme, a *Affected, v string) bool {
	t.Helper()
	if slices.ContainsFunc(a.Versions, func(listed string) bool { return compare(t, s, listed, v) == 0 }) {
		return true
	}
	for _, r := range a.Ranges {
		if r.Type == Git || !beforeLimits(t, s, r.Events, v) {
			continue
		}
		vulnerable := false
		for _, e := range sorted(t, s, r.Events) {
			switch {
			case e.Introduced != "" && (e.Introduced == "0" || compare(t, s, v, e.Introduced) >= 0):
				vulnerable = true
			case e.Fixed != "" && compare(t, s, v, e.Fixed) >= 0:
				vulnerable = false
			case e.LastAffected != "" && compare(t, s, v, e.LastAffected) > 0:
				vulnerable = false
			}
		}
		if vulnerable {
			return true
		}
	}
	return false
}

// beforeLimits: a range without a limit has the limit "*".
func beforeLimits(t *testing.T, s version.Scheme, events []Event, v string) bool {
	limits := false
	for _, e := range events {
		if e.Limit == "" {
			continue
		}
		if limits = true; e.Limit == "*" || compare(t, s, v, e.Limit) < 0 {
			return true
		}
	}
	return !limits
}

// sorted orders events by version; "0" comes before every version. What the
// schema leaves open is ours: at one version, introduced and fixed cancel each
// other, and a last affected version ends behind it.
func sorted(t *testing.T, s version.Scheme, events []Event) []Event {
	at := func(e Event) string { return e.Introduced + e.Fixed + e.LastAffected }
	order := func(a, b Event) int {
		if a.Introduced == "0" || b.Introduced == "0" {
			return boolInt(b.Introduced == "0") - boolInt(a.Introduced == "0")
		}
		return compare(t, s, at(a), at(b))
	}
	out := slices.DeleteFunc(slices.Clone(events), func(e Event) bool { return e.Limit != "" })
	out = slices.DeleteFunc(slices.Clone(out), func(e Event) bool {
		both := func(o Event) bool {
			return order(e, o) == 0 && (e.Introduced == "") != (o.Introduced == "") && e.LastAffected+o.LastAffected == ""
		}
		return slices.ContainsFunc(out, both)
	})
	slices.SortStableFunc(out, func(a, b Event) int {
		return cmp.Or(order(a, b), boolInt(a.LastAffected != "")-boolInt(b.LastAffected != ""))
	})
	return out
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

func compare(t *testing.T, s version.Scheme, a, b string) int {
	t.Helper()
	c, err := version.Compare(s, a, b)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// evaluate reads intervals as matching does: from their stored text, and with a
// bound that cannot be read leaving the question open.
func evaluate(t *testing.T, s version.Scheme, intervals []Interval, v string) verdict {
	t.Helper()
	stored, err := DecodeIntervals(EncodeIntervals(intervals))
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := version.Parse(s, v)
	if err != nil {
		t.Fatal(err)
	}
	result := no
	for _, i := range stored {
		b, err := i.Bounds(s)
		if err != nil {
			result = unknown
			continue
		}
		if in, err := b.Contains(parsed); err != nil {
			result = unknown
		} else if in {
			return yes
		}
	}
	return result
}

// pools are versions in no order: equal ones written apart, pre-releases, and
// what lies below the lowest release.
var pools = map[version.Scheme][]string{
	version.SemVer:    {"0", "0.0.0-alpha", "0.0.0", "0.1.0", "1.0.0-rc.1", "1.0.0", "1.0", "1.0.1", "1.10.0", "1.9.0", "2.0.0"},
	version.NPM:       {"0.0.0-0", "0.0.0", "1.0.0-beta.2", "1.0.0-beta.10", "1.0.0", "v1.0.0", "3.0.0", "20.0.0"},
	version.PEP440:    {"0.0.dev1", "0", "0.0", "1.0a1", "1.0", "1.0.0", "1.0.post1", "1!0.1", "2.0rc1", "2"},
	version.RubyGems:  {"0.a", "0", "0.0.0", "1.0.beta", "1.0", "1", "1.0.10", "1.0.9"},
	version.Go:        {"v0.0.0-20200101000000-abcdefabcdef", "0.0.0", "1.0.0", "v1.0.0", "1.2.3-0.20210101000000-abcdefabcdef", "1.2.3"},
	version.Packagist: {"0.0.0-alpha1", "0.0", "1.0.0RC1", "1.0", "v1.0.0.0", "1.2", "2.0"},
	version.Fallback:  {"0", "0a", "1.0", "1.0-2", "1.0-10", "2"},
}

func pick(r *rand.Rand, from []string) string { return from[r.IntN(len(from))] }

func randomEvents(r *rand.Rand, pool []string) []Event {
	first := Event{Introduced: pick(r, pool)}
	if r.IntN(2) == 0 {
		first.Introduced = "0"
	}
	events := []Event{first}
	for range r.IntN(5) {
		v := pick(r, pool)
		events = append(events, []Event{{Introduced: v}, {Fixed: v}, {Fixed: v}, {LastAffected: v}, {Limit: v}}[r.IntN(5)])
	}
	if r.IntN(20) == 0 {
		events = append(events, Event{Limit: "*"})
	}
	r.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
	return events
}

func randomAffected(r *rand.Rand, pool []string) Affected {
	var a Affected
	for range r.IntN(3) {
		kind := []RangeType{SemVer, Ecosystem, Ecosystem, Git}[r.IntN(4)]
		a.Ranges = append(a.Ranges, Range{Type: kind, Events: randomEvents(r, pool)})
	}
	for range r.IntN(3) {
		a.Versions = append(a.Versions, pick(r, pool))
	}
	return a
}

// TestIntervalsEvaluation holds intervals against the schema's rule.
func TestIntervalsEvaluation(t *testing.T) {
	t.Parallel()
	for scheme, pool := range pools {
		t.Run(scheme.String(), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(1, uint64(scheme)))
			for range 3000 {
				a := randomAffected(r, pool)
				intervals := a.Intervals(scheme)
				for _, v := range pool {
					want := no
					if affected(t, scheme, &a, v) {
						want = yes
					}
					if got := evaluate(t, scheme, intervals, v); got != want {
						t.Fatalf("%s is %s by %q, %s by %+v", v, got, EncodeIntervals(intervals), want, a)
					}
				}
			}
		})
	}
}

// TestIntervalsUnreadable: where a bound cannot be read, nothing is said to be
// unaffected that the readable events alone call affected.
func TestIntervalsUnreadable(t *testing.T) {
	t.Parallel()
	const scheme = version.SemVer
	pool := pools[scheme]
	r := rand.New(rand.NewPCG(2, 2))
	for range 5000 {
		events := randomEvents(r, pool)
		odd := []Event{{Introduced: "x"}, {Fixed: "x"}, {LastAffected: "x"}, {Limit: "x"}}[r.IntN(4)]
		with := Affected{Ranges: []Range{{Events: slices.Insert(slices.Clone(events), r.IntN(len(events)+1), odd)}}}
		without := Affected{Ranges: []Range{{Events: events}}}
		intervals := with.Intervals(scheme)
		for _, v := range pool {
			if evaluate(t, scheme, intervals, v) == no && affected(t, scheme, &without, v) {
				t.Fatalf("%s is not affected by %q, from %+v", v, EncodeIntervals(intervals), with.Ranges[0].Events)
			}
		}
	}
}

func TestIntervals(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		events   []Event
		versions []string
		want     string
	}{
		{"nothing said", nil, nil, ""},
		{"all", []Event{{Introduced: "0"}}, nil, "*"},
		{"all and listed", []Event{{Introduced: "0"}}, []string{"1.0.0"}, "*"},
		{"introduced and fixed", []Event{{Introduced: "1.0.0"}, {Fixed: "1.2.0"}}, nil, ">=1.0.0 <1.2.0"},
		{"out of order", []Event{{Fixed: "1.2.0"}, {Introduced: "0"}}, nil, "<1.2.0"},
		{"last affected", []Event{{Introduced: "0"}, {LastAffected: "1.2.0"}}, nil, "<=1.2.0"},
		{"two lines", []Event{{Introduced: "1.0.0"}, {Fixed: "1.1.0"}, {Introduced: "2.0.0"}, {Fixed: "2.1.0"}}, nil, ">=1.0.0 <1.1.0|>=2.0.0 <2.1.0"},
		{"fixed and broken again at once", []Event{{Introduced: "0.1.0"}, {Fixed: "1.0.0"}, {Introduced: "1.0"}, {Fixed: "2.0.0"}}, nil, ">=0.1.0 <2.0.0"},
		{"broken and fixed at once", []Event{{Introduced: "1.0.0"}, {Fixed: "1.0"}, {Fixed: "1.0.0"}}, nil, ""},
		{"the unreadable too", []Event{{Introduced: "x"}, {Fixed: "x"}}, nil, ""},
		{"limit", []Event{{Introduced: "1.0.0"}, {Limit: "2.0.0"}}, nil, ">=1.0.0 <2.0.0"},
		{"greatest limit", []Event{{Introduced: "1.0.0"}, {Limit: "3.0.0"}, {Limit: "2.0.0"}}, nil, ">=1.0.0 <3.0.0"},
		{"no limit among limits", []Event{{Introduced: "1.0.0"}, {Limit: "3.0.0"}, {Limit: "*"}}, nil, ">=1.0.0"},
		{"limit at last affected", []Event{{Introduced: "1.0.0"}, {LastAffected: "2.0"}, {Limit: "2.0.0"}}, nil, ">=1.0.0 <2.0.0"},
		{"beyond the limit", []Event{{Introduced: "3.0.0"}, {Limit: "2.0.0"}}, nil, ""},
		{"listed", nil, []string{"1.0.0", "1.1.0"}, "=1.0.0|=1.1.0"},
		{"listed twice", nil, []string{"1.0.0", "1.0.0"}, "=1.0.0"},
		{"listed and covered", []Event{{Introduced: "1.0.0"}, {Fixed: "2.0.0"}}, []string{"1.5.0", "0.9.0", ""}, ">=1.0.0 <2.0.0|=0.9.0"},
		{"listed and no version", []Event{{Introduced: "1.0.0"}, {Fixed: "2.0.0"}}, []string{"trunk"}, ">=1.0.0 <2.0.0|=trunk"},
		{"unreadable fix", []Event{{Introduced: "0"}, {Fixed: "x"}}, nil, "<x"},
		{"unreadable among disorder", []Event{{Fixed: "4.0.0"}, {Introduced: "3.0.0"}, {Introduced: "0"}, {Fixed: "x"}}, nil, "<x|>=3.0.0 <4.0.0"},
		{"unreadable limit wins", []Event{{Introduced: "1.0.0"}, {Limit: "2.0.0"}, {Limit: "x"}}, nil, ">=1.0.0 <x"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			a := Affected{Versions: test.versions}
			if test.events != nil {
				a.Ranges = []Range{{Type: Ecosystem, Events: test.events}, {Type: Git, Events: []Event{{Introduced: "0"}}}}
			}
			if diff := gocmp.Diff(test.want, EncodeIntervals(a.Intervals(version.SemVer))); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

func TestIntervalFix(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text, want string
	}{
		{"*", ""}, {">=1", ""}, {">=1 <2", "2"}, {"<2", "2"}, {">=1 <=2", ""}, {"=1", ""},
	}
	for _, test := range tests {
		i, err := decodeInterval(test.text)
		if err != nil {
			t.Fatal(err)
		}
		if got := i.Fix(); got != test.want {
			t.Errorf("fix of %s is %q, want %q", test.text, got, test.want)
		}
		if i.String() != test.text {
			t.Errorf("%s is written %s", test.text, i)
		}
	}
}

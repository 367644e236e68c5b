package spans

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/version"
)

// beside are versions at and around every version that requirements name.
func beside(scheme version.Scheme, requirements []string, tails []string) []version.Version {
	texts := []string{"0", "0.0.1", "1", "99999"}
	for _, requirement := range requirements {
		for word := range strings.FieldsFuncSeq(requirement, func(r rune) bool { return strings.ContainsRune("<>=~^!, *", r) }) {
			texts = append(texts, word)
			numbers := strings.Split(strings.TrimSuffix(word, "."), ".")
			for n := len(numbers); n > 0; n-- {
				base := strings.Join(numbers[:n], ".")
				texts = append(texts, base)
				if up, err := raised(slices.Clone(numbers[:n])); err == nil {
					texts = append(texts, up)
				}
			}
		}
	}
	var out []version.Version
	for _, text := range texts {
		for _, tail := range append(tails, "") {
			if v, err := version.Parse(scheme, text+tail); err == nil {
				out = append(out, v)
			}
		}
	}
	return out
}

func inside(t *testing.T, scheme version.Scheme, intervals []advisory.Interval, v version.Version) bool {
	t.Helper()
	for _, i := range intervals {
		bounds, err := i.Bounds(scheme)
		if err != nil {
			t.Fatalf("%v: %v", i, err)
		}
		if in, err := bounds.Contains(v); err != nil || in {
			return in
		}
	}
	return false
}

// allowed evaluates the requirements themselves.
func allowed(t *testing.T, scheme version.Scheme, requirements []string, v version.Version) bool {
	t.Helper()
	for _, text := range requirements {
		c, err := version.ParseConstraint(scheme, text)
		if err != nil {
			t.Fatal(err)
		}
		if in, err := c.Contains(v); err != nil || in {
			return in
		}
	}
	return false
}

func gemLists() [][]string {
	return [][]string{
		nil,
		{">= 1.2.3"},
		{"~> 1.1.4", ">= 1.2.3"},
		{"~> 1.1.4", ">= 1.2.3", "< 0.9"},
		{"~> 2.3.18", "~> 3.0.20", "~> 3.1.11", ">= 3.2.12"},
		{"~> 4.2.5, >= 4.2.5.1", "~> 4.1.14, >= 4.1.14.1", ">= 5.0.0.beta1.1", "< 4.0.0"},
		{"~> 2", "= 3.0.1", "> 4.0, < 4.5", "<= 1.0.rc1"},
		{"~> 1.9.3.484", "~> 2.0.0.353", ">= 2.1.0.preview2"},
		{"> 1.0"},
		{">= 0"},
		{"~> 1.0", "~> 1.2.3", ">= 1.1"},
		{"~> 1.2.a", ">= 2.0.0-1"},
		{"> 2, < 1"},
		{"~> 99999999999999999999.1"},
	}
}

// TestRestGems holds what is left against Gem::Requirement at and beside every
// bound.
func TestRestGems(t *testing.T) {
	t.Parallel()
	tails := []string{".0", ".1", ".0.1", ".a", ".A", ".rc1", ".beta1.1", ".0.pre", "-1", ".beta1.2"}
	for _, list := range gemLists() {
		rest, err := Gems().Rest(list)
		if err != nil {
			t.Fatalf("%q: %v", list, err)
		}
		for _, v := range beside(version.RubyGems, list, tails) {
			if got, want := inside(t, version.RubyGems, rest, v), !allowed(t, version.RubyGems, list, v); got != want {
				t.Errorf("%q: %s is left: %t, want %t (%v)", list, v, got, want, rest)
			}
		}
	}
}

// TestRestCargo holds it against Cargo's requirements, which pre-releases satisfy
// only where they are named: here they are stretches of the order.
func TestRestCargo(t *testing.T) {
	t.Parallel()
	lists := [][]string{
		nil,
		{">= 1.2.3"},
		{">= 1.2.3, < 1.3.0", ">= 1.3.4", "<= 0.1.2"},
		{"^1.2.3", ">=2.1"},
		{"^0.2.3", "^0.0.4", "^0", "> 1.2.0"},
		{"~1.2.3", "~1", "= 3.0.1", "=4.5"},
		{"1.2.*", "< 1", "> 3", "<= 2.1"},
		{"1.2.3", "> 2.0"},
		{">= 1.2.3-rc.1, < 2.0.0-alpha"},
		{"*"},
	}
	for _, list := range lists {
		rest, err := Cargo().Rest(list)
		if err != nil {
			t.Fatalf("%q: %v", list, err)
		}
		for _, v := range beside(version.Cargo, list, []string{".0", ".1", ".0.0", ".0.1"}) {
			if strings.Contains(v.String(), "-") || strings.Count(v.String(), ".") > 2 {
				continue
			}
			if got, want := inside(t, version.Cargo, rest, v), !allowed(t, version.Cargo, list, v); got != want {
				t.Errorf("%q: %s is left: %t, want %t (%v)", list, v, got, want, rest)
			}
		}
	}
}

// TestRestEngines: for releases, which are numbers, Ruby's own versions are judged
// as those of gems.
func TestRestEngines(t *testing.T) {
	t.Parallel()
	for _, list := range [][]string{{"~> 1.9.3.484", "~> 2.0.0.353", ">= 2.1.0"}, {"~> 1.8.7", ">= 1.9.2", "< 1.6"}, {"= 2.5.0", "<= 1.0, > 0.5"}} {
		rest, err := Engines().Rest(list)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range beside(version.Fallback, list, []string{".1", ".2.3"}) {
			gem, err := version.Parse(version.RubyGems, v.String())
			if err != nil {
				t.Fatal(err)
			}
			if strings.Count(v.String(), ".") < 2 {
				continue // Ruby's releases have three numbers or more
			}
			if got, want := inside(t, version.Fallback, rest, v), !allowed(t, version.RubyGems, list, gem); got != want {
				t.Errorf("%q: %s is left: %t, want %t (%v)", list, v, got, want, rest)
			}
		}
	}
}

// TestRest shows the intervals themselves, whose upper ends are the fixes.
func TestRest(t *testing.T) {
	t.Parallel()
	tests := []struct {
		grammar Grammar
		list    []string
		want    string
	}{
		{Gems(), []string{"~> 1.1.4", ">= 1.2.3"}, "<1.1.4 | >=1.2.A <1.2.3"},
		{Gems(), []string{"> 1.0", "< 0.5"}, ">=0.5 <=1.0"},
		{Gems(), []string{"= 1.0"}, "<1.0 | >1.0"},
		{Gems(), nil, "*"},
		{Gems(), []string{"< 2", ">= 1"}, ""},
		{Engines(), []string{"~> 1.9.3.484", ">= 2.0.0.353"}, "<1.9.3.484 | >=1.9.4 <2.0.0.353"},
		{Cargo(), []string{"^1.2", ">= 2.1.0"}, "<1.2.0 | >=2.0.0-0 <2.1.0"},
		{Cargo(), []string{">= 0.8.1, < 0.9.0", "<= 0.5.0"}, ">0.5.0 <0.8.1 | >=0.9.0"},
		{Cargo(), []string{"*"}, ""},
		{Plain(version.NPM), []string{">= 1.0, < 1.2"}, "<1.0 | >=1.2"},
	}
	for _, test := range tests {
		rest, err := test.grammar.Rest(test.list)
		if err != nil {
			t.Errorf("%q: %v", test.list, err)
		}
		var texts []string
		for _, i := range rest {
			texts = append(texts, i.String())
		}
		if diff := cmp.Diff(test.want, strings.Join(texts, " | ")); diff != "" {
			t.Errorf("%q (-want +got):\n%s", test.list, diff)
		}
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", ">=", "1.0,", "!= 1.0", ">= latest", "~> x", ">= 1.0 < 2.0", strings.Repeat("<1,", 2000), "~> .1"} {
		if _, err := Gems().Rest([]string{text}); err == nil {
			t.Errorf("gems: %.40q is read", text)
		}
	}
	for _, text := range []string{"", ">=", "1.2.3.4", "> *", "~> 1.0", "1-a", "^x.y", "< 1.a"} {
		if got, err := Cargo().Rest([]string{text}); err == nil && text != "^x.y" {
			t.Errorf("Cargo: %.40q is read: %v", text, got)
		}
	}
	if _, err := Gems().Rest(slices.Repeat([]string{"1"}, maxRequirements+1)); err == nil {
		t.Error("a list without end is read")
	}
}

// TestAllowed is the intervals of single requirements.
func TestAllowed(t *testing.T) {
	t.Parallel()
	tests := []struct{ text, want string }{
		{">= 1.0, < 1.2", ">=1.0 <1.2"}, {"= 1.0", ">=1.0 <=1.0"}, {"<= 2", "<=2"}, {"> 1, > 0.5, < 3, <= 4", ">1 <3"}, {"> 2, < 1", "nothing"},
	}
	for _, test := range tests {
		i, ok, err := Plain(version.NPM).Allowed(test.text)
		got := i.String()
		if !ok {
			got = "nothing"
		}
		if err != nil || got != test.want {
			t.Errorf("%q: got %s, want %s: %v", test.text, got, test.want, err)
		}
	}
}

func TestUnion(t *testing.T) {
	t.Parallel()
	tests := []struct {
		in   []advisory.Interval
		want string
	}{
		{nil, ""},
		{[]advisory.Interval{{}}, "*"},
		{[]advisory.Interval{{Lower: "8.1", Upper: "8.2"}, {Lower: "8.0", Upper: "8.1"}, {Lower: "8.2", Upper: "8.2.5"}}, ">=8.0 <8.2.5"},
		{[]advisory.Interval{{Upper: "2", Inclusive: true}, {Lower: "2", After: true, Upper: "3"}, {Lower: "1", Upper: "1.5"}}, "<3"},
		{[]advisory.Interval{{Upper: "2"}, {Lower: "2", After: true}}, "<2 | >2"},
		{[]advisory.Interval{{Lower: "1", Upper: "1", Inclusive: true}, {Lower: "3", Upper: "4"}}, ">=1 <=1 | >=3 <4"},
	}
	for _, test := range tests {
		union, err := Plain(version.Packagist).Union(test.in)
		if err != nil {
			t.Fatal(err)
		}
		var texts []string
		for _, i := range union {
			texts = append(texts, i.String())
		}
		if diff := cmp.Diff(test.want, strings.Join(texts, " | ")); diff != "" {
			t.Errorf("%v (-want +got):\n%s", test.in, diff)
		}
	}
	if _, err := Plain(version.Packagist).Union([]advisory.Interval{{Lower: "nonsense!"}}); err == nil {
		t.Error("a bound that is no version is read")
	}
}

func FuzzRest(f *testing.F) {
	for _, list := range gemLists() {
		f.Add(strings.Join(list, "|"), "1.2.3")
	}
	f.Fuzz(func(t *testing.T, text, at string) {
		list := strings.Split(text, "|")
		if _, err := Cargo().Rest(list); err != nil {
			_ = err // refusing is an answer
		}
		rest, err := Gems().Rest(list)
		v, fault := version.Parse(version.RubyGems, at)
		if err != nil || fault != nil {
			return
		}
		for _, part := range list {
			c, err := version.ParseConstraint(version.RubyGems, part)
			if err != nil {
				return
			}
			if in, err := c.Contains(v); err == nil && in && inside(t, version.RubyGems, rest, v) {
				t.Errorf("%q allows %s, and leaves it in %v", part, v, rest)
			}
		}
	})
}

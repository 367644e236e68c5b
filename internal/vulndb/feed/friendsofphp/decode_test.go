package friendsofphp

import (
	"fmt"
	"strings"
	"testing"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/version"
	"github.com/assay-sca/assay/internal/yamltree"
)

// TestBranches holds the intervals against Composer's constraints, at and beside
// every bound. Only pre-releases of a fix are taken otherwise, and as affected.
func TestBranches(t *testing.T) {
	t.Parallel()
	tests := [][]string{
		{`['>=2.0','<2.0.22']`, `['>=2.1','<2.1.7']`},
		{`['<1.2']`},
		{`['>=8.0.0','<8.1.0']`, `['>=8.1.0','<8.2.0']`, `['>=8.2.0','<8.2.5']`},
		{`['>1.0','<=1.4.2']`, `['>=2.0.0-beta1','<2.0.0-beta4']`},
		{`['>=1.0-rc2', '<1.0-p3']`},
	}
	for _, branches := range tests {
		text := "reference: composer://frob/frob\nbranches:\n"
		var constraints []version.Constraint
		for i, list := range branches {
			text += fmt.Sprintf("  %d.x: {time: ~, versions: %s}\n", i, list)
			c, err := version.ParseConstraint(version.Packagist, strings.NewReplacer("[", "", "]", "", "'", "").Replace(list))
			if err != nil {
				t.Fatal(err)
			}
			constraints = append(constraints, c)
		}
		document, err := yamltree.Parse([]byte(text))
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		f, err := affected(document.Root)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		for _, v := range beside(branches) {
			if got, want := inside(f.Stated, v), allowed(t, constraints, v); got != want && !(got && ofFix(f.Stated, v)) {
				t.Errorf("%q: %s is affected: %t, want %t (%v)", branches, v, got, want, f.Stated)
			}
		}
	}
}

func beside(branches []string) []version.Version {
	var out []version.Version
	texts := strings.FieldsFunc(strings.Join(branches, " "), func(r rune) bool { return strings.ContainsRune("[]',<>= ", r) })
	for _, text := range append(texts, "0.1", "99") {
		for _, tail := range []string{"", ".0", ".1", "-dev", "-alpha1", "-beta2", "-rc3", "-p1", "-p4"} {
			if v, err := version.Parse(version.Packagist, text+tail); err == nil {
				out = append(out, v)
			}
		}
	}
	return out
}

func inside(intervals []advisory.Interval, v version.Version) bool {
	for _, i := range intervals {
		b, err := i.Bounds(version.Packagist)
		if err != nil {
			return false
		}
		if in, err := b.Contains(v); err == nil && in {
			return true
		}
	}
	return false
}

func allowed(t *testing.T, constraints []version.Constraint, v version.Version) bool {
	t.Helper()
	for _, c := range constraints {
		in, err := c.Contains(v)
		if err != nil {
			t.Fatal(err)
		}
		if in {
			return true
		}
	}
	return false
}

// ofFix tells whether v is a pre-release of what ends an interval.
func ofFix(intervals []advisory.Interval, v version.Version) bool {
	for _, i := range intervals {
		dev, err := version.Parse(version.Packagist, i.Upper+"-dev")
		if err != nil {
			continue
		}
		from, err := v.Compare(dev)
		if err != nil || from < 0 {
			continue
		}
		if to, err := version.Compare(version.Packagist, v.String(), i.Upper); err == nil && to < 0 {
			return true
		}
	}
	return false
}

package cpe_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/cpe"
)

func TestParse(t *testing.T) {
	t.Parallel()
	full := cpe.Name{Part: "a", Vendor: "hp", Product: "insight_diagnostics", Version: "7.4.0.1570", Update: "-", Edition: "*",
		Language: "*", SoftwareEdition: "online", TargetSoftware: "win2003", TargetHardware: "x64", Other: "*"}
	short := cpe.Name{Part: "o", Vendor: "the vendor", Product: "c++", Version: "*", Update: "*", Edition: "*", Language: "*",
		SoftwareEdition: "*", TargetSoftware: "*", TargetHardware: "*", Other: "*"}
	for text, want := range map[string]cpe.Name{
		"cpe:2.3:a:HP:insight_diagnostics:7.4.0.1570:-:*:*:online:win2003:x64:*": full,
		"cpe:/a:hp:insight_diagnostics:7.4.0.1570:-:~~online~win2003~x64~":       full,
		`cpe:2.3:o:the\ vendor:c\+\+`:                                            short,
		"cpe:/o:the%20vendor:c%2b%2b":                                            short,
	} {
		got, err := cpe.Parse(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: mismatch (-want +got):\n%s", text, diff)
		}
		again, err := cpe.Parse(got.String())
		if err != nil || again != got {
			t.Errorf("%s became %s, and that %v (%v)", text, got, again, err)
		}
	}
	for _, bad := range []string{"", "cpe", "cpe:2.3", "cpe:2.3:x:v:p", `cpe:2.3:a:v:p\`, "cpe:2.3:a:1:2:3:4:5:6:7:8:9:10:11:12", "cpe:/a:%zz"} {
		if got, err := cpe.Parse(bad); err == nil {
			t.Errorf("%q is taken for %v", bad, got)
		}
	}
}

func TestCovers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		advisory, product string
		want              bool
	}{
		{"cpe:2.3:a:v:p:1:2:*:*:*:*:*:*", "cpe:2.3:a:v:p:9", true}, // versions are compared elsewhere
		{"cpe:2.3:a:v:p", "cpe:2.3:a:*:p:1", true},
		{"cpe:2.3:a:v:p", "cpe:2.3:a:w:p:1", false},
		{"cpe:2.3:a:v:p", "cpe:2.3:o:v:p:1", false},
		{"cpe:2.3:a:v:p:*:*:*:*:*:node.js:*:*", "cpe:2.3:a:v:p:1:*:*:*:*:python:*:*", false},
		{"cpe:2.3:a:v:p:*:*:-:*:*:*:*:*", "cpe:2.3:a:v:p:1:*:x:*:*:*:*:*", false},
	} {
		a, errA := cpe.Parse(c.advisory)
		p, errP := cpe.Parse(c.product)
		if errA != nil || errP != nil {
			t.Fatal(errA, errP)
		}
		if got := a.Covers(p); got != c.want {
			t.Errorf("%s covers %s: %t", c.advisory, c.product, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("cpe:2.3:a:v:p:1.0:*:*:*:*:*:*:*")
	f.Add("cpe:/a:v:p:1:u:~e~s~t~h~o:en")
	f.Add(`cpe:2.3:a:\::\\:-`)
	f.Fuzz(func(t *testing.T, text string) {
		n, err := cpe.Parse(text)
		if err != nil {
			return
		}
		if !n.Covers(n) {
			t.Errorf("%q does not cover itself", text)
		}
	})
}

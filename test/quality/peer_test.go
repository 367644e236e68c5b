package quality

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// row is one finding: an advisory that affects a pinned version.
type row struct {
	pin
	advisory string
}

func (r row) String() string { return r.pin.String() + " " + r.advisory }

// judgement is a difference to the other scanner that was looked into.
type judgement struct {
	file     string
	name     string
	version  string
	advisory string // empty: any
	rows     int    // how many rows it explains
	right    string
	why      string
}

// The reasons that explain more than one difference.
const (
	stdlib = "go.mod's go line names the oldest toolchain that may build the module, hence the standard library it may be built with; " +
		"the records for the package stdlib in the Go zip affect that release. The other scanner reports none for a go.mod. Whoever builds " +
		"with a newer toolchain than the file demands is not affected, which the file cannot tell"
	foreignZip = "the record has affected entries for Go (introduced 0, fixed 0.17.0 for x/net; introduced 1.57.0, fixed 1.57.1 for grpc) but " +
		"stands in the Maven and SwiftURL zips only; the other scanner opens the zip named like the package's ecosystem alone"
	scopedPeer = "the lock has the keys /vite@5.1.6(@types/node@20.11.27)(terser@5.29.1) and /vite@5.0.12(@types/node@20.11.27)(terser@5.29.1); " +
		"the other scanner cuts a key of version 6 at its slashes before it cuts off the peers in parentheses, finds no version " +
		"and drops every package that has a scoped peer. The versions are in the ranges of the record"
	rspm = "the lock has the package from the repository RSPM, which is a dated copy of CRAN; the other scanner takes only what is from a " +
		"repository named CRAN. The record names the very version"
	julia = "the other scanner does not read Julia's Manifest.toml. The version is in the range of each of the records"
)

// judged are all differences between the naive evaluation and the other scanner.
var judged = []judgement{
	{"go-guac/go.mod", "stdlib", "1.26.0", "", 33, "Assay", stdlib},
	{"go-miniflux/go.mod", "stdlib", "1.26.0", "", 33, "Assay", stdlib},
	{"go-pkgsite/go.mod", "stdlib", "1.26.0", "", 33, "Assay", stdlib},
	{"go-pocketbase/go.mod", "stdlib", "1.25.0", "", 46, "Assay", stdlib},
	{"go-old-miniflux-2018/go.mod", "golang.org/x/net", "0.0.0-20180826012351-8a410e7b638d", "GHSA-qppj-fm5r-hxr3", 1, "Assay", foreignZip},
	{"go-pkgsite/go.mod", "google.golang.org/grpc", "1.57.0", "GHSA-qppj-fm5r-hxr3", 1, "Assay", foreignZip},
	{"julia-documenter/Manifest.toml", "OpenSSH_jll", "8.9.0+1", "", 30, "Assay", julia},
	{"julia-documenter/Manifest.toml", "OpenSSL_jll", "1.1.17+0", "", 34, "Assay", julia},
	{"pnpm-v6-vue-core/pnpm-lock.yaml", "vite", "5.1.6", "CVE-2024-31207", 1, "Assay", scopedPeer},
	{"pnpm-v6-vue-core/pnpm-lock.yaml", "vite", "5.1.6", "GHSA-64vr-g452-qvp3", 1, "Assay", scopedPeer},
	{"pnpm-v6-vue-core/pnpm-lock.yaml", "vite", "5.1.6", "GHSA-9cwx-2883-4wfx", 1, "Assay", scopedPeer},
	{"pnpm-v6-vue-core/pnpm-lock.yaml", "vite", "5.0.12", "CVE-2024-31207", 1, "Assay", scopedPeer},
	{"pnpm-v6-vue-core/pnpm-lock.yaml", "vite", "5.0.12", "GHSA-64vr-g452-qvp3", 1, "Assay", scopedPeer},
	{"pnpm-v6-vue-core/pnpm-lock.yaml", "vite", "5.0.12", "GHSA-9cwx-2883-4wfx", 1, "Assay", scopedPeer},
	{"renv-admiral/renv.lock", "commonmark", "1.8.0", "RSEC-2023-8", 1, "Assay", rspm},
	{"renv-admiral/renv.lock", "gh", "1.3.0", "RSEC-2025-0", 1, "Assay", rspm},
	{"renv-admiral/renv.lock", "jsonlite", "1.8.0", "RSEC-2023-3", 1, "Assay", rspm},
}

// matches says whether j explains that only one of the two has r. Where the
// other scanner is right, the row is one that only it has.
func (j judgement) matches(file string, r row, onlyPeer bool) bool {
	return j.file == file && j.name == r.Name && j.version == r.Version &&
		(j.advisory == "" || j.advisory == r.advisory) && (j.right == "Assay") != onlyPeer
}

// peerRows reads the other scanner's answers for a file. A folder for which it
// has no list counts as one for which it reports nothing: that is stricter.
func peerRows(t testing.TB, data, file string) []row {
	t.Helper()
	folder, _, _ := strings.Cut(file, "/")
	content, err := os.ReadFile(filepath.Join(data, "expected", folder+".findings.tsv"))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	var out []row
	for line := range strings.Lines(string(content)) {
		if f := strings.Split(strings.TrimRight(line, "\n"), "\t"); f[0] == file {
			out = append(out, row{newPin(f[1], f[2], f[3]), f[4]})
		}
	}
	return out
}

// naiveRows evaluates all pins of a file. Advisories that cannot be decided for a
// pin are failures: somebody has to look.
func naiveRows(t testing.TB, all advisories, file string, pinned pins) []row {
	t.Helper()
	var out []row
	for p := range pinned {
		ids, undecided := all.affecting(p)
		for _, id := range ids {
			out = append(out, row{p, id})
		}
		for _, id := range undecided {
			t.Errorf("%s: cannot compare the bounds of %s with %s", file, id, p)
		}
	}
	slices.SortFunc(out, func(a, b row) int { return strings.Compare(a.String(), b.String()) })
	return out
}

// TestPeer holds the naive evaluation against the other scanner. That the
// program agrees with the naive evaluation is TestScan's matter.
func TestPeer(t *testing.T) {
	t.Parallel()
	data := sharedData(t)
	all := loadAdvisories(t)
	explained := make([]int, len(judged))
	explain := func(file string, r row, onlyPeer bool) {
		i := slices.IndexFunc(judged, func(j judgement) bool { return j.matches(file, r, onlyPeer) })
		if i < 0 {
			who := map[bool]string{true: "only the other scanner", false: "only Assay"}[onlyPeer]
			t.Errorf("%s: %s has %s, which nobody has judged", file, who, r)
			return
		}
		explained[i]++
	}
	for _, l := range locks {
		ours := naiveRows(t, all, l.file, l.read(t, filepath.Join(data, "fixtures", l.file)))
		theirs := peerRows(t, data, l.file)
		for _, r := range ours {
			if !slices.Contains(theirs, r) {
				explain(l.file, r, false)
			}
		}
		for _, r := range theirs {
			if !slices.Contains(ours, r) {
				explain(l.file, r, true)
			}
		}
	}
	for i, j := range judged {
		if explained[i] != j.rows {
			t.Errorf("the judgement on %s explains %d rows, it should explain %d",
				fmt.Sprint(j.file, " ", j.name, " ", j.version, " ", j.advisory), explained[i], j.rows)
		}
	}
}

// TestPeerLists compares the evaluation alone on everything that the other
// scanner reports in any folder, SBOMs included, and makes sure that no file of
// the formats here is left out of TestPeer.
func TestPeerLists(t *testing.T) {
	t.Parallel()
	data := sharedData(t)
	all := loadAdvisories(t)
	lists, err := filepath.Glob(filepath.Join(data, "expected", "*.findings.tsv"))
	if err != nil || len(lists) == 0 {
		t.Fatalf("no lists: %v", err)
	}
	known, names := map[string]bool{}, map[string]bool{}
	for _, l := range locks {
		known[l.file], names[filepath.Base(l.file)] = true, true
	}
	theirs := map[pin][]string{}
	for _, list := range lists {
		for line := range strings.Lines(readText(t, list)) {
			f := strings.Split(strings.TrimRight(line, "\n"), "\t")
			if names[filepath.Base(f[0])] && !known[f[0]] {
				t.Errorf("%s is not compared", f[0])
			}
			if p := newPin(f[1], f[2], f[3]); slices.Contains(ecosystems, p.Ecosystem) && !slices.Contains(theirs[p], f[4]) {
				theirs[p] = append(theirs[p], f[4])
			}
		}
	}
	for p, ids := range theirs {
		ours, _ := all.affecting(p)
		ours = slices.DeleteFunc(ours, func(id string) bool { // judged in TestPeer
			return slices.ContainsFunc(judged, func(j judgement) bool {
				return j.name == p.Name && j.version == p.Version && j.advisory == id && j.right == "Assay"
			})
		})
		slices.Sort(ids)
		if diff := cmp.Diff(ids, ours); diff != "" {
			t.Errorf("%s (-other scanner +naive):\n%s", p, diff)
		}
	}
}

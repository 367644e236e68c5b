package extract_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/inventory"
)

func TestGitIgnore(t *testing.T) {
	t.Parallel()
	contents := map[string]string{
		".gitignore":                 "# comment\n/build\n*.local.txt\nsub/*\n!sub/keep\ngen/\n",
		"build/requirements.txt":     "a==1",
		"x/build/requirements.txt":   "b==1", // the pattern is anchored
		"requirements.local.txt":     "c==1",
		"sub/drop/requirements.txt":  "d==1",
		"sub/keep/requirements.txt":  "e==1",
		"gen":                        "a file, the rule is for folders",
		"y/gen/requirements.txt":     "f==1",
		"z/.gitignore":               "!gen/\n",
		"z/gen/requirements.txt":     "g==1",
		"notes.local.txt":            "nobody wants it",
		"requirements.txt":           "-r build/base.in\n",
		"build/base.in":              "h==1", // asked for by name
		"binary/.gitignore":          "\x00\xff[",
		"binary/requirements.txt":    "i==1",
		"folder/.gitignore/x":        "a folder of that name",
		"folder/requirements-x.txt":  "j==1",
		"sub/keep/node_modules/x/x":  "",
		"sub/drop/deep/package.json": "{}",
	}
	o := options()
	o.GitIgnore = true
	r := run(t, mapFS(contents), o)
	same(t, "binary/requirements.txt read\nbuild skipped-by-rule: .gitignore\nbuild/base.in read\nfolder/requirements-x.txt read\n"+
		"requirements.local.txt skipped-by-rule: .gitignore\nrequirements.txt read\n"+
		"sub/drop skipped-by-rule: .gitignore\nsub/keep/node_modules skipped-by-rule: installed npm packages; the lockfile describes them\n"+
		"sub/keep/requirements.txt read\nx/build/requirements.txt read\ny/gen skipped-by-rule: .gitignore\n"+
		"z/gen/requirements.txt read\n", ledger(r))
	if got := len(run(t, mapFS(contents), options()).Ledger); got != 13 {
		t.Errorf("without the option the ledger has %d entries, want 13", got)
	}
}

// TestGitIgnoreAsGit compares what is left out with git's own judgement, on
// patterns and trees made up at random.
func TestGitIgnoreAsGit(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("skipped: the git command is not here")
	}
	random := rand.New(rand.NewPCG(7, 11))
	for i := range 30 {
		compareWithGit(t, randomTree(random, i))
	}
}

// Two oddities of git are not imitated, and not here: sets that contain a slash,
// and "a**/b", which its manual calls the same as "a*/b" and git does not.
var (
	parts    = []string{"a", "b", "ab", "b.c", "{a,b}", "a b", "#a", "!b", "[a]", `a\b`, "ü"}
	patterns = []string{"a", "b", "ab", "*", "?", "a*", "*b", "*.c", "[ab]", "[!a]*", "[^b]", "[a-c]b", "**", `\#a`, `\!b`, "#a",
		"{a,b}", `\{a,b\}`, "a b", "a ", `a\ `, "[[]a]", `a\\b`, `\a`, "ü", "x", "*.?", `b\.c`, "[[:alpha:]]", "[[:punct:]]*", "[[:x:]]", "[[:a]", "[a-[:digit:]]", `[\]a-\c]`, "*[[:digit:]-z]", "a*b", "[]a]", "[a-]"}
)

func randomTree(random *rand.Rand, seed int) map[string]string {
	pick := func(list []string) string { return list[random.IntN(len(list))] }
	contents := map[string]string{}
	for range 40 {
		name := ""
		for range 1 + random.IntN(4) {
			name = path.Join(name, pick(parts))
		}
		contents[name+"/f.fake"] = "x 1"
	}
	for _, dir := range []string{"", "a", "a/b", "ab"} {
		if dir != "" && random.IntN(3) > 0 {
			continue
		}
		var lines []string
		for range 1 + random.IntN(4) {
			var words []string
			for range 1 + random.IntN(3) {
				words = append(words, pick(patterns))
			}
			line := strings.Join(words, "/")
			if random.IntN(4) == 0 {
				line = "/" + line
			}
			if random.IntN(3) == 0 {
				line += "/"
			}
			if random.IntN(4) == 0 {
				line = "!" + line
			}
			if random.IntN(8) == 0 {
				line += pick([]string{" ", "\r", "  \r", "\t", `\`, "/**", "/*", "[", "/a[", "[!"})
			}
			lines = append(lines, line)
		}
		contents[path.Join(dir, ".gitignore")] = strings.Join(lines, "\n") + strings.Repeat("\n", seed%2)
	}
	return contents
}

func compareWithGit(t *testing.T, contents map[string]string) {
	t.Helper()
	dir, tree := onDisk(t, contents)
	ignoredByGit := gitIgnores(t, dir, contents)
	o := extract.Options{Extractors: []extract.Extractor{fake{}}, Limits: extract.DefaultLimits(), GitIgnore: true}
	read := map[string]bool{}
	for _, f := range run(t, tree, o).Ledger {
		if f.Status == inventory.Read {
			read[f.Path] = true
		}
	}
	for name := range contents {
		if path.Ext(name) == ".fake" && read[name] == ignoredByGit[name] {
			t.Errorf("%q: left out by git: %t, by us: %t; the rules are:\n%s", name, ignoredByGit[name], !read[name], rules(contents, name))
		}
	}
}

// rules lists the .gitignore files that speak about name.
func rules(contents map[string]string, name string) string {
	var b strings.Builder
	for dir := path.Dir(name); ; dir = path.Dir(dir) {
		if text, ok := contents[path.Join(dir, ".gitignore")]; ok {
			fmt.Fprintf(&b, "in %q: %q\n", dir, strings.Split(text, "\n"))
		}
		if dir == "." {
			return b.String()
		}
	}
}

func gitIgnores(t *testing.T, dir string, contents map[string]string) map[string]bool {
	t.Helper()
	git := func(stdin string, args ...string) []byte {
		cmd := exec.CommandContext(t.Context(), "git", args...)
		cmd.Dir, cmd.Stdin = dir, strings.NewReader(stdin)
		cmd.Env = append(slices.DeleteFunc(os.Environ(), func(e string) bool { return strings.HasPrefix(e, "GIT_") }),
			"GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL="+os.DevNull, "XDG_CONFIG_HOME="+dir, "HOME="+dir)
		out, err := cmd.Output()
		if err != nil && cmd.ProcessState.ExitCode() != 1 { // 1: nothing is ignored
			t.Fatalf("git %v: %v", args, err)
		}
		return out
	}
	git("", "init", "--quiet", "--template=")
	var names []string
	for name := range contents {
		names = append(names, filepath.ToSlash(name))
	}
	ignored := map[string]bool{}
	for name := range bytes.SplitSeq(git(strings.Join(names, "\x00"), "check-ignore", "--no-index", "-z", "--stdin"), []byte{0}) {
		ignored[string(name)] = true
	}
	return ignored
}

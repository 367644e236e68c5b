package extract_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/extract"
)

// pomOf writes a pom.xml of the group g, version 1, from its further parts.
func pomOf(artifact string, parts ...string) string {
	return "<project><groupId>g</groupId><artifactId>" + artifact + "</artifactId><version>1</version>\n" + strings.Join(parts, "\n") + "</project>"
}

func childOf(relative, parent string) string {
	return "<parent><groupId>g</groupId><artifactId>" + parent + "</artifactId><version>1</version><relativePath>" + relative + "</relativePath></parent>"
}

func properties(of ...string) string {
	var b strings.Builder
	for i := 0; i < len(of); i += 2 {
		fmt.Fprintf(&b, "<%s>%s</%s>", of[i], of[i+1], of[i])
	}
	return "<properties>" + b.String() + "</properties>"
}

func managing(dependencies ...string) string {
	return "<dependencyManagement>" + asking(dependencies...) + "</dependencyManagement>"
}

func asking(dependencies ...string) string {
	return "<dependencies>" + strings.Join(dependencies, "\n") + "</dependencies>"
}

// dep is "group:artifact" or "group:artifact:version".
func dep(of string, more ...string) string {
	parts := strings.Split(of, ":")
	version := ""
	if len(parts) > 2 {
		version = "<version>" + parts[2] + "</version>"
	}
	return "<dependency><groupId>" + parts[0] + "</groupId><artifactId>" + parts[1] + "</artifactId>" + version + strings.Join(more, "") + "</dependency>"
}

func imported(of string) string { return dep(of, "<type>pom</type><scope>import</scope>") }

// from lists "file: name version" and, for those not of a registry, where from.
func from(r extract.Result) []string {
	var all []string
	for _, u := range r.Inventory.Units {
		for _, o := range u.Occurrences {
			c := r.Inventory.Components[o.Component]
			line := strings.TrimSpace(u.Path + ": " + c.Name + " " + c.Version)
			if c.Origin.Kind != "" {
				line += " from " + string(c.Origin.Kind) + " " + c.Origin.Ref
			}
			all = append(all, line)
		}
	}
	return all
}

// TestLinkImports is Maven's order: what the project and its parents manage
// themselves comes before all imports, of these the nearest and first counts, and
// an import of another version takes the place of the parent's.
func TestLinkImports(t *testing.T) {
	t.Parallel()
	r := run(t, mapFS(map[string]string{
		"pom.xml": pomOf("top", properties("bom.version", "1", "oil.version", "0"),
			managing(imported("g:first:${bom.version}"), imported("g:second:1"), dep("org.example:own-of-top:7"))),
		"first/pom.xml": pomOf("first", properties("oil.version", "1.1"), managing(
			dep("org.example:oil:${oil.version}"), dep("org.example:own-of-top:8"), dep("org.example:own-of-app:8"),
			dep("${project.groupId}:gear:${project.version}", "<scope>test</scope>"))),
		"second/pom.xml": pomOf("second", managing(
			dep("org.example:oil:1.2"), dep("org.example:anvil:1.2"), imported("g:deep:1"), imported("org.example:far:3"))),
		"deep/pom.xml":  pomOf("deep", childOf("../base/base.pom", "base"), managing(dep("org.example:bellows:${bellows.version}"))),
		"base/base.pom": pomOf("base", properties("bellows.version", "1.3"), managing(dep("org.example:coal:1.4"))),
		"app/pom.xml": pomOf("app", childOf("..", "top"), managing(dep("org.example:own-of-app:6")),
			asking(dep("org.example:oil"), dep("org.example:anvil"), dep("org.example:bellows"), dep("org.example:coal"),
				dep("org.example:own-of-top"), dep("org.example:own-of-app"), dep("g:gear"), dep("org.example:unknown"))),
		"other/pom.xml": pomOf("other", childOf("..", "top"), managing(imported("g:first:9")), asking(dep("org.example:oil"), dep("org.example:own-of-app"))),
	}), options())
	want := []string{
		"app/pom.xml: org.example:oil 1.1", "app/pom.xml: org.example:anvil 1.2", "app/pom.xml: org.example:bellows 1.3",
		"app/pom.xml: org.example:coal 1.4", "app/pom.xml: org.example:own-of-top 7", "app/pom.xml: org.example:own-of-app 6",
		"app/pom.xml: g:gear 1", "app/pom.xml: org.example:unknown",
		"other/pom.xml: g:first 9", "other/pom.xml: org.example:oil 1.2", "other/pom.xml: org.example:own-of-app",
		"pom.xml: g:first 1 from path first", "pom.xml: g:second 1 from path second",
		"second/pom.xml: g:deep 1 from path deep", "second/pom.xml: org.example:far 3",
	}
	if diff := cmp.Diff(want, from(r)); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	if l := ledger(r); strings.Contains(l, "failed") || !strings.Contains(l, "other/pom.xml read: the import g:first 9 is not in the source: what it manages is not known;") {
		t.Error(l)
	}
}

func TestLinkImportsOfProfiles(t *testing.T) {
	t.Parallel()
	r := run(t, mapFS(map[string]string{
		"bom/pom.xml": pomOf("bom", managing(dep("org.example:oil:1.1"))),
		"pom.xml": pomOf("app", asking(dep("org.example:oil")), "<profiles><profile><id>slow</id>"+properties("gear.version", "3")+
			managing(imported("g:bom:1"))+asking(dep("org.example:oil"))+"</profile></profiles>",
			"<build><plugins><plugin><groupId>g</groupId><artifactId>p</artifactId><version>${gear.version}</version></plugin></plugins></build>"),
	}), options())
	want := []string{"pom.xml: org.example:oil", "pom.xml: g:p", "pom.xml: g:bom 1 from path bom", "pom.xml: org.example:oil 1.1"}
	if diff := cmp.Diff(want, from(r)); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	if l := ledger(r); !strings.Contains(l, `properties that only profiles define are not applied: ["slow"]`) {
		t.Error(l)
	}
}

func TestLinkCycle(t *testing.T) {
	t.Parallel()
	ask := asking(dep("org.example:oil"))
	r := run(t, mapFS(map[string]string{
		"a/pom.xml":    pomOf("a", managing(imported("g:b:1"), dep("org.example:oil:1")), ask),
		"b/pom.xml":    pomOf("b", managing(imported("g:a:1")), ask),
		"self/pom.xml": pomOf("self", "\n"+managing("\n"+imported("g:self:1")), ask),
		"up/pom.xml":   pomOf("up", managing(imported("g:down:1"))),
		"down/pom.xml": pomOf("down", childOf("../up", "up"), managing(dep("org.example:oil:2")), ask),
	}), options())
	same(t, "a/pom.xml read\n"+
		`b/pom.xml failed line 2: it imports itself, by way of "a/pom.xml"; the 2 dependencies read are kept`+"\n"+
		`down/pom.xml failed: it imports itself, by way of "down/pom.xml"; the 1 dependencies read are kept`+"\n"+
		`self/pom.xml failed line 4: it imports itself, by way of "self/pom.xml"; the 2 dependencies read are kept`+"\n"+
		"up/pom.xml read\n", ledger(r))
}

// TestLinkHostile: rows of a thousand files, and imports in which there are more
// ways than anybody can go.
func TestLinkHostile(t *testing.T) {
	t.Parallel()
	row, lattice := map[string]string{}, map[string]string{}
	for i := range 1500 {
		row[fmt.Sprintf("p%04d/pom.xml", i)] = pomOf(fmt.Sprintf("p%04d", i), managing(imported(fmt.Sprintf("g:p%04d:1", i+1))), asking(dep("g:x")))
	}
	for i := range 18 {
		for j := range 20 {
			var imports []string
			for k := range 20 {
				imports = append(imports, imported(fmt.Sprintf("g:p%02d-%02d:1", i+1, k)))
			}
			lattice[fmt.Sprintf("p%02d/%02d/pom.xml", i, j)] = pomOf(fmt.Sprintf("p%02d-%02d", i, j), managing(imports...), asking(dep("g:x"), dep("g:y")))
		}
	}
	for name, tree := range map[string]map[string]string{"row": row, "lattice": lattice} {
		start := time.Now()
		r := run(t, mapFS(tree), options())
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("%s: took %v", name, took)
		}
		failed := 0
		for _, e := range r.Ledger {
			if strings.Contains(e.Reason, "imports more than 20 files in a row") {
				failed++
			}
		}
		if want := map[string]int{"row": 1480}[name]; failed != want {
			t.Errorf("%s: %d files fail, want %d", name, failed, want)
		}
	}
}

// TestLinkParents: a parent that no path leads to is the project of the tree that
// has its coordinates, if there is just one; through it come its own parents.
func TestLinkParents(t *testing.T) {
	t.Parallel()
	tree := map[string]string{
		"parents/top/pom.xml":  pomOf("top", properties("oil.version", "1.1"), managing(dep("org.example:oil:${oil.version}"), imported("g:bom:1"))),
		"parents/mid/pom.xml":  pomOf("mid", childOf("", "top"), managing(dep("org.example:gear:1.2"))),
		"bom/pom.xml":          pomOf("bom", childOf("", "more"), managing(dep("org.example:pin:${pin.version}"))),
		"more/pom.xml":         pomOf("more", properties("pin.version", "1.3")),
		"app/pom.xml":          pomOf("app", childOf("../wrong/pom.xml", "mid"), asking(dep("org.example:oil"), dep("org.example:gear"), dep("org.example:pin"))),
		"wrong/pom.xml":        pomOf("wrong", childOf("", "twice"), asking(dep("org.example:oil"))),
		"twice/a/pom.xml":      pomOf("twice", managing(dep("org.example:oil:7"))),
		"twice/b/pom.xml":      pomOf("twice", managing(dep("org.example:oil:8"))),
		"cyclic/a/pom.xml":     pomOf("ca", childOf("", "cb")),
		"cyclic/b/pom.xml":     pomOf("cb", childOf("", "ca")),
		"cyclic/self/pom.xml":  pomOf("self", childOf("", "self")),
		"cyclic/below/pom.xml": pomOf("below", childOf("", "self"), asking(dep("org.example:oil:9"))),
	}
	r := run(t, mapFS(tree), options())
	want := []string{
		"app/pom.xml: org.example:oil 1.1", "app/pom.xml: org.example:gear 1.2", "app/pom.xml: org.example:pin 1.3",
		"cyclic/below/pom.xml: org.example:oil 9", "parents/top/pom.xml: g:bom 1 from path bom", "wrong/pom.xml: org.example:oil",
	}
	if diff := cmp.Diff(want, from(r)); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	var failed []string
	for _, e := range r.Ledger {
		if strings.Contains(e.Reason, "it builds on itself") {
			failed = append(failed, e.Path)
		}
	}
	if diff := cmp.Diff([]string{"cyclic/b/pom.xml", "cyclic/self/pom.xml"}, failed); diff != "" {
		t.Errorf("failed: mismatch (-want +got):\n%s", diff)
	}
}

// TestLinkLong: rows of parents, by paths of any name and by coordinates, that are
// longer than any project has, in a tree and for a file that is scanned alone.
func TestLinkLong(t *testing.T) {
	t.Parallel()
	paths, names := map[string]string{}, map[string]string{}
	for i := range 1500 {
		parent := fmt.Sprintf("p%04d", i+1)
		paths[fmt.Sprintf("p%04d.pom", i)] = pomOf(fmt.Sprintf("p%04d", i), childOf(parent+".pom", parent), asking(dep("g:x:1")))
		names[fmt.Sprintf("p%04d/pom.xml", i)] = pomOf(fmt.Sprintf("p%04d", i), childOf("", parent), asking(dep("g:x:1")))
	}
	paths["pom.xml"] = pomOf("first", childOf("p0000.pom", "p0000"), asking(dep("g:x:1")))
	for name, tree := range map[string]map[string]string{"paths": paths, "names": names} {
		for _, only := range [][]string{nil, {"pom.xml"}} {
			if name == "names" && only != nil {
				continue
			}
			o := options()
			o.Only = only
			start := time.Now()
			r := run(t, mapFS(tree), o)
			if took := time.Since(start); took > 20*time.Second {
				t.Errorf("%s: took %v", name, took)
			}
			if !strings.Contains(ledger(r), "builds on more than 20 files in a row") && only == nil || len(from(r)) == 0 {
				t.Errorf("%s %v: %.300s", name, only, ledger(r))
			}
		}
	}
}

// TestLinkOwn: what another project of the tree is comes from there, if it is of
// the version that is asked for.
func TestLinkOwn(t *testing.T) {
	t.Parallel()
	r := run(t, mapFS(map[string]string{
		"pom.xml":      pomOf("top", managing(dep("${project.groupId}:core:${project.version}"))),
		"core/pom.xml": pomOf("core", childOf("..", "top")),
		"tool/pom.xml": pomOf("tool", "<packaging>maven-plugin</packaging>"),
		"twin/pom.xml": strings.Replace(pomOf("core"), "<version>1<", "<version>2<", 1),
		"app/pom.xml": pomOf("app", childOf("..", "top"), asking(dep("g:core"), dep("g:core:1", "<type>test-jar</type>"), dep("g:core:2", "<classifier>x</classifier>"),
			dep("g:core:3", "<classifier>y</classifier>"), dep("g:tool:${project.version}"), dep("g:other:1"), dep("g:ghost:${nothing}")),
			"<build><plugins><plugin><groupId>g</groupId><artifactId>tool</artifactId><version>1</version></plugin></plugins></build>"),
		"ghost/pom.xml": strings.Replace(pomOf("ghost"), "<version>1<", "<version>${revision}<", 1),
	}), options())
	want := []string{
		"app/pom.xml: g:core 1 from path core", "app/pom.xml: g:core 1 from path core", "app/pom.xml: g:core 2 from path twin",
		"app/pom.xml: g:core 3", "app/pom.xml: g:tool 1 from path tool", "app/pom.xml: g:other 1", "app/pom.xml: g:ghost from path ghost",
		"app/pom.xml: g:tool 1 from path tool",
	}
	if diff := cmp.Diff(want, from(r)); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

// TestJoinPlugins: a plugin has the version that a parent manages.
func TestJoinPlugins(t *testing.T) {
	t.Parallel()
	plugin := func(artifact, version string) string {
		return "<plugin><artifactId>" + artifact + "</artifactId>" + version + asking(dep("org.example:rule:1")) + "</plugin>"
	}
	r := run(t, mapFS(map[string]string{
		"pom.xml":     pomOf("top", properties("p", "3.1"), "<build><pluginManagement><plugins>"+plugin("check", "<version>${p}</version>")+"</plugins></pluginManagement></build>"),
		"app/pom.xml": pomOf("app", childOf("..", "top"), properties("p", "3.2"), "<build><plugins>"+plugin("check", "")+"</plugins></build>"),
	}), options())
	want := []string{"app/pom.xml: org.example:rule 1", "app/pom.xml: org.apache.maven.plugins:check 3.2", "pom.xml: org.example:rule 1"}
	if diff := cmp.Diff(want, from(r)); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

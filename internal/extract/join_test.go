package extract_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/extract"
)

// components lists "file: name version", in the order of the units.
func components(r extract.Result) []string {
	var all []string
	for _, u := range r.Inventory.Units {
		for _, o := range u.Occurrences {
			c := r.Inventory.Components[o.Component]
			all = append(all, strings.TrimSpace(u.Path+": "+c.Name+" "+c.Version))
		}
	}
	return all
}

const parentPOM = `<project><groupId>g</groupId><artifactId>parent</artifactId><version>1</version>
<properties><anvil.version>1.7</anvil.version><own>of ${project.artifactId}</own></properties>
<dependencyManagement><dependencies>
<dependency><groupId>org.example</groupId><artifactId>anvil</artifactId><version>${anvil.version}</version></dependency>
<dependency><groupId>${project.groupId}</groupId><artifactId>sister</artifactId><version>${project.version}</version><scope>test</scope></dependency>
</dependencies></dependencyManagement></project>`

func childPOM(parent, relative, artifact string) string {
	return `<project><parent><groupId>g</groupId><artifactId>` + parent + `</artifactId><version>1</version>` + relative + `</parent>
<artifactId>` + artifact + `</artifactId>
<properties><anvil.version>1.8</anvil.version></properties>
<dependencies>
<dependency><groupId>org.example</groupId><artifactId>anvil</artifactId></dependency>
<dependency><groupId>g</groupId><artifactId>sister</artifactId></dependency>
</dependencies></project>`
}

func TestJoinParents(t *testing.T) {
	t.Parallel()
	r := run(t, mapFS(map[string]string{
		"pom.xml":          parentPOM,
		"child/pom.xml":    childPOM("parent", "", "child"),
		"child/in/pom.xml": childPOM("child", "<relativePath>..</relativePath>", "grandchild"),
		"other/pom.xml":    childPOM("another-parent", "", "other"),
		"alone/pom.xml":    childPOM("parent", "<relativePath/>", "alone"),
		"out/pom.xml":      childPOM("parent", "<relativePath>../../pom.xml</relativePath>", "out"),
	}), options())
	want := []string{
		"alone/pom.xml: org.example:anvil 1.8", "alone/pom.xml: g:sister 1",
		"child/in/pom.xml: org.example:anvil 1.8", "child/in/pom.xml: g:sister 1",
		"child/pom.xml: org.example:anvil 1.8", "child/pom.xml: g:sister 1",
		"other/pom.xml: org.example:anvil", "other/pom.xml: g:sister",
		"out/pom.xml: org.example:anvil 1.8", "out/pom.xml: g:sister 1",
	}
	if diff := cmp.Diff(want, components(r)); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	for _, e := range r.Ledger {
		if outside := strings.Contains(e.Reason, "is not in the source"); outside != strings.HasPrefix(e.Path, "other/") {
			t.Errorf("%s: %s", e.Path, e.Reason)
		}
	}
}

func TestJoinCycle(t *testing.T) {
	t.Parallel()
	r := run(t, mapFS(map[string]string{
		"a/pom.xml": childPOM("b", "<relativePath>../b</relativePath>", "a"),
		"b/pom.xml": childPOM("a", "<relativePath>../a</relativePath>", "b"),
		"c/pom.xml": childPOM("c", "<relativePath>pom.xml</relativePath>", "c"),
	}), options())
	same(t, `a/pom.xml failed: it builds on itself, by way of "a/pom.xml"; the 2 dependencies read are kept`+"\n"+
		`b/pom.xml failed: it builds on itself, by way of "a/pom.xml"; the 2 dependencies read are kept`+"\n"+
		`c/pom.xml failed: it builds on itself, by way of "c/pom.xml"; the 2 dependencies read are kept`+"\n", ledger(r))
}

// TestJoinLong is a row of parents longer than any project has.
func TestJoinLong(t *testing.T) {
	t.Parallel()
	tree := map[string]string{"p000/pom.xml": strings.Replace(parentPOM, "parent", "p000", 1)}
	for i := 1; i < 30; i++ {
		parent := fmt.Sprintf("p%03d", i-1)
		tree[fmt.Sprintf("p%03d/pom.xml", i)] = childPOM(parent, "<relativePath>../"+parent+"</relativePath>", fmt.Sprintf("p%03d", i))
	}
	r := run(t, mapFS(tree), options())
	failed := 0
	for _, e := range r.Ledger {
		if strings.Contains(e.Reason, "builds on more than 20 files in a row") {
			failed++
		}
	}
	if failed != 10 {
		t.Errorf("%d files fail, want the last 10 of 30", failed)
	}
}

func TestJoinGradle(t *testing.T) {
	t.Parallel()
	r := run(t, mapFS(map[string]string{
		"gradle.properties": "bellowsVersion=3.0\ncoalVersion=0.8\n",
		"gradle/libs.versions.toml": "[versions]\nforge = \"2.1.0\"\n[libraries]\nforge-core = { module = \"org.example:forge\", version.ref = \"forge\" }\n" +
			"oil = \"org.example:oil:1.0\"\n[bundles]\nall = [\"forge-core\", \"oil\"]\n[plugins]\nshadow = \"org.example.shadow:9.5\"\n",
		"build.gradle": "ext.anvilVersion = '1.7'\next { coalVersion = '0.9' }\n",
		"app/build.gradle": "plugins { alias(libs.plugins.shadow) }\ndependencies {\n" +
			"  implementation \"org.example:anvil:$rootProject.ext.anvilVersion\"\n  implementation \"org.example:bellows:${bellowsVersion}\"\n" +
			"  implementation \"org.example:coal:$coalVersion\"\n  implementation libs.forge.core\n  testImplementation libs.bundles.all\n" +
			"  implementation \"org.example:hammer:${libs.versions.forge.get()}\"\n  implementation \"org.example:ember:$emberVersion\"\n  implementation libs.no.such\n}\n",
		"app/gradle.properties":  "bellowsVersion=3.1\n",
		"lib/build.gradle.kts":   "dependencies { implementation(libs.oil) }\n",
		"lib/gradle.lockfile":    "org.example:oil:1.0=runtimeClasspath\nempty=\n",
		"plain/build.gradle":     "dependencies { implementation 'org.example:in-both:1' }\n",
		"plain/build.gradle.kts": "dependencies { implementation(\"org.example:plain:1\") }\n",
	}), options())
	want := []string{
		"app/build.gradle: org.example.shadow:org.example.shadow.gradle.plugin 9.5",
		"app/build.gradle: org.example:anvil 1.7", "app/build.gradle: org.example:bellows 3.1", "app/build.gradle: org.example:coal 0.8",
		"app/build.gradle: org.example:forge 2.1.0", "app/build.gradle: org.example:forge 2.1.0", "app/build.gradle: org.example:oil 1.0",
		"app/build.gradle: org.example:hammer 2.1.0", "app/build.gradle: org.example:ember", "app/build.gradle: libs.no.such",
		"gradle/libs.versions.toml: org.example:forge 2.1.0", "gradle/libs.versions.toml: org.example:oil 1.0",
		"gradle/libs.versions.toml: org.example.shadow:org.example.shadow.gradle.plugin 9.5",
		"lib/gradle.lockfile: org.example:oil 1.0",
		"plain/build.gradle: org.example:in-both 1",
		"plain/build.gradle.kts: org.example:plain 1",
	}
	if diff := cmp.Diff(want, components(r)); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	if l := ledger(r); strings.Contains(l, "failed") {
		t.Error(l)
	}
}

// TestGradlePlugins: a plugin is in no lockfile of the project, and has the
// version that is asked for all the same.
func TestGradlePlugins(t *testing.T) {
	t.Parallel()
	r := run(t, mapFS(map[string]string{
		"build.gradle":    "plugins { id 'org.example.shadow' version '9.5' }\ndependencies { implementation 'org.example:oil:1.0' }\n",
		"gradle.lockfile": "org.example:oil:1.0=runtimeClasspath\nempty=\n",
	}), options())
	want := []string{"gradle.lockfile: org.example:oil 1.0", "gradle.lockfile: org.example.shadow:org.example.shadow.gradle.plugin 9.5"}
	if diff := cmp.Diff(want, components(r)); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	if drift := r.Inventory.Units[0].Drift; len(drift) > 0 {
		t.Errorf("drift: %v", drift)
	}
}

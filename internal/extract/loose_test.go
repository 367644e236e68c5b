package extract_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/glob"
)

// TestLooseSettings: settings declare catalogues of files and of their own, and
// the versions of plugins.
func TestLooseSettings(t *testing.T) {
	t.Parallel()
	r := run(t, mapFS(map[string]string{
		"gradle.properties": "shadowVersion=9.5\n",
		"settings.gradle.kts": `pluginManagement {
    val forgeVersion = "2.1"
    plugins {
        id("org.example.forge") version forgeVersion
        id("org.example.shadow") version "${shadowVersion}"
        id("org.example.unused") version "1"
    }
    repositories { gradlePluginPortal() }
}
plugins { id("org.example.settings") version "0.4" }
dependencyResolutionManagement {
    versionCatalogs {
        create("tools") {
            from(files("gradle/kit.versions.toml"))
            version("gear", "1.2")
            library("oil", "org.example:oil:1.0")
        }
        create("own") {
            val bronze = version("bronze", "3.1")
            library("anvil-core", "org.example", "anvil").versionRef("bronze")
            library("bell", "org.example", "bell").version("3.2")
            library("coal", "org.example", "coal").version { strictly("[3,4["); prefer("3.3") }
            library("dust", "org.example", "dust").withoutVersion()
            plugin("smith", "org.example.smith").version("3.4")
            bundle("all", listOf("anvil-core", "bell"))
        }
    }
}
`,
		"gradle/kit.versions.toml":  "[versions]\ngear = \"1.1\"\n[libraries]\ngear = { module = \"org.example:gear\", version.ref = \"gear\" }\nhammer = \"org.example:hammer:1.3\"\n",
		"gradle/libs.versions.toml": "[libraries]\nnail = \"org.example:nail:5.0\"\n",
		"gradle/more.versions.toml": "[libraries]\npin = \"org.example:pin:5.1\"\n",
		"app/build.gradle.kts": `plugins {
    id("org.example.forge")
    id("org.example.shadow")
    id("org.example.elsewhere")
    alias(own.plugins.smith)
}
dependencies {
    implementation(tools.gear)
    implementation(tools.hammer)
    implementation(tools.oil)
    implementation(own.bundles.all)
    implementation(own.coal)
    implementation(own.dust)
    implementation(libs.nail)
    implementation(more.pin)
    implementation("org.example:made:${own.versions.bronze.get()}")
    implementation("org.example:unknown:${Versions.unknown}")
    implementation(Libraries.unknown)
    implementation(project(":lib"))
}
`,
	}), options())
	want := []string{
		"org.example.forge:org.example.forge.gradle.plugin 2.1", "org.example.shadow:org.example.shadow.gradle.plugin 9.5",
		"org.example.smith:org.example.smith.gradle.plugin 3.4", "org.example:gear 1.2", "org.example:hammer 1.3", "org.example:oil 1.0",
		"org.example:anvil 3.1", "org.example:bell 3.2", "org.example:coal 3.3", "org.example:dust", "org.example:nail 5.0", "org.example:pin 5.1",
		"org.example:made 3.1", "org.example:unknown",
	}
	var app, settings []string
	for _, line := range from(r) {
		if rest, ok := strings.CutPrefix(line, "app/build.gradle.kts: "); ok {
			app = append(app, rest)
		}
		if rest, ok := strings.CutPrefix(line, "settings.gradle.kts: "); ok {
			settings = append(settings, rest)
		}
	}
	if diff := cmp.Diff(want, app); diff != "" {
		t.Errorf("app: mismatch (-want +got):\n%s", diff)
	}
	want = []string{
		"org.example.settings:org.example.settings.gradle.plugin 0.4", "org.example:oil 1.0", "org.example:anvil 3.1", "org.example:bell 3.2",
		"org.example:coal 3.3", "org.example:dust", "org.example.smith:org.example.smith.gradle.plugin 3.4",
	}
	if diff := cmp.Diff(want, settings); diff != "" {
		t.Errorf("settings: mismatch (-want +got):\n%s", diff)
	}
	same(t, "app/build.gradle.kts read: 1 dependencies are projects of the same build, first on line 19; "+
		"1 dependencies are computed by the script and cannot be read, first on line 18; 1 plugins have no version here, first on line 4; "+
		"1 names or versions come from variables or catalogues that are not known; 2 of 14 dependencies have no pinned version and cannot be checked",
		strings.Split(ledger(r), "\n")[0])
}

// applying is a build whose scripts apply one another.
func applying() map[string]string {
	return map[string]string{
		"settings.gradle": "rootProject.name = 'x'\n",
		"build.gradle": "apply from: 'gradle/versions.gradle'\next.places = \"$rootDir/gradle\"\n" +
			"apply from: \"$places/shared.gradle\"\nsubprojects { apply from: rootProject.file('gradle/shared.gradle') }\n",
		"gradle/versions.gradle": "ext { oilVersion = '1.1' }\next.versions = [gear: '1.2']\napply from: \"${rootDir}/build.gradle\"\n",
		"gradle/shared.gradle":   "apply from: '../gradle/versions.gradle'\ndependencies { implementation \"org.example:oil:$oilVersion\" }\n",
		"gradle/unused.gradle":   "dependencies { implementation 'org.example:unused:1' }\n",
		"app/build.gradle": "apply from: \"$projectDir/own/more.gradle\"\napply from: 'no/such.gradle'\napply from: 'https://files.example.org/x.gradle'\n" +
			"apply { from 'own/kotlin.gradle.kts' }\ndependencies {\n  implementation \"org.example:gear:${versions.gear}\"\n  implementation \"org.example:nail:$nailVersion\"\n}\n",
		"app/own/more.gradle":       "ext.nailVersion = '1.3'\ndependencies { testImplementation \"org.example:pin:$nailVersion\" }\n",
		"app/own/kotlin.gradle.kts": "dependencies { \"implementation\"(\"org.example:bell:1.4\") }\n",
	}
}

func TestLooseApply(t *testing.T) {
	t.Parallel()
	tree := applying()
	r := run(t, mapFS(tree), options())
	want := []string{
		"app/build.gradle: org.example:gear 1.2", "app/build.gradle: org.example:nail 1.3",
		"app/own/kotlin.gradle.kts: org.example:bell 1.4", "app/own/more.gradle: org.example:pin 1.3", "gradle/shared.gradle: org.example:oil 1.1",
	}
	if diff := cmp.Diff(want, from(r)); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	same(t, "app/build.gradle read: 2 other scripts are applied, which are not read, first on line 3\n"+
		"app/own/kotlin.gradle.kts read\napp/own/more.gradle read\nbuild.gradle read\ngradle/shared.gradle read\n"+
		"gradle/versions.gradle read\nsettings.gradle read\n", ledger(r))

	o := options()
	var err error
	if o.Globs, err = glob.Parse([]string{"**", "!app/own/**"}); err != nil {
		t.Fatal(err)
	}
	if l := ledger(run(t, mapFS(tree), o)); !strings.Contains(l, "app/own/more.gradle skipped-by-rule: left out by the list of globs\n") {
		t.Error(l)
	}

	tree["app/gradle.lockfile"] = "org.example:gear:1.2=runtimeClasspath\norg.example:nail:1.3=runtimeClasspath\n" +
		"org.example:pin:1.3=testRuntimeClasspath\norg.example:bell:1.5=runtimeClasspath\nempty=\n"
	r = run(t, mapFS(tree), options())
	want = []string{"app/gradle.lockfile: org.example:gear 1.2", "app/gradle.lockfile: org.example:nail 1.3",
		"app/gradle.lockfile: org.example:pin 1.3", "app/gradle.lockfile: org.example:bell 1.5", "gradle/shared.gradle: org.example:oil 1.1"}
	if diff := cmp.Diff(want, from(r)); diff != "" {
		t.Errorf("locked: mismatch (-want +got):\n%s", diff)
	}
}

// TestJoinOneFile: a file that is scanned alone has the versions that others give
// it, and nothing else of them; what it applies is a part of it.
func TestJoinOneFile(t *testing.T) {
	t.Parallel()
	tree := applying()
	tree["gradle.properties"] = "hammerVersion=1.5\n"
	tree["gradle/libs.versions.toml"] = "[libraries]\nbellows = \"org.example:bellows:1.6\"\ncoal = \"org.example:coal:1.7\"\n"
	tree["app/build.gradle"] += "dependencies {\n implementation libs.bellows\n implementation \"org.example:hammer:$hammerVersion\"\n}"
	tree["parent.xml"] = pomOf("parent", childOf("above/pom.xml", "above"), asking(dep("org.example:not-asked-for:1")))
	tree["above/pom.xml"] = pomOf("above", managing(dep("org.example:gear:2.0")))
	tree["app/pom.xml"] = pomOf("app", childOf("../parent.xml", "parent"), asking(dep("org.example:gear")))
	for name, want := range map[string][]string{
		"app/pom.xml": {"app/pom.xml: org.example:gear 2.0"},
		"app/build.gradle": {
			"app/build.gradle: org.example:gear 1.2", "app/build.gradle: org.example:nail 1.3", "app/build.gradle: org.example:bellows 1.6",
			"app/build.gradle: org.example:hammer 1.5",
			"app/own/kotlin.gradle.kts: org.example:bell 1.4", "app/own/more.gradle: org.example:pin 1.3",
		},
	} {
		o := options()
		o.Only = []string{name}
		r := run(t, mapFS(tree), o)
		if diff := cmp.Diff(want, from(r)); diff != "" {
			t.Errorf("%s: mismatch (-want +got):\n%s", name, diff)
		}
		for _, e := range r.Ledger {
			helps := strings.Contains(e.Reason, "it is read only for what it gives to the file that is scanned")
			if asked := strings.HasPrefix(e.Path, "app/"); helps == asked || e.Path == "gradle/unused.gradle" {
				t.Errorf("%s: %s: %s", name, e.Path, e.Reason)
			}
		}
	}
}

// TestLooseHostile: a row of scripts of which each applies the next, scripts that
// apply very many, and folders, links and other things in the place of files.
func TestLooseHostile(t *testing.T) {
	t.Parallel()
	row := map[string]string{"build.gradle": "apply from: 's0.gradle'\n"}
	for i := range 1000 {
		row[fmt.Sprintf("s%d.gradle", i)] = fmt.Sprintf("apply from: 's%d.gradle'\napply from: 's%d.gradle'\n", i+1, i)
	}
	start := time.Now()
	r := run(t, mapFS(row), options())
	if took := time.Since(start); took > 20*time.Second {
		t.Errorf("took %v", took)
	}
	if len(r.Ledger) != 1001 || !slices.ContainsFunc(strings.Split(ledger(r), "\n"), func(l string) bool {
		return strings.HasPrefix(l, "build.gradle failed") && strings.Contains(l, "builds on more than 200 files")
	}) {
		t.Errorf("%d files: %.200s", len(r.Ledger), ledger(r))
	}
	r = run(t, mapFS(map[string]string{
		"build.gradle":   "apply from: 'x.gradle'\napply from: '../../out.gradle'\napply from: '/etc/y.gradle'\napply from: 'build.gradle'\napply from: \"$rootDir\"\napply from: 'pom.xml'\n",
		"x.gradle/a.txt": "",
		"pom.xml":        pomOf("x", childOf("a.gradle/../x.gradle", "y")),
	}), options())
	same(t, "build.gradle read: 6 other scripts are applied, which are not read, first on line 3\npom.xml read\n", ledger(r))
}

package gradlevalues_test

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/maven/gradlevalues"
)

func TestLookup(t *testing.T) {
	t.Parallel()
	p := gradlevalues.Properties{"anvilVersion": "1.0", "versions.anvil": "2.0", "project": "3.0"}
	for name, want := range map[string]string{
		"anvilVersion": "1.0", "rootProject.ext.anvilVersion": "1.0", "project.anvilVersion": "1.0", "ext.versions.anvil": "2.0",
		"project": "3.0", "other": "", "versions": "", "other.anvilVersion": "", "ext": "",
	} {
		if got, ok := p.Lookup(name); got != want || ok != (want != "") {
			t.Errorf("Lookup(%q) = %q, %t, want %q", name, got, ok, want)
		}
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	if got := gradlevalues.Accessor("forge-core_test.kit"); got != "forge.core.test.kit" {
		t.Errorf("got %q", got)
	}
	if got := gradlevalues.Marker("org.example.forge"); got != "org.example.forge:org.example.forge.gradle.plugin" {
		t.Errorf("got %q", got)
	}
}

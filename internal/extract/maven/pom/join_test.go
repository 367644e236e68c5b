package pom_test

import (
	"context"
	"testing"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/maven/pom"
)

// TestJoinOfManagedPlugins: what a project manages of a plugin without saying its
// version adds to what its parent manages, as Maven inherits plugins.
func TestJoinOfManagedPlugins(t *testing.T) {
	t.Parallel()
	const plugin = `<plugin><groupId>org.example</groupId><artifactId>generate-plugin</artifactId>`
	read := func(content string) extract.File {
		t.Helper()
		file, err := pom.New().Extract(context.Background(), extract.Input{Path: "pom.xml", Data: []byte(content)})
		if err != nil {
			t.Fatal(err)
		}
		return file
	}
	parent := read(`<project><groupId>org.example</groupId><artifactId>above</artifactId><version>1</version>
<build><pluginManagement><plugins>` + plugin + `<version>1.3.3</version></plugin></plugins></pluginManagement></build></project>`)
	child := read(`<project><parent><groupId>org.example</groupId><artifactId>above</artifactId><version>1</version></parent><artifactId>below</artifactId>
<build><pluginManagement><plugins>` + plugin + `</plugin></plugins></pluginManagement>
<plugins>` + plugin + `</plugin></plugins></build></project>`)
	got := pom.New().Join(child, []extract.File{parent})
	if len(got.Declared) != 1 || got.Declared[0].Constraint != "1.3.3" {
		t.Errorf("declared: %+v", got.Declared)
	}
}

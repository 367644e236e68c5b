package pom_test

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/extracttest"
	"github.com/assay-sca/assay/internal/extract/maven/pom"
)

// What a pattern cannot know to be no dependency is taken out first.
var (
	notDependencies = regexp.MustCompile(`(?s)<!--.*?-->|<configuration>.*?</configuration>|<exclusions>.*?</exclusions>`)
	managedPlugins  = regexp.MustCompile(`(?s)<pluginManagement>.*?</pluginManagement>`)
	managed         = regexp.MustCompile(`(?s)<dependencyManagement>.*?</dependencyManagement>`)
	imports         = regexp.MustCompile(`<scope>import</scope>`)
	dependency      = regexp.MustCompile(`<dependency>`)
	declaration     = regexp.MustCompile(`<(dependency|plugin|extension)>`)
)

// TestReal counts the declarations of real projects by patterns too.
func TestReal(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ files, declarations int }{
		"maven-dependency-track": {76, 805},
		"maven-dependencycheck":  {6, 186},
		"maven-petclinic":        {1, 36},
	}
	for project, want := range tests {
		t.Run(project, func(t *testing.T) {
			t.Parallel()
			files, declarations := 0, 0
			err := filepath.WalkDir(extracttest.Fixture(t, project), func(path string, d fs.DirEntry, err error) error {
				if err != nil || d.Name() != "pom.xml" {
					return err
				}
				data, err := os.ReadFile(path)
				if err != nil {
					return err
				}
				file, err := pom.New().Extract(context.Background(), extract.Input{Path: "pom.xml", Data: data})
				if err != nil || len(file.Problems) > 0 {
					t.Errorf("%s: faults: %v %v", path, err, file.Problems)
				}
				if got, want := len(file.Declared), naive(data); got != want {
					t.Errorf("%s: %d declarations, want %d", path, got, want)
				}
				files++
				declarations += len(file.Declared)
				return nil
			})
			if err != nil || files != want.files || declarations != want.declarations {
				t.Errorf("got %d files with %d declarations, want %v, error %v", files, declarations, want, err)
			}
		})
	}
}

func naive(data []byte) int {
	data = notDependencies.ReplaceAll(data, nil)
	count := len(imports.FindAll(data, -1))
	data = managed.ReplaceAll(data, nil)
	for _, plugins := range managedPlugins.FindAll(data, -1) {
		count += len(dependency.FindAll(plugins, -1))
	}
	return count + len(declaration.FindAll(managedPlugins.ReplaceAll(data, nil), -1))
}

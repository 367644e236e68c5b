package gradlebuild_test

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/extracttest"
	"github.com/assay-sca/assay/internal/extract/maven/gradlebuild"
)

var (
	comment    = regexp.MustCompile(`(?m)^\s*//.*$`)
	dependency = regexp.MustCompile(`(?m)^\s*(implementation|api|compileOnly|runtimeOnly|developmentOnly|checkstyle|testImplementation|detektPlugins|signature|"?ktlint"?|\w*[sS]ignature)[ (]+(platform\()?(["']|group|libs\.|kotlin\()`)
	plugin     = regexp.MustCompile(`(?m)^\s*(id\b.*\bversion\b|kotlin\(.*\) version|alias\()`)
)

// TestReal counts the declarations of real scripts by patterns too.
func TestReal(t *testing.T) {
	t.Parallel()
	for project, want := range map[string]int{
		"gradle-okhttp": 68, "gradle-terra": 34, "gradle-lock-terra": 11, "gradle-lock-kotlin-bip39": 12, "maven-petclinic": 31,
	} {
		got := 0
		err := filepath.WalkDir(extracttest.Fixture(t, project), func(path string, d fs.DirEntry, err error) error {
			if err != nil || !gradlebuild.New().Wants(filepath.ToSlash(path)) {
				return err
			}
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			file, err := gradlebuild.New().Extract(context.Background(), extract.Input{Path: d.Name(), Data: data})
			if err != nil || len(file.Problems) > 0 {
				t.Errorf("%s: faults: %v %v", path, err, file.Problems)
			}
			data = comment.ReplaceAll(data, nil)
			count := len(dependency.FindAll(data, -1)) + len(plugin.FindAll(data, -1))
			if len(file.Declared) != count {
				t.Errorf("%s: %d declarations, %d by the patterns", path, len(file.Declared), count)
			}
			got += len(file.Declared)
			return nil
		})
		if err != nil || got != want {
			t.Errorf("%s: %d declarations, want %d, error %v", project, got, want, err)
		}
	}
}

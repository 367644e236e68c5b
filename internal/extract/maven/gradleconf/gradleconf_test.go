package gradleconf_test

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/maven/gradleconf"
	"github.com/assay-sca/assay/internal/inventory"
)

func TestScope(t *testing.T) {
	t.Parallel()
	tests := map[inventory.Scope][]string{
		inventory.ScopeRuntime: {
			"implementation", "api", "runtimeOnly", "compile", "runtime", "default", "runtimeClasspath", "compileClasspath",
			"productionRuntimeClasspath", "releaseRuntimeClasspath", "debugImplementation", "jvmMainApiDependenciesMetadata",
			"iosX64CompileKlibraries", "fastestImplementation", "latestRuntimeClasspath", "commonMainApi",
		},
		inventory.ScopeTest: {
			"testImplementation", "testRuntimeClasspath", "androidTestImplementation", "jvmTestCompileClasspath", "testing",
			"testFixturesApi", "integrationTest", "testAnnotationProcessor", "kaptTest", "jmhImplementation", "iosX64TestCompileKlibraries",
			"dokkaTests",
		},
		inventory.ScopeBuild: {
			"annotationProcessor", "debugAnnotationProcessor", "kapt", "ksp", "compileOnly", "compileOnlyApi", "jvmMainCompileOnlyDependenciesMetadata",
			"providedCompile", "classpath", "ktlint", "checkstyle", "dokkaGfmRuntime", "kotlinCompilerClasspath", "kotlinBuildToolsApiClasspath",
			"jacocoAgent", "spotbugs", "latest", "",
		},
		inventory.ScopeDev: {"developmentOnly"},
	}
	for want, names := range tests {
		for _, name := range names {
			if got := gradleconf.Scope(name); got != want {
				t.Errorf("Scope(%q) = %q, want %q", name, got, want)
			}
		}
	}
}

// Package gradleconf knows what the names of Gradle's configurations say about
// the scope of what is in them. It is what Gradle's build scripts and lockfiles
// have in common; it reads no files.
package gradleconf

import (
	"strings"

	"github.com/assay-sca/assay/internal/inventory"
)

// Scope is the scope of what a configuration such as "testImplementation" or
// "releaseRuntimeClasspath" holds. Gradle's own configurations are named by what
// they are for, with the source set in front; a configuration of another name
// belongs to a tool of the build.
func Scope(name string) inventory.Scope {
	switch {
	case isTest(name):
		return inventory.ScopeTest
	case name == "developmentOnly" || name == "testAndDevelopmentOnly":
		return inventory.ScopeDev
	case strings.Contains(name, "ompileOnly"), strings.HasPrefix(name, "provided"):
		return inventory.ScopeBuild // there to compile against; something else brings it at run time
	case isTool(name):
		return inventory.ScopeBuild
	}
	for _, suffix := range endings {
		if strings.HasSuffix(name, suffix) {
			return inventory.ScopeRuntime
		}
	}
	switch name {
	case "implementation", "api", "runtimeOnly", "runtimeClasspath", "compileClasspath", "compile", "runtime", "default",
		"apk", "archives", "shadow", "shade", "embed", "bundle", "include", "coreLibraryDesugaring":
		return inventory.ScopeRuntime
	}
	return inventory.ScopeBuild
}

// endings are those of the configurations of a source set, a variant or a Kotlin
// target, whose name stands in front: "debugImplementation".
var endings = []string{ //nolint:gochecknoglobals // a table
	"Implementation", "Api", "RuntimeOnly", "RuntimeClasspath", "CompileClasspath", "RuntimeElements", "ApiElements",
	"CompileKlibraries", "DependenciesMetadata", "CompilationApi",
	"Compile", "Apk", // of old Android builds
}

// isTest finds the word "test" in a name of joined words. "latest" has no such
// word.
func isTest(name string) bool {
	for at := 0; at < len(name); at++ {
		found := hasWord(name, at, "Test") || hasWord(name, at, "Jmh")
		if at == 0 {
			found = hasWord(name, at, "test") || hasWord(name, at, "jmh")
		}
		if found {
			return true
		}
	}
	return false
}

// hasWord tells whether the word stands at a place and ends there: the next
// letter is a capital, or none. The plural and "testing" count too.
func hasWord(name string, at int, word string) bool {
	rest, ok := strings.CutPrefix(name[at:], word)
	if !ok {
		return false
	}
	rest = strings.TrimPrefix(strings.TrimPrefix(rest, "ing"), "s")
	return rest == "" || rest[0] < 'a' || rest[0] > 'z'
}

// isTool names configurations that end like those of a source set.
func isTool(name string) bool {
	for _, prefix := range []string{"kotlinBuildTools", "kotlinCompiler", "dokka", "kover", "detekt", "ktlint", "kapt", "ksp"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return strings.HasSuffix(name, "nnotationProcessor")
}

package app

import (
	"slices"
	"strings"

	"github.com/assay-sca/assay/internal/purl"
)

// languages names the ecosystems that a language's packages come from. A name of
// an ecosystem is a language, too.
func languages() map[string][]string {
	return map[string][]string{
		"javascript": {purl.NPM, purl.JSR}, "typescript": {purl.NPM, purl.JSR}, "nodejs": {purl.NPM, purl.JSR},
		"python": {purl.PyPI}, "java": {purl.Maven}, "kotlin": {purl.Maven}, "scala": {purl.Maven}, "go": {purl.Go}, "golang": {purl.Go},
		"rust": {purl.Cargo}, "ruby": {purl.RubyGems}, "php": {purl.Packagist}, "dotnet": {purl.NuGet}, "csharp": {purl.NuGet},
		"dart": {purl.Pub}, "elixir": {purl.Hex}, "erlang": {purl.Hex}, "haskell": {purl.Hackage}, "r": {purl.CRAN}, "julia": {purl.Julia},
		"ocaml": {purl.Opam}, "c": {purl.Conan, purl.Vcpkg}, "c++": {purl.Conan, purl.Vcpkg}, "cpp": {purl.Conan, purl.Vcpkg},
		"swift": {purl.Swift, purl.CocoaPods}, "objective-c": {purl.CocoaPods}, "perl": {purl.CPAN}, "lua": {purl.LuaRocks},
	}
}

// EcosystemsOf are the ecosystems of a language, or the one of that name, whatever
// its case; known is false for what is neither.
func EcosystemsOf(language string) (ecosystems []string, known bool) {
	if list, ok := languages()[strings.ToLower(language)]; ok {
		return list, true
	}
	for _, e := range purl.Ecosystems() {
		if strings.EqualFold(e, language) {
			return []string{e}, true
		}
	}
	return nil, false
}

// LanguagesOf names the languages that ecosystems are of, sorted: for each the
// first of its names, or the ecosystem's own.
func LanguagesOf(ecosystems []string) []string {
	primary := map[string]string{
		purl.NPM: "javascript", purl.JSR: "javascript", purl.PyPI: "python", purl.Maven: "java", purl.Go: "go", purl.Cargo: "rust",
		purl.RubyGems: "ruby", purl.Packagist: "php", purl.NuGet: "dotnet", purl.Pub: "dart", purl.Hex: "elixir", purl.Hackage: "haskell",
		purl.CRAN: "r", purl.Julia: "julia", purl.Opam: "ocaml", purl.Conan: "c++", purl.Vcpkg: "c++", purl.Swift: "swift",
		purl.CocoaPods: "swift", purl.CPAN: "perl", purl.LuaRocks: "lua",
	}
	var out []string
	for _, e := range ecosystems {
		name, ok := primary[e]
		if !ok {
			name = strings.ToLower(e)
		}
		out = append(out, name)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Package archtest keeps the architecture true: who may import whom, where the
// outside world may be touched, and what each package owes its reader. Every rule
// states its reason, and its test shows a made-up package that breaks it.
//
// The tables in rooms.go and modules.go are data: a new room or a new dependency
// is a line there, with its reason, in the same change that adds it.
package archtest

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// Module is the import path that all packages share.
const Module = "github.com/assay-sca/assay"

// Package is what the rules need to know of one package. Paths of packages of
// this module are relative to it: "internal/purl".
type Package struct {
	Path        string
	Name        string
	Doc         string   // the package comment
	Imports     []string // of the package itself, without its tests
	TestImports []string // of its tests
	Uses        []Use    // selectors of imported packages, without tests
	Inits       []string // positions of init functions
	TestFuncs   []string // names of top-level functions in its tests
	OnlyTests   bool     // it has no files but tests
}

// Use is one mention of an imported package's name, such as os.Getenv.
type Use struct {
	Name string // import path, dot, name: "net/http.Get"
	At   string // file and line
}

// Fault is one breach of a rule.
type Fault struct {
	Package string
	Problem string
	Reason  string // why there is such a rule
}

// String is the fault in one line.
func (f Fault) String() string {
	return fmt.Sprintf("%s %s (because %s)", f.Package, f.Problem, f.Reason)
}

// Check applies every rule to the packages of the module.
func Check(pkgs []Package) []Fault {
	var faults []Fault
	for _, rule := range []func([]Package) []Fault{
		checkRooms, checkLeaves, checkRegistries, checkShared, checkTestOnly,
		checkImports, checkUses, checkModules, checkInits, checkDocs, checkParsers,
	} {
		faults = append(faults, rule(pkgs)...)
	}
	return faults
}

// checkRooms lets imports point downwards only.
func checkRooms(pkgs []Package) []Fault {
	var faults []Fault
	for _, p := range pkgs {
		if outside(p.Path) {
			continue
		}
		from, ok := roomOf(p.Path)
		if !ok {
			faults = append(faults, Fault{p.Path, "is in no room of the table in rooms.go", "a room without a level can be imported from anywhere"})
			continue
		}
		for _, imported := range internal(p.Imports) {
			to, ok := roomOf(imported)
			if ok && !mayImport(from, to) {
				faults = append(faults, Fault{p.Path, "imports " + imported, to.reason(from)})
			}
		}
	}
	return faults
}

// mayImport tells whether a package of one room may import a package of another.
func mayImport(from, to place) bool {
	if from.room.path == to.room.path {
		return true
	}
	if from.room.level != to.room.level {
		return from.room.level > to.room.level
	}
	return from.room.level.ordered() && to.index < from.index
}

// reason says why a room may not be imported from another.
func (to place) reason(from place) string {
	if to.room.level == from.room.level {
		if to.room.level.ordered() {
			return fmt.Sprintf("within the level %q a room imports only those listed above it", from.room.level)
		}
		return fmt.Sprintf("rooms of the level %q never import each other: each declares the interface it needs", from.room.level)
	}
	return fmt.Sprintf("imports point downwards: %q is above %q", to.room.level, from.room.level)
}

// checkLeaves lets a leaf be imported by its registry alone.
func checkLeaves(pkgs []Package) []Fault {
	var faults []Fault
	for _, p := range pkgs {
		for _, imported := range internal(p.Imports) {
			family, ok := leafOf(imported)
			if ok && p.Path != family.registry() && p.Path != imported {
				faults = append(faults, Fault{p.Path, "imports the leaf " + imported,
					"only " + family.registry() + " knows the leaves: adding one touches one folder and one line"})
			}
			if isRegistry(imported) && !slices.Contains(wiredBy[imported], p.Path) && !testOnly(p.Path) && !outside(p.Path) {
				faults = append(faults, Fault{p.Path, "imports the registry " + imported,
					"only the wiring chooses what takes part; the stages are tested with two of each"})
			}
		}
	}
	return faults
}

// checkRegistries finds leaves that nobody registered.
func checkRegistries(pkgs []Package) []Fault {
	imports := map[string][]string{}
	for _, p := range pkgs {
		imports[p.Path] = internal(p.Imports)
	}
	var faults []Fault
	for _, p := range pkgs {
		family, ok := leafOf(p.Path)
		if ok && !slices.Contains(imports[family.registry()], p.Path) {
			faults = append(faults, Fault{p.Path, "is not in " + family.registry(), "a leaf that is not registered never runs"})
		}
	}
	return faults
}

// checkShared keeps what the leaves of one ecosystem share among them.
func checkShared(pkgs []Package) []Fault {
	var faults []Fault
	for _, p := range pkgs {
		for _, imported := range internal(p.Imports) {
			if _, ok := shared[imported]; ok && !strings.HasPrefix(p.Path, path.Dir(imported)+"/") {
				faults = append(faults, Fault{p.Path, "imports " + imported,
					"it is shared by the leaves beside it only; what others need belongs to a lower level"})
			}
		}
	}
	return faults
}

// checkTestOnly keeps test support out of the binary.
func checkTestOnly(pkgs []Package) []Fault {
	const reason = "support for tests never becomes part of the binary"
	var faults []Fault
	for _, p := range pkgs {
		if testOnly(p.Path) || outside(p.Path) {
			continue
		}
		for _, imported := range p.Imports {
			if imported == "testing" || strings.HasPrefix(imported, "testing/") || testOnly(relative(imported)) {
				faults = append(faults, Fault{p.Path, "imports " + imported, reason})
			}
		}
	}
	return faults
}

// checkImports applies the table of guarded packages of the standard library.
func checkImports(pkgs []Package) []Fault {
	var faults []Fault
	for _, p := range pkgs {
		if testOnly(p.Path) || outside(p.Path) {
			continue
		}
		for _, imported := range p.Imports {
			g, ok := guardedImports[imported]
			if ok && !within(p.Path, g.allowed) {
				faults = append(faults, Fault{p.Path, "imports " + imported, g.reason})
			}
			if reason, ok := impure[imported]; ok && pure(p.Path) {
				faults = append(faults, Fault{p.Path, "imports " + imported, reason})
			}
		}
	}
	return faults
}

// checkUses applies the table of guarded names.
func checkUses(pkgs []Package) []Fault {
	var faults []Fault
	for _, p := range pkgs {
		if testOnly(p.Path) || outside(p.Path) {
			continue
		}
		for _, use := range p.Uses {
			if g, ok := guardedNames[use.Name]; ok && !within(p.Path, g.allowed) {
				faults = append(faults, Fault{p.Path, "uses " + use.Name + " at " + use.At, g.reason})
			}
		}
	}
	return faults
}

// checkModules lets each third-party module in only where it was meant to be.
func checkModules(pkgs []Package) []Fault {
	var faults []Fault
	for _, p := range pkgs {
		for _, imported := range thirdParty(p.Imports) {
			name, m, ok := moduleOf(imported)
			switch {
			case !ok:
				faults = append(faults, Fault{p.Path, "imports " + imported, "a new dependency needs a line with its reason in modules.go"})
			case !within(p.Path, m.users) && !testOnly(p.Path) && !outside(p.Path):
				faults = append(faults, Fault{p.Path, "imports " + imported, name + " is for: " + m.reason})
			}
		}
		for _, imported := range thirdParty(p.TestImports) {
			if _, _, ok := moduleOf(imported); !ok {
				faults = append(faults, Fault{p.Path, "imports " + imported + " in its tests", "a new dependency needs a line with its reason in modules.go"})
			}
		}
	}
	return faults
}

// checkInits forbids init functions.
func checkInits(pkgs []Package) []Fault {
	var faults []Fault
	for _, p := range pkgs {
		for _, at := range p.Inits {
			faults = append(faults, Fault{p.Path, "has an init function at " + at, "what runs before main costs every command time and cannot be tested or reordered"})
		}
	}
	return faults
}

// checkDocs wants a comment on every package.
func checkDocs(pkgs []Package) []Fault {
	var faults []Fault
	for _, p := range pkgs {
		if p.Doc == "" && !p.OnlyTests {
			faults = append(faults, Fault{p.Path, "has no package comment", "it says what the package is for and what it must not know"})
		}
	}
	return faults
}

// checkParsers wants a fuzz target and a benchmark of every format that reads
// what strangers wrote.
func checkParsers(pkgs []Package) []Fault {
	var faults []Fault
	for _, p := range pkgs {
		family, ok := leafOf(p.Path)
		if !ok || !family.parsers {
			continue
		}
		for _, prefix := range []string{"Fuzz", "Benchmark"} {
			if !slices.ContainsFunc(p.TestFuncs, func(name string) bool { return strings.HasPrefix(name, prefix) }) {
				faults = append(faults, Fault{p.Path, "has no " + prefix + " function in its tests", "scanned input is hostile and large: every parser is fuzzed and measured"})
			}
		}
	}
	return faults
}

package archtest

import (
	"path"
	"slices"
	"strings"
)

// level is a storey of the house; imports point downwards.
type level int

// The levels, lowest first.
const (
	vocabulary level = iota // words and pure rules
	means                   // shared means
	stage                   // one step of the scan
	join                    // puts the steps together
	memory                  // the server's store and verbs
	edge                    // how the server is reached
	wiring                  // configuration and commands
	program                 // main packages
)

// String names the level.
func (l level) String() string {
	return [...]string{"vocabulary", "means", "stage", "join", "memory", "edge", "wiring", "program"}[l]
}

// ordered tells whether rooms of the level may import those listed above them.
// In the others they do not import one another at all.
func (l level) ordered() bool { return l != stage && l != edge }

// room is a folder and everything below it, as far as no longer path is listed.
type room struct {
	path  string
	level level
}

// rooms is the house, in reading order. Rooms that are not built yet are listed
// so that their place is settled before they are.
var rooms = []room{
	{"internal/errs", vocabulary},
	{"internal/purl", vocabulary},
	{"internal/version", vocabulary},
	{"internal/severity", vocabulary},
	{"internal/distro", vocabulary},
	{"internal/cpe", vocabulary},
	{"internal/inventory", vocabulary},
	{"internal/advisory", vocabulary},
	{"internal/finding", vocabulary},
	{"internal/vex", vocabulary},
	{"internal/graph", vocabulary},
	{"internal/glob", vocabulary},
	{"internal/repourl", vocabulary},
	{"internal/policy", vocabulary},
	{"internal/score", vocabulary},
	{"internal/soup", vocabulary},
	{"internal/audit", vocabulary},

	{"internal/safe", means},
	{"internal/lines", means},
	{"internal/jsonstream", means},
	{"internal/tomltree", means},
	{"internal/xmlstream", means},
	{"internal/yamltree", means},
	{"internal/codec", means},

	{"internal/source", stage},
	{"internal/extract", stage},
	{"internal/vulndb", stage},
	{"internal/match", stage},
	{"internal/report", stage},
	{"internal/registry", stage},
	{"internal/analyzer", stage},
	{"internal/watch", stage},
	{"internal/notify", stage},

	{"internal/scan", join},

	{"internal/store", memory},
	{"internal/sqlstore", memory},
	{"internal/blob", memory},
	{"internal/jobs", memory},
	{"internal/auth", memory},
	{"internal/app", memory},
	{"internal/pipeline", memory},

	{"internal/httpapi", edge},
	{"internal/webui", edge},
	{"internal/worker", edge},
	{"internal/hook", edge},

	{"internal/config", wiring},
	{"internal/telemetry", wiring},
	{"internal/server", wiring},
	{"internal/cli", wiring},
	{"internal/archtest", wiring},

	{"cmd", program},
}

// place is a room and where it stands in the list.
type place struct {
	room  room
	index int
}

func roomOf(p string) (place, bool) {
	for i, r := range rooms {
		if under(p, r.path) {
			return place{r, i}, true
		}
	}
	return place{}, false
}

// family is a kind of leaves: the packages a given number of folders below dir.
type family struct {
	dir     string
	depth   int
	parsers bool // they read what strangers wrote
}

// registry is the one package that imports the leaves.
func (f family) registry() string { return f.dir + "/all" }

var families = []family{
	{dir: "internal/extract", depth: 2, parsers: true},
	{dir: "internal/vulndb/feed", depth: 1},
	{dir: "internal/match", depth: 1},
	{dir: "internal/report", depth: 1},
}

// shared are packages that stand among leaves and are none: what several leaves
// beside them have in common.
var shared = map[string]string{
	"internal/extract/conan/reference":    "Conan's references",
	"internal/extract/cpan/moduleindex":   "which distributions of Perl have which modules",
	"internal/extract/gitref":             "what a reference to a git repository is",
	"internal/extract/golang/directive":   "the lines of go.mod and go.work",
	"internal/extract/hex/term":           "terms of Elixir and Erlang",
	"internal/extract/imageref":           "names of container images",
	"internal/extract/jsonfile":           "formats that are one JSON object",
	"internal/extract/maven/gradleconf":   "what the names of Gradle's configurations say of scopes",
	"internal/extract/maven/gradlevalues": "what Gradle's files take from one another",
	"internal/extract/npm/modtree":        "the tree of modules of npm's and bun's locks",
	"internal/extract/npm/npmjson":        "tokens and names of npm's JSON files",
	"internal/extract/npm/npmspec":        "what a dependency's specifier means to npm, yarn, pnpm and bun",
	"internal/extract/npm/refgraph":       "edges by name and version, of yarn's and pnpm's locks",
	"internal/extract/nuget/libgraph":     "libraries and targets of what .NET's build writes",
	"internal/extract/nuget/msbuild":      "items of MSBuild's files that name packages",
	"internal/extract/nuget/xmlwalk":      "the XML of .NET's files, element by element",
	"internal/extract/packagist/platform": "which of Composer's names are no packages",
	"internal/extract/pypi/declared":      "what Python's manifests declare",
	"internal/extract/pypi/lockgraph":     "edges and scopes of Python's TOML locks",
	"internal/extract/pypi/pep508":        "a requirement with extras and markers",
	"internal/extract/rubycall":           "calls of Ruby scripts",
	"internal/extract/script":             "tokens of formats that are programs",
	"internal/extract/swift/repository":   "names of Swift packages, which their repositories give",
	"internal/vulndb/feed/field":          "what fields of feeds hold alike: CVE ids, dates, times",
	"internal/vulndb/feed/fileset":        "feeds that are files: folders, archives, compressed or not",
	"internal/vulndb/feed/jsonlist":       "feeds that are one JSON document with long lists in it",
	"internal/vulndb/feed/secdb":          "the layout of Alpine's security database",
	"internal/vulndb/feed/gather":         "records that come in pieces, from many files or places",
	"internal/vulndb/feed/osvrecord":      "records in the OSV schema, which several databases publish",
	"internal/vulndb/feed/spans":          "requirements of versions as intervals, and what they leave",
	"internal/vulndb/feed/treejson":       "YAML and TOML as JSON",
	"internal/vulndb/feed/rpmfeed":        "updated packages of rpm distributions, and streams of records",
	"internal/vulndb/feed/updateinfo":     "the lists of updates of rpm repositories",
	"internal/vulndb/feed/csaf":           "documents of the Common Security Advisory Framework",
}

// leafOf is the family of a package that is a leaf.
func leafOf(p string) (family, bool) {
	for _, f := range families {
		rest, ok := strings.CutPrefix(p, f.dir+"/")
		if !ok || strings.Count(rest, "/") != f.depth-1 || testOnly(p) || isRegistry(p) {
			continue
		}
		if _, ok := shared[p]; !ok {
			return f, true
		}
	}
	return family{}, false
}

func isRegistry(p string) bool {
	return slices.ContainsFunc(families, func(f family) bool { return f.registry() == p })
}

// wiredBy lists who may import a registry of leaves, beside tests.
var wiredBy = map[string][]string{
	"internal/extract/all":     {"internal/cli", "internal/server"},
	"internal/match/all":       {"internal/cli", "internal/server"},
	"internal/report/all":      {"internal/cli", "internal/server"},
	"internal/vulndb/feed/all": {"internal/cli", "internal/server"},
}

// guard is a list of places where something is allowed, and why only there.
type guard struct {
	reason  string
	allowed []string // packages, with all below them
}

var (
	sqlGuard = guard{"storage can be swapped, and no query hides in a loop over components, while SQL stays in few rooms",
		[]string{"internal/vulndb", "internal/sqlstore", "internal/extract/os/rpm", "internal/jobs"}}
	httpGuard = guard{"offline is provable only while few rooms can speak to the network; each is given its client",
		[]string{
			"internal/safe",                                                                                // the egress guard
			"internal/vulndb/update",                                                                       // downloads the database
			"internal/vulndb/feed",                                                                         // downloads sources of advisories
			"internal/source/image",                                                                        // container registries
			"internal/registry",                                                                            // package registries
			"internal/blob",                                                                                // object stores
			"internal/notify",                                                                              // webhooks out
			"internal/auth",                                                                                // single sign-on
			"internal/httpapi", "internal/webui", "internal/hook", "internal/server", "internal/telemetry", // serving
			"internal/cli", // makes the clients
		}}
	execGuard = guard{"scanned code is never executed: only git and sandboxed analyzers are run",
		[]string{"internal/source/git", "internal/source", "internal/analyzer"}}
)

// guardedImports are packages of the standard library that open a door outside.
var guardedImports = map[string]guard{
	"database/sql":        sqlGuard,
	"database/sql/driver": sqlGuard,
	"net/http":            httpGuard,
	"os/exec":             execGuard,
	"flag":                processGuard,
	"unsafe":              {"what looks safe stays safe", nil},
	"plugin":              {"the program is one file", nil},
}

var processGuard = guard{"everything below the wiring is a function of its arguments",
	[]string{"cmd", "internal/cli", "internal/config"}}

// guardedNames are functions and variables that reach around the arguments.
var guardedNames = map[string]guard{
	"os.Exit":      processGuard,
	"os.Args":      processGuard,
	"os.Getenv":    processGuard,
	"os.LookupEnv": processGuard,
	"os.Environ": {"a child process gets the environment by name, and only git needs the user's",
		[]string{"cmd", "internal/cli", "internal/config", "internal/source"}},
	"os.Setenv":           processGuard,
	"os.Stdin":            processGuard,
	"os.Stdout":           processGuard,
	"os.Stderr":           processGuard,
	"fmt.Print":           processGuard,
	"fmt.Printf":          processGuard,
	"fmt.Println":         processGuard,
	"log.Fatal":           processGuard,
	"log.Fatalf":          processGuard,
	"log.Printf":          processGuard,
	"log.Println":         processGuard,
	"log/slog.SetDefault": processGuard,
	"os.Chdir":            {"the working folder is shared by all goroutines", nil},
	"net/http.Get":        {"it uses the global client, without time limit or guard", nil},
	"net/http.Post":       {"it uses the global client, without time limit or guard", nil},
	"context.TODO":        {"a context comes from the caller", nil},
	"time.Now":            clockGuard,
	"time.Since":          clockGuard,
	"time.Sleep":          {"waiting is for timers that a context can end", nil},
	"math/rand.Seed":      {"results do not depend on chance", nil},
	"math/rand/v2.Int":    {"results do not depend on chance", nil},
	"context.Background": {"a context comes from the caller",
		[]string{"cmd", "internal/cli"}},
}

var clockGuard = guard{"results do not depend on the clock: the instant is an argument",
	[]string{"cmd", "internal/cli", "internal/server", "internal/telemetry", "internal/worker", "internal/jobs", "internal/pipeline", "internal/analyzer", "internal/vulndb/update"}}

// impure are packages that words and pure rules do without.
var impure = map[string]string{
	"os":            "words and pure rules do no I/O",
	"io/ioutil":     "words and pure rules do no I/O",
	"path/filepath": "words and pure rules know no machine's paths",
	"net":           "words and pure rules do no I/O",
	"log":           "words and pure rules do not log: they return",
	"log/slog":      "words and pure rules do not log: they return",
	"embed":         "tables of rules are Go: checked by the compiler, free at start",
}

// pure tells whether a package is of the vocabulary.
func pure(p string) bool {
	at, ok := roomOf(p)
	return ok && at.room.level == vocabulary
}

// testOnly tells whether a package exists for tests alone.
func testOnly(p string) bool {
	return strings.HasPrefix(p, "internal/") && (strings.HasSuffix(path.Base(p), "test") || path.Base(p) == "testkit")
}

// outside tells whether a package lies outside the house: programs for tests.
func outside(p string) bool {
	return !strings.HasPrefix(p, "internal/") && p != "internal" && !under(p, "cmd")
}

func under(p, dir string) bool { return p == dir || strings.HasPrefix(p, dir+"/") }

func within(p string, dirs []string) bool {
	return slices.ContainsFunc(dirs, func(dir string) bool { return under(p, dir) })
}

// relative takes the module's own path off an import path.
func relative(imported string) string { return strings.TrimPrefix(imported, Module+"/") }

// internal lists the imports that are of this module, relative to it.
func internal(imports []string) []string {
	var own []string
	for _, imported := range imports {
		if rest, ok := strings.CutPrefix(imported, Module+"/"); ok {
			own = append(own, rest)
		}
	}
	return own
}

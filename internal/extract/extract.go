// Package extract reads manifests and lockfiles: the contract that every format
// fulfils, the walk over a source, the bounds, the pairing of what is declared
// with what is locked, and the ledger of what was and was not read.
//
// It does not know the formats: each is a leaf below this folder, registered in
// extract/all. Nothing that is read is ever executed.
package extract

import (
	"context"

	"github.com/assay-sca/assay/internal/inventory"
)

// Role says what a file does for its project.
type Role string

// The roles of files.
const (
	Manifest     Role = "manifest"     // declares what is wanted: package.json
	Lock         Role = "lock"         // pins what was resolved: package-lock.json, go.mod
	Requirements Role = "requirements" // declares and may pin, a unit of its own: requirements.txt
	Evidence     Role = "evidence"     // seen and checked, gives no components: go.sum
)

// Format describes one file format. It is data: the walker and the
// documentation read it.
type Format struct {
	Name      string   // unique, the kind of its units: "package-lock"
	Ecosystem string   // as OSV names it
	Role      Role     //
	Files     string   // for people: "package-lock.json, npm-shrinkwrap.json"
	Manifests []string // of a Lock: names of the manifest formats it is paired with
	Suffix    string   // of a Lock for one manifest: what its name adds to that of the manifest, ".locked"
	Edges     bool     // gives dependency edges
	Scopes    bool     // tells scopes apart by itself
	Licences  bool     // carries licences
	Hashes    bool     // carries integrity hashes
	Real      bool     // checked on real projects' files, not only on our own
}

// Extractor reads one format.
type Extractor interface {
	Format() Format
	// Wants tells from a slash-separated path relative to the root whether the
	// file is of this format. It is called for every file of a tree: no I/O, no
	// allocation to speak of.
	Wants(path string) bool
	// Extract reads one file. The result depends on Input alone: the walker
	// parses equal contents once. With an error, an errs.LineError where a line is
	// known, it returns what it read before the error, so that nothing is lost; the
	// file is then in the ledger as failed.
	Extract(ctx context.Context, in Input) (File, error)
}

// Input is one file's content.
type Input struct {
	Path string // slash-separated, relative to the root; use it for its base name only
	Data []byte // whole, UTF-8 without a byte-order mark; not to be modified or kept
}

// File is what one file says. Strings in it must not share memory with Input.Data.
type File struct {
	Name string // the project's own package name, where the file has it

	// Packages are those that the file pins, or lists without a pin.
	Packages []Package
	// Edges join Packages by index.
	Edges []inventory.Edge
	// DirectKnown is set by a lock that itself tells direct from transitive, by
	// Package.Direct. Otherwise the paired manifests tell.
	DirectKnown bool

	// Partial is set by a lock that pins only some of what is needed: what it lacks
	// is not pinned, but no disagreement either.
	Partial bool

	// Declared are a manifest's dependencies.
	Declared []Declaration

	// Includes are other files that belong to this one (requirements -r and -c).
	Includes []Include

	// Members are the folders, relative to this file's, of further manifests that
	// this lock governs (workspaces). A member may be a glob with * and **.
	Members []string

	// Basis is what the format keeps of the file to complete others by, when it or
	// another of its formats is a Joiner. Nobody else looks into it.
	Basis any

	// Problems are faults that did not stop the reading, such as a duplicate key.
	// A file with problems is in the ledger as failed, its packages are kept.
	Problems []Problem
	// Notes explain what was left out on purpose; they change no state.
	Notes []string
}

// Package is one package in a file.
type Package struct {
	Ecosystem string // empty: the format's ecosystem
	Name      string // as written; normalised later, by purl's rules
	Version   string // empty: not pinned
	Origin    inventory.Origin
	Direct    bool
	Scope     inventory.Scope // empty: unknown, the pairing finds out
	Declared  []string        // constraints as written
	Licences  []string        // SPDX expressions or names as written
	Integrity []string        // "sha512-<base64>" or "sha256:<hex>", as the file writes them
	Line      int             // 1-based

	// Requests are the descriptors ("name@range") under which a lock files the
	// entry, where it does: a manifest's declaration finds its package by them.
	Requests []string
	// Nested marks an entry inside another package's folder: not what the project
	// itself gets when it asks for the name.
	Nested bool
}

// Declaration is one dependency that a manifest asks for.
type Declaration struct {
	Name       string // of the package, as written; for an alias the real package's
	Alias      string // the name it is used by, when that differs
	Constraint string // as written; empty means any version
	Scope      inventory.Scope
	Origin     inventory.Origin
	Line       int // 1-based
}

// Include names another file that belongs to this one.
type Include struct {
	Path string // as written, relative to the including file's folder
	// Constraint: the other file only limits versions of what is required
	// elsewhere (requirements -c); its packages are no dependencies by themselves.
	Constraint bool
	Line       int
}

// Problem is a fault in a file.
type Problem struct {
	Line    int // 1-based; 0 when unknown
	Message string
}

// Package moduleindex is what Perl's files take from one another: which
// distribution has a module. A cpanfile asks for modules, a snapshot lists
// distributions.
package moduleindex

// Index is by module.
type Index map[string]Provided

// Provided is what has a module.
type Provided struct {
	Distribution string // its name
	Release      string // its version
	Version      string // of the module itself, "undef" for none
}

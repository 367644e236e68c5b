// Package version orders the versions of each ecosystem and says which versions
// a declared constraint or an advisory's range covers. It knows no advisories,
// no files and no package names.
package version

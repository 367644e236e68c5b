// Package gitref tells what a reference to a git repository is.
package gitref

import "strings"

// IsCommit tells whether a reference is a commit's full hash.
func IsCommit(ref string) bool {
	return (len(ref) == 40 || len(ref) == 64) && strings.Trim(ref, "0123456789abcdefABCDEF") == ""
}

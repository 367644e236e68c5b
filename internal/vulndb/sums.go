package vulndb

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
)

// The content digest is a tree: a record's digest is over its blobs, a provider's
// over its records' lines, the root over the providers. It covers what the
// records say, not how a file stores it: two builds of the same records agree, and
// two releases are compared from the root downwards.

// EntryDigest is what a record's digest takes of a blob: its digest, and a mark
// where the entry alone is dead or alive. Only merged records have such entries.
func EntryDigest(blob [sha256.Size]byte, dead, recordDead bool) []byte {
	if dead == recordDead {
		return blob[:]
	}
	return append(blob[:], 'x')
}

// DigestLine is what a provider's digest takes of one record.
func DigestLine(key string, digest []byte) string { return fmt.Sprintf("%s\x00%x\n", key, digest) }

// ProviderDigest is over a provider's lines, in any order.
func ProviderDigest(lines []string) []byte {
	slices.Sort(lines)
	sum := sha256.New()
	for _, line := range lines {
		sum.Write([]byte(line))
	}
	return sum.Sum(nil)
}

// NamedDigest is a provider's.
type NamedDigest struct {
	Name   string
	Digest []byte
}

// RootDigest is over the providers, sorted by name.
func RootDigest(providers []NamedDigest) string {
	slices.SortFunc(providers, func(a, b NamedDigest) int { return strings.Compare(a.Name, b.Name) })
	sum := sha256.New()
	for _, p := range providers {
		fmt.Fprintf(sum, "%s\x00%x\n", p.Name, p.Digest)
	}
	return "sha256:" + hex.EncodeToString(sum.Sum(nil))
}

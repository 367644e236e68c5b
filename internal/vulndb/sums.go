package vulndb

import "hash"

// providerSum is the digest over a provider's records so far.
type providerSum struct {
	sum     hash.Hash
	records int
}

// recordSum is the digest over a record's blobs so far.
type recordSum struct {
	provider, name string
	want           []byte
	hash           hash.Hash
}

package vulndb

// CompareParts compares the blobs of a record.
func CompareParts(old, current [][]byte) ([]FieldChange, error) { return compareParts(old, current) }

// DiffQueries are the statements of comparing two databases.
func DiffQueries() map[string]string {
	return map[string]string{"digestsQuery": digestsQuery, "headsQuery": headsQuery, "partsQuery": partsQuery}
}

package vulndb

// DiffQueries are the statements of comparing two databases.
func DiffQueries() map[string]string {
	return map[string]string{"digestsQuery": digestsQuery, "headsQuery": headsQuery, "partsQuery": partsQuery}
}

package vulndb

import "database/sql"

// Queries are the package's statements by the name of their constant.
func Queries() map[string]string {
	return map[string]string{
		"candidatesQuery": candidatesQuery, "detailsQuery": detailsQuery, "relativesQuery": relativesQuery,
		"byPackageQuery": byPackageQuery, "byIDQuery": byIDQuery, "ecosystemsQuery": ecosystemsQuery, "metadataQuery": metadataQuery,
		"providersQuery": providersQuery, "providerDigestsQuery": providerDigestsQuery, "sourcesQuery": sourcesQuery, "verifyQuery": verifyQuery,
		"verifyBlobsQuery": verifyBlobsQuery, "verifyEPSSQuery": verifyEPSSQuery, "dictionariesQuery": dictionariesQuery,
	}
}

// Chunk is the number of names in one statement.
const Chunk = chunk

// SQL is the connection pool.
func (db *DB) SQL() *sql.DB { return db.sql }

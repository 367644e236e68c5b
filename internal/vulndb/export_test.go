package vulndb

import (
	"context"
	"database/sql"
)

// Queries are the package's statements by the name of their constant.
func Queries() map[string]string {
	return map[string]string{
		"candidatesQuery": candidatesQuery, "detailsQuery": detailsQuery, "relativesQuery": relativesQuery,
		"unaffectedQuery": unaffectedQuery, "systemCandidatesQuery": systemCandidatesQuery, "namedQuery": namedQuery, "productCandidatesQuery": productCandidatesQuery, "endQuery": endQuery, "anyProductQuery": anyProductQuery, "recordQuery": recordQuery, "exploitedQuery": exploitedQuery, "epssQuery": epssQuery, "decorationsQuery": decorationsQuery, "entriesQuery": entriesQuery,
		"productsQuery": productsQuery, "vendorsQuery": vendorsQuery, "systemsQuery": systemsQuery, "systemAliasesQuery": systemAliasesQuery,
		"ecosystemsQuery": ecosystemsQuery, "metadataQuery": metadataQuery,
		"providersQuery": providersQuery, "providerDigestsQuery": providerDigestsQuery, "sourcesQuery": sourcesQuery, "verifyQuery": verifyQuery,
		"verifyBlobsQuery": verifyBlobsQuery, "verifyEPSSQuery": verifyEPSSQuery, "dictionariesQuery": dictionariesQuery,
	}
}

// Conditions are the parts of Find's statement, each as a statement of its own.
func Conditions() map[string]string {
	parts := map[string]string{
		"id": idCondition, "provider": providerCondition, "packages": packagesCondition, "systems": systemsCondition, "products": productsCondition,
		"ecosystem": ecosystemCondition, "weakness": weaknessCondition, "text": textCondition, "fix": fixCondition, "exploited": exploitedCondition,
		"epss": epssCondition, "severity": severityCondition, "live": liveCondition, "publishedAfter": publishedAfterCondition,
		"publishedBefore": publishedBeforeCondition, "modifiedAfter": modifiedAfterCondition, "modifiedBefore": modifiedBeforeCondition,
	}
	out := map[string]string{}
	for name, text := range parts {
		out[name], _ = statement([]condition{{afterCondition, 0}, {text, 0}}, 1)
	}
	return out
}

// Chunk is the number of names in one statement.
const Chunk = chunk

// SQL is the connection pool.
func (db *DB) SQL() *sql.DB { return db.sql }

// FirstFrame prepares the inflating of blobs, as the first reader of one does.
func (db *DB) FirstFrame(ctx context.Context) error {
	_, err := db.blob(ctx, frameMagic)
	return err
}

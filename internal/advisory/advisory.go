// Package advisory is the vocabulary of known vulnerabilities: one record of one
// provider in the shape of the OSV schema, the ranges it affects, and how
// records are joined by alias. It is pure data and rules; feeds fill it, the
// database stores it.
package advisory

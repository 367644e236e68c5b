// Package sample carries the few advisories of the examples, so that the program
// shows a true result without a network. They are written for this project from
// public facts and are no substitute for a database: every result that used them
// says so.
package sample

import (
	"embed"
	"io/fs"
)

//go:embed advisories/*.json
var files embed.FS

// Advisories are the records, in the OSV schema.
func Advisories() fs.FS {
	sub, err := fs.Sub(files, "advisories")
	if err != nil {
		return files // cannot be: the folder is embedded above
	}
	return sub
}

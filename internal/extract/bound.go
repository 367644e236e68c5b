package extract

import (
	"bytes"

	"github.com/assay-sca/assay/internal/errs"
)

// marks are what an entry of any format has at least one of: the end of a line,
// what parts elements, an XML tag, quotation marks. How many of them a text has
// bounds how much its reader can make of it, before it is read. An entry in
// quotation marks mostly has several of them.
func marks() []mark {
	return []mark{{'\n', 1}, {',', 1}, {';', 1}, {'<', 2}, {'"', 4}, {'\'', 4}}
}

type mark struct {
	char  byte
	times int // how often an entry may have it
}

// beginning is as much of a text as has at most that many entries; 0 is for any
// number. Texts of usual size are not looked at.
func beginning(data []byte, entries int) []byte {
	if entries <= 0 || len(data) <= entries {
		return data
	}
	for _, m := range marks() {
		if bytes.Count(data, []byte{m.char}) > entries*m.times {
			data = data[:nth(data, m.char, entries*m.times)]
		}
	}
	return data
}

// nth is the offset behind the n-th of at least n occurrences.
func nth(data []byte, char byte, n int) int {
	at := 0
	for range n {
		at += bytes.IndexByte(data[at:], char) + 1
	}
	return at
}

// tooLong says of a text that was read up to its beginning's end why. Whatever
// else its reader found wrong may come from the cut.
func tooLong(beginning []byte, entries int) error {
	return errs.AtLine(lineAt(beginning, max(len(beginning)-1, 0)),
		"it has more than %d lines or elements; what follows is not read", entries)
}

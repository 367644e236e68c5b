package sqlstore

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
)

// Many rows go into a statement as one parameter: a JSON list of lists, so that
// the text of the statement is the same however many there are. Types are those
// of both databases, and "bytes", which travel as hexadecimal digits.

func (sqlite) rows(n int, columns ...string) string {
	return rowsOf(columns, func(i int, kind string) string {
		switch kind {
		case "bytes":
			return fmt.Sprintf("unhex(value ->> %d)", i)
		case "text":
			return fmt.Sprintf("value ->> %d", i)
		}
		return fmt.Sprintf("cast(value ->> %d as %s)", i, map[string]string{"bigint": "integer", "boolean": "integer", "double precision": "real"}[kind])
	}) + fmt.Sprintf(" from json_each($%d))", n)
}

// A row is read once per column: as json its text would be parsed each time.
func (postgres) rows(n int, columns ...string) string {
	return rowsOf(columns, func(i int, kind string) string {
		if kind == "bytes" {
			return fmt.Sprintf("decode(value ->> %d, 'hex')", i)
		}
		return fmt.Sprintf("(value ->> %d)::%s", i, kind)
	}) + fmt.Sprintf(" from jsonb_array_elements($%d::jsonb))", n)
}

func rowsOf(columns []string, value func(i int, kind string) string) string {
	parts := make([]string, len(columns))
	for i, c := range columns {
		name, kind, _ := strings.Cut(c, " ")
		parts[i] = value(i, kind) + " as " + name
	}
	return "(select " + strings.Join(parts, ", ")
}

// table is what rows reads: a row for each value, as cells makes it.
func table[T any](values []T, cells func(v T) []any) string {
	all := make([][]any, len(values))
	for i, v := range values {
		all[i] = cells(v)
		for n, cell := range all[i] {
			switch cell := cell.(type) {
			case []byte:
				all[i][n] = hex.EncodeToString(cell)
			case string: // PostgreSQL's texts cannot hold a zero byte
				all[i][n] = strings.ReplaceAll(cell, "\x00", "\uFFFD")
			}
		}
	}
	text, err := json.Marshal(all)
	if err != nil {
		panic(err) // numbers, texts and truths always can
	}
	return string(text)
}

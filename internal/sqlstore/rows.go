package sqlstore

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// Many rows go into a statement as one parameter, so that the text of the statement
// is the same however many there are: for SQLite a JSON list of rows, for PostgreSQL
// an array of columns, each the text of an array. Types are those of both databases,
// and "bytes".

func (sqlite) rows(n int, columns ...string) string {
	parts := make([]string, len(columns))
	for i, c := range columns {
		name, kind, _ := strings.Cut(c, " ")
		switch kind {
		case "bytes":
			parts[i] = fmt.Sprintf("unhex(value ->> %d) as %s", i, name)
		case "text":
			parts[i] = fmt.Sprintf("value ->> %d as %s", i, name)
		default:
			parts[i] = fmt.Sprintf("cast(value ->> %d as %s) as %s", i, map[string]string{"bigint": "integer", "boolean": "integer", "double precision": "real"}[kind], name)
		}
	}
	return fmt.Sprintf("(select %s from json_each($%d))", strings.Join(parts, ", "), n)
}

func (sqlite) table(rows [][]any) string {
	for _, row := range rows {
		for i, cell := range row {
			switch cell := cell.(type) {
			case []byte:
				row[i] = hex.EncodeToString(cell)
			case string:
				row[i] = storable(cell)
			}
		}
	}
	return list(rows)
}

// storable is a text as both databases can hold it: PostgreSQL's have no zero byte.
func storable(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}

func (postgres) rows(n int, columns ...string) string {
	names, arrays := make([]string, len(columns)), make([]string, len(columns))
	for i, c := range columns {
		name, kind, _ := strings.Cut(c, " ")
		if kind == "bytes" {
			kind = "bytea"
		}
		names[i], arrays[i] = name, fmt.Sprintf("($%d::text[])[%d]::%s[]", n, i+1, kind)
	}
	return fmt.Sprintf("(select * from unnest(%s) as u (%s))", strings.Join(arrays, ", "), strings.Join(names, ", "))
}

// table writes arrays as PostgreSQL reads them: https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO
func (postgres) table(rows [][]any) string {
	if len(rows) == 0 {
		return "{}"
	}
	var all, column []byte
	for i := range rows[0] {
		column = column[:0]
		for n, row := range rows {
			column = append(column, ",{"[bit(n == 0)])
			column = appendCell(column, row[i])
		}
		all = append(all, ",{"[bit(i == 0)])
		all = appendQuoted(all, string(append(column, '}')))
	}
	return string(append(all, '}'))
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

func appendCell(to []byte, cell any) []byte {
	switch c := cell.(type) {
	case int64:
		return strconv.AppendInt(to, c, 10)
	case int:
		return strconv.AppendInt(to, int64(c), 10)
	case *int64:
		if c == nil {
			return append(to, "null"...)
		}
		return strconv.AppendInt(to, *c, 10)
	case float64:
		return strconv.AppendFloat(to, c, 'g', -1, 64)
	case bool:
		return strconv.AppendBool(to, c)
	case string:
		return appendQuoted(to, storable(c))
	case []byte:
		return append(hex.AppendEncode(append(to, `"\\x`...), c), '"')
	}
	panic(fmt.Sprintf("a cell of type %T", cell))
}

// appendQuoted writes an element of an array.
func appendQuoted(to []byte, s string) []byte {
	to = append(to, '"')
	for i := range len(s) {
		if s[i] == '"' || s[i] == '\\' {
			to = append(to, '\\')
		}
		to = append(to, s[i])
	}
	return append(to, '"')
}

// table is what rows reads: a row for each value, as cells makes it.
func table[T any](d dialect, values []T, cells func(v T) []any) string {
	rows := make([][]any, len(values))
	for i, v := range values {
		rows[i] = cells(v)
	}
	return d.table(rows)
}

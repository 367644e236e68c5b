package sqlstore

import (
	"encoding/hex"
	"fmt"
	"strings"
)

// Many rows go into a statement as parameters whose number does not depend on theirs,
// so that its text is the same however many there are: for SQLite one, a JSON list of
// rows, for PostgreSQL an array for each column. Columns are names and types: those of
// both databases, and "bytes".

// table is the sub-select of the rows that stand for values, as cells makes them, and
// its parameters: from number n on, so they come last.
func table[T any](d dialect, n int, values []T, cells func(v T) []any, columns ...string) (from string, args []any) {
	rows := make([][]any, len(values))
	for i, v := range values {
		rows[i] = cells(v)
	}
	return d.table(n, columns, rows)
}

func (sqlite) table(n int, columns []string, rows [][]any) (string, []any) {
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
	return fmt.Sprintf("(select %s from json_each($%d))", strings.Join(parts, ", "), n), []any{list(rows)}
}

// storable is a text as both databases can hold it: PostgreSQL's have no zero byte.
func storable(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}

func (postgres) table(n int, columns []string, rows [][]any) (string, []any) {
	names, arrays, args := make([]string, len(columns)), make([]string, len(columns)), make([]any, len(columns))
	for i, c := range columns {
		name, kind, _ := strings.Cut(c, " ")
		switch kind {
		case "bigint":
			args[i] = numbers(rows, i)
		case "text":
			args[i] = array(rows, i, func(cell any) string { return storable(cell.(string)) })
		case "boolean":
			args[i] = array(rows, i, func(cell any) bool { return cell.(bool) })
		case "double precision":
			args[i] = array(rows, i, func(cell any) float64 { return cell.(float64) })
		case "bytes":
			kind, args[i] = "bytea", array(rows, i, func(cell any) []byte { return append([]byte{}, cell.([]byte)...) }) // nil would be null
		}
		names[i], arrays[i] = name, fmt.Sprintf("$%d::%s[]", n+i, kind)
	}
	return fmt.Sprintf("(select * from unnest(%s) as u (%s))", strings.Join(arrays, ", "), strings.Join(names, ", ")), args
}

// array is a column of rows.
func array[T any](rows [][]any, i int, value func(cell any) T) []T {
	out := make([]T, len(rows))
	for n, row := range rows {
		out[n] = value(row[i])
	}
	return out
}

// numbers is a column of whole numbers; nil is null.
func numbers(rows [][]any, i int) any {
	out := make([]int64, len(rows))
	for n, row := range rows {
		switch c := row[i].(type) {
		case int64:
			out[n] = c
		case int:
			out[n] = int64(c)
		case *int64:
			return array(rows, i, func(cell any) *int64 { return cell.(*int64) })
		default:
			panic(fmt.Sprintf("a number of type %T", c))
		}
	}
	return out
}

package sqlstore

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/store"
)

// filter gathers conditions and their arguments. A question mark in a condition
// stands for its next argument; the conditions themselves are text of this
// package, never of a caller. The zero filter admits every row.
type filter struct {
	terms []string
	args  []any
}

// and adds a condition.
func (f *filter) and(term string, args ...any) {
	for _, a := range args {
		term = strings.Replace(term, "?", f.bind(a), 1)
	}
	f.terms = append(f.terms, term)
}

// when adds a condition if it is wanted.
func (f *filter) when(wanted bool, term string, args ...any) {
	if wanted {
		f.and(term, args...)
	}
}

// bind adds an argument and names its parameter, such as $3.
func (f *filter) bind(arg any) string {
	f.args = append(f.args, arg)
	return fmt.Sprintf("$%d", len(f.args))
}

// in adds the condition that a column is one of some texts.
func (f *filter) in(d dialect, column string, values []string) {
	f.args = append(f.args, list(values))
	f.terms = append(f.terms, column+d.texts(len(f.args)))
}

// where is the clause of all conditions, or nothing.
func (f *filter) where() string {
	if len(f.terms) == 0 {
		return ""
	}
	return " where " + strings.Join(f.terms, " and ")
}

// contains is the pattern of `like ? escape '\'` for texts with s in them.
func contains(s string) string { return "%" + startsWith(s) }

// startsWith is the pattern of `like ? escape '\'` for texts that begin with s.
func startsWith(s string) string {
	return strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(s) + "%"
}

// keyset reads a list part by part: each goes on after the last row of the one
// before, by the value of the column it is sorted by and the id, so that rows that
// come and go in between neither repeat nor hide others. Every column in sorts
// has an index that ends in the id, and is never null.
type keyset[T any] struct {
	columns string            // what scan reads
	from    string            // tables
	id      column            // that breaks ties
	sorts   map[string]column // by what a page calls them
	first   string            // the sort of a page that names none
	scan    func(row func(...any) error) (T, error)
}

// column is one that rows are ordered by: cursors are checked to hold its kind.
type column struct {
	name string
	kind kind
}

// kind is what a column holds.
type kind int

const (
	aNumber kind = iota
	aText
	aFraction
)

func byText(name string) column     { return column{name, aText} }
func byNumber(name string) column   { return column{name, aNumber} }
func byFraction(name string) column { return column{name, aFraction} }

// cursor says after which row a list goes on.
type cursor struct {
	Sort  string `json:"s"`
	Desc  bool   `json:"d,omitempty"`
	Value any    `json:"v"`
	ID    any    `json:"i"`
}

func (c cursor) text() (string, error) {
	b, err := json.Marshal(c)
	return base64.RawURLEncoding.EncodeToString(b), err
}

// list reads the rows that f admits.
func (k keyset[T]) list(ctx context.Context, c conn, p store.Page, f filter) (store.List[T], error) {
	if p.Sort == "" {
		p.Sort = k.first
	}
	column, ok := k.sorts[p.Sort]
	if !ok {
		return store.List[T]{}, errs.E(errs.Invalid, "this list cannot be sorted by %q", p.Sort)
	}
	if err := k.after(&f, column, p); err != nil {
		return store.List[T]{}, err
	}
	limit, direction := limitOf(p), ""
	if p.Desc {
		direction = " desc"
	}
	last := cursor{Sort: p.Sort, Desc: p.Desc}
	var lasts []cursor
	query := fmt.Sprintf("select %s, %s, %s from %s%s order by %[2]s%[6]s, %[3]s%[6]s limit %d",
		k.columns, column.name, k.id.name, k.from, f.where(), direction, limit+1)
	rows, err := collect(ctx, c, func(row func(...any) error) (T, error) {
		v, err := k.scan(func(into ...any) error { return row(append(into, &last.Value, &last.ID)...) })
		lasts = append(lasts, last)
		return v, err
	}, query, f.args...)
	if err != nil || len(rows) <= limit {
		return store.List[T]{Items: rows}, err
	}
	next, err := lasts[limit-1].text()
	return store.List[T]{Items: rows[:limit], Next: next}, err
}

// after adds the condition that rows come after the page's cursor.
func (k keyset[T]) after(f *filter, by column, p store.Page) error {
	if p.Cursor == "" {
		return nil
	}
	c, err := readCursor(p.Cursor)
	if err != nil || c.Sort != p.Sort || c.Desc != p.Desc || !by.holds(c.Value) || !k.id.holds(c.ID) {
		return errs.E(errs.Invalid, "the cursor is not one of this list in this order")
	}
	sign := ">"
	if p.Desc {
		sign = "<"
	}
	f.and(fmt.Sprintf("(%s, %s) %s (?, ?)", by.name, k.id.name, sign), c.Value, c.ID)
	return nil
}

// readCursor reads a cursor that came back from a caller, who may have made it up:
// its values are only ever bound, and only texts and numbers.
func readCursor(text string) (c cursor, err error) {
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return c, err
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	if err := d.Decode(&c); err != nil {
		return c, err
	}
	for _, v := range []*any{&c.Value, &c.ID} {
		if *v, err = bindable(*v); err != nil {
			return c, err
		}
	}
	return c, nil
}

func bindable(v any) (any, error) {
	switch v := v.(type) {
	case string:
		return v, nil
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n, nil
		}
		return v.Float64()
	}
	return nil, errs.E(errs.Invalid, "neither a text nor a number")
}

// holds tells whether a cursor's value is of the column's kind. Whole numbers are
// fractions, too.
func (c column) holds(v any) bool {
	switch v.(type) {
	case string:
		return c.kind == aText
	case int64:
		return c.kind != aText
	}
	return c.kind == aFraction
}

// limitOf is how many rows a page has.
func limitOf(p store.Page) int {
	if p.Limit <= 0 {
		return store.DefaultLimit
	}
	return min(p.Limit, store.MaxLimit)
}

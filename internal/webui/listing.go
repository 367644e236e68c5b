package webui

import (
	"net/url"
	"slices"
	"strconv"

	"github.com/assay-sca/assay/internal/store"
)

// listing is what a list's address says: filters, order and place. Its methods
// make the addresses of the same list seen otherwise; a list that is filtered or
// ordered anew starts from its beginning.
type listing struct {
	Path   string
	values url.Values
}

// The names in addresses that are no filters.
const (
	sortName   = "sort" // a column; with "-" before it, from its end
	cursorName = "cursor"
	limitName  = "limit"
)

// listing reads the address of the request.
func (r *request) listing() listing { return listing{r.URL.Path, r.URL.Query()} }

// page is the part of the list that is asked for; order is the list's own, with
// "-" before it from its end.
func (l listing) page(order string) store.Page {
	sort := l.values.Get(sortName)
	if sort == "" {
		sort = order
	}
	desc := len(sort) > 0 && sort[0] == '-'
	if desc {
		sort = sort[1:]
	}
	limit, err := strconv.Atoi(l.values.Get(limitName))
	if err != nil || limit < 1 || limit > store.MaxLimit {
		limit = store.DefaultLimit
	}
	return store.Page{Sort: sort, Desc: desc, Limit: limit, Cursor: l.values.Get(cursorName)}
}

// Get is a filter's first value.
func (l listing) Get(name string) string { return l.values.Get(name) }

// All are a filter's values.
func (l listing) All(name string) []string { return l.values[name] }

// Has tells whether a filter has a value.
func (l listing) Has(name, value string) bool { return slices.Contains(l.values[name], value) }

// Filtered tells whether anything narrows the list.
func (l listing) Filtered() bool {
	for name, values := range l.values {
		if name != sortName && name != cursorName && name != limitName && slices.ContainsFunc(values, func(v string) bool { return v != "" }) {
			return true
		}
	}
	return false
}

// Later tells whether this is not the list's beginning.
func (l listing) Later() bool { return l.values.Get(cursorName) != "" }

// Set is the list with a filter of just that value; an empty one ends the filter.
func (l listing) Set(name, value string) string {
	return l.changed(func(v url.Values) {
		if v.Del(name); value != "" {
			v.Set(name, value)
		}
	})
}

// Toggle is the list with a value of a filter added, or taken away if it is there.
func (l listing) Toggle(name, value string) string {
	return l.changed(func(v url.Values) {
		if at := slices.Index(v[name], value); at >= 0 {
			v[name] = slices.Delete(v[name], at, at+1)
			return
		}
		v.Add(name, value)
	})
}

// Bare is the list without filters, in the same order.
func (l listing) Bare() string {
	return l.changed(func(v url.Values) {
		for name := range v {
			if name != sortName && name != limitName {
				v.Del(name)
			}
		}
	})
}

// First is the list's beginning.
func (l listing) First() string { return l.changed(func(url.Values) {}) }

// From is the list from a cursor on.
func (l listing) From(cursor string) string {
	return l.changed(func(v url.Values) { v.Set(cursorName, cursor) })
}

// Kept are the fields that a form of filters repeats so that the rest stays:
// all but those that it has itself.
func (l listing) Kept(own ...string) []hidden {
	var kept []hidden
	for _, name := range sortedKeys(l.values) {
		if name == cursorName || slices.Contains(own, name) {
			continue
		}
		for _, value := range l.values[name] {
			kept = append(kept, hidden{name, value})
		}
	}
	return kept
}

func (l listing) changed(change func(url.Values)) string {
	values := url.Values{}
	for name, all := range l.values {
		values[name] = slices.Clone(all)
	}
	values.Del(cursorName)
	change(values)
	for name, all := range values {
		if len(all) == 0 {
			values.Del(name)
		}
	}
	if len(values) == 0 {
		return l.Path
	}
	return l.Path + "?" + values.Encode()
}

// column is the head of a table's column that orders the list.
type column struct {
	Label  string
	Href   string // the list ordered by it, or the other way round if it is already
	Order  string // aria-sort: ascending, descending, none
	Number bool   // aligned to the right
}

// Column is the head of a column; sort is its name, with "-" before it if its
// first use orders from the end: numbers, worst first.
func (l listing) Column(label, sort, order string) column {
	current := l.values.Get(sortName)
	if current == "" {
		current = order
	}
	name, first := sort, sort
	if sort[0] == '-' {
		name = sort[1:]
	}
	c := column{Label: label, Order: "none"}
	switch current {
	case name:
		c.Order, first = "ascending", "-"+name
	case "-" + name:
		c.Order, first = "descending", name
	}
	c.Href = l.Set(sortName, first)
	return c
}

// Numbers is Column for a column of numbers.
func (l listing) Numbers(label, sort, order string) column {
	c := l.Column(label, sort, order)
	c.Number = true
	return c
}

// pager is the foot of a list.
type pager struct {
	First string // empty: this is the beginning
	Next  string // empty: nothing follows
	Shown int
}

// Pager is the foot of the list; next is the cursor of what follows.
func (l listing) Pager(shown int, next string) pager {
	p := pager{Shown: shown}
	if l.Later() {
		p.First = l.First()
	}
	if next != "" {
		p.Next = l.From(next)
	}
	return p
}

// chip is a filter's value to switch on and off.
type chip struct {
	Label string
	Href  string
	On    bool
	Count int64  // negative: not shown
	Level string // class of a severity; empty: none
}

// Chip is a value of a filter that allows several.
func (l listing) Chip(label, name, value string) chip {
	return chip{Label: label, Href: l.Toggle(name, value), On: l.Has(name, value), Count: -1}
}

// Choice is a value of a filter that allows one; the empty value is the filter's
// absence.
func (l listing) Choice(label, name, value string) chip {
	on := l.Get(name) == value
	to := value
	if on {
		to = ""
	}
	return chip{Label: label, Href: l.Set(name, to), On: on, Count: -1}
}

// LevelChip is a severity as a filter.
func (l listing) LevelChip(name string, level level) chip {
	c := l.Chip(level.Word, name, level.Word)
	c.Level = level.Class
	return c
}

package store

// Limits of pages.
const (
	DefaultLimit = 50
	MaxLimit     = 200
)

// Page says which part of a list is wanted.
type Page struct {
	Sort   string // a column's name as the list documents it; empty: its own order
	Desc   bool
	Limit  int    // 0: DefaultLimit; at most MaxLimit
	Cursor string // of the list's last answer; empty: from the start
}

// List is a part of a list.
type List[T any] struct {
	Items []T
	Next  string // the cursor of what follows; empty: nothing does
}

package store

// Visible says which projects somebody may see.
type Visible struct {
	All           bool     // every project there is
	Administers   []string // organisations: everything in them
	Organisations []string // organisations: what is not private in them
	Projects      []string // these besides
}

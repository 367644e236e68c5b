package vulndb

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
)

// Kind says what became of something between two databases.
type Kind string

// The kinds. A record that was withdrawn or revived may have changed otherwise,
// too.
const (
	KindAdded     Kind = "added"
	KindRemoved   Kind = "removed"
	KindChanged   Kind = "changed"
	KindWithdrawn Kind = "withdrawn" // it lives no more: withdrawn or rejected
	KindRevived   Kind = "revived"
)

// Subject says what a change is about.
type Subject string

// The subjects, in the order of a difference.
const (
	SubjectRecord         Subject = "record"
	SubjectKnownExploited Subject = "known_exploited"
	SubjectEndOfLife      Subject = "end_of_life"
	SubjectEPSS           Subject = "epss"
)

// Change is one difference of two databases.
type Change struct {
	Kind     Kind          `json:"kind"`
	Subject  Subject       `json:"subject"`
	Provider string        `json:"provider"`
	ID       string        `json:"id"`            // the record's, a CVE, or product and cycle
	Old      *State        `json:"old,omitempty"` // of a record that was there
	New      *State        `json:"new,omitempty"` // of a record that is there
	Fields   []FieldChange `json:"fields"`        // of what is on both sides, in a fixed order
}

// State is how a record stands in one database.
type State struct {
	Severity  string `json:"severity"`
	Withdrawn bool   `json:"withdrawn"` // or rejected
}

// FieldChange is one field of a record with both values, one of them nil where it
// is only on one side. Of a list of words Old has those that are gone and New
// those that came.
type FieldChange struct {
	// Package is the entry that the field belongs to: ecosystem and name, or the CPE
	// name. Empty: the record itself.
	Package string         `json:"package,omitempty"`
	Field   string         `json:"field"` // a path: "affected.ranges[SEMVER].version.constraint"
	Old     jsontext.Value `json:"old,omitzero"`
	New     jsontext.Value `json:"new,omitzero"`
}

// Counts are numbers of changes.
type Counts struct {
	Added     int `json:"added"`
	Removed   int `json:"removed"`
	Changed   int `json:"changed"`
	Withdrawn int `json:"withdrawn"`
	Revived   int `json:"revived"`
}

func (c *Counts) add(k Kind) {
	switch k {
	case KindAdded:
		c.Added++
	case KindRemoved:
		c.Removed++
	case KindChanged:
		c.Changed++
	case KindWithdrawn:
		c.Withdrawn++
	case KindRevived:
		c.Revived++
	}
}

// Difference sums up how two databases differ.
type Difference struct {
	Providers      []ProviderDifference `json:"providers"` // those that differ, by name
	Records        Counts               `json:"records"`
	KnownExploited Counts               `json:"known_exploited"`
	EndOfLife      Counts               `json:"end_of_life"`
	EPSS           Counts               `json:"epss"`         // changed: with another score
	EPSSRenewed    int                  `json:"epss_renewed"` // the same score of another day
}

// Equal tells whether there is none.
func (d *Difference) Equal() bool { return len(d.Providers) == 0 }

// ProviderDifference counts the changes of one provider.
type ProviderDifference struct {
	Name string `json:"name"`
	Counts
}

// DiffOptions of a comparison.
type DiffOptions struct {
	EPSS bool // yield each prediction that changed; else they are only counted
}

// Diff compares two databases and yields what differs: records by provider and
// id, then what decorates them. Providers with equal digests are not read; of the
// others the records' digests are compared, and only what differs is inflated.
func Diff(ctx context.Context, a, b *DB, o DiffOptions, yield func(Change) error) (Difference, error) {
	d := differ{a: a, b: b, options: o, yield: yield, providers: map[string]*Counts{}}
	if a.meta.Digest == b.meta.Digest {
		return Difference{Providers: []ProviderDifference{}}, nil
	}
	if err := d.findProviders(ctx); err != nil {
		return Difference{}, err
	}
	for _, step := range []func(context.Context) error{d.records, d.knownExploited, d.endOfLife, d.epss} {
		if err := step(ctx); err != nil {
			return Difference{}, err
		}
	}
	d.sum.Providers = []ProviderDifference{}
	for _, name := range slices.Sorted(maps.Keys(d.providers)) {
		d.sum.Providers = append(d.sum.Providers, ProviderDifference{name, *d.providers[name]})
	}
	return d.sum, nil
}

type differ struct {
	a, b      *DB
	options   DiffOptions
	yield     func(Change) error
	providers map[string]*Counts // those that differ
	ofA, ofB  []int64            // their numbers
	sum       Difference
}

// findProviders finds those whose digests differ.
func (d *differ) findProviders(ctx context.Context) error {
	ofA, err := d.a.providerNumbers(ctx)
	if err != nil {
		return err
	}
	ofB, err := d.b.providerNumbers(ctx)
	if err != nil {
		return err
	}
	d.ofA, d.ofB = []int64{}, []int64{}
	for name, p := range ofA {
		if ofB[name].digest != p.digest {
			d.providers[name] = &Counts{}
			d.ofA = append(d.ofA, p.id)
		}
	}
	for name, p := range ofB {
		if ofA[name].digest != p.digest {
			d.providers[name] = &Counts{}
			d.ofB = append(d.ofB, p.id)
		}
	}
	return nil
}

// note counts a change under its provider.
func (d *differ) note(c *Counts, provider string, k Kind) {
	c.add(k)
	if p := d.providers[provider]; p != nil {
		p.add(k)
	}
}

// recordPair is a record on both sides, or on one: the other is nil.
type recordPair struct{ old, new *head }

// portion is the number of records whose blobs are held at a time.
const portion = 512

func (d *differ) records(ctx context.Context) error {
	onlyA, onlyB, err := unmatched(ctx, d.a, d.b, d.ofA, d.ofB)
	if err != nil {
		return err
	}
	old, err := d.a.heads(ctx, onlyA)
	if err != nil {
		return err
	}
	current, err := d.b.heads(ctx, onlyB)
	if err != nil {
		return err
	}
	for pairs := range slices.Chunk(pairUp(old, current), portion) {
		if err := d.recordChanges(ctx, pairs); err != nil {
			return err
		}
	}
	return nil
}

func compareHeads(x, y head) int {
	return cmp.Or(cmp.Compare(x.provider, y.provider), cmp.Compare(x.name, y.name))
}

// pairUp merges two lists by provider and id.
func pairUp(old, current []head) []recordPair {
	slices.SortFunc(old, compareHeads)
	slices.SortFunc(current, compareHeads)
	var out []recordPair
	for i, n := 0, 0; i < len(old) || n < len(current); {
		order := 0
		switch {
		case i == len(old):
			order = 1
		case n == len(current):
			order = -1
		default:
			order = compareHeads(old[i], current[n])
		}
		var p recordPair
		if order <= 0 {
			p.old = &old[i]
			i++
		}
		if order >= 0 {
			p.new = &current[n]
			n++
		}
		out = append(out, p)
	}
	return out
}

// recordChanges inflates the blobs of records that are on both sides.
func (d *differ) recordChanges(ctx context.Context, pairs []recordPair) error {
	ofA, ofB := []int64{}, []int64{}
	for _, p := range pairs {
		if p.old != nil && p.new != nil {
			ofA, ofB = append(ofA, p.old.id), append(ofB, p.new.id)
		}
	}
	old, err := d.a.parts(ctx, ofA)
	if err != nil {
		return err
	}
	current, err := d.b.parts(ctx, ofB)
	if err != nil {
		return err
	}
	for _, p := range pairs {
		c := p.change()
		if p.old != nil && p.new != nil {
			if c.Fields, err = compareParts(old[p.old.id], current[p.new.id]); err != nil {
				return d.b.damaged(err)
			}
		}
		d.note(&d.sum.Records, c.Provider, c.Kind)
		if err := d.yield(c); err != nil {
			return err
		}
	}
	return nil
}

// change is what became of a record, without its fields.
func (p recordPair) change() Change {
	c := Change{Kind: KindChanged, Subject: SubjectRecord, Fields: []FieldChange{}}
	if p.old != nil {
		c.Provider, c.ID, c.Old = p.old.provider, p.old.name, p.old.state()
	}
	if p.new != nil {
		c.Provider, c.ID, c.New = p.new.provider, p.new.name, p.new.state()
	}
	switch {
	case p.old == nil:
		c.Kind = KindAdded
	case p.new == nil:
		c.Kind = KindRemoved
	case p.new.dead && !p.old.dead:
		c.Kind = KindWithdrawn
	case p.old.dead && !p.new.dead:
		c.Kind = KindRevived
	}
	return c
}

func (h *head) state() *State { return &State{Severity: h.severity.String(), Withdrawn: h.dead} }

package store

import (
	"encoding/json"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/inventory"
)

// UnitBody is the content of a unit: what stands in one manifest and lock pair.
// It is kept compressed; names of fields are short, since there are many.
type UnitBody struct {
	Manifests   []string                `json:"m,omitempty"`
	Components  []int64                 `json:"c"` // ids, which occurrences point at
	Occurrences []UnitOccurrence        `json:"o"`
	Edges       []inventory.Edge        `json:"e,omitempty"` // between occurrences
	Declared    []inventory.Declaration `json:"d,omitempty"`
	Drift       []inventory.Drift       `json:"f,omitempty"`
}

// UnitOccurrence is a component in a unit; see inventory.Occurrence.
type UnitOccurrence struct {
	Component int             `json:"c"` // index in UnitBody.Components
	Written   string          `json:"w,omitempty"`
	Path      string          `json:"p,omitempty"` // empty: the unit's
	Line      int             `json:"l,omitempty"`
	Direct    bool            `json:"d,omitempty"`
	Scope     inventory.Scope `json:"s,omitempty"`
	Declared  []string        `json:"a,omitempty"`
	Integrity []string        `json:"i,omitempty"`
}

// EncodeUnitBody writes a unit's content.
func EncodeUnitBody(b *UnitBody) ([]byte, error) {
	text, err := json.Marshal(b)
	if err != nil {
		return nil, err
	}
	return Pack(text)
}

// DecodeUnitBody reads what EncodeUnitBody wrote.
func DecodeUnitBody(data []byte) (*UnitBody, error) {
	text, err := Unpack(data)
	if err != nil {
		return nil, err
	}
	b := &UnitBody{}
	if err := json.Unmarshal(text, b); err != nil {
		return nil, errs.E(errs.Damaged, "read a unit: %w", err)
	}
	return b, b.check()
}

// check makes sure that what points into the lists does.
func (b *UnitBody) check() error {
	for i := range b.Occurrences {
		if c := b.Occurrences[i].Component; c < 0 || c >= len(b.Components) {
			return errs.E(errs.Damaged, "a unit has an occurrence of no component")
		}
	}
	for _, e := range b.Edges {
		if e.From < 0 || e.To < 0 || e.From >= len(b.Occurrences) || e.To >= len(b.Occurrences) {
			return errs.E(errs.Damaged, "a unit has an edge to no occurrence")
		}
	}
	return nil
}

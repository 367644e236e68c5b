package pipeline

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"hash"
	"slices"
	"strings"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/store"
)

// StoreInventory stores what a source is made of by its content: components,
// units and the inventory. What is there already is not written again. It needs no
// transaction and may run twice.
func StoreInventory(ctx context.Context, st store.Store, inv *inventory.Inventory) (store.StoredInventory, error) {
	ids, purls, err := storeComponents(ctx, st, inv.Components)
	if err != nil {
		return store.StoredInventory{}, err
	}
	out := store.StoredInventory{Components: used(inv.Components, ids)}
	units := make([]store.NewUnit, len(inv.Units))
	for i := range inv.Units {
		if units[i], err = newUnit(&inv.Units[i], ids, purls); err != nil {
			return out, err
		}
		out.Edges += len(inv.Units[i].Edges)
	}
	out.Digest = inventoryDigest(units)
	out.ID, out.Units, err = st.Inventory(ctx, out.Digest)
	if errs.KindOf(err) != errs.NotFound {
		return out, err
	}
	var unitIDs []int64
	if out.ID, unitIDs, err = st.AddInventory(ctx, out.Digest, len(out.Components), out.Edges, units); err != nil {
		return out, err
	}
	out.Units = storedUnits(units, unitIDs)
	return out, nil
}

// Bounds of what is stored of a component: indexes take no longer texts, and no
// package has such names.
const (
	maxPURL    = 1024
	maxName    = 512
	maxVersion = 256
)

// storeComponents returns the id and the stored purl of each.
func storeComponents(ctx context.Context, st store.Store, components []inventory.Component) ([]int64, []string, error) {
	rows := make([]store.Component, len(components))
	purls := make([]string, len(components))
	for i := range components {
		c := &components[i]
		purls[i] = boundedPURL(c.PURL)
		rows[i] = store.Component{
			PURL: purls[i], Ecosystem: bounded(c.Ecosystem, maxVersion), Name: bounded(c.Name, maxName), Version: bounded(c.Version, maxVersion),
			Origin: c.Origin, Licences: c.Licences,
		}
	}
	ids, err := st.AddComponents(ctx, rows)
	return ids, purls, err
}

func bounded(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit-3], "") + "…"
}

// boundedPURL keeps long ones apart by a digest.
func boundedPURL(p string) string {
	p = strings.ReplaceAll(p, "\x00", "%00")
	if len(p) <= maxPURL {
		return p
	}
	sum := sha256.Sum256([]byte(p))
	return strings.ToValidUTF8(p[:maxPURL-80], "") + "…" + hex.EncodeToString(sum[:])
}

// used lists the components by id; several of one purl are one.
func used(components []inventory.Component, ids []int64) []store.UsedComponent {
	at := make(map[int64]int, len(ids))
	out := make([]store.UsedComponent, 0, len(ids))
	for i, id := range ids {
		n, ok := at[id]
		if !ok {
			n = len(out)
			at[id] = n
			out = append(out, store.UsedComponent{ID: id})
		}
		out[n].Direct = out[n].Direct || components[i].Direct
		out[n].Scope = out[n].Scope.Wider(components[i].Scope)
	}
	slices.SortFunc(out, func(a, b store.UsedComponent) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

// newUnit names a unit's content by a digest in which components are their purls,
// so that it is the same in every database; what is stored has their ids.
func newUnit(u *inventory.Unit, ids []int64, purls []string) (store.NewUnit, error) {
	body, components := unitBody(u, ids)
	rest, err := json.Marshal([]any{body.Manifests, body.Declared, body.Drift})
	if err != nil {
		return store.NewUnit{}, err
	}
	d := digest{sha256.New(), nil}
	d.texts(u.Kind, u.Path, string(rest))
	d.number(len(components))
	for _, c := range components {
		d.texts(purls[c])
	}
	d.number(len(body.Occurrences))
	for i := range body.Occurrences {
		d.occurrence(&body.Occurrences[i])
	}
	for _, e := range body.Edges {
		d.number(e.From)
		d.number(e.To)
	}
	return store.NewUnit{
		Digest: d.sum(), Kind: u.Kind, Path: u.Path, Components: len(components),
		Body: func() ([]byte, error) { return store.EncodeUnitBody(body) },
	}, nil
}

// digest takes texts and numbers so that no others give the same bytes: each text
// comes after its length. To write them as JSON first takes several times as long.
type digest struct {
	hash.Hash
	buffer []byte
}

func (d *digest) number(n int) { d.buffer = binary.AppendVarint(d.buffer, int64(n)) }

func (d *digest) texts(all ...string) {
	for _, s := range all {
		d.number(len(s))
		d.buffer = append(d.buffer, s...)
	}
	if len(d.buffer) > 4096 {
		d.Write(d.buffer)
		d.buffer = d.buffer[:0]
	}
}

func (d *digest) sum() []byte {
	d.Write(d.buffer)
	return d.Sum(nil)
}

func (d *digest) occurrence(o *store.UnitOccurrence) {
	direct := 0
	if o.Direct {
		direct = 1
	}
	for _, n := range []int{o.Component, o.Line, direct, len(o.Declared), len(o.Integrity)} {
		d.number(n)
	}
	d.texts(o.Written, o.Path, string(o.Scope))
	d.texts(o.Declared...)
	d.texts(o.Integrity...)
}

// unitBody returns the content and, beside the ids in it, which of the
// inventory's components they are.
func unitBody(u *inventory.Unit, ids []int64) (*store.UnitBody, []int) {
	b := &store.UnitBody{Manifests: u.Manifests, Edges: u.Edges, Declared: u.Declared, Drift: u.Drift, Occurrences: make([]store.UnitOccurrence, len(u.Occurrences))}
	at := make(map[int]int, len(u.Occurrences))
	var components []int
	for i := range u.Occurrences {
		o := &u.Occurrences[i]
		n, ok := at[o.Component]
		if !ok {
			n = len(components)
			at[o.Component] = n
			components = append(components, o.Component)
			b.Components = append(b.Components, ids[o.Component])
		}
		b.Occurrences[i] = store.UnitOccurrence{
			Component: n, Written: o.Written, Path: o.Path, Line: o.Line, Direct: o.Direct, Scope: o.Scope, Declared: o.Declared, Integrity: o.Integrity,
		}
		if o.Path == u.Path {
			b.Occurrences[i].Path = ""
		}
	}
	return b, components
}

func inventoryDigest(units []store.NewUnit) []byte {
	digests := make([][]byte, len(units))
	for i := range units {
		digests[i] = units[i].Digest
	}
	slices.SortFunc(digests, bytes.Compare)
	h := sha256.New()
	for _, d := range digests {
		h.Write(d)
	}
	return h.Sum(nil)
}

func storedUnits(units []store.NewUnit, ids []int64) []store.StoredUnit {
	out := make([]store.StoredUnit, len(units))
	for i, u := range units {
		out[i] = store.StoredUnit{ID: ids[i], Digest: u.Digest, Kind: u.Kind, Path: u.Path}
	}
	slices.SortFunc(out, func(a, b store.StoredUnit) int {
		return cmp.Or(strings.Compare(a.Path, b.Path), strings.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID))
	})
	return slices.CompactFunc(out, func(a, b store.StoredUnit) bool { return a.ID == b.ID })
}

package store

import (
	"context"

	"github.com/assay-sca/assay/internal/inventory"
)

// Component is a version of a package from one origin, stored once for the whole
// installation.
type Component struct {
	ID         int64
	PURL       string // canonical; the component's identity
	Ecosystem  string
	Name       string
	Version    string // empty: no file pins it
	Origin     inventory.Origin
	Licences   []string     // as first seen
	Matched    int64        // the release (its seq) that it was last matched with; 0: none yet
	Uncompared []Uncompared // why its version could not be compared with that release
}

// Key orders components for people: the name in lower case, then the version.
func (c *Component) Key() string { return ComponentKey(c.Name, c.Version) }

// Uncompared says that a version could not be compared: neither affected nor
// clean.
type Uncompared struct {
	Advisories []string `json:"advisories,omitempty"` // ids; empty: the version itself cannot be read
	Reason     string   `json:"reason"`
}

// UsedComponent is a component as an inventory uses it.
type UsedComponent struct {
	ID     int64
	Direct bool            // any occurrence is
	Scope  inventory.Scope // the widest of the occurrences
}

// NewUnit is a unit to be stored by its content.
type NewUnit struct {
	Digest     []byte // SHA-256 of the unit with its components' purls
	Kind, Path string
	Components int
	Body       func() ([]byte, error) // see EncodeUnitBody; asked only of units that are not there yet
}

// StoredUnit is a unit without its content.
type StoredUnit struct {
	ID     int64
	Digest []byte
	Kind   string
	Path   string
}

// Name identifies the unit in its inventory and is stable between scans.
func (u *StoredUnit) Name() string { return u.Kind + ":" + u.Path }

// StoredInventory is an inventory as it is stored: by content, so that equal
// inventories are one.
type StoredInventory struct {
	ID         int64
	Digest     []byte          // of the sorted digests of its units
	Components []UsedComponent // by id
	Units      []StoredUnit    // by path and kind
	Edges      int
}

// The changes of a unit from one inventory of a version to the next.
const (
	UnitNew       = "new"
	UnitChanged   = "changed"
	UnitUnchanged = "unchanged"
	UnitGone      = "gone"
)

// UnitChange says what became of a unit since the version's last inventory.
type UnitChange struct {
	Unit   string `json:"unit"` // kind and path
	Change string `json:"change"`
}

// InventoryChange says how a version's inventory differs from its last one.
type InventoryChange struct {
	Same    bool // nothing changed: it is the very same inventory
	Units   []UnitChange
	Added   int // components that the version did not have
	Removed int
}

// Use is where a component is used now.
type Use struct {
	ProjectID      string
	ProjectName    string
	OrganisationID string
	VersionID      int64
	Ref            string
	Main           bool
	Direct         bool
	Scope          inventory.Scope
}

// Inventories keeps components, units and inventories by content, and which
// version is made of what, when.
type Inventories interface {
	// AddComponents stores those that are not there yet (by purl) and returns the
	// ids of all, in the order given. IDs and matching of what is given are not
	// looked at.
	AddComponents(ctx context.Context, components []Component) ([]int64, error)
	// Components reads components by id, in the order of the ids; those that do not
	// exist are left out.
	Components(ctx context.Context, ids []int64) ([]Component, error)
	// ComponentIDs finds components by purl; what is not there is not in the answer.
	ComponentIDs(ctx context.Context, purls []string) (map[string]int64, error)
	// CountEcosystems counts components by ecosystem.
	CountEcosystems(ctx context.Context, ids []int64) (map[string]int, error)
	// AddInventory stores an inventory and its units, as far as they are not there yet
	// (by digest), and returns its id and theirs, in the order given.
	AddInventory(ctx context.Context, digest []byte, components, edges int, units []NewUnit) (id int64, unitIDs []int64, err error)
	// Inventory reads an inventory's units by its digest; errs.NotFound.
	Inventory(ctx context.Context, digest []byte) (id int64, units []StoredUnit, err error)
	// InventoryUnits lists the units of an inventory by path and kind.
	InventoryUnits(ctx context.Context, inventory int64) ([]StoredUnit, error)
	// UnitBodies reads the contents of units, by id.
	UnitBodies(ctx context.Context, units []int64) (map[int64][]byte, error)
	// SetVersionInventory makes an inventory a version's current one: usage intervals
	// begin and end by difference at the scan with the number scanSeq, and the
	// project's count of components follows. For a transaction.
	SetVersionInventory(ctx context.Context, version int64, inv StoredInventory, scanSeq int64) (InventoryChange, error)
	// Used lists the components that a version uses now, by id.
	Used(ctx context.Context, version int64) ([]UsedComponent, error)
	// Uses lists where a component is used now, as far as somebody may see it, by
	// version. It has no other order.
	Uses(ctx context.Context, component int64, who Visible, page Page) (List[Use], error)
}

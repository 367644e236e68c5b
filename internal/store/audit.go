package store

import (
	"context"
	"time"

	"github.com/assay-sca/assay/internal/audit"
)

// Event is something that somebody did and that is to be remembered for good.
type Event struct {
	At           time.Time
	Actor        string // user:ID, token:ID, system
	Address      string // where the request came from
	Organisation string // empty: of the installation
	Project      string // empty: none
	Action       string // such as project.create
	Object       string // such as project:ID
	// Detail is what else is worth knowing, such as the old and the new value.
	// Values are texts, numbers, booleans and lists and maps of them; never secrets.
	Detail map[string]any
}

// AuditEvent is an event as it is kept.
type AuditEvent struct {
	audit.Event
	Previous, Hash audit.Hash
}

// AuditFilter narrows a list of events; what is empty does not.
type AuditFilter struct {
	Organisation string
	Project      string
	Actor        string
	Action       string // an action, or the part before its dot
	Since, Until time.Time
}

// AuditHead is where the chain stands: what the next event is chained to.
type AuditHead struct {
	Seq  int64 // 0: no event yet
	Hash audit.Hash
}

// Audits keeps the audit log. There is no method that changes or removes events.
type Audits interface {
	// Audit appends an event. Call it last in the transaction that makes the change:
	// it holds the chain's head until the commit.
	Audit(ctx context.Context, e Event) error
	// AuditEvents lists events, newest first; the page's sort is ignored.
	AuditEvents(ctx context.Context, f AuditFilter, p Page) (List[AuditEvent], error)
	// AuditChain reads at most limit events after a sequence number, oldest first.
	AuditChain(ctx context.Context, after int64, limit int) ([]AuditEvent, error)
	// AuditHead tells where the chain stands.
	AuditHead(ctx context.Context) (AuditHead, error)
}

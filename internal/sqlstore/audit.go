package sqlstore

import (
	"context"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/assay-sca/assay/internal/audit"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/store"
)

// auditHead is the setting that holds the chain's head: sequence and hash.
const auditHead = "audit.head"

const auditColumns = `seq, at, actor, address, coalesce(organisation_id, ''), coalesce(project_id, ''), action, object, detail, previous, hash`

// Audit implements store.Audits.
func (n *nouns) Audit(ctx context.Context, e store.Event) error {
	return n.Tx(ctx, func(tx store.Store) error {
		in, ok := tx.(*nouns)
		if !ok {
			return fmt.Errorf("unexpected store %T", tx)
		}
		return in.audit(ctx, e)
	})
}

func (n *nouns) audit(ctx context.Context, e store.Event) error {
	detail, err := json.Marshal(e.Detail)
	if err != nil {
		return fmt.Errorf("write the detail of an audit event: %w", err)
	}
	if len(e.Detail) == 0 {
		detail = []byte("{}")
	}
	head, err := n.lockAuditHead(ctx)
	if err != nil {
		return err
	}
	event := audit.Event{Seq: head.Seq + 1, At: e.At.UnixMilli(), Actor: e.Actor, Address: e.Address,
		Organisation: e.Organisation, Project: e.Project, Action: e.Action, Object: e.Object, Detail: string(detail)}
	hash := event.Chain(head.Hash)
	_, err = n.write.ExecContext(ctx, `insert into audit_events
		(seq, at, actor, address, organisation_id, project_id, action, object, detail, previous, hash)
		values ($1, $2, $3, $4, nullif($5, ''), nullif($6, ''), $7, $8, $9, $10, $11)`,
		event.Seq, event.At, event.Actor, event.Address, event.Organisation, event.Project, event.Action, event.Object, event.Detail, head.Hash[:], hash[:])
	if err != nil {
		return unavailable(err)
	}
	_, err = n.write.ExecContext(ctx, `update settings set value = $2 where name = $1`, auditHead, formatHead(store.AuditHead{Seq: event.Seq, Hash: hash}))
	return unavailable(err)
}

// lockAuditHead reads the head so that nobody else appends until the commit.
func (n *nouns) lockAuditHead(ctx context.Context) (store.AuditHead, error) {
	var value string
	read := func() error {
		return n.write.QueryRowContext(ctx, `select value from settings where name = $1`+n.dialect.forUpdate(), auditHead).Scan(&value)
	}
	err := read()
	if errors.Is(err, sql.ErrNoRows) { // the first event
		_, err = n.write.ExecContext(ctx, `insert into settings (name, value) values ($1, $2) on conflict (name) do nothing`, auditHead, formatHead(store.AuditHead{}))
		if err == nil {
			err = read()
		}
	}
	if err != nil {
		return store.AuditHead{}, unavailable(err)
	}
	return parseHead(value)
}

func formatHead(h store.AuditHead) string { return fmt.Sprintf("%d %x", h.Seq, h.Hash) }

func parseHead(value string) (store.AuditHead, error) {
	seq, hash, _ := strings.Cut(value, " ")
	number, err := strconv.ParseInt(seq, 10, 64)
	sum, errHash := hex.DecodeString(hash)
	if err != nil || errHash != nil || len(sum) != len(audit.Hash{}) {
		return store.AuditHead{}, errs.E(errs.Damaged, "the head of the audit log cannot be read")
	}
	return store.AuditHead{Seq: number, Hash: audit.Hash(sum)}, nil
}

// AuditHead implements store.Audits.
func (n *nouns) AuditHead(ctx context.Context) (store.AuditHead, error) {
	values, err := collect(ctx, n.read, func(row func(...any) error) (value string, err error) {
		return value, row(&value)
	}, `select value from settings where name = $1`, auditHead)
	if err != nil || len(values) == 0 {
		return store.AuditHead{}, err
	}
	return parseHead(values[0])
}

// AuditChain implements store.Audits.
func (n *nouns) AuditChain(ctx context.Context, after int64, limit int) ([]store.AuditEvent, error) {
	return collect(ctx, n.read, scanAuditEvent, `select `+auditColumns+` from audit_events where seq > $1 order by seq limit $2`, after, limit)
}

// AuditEvents implements store.Audits. The log is a list in one order, so its
// cursor is a sequence number.
func (n *nouns) AuditEvents(ctx context.Context, f store.AuditFilter, p store.Page) (store.List[store.AuditEvent], error) {
	var where filter
	where.when(f.Organisation != "", "organisation_id = ?", f.Organisation)
	where.when(f.Project != "", "project_id = ?", f.Project)
	where.when(f.Actor != "", "actor = ?", f.Actor)
	where.when(f.Action != "", `(action = ? or action like ? escape '\')`, f.Action, startsWith(f.Action+"."))
	where.when(!f.Since.IsZero(), "at >= ?", f.Since.UnixMilli())
	where.when(!f.Until.IsZero(), "at < ?", f.Until.UnixMilli())
	if p.Cursor != "" {
		before, err := strconv.ParseInt(p.Cursor, 10, 64)
		if err != nil {
			return store.List[store.AuditEvent]{}, errs.E(errs.Invalid, "the cursor is not one of this list")
		}
		where.and("seq < ?", before)
	}
	limit := limitOf(p)
	events, err := collect(ctx, n.read, scanAuditEvent, fmt.Sprintf(`select %s from audit_events%s order by seq desc limit %d`, auditColumns, where.where(), limit+1), where.args...)
	out := store.List[store.AuditEvent]{Items: events}
	if len(events) > limit {
		out.Items = events[:limit]
		out.Next = strconv.FormatInt(events[limit-1].Seq, 10)
	}
	return out, err
}

func scanAuditEvent(row func(...any) error) (e store.AuditEvent, err error) {
	var previous, hash []byte
	err = row(&e.Seq, &e.At, &e.Actor, &e.Address, &e.Organisation, &e.Project, &e.Action, &e.Object, &e.Detail, &previous, &hash)
	copy(e.Previous[:], previous)
	copy(e.Hash[:], hash)
	return e, err
}

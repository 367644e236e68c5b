package httpapi

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/store"
)

// AuditEvent is something that somebody did.
type AuditEvent struct {
	Seq          int64          `json:"seq"`
	At           time.Time      `json:"at"`
	Actor        string         `json:"actor" doc:"user:ID, token:ID or system"`
	Address      string         `json:"address,omitempty"`
	Organisation string         `json:"organisation,omitempty"`
	Project      string         `json:"project,omitempty"`
	Action       string         `json:"action"`
	Object       string         `json:"object"`
	Detail       map[string]any `json:"detail,omitempty"`
	Hash         string         `json:"hash" doc:"SHA-256 of the hash before and this event."`
}

func auditEventOf(e store.AuditEvent) AuditEvent {
	out := AuditEvent{
		e.Seq, time.UnixMilli(e.At).UTC(), e.Actor, e.Address, e.Organisation, e.Project, e.Action, e.Object, nil, hex.EncodeToString(e.Hash[:]),
	}
	if err := json.Unmarshal([]byte(e.Detail), &out.Detail); err != nil {
		out.Detail = map[string]any{"unreadable": e.Detail} // somebody changed it; verifying says so
	}
	return out
}

type listAuditInput struct {
	Limit        int       `query:"limit" minimum:"1" maximum:"200" default:"50"`
	Cursor       string    `query:"cursor" maxLength:"40"`
	Organisation string    `query:"organisation" maxLength:"40" doc:"Needed by all but administrators of the installation."`
	Project      string    `query:"project" maxLength:"40"`
	Actor        string    `query:"actor" maxLength:"60" doc:"user:ID, token:ID or system"`
	Action       string    `query:"action" maxLength:"60" doc:"An action, or the part before its dot."`
	Since        time.Time `query:"since"`
	Until        time.Time `query:"until"`
}

// Verification is the result of verifying the audit log.
type Verification struct {
	Events int64  `json:"events" doc:"How many are as they were written."`
	Head   string `json:"head" doc:"The hash of the last of them: keep it elsewhere to notice a log that was rewritten as a whole."`
	Broken int64  `json:"broken,omitempty" doc:"The number of the first event that is not what was written; absent: all are."`
	Reason string `json:"reason,omitempty"`
}

func (a *api) audit(r huma.API) {
	tags := []string{"audit"}
	register(a, r, huma.Operation{OperationID: "list-audit-events", Method: http.MethodGet, Path: "/audit/events", Tags: tags, Summary: "List what was done, newest first"},
		func(ctx context.Context, who app.Actor, in *listAuditInput) (*Listed[AuditEvent], error) {
			f := store.AuditFilter{
				Organisation: in.Organisation, Project: in.Project, Actor: in.Actor, Action: in.Action, Since: in.Since, Until: in.Until,
			}
			found, err := a.app.AuditEvents(ctx, who, f, store.Page{Limit: in.Limit, Cursor: in.Cursor})
			return listed(ctx, found, auditEventOf), err
		})
	type answer struct{ Body Verification }
	register(a, r, huma.Operation{
		OperationID: "verify-audit", Method: http.MethodGet, Path: "/audit/verification", Tags: tags, Summary: "Verify the audit log",
		Description: "Reads the whole log and proves that no event was changed, removed or inserted.",
	}, func(ctx context.Context, who app.Actor, _ *struct{}) (*answer, error) {
		report, err := a.app.VerifyAudit(ctx, who)
		return &answer{Verification(report)}, err
	})
}

package webui

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/store"
)

// auditPage lists what was done, the last first, for administrators.
type auditPage struct {
	Frame         frame
	List          listing
	Organisations []chip
	Kinds         []chip
	Items         []auditRow
	Pager         pager
	Report        *app.AuditReport // of a verification that was asked for
	Empty         emptyState
}

type auditRow struct {
	Seq        int64
	At         time.Time
	Actor      string
	Name       string // of the actor, if it is known
	ActorHref  string
	Action     string
	Object     string
	ObjectHref string
	Detail     string
	Address    string
}

func (u *ui) audit(r *request) (reply, error) {
	p, err := r.auditPage(nil)
	if err != nil {
		return nil, err
	}
	return show("audit", p), nil
}

func (u *ui) verifyAudit(r *request) (reply, error) {
	report, err := u.app.VerifyAudit(r.Context(), r.actor)
	if err != nil {
		return nil, err
	}
	p, err := r.auditPage(&report)
	if err != nil {
		return nil, err
	}
	return show("audit", p), nil
}

func (r *request) auditPage(report *app.AuditReport) (auditPage, error) {
	l := r.listing()
	l.Path = "/audit"
	organisation, chips, err := r.organisationOf(l)
	if err != nil {
		return auditPage{}, err
	}
	if r.actor.Installation && l.Get("organisation") == "" {
		organisation = ""
	}
	filter := store.AuditFilter{Organisation: organisation, Project: l.Get("project"), Actor: l.Get("actor"), Action: l.Get("action")}
	if t, err := time.Parse(time.DateOnly, l.Get("since")); err == nil {
		filter.Since = t
	}
	filter.Until = dayOf(l.Get("until"))
	list, err := r.ui.app.AuditEvents(r.Context(), r.actor, filter, l.page(""))
	if err != nil {
		return auditPage{}, err
	}
	return r.auditPageOf(l, chips, list, r.namesIn(organisation), report), nil
}

func (r *request) auditPageOf(l listing, chips []chip, list store.List[store.AuditEvent], names map[string]string, report *app.AuditReport) auditPage {
	p := auditPage{Frame: r.frame("Audit log"), List: l, Pager: l.Pager(len(list.Items), list.Next), Report: report}
	p.Frame.Lead = "Who did what. Each entry is chained to the one before it, so that none can be changed or removed unseen."
	p.Frame.Wide = true
	p.Frame.Actions = []action{{Label: "Verify the chain", Href: "/audit/verify", Post: true, Icon: "shield"}}
	p.Organisations = chips
	for _, kind := range []string{"project", "scan", "finding", "user", "member", "group", "token", "release", "session"} {
		p.Kinds = append(p.Kinds, l.Choice(kind, "action", kind))
	}
	for i := range list.Items {
		row := auditRowOf(l, &list.Items[i])
		row.Name = names[row.Actor]
		p.Items = append(p.Items, row)
	}
	p.Empty = emptyState{Icon: "log", Title: "Nothing was done yet"}
	if l.Filtered() {
		p.Empty = emptyState{Icon: "log", Title: "Nothing fits", Actions: []action{{Label: "All entries", Href: l.Bare()}}}
	}
	return p
}

// namesIn are the names of people by how the log names them. Who is not among the
// first of them, or cannot be read, is shown as the log has it.
func (r *request) namesIn(organisation string) map[string]string {
	names := map[string]string{"system": "the server"}
	list, err := r.ui.app.Users(r.Context(), r.actor, store.UserFilter{Organisation: organisation}, store.Page{Limit: store.MaxLimit})
	if err != nil {
		return names
	}
	for _, u := range list.Items {
		names["user:"+u.ID] = u.Name
	}
	return names
}

func auditRowOf(l listing, e *store.AuditEvent) auditRow {
	return auditRow{
		Seq: e.Seq, At: time.UnixMilli(e.At).UTC(), Actor: e.Actor, ActorHref: l.Set("actor", e.Actor), Action: e.Action,
		Object: e.Object, ObjectHref: objectPath(e.Object, e.Project), Detail: detailWords(e.Detail), Address: e.Address,
	}
}

// objectPath is the page of what an event is about; empty if it has none.
func objectPath(object, project string) string {
	kind, id, _ := strings.Cut(object, ":")
	switch kind {
	case "project":
		return projectPath(id)
	case "scan":
		return "/scans/" + id
	case "user":
		return "/users/" + id
	case "group":
		return "/groups/" + id
	case "finding":
		if project != "" {
			return projectPath(project) + "/findings/" + id
		}
	}
	return ""
}

// detailWords writes an event's detail as people read it: name value, name value.
func detailWords(text string) string {
	var detail map[string]any
	if err := json.Unmarshal([]byte(text), &detail); err != nil {
		return text
	}
	parts := make([]string, 0, len(detail))
	for _, name := range sortedKeys(detail) {
		value := detail[name]
		if value == nil || value == "" {
			continue
		}
		if s, ok := value.(string); ok {
			parts = append(parts, strings.ReplaceAll(name, "_", " ")+" "+s)
			continue
		}
		encoded, err := json.Marshal(value)
		if err != nil {
			encoded = []byte(fmt.Sprint(value))
		}
		parts = append(parts, strings.ReplaceAll(name, "_", " ")+" "+string(encoded))
	}
	return strings.Join(parts, ", ")
}

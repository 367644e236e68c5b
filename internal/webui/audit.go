package webui

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
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
	Kind       string // of the object, such as project
	About      string // what the object is called; empty: it has no name, or is gone
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
	names, err := r.ui.app.AuditNames(r.Context(), r.actor, list.Items)
	if err != nil {
		return auditPage{}, err
	}
	return r.auditPageOf(l, chips, list, names, report), nil
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
		p.Items = append(p.Items, auditRowOf(l, &list.Items[i], names))
	}
	p.Empty = emptyState{Icon: "log", Title: "Nothing was done yet"}
	if l.Filtered() {
		p.Empty = emptyState{Icon: "log", Title: "Nothing fits", Actions: []action{{Label: "All entries", Href: l.Bare()}}}
	}
	return p
}

func auditRowOf(l listing, e *store.AuditEvent, names map[string]string) auditRow {
	row := auditRow{
		Seq: e.Seq, At: time.UnixMilli(e.At).UTC(), Actor: e.Actor, Name: names[e.Actor], ActorHref: l.Set("actor", e.Actor),
		Action: e.Action, Object: e.Object, ObjectHref: objectPath(e.Object, e.Project), Detail: detailWords(e.Detail), Address: e.Address,
	}
	if e.Actor == "system" {
		row.Name = "the server"
	}
	kind, id, _ := strings.Cut(e.Object, ":")
	row.Kind = kind
	switch project := names["project:"+e.Project]; {
	case names[e.Object] != "":
		row.About = strings.TrimPrefix(names[e.Object], "the token ")
	case project != "":
		row.About = "of " + project
	case kind == "release":
		row.About = short(id)
	}
	return row
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

// detailWords writes an event's detail as people read it: name value; name value.
func detailWords(text string) string {
	var detail map[string]any
	if err := json.Unmarshal([]byte(text), &detail); err != nil {
		return text
	}
	parts := make([]string, 0, len(detail))
	for _, name := range sortedKeys(detail) {
		if value := detailValue(name, detail[name]); value != "" {
			parts = append(parts, strings.ReplaceAll(name, "_", " ")+" "+value)
		}
	}
	return strings.Join(parts, "; ")
}

// detailValue is a value of an event's detail; empty if it says nothing.
func detailValue(name string, value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		if t, err := time.Parse(time.RFC3339, v); err == nil {
			return day(t)
		}
		if name == "comment" && v != "" {
			return "“" + v + "”"
		}
		return strings.ReplaceAll(v, "_", " ")
	case bool:
		return map[bool]string{true: "yes", false: "no"}[v]
	case []any:
		return detailList(name, v)
	}
	return fmt.Sprint(value)
}

// detailList writes a list: what was decided on as a number, a change as from and
// to, everything else with commas.
func detailList(name string, list []any) string {
	if name == "findings" {
		return number(int64(len(list)))
	}
	words := make([]string, len(list))
	for i, v := range list {
		words[i] = detailValue("", v)
	}
	if isList := slices.Contains([]string{"scopes", "repositories", "tags"}, name); !isList && len(words) == 2 {
		return cmp.Or(words[0], "none") + " → " + cmp.Or(words[1], "none")
	}
	return strings.Join(words, ", ")
}

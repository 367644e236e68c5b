package app_test

import (
	"testing"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/app/apptest"
	"github.com/assay-sca/assay/internal/audit"
	"github.com/assay-sca/assay/internal/store"
)

// TestAuditNames: names are for those who may read the events, and for what is
// still there.
func TestAuditNames(t *testing.T) {
	t.Parallel()
	k := apptest.New(t, openSQLite(t))
	organisation := k.Organisation("one")
	who := k.Actor(organisation, app.Administrator)
	project := k.AddProject(organisation, "Shop", store.Private)
	events := []store.AuditEvent{{Event: audit.Event{Actor: "user:" + who.UserID, Organisation: organisation, Project: project, Object: "scan:gone"}}}

	names, err := k.AuditNames(t.Context(), who, events)
	fatal(t, err)
	if names["project:"+project] != "Shop" || names["user:"+who.UserID] == "" || names["scan:gone"] != "" {
		t.Errorf("the administrator learns %v", names)
	}
	names, err = k.AuditNames(t.Context(), k.Actor(k.Organisation("other"), app.Administrator), events)
	fatal(t, err)
	if len(names) != 0 {
		t.Errorf("another organisation's administrator learns %v", names)
	}
}

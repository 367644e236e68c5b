package app_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/app/apptest"
	"github.com/assay-sca/assay/internal/store"
)

// TestVerifyAudit changes the log behind the server's back, as somebody with the
// database's password could.
func TestVerifyAudit(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, change string
		broken       int64
		reason       string
	}{
		{"untouched", "", 0, ""},
		{"changed", "update audit_events set actor = 'user:other' where seq = 3", 3, "not what was written"},
		{"removed", "delete from audit_events where seq = 3", 3, "missing"},
		{"first removed", "delete from audit_events where seq = 1", 1, "missing"},
		{"end removed", "delete from audit_events where seq > 4", 5, "ends here"},
		{"all removed", "delete from audit_events", 1, "ends here"},
		{"head removed", "delete from settings where name = 'audit.head'", 1, "head of the log is missing"},
		{"head damaged", "update settings set value = 'x' where name = 'audit.head'", 1, "cannot be read"},
		{"head of another log", "update settings set value = '5 ' || hex(zeroblob(32)) where name = 'audit.head'", 5, "not the event that the head"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			db := openSQLite(t)
			k := apptest.New(t, db)
			for i := range 6 {
				fatal(t, db.Audit(t.Context(), store.Event{At: k.Clock.Now(), Actor: "system", Action: "test", Object: fmt.Sprint(i)}))
			}
			if test.change != "" {
				_, err := db.SQL().ExecContext(t.Context(), test.change)
				fatal(t, err)
			}
			report, err := k.VerifyAudit(t.Context(), app.System())
			if err != nil || report.Broken != test.broken || !strings.Contains(report.Reason, test.reason) {
				t.Errorf("report %+v, error %v; want event %d: %s", report, err, test.broken, test.reason)
			}
			if test.change == "" && (report.Events != 6 || len(report.Head) != 64) {
				t.Errorf("report %+v; want 6 events", report)
			}
		})
	}
}

// TestVerifyLongAudit reads a log that does not fit into one answer.
func TestVerifyLongAudit(t *testing.T) {
	t.Parallel()
	db := openSQLite(t)
	k := apptest.New(t, db)
	fatal(t, db.Tx(t.Context(), func(tx store.Store) error {
		for range 2000 {
			if err := tx.Audit(t.Context(), store.Event{At: k.Clock.Now(), Actor: "system", Action: "test"}); err != nil {
				return err
			}
		}
		return nil
	}))
	report, err := k.VerifyAudit(t.Context(), app.System())
	if err != nil || report.Broken != 0 || report.Events != 2000 {
		t.Errorf("report %+v, error %v", report, err)
	}
}

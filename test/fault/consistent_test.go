package fault_test

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	"github.com/assay-sca/assay/test/harness"
)

// database opens the cluster's database beside the servers, to look only.
func opened(t *testing.T, c *harness.Cluster) *sql.DB {
	t.Helper()
	driver, address := "sqlite", "file:"+c.Database+"?mode=ro"
	if strings.HasPrefix(c.Database, "postgres") {
		driver, address = "pgx", c.Database
	}
	db, err := sql.Open(driver, address)
	must(t, err)
	t.Cleanup(func() { db.Close() })
	return db
}

// rows reads a query as lines of text, sorted.
func rows(t *testing.T, db *sql.DB, query string, args ...any) []string {
	t.Helper()
	result, err := db.QueryContext(context.Background(), query, args...)
	if err != nil {
		t.Fatalf("%v: %s", err, query)
	}
	defer result.Close()
	columns, err := result.Columns()
	must(t, err)
	lines := []string{}
	for result.Next() {
		values, targets := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			targets[i] = &values[i]
		}
		must(t, result.Scan(targets...))
		var line []string
		for _, v := range values {
			if b, ok := v.([]byte); ok {
				v = string(b)
			}
			line = append(line, fmt.Sprint(v))
		}
		lines = append(lines, strings.Join(line, " "))
	}
	must(t, result.Err())
	slices.Sort(lines)
	return lines
}

func none(t *testing.T, db *sql.DB, what, query string) {
	t.Helper()
	if got := rows(t, db, query); len(got) > 0 {
		t.Errorf("%s: %q", what, got[:min(len(got), 5)])
	}
}

// consistent looks into the database whether every scan had its effects once, and
// whether what is kept as figures is what the facts say when they are counted anew.
func consistent(t *testing.T, c *harness.Cluster, scans map[string]string) {
	t.Helper()
	db := opened(t, c)
	for id := range scans {
		if got := rows(t, db, "select state from scans where id = $1", id); len(got) != 1 || got[0] != "done" {
			t.Errorf("scan %s is there as %q", id, got)
		}
	}
	none(t, db, "scans that have not ended", "select id, state, stage from scans where state not in ('done', 'failed', 'cancelled')")
	none(t, db, "scans without exactly one event of their end",
		"select s.id, count(o.id) from scans s left join outbox o on o.scan_id = s.id and o.kind = 'scan.finished' where s.state = 'done' group by s.id having count(o.id) <> 1")
	none(t, db, "analyses that are not done", "select a.scan_id, a.analyzer, a.state from analyses a join scans s on s.id = a.scan_id where s.state = 'done' and a.state not in ('done', 'skipped')")
	none(t, db, "scans without an analysis", "select s.id from scans s where s.state = 'done' and not exists (select 1 from analyses a where a.scan_id = s.id)")
	none(t, db, "two open usages of one component", "select version_id, component_id, count(*) from usages where scan_to is null group by version_id, component_id having count(*) > 1")
	none(t, db, "two findings that hold one advisory", `select f.version_id, f.component_id, f.vulnerability, count(*) from findings f
		where f.merged_into is null and f.gone_at is null group by f.version_id, f.component_id, f.vulnerability having count(*) > 1`)
	counted(t, db)
}

// counted compares counters with what they count.
func counted(t *testing.T, db *sql.DB) {
	t.Helper()
	kept := rows(t, db, "select id, critical, high, medium, low, unknown, negligible, exploited from projects")
	anew := rows(t, db, `select p.id,
		count(case when f.severity = 5 then 1 end), count(case when f.severity = 4 then 1 end), count(case when f.severity = 3 then 1 end),
		count(case when f.severity = 2 then 1 end), count(case when f.severity = 1 then 1 end), count(case when f.severity = 0 then 1 end),
		count(case when f.exploited then 1 end)
		from projects p left join versions v on v.project_id = p.id and v.main left join findings f on f.version_id = v.id and f.counts group by p.id`)
	if diff := cmp.Diff(anew, kept); diff != "" {
		t.Errorf("the projects' counters (-counted anew +kept):\n%s", diff)
	}
	kept = rows(t, db, "select organisation_id, id, findings, projects from vulnerabilities where findings > 0")
	anew = rows(t, db, `select p.organisation_id, f.vulnerability, count(*), count(distinct f.project_id)
		from findings f join versions v on v.id = f.version_id join projects p on p.id = f.project_id where f.counts and v.main group by p.organisation_id, f.vulnerability`)
	if diff := cmp.Diff(anew, kept); diff != "" {
		t.Errorf("the vulnerabilities' counters (-counted anew +kept):\n%s", diff)
	}
	kept = rows(t, db, "select id, components from projects")
	anew = rows(t, db, `select p.id, count(distinct u.component_id) from projects p left join versions v on v.project_id = p.id and v.main
		left join usages u on u.version_id = v.id and u.scan_to is null group by p.id`)
	if diff := cmp.Diff(anew, kept); diff != "" {
		t.Errorf("the projects' components (-counted anew +kept):\n%s", diff)
	}
}

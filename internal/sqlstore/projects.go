package sqlstore

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/store"
)

// projectColumns are what scanProject reads.
const projectColumns = `p.id, p.organisation_id, p.name, p.description, p.visibility, p.tags, p.release_pattern,
	p.include, p.exclude, p.schedule, p.next_scan_at, p.channels, p.channels_sealed, p.created_at, p.updated_at,
	p.archived, p.revision, p.components, p.critical, p.high, p.medium, p.low, p.negligible, p.unknown, p.exploited,
	p.risk, coalesce(p.last_scan_id, ''), p.last_scan_at, p.last_scan_state, p.incomplete, ` + behind

// behind is whether a release newer than a project's figures is the current one. It
// reads the releases once, whatever the number of projects.
const behind = `(p.matched > 0 and p.matched < (select coalesce(max(r.seq), 0) from releases r where r.current))`

func scanProject(row func(...any) error) (store.Project, error) {
	var p store.Project
	var tags, include, exclude, channels string
	var next *int64
	var created, updated, last int64
	c := &p.Counts
	err := row(&p.ID, &p.Organisation, &p.Name, &p.Description, &p.Visibility, &tags, &p.ReleasePattern,
		&include, &exclude, &p.Schedule, &next, &channels, &p.ChannelSecrets, &created, &updated,
		&p.Archived, &p.Revision, &p.Components, &c.Critical, &c.High, &c.Medium, &c.Low, &c.Negligible, &c.Unknown, &c.Exploited,
		&p.Risk, &p.LastScan.ID, &last, &p.LastScan.State, &p.LastScan.Incomplete, &p.Behind)
	if err != nil {
		return p, err
	}
	p.NextScan, p.Created, p.Updated = instant(next), instant(&created), instant(&updated)
	if last != 0 {
		p.LastScan.At = instant(&last)
	}
	for text, into := range map[*string]any{&tags: &p.Tags, &include: &p.Include, &exclude: &p.Exclude, &channels: &p.Channels} {
		if *text == "[]" {
			continue
		}
		if err := json.Unmarshal([]byte(*text), into); err != nil {
			return p, errs.E(errs.Damaged, "read the settings of the project %s: %w", p.ID, err)
		}
	}
	return p, nil
}

// AddProject adds a project.
func (n *nouns) AddProject(ctx context.Context, p store.Project) error {
	_, err := n.write.ExecContext(ctx, `insert into projects (id, organisation_id, name, name_key, description, visibility, tags,
		release_pattern, include, exclude, schedule, next_scan_at, channels, channels_sealed, created_at, updated_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15)`,
		p.ID, p.Organisation, p.Name, strings.ToLower(p.Name), p.Description, p.Visibility, list(p.Tags),
		p.ReleasePattern, list(p.Include), list(p.Exclude), p.Schedule, millis(p.NextScan), list(p.Channels), p.ChannelSecrets, millis(p.Created))
	return n.nameTaken(err)
}

func (n *nouns) nameTaken(err error) error {
	if err != nil && n.dialect.unique(err) {
		return errs.E(errs.Conflict, "there is a project with this name already")
	}
	return unavailable(err)
}

// Project finds a project.
func (n *nouns) Project(ctx context.Context, id string) (store.Project, error) {
	return one(ctx, n.read, scanProject, "such project", `select `+projectColumns+` from projects p where p.id = $1`, id)
}

// LockProject finds a project and locks it.
func (n *nouns) LockProject(ctx context.Context, id string) (store.Project, error) {
	return one(ctx, n.write, scanProject, "such project", `select `+projectColumns+` from projects p where p.id = $1`+n.dialect.forUpdate(), id)
}

// ProjectsByID finds projects.
func (n *nouns) ProjectsByID(ctx context.Context, ids []string) ([]store.Project, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return collect(ctx, n.read, scanProject, `select `+projectColumns+` from projects p where p.id`+n.dialect.texts(1), list(ids))
}

// EditProject writes what a person sets.
func (n *nouns) EditProject(ctx context.Context, p store.Project) error {
	result, err := n.write.ExecContext(ctx, `update projects set name = $3, name_key = $4, description = $5, visibility = $6, tags = $7,
		release_pattern = $8, include = $9, exclude = $10, schedule = $11, next_scan_at = $12, channels = $13, channels_sealed = $14,
		archived = $15, updated_at = $16, revision = revision + 1 where id = $1 and revision = $2`,
		p.ID, p.Revision, p.Name, strings.ToLower(p.Name), p.Description, p.Visibility, list(p.Tags),
		p.ReleasePattern, list(p.Include), list(p.Exclude), p.Schedule, millis(p.NextScan), list(p.Channels), p.ChannelSecrets,
		p.Archived, millis(p.Updated))
	if err != nil {
		return n.nameTaken(err)
	}
	return unchanged(result, "project")
}

// affected is what an execution tells of the rows it changed.
type affected interface{ RowsAffected() (int64, error) }

// unchanged is the Conflict of an edit that found no row of the revision.
func unchanged(result affected, what string) error {
	count, err := result.RowsAffected()
	if err == nil && count == 0 {
		err = errs.Changed(what)
	}
	return err
}

// DeleteProject deletes a project and all that it has.
func (n *nouns) DeleteProject(ctx context.Context, id string, revision int64) error {
	return n.within(ctx, func(in *nouns) error {
		p, err := in.LockProject(ctx, id)
		switch {
		case err != nil:
			return err
		case p.Revision != revision:
			return errs.Changed("project")
		}
		if err := in.Uncount(ctx, id); err != nil {
			return err
		}
		return in.removeProject(ctx, id)
	})
}

func (n *nouns) removeProject(ctx context.Context, id string) error {
	if _, err := n.write.ExecContext(ctx, `delete from tokens where project_id = $1`, id); err != nil {
		return fmt.Errorf("delete the tokens of a project: %w", err)
	}
	// Whoever adds usages locks the version: once all are locked nobody does.
	versions, err := collect(ctx, n.write, func(row func(...any) error) (id int64, err error) { return id, row(&id) },
		"select id from versions where project_id = $1 order by id"+n.dialect.forUpdate(), id)
	if err != nil {
		return err
	}
	if _, err := n.write.ExecContext(ctx, "delete from usages where version_id"+n.dialect.ints(1), list(versions)); err != nil {
		return fmt.Errorf("delete the usages of a project: %w", err)
	}
	if _, err := n.write.ExecContext(ctx, `delete from projects where id = $1`, id); err != nil {
		return fmt.Errorf("delete a project: %w", err)
	}
	return nil
}

// ListProjects lists projects.
func (n *nouns) ListProjects(ctx context.Context, pf store.ProjectFilter, p store.Page) (store.List[store.Project], error) {
	var f filter
	f.when(pf.Organisation != "", "p.organisation_id = ?", pf.Organisation)
	f.visible(n.dialect, pf.Visible)
	f.and("p.archived = ?", pf.Archived)
	f.when(pf.Text != "", `p.name_key like ? escape '\'`, contains(strings.ToLower(pf.Text)))
	f.when(pf.Tag != "", `p.tags like ? escape '\'`, contains(quoted(pf.Tag)))
	if column, ok := severityColumns()[pf.Severity]; ok {
		f.and("p." + column + " > 0")
	} else if pf.Severity != "" {
		return store.List[store.Project]{}, errs.E(errs.Invalid, "there is no severity %q", pf.Severity)
	}
	f.when(pf.Exploited, "p.exploited > 0")
	f.when(pf.Troubled, "(p.last_scan_state = 'failed' or p.incomplete)")
	f.when(pf.Never, "p.last_scan_state = ''")
	f.when(pf.Behind, behind)
	f.when(pf.Idle, "p.id not in (select s.project_id from scans s where s.state in ('waiting', 'queued', 'running'))")
	return keyset[store.Project]{
		columns: projectColumns, from: "projects p", id: byText("p.id"), scan: scanProject, first: "name",
		sorts: map[string]column{
			"name": byText("p.name_key"), "risk": byNumber("p.risk"), "components": byNumber("p.components"),
			"scanned": byNumber("p.last_scan_at"), "created": byNumber("p.created_at"),
		},
	}.list(ctx, n.read, p, f)
}

// severityColumns names the counters of projects.
func severityColumns() map[string]string {
	return map[string]string{
		"critical": "critical", "high": "high", "medium": "medium", "low": "low",
		"negligible": "negligible", "none": "negligible", "unknown": "unknown",
	}
}

// quoted is a text as it stands in a JSON list.
func quoted(s string) string { return strings.Trim(list([]string{s}), "[]") }

// ProjectTags lists tags in use.
func (n *nouns) ProjectTags(ctx context.Context, organisation string, who store.Visible, limit int) ([]string, error) {
	var f filter
	f.when(organisation != "", "p.organisation_id = ?", organisation)
	f.visible(n.dialect, who)
	f.and("p.tags <> '[]'")
	return collect(ctx, n.read, scanOne[string], fmt.Sprintf(`select distinct t.value from projects p cross join %s t%s order by t.value limit %d`,
		n.dialect.each("p.tags"), f.where(), limit), f.args...)
}

// scanOne reads rows of one column.
func scanOne[T any](row func(...any) error) (v T, err error) {
	err = row(&v)
	return v, err
}

// SetLastScan remembers a project's last scan.
func (n *nouns) SetLastScan(ctx context.Context, project string, last store.LastScan) error {
	_, err := n.write.ExecContext(ctx, `update projects set last_scan_id = $2, last_scan_at = $3, last_scan_state = $4, incomplete = $5, matched = `+matchedOf+` where id = $1`,
		project, last.ID, millis(last.At), last.State, last.Incomplete)
	return unavailable(err)
}

// DueProjects finds projects that are due.
func (n *nouns) DueProjects(ctx context.Context, at time.Time, limit int) ([]store.Project, error) {
	return collect(ctx, n.read, scanProject, `select `+projectColumns+` from projects p
		where p.next_scan_at is not null and p.next_scan_at <= $1 order by p.next_scan_at limit $2`, millis(at), limit)
}

// TakeDue sets a project's next time if it is still the one given.
func (n *nouns) TakeDue(ctx context.Context, project string, due, next time.Time) (bool, error) {
	result, err := n.write.ExecContext(ctx, `update projects set next_scan_at = $3 where id = $1 and next_scan_at = $2`,
		project, millis(due), millis(next))
	if err != nil {
		return false, unavailable(err)
	}
	count, err := result.RowsAffected()
	return count == 1, err
}

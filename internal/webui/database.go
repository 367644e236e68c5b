package webui

import (
	"cmp"
	"io"
	"mime/multipart"
	"slices"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/store"
)

// databasePage is how the advisory database stands.
type databasePage struct {
	Frame      frame
	Status     app.DatabaseStatus
	Ecosystems []ecosystemRow
	Releases   []store.Release
	Pager      pager
	Form       form
	Stale      int   // sources that are old
	Behind     int64 // projects that were last matched with an older release
	MayRescan  bool
	Empty      emptyState
}

// ecosystemRow is how many live records an ecosystem has, and its part of the
// greatest, in percent, for the bar.
type ecosystemRow struct {
	Name    string
	Records int64
	Bar     drawn
}

func (u *ui) database(r *request) (reply, error) {
	p, err := r.databasePage(r.form("/database"))
	if err != nil {
		return nil, err
	}
	return show("database", p), nil
}

func (r *request) databasePage(f form) (databasePage, error) {
	status, err := r.ui.app.CurrentRelease(r.Context(), r.actor)
	if err != nil {
		return databasePage{}, err
	}
	l := r.listing()
	releases, err := r.ui.app.Releases(r.Context(), r.actor, l.page(""))
	if err != nil {
		return databasePage{}, err
	}
	p := r.databasePageOf(l, f, status, releases)
	p.MayRescan = administers(r.actor)
	p.Behind, err = r.ui.app.CountOutdated(r.Context(), r.actor)
	return p, err
}

// rescanOutdated queues rescans of what was matched with an older release, in all
// organisations that the actor administers.
func (u *ui) rescanOutdated(r *request) (reply, error) {
	organisations := []string{""}
	if !r.actor.Installation {
		organisations = organisations[:0]
		for _, id := range sortedKeys(r.actor.Members) {
			if r.actor.In(id).AtLeast(app.Administrator) {
				organisations = append(organisations, id)
			}
		}
	}
	var all app.Rescan
	for _, id := range organisations {
		done, err := u.app.RescanOutdated(r.Context(), r.actor, id)
		if err != nil {
			return nil, err
		}
		all.Projects, all.Scans, all.Passed, all.More = all.Projects+done.Projects, all.Scans+done.Scans, all.Passed+done.Passed, all.More || done.More
	}
	if len(organisations) == 0 {
		return nil, errs.E(errs.Denied, "this needs an administrator of an organisation")
	}
	return goSaying("/database", rescanned(all)), nil
}

// rescanned says what became of a request to rescan.
func rescanned(done app.Rescan) string {
	says := count(int64(done.Scans), "scan") + " of " + count(int64(done.Projects), "project") + " queued."
	if done.Projects == 0 {
		says = "Nothing to queue: a scan of each that can be scanned again waits or runs already."
	}
	if done.Passed > 0 {
		says += " " + count(int64(done.Passed), "project") + " cannot be scanned again."
	}
	if done.More {
		says += " There are more: ask again when these are done."
	}
	return says
}

func (r *request) databasePageOf(l listing, f form, status app.DatabaseStatus, releases store.List[store.Release]) databasePage {
	p := databasePage{Frame: r.frame("Database"), Status: status, Releases: releases.Items, Pager: l.Pager(len(releases.Items), releases.Next), Form: f}
	p.Frame.Badge = databaseBadge(status.State)
	p.Frame.Lead = "What components are compared with. Every scan and every finding names the release it was made with."
	p.Empty = emptyState{
		Icon: "database", Title: "No advisory database yet", Text: "Without one, scans list what a project is made of and find nothing. " + sentence(status.Reason),
		Code: "assay db load --server https://assay.example.org vulnerabilities.db",
	}
	if status.Current != nil {
		p.Ecosystems = ecosystemRows(status.Current.Status.Ecosystems)
		for _, s := range status.Current.Status.Sources {
			if s.Stale != "" {
				p.Stale++
			}
		}
	}
	return p
}

func databaseBadge(state string) badge {
	switch state {
	case "ok":
		return badge{"current", "good", ""}
	case "stale":
		return badge{"old", "warn", "A newer release is due"}
	case "sample":
		return badge{"sample data", "warn", "Demonstration data: results are no verdict"}
	}
	return badge{"missing", "bad", "Nothing can be compared"}
}

func ecosystemRows(counts map[string]int) []ecosystemRow {
	var rows []ecosystemRow
	var top int
	for _, n := range counts {
		top = max(top, n)
	}
	for _, name := range sortedKeys(counts) {
		rows = append(rows, ecosystemRow{name, int64(counts[name]), shareBar(float64(counts[name]) / float64(max(top, 1)))})
	}
	slices.SortStableFunc(rows, func(a, b ecosystemRow) int { return cmp.Compare(b.Records, a.Records) })
	return rows
}

// loadRelease imports the file that a form sends. The file is read as it comes,
// never kept whole; the fields stand before it in the form.
func (u *ui) loadRelease(r *request) (reply, error) {
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, errs.E(errs.Invalid, "this page takes a form with a file")
	}
	release, err := r.importFrom(parts)
	if err == nil {
		return goSaying("/database", "Release "+release.Name+" is the current one now"), nil
	}
	if kind := errs.KindOf(err); kind != errs.Invalid && kind != errs.Stale && kind != errs.Damaged && kind != errs.TooLarge {
		return nil, err
	}
	f := r.form("/database")
	f.Fault = sentence(err.Error())
	p, err := r.databasePage(f)
	if err != nil {
		return nil, err
	}
	return showAgain("database", p), nil
}

// maxFields bounds how many fields of a form stand before its file: whoever is
// signed in may send one.
const maxFields = 10

// importFrom reads the form's fields up to the file, and then the file.
func (r *request) importFrom(parts *multipart.Reader) (store.Release, error) {
	fields := map[string]string{}
	for range maxFields {
		part, err := parts.NextPart()
		if err != nil {
			break
		}
		if part.FormName() == "file" {
			if err := r.checkToken(fields["csrf"]); err != nil {
				return store.Release{}, err
			}
			if part.FileName() == "" {
				return store.Release{}, errs.E(errs.Invalid, "choose a file")
			}
			return r.ui.app.ImportRelease(r.Context(), r.actor, part, fields["older"] != "")
		}
		value, err := io.ReadAll(io.LimitReader(part, 1000))
		if err != nil {
			return store.Release{}, errs.E(errs.Invalid, "the form cannot be read: %w", err)
		}
		fields[part.FormName()] = string(value)
	}
	return store.Release{}, errs.E(errs.Invalid, "the form has no file")
}

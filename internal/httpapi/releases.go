package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/store"
)

// Release is a release of the advisory database that was imported.
type Release struct {
	Sequence   int64          `json:"sequence" doc:"The order of imports."`
	Digest     string         `json:"digest"`
	Schema     string         `json:"schema"`
	Name       string         `json:"name"`
	Size       int64          `json:"size" doc:"Of the file, in bytes."`
	Records    int            `json:"records"`
	Ecosystems map[string]int `json:"ecosystems,omitempty" doc:"Live records."`
	Outdated   []string       `json:"outdated" nullable:"false" doc:"Sources that could not be renewed."`
	Built      time.Time      `json:"built"`
	Imported   time.Time      `json:"imported"`
	Sample     bool           `json:"sample" doc:"Demonstration data: results are no verdict."`
	Current    bool           `json:"current"`
}

func releaseOf(r store.Release) Release {
	return Release{r.Seq, r.Digest, r.Schema, r.Name, r.Size, r.Status.Records, r.Status.Ecosystems, texts(r.Status.Outdated), r.Built, r.Imported, r.Sample, r.Current}
}

// maxRelease bounds an uploaded advisory database, in bytes.
const maxRelease = 4 << 30

// releases are the operations on the advisory database.
func (a *api) releases(r huma.API) {
	tags := []string{"database"}
	register(a, r, huma.Operation{
		OperationID: "get-database", Method: http.MethodGet, Path: "/database", Tags: tags, Summary: "Tell how the advisory database stands",
	}, a.getDatabase)
	register(a, r, huma.Operation{
		OperationID: "list-releases", Method: http.MethodGet, Path: "/database/releases", Tags: tags, Summary: "List the releases that were imported, the last first",
	}, a.listReleases)
	register(a, r, upload(huma.Operation{
		OperationID: "import-release", Method: http.MethodPost, Path: "/database/releases", DefaultStatus: http.StatusCreated, Tags: tags, Summary: "Import a release of the advisory database",
		Description: "Takes a database file, or what `assay db export` wrote. It is checked whole before it becomes the current one.",
	}, maxRelease, "application/octet-stream"), a.importRelease)
	type rescanInput struct {
		Organisation string `query:"organisation" maxLength:"40" doc:"Absent: all, for an administrator of the installation."`
	}
	register(a, r, huma.Operation{
		OperationID: "rescan-outdated", Method: http.MethodPost, Path: "/database/rescan", DefaultStatus: http.StatusAccepted, Tags: tags,
		Summary: "Queue rescans of the projects whose findings are as of an older release",
		Description: "At most 200 projects at once; those of which a scan waits or runs are left alone. Repositories are fetched again, " +
			"of pushed versions the inventory that was pushed last is compared again. Needs an administrator of the organisation.",
	}, func(ctx context.Context, who app.Actor, in *rescanInput) (*rescanAnswer, error) {
		done, err := a.app.RescanOutdated(ctx, who, in.Organisation)
		return &rescanAnswer{Rescan{done.Projects, done.Scans, done.Passed, done.More}}, err
	})
}

// Rescan is what became of a request to rescan outdated projects.
type Rescan struct {
	Projects int  `json:"projects" doc:"That are scanned again."`
	Scans    int  `json:"scans" doc:"That were queued."`
	Passed   int  `json:"passed" doc:"Projects that could not be scanned again: what they were made of is gone."`
	More     bool `json:"more" doc:"There are more than are taken at once."`
}

type rescanAnswer struct{ Body Rescan }

type databaseAnswer struct {
	Body struct {
		State   string   `json:"state" enum:"ok,missing,sample,stale"`
		Reason  string   `json:"reason,omitempty" doc:"For every state but ok."`
		Current *Release `json:"current,omitempty"`
	}
}

func (a *api) getDatabase(ctx context.Context, who app.Actor, _ *struct{}) (*databaseAnswer, error) {
	s, err := a.app.CurrentRelease(ctx, who)
	out := &databaseAnswer{}
	out.Body.State, out.Body.Reason = s.State, s.Reason
	if s.Current != nil {
		r := releaseOf(*s.Current)
		out.Body.Current = &r
	}
	return out, err
}

type listReleasesInput struct{ Paging }

func (a *api) listReleases(ctx context.Context, who app.Actor, in *listReleasesInput) (*Listed[Release], error) {
	found, err := a.app.Releases(ctx, who, in.page())
	return listed(ctx, found, releaseOf), err
}

type importReleaseInput struct {
	Upload
	AllowOlder bool `query:"allow_older" doc:"Take a release that is older than the current one."`
}

type releaseAnswer struct{ Body Release }

func (a *api) importRelease(ctx context.Context, who app.Actor, in *importReleaseInput) (*releaseAnswer, error) {
	r, err := a.app.ImportRelease(ctx, who, in.stream, in.AllowOlder)
	if err != nil {
		return nil, err
	}
	return &releaseAnswer{releaseOf(r)}, nil
}

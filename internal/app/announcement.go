package app

import (
	"encoding/json"

	"github.com/assay-sca/assay/internal/store"
)

// Announcement is the event of a scan's end. Its name is the same however often
// the end is stored.
func Announcement(s *store.Scan) store.OutboxEvent {
	kind := map[store.ScanState]string{store.ScanDone: "scan.finished", store.ScanFailed: "scan.failed", store.ScanCancelled: "scan.cancelled"}[s.State]
	body, err := json.Marshal(map[string]any{
		"scan": s.ID, "project": s.ProjectID, "repository": s.RepositoryID, "ref": s.Ref, "asked_release": s.AskedRelease, "commit": s.Commit, "trigger": s.Trigger,
		"state": s.State, "error": s.Error, "incomplete": s.Incomplete, "appeared": s.Appeared, "disappeared": s.Disappeared,
		"critical": s.Critical, "high": s.High, "medium": s.Medium, "low": s.Low, "negligible": s.Negligible, "unknown": s.Unknown,
	})
	if err != nil {
		body = []byte("{}") // texts and numbers always can
	}
	return store.OutboxEvent{
		Event: kind + ":" + s.ID, Kind: kind, OrganisationID: s.OrganisationID, ProjectID: s.ProjectID, ScanID: s.ID, Body: string(body), CreatedAt: s.FinishedAt,
	}
}

package pipeline

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/repourl"
	"github.com/assay-sca/assay/internal/source"
	"github.com/assay-sca/assay/internal/store"
)

// shownRefs is how many of the refs that were looked for a failure names.
const shownRefs = 6

// resolve finds the ref of the release that was asked for. The scan goes back to
// wait under that ref, as scans of one ref come one after the other and another one
// of it may be under way. Admission lets nothing younger of the repository pass
// until then, so the order stays.
func (r *run) resolve(ctx context.Context, repository store.Repository) error {
	project, err := r.p.Store.Project(ctx, r.scan.ProjectID)
	if err != nil {
		return err
	}
	remote, err := r.remote(repository)
	if err != nil {
		return err
	}
	r.sayf("Looking for the release %q among the refs of %s.", r.scan.AskedRelease, repository.URL)
	refs, err := r.p.List(ctx, remote)
	if err != nil {
		return err
	}
	ref, err := releaseRef(project.ReleasePattern, r.scan.AskedRelease, refs.Refs)
	if err != nil {
		return err
	}
	r.sayf("The release %q is %s.", r.scan.AskedRelease, ref)
	r.flush(ctx)
	return r.commit(ctx, func(tx store.Store, s *store.Scan) error {
		known, err := r.knownRefs(ctx, tx, repository)
		if err != nil {
			return err
		}
		s.Ref, s.State = spelled(spellings(ref, refs.Refs), known), store.ScanWaiting
		s.Stages, s.Tries, s.Error = nil, 0, "" // it begins under the ref
		return nil
	})
}

// releaseRef is the ref that a release has. That there is none lasts until somebody
// makes one: trying again would not help.
func releaseRef(pattern, release string, refs []source.RemoteRef) (string, error) {
	exists := func(name string) bool {
		return slices.ContainsFunc(refs, func(r source.RemoteRef) bool { return r.Name == name })
	}
	if ref := repourl.ResolveRelease(pattern, release, exists); ref != "" {
		return ref, nil
	}
	sought := repourl.ReleaseRefs(pattern, release)
	more := ""
	if left := len(sought) - shownRefs; left > 0 {
		sought, more = sought[:shownRefs], fmt.Sprintf(" and %d more", left)
	}
	return "", errs.E(errs.NotFound, "the repository has no ref of the release %q; looked for %s%s. Push the release's tag, or change the project's pattern of release refs, which is %s, and scan again",
		release, strings.Join(sought, ", "), more, pattern)
}

// spellings are the names by which a ref can be asked for, the usual one first: the
// short one, unless it means another ref.
func spellings(ref string, refs []source.RemoteRef) []string {
	short, isBranch := strings.CutPrefix(ref, "refs/heads/")
	if !isBranch {
		tag, isTag := strings.CutPrefix(ref, "refs/tags/")
		branch := slices.ContainsFunc(refs, func(r source.RemoteRef) bool { return r.Name == "refs/heads/"+tag })
		if !isTag || branch {
			return []string{ref}
		}
		short = tag
	}
	if short == "HEAD" || strings.HasPrefix(short, "refs/") || repourl.CheckRef(short) != nil {
		return []string{ref}
	}
	return []string{short, ref}
}

// spelled is the name under which a ref is known already, so that what is scanned by
// its release and by its ref is one version; else the usual one.
func spelled(names, known []string) string {
	for _, name := range known {
		if slices.Contains(names, name) {
			return name
		}
	}
	return names[0]
}

// knownRefs are the refs of the scan's repository by the names under which they
// have been asked for: what the repository is set to, those of versions, and those
// of scans that have no version yet.
func (r *run) knownRefs(ctx context.Context, tx store.Store, repository store.Repository) ([]string, error) {
	known := []string{repository.Ref}
	versions, err := tx.VersionsOf(ctx, r.scan.ProjectID)
	if err != nil {
		return nil, err
	}
	for _, v := range versions {
		if v.Repository == repository.ID {
			known = append(known, r.whole(v.Ref))
		}
	}
	active, err := tx.Scans(ctx, store.ScanFilter{
		Visible: store.Visible{All: true}, Project: r.scan.ProjectID, States: []store.ScanState{store.ScanWaiting, store.ScanQueued, store.ScanRunning},
	}, store.Page{Limit: store.MaxLimit})
	for _, s := range active.Items {
		if s.RepositoryID == repository.ID {
			known = append(known, s.Ref)
		}
	}
	return known, err
}

// whole is the ref of a version that is narrowed to the scan's language.
func (r *run) whole(ref string) string {
	if r.scan.Language == "" {
		return ref
	}
	return strings.TrimSuffix(ref, "#"+r.scan.Language)
}

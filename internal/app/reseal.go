package app

import (
	"context"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/store"
)

// resealBatch is how many rows Reseal reads at once.
const resealBatch = 100

// Reseal seals what is sealed under an earlier key under the last one, after which
// the earlier key can be taken out of the keyring, and tells how many secrets that
// were. It may be called again after it was broken off.
func (a *App) Reseal(ctx context.Context, who Actor) (int, error) {
	if err := who.needInstallation(ScopeManage); err != nil {
		return 0, err
	}
	if a.Keys == nil {
		return 0, errs.E(errs.Unavailable, "this server has no key to seal secrets with")
	}
	count, err := a.resealCredentials(ctx)
	if err != nil {
		return count, err
	}
	for _, archived := range []bool{false, true} {
		n, err := a.resealChannels(ctx, archived)
		count += n
		if err != nil {
			return count, err
		}
	}
	return count, a.Store.Tx(ctx, func(tx store.Store) error {
		return a.audit(ctx, tx, who, store.Event{Action: "secrets.reseal", Object: "installation", Detail: map[string]any{"secrets": count}})
	})
}

func (a *App) resealCredentials(ctx context.Context) (count int, err error) {
	for after := ""; ; {
		batch, err := a.Store.SealedRepositories(ctx, after, resealBatch)
		if err != nil || len(batch) == 0 {
			return count, err
		}
		for _, r := range batch {
			after = r.ID
			if !a.Keys.Stale(r.Sealed) {
				continue
			}
			sealed, err := a.resealed(r.Sealed, r.ID)
			if err != nil {
				return count, err
			}
			changed, err := a.Store.Reseal(ctx, r.ID, r.Sealed, sealed)
			if err != nil {
				return count, err
			}
			if changed {
				count++
			}
		}
	}
}

func (a *App) resealChannels(ctx context.Context, archived bool) (count int, err error) {
	page := store.Page{Limit: store.MaxLimit}
	for {
		list, err := a.Store.ListProjects(ctx, store.ProjectFilter{Visible: store.Visible{All: true}, Archived: archived}, page)
		if err != nil {
			return count, err
		}
		for _, p := range list.Items {
			if !a.Keys.Stale(p.ChannelSecrets) {
				continue
			}
			if err := a.resealProject(ctx, p.ID); err != nil {
				return count, err
			}
			count++
		}
		if page.Cursor = list.Next; page.Cursor == "" {
			return count, nil
		}
	}
}

func (a *App) resealProject(ctx context.Context, id string) error {
	return a.Store.Tx(ctx, func(tx store.Store) error {
		p, err := tx.LockProject(ctx, id)
		if err != nil || !a.Keys.Stale(p.ChannelSecrets) {
			return err
		}
		if p.ChannelSecrets, err = a.resealed(p.ChannelSecrets, channelsOf(id)); err != nil {
			return err
		}
		return tx.EditProject(ctx, p)
	})
}

// resealed seals anew what is sealed.
func (a *App) resealed(sealed []byte, associated string) ([]byte, error) {
	secret, err := a.Keys.Open(sealed, associated)
	if err != nil {
		return nil, err
	}
	return a.Keys.Seal(secret, associated)
}

package server

import (
	"context"
	"log/slog"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/auth"
	"github.com/assay-sca/assay/internal/errs"
)

// RotateKeys adds a key to the file of keys. Embedded, where no server may run
// meanwhile (errs.Conflict), it also seals everything under it and tells how many
// secrets that were. Scaled out, the other processes need the file first: see
// ResealSecrets.
func RotateKeys(ctx context.Context, o Options) (int, error) {
	o, err := o.filled()
	if err != nil {
		return 0, err
	}
	if o.Database != "" {
		return 0, auth.RotateKeyring(o.KeyFile)
	}
	release, err := Hold(o)
	if err != nil {
		return 0, err
	}
	defer release() //nolint:errcheck // the process ends
	if err := auth.RotateKeyring(o.KeyFile); err != nil {
		return 0, err
	}
	return ResealSecrets(ctx, o)
}

// ResealSecrets seals what is sealed under earlier keys under the last one, and
// tells how many secrets that were. Processes that have not read that key since
// they started cannot open them any more.
func ResealSecrets(ctx context.Context, o Options) (int, error) {
	o, err := o.filled()
	if err != nil {
		return 0, err
	}
	keys, err := auth.OpenKeyring(o.KeyFile, false)
	if err != nil {
		return 0, err
	}
	db, err := OpenDatabase(ctx, o)
	if err != nil {
		return 0, err
	}
	defer db.Close() //nolint:errcheck // what was done is committed
	current, err := db.Current(ctx)
	if err != nil {
		return 0, err
	}
	if !current {
		return 0, errs.E(errs.Stale, "the database is not of this program's version: start the server once, or run `assay migrate up`")
	}
	return app.New(app.Deps{Store: db, Clock: o.Clock, Log: slog.New(slog.DiscardHandler), Keys: keys}).Reseal(ctx, app.System())
}

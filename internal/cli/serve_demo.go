package cli

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/policy"
	"github.com/assay-sca/assay/internal/server"
)

// demo scans each folder of a folder, so that a server can show something.
func (a *app) demo(ctx context.Context, folder string) ([]server.Demo, func() error, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, nil, errs.E(errs.NotFound, "--demo: %w", err)
	}
	dir, err := os.MkdirTemp("", "assay-demo-")
	if err != nil {
		return nil, nil, errs.E(errs.Unavailable, "make a folder: %w", err)
	}
	remove := func() error { return os.RemoveAll(dir) }
	var out []server.Demo
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		file := filepath.Join(dir, e.Name()+".json")
		var said bytes.Buffer
		code := Main(ctx, Env{
			Args: []string{
				"scan", "--quiet", "--db", sampleName, "--offline", "--fail-on", "none", "--allow-incomplete",
				"-o", "json=" + file, filepath.Join(folder, e.Name()),
			},
			Stdout: &said, Stderr: &said, Getenv: func(string) string { return "" }, Now: a.Now, Client: a.Client,
		})
		if code != policy.ExitClean {
			return nil, nil, errors.Join(errs.E(errs.Invalid, "scan %s: %s", e.Name(), strings.TrimSpace(said.String())), remove())
		}
		out = append(out, server.Demo{Name: e.Name(), File: file})
	}
	return out, remove, nil
}

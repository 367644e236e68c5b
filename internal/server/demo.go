package server

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"time"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/errs"
)

// demoEmail is who owns a demonstration.
const demoEmail = "demo@example.org"

// demonstrate fills a server that has nobody yet: an organisation with its
// administrator, and a project for each inventory. Its owner enters by a link that
// works once.
func (s *server) demonstrate(ctx context.Context, base string) error {
	needed, err := s.app.SetupNeeded(ctx)
	if err != nil {
		return err
	}
	if !needed { // an earlier start made it, if anybody did
		if err := s.demoLink(ctx, base); errs.KindOf(err) != errs.NotFound {
			return err
		}
		return nil
	}
	link, err := s.app.SetupLink(ctx)
	if err != nil {
		return err
	}
	in, err := s.app.Setup(ctx, app.SetupInput{
		Link: link.Secret, Organisation: "Demonstration", Name: "Demo", Email: demoEmail, Password: rand.Text(),
	}, app.Client{})
	if err != nil {
		return fmt.Errorf("make the demonstration's administrator: %w", err)
	}
	if err := s.app.SignOut(ctx, in.Cookie, app.Client{}); err != nil {
		return err
	}
	for _, d := range s.o.Demo {
		if err := s.demoProject(ctx, in.Actor, d); err != nil {
			return fmt.Errorf("fill the demonstration: %s: %w", d.Name, err)
		}
	}
	return s.demoLink(ctx, base)
}

// demoLink tells how to enter; a password that was chosen before works too.
func (s *server) demoLink(ctx context.Context, base string) error {
	enter, err := s.app.PasswordLinkFor(ctx, app.System(), demoEmail)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.o.Out, "A demonstration is ready. Enter as %s, with this link that works once, until %s:\n  %s%s\n",
		demoEmail, enter.Expires.Format(time.RFC3339), base, app.LinkPath(enter))
	return nil
}

func (s *server) demoProject(ctx context.Context, who app.Actor, d Demo) error {
	p, err := s.app.CreateProject(ctx, who, app.NewProject{ProjectSettings: app.ProjectSettings{
		Name: d.Name, Description: "Of Assay's examples", Tags: []string{"demonstration"},
	}})
	if err != nil {
		return err
	}
	f, err := os.Open(d.File)
	if err != nil {
		return errs.E(errs.NotFound, "the inventory: %w", err)
	}
	defer f.Close() //nolint:errcheck // only read
	_, err = s.app.PushScan(ctx, who, app.Push{Project: p.ID, Ref: "main", Body: f})
	return err
}

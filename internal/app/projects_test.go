package app_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/app/apptest"
	"github.com/assay-sca/assay/internal/auth"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/sqlstore"
	"github.com/assay-sca/assay/internal/sqlstore/sqlstoretest"
	"github.com/assay-sca/assay/internal/store"
)

// bureau is a kit with an organisation and somebody of each role.
type bureau struct {
	*apptest.Kit
	t                                       *testing.T
	organisation                            string
	viewer, developer, manager, admin, root app.Actor
	guest                                   app.Actor
}

func newBureau(t *testing.T, db store.Store) *bureau {
	t.Helper()
	d := &bureau{Kit: apptest.New(t, db), t: t}
	d.organisation = d.Organisation("one")
	d.viewer, d.developer = d.Actor(d.organisation, app.Viewer), d.Actor(d.organisation, app.Developer)
	d.manager, d.admin = d.Actor(d.organisation, app.Manager), d.Actor(d.organisation, app.Administrator)
	d.root, d.guest = d.Installation(), d.Actor("", app.Nobody)
	return d
}

func (d *bureau) create(who app.Actor, in app.NewProject) app.ProjectView {
	d.t.Helper()
	in.Organisation = d.organisation
	p, err := d.CreateProject(d.t.Context(), who, in)
	fatal(d.t, err)
	return p
}

func named(name string, urls ...string) app.NewProject {
	in := app.NewProject{ProjectSettings: app.ProjectSettings{Name: name}}
	for _, u := range urls {
		in.Repositories = append(in.Repositories, app.NewRepository{URL: u})
	}
	return in
}

func kind(t *testing.T, what string, err error, want errs.Kind, word string) {
	t.Helper()
	if errs.KindOf(err) != want || err == nil || !strings.Contains(err.Error(), word) {
		t.Errorf("%s: error %v, want kind %d with %q", what, err, want, word)
	}
}

// faulty checks which fields are at fault.
func faulty(t *testing.T, what string, err error, want ...string) {
	t.Helper()
	var faults app.Faults
	if !errors.As(err, &faults) {
		t.Errorf("%s: error %v, want faults of %v", what, err, want)
		return
	}
	var fields []string
	for _, f := range faults {
		fields = append(fields, f.Field)
	}
	slices.Sort(fields)
	slices.Sort(want)
	if diff := cmp.Diff(want, slices.Compact(fields)); diff != "" {
		t.Errorf("%s: fields at fault (-want +got):\n%s%v", what, diff, err)
	}
}

// TestCreateProject: a project with repositories is scanned at once, by whoever
// may make it.
func TestCreateProject(t *testing.T) {
	t.Parallel()
	sqlstoretest.Each(t, func(t *testing.T, db *sqlstore.DB) {
		d := newBureau(t, db)
		p := d.create(d.manager, named("Shop", "https://git.example.org/shop.git", "git@git.example.org:cart"))
		if p.Role != app.Manager || p.Revision != 1 || len(p.Repositories) != 2 || p.ReleasePattern != store.DefaultReleasePattern {
			t.Errorf("created %+v", p)
		}
		scans, err := d.Scans(t.Context(), d.viewer, app.ScanQuery{Project: p.ID})
		fatal(t, err)
		if len(scans.Items) != 2 || scans.Items[0].Trigger != store.TriggerCreate || len(d.Queue.Take()) != 2 {
			t.Errorf("scans %+v, want one of each repository, with its job", scans.Items)
		}
		for who, actor := range map[string]app.Actor{"viewer": d.viewer, "developer": d.developer} {
			_, err := d.CreateProject(t.Context(), actor, named(who))
			kind(t, who, err, errs.Denied, "manager")
		}
		_, err = d.CreateProject(t.Context(), d.guest, named("x"))
		kind(t, "guest", err, errs.Denied, "no organisation")
		in := named("x")
		in.Organisation = d.Organisation("two")
		_, err = d.CreateProject(t.Context(), d.manager, in)
		kind(t, "in another organisation", err, errs.NotFound, "organisation")
		_, err = d.CreateProject(t.Context(), d.manager, named(" sHOP "))
		kind(t, "of a name that is taken", err, errs.Conflict, "name")
		d.repositories(p)
	})
}

// repositories: one belongs to one project, which is named to who may see it, and
// what cannot be created leaves nothing.
func (d *bureau) repositories(shop app.ProjectView) {
	t := d.t
	_, err := d.CreateProject(t.Context(), d.manager, named("Second", "https://git.example.org/new", "ssh://git@GIT.example.org/shop/"))
	kind(t, "a second use", err, errs.Conflict, `"Shop"`)
	if list, err := d.Projects(t.Context(), d.manager, app.ProjectQuery{Text: "second"}); err != nil || len(list.Items) != 0 {
		t.Errorf("%+v, %v are left of it", list.Items, err)
	}
	hidden := named("Hidden", "https://git.example.org/hidden")
	hidden.Visibility = store.Private
	_, err = d.CreateProject(t.Context(), d.manager, hidden)
	kind(t, "a private one by a manager", err, errs.Denied, "administrator")
	d.create(d.admin, hidden)
	_, err = d.AddRepository(t.Context(), d.manager, shop.ID, app.NewRepository{URL: "https://git.example.org/hidden.git"})
	kind(t, "a hidden project's", err, errs.Conflict, "may not see")
	if strings.Contains(err.Error(), "Hidden") {
		t.Errorf("the hidden project is named: %v", err)
	}
	_, err = d.CreateProject(t.Context(), d.manager, named("Twice", "https://git.example.org/t", "git@git.example.org:t.git"))
	faulty(t, "the same twice", err, "repositories.1.url")
	r, err := d.AddRepository(t.Context(), d.manager, shop.ID, app.NewRepository{URL: "https://git.example.org/more", Ref: "main"})
	if err != nil || r.Ref != "main" || r.Revision != 1 {
		t.Errorf("AddRepository = %+v, %v", r, err)
	}
	url := "https://git.example.org/shop"
	_, err = d.EditRepository(t.Context(), d.manager, shop.ID, r.ID, 1, app.RepositoryEdit{URL: &url})
	kind(t, "moved onto another", err, errs.Conflict, `"Shop"`)
	url = "https://git.example.org/moved"
	r, err = d.EditRepository(t.Context(), d.manager, shop.ID, r.ID, 1, app.RepositoryEdit{URL: &url})
	if err != nil || r.Key != "git.example.org/moved" || r.Revision != 2 || r.Ref != "main" {
		t.Errorf("EditRepository = %+v, %v", r, err)
	}
	_, err = d.EditRepository(t.Context(), d.manager, shop.ID, r.ID, 1, app.RepositoryEdit{URL: &url})
	kind(t, "an old revision", err, errs.Conflict, "changed meanwhile")
	_, err = d.EditRepository(t.Context(), d.viewer, shop.ID, r.ID, 2, app.RepositoryEdit{URL: &url})
	kind(t, "by a viewer", err, errs.Denied, "manager")
	kind(t, "by a guest", d.DeleteRepository(t.Context(), d.guest, shop.ID, r.ID, 2), errs.NotFound, "project")
	other := d.create(d.manager, named("Other"))
	kind(t, "in another project", d.DeleteRepository(t.Context(), d.manager, other.ID, r.ID, 2), errs.NotFound, "repository")
	fatal(t, d.DeleteRepository(t.Context(), d.manager, shop.ID, r.ID, 2))
}

// TestProjectFaults: all that is wrong is said at once, by field.
func TestProjectFaults(t *testing.T) {
	t.Parallel()
	d := newBureau(t, openSQLite(t))
	_, err := d.CreateProject(t.Context(), d.admin, app.NewProject{
		ProjectSettings: app.ProjectSettings{
			Name: " ", Description: "a\x00", Visibility: "public", Tags: []string{"ok", "no spaces"}, ReleasePattern: "v",
			Include: []string{"["}, Exclude: []string{"!a"}, Schedule: "every day",
		},
		Repositories: []app.NewRepository{
			{URL: "--upload-pack=id"}, {URL: "ext::sh -c id"}, {URL: "https://u:p@git.example.org/a", Ref: "-x"}, {URL: "http://git.example.org/a"}, {URL: "/etc"}, {},
			{URL: "https://git.example.org/b", Credential: app.NewCredential{Kind: "password"}},
		},
		Channels: []app.ChannelSettings{
			{Kind: "pigeon"}, {Kind: store.ChannelEmail}, {Kind: store.ChannelEmail, To: []string{"a@example.org", "nobody"}}, {Kind: store.ChannelSlack, URL: "http://hooks.example.org/x"},
			{Kind: store.ChannelTeams}, {Kind: store.ChannelWebhook, URL: "https://u:p@example.org/", Secret: "short", Minimum: "huge"}, {ID: "none", Kind: store.ChannelEmail, To: []string{"a@example.org"}},
			{Kind: store.ChannelSlack, URL: "https://hooks.example.org/x", Secret: "a secret that is long"},
		},
	})
	faulty(t, "all faults", err, "name", "description", "visibility", "tags.1", "release_pattern", "include.0", "exclude.0", "schedule",
		"repositories.0.url", "repositories.1.url", "repositories.2.url", "repositories.2.ref", "repositories.3.url", "repositories.4.url", "repositories.5.url", "repositories.6.credential.kind",
		"channels.0.kind", "channels.1.to", "channels.2.to.1", "channels.3.url", "channels.4.url", "channels.5.url", "channels.5.secret", "channels.5.minimum", "channels.6.id", "channels.7.secret")
	if strings.Contains(err.Error(), "u:p") {
		t.Errorf("the faults repeat a password: %v", err)
	}
	for schedule, ok := range map[string]bool{
		"": true, "@daily": true, "30 4 * * 1-5": true, "@every 6h": true, "0,20,40 * * * *": true,
		"* * * * *": false, "*/10 * * * *": false, "0,50 * * * *": false, "@every 1m": false, "0 0 30 2 *": false, "TZ=Europe/Madrid 0 4 * * *": false, "CRON_TZ=UTC @daily": false, "0 0 0 * * *": false, "@reboot": false,
	} {
		in := named("S" + fmt.Sprint(len(schedule), strings.Count(schedule, "*"), schedule))
		in.Name, in.Schedule = fmt.Sprintf("S%x", schedule), schedule
		if _, err := d.CreateProject(t.Context(), d.manager, in); (err == nil) != ok {
			t.Errorf("schedule %q: %v", schedule, err)
		}
	}
}

// TestEditProject: by revision, what is given and nothing else; archived, restored
// and deleted; every change is in the audit log.
func TestEditProject(t *testing.T) {
	t.Parallel()
	sqlstoretest.Each(t, func(t *testing.T, db *sqlstore.DB) {
		d := newBureau(t, db)
		in := named("Shop", "https://git.example.org/shop")
		in.Schedule, in.Tags, in.Description = "@daily", []string{"Web", "web", "api"}, "sells"
		p := d.create(d.manager, in)
		if diff := cmp.Diff([]string{"api", "web"}, p.Tags); diff != "" || !p.NextScan.Equal(time.Date(2026, 3, 15, 0, 0, 0, 0, time.UTC)) {
			t.Errorf("tags %s next scan %v", diff, p.NextScan)
		}
		name, none, yes, no := "Store", []string{}, true, false
		p, err := d.EditProject(t.Context(), d.manager, p.ID, 1, app.ProjectEdit{Name: &name, Tags: &none})
		if err != nil || p.Name != "Store" || len(p.Tags) != 0 || p.Description != "sells" || p.Revision != 2 || p.NextScan.IsZero() {
			t.Errorf("EditProject = %+v, %v", p, err)
		}
		_, err = d.EditProject(t.Context(), d.manager, p.ID, 1, app.ProjectEdit{Name: &name})
		kind(t, "an old revision", err, errs.Conflict, "changed meanwhile")
		private := store.Private
		_, err = d.EditProject(t.Context(), d.manager, p.ID, 2, app.ProjectEdit{Visibility: &private})
		kind(t, "hidden by a manager", err, errs.Denied, "administrator")
		_, err = d.EditProject(t.Context(), d.developer, p.ID, 2, app.ProjectEdit{Name: &name})
		kind(t, "by a developer", err, errs.Denied, "manager")
		if p, err = d.EditProject(t.Context(), d.manager, p.ID, 2, app.ProjectEdit{Archived: &yes}); err != nil || !p.Archived || !p.NextScan.IsZero() {
			t.Errorf("archived %+v, %v", p.Project, err)
		}
		_, err = d.CreateScan(t.Context(), d.manager, app.NewScan{Project: p.ID})
		kind(t, "scanning an archived one", err, errs.Conflict, "archived")
		if p, err = d.EditProject(t.Context(), d.manager, p.ID, 3, app.ProjectEdit{Archived: &no}); err != nil || p.Archived || p.NextScan.IsZero() {
			t.Errorf("restored %+v, %v", p.Project, err)
		}
		kind(t, "deleted by a viewer", d.DeleteProject(t.Context(), d.viewer, p.ID, 4), errs.Denied, "manager")
		kind(t, "deleted by a guest", d.DeleteProject(t.Context(), d.guest, p.ID, 4), errs.NotFound, "project")
		kind(t, "deleted with an old revision", d.DeleteProject(t.Context(), d.manager, p.ID, 3), errs.Conflict, "changed meanwhile")
		fatal(t, d.DeleteProject(t.Context(), d.manager, p.ID, 4))
		_, err = d.Project(t.Context(), d.manager, p.ID)
		kind(t, "the deleted one", err, errs.NotFound, "project")
		events, err := d.AuditEvents(t.Context(), d.admin, store.AuditFilter{Organisation: d.organisation, Action: "project"}, store.Page{})
		fatal(t, err)
		var actions []string
		for _, e := range events.Items {
			actions = append(actions, e.Action)
		}
		if diff := cmp.Diff([]string{"project.delete", "project.restore", "project.archive", "project.edit", "project.create"}, actions); diff != "" {
			t.Errorf("audit log (-want +got):\n%s", diff)
		}
	})
}

func sshKey(t *testing.T) string {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	fatal(t, err)
	text, err := x509.MarshalPKCS8PrivateKey(key)
	fatal(t, err)
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: text}))
}

// TestCredentials: they are kept sealed, never returned, and not carried to
// another host.
func TestCredentials(t *testing.T) {
	t.Parallel()
	d := newBureau(t, openSQLite(t))
	p := d.create(d.manager, named("Shop"))
	token := app.NewCredential{Kind: store.CredentialToken, Username: "u", Secret: "s3cr3t-t0ken"}
	r, err := d.AddRepository(t.Context(), d.manager, p.ID, app.NewRepository{URL: "https://git.example.org/a", Credential: token})
	fatal(t, err)
	opened := func(want string) {
		t.Helper()
		stored, err := d.Store.Repository(t.Context(), r.ID)
		fatal(t, err)
		c, err := d.Keys.RepositoryCredential(stored)
		if err != nil || c.Secret != want || strings.Contains(string(stored.Sealed), "s3cr3t") {
			t.Errorf("stored %q, opened %+v, %v", stored.Sealed, c, err)
		}
	}
	opened("s3cr3t-t0ken")
	if view, err := d.Project(t.Context(), d.viewer, p.ID); err != nil || !view.Repositories[0].HasCredential || view.Repositories[0].Sealed != nil {
		t.Errorf("Project = %+v, %v", view, err)
	}
	same, host := "https://git.example.org/b", "https://evil.example.org/a"
	if r, err = d.EditRepository(t.Context(), d.manager, p.ID, r.ID, 1, app.RepositoryEdit{URL: &same}); err != nil || !r.HasCredential {
		t.Errorf("EditRepository = %+v, %v", r, err)
	}
	opened("s3cr3t-t0ken")
	_, err = d.EditRepository(t.Context(), d.manager, p.ID, r.ID, 2, app.RepositoryEdit{URL: &host})
	faulty(t, "another host", err, "credential.secret")
	token.Secret = ""
	_, err = d.EditRepository(t.Context(), d.manager, p.ID, r.ID, 2, app.RepositoryEdit{URL: &host, Credential: &token})
	faulty(t, "another host and the same credential", err, "credential.secret")
	_, err = d.EditRepository(t.Context(), d.manager, p.ID, r.ID, 2, app.RepositoryEdit{Credential: &app.NewCredential{Kind: store.CredentialSSHKey, Secret: sshKey(t)}})
	faulty(t, "a key for https", err, "credential.kind")
	ssh := "git@git.example.org:b"
	key := sshKey(t)
	if r, err = d.EditRepository(t.Context(), d.manager, p.ID, r.ID, 2, app.RepositoryEdit{URL: &ssh, Credential: &app.NewCredential{Kind: store.CredentialSSHKey, Secret: key}}); err != nil {
		t.Fatal(err)
	}
	opened(key)
	if r, err = d.EditRepository(t.Context(), d.manager, p.ID, r.ID, 3, app.RepositoryEdit{URL: &host, Credential: &app.NewCredential{}}); err != nil || r.HasCredential {
		t.Errorf("without a credential: %+v, %v", r, err)
	}
	opened("")
}

func TestCredentialFaults(t *testing.T) {
	t.Parallel()
	d := newBureau(t, openSQLite(t))
	p := d.create(d.manager, named("Shop"))
	encrypted := string(pem.EncodeToMemory(&pem.Block{Type: "OPENSSH PRIVATE KEY", Bytes: []byte("openssh-key-v1\x00\x00\x00\x00\x0aaes256-ctr")}))
	const https, ssh = "https://git.example.org/a", "ssh://git@git.example.org/a"
	for name, c := range map[string]struct {
		url        string
		credential app.NewCredential
		field      string
	}{
		"no token":            {https, app.NewCredential{Kind: store.CredentialToken}, "credential.secret"},
		"a token of lines":    {https, app.NewCredential{Kind: store.CredentialToken, Secret: "a\nb"}, "credential.secret"},
		"a name of lines":     {https, app.NewCredential{Kind: store.CredentialToken, Secret: "a", Username: "a\r\nb"}, "credential.username"},
		"a token for ssh":     {ssh, app.NewCredential{Kind: store.CredentialToken, Secret: "a"}, "credential.kind"},
		"a secret for none":   {https, app.NewCredential{Secret: "a"}, "credential.kind"},
		"no key":              {ssh, app.NewCredential{Kind: store.CredentialSSHKey}, "credential.secret"},
		"no key but text":     {ssh, app.NewCredential{Kind: store.CredentialSSHKey, Secret: "ssh-ed25519 AAAA"}, "credential.secret"},
		"a key with a phrase": {ssh, app.NewCredential{Kind: store.CredentialSSHKey, Secret: encrypted}, "credential.secret"},
		"hosts that are none": {ssh, app.NewCredential{Kind: store.CredentialSSHKey, Secret: sshKey(t), KnownHosts: "git.example.org"}, "credential.known_hosts"},
	} {
		_, err := d.AddRepository(t.Context(), d.manager, p.ID, app.NewRepository{URL: c.url, Credential: c.credential})
		faulty(t, name, err, c.field)
	}
	if list, err := d.Store.RepositoriesOf(t.Context(), p.ID); err != nil || len(list) > 0 {
		t.Errorf("%+v, %v are there", list, err)
	}
}

// TestChannels: secrets are sealed, kept when they are left out, and never
// returned.
func TestChannels(t *testing.T) {
	t.Parallel()
	d := newBureau(t, openSQLite(t))
	in := named("Shop")
	in.Channels = []app.ChannelSettings{
		{Kind: store.ChannelSlack, URL: "https://hooks.example.org/services/s3cr3t"},
		{Kind: store.ChannelWebhook, Name: "CI", URL: "https://ci.example.org/hook?key=s3cr3t", Secret: "s3cr3t that signs all"},
		{Kind: store.ChannelEmail, To: []string{" Team@Example.org "}, Minimum: "critical", Muted: true},
	}
	p := d.create(d.manager, in)
	want := []store.Channel{
		{Kind: store.ChannelSlack, Name: "slack", URL: "https://hooks.example.org", Secret: true, Minimum: "low"},
		{Kind: store.ChannelWebhook, Name: "CI", URL: "https://ci.example.org/hook", Secret: true, Minimum: "low"},
		{Kind: store.ChannelEmail, Name: "e-mail", To: []string{"team@example.org"}, Minimum: "critical", Muted: true},
	}
	for i := range want {
		want[i].ID = p.Channels[i].ID
	}
	if diff := cmp.Diff(want, p.Channels); diff != "" || p.ChannelSecrets != nil {
		t.Errorf("channels (-want +got):\n%s", diff)
	}
	stored, err := d.Store.Project(t.Context(), p.ID)
	fatal(t, err)
	if len(stored.ChannelSecrets) == 0 || strings.Contains(fmt.Sprintf("%+v", stored), "s3cr3t") {
		t.Errorf("the secrets are not sealed: %+v", stored)
	}
	keep := []app.ChannelSettings{{ID: want[1].ID, Kind: store.ChannelWebhook, Name: "Build"}}
	if p, err = d.EditProject(t.Context(), d.manager, p.ID, 1, app.ProjectEdit{Channels: &keep}); err != nil || len(p.Channels) != 1 || !p.Channels[0].Secret || p.Channels[0].URL != want[1].URL {
		t.Errorf("EditProject = %+v, %v", p.Channels, err)
	}
	stored, err = d.Store.Project(t.Context(), p.ID)
	fatal(t, err)
	text, err := d.Keys.Open(stored.ChannelSecrets, "channels:"+p.ID)
	if err != nil || !strings.Contains(string(text), "s3cr3t that signs all") || strings.Contains(string(text), "services") {
		t.Errorf("sealed %s, %v", text, err)
	}
}

// TestRunSchedules: of schedulers that run at once each scan is started by one, and
// what was missed is made up for once.
func TestRunSchedules(t *testing.T) {
	t.Parallel()
	sqlstoretest.Each(t, func(t *testing.T, db *sqlstore.DB) {
		d := newBureau(t, db)
		var ids []string
		for i := range 5 {
			in := named(fmt.Sprint("P", i), fmt.Sprintf("https://git.example.org/%d", i))
			in.Schedule = "@daily"
			ids = append(ids, d.create(d.manager, in).ID)
		}
		d.create(d.manager, named("Never", "https://git.example.org/never"))
		archived := true
		_, err := d.EditProject(t.Context(), d.manager, ids[4], 1, app.ProjectEdit{Archived: &archived})
		fatal(t, err)
		if n, err := d.RunSchedules(t.Context()); err != nil || n != 0 {
			t.Errorf("too early: %d, %v", n, err)
		}
		d.Clock.Add(3 * 24 * time.Hour)
		var all sync.WaitGroup
		var mu sync.Mutex
		total := 0
		for range 4 {
			all.Go(func() {
				n, err := d.RunSchedules(t.Context())
				mu.Lock()
				defer mu.Unlock()
				total += n
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if total != 4 {
			t.Errorf("%d scans were started, want 4", total)
		}
		p, err := d.Store.Project(t.Context(), ids[0])
		if err != nil || !p.NextScan.Equal(time.Date(2026, 3, 18, 0, 0, 0, 0, time.UTC)) {
			t.Errorf("next scan %v, %v", p.NextScan, err)
		}
		d.Clock.Add(-48 * time.Hour)
		if n, err := d.RunSchedules(t.Context()); err != nil || n != 0 {
			t.Errorf("after the clock was set back: %d, %v", n, err)
		}
	})
}

// TestOverview: figures, their change and what is new are of what the actor sees.
func TestOverview(t *testing.T) {
	t.Parallel()
	d := newBureau(t, openSQLite(t))
	d.create(d.manager, named("Shop"))
	o, err := d.Overview(t.Context(), d.viewer, "")
	if err != nil || o.Figures.Projects != 1 || o.Figures.Never != 1 || o.Change != nil || len(o.Days) != 1 || len(o.Worst) != 1 {
		t.Errorf("Overview = %+v, %v", o, err)
	}
	fatal(t, d.SnapDays(t.Context()))
	d.Clock.Add(5 * 24 * time.Hour)
	private := named("Hidden")
	private.Visibility = store.Private
	d.create(d.admin, private)
	d.create(d.manager, named("Cart"))
	for name, c := range map[string]struct {
		who              app.Actor
		projects, change int64
	}{"viewer": {d.viewer, 2, 1}, "administrator": {d.admin, 3, 2}, "installation": {d.root, 3, 2}} {
		o, err := d.Overview(t.Context(), c.who, "")
		if err != nil || o.Figures.Projects != c.projects || o.Change == nil || o.Change.Projects != c.change || o.Change.Days != 5 || len(o.Days) != 2 {
			t.Errorf("%s: %+v, %+v, %v", name, o.Figures, o.Change, err)
		}
	}
	if o, err := d.Overview(t.Context(), d.guest, ""); err != nil || o.Figures.Projects != 0 || len(o.Days) != 0 {
		t.Errorf("guest: %+v, %v", o, err)
	}
	_, err = d.Overview(t.Context(), d.viewer, d.Organisation("two"))
	kind(t, "of another organisation", err, errs.NotFound, "organisation")
	fatal(t, d.SeenOverview(t.Context(), d.viewer))
	if o, err := d.Overview(t.Context(), d.viewer, ""); err != nil || !o.Since.Equal(d.Clock.Now()) {
		t.Errorf("since %v, %v", o.Since, err)
	}
	kind(t, "a token of a project", d.SeenOverview(t.Context(), app.Actor{TokenID: "t"}), errs.Denied, "person")
}

func TestSearch(t *testing.T) {
	t.Parallel()
	d := newBureau(t, openSQLite(t))
	d.create(d.manager, named("Web shop"))
	private := named("Web secret")
	private.Visibility = store.Private
	d.create(d.admin, private)
	for name, c := range map[string]struct {
		who              app.Actor
		text             string
		projects, people int
	}{
		"viewer": {d.viewer, " WEB ", 1, 0}, "administrator": {d.admin, "web", 2, 0}, "guest": {d.guest, "web", 0, 0},
		"people": {d.viewer, "@example.org", 0, 4}, "people to a guest": {d.guest, "@example.org", 0, 0}, "nothing": {d.viewer, "  ", 0, 0}, "a letter": {d.viewer, "w", 1, 0},
	} {
		r, err := d.Search(t.Context(), c.who, "", c.text, 0)
		if err != nil || len(r.Projects) != c.projects || len(r.People) != c.people || r.Empty() != (c.projects+c.people == 0) {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
	}
	_, err := d.Search(t.Context(), d.viewer, "", strings.Repeat("a", 201), 0)
	faulty(t, "too long", err, "q")
	_, err = d.Search(t.Context(), d.viewer, "", "a\x00b", 0)
	faulty(t, "with a zero byte", err, "q")
}

// TestReseal: after a rotation everything is sealed under the last key.
func TestReseal(t *testing.T) {
	t.Parallel()
	d := newBureau(t, openSQLite(t))
	in := named("Shop")
	in.Repositories = []app.NewRepository{{URL: "https://git.example.org/a", Credential: app.NewCredential{Kind: store.CredentialToken, Secret: "a-token"}}, {URL: "https://git.example.org/b"}}
	in.Channels = []app.ChannelSettings{{Kind: store.ChannelTeams, URL: "https://teams.example.org/hook"}}
	p := d.create(d.manager, in)
	_, err := d.Reseal(t.Context(), d.admin)
	kind(t, "by an organisation's administrator", err, errs.Denied, "administrator")
	if n, err := d.Reseal(t.Context(), d.root); err != nil || n != 0 {
		t.Errorf("before a rotation: %d, %v", n, err)
	}
	const last = "ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA="
	d.Keys, err = auth.ParseKeyring("MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=\n" + last)
	fatal(t, err)
	if n, err := d.Reseal(t.Context(), d.root); err != nil || n != 2 {
		t.Errorf("after a rotation: %d, %v, want 2", n, err)
	}
	only, err := auth.ParseKeyring(last)
	fatal(t, err)
	stored, err := d.Store.RepositoriesOf(t.Context(), p.ID)
	fatal(t, err)
	for _, r := range stored {
		if c, err := only.RepositoryCredential(r); err != nil || r.Sealed != nil && c.Secret != "a-token" {
			t.Errorf("credential %+v, %v", c, err)
		}
	}
	project, err := d.Store.Project(t.Context(), p.ID)
	fatal(t, err)
	if _, err := only.Open(project.ChannelSecrets, "channels:"+p.ID); err != nil {
		t.Error(err)
	}
}

package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/safe/egress"
)

// remote is a server that this command line talks to.
type remote struct {
	base   string // without a slash at the end
	token  string
	client *http.Client
}

// login is what is remembered of signing in, in the user's configuration folder.
type login struct {
	Server string            `json:"server"` // the one that is meant where none is named
	Tokens map[string]string `json:"tokens"` // by server
}

// maxReply bounds what is read of an answer.
const maxReply = 64 << 20

// remoteFlags say which server is meant.
type remoteFlags struct{ server string }

func (f *remoteFlags) bind(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.server, "server", "", "`URL` of the server (default: the one of the last `assay login`)")
}

// open finds the server and the token: ASSAY_TOKEN, else what login remembered.
func (f *remoteFlags) open(a *app) (*remote, error) {
	known, err := a.readLogin()
	if err != nil {
		return nil, err
	}
	server := f.server
	if server == "" {
		server = known.Server
	}
	if server == "" {
		return nil, errs.E(errs.Invalid, "which server? name it with --server or ASSAY_SERVER, or sign in with `assay login`")
	}
	base, err := serverURL(server)
	if err != nil {
		return nil, err
	}
	token := a.Getenv("ASSAY_TOKEN")
	if token == "" {
		token = known.Tokens[base]
	}
	if token == "" {
		return nil, errs.E(errs.Anonymous, "no token for %s: set ASSAY_TOKEN, or sign in with `assay login`", base)
	}
	return a.remote(base, token), nil
}

func (a *app) remote(base, token string) *remote {
	return &remote{base, token, egress.Client(a.Client, base)}
}

// serverURL is a server's address as it is remembered.
func serverURL(text string) (string, error) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") || u.User != nil {
		return "", errs.E(errs.Invalid, "the server is a URL such as https://assay.example.org")
	}
	return u.Scheme + "://" + u.Host, nil
}

// call makes a request of the API and reads its answer into out, unless that is nil.
func (r *remote) call(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(text)
	}
	return r.send(ctx, method, path, "application/json", body, out)
}

// send is call with a body as it is.
func (r *remote) send(ctx context.Context, method, path, contentType string, body io.Reader, out any) (err error) {
	req, err := http.NewRequestWithContext(ctx, method, r.base+"/api/v1"+path, body)
	if err != nil {
		return errs.E(errs.Invalid, "the server's address: %w", err)
	}
	req.Header.Set("Authorization", "Bearer "+r.token)
	if body != nil {
		req.Header.Set("Content-Type", contentType)
	}
	answer, err := r.client.Do(req)
	if err != nil {
		return errs.E(errs.Unavailable, "%s cannot be reached: %w", r.base, err)
	}
	defer func() { err = errors.Join(err, answer.Body.Close()) }()
	text, err := io.ReadAll(io.LimitReader(answer.Body, maxReply))
	if err != nil {
		return errs.E(errs.Unavailable, "%s stopped answering: %w", r.base, err)
	}
	if answer.StatusCode >= http.StatusBadRequest {
		return r.refusal(answer.StatusCode, text)
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(text, out); err != nil {
		return errs.E(errs.Damaged, "%s does not answer as Assay does", r.base)
	}
	return nil
}

// refusal is a problem that the server answered with.
func (r *remote) refusal(status int, text []byte) error {
	var p struct {
		Title  string `json:"title"`
		Detail string `json:"detail"`
		Errors []struct {
			Location string `json:"location"`
			Message  string `json:"message"`
		} `json:"errors"`
	}
	if err := json.Unmarshal(text, &p); err != nil || p.Title == "" {
		return errs.E(errs.Unavailable, "%s answered with status %d", r.base, status)
	}
	words := p.Detail
	for _, e := range p.Errors {
		words += fmt.Sprintf("; %s: %s", strings.TrimPrefix(e.Location, "body."), e.Message)
	}
	kind := map[int]errs.Kind{
		http.StatusUnauthorized: errs.Anonymous, http.StatusForbidden: errs.Denied, http.StatusNotFound: errs.NotFound, http.StatusConflict: errs.Conflict,
		http.StatusRequestEntityTooLarge: errs.TooLarge, http.StatusTooManyRequests: errs.Busy, http.StatusServiceUnavailable: errs.Unavailable,
	}[status]
	if kind == errs.Unknown {
		kind = errs.Invalid
	}
	return errs.E(kind, "%s: %s", r.base, words)
}

func (a *app) loginFile() (string, error) {
	dir := a.Getenv("XDG_CONFIG_HOME")
	if !filepath.IsAbs(dir) {
		home := a.Getenv("HOME")
		if home == "" {
			var err error
			if home, err = os.UserHomeDir(); err != nil {
				return "", errs.E(errs.Invalid, "find the folder for settings: %w", err)
			}
		}
		dir = filepath.Join(home, ".config")
	}
	return filepath.Join(dir, "assay", "login.json"), nil
}

func (a *app) readLogin() (login, error) {
	l := login{Tokens: map[string]string{}}
	path, err := a.loginFile()
	if err != nil {
		return l, err
	}
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return l, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &l)
	}
	if err != nil {
		return l, errs.E(errs.Invalid, "read %s: %w", path, err)
	}
	if l.Tokens == nil {
		l.Tokens = map[string]string{}
	}
	return l, nil
}

// writeLogin keeps the tokens where only the user can read them.
func (a *app) writeLogin(l login) error {
	path, err := a.loginFile()
	if err != nil {
		return err
	}
	text, err := json.MarshalIndent(l, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return errs.E(errs.Unavailable, "remember the token: %w", err)
	}
	f, err := os.CreateTemp(filepath.Dir(path), "login-")
	if err != nil {
		return errs.E(errs.Unavailable, "remember the token: %w", err)
	}
	_, err = f.Write(text)
	if err := errors.Join(err, f.Close()); err != nil {
		return errors.Join(errs.E(errs.Unavailable, "remember the token: %w", err), os.Remove(f.Name()))
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return errs.E(errs.Unavailable, "remember the token: %w", err)
	}
	return nil
}

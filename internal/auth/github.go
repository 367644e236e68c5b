package auth

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"

	"golang.org/x/oauth2"

	"github.com/assay-sca/assay/internal/errs"
)

// GitHub is a provider that speaks GitHub's OAuth 2, which names people by an API
// rather than by a token.
type GitHub struct {
	o         ProviderOptions
	base, api string
}

var _ Provider = (*GitHub)(nil)

// NewGitHub returns the provider for accounts of GitHub. Base is the address of a
// GitHub of one's own, empty for the public one.
func NewGitHub(base string, o ProviderOptions) *GitHub {
	base = strings.TrimSuffix(base, "/")
	if base == "" {
		return &GitHub{o: o, base: "https://github.com", api: "https://api.github.com"}
	}
	return &GitHub{o: o, base: base, api: base + "/api/v3"}
}

// Name implements Provider.
func (p *GitHub) Name() string { return "github" }

// Title implements Provider.
func (p *GitHub) Title() string { return "GitHub" }

func (p *GitHub) config() *oauth2.Config {
	return &oauth2.Config{
		ClientID: p.o.ClientID, ClientSecret: p.o.ClientSecret, RedirectURL: p.o.Redirect, Scopes: []string{"read:user", "user:email"},
		Endpoint: oauth2.Endpoint{AuthURL: p.base + "/login/oauth/authorize", TokenURL: p.base + "/login/oauth/access_token", AuthStyle: oauth2.AuthStyleInParams},
	}
}

// Start implements Provider.
func (p *GitHub) Start(_ context.Context, f Flow) (string, error) {
	return p.config().AuthCodeURL(f.State, oauth2.S256ChallengeOption(f.Verifier)), nil
}

// Finish implements Provider.
func (p *GitHub) Finish(ctx context.Context, f Flow, code string) (Identity, error) {
	token, err := p.config().Exchange(context.WithValue(ctx, oauth2.HTTPClient, p.o.client()), code, oauth2.VerifierOption(f.Verifier))
	if err != nil {
		return Identity{}, refused(p.Title(), err)
	}
	var user struct {
		ID    int64  `json:"id"`
		Login string `json:"login"`
		Name  string `json:"name"`
	}
	if err := p.get(ctx, token.AccessToken, "/user", &user); err != nil {
		return Identity{}, err
	}
	var addresses []struct {
		Email    string `json:"email"`
		Primary  bool   `json:"primary"`
		Verified bool   `json:"verified"`
	}
	if err := p.get(ctx, token.AccessToken, "/user/emails", &addresses); err != nil {
		return Identity{}, err
	}
	i, verified := Identity{Provider: p.Name(), Name: user.Name}, false
	if i.Name == "" {
		i.Name = user.Login
	}
	if user.ID > 0 {
		i.Subject = strconv.FormatInt(user.ID, 10) // the login can change hands
	}
	for _, a := range addresses {
		if a.Primary {
			i.Email, verified = a.Email, a.Verified
		}
	}
	return p.o.admit(i, verified, p.Title())
}

// maxAnswer bounds what is read of an answer, in bytes.
const maxAnswer = 1 << 20

func (p *GitHub) get(ctx context.Context, token, path string, into any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, p.api+path, http.NoBody)
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Accept", "application/vnd.github+json")
	answer, err := p.o.client().Do(request)
	if err != nil {
		return errs.E(errs.Unavailable, "GitHub cannot be reached now: %w", err)
	}
	defer answer.Body.Close() //nolint:errcheck // only read
	if answer.StatusCode != http.StatusOK {
		return errs.E(errs.Unavailable, "GitHub answered %s with %d", path, answer.StatusCode)
	}
	if err := json.NewDecoder(io.LimitReader(answer.Body, maxAnswer)).Decode(into); err != nil {
		return errs.E(errs.Unavailable, "what GitHub answered cannot be read: %w", err)
	}
	return nil
}

// refused tells a code that the provider did not take from a provider that is
// away. The answer itself may hold secrets and is not repeated.
func refused(title string, err error) error {
	var answer *oauth2.RetrieveError
	if errors.As(err, &answer) && answer.Response != nil && answer.Response.StatusCode < http.StatusInternalServerError {
		return errs.E(errs.Denied, "%s did not accept this sign-in; begin anew", title)
	}
	return errs.E(errs.Unavailable, "%s cannot be reached now", title)
}

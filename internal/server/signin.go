package server

import (
	"net/http"
	"time"

	"github.com/assay-sca/assay/internal/auth"
)

// providers are the ways to sign in elsewhere. base is how people reach the server.
func (s *server) providers(base string) []auth.Provider {
	client := &http.Client{Timeout: 10 * time.Second}
	var out []auth.Provider
	for _, w := range s.o.SignIn {
		o := auth.ProviderOptions{
			ClientID: w.ClientID, ClientSecret: w.ClientSecret, Redirect: base + "/sign-in/" + w.ID + "/callback",
			Domains: w.Domains, Client: client, Clock: s.o.Clock,
		}
		switch w.Kind {
		case SignInGoogle:
			out = append(out, auth.NewGoogle(o))
		case SignInGitHub:
			out = append(out, auth.NewGitHub(w.Issuer, o))
		default:
			out = append(out, auth.NewOIDC(w.ID, w.Name, w.Issuer, o))
		}
	}
	return out
}

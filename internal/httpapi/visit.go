package httpapi

import (
	"context"
	"crypto/subtle"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/auth"
	"github.com/assay-sca/assay/internal/errs"
)

// visit is what is known of a request beside its input.
type visit struct {
	actor   app.Actor
	url     url.URL
	address string
}

type visitKey struct{}

func visitOf(ctx context.Context) visit {
	v, _ := ctx.Value(visitKey{}).(visit)
	return v
}

// identified finds out who asks, refuses who asks too often, and goes on. Who
// gives no credentials goes on as nobody; each operation says whether that will do.
func (a *api) identified(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := visit{url: *r.URL, address: address(r)}
		if !a.addresses.allow(auth.Network(v.address)) {
			refuse(w, http.StatusTooManyRequests, "too many requests from your address")
			return
		}
		actor, err := a.actor(r, v.address)
		switch {
		case err == nil && actor.ID() != nobody && !a.actors.allow(actor.ID()):
			refuse(w, http.StatusTooManyRequests, "too many requests")
			return
		case err != nil:
			code := status(err)
			if code >= http.StatusInternalServerError {
				a.log.LogAttrs(r.Context(), levelOf(code), "who asks could not be found out", errorAttr(err))
				refuse(w, code, "the server cannot tell now who you are; try again later")
				return
			}
			refuse(w, code, err.Error())
			return
		}
		v.actor = actor
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), visitKey{}, v)))
	})
}

// nobody is how an actor without anything is named.
const nobody = "user:"

// address is the client's without its port.
func address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// actor is who the request's token or session belongs to. A token goes first:
// browsers send none by themselves.
func (a *api) actor(r *http.Request, address string) (app.Actor, error) {
	client := app.Client{Address: address, Agent: r.UserAgent()}
	if given := r.Header.Get("Authorization"); given != "" {
		scheme, secret, _ := strings.Cut(given, " ")
		if !strings.EqualFold(scheme, "bearer") || secret == "" {
			return app.Actor{}, errs.E(errs.Anonymous, "the Authorization header is not a bearer token")
		}
		return a.app.ActorOfToken(r.Context(), strings.TrimSpace(secret), client)
	}
	cookie, err := r.Cookie(a.o.Cookie)
	if err != nil {
		return app.Actor{}, nil //nolint:nilerr // no cookie is no error: nobody asks
	}
	actor, err := a.app.ActorOfSession(r.Context(), cookie.Value, client)
	if errs.KindOf(err) == errs.Anonymous {
		return app.Actor{}, nil // a session that ended is as good as none
	}
	if err != nil {
		return app.Actor{}, err
	}
	if !safeMethod(r.Method) && subtle.ConstantTimeCompare([]byte(r.Header.Get("X-CSRF-Token")), []byte(actor.CSRF)) != 1 {
		return app.Actor{}, errs.E(errs.Denied, "requests with a session that change something need its X-CSRF-Token")
	}
	return actor, nil
}

func safeMethod(method string) bool {
	return method == http.MethodGet || method == http.MethodHead || method == http.MethodOptions
}

// admitted refuses nobody where an operation is for somebody, bodies of a type
// that it does not take, and streams that are too large.
func admitted(ctx huma.Context, next func(huma.Context)) {
	op := ctx.Operation()
	r, w := humago.Unwrap(ctx)
	if len(op.Security) > 0 && visitOf(r.Context()).actor.ID() == nobody {
		refuse(w, http.StatusUnauthorized, "sign in, or send a token")
		return
	}
	if op.RequestBody != nil && r.ContentLength != 0 && !accepts(op, r.Header.Get("Content-Type")) {
		refuse(w, http.StatusUnsupportedMediaType, "the body's type is not one that this takes")
		return
	}
	if limit := uploadLimit(op); limit > 0 {
		r.Body = http.MaxBytesReader(w, r.Body, limit)
	}
	next(ctx)
}

func accepts(op *huma.Operation, contentType string) bool {
	essence, _, _ := strings.Cut(contentType, ";")
	_, ok := op.RequestBody.Content[strings.ToLower(strings.TrimSpace(essence))]
	return ok
}

// levelOf is how loud a failure is told.
func levelOf(code int) slog.Level {
	if code == http.StatusServiceUnavailable {
		return slog.LevelWarn
	}
	return slog.LevelError
}

func errorAttr(err error) slog.Attr { return slog.String("error", err.Error()) }

func requestAttr(ctx context.Context) slog.Attr {
	v := visitOf(ctx)
	return slog.Group("request", slog.String("path", v.url.Path), slog.String("actor", v.actor.ID()))
}

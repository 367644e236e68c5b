// Package egress is the one guard for addresses that the program speaks to. Where
// a person did not name it, no address inside the own network or machine is
// reached: a redirect, a name that resolves to another address the second time or
// a feed's link cannot make the program ask what only its host can reach.
package egress

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/assay-sca/assay/internal/errs"
)

const (
	maxRedirects = 5
	dialTimeout  = 30 * time.Second
	keepAlive    = 30 * time.Second
)

// allowed are the hosts that a request may reach at a private address, with port.
type allowed struct {
	mu    sync.Mutex
	hosts map[string]bool
}

func (a *allowed) add(address *url.URL) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.hosts[hostPort(address)] = true
	if address.Scheme == "http" { // a mirror may send its users to its own https
		a.hosts[net.JoinHostPort(strings.ToLower(address.Hostname()), "443")] = true
	}
}

func (a *allowed) has(host string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.hosts[strings.ToLower(host)]
}

func hostPort(address *url.URL) string {
	port := address.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443", "socks5": "1080", "socks5h": "1080"}[address.Scheme]
	}
	return net.JoinHostPort(strings.ToLower(address.Hostname()), port)
}

// key finds the hosts that are allowed to a connection's request.
type key struct{}

// Transport makes the guard the way by which a transport connects: whatever no
// Client allows is refused when it is private.
func Transport(base *http.Transport) *http.Transport {
	out := base.Clone()
	out.DialContext = dial
	return out
}

// dial checks the address that is really dialled, after names are resolved.
func dial(ctx context.Context, network, address string) (net.Conn, error) {
	dialer := net.Dialer{Timeout: dialTimeout, KeepAlive: keepAlive}
	dialer.ControlContext = func(ctx context.Context, _, actual string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(actual)
		if err != nil {
			return errs.E(errs.Invalid, "%s is no address", actual)
		}
		return check(ctx, address, at.Addr())
	}
	return dialer.DialContext(ctx, network, address)
}

// check decides on an address, of what was asked for as host with port.
func check(ctx context.Context, asked string, at netip.Addr) error {
	kind := private(at)
	if kind == "" {
		return nil
	}
	if list, ok := ctx.Value(key{}).(*allowed); ok && list.has(asked) {
		// A name is not what a person wrote who wanted the address of a cloud's keys.
		if _, err := netip.ParseAddr(host(asked)); err == nil || kind != linkLocal {
			return nil
		}
	}
	return errs.E(errs.Invalid, "%s is %s address, and nobody named it as a source", host(asked), kind)
}

func host(asked string) string {
	if name, _, err := net.SplitHostPort(asked); err == nil {
		return name
	}
	return asked
}

const linkLocal = "a link-local"

// private says what is wrong with an address; empty: it is public.
func private(at netip.Addr) string {
	at = at.Unmap()
	switch {
	case at.IsLoopback():
		return "a loopback"
	case at.IsLinkLocalUnicast(), at.IsLinkLocalMulticast():
		return linkLocal
	case at.IsPrivate():
		return "a private"
	case at.IsUnspecified(), at.IsMulticast(), !at.IsGlobalUnicast():
		return "no public"
	}
	for _, special := range []string{
		"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "198.18.0.0/15", "240.0.0.0/4", "fec0::/10",
		"::/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16", // lead to an address of IPv4
	} {
		if netip.MustParsePrefix(special).Contains(at) {
			return "no public"
		}
	}
	return ""
}

// Client returns the client with the guard before it. sources are the addresses
// that a person configured: their hosts may be private.
func Client(client *http.Client, sources ...string) *http.Client {
	list := &allowed{hosts: map[string]bool{}}
	for _, source := range sources {
		if address, err := url.Parse(source); err == nil && address.Host != "" {
			list.add(address)
		}
	}
	out := *client
	base := out.Transport
	if base == nil {
		base = http.DefaultTransport
	}
	if own, ok := base.(*http.Transport); ok {
		own = own.Clone()
		own.Proxy = proxies(own.Proxy, list)
		base = own
	}
	out.Transport = guard{base, list}
	out.CheckRedirect = Redirect
	return &out
}

// proxies allows the proxies that a person configured.
func proxies(find func(*http.Request) (*url.URL, error), list *allowed) func(*http.Request) (*url.URL, error) {
	if find == nil {
		return nil
	}
	return func(r *http.Request) (*url.URL, error) {
		proxy, err := find(r)
		if proxy != nil {
			list.add(proxy)
		}
		return proxy, err
	}
}

// guard looks at each request, those after redirects included.
type guard struct {
	next http.RoundTripper
	list *allowed
}

// RoundTrip refuses addresses that say themselves that they are private: behind a
// proxy nobody else would.
func (g guard) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Scheme != "http" && r.URL.Scheme != "https" {
		return nil, errs.E(errs.Invalid, "%q is no scheme that is fetched from: only http and https are", r.URL.Scheme)
	}
	ctx := context.WithValue(r.Context(), key{}, g.list)
	if at, err := netip.ParseAddr(r.URL.Hostname()); err == nil {
		if err := check(ctx, hostPort(r.URL), at); err != nil {
			return nil, err
		}
	}
	return g.next.RoundTrip(r.WithContext(ctx))
}

// CloseIdleConnections lets a client give its connections back.
func (g guard) CloseIdleConnections() {
	if closer, ok := g.next.(interface{ CloseIdleConnections() }); ok {
		closer.CloseIdleConnections()
	}
}

// Redirect bounds redirects and allows no way back from https to http.
func Redirect(next *http.Request, via []*http.Request) error {
	if len(via) >= maxRedirects {
		return fmt.Errorf("over %d redirects", maxRedirects)
	}
	for _, earlier := range via {
		if earlier.URL.Scheme == "https" && next.URL.Scheme != "https" {
			return errors.New("a redirect leads from https to " + next.URL.Scheme)
		}
	}
	return nil
}

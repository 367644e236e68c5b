package server

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"github.com/assay-sca/assay/internal/httpapi"
)

// partOf names the part of the server that a path belongs to.
func partOf(path string) string {
	switch {
	case strings.HasPrefix(path, httpapi.Prefix+"/"):
		return "api"
	case operational(path):
		return "ops"
	}
	return "ui"
}

// operational are the paths that machines ask every few seconds.
func operational(path string) bool {
	return path == "/metrics" || strings.HasPrefix(path, "/__")
}

// secured sets what every answer says to browsers; pages say more.
func secured(next http.Handler, https bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		if https {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		if partOf(r.URL.Path) == "api" {
			h.Set("Cache-Control", "no-store")
		}
		next.ServeHTTP(w, r)
	})
}

// sameOrigin refuses what a page of another origin has a browser send.
func sameOrigin(next http.Handler, public *url.URL) (http.Handler, error) {
	guard := http.NewCrossOriginProtection()
	if public != nil {
		if err := guard.AddTrustedOrigin(public.Scheme + "://" + public.Host); err != nil {
			return nil, err
		}
	}
	return guard.Handler(next), nil
}

// behind believes the proxies that it was told of about where requests come from,
// and nobody else.
func behind(next http.Handler, proxies []netip.Prefix) http.Handler {
	if len(proxies) == 0 {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if client := clientOf(r, proxies); client != "" {
			r.RemoteAddr = net.JoinHostPort(client, "0")
		}
		next.ServeHTTP(w, r)
	})
}

// clientOf is the last address of the chain that no trusted proxy has.
func clientOf(r *http.Request, proxies []netip.Prefix) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil || !trusted(host, proxies) {
		return ""
	}
	chain := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	client := ""
	for i := len(chain) - 1; i >= 0; i-- {
		address := strings.TrimSpace(chain[i])
		if _, err := netip.ParseAddr(address); err != nil {
			break
		}
		client = address
		if !trusted(address, proxies) {
			break
		}
	}
	return client
}

func trusted(host string, proxies []netip.Prefix) bool {
	address, err := netip.ParseAddr(host)
	if err != nil {
		return false
	}
	for _, p := range proxies {
		if p.Contains(address.Unmap()) {
			return true
		}
	}
	return false
}

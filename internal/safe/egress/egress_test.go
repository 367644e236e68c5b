package egress_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/assay-sca/assay/internal/safe/egress"
)

func client(sources ...string) *http.Client {
	return egress.Client(&http.Client{Transport: egress.Transport(&http.Transport{DisableKeepAlives: true})}, sources...)
}

func get(t *testing.T, c *http.Client, address string) error {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := c.Do(request)
	if err != nil {
		return err
	}
	return response.Body.Close()
}

func refused(t *testing.T, what string, err error, words string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), words) {
		t.Errorf("%s: error %v, want one with %q", what, err, words)
	}
}

// TestGuard: what a person named is reached, what it leads to is not.
func TestGuard(t *testing.T) {
	t.Parallel()
	secret := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the inner server was asked") }))
	defer secret.Close()
	place, err := url.Parse(secret.URL)
	if err != nil {
		t.Fatal(err)
	}
	byName := "http://localhost:" + place.Port() // a name whose address is only known when it is dialled
	var target string
	mirror := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/away" {
			http.Redirect(w, r, target, http.StatusFound)
		}
	}))
	defer mirror.Close()
	c := client(mirror.URL)
	if err := get(t, c, mirror.URL+"/file"); err != nil {
		t.Errorf("the configured source: %v", err)
	}
	target = mirror.URL + "/file"
	if err := get(t, c, mirror.URL+"/away"); err != nil {
		t.Errorf("a redirect within the source: %v", err)
	}
	for _, test := range []struct{ to, words string }{
		{secret.URL, "a loopback address"},
		{byName, "a loopback address"},
		{"http://10.1.2.3/", "a private address"},
		{"http://[::1]/", "a loopback address"},
		{"http://[::ffff:127.0.0.1]/", "a loopback address"},
		{"http://169.254.169.254/latest", "a link-local address"},
		{"http://[fe80::1]/", "a link-local address"},
		{"http://[fd00::1]/", "a private address"},
		{"http://0.0.0.0/", "no public address"},
		{"http://100.64.0.1/", "no public address"},
		{"http://[64:ff9b::7f00:1]/", "no public address"},
		{"http://[::127.0.0.1]/", "no public address"},
		{"http://[::ffff:0:10.0.0.1]/", "no public address"},
		{"http://[2001:0:a00:1::1]/", "no public address"},
		{"http://[fec0::1]/", "no public address"},
		{"http://224.0.0.1/", "a link-local address"},
		{"http://2130706433:1/", ""}, // whatever the resolver makes of it
		{"file:///etc/passwd", "only http and https"},
		{"ftp://example.org/", "only http and https"},
		{mirror.URL + "/away", "over 5 redirects"},
	} {
		target = test.to
		refused(t, test.to, get(t, c, mirror.URL+"/away"), test.words)
	}
	refused(t, "a source that nobody named", get(t, client(), secret.URL), "nobody named it")
	refused(t, "its name", get(t, client(), byName), "nobody named it")
	refused(t, "without a Client", get(t, &http.Client{Transport: egress.Transport(&http.Transport{})}, secret.URL), "nobody named it")
}

// TestNamed: a name that a person configured may lead inside.
func TestNamed(t *testing.T) {
	t.Parallel()
	mirror := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer mirror.Close()
	place, err := url.Parse(mirror.URL)
	if err != nil {
		t.Fatal(err)
	}
	byName := "http://LocalHost:" + place.Port()
	if err := get(t, client(byName), byName+"/x"); err != nil {
		t.Error(err)
	}
}

// TestProxy: a configured proxy may be private, what is asked of it may not.
func TestProxy(t *testing.T) {
	t.Parallel()
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Host != "osv.example.org" {
			t.Errorf("the proxy was asked for %s", r.Host)
		}
	}))
	defer proxy.Close()
	at, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	c := egress.Client(&http.Client{Transport: egress.Transport(&http.Transport{Proxy: http.ProxyURL(at)})})
	if err := get(t, c, "http://osv.example.org/"); err != nil {
		t.Error(err)
	}
	refused(t, "behind the proxy", get(t, c, "http://10.0.0.1/"), "a private address")
}

func TestRedirect(t *testing.T) {
	t.Parallel()
	request := func(address string) *http.Request {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	https, plain := request("https://a.example.org"), request("http://a.example.org")
	if err := egress.Redirect(https, []*http.Request{plain}); err != nil {
		t.Error(err)
	}
	refused(t, "down", egress.Redirect(plain, []*http.Request{https}), "from https to http")
	refused(t, "down later", egress.Redirect(plain, []*http.Request{plain, https}), "from https to http")
}
